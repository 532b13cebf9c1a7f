"""IndoxHub: both births, the five places of a result, cancel and list."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_videogen.catalog.builtin import INDOXHUB
from jupyter_videogen.catalog.validation import validate
from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.http import Base64
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.base import (
    Accepted,
    Artifact,
    Call,
    Cancels,
    Finished,
    Listed,
    Malformed,
    Page,
    Refused,
    StatusUpdate,
)
from jupyter_videogen.dialects.indoxhub import IndoxHub
from support.speeches import HANDLE, reply

CLIP = Artifact("https://cdn.example/a.mp4")
FILE = Media(kind="image", content_type="image/png", path="/p/cat.png", sha256="0", width=1, height=1)


def test_every_documented_field_under_its_own_name() -> None:
    """Google's parameters stand at the top; seed and fps have no name there and go under `additional_params`."""
    request = GenerationRequest(
        prompt="x", model="google/veo-3.0-generate-001", duration=8, aspect="16:9", resolution="720p", n=2, seed=7,
        negative="blur", sound=True, image=FILE, last_frame=Media(kind="image", url="https://e/x.png"),
        references=(FILE,), extra={"provider": "google", "byok_api_key": "sk-mine", "additional_params": {"a": 1}},
    )  # fmt: skip
    call = IndoxHub().create(request)
    assert (call.method, call.url, call.timeout) == ("POST", "/videos/generations", 1200.0)
    assert call.json == {
        "prompt": "x",
        "model": "google/veo-3.0-generate-001",
        "duration": 8,
        "aspect_ratio": "16:9",
        "resolution": "720p",
        "n": 2,
        "negative_prompt": "blur",
        "generate_audio": True,
        "input_image": Base64("/p/cat.png"),
        "last_frame": "https://e/x.png",
        "reference_image": Base64("/p/cat.png"),
        "additional_params": {"seed": 7, "a": 1},
        "provider": "google",
        "byok_api_key": "sk-mine",
    }


@pytest.mark.parametrize("params", [[1], "seed=3"])
def test_further_parameters_are_an_object(params: object) -> None:
    """Anything else is told before anything is sent."""
    with pytest.raises(InvalidRequest) as caught:
        validate(GenerationRequest(prompt="x", model="m", extra={"additional_params": params}), INDOXHUB)
    assert caught.value.failure == Failure(
        code="invalid_request", message="additional_params must be an object.", next="Pass a dict.", field="extra", sent="no", charged="no"
    )  # fmt: skip


def test_a_create_may_be_born_finished() -> None:
    """A list is the clips."""
    body = {"request_id": "r", "success": True, "data": [{"url": "https://cdn.example/a.mp4"}]}
    assert IndoxHub().read_create(reply(body)) == Finished((CLIP,))


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "data": {"is_async": True, "job_id": "j1", "status": "pending"}},
        {"job_id": "j1"},
        {"id": "j1"},
        {"job_id": "j1", "data": None},
    ],
)
def test_or_as_a_job(body: dict[str, Any]) -> None:
    """The id in `data`, or at the top."""
    assert IndoxHub().read_create(reply(body)) == Accepted({"id": "j1"})


def test_a_200_may_say_no() -> None:
    """`success: false` is a refusal with the provider's words."""
    body = {"success": False, "message": "Invalid duration", "data": None, "request_id": "r1"}
    assert IndoxHub().read_create(reply(body)) == Refused(
        Failure(code="provider", message="Invalid duration", sent="yes", charged="unknown", request_id="r1")
    )


@pytest.mark.parametrize("body", [{"success": True, "data": []}, {"success": True}, {"success": True, "data": [{}], "request_id": "r"}])  # fmt: skip
def test_what_is_neither_clip_nor_job_nor_refusal_is_no_end(body: dict[str, Any]) -> None:
    """Nobody knows what became of the request, so it is not called failed: the same would be sent and paid again."""
    with pytest.raises(Malformed):
        IndoxHub().read_create(reply(body))


@pytest.mark.parametrize(
    ("body", "id_"),
    [
        ({"success": True, "job_id": "j1", "status": "pending", "data": []}, "j1"),
        ({"success": True, "data": [{"task_id": "t1", "status": "pending"}]}, "t1"),
        ({"success": True, "data": [{"job_id": 17}]}, "17"),
        ({"request_id": "r", "data": {"is_async": True, "id": "d1"}}, "d1"),
        ({"success": False, "job_id": "j1", "message": "still warming up"}, "j1"),
        ({"success": True, "id": "top", "data": None}, "top"),
    ],
)
def test_a_job_is_taken_wherever_it_is_named(body: dict[str, Any], id_: str) -> None:
    """Beside an empty list, in a list, in an object; also where the answer calls itself no success."""
    assert IndoxHub().read_create(reply(body)) == Accepted({"id": id_})


