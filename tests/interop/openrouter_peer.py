"""OpenRouter's own Python SDK against the local gateway: its models validate every answer of ours."""

import base64
import sys
import threading
import urllib.request
import warnings
import zlib
from typing import Any

from openrouter import OpenRouter, components, errors

warnings.simplefilter("error", UserWarning)  # the SDK's models warn of a value that they do not know
URL, TOKEN = sys.argv[1:3]
BETWEEN_LOOKS = threading.Event()
SMALL: dict[str, Any] = {"duration": 1, "size": "256x144"}
ENDED = ("completed", "failed", "cancelled", "expired")
REFUSALS: dict[str, type[errors.OpenRouterError]] = {
    "test/bad-key": errors.UnauthorizedResponseError,
    "test/no-credit": errors.PaymentRequiredResponseError,
    "test/bad-setting": errors.BadRequestResponseError,
    "test/rate-limited": errors.TooManyRequestsResponseError,
    "test/refused": errors.ForbiddenResponseError,
    "google/veo-2.0": errors.NotFoundResponseError,
}

client: Any = OpenRouter(api_key=TOKEN, server_url=f"{URL}/openrouter/api/v1", timeout_ms=60_000)
videos = client.video_generation


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


SIDES = (16).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
ROWS = zlib.compress((b"\0" + b"\xc8\x28\x28" * 16) * 16)
PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", SIDES) + chunk(b"IDAT", ROWS) + chunk(b"IEND", b"")
PICTURE = {"url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"}


def exact(value: Any, kind: Any) -> None:
    """Hold an answer to the SDK's model strictly: no field that it lacks, and what it writes is what it read."""
    fields = {field.alias or name for name, field in kind.model_fields.items()}
    assert (value.model_extra or {}) == {}, value.model_extra
    assert set(value.model_dump(by_alias=True, exclude_unset=True)) <= fields


def ended(job: Any) -> Any:
    """Look until a job has ended; every answer is one of the SDK's models."""
    seen = [job.status]
    while job.status not in ENDED:
        BETWEEN_LOOKS.wait(0.1)
        job = videos.get_generation(job_id=job.id)
        exact(job, components.VideoGenerationResponse)
        seen.append(job.status)
    assert seen[0] == "pending", seen
    return job


def check_life() -> None:
    """Submit with both frames, poll, and fetch the clip in both ways."""
    frames = [{"type": "image_url", "image_url": PICTURE, "frame_type": role} for role in ("first_frame", "last_frame")]
    job = videos.generate(
        model="local/scenes", prompt="a sea", frame_images=frames, seed=3, generate_audio=True, **SMALL
    )
    exact(job, components.VideoGenerationResponse)
    assert job.polling_url == f"/openrouter/api/v1/videos/{job.id}"
    done = ended(job)
    assert (done.status, done.usage.cost, done.usage.is_byok) == ("completed", 0.04, False)
    assert videos.get_video_content(job_id=done.id, index=0).read()[4:8] == b"ftyp"
    with urllib.request.urlopen(done.urls[0]) as reply:
        assert reply.read()[4:8] == b"ftyp"


def check_references() -> None:
    """Pictures of what should appear are taken."""
    parts = [{"type": "image_url", "image_url": PICTURE}]
    assert ended(videos.generate(model="local/scenes", prompt="a sea", input_references=parts, **SMALL)).urls


def check_ends() -> None:
    """A job may fail, or expire; both say why."""
    for model, status in (("test/upstream-error", "failed"), ("test/gone", "expired")):
        done = ended(videos.generate(model=model, prompt="a sea"))
        assert (done.status, bool(done.error)) == (status, True)


def check_refusals() -> None:
    """Every refusal is the exception that the SDK has for it."""
    for model, kind in REFUSALS.items():
        try:
            videos.generate(model=model, prompt="a sea")
        except kind as error:
            assert error.data.error.code == error.status_code, model  # noqa: PT017 this runs without pytest
        else:
            raise AssertionError(model)


def check_content_before_its_time() -> None:
    """A 409, which the SDK knows."""
    job = videos.generate(model="test/queued-long", prompt="a sea")
    try:
        videos.get_video_content(job_id=job.id)
    except errors.ConflictResponseError:
        pass
    else:
        raise AssertionError(job)


def check_catalogue() -> None:
    """Every row is a model of the SDK, with a price in dollars as text."""
    rows = videos.list_videos_models().data
    assert rows[0].id == "local/scenes"
    for row in rows:
        exact(row, components.VideoModel)
        assert all(float(price) > 0 for price in row.pricing_skus.values())


def check_key() -> None:
    """A key is known; a wrong one is refused."""
    assert client.api_keys.get_current_key_metadata().data.usage == 0
    stranger: Any = OpenRouter(api_key="sk-or-wrong", server_url=f"{URL}/openrouter/api/v1")
    try:
        stranger.api_keys.get_current_key_metadata()
    except errors.UnauthorizedResponseError as error:
        assert error.data.error.code == 401  # noqa: PT017 this runs without pytest
    else:
        raise AssertionError


check_key()
check_life()
check_references()
check_ends()
check_refusals()
check_content_before_its_time()
check_catalogue()
