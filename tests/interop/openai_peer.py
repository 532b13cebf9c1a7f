"""The `openai` SDK against the local gateway: run in the SDK's own environment, with the gateway's address and token."""

import sys
import warnings
import zlib
from typing import Any

import openai
from openai import OpenAI

warnings.simplefilter("ignore", DeprecationWarning)
URL, TOKEN = sys.argv[1:3]


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


SIDES = (16).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
ROWS = zlib.compress((b"\0" + b"\xc8\x28\x28" * 16) * 16)
PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", SIDES) + chunk(b"IDAT", ROWS) + chunk(b"IEND", b"")
"""A red square: what comes as a picture is looked at."""
SMALL = {"seconds": "1", "size": "256x144"}
ERRORS: dict[str, tuple[type[openai.APIStatusError], str]] = {
    "test/bad-key": (openai.AuthenticationError, "invalid_api_key"),
    "test/bad-setting": (openai.BadRequestError, "invalid_value"),
    "test/no-credit": (openai.RateLimitError, "insufficient_quota"),
    "test/rate-limited": (openai.RateLimitError, "rate_limit_exceeded"),
    "nobody/nothing": (openai.NotFoundError, "model_not_found"),
}

client: Any = OpenAI(api_key=TOKEN, base_url=f"{URL}/v1", max_retries=0)
videos = client.videos


def check_life() -> str:
    """Create with a file, poll, fetch every variant; answers the id."""
    reference = ("ref.png", PNG, "image/png")
    video = videos.create(prompt="a sea", model="sora-2", input_reference=reference, extra_body={"seed": 1}, **SMALL)
    assert (video.object, video.model, video.seconds, video.size) == ("video", "sora-2", "1", "256x144")
    video = videos.poll(video.id, poll_interval_ms=100)
    assert (video.status, video.progress, video.error) == ("completed", 100, None)
    starts = {"video": b"ftyp", "thumbnail": b"WEBP", "spritesheet": b"\xff\xd8"}
    for variant, start in starts.items():
        assert start in videos.download_content(video.id, variant=variant).read()[:12], variant
    return str(video.id)


def check_bare() -> None:
    """Create without a file: the SDK sends a form all the same."""
    video = videos.create_and_poll(prompt="a city", poll_interval_ms=100, **SMALL)
    assert video.status == "completed"


def check_descendants(source: str) -> None:
    """Remix and edit."""
    remix = videos.remix(source, prompt="a city")
    assert remix.remixed_from_video_id == source
    assert videos.poll(remix.id, poll_interval_ms=100).status == "completed"
    edit = videos.edit(prompt="a city", video=("a.mp4", b"\0\0\0\x18ftypmp42", "video/mp4"))
    assert edit.status in ("queued", "in_progress")


def check_list(source: str) -> None:
    """Page through everything in both directions, then delete."""
    down, up = ([video.id for video in videos.list(limit=2, order=order)] for order in ("desc", "asc"))
    assert source in down
    assert up == down[::-1]
    deleted = videos.delete(source)
    assert (deleted.id, deleted.deleted, deleted.object) == (source, True, "video.deleted")


def check_errors() -> None:
    """Every refusal is the exception that the SDK has for it."""
    for model, (kind, code) in ERRORS.items():
        try:
            videos.create(prompt="a sea", model=model)
        except kind as error:
            assert error.code == code, (model, error.code)  # noqa: PT017 this runs without pytest
            assert error.request_id.startswith("req_"), model  # noqa: PT017 the same
        else:
            raise AssertionError(model)
    video = videos.create_and_poll(prompt="a sea", model="test/refused", poll_interval_ms=100)
    assert (video.status, video.error.code) == ("failed", "moderation_blocked")


def check_lost() -> None:
    """A lost answer is a connection error, and the job is there."""
    try:
        videos.create(prompt="a lost sea", model="test/lost-answer")
    except openai.APIConnectionError:
        assert any(video.prompt == "a lost sea" for video in videos.list())
    else:
        raise AssertionError


models = [model.id for model in client.models.list()]
assert models[0] == "local/scenes"
assert models[-1].startswith("test/")
made = check_life()
check_bare()
check_descendants(made)
check_list(made)
check_errors()
check_lost()