def test_the_id_of_a_refusal_is_no_job() -> None:
    """`id` and `request_id` beside `success: false` name the exchange."""
    born = IndoxHub().read_create(reply({"success": False, "message": "Bad size.", "id": "x", "request_id": "r"}))
    failure = Failure(code="provider", message="Bad size.", sent="yes", charged="unknown", request_id="r")
    assert born == Refused(failure)


@pytest.mark.parametrize(
    ("result", "clips"),
    [
        ({"result": {"url": "https://cdn.example/a.mp4"}}, (CLIP,)),
        ({"result": {"video_url": "https://cdn.example/a.mp4", "file_size": 9}}, (CLIP,)),
        ({"result": {"data": [{"url": "https://cdn.example/a.mp4", "s3_key": "k"}]}}, (CLIP,)),
        ({"result": {"videos": [{"url": "https://cdn.example/a.mp4"}]}}, (CLIP,)),
        ({"data": [{"url": "https://cdn.example/a.mp4"}]}, (CLIP,)),
        ({"result": {"data": [{"b64_json": "AAAA"}, {"b64_json": "BBBB"}]}}, (Artifact("", inline="AAAA"), Artifact("", inline="BBBB"))),
        ({"result": {}}, ()),
        ({"result": None}, ()),
        ({}, ()),
    ],
)  # fmt: skip
def test_a_result_has_been_seen_in_five_places(result: dict[str, Any], clips: tuple[Artifact, ...]) -> None:
    """By URL or in base64, one or several; nowhere is an empty result."""
    update = IndoxHub().read_look(reply({"job_id": "j1", "status": "completed", "progress": 100, **result}), HANDLE)
    assert update == StatusUpdate("succeeded", progress=100, artifacts=clips)


def test_the_status_of_the_page() -> None:
    """Pending with null progress and times without Z."""
    body = {"job_id": "j1", "status": "pending", "progress": None, "created_at": "2025-11-02T10:00:00.123456"}
    assert IndoxHub().read_look(reply(body), HANDLE) == StatusUpdate("queued")


def test_a_pending_job_can_be_cancelled() -> None:
    """The call, with the id escaped; the answer's status decides."""
    assert isinstance(IndoxHub(), Cancels)
    assert IndoxHub().cancel({"id": "a/b"}) == Call("POST", "/videos/jobs/a%2Fb/cancel")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"detail": "Insufficient credits"}, "Insufficient credits"),
        ({"detail": [{"loc": ["body", "n"], "msg": "too many", "type": "value_error"}]}, "body.n: too many"),
        ({"detail": {"message": "odd"}}, "odd"),
        ({"detail": {"error": "strange"}}, "strange"),
        ({"detail": {"code": 7}}, "The provider answered HTTP 422."),
    ],
)
def test_errors_come_as_detail(body: dict[str, Any], message: str) -> None:
    """Text, list or object."""
    assert IndoxHub().read_failure(reply(body, 422)).message == message


@pytest.mark.parametrize("detail", ["Invalid BYOK key for google", "Could not validate credentials"])
def test_a_key_that_is_not_taken_is_told_in_the_services_words(detail: str) -> None:
    """One's own provider's key or the platform's: both are a 401, and the words say which."""
    failure = IndoxHub().read_failure(reply({"detail": detail}, 401))
    assert failure == Failure(code="auth", message=detail, sent="yes", charged="no")


def test_looks_and_inline_creates_may_be_large() -> None:
    """A reply that may hold a clip is given room."""
    request = GenerationRequest(prompt="x", model="m", extra={"response_format": "b64_json"})
    assert IndoxHub().create(request).carries_clips
    assert IndoxHub().look(HANDLE).carries_clips
    assert IndoxHub().create(GenerationRequest(prompt="x", model="m")).carries_clips


def test_a_page_of_jobs() -> None:
    """By limit and skip; a full page has a next one, and rows without an id are passed over."""
    assert IndoxHub().page("m", "40").url == "/videos/jobs?limit=20&skip=40"
    row = {
        "job_id": "j",
        "prompt": "a kite",
        "model": "google/veo",
        "created_at": "2026-11-20T10:00:00Z",
        "duration": 4,
    }
    listed = Listed(handle={"id": "j"}, prompt="a kite", model="google/veo", created_at=1795168800.0, duration=4.0)
    assert IndoxHub().read_page(reply({"total": 9, "jobs": [row, {}, {"job_id": []}, None]})) == Page([listed])
    assert IndoxHub().read_page(reply({"jobs": [row] * 20}), "40").cursor == "60"
    for empty in ({}, {"jobs": None}, {"jobs": []}, {"total": 3}):
        assert IndoxHub().read_page(reply(empty)) == Page([])
