"""The OpenAI `/v1/videos` shape, client half: the documented example and what lookalikes do to it."""

from __future__ import annotations

import msgspec
import pytest

from jupyter_videogen.catalog.builtin import BUILT_IN
from jupyter_videogen.catalog.validation import validate
from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.http import Upload
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.base import Accepted, Artifact, Call, Listed, Malformed, Page, Reply, StatusUpdate
from jupyter_videogen.dialects.openai import OpenAI

HANDLE = {"id": "video_1"}
VIDEO = {
    "id": "video_1",
    "object": "video",
    "model": "sora-2",
    "status": "in_progress",
    "progress": 33,
    "created_at": 1712697600,
    "completed_at": None,
    "expires_at": None,
    "prompt": "a kite",
    "size": "1280x720",
    "seconds": "4",
    "remixed_from_video_id": None,
    "error": None,
}


def reply(body: object, **headers: str) -> Reply:
    return Reply(200, {k.replace("_", "-"): v for k, v in headers.items()}, msgspec.json.encode(body))


def look(**changes: object) -> StatusUpdate:
    return OpenAI().read_look(reply({**VIDEO, **changes}), HANDLE)


def test_a_create_carries_what_was_asked_and_nothing_else() -> None:
    """`seconds` is a string, open fields are absent, `extra` goes beside them."""
    request = GenerationRequest(prompt="a kite", model="m", duration=4, extra={"style": "ink"})
    assert OpenAI().create(request) == Call(
        "POST",
        "/videos",
        json={"model": "m", "prompt": "a kite", "seconds": "4", "style": "ink"},
        timeout=120.0,
        carries_clips=True,
    )


def test_a_file_or_a_strict_server_makes_it_a_form() -> None:
    """Some servers take only multipart; a picture always goes so, a link as the field of its name."""
    request = GenerationRequest(prompt="a kite", model="m", duration=4, extra={"loop": True})
    fields = {"model": "m", "prompt": "a kite", "seconds": "4", "loop": "true"}
    assert OpenAI(multipart=True).create(request).form == fields
    picture = Media(kind="image", content_type="image/png", path="/p/cat.png", sha256="0", width=1, height=1)
    with_picture = msgspec.structs.replace(request, image=picture)
    form = {**fields, "input_reference": Upload("/p/cat.png", "image.png", "image/png")}
    assert OpenAI().create(with_picture).form == form
    with_link = msgspec.structs.replace(request, image=Media(kind="image", url="https://e/x.png"))
    assert OpenAI().create(with_link).form == {**fields, "input_reference[image_url]": "https://e/x.png"}


def test_a_page_ends_when_the_cursor_does() -> None:
    """A8, C38: no last id, no more: no endless list."""
    videos = [{"id": "a", "seconds": "4", "created_at": 9}, {"id": "b"}, {"id": ""}, "c"]
    listed = [Listed(handle={"id": "a"}, duration=4.0, created_at=9.0), Listed(handle={"id": "b"})]
    assert OpenAI().page("m", "b c") == Call("GET", "/videos?limit=50&order=desc&after=b%20c")
    assert OpenAI().read_page(reply({"data": videos, "has_more": True, "last_id": "b"})) == Page(listed, "b")
    assert OpenAI().read_page(reply({"data": videos, "has_more": True, "last_id": None})) == Page(listed)
    assert OpenAI().read_page(reply({"data": videos, "has_more": False, "last_id": "b"})) == Page(listed)
    assert OpenAI().read_page(reply({"data": [], "has_more": True, "last_id": "b"})) == Page([])


def test_the_rest_of_the_shape() -> None:
    """Delete, remix, extend and edit, as the openai SDK sends them."""
    assert OpenAI().delete(HANDLE) == Call("DELETE", "/videos/video_1")
    assert OpenAI().remix(HANDLE, "y") == Call("POST", "/videos/video_1/remix", json={"prompt": "y"}, timeout=120.0)
    extension = {"prompt": "y", "seconds": "8", "video": {"id": "video_1"}}
    assert OpenAI().extend(HANDLE, "y", 8) == Call("POST", "/videos/extensions", json=extension, timeout=120.0)
    edit = {"prompt": "y", "video": {"id": "video_1"}}
    assert OpenAI().edit(HANDLE, "y") == Call("POST", "/videos/edits", json=edit, timeout=120.0)


def test_an_id_becomes_one_path_segment() -> None:
    """Slashes and colons of gateways' ids are escaped once."""
    assert OpenAI().look({"id": "models%2Fveo/ops:gemini"}).url == "/videos/models%252Fveo%2Fops%3Agemini"


@pytest.mark.parametrize("id_", [None, "", False, ".", "..", "a\nb", "x" * 2049])
def test_an_id_that_cannot_be_used_is_not_taken(id_: object) -> None:
    """No path walks out of `/videos`, and a create without an id is no acceptance."""
    with pytest.raises(Malformed):
        OpenAI().read_create(reply({**VIDEO, "id": id_}))


def test_the_service_may_say_when_to_look() -> None:
    """`openai-poll-after-ms` is a hint on creates and looks."""
    hint = {"openai_poll_after_ms": "400"}
    assert OpenAI().read_create(reply(VIDEO, **hint)) == Accepted({"id": "video_1"}, poll_after=0.4)
    assert OpenAI().read_look(reply(VIDEO, **hint), HANDLE) == StatusUpdate("running", progress=33, poll_after=0.4)


def test_a_finished_video_has_its_bytes_at_content() -> None:
    """Bytes and poster come from `/content`; length and size are what the provider says."""
    assert look(status="completed", progress=100) == StatusUpdate(
        "succeeded",
        progress=100,
        artifacts=(
            Artifact(
                "/videos/video_1/content",
                poster="/videos/video_1/content?variant=thumbnail",
                duration=4.0,
                size="1280x720",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("seconds", "size", "read"),
    [
        (4, "1920x1080", (4.0, "1920x1080")),
        ("5", "720x1280", (5.0, "720x1280")),
        ("4.5", "auto", (4.5, None)),
        ("0", "768P", (None, None)),
        (-4, "0x0", (None, None)),
        ("four", "1280X720", (None, None)),
        (None, 7, (None, None)),
        ([], {}, (None, None)),
    ],
)
def test_length_and_size_are_what_can_be_used(seconds: object, size: object, read: tuple[object, object]) -> None:
    """Of the enums or not, as number or text; what is no length and no WxH is left out, and the clip stays."""
    content = "/videos/video_1/content"
    clip = Artifact(content, poster=f"{content}?variant=thumbnail", duration=read[0], size=read[1])  # type: ignore[arg-type]  # a pair of two kinds
    assert look(status="completed", progress=100, seconds=seconds, size=size) == StatusUpdate(
        "succeeded", progress=100, artifacts=(clip,)
    )


def test_an_errors_further_keys_are_harmless() -> None:
    """Newer replies have headers, a misalignment, a type and a param beside code and message."""
    error = {"code": "x", "message": "boom", "type": "t", "param": None, "headers": {"a": "b"}, "misalignment": [1]}
    failure = Failure(code="provider", message="boom", sent="yes", charged="unknown")
    assert look(status="failed", error=error) == StatusUpdate("failed", progress=33, failure=failure)


@pytest.mark.parametrize("name", ["aihubmix", "qubrid"])
def test_what_a_form_cannot_hold_is_refused_before_anything_is_sent(name: str) -> None:
    """A form is text; a nested extra is told by its name."""
    sound = Media(kind="audio", content_type="audio/wav", path="/p/a.wav", sha256="0")
    request = GenerationRequest(prompt="x", model="m", audio=sound, extra={"loras": [{"name": "a"}]})
    with pytest.raises(InvalidRequest) as caught:
        validate(request, BUILT_IN[name])
    assert caught.value.failure == Failure(
        code="invalid_request",
        message="loras is a list or an object, but a form holds only text.",
        next="Pass it as text.",
        field="extra",
        sent="no",
        charged="no",
    )


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (404, {"message": "The model sora-2 does not exist"}, "model_not_found"),
        (400, {"message": "Bad model.", "code": "model_not_found"}, "model_not_found"),
        (400, {"message": "The model `sora-2` has been deprecated and is no longer available."}, "model_not_found"),
        (400, {"message": "The parameter fps is deprecated."}, "invalid_request"),
    ],
)
def test_a_model_that_is_gone_is_told_as_one(status: int, error: dict[str, str], code: str) -> None:
    """By status, by code or by its words."""
    failure = OpenAI().read_failure(Reply(status, {}, msgspec.json.encode({"error": error})))
    assert failure == Failure(code=code, message=error["message"], sent="yes", charged="no")


@pytest.mark.parametrize(
    ("status", "state", "word"),
    [
        ("queued", "queued", ""),
        ("NOT_START", "queued", ""),
        ("Processing", "running", ""),
        ("succeeded", "succeeded", ""),
        ("cancelled", "cancelled", ""),
        ("expired", "expired", ""),
        ("deleted", "expired", ""),
        ("POST_PROCESSING", "running", "POST_PROCESSING"),
        (None, "running", ""),
        (7, "running", ""),
    ],
)
def test_unknown_words_are_never_an_end(status: object, state: str, word: str) -> None:
    """Every known spelling folds to one word of ours; the rest keeps the job watched and is shown as it came."""
    update = look(status=status)
    assert (update.state, update.status) == (state, word)


@pytest.mark.parametrize(
    ("progress", "read"),
    [
        (0, 0),
        (42.5, 42.5),
        ("42", 42),
        ("42%", 42),
        (None, None),
        (-1, None),
        (101, None),
        ("NaN", None),
        ([], None),
        (True, None),
    ],
)
def test_progress_is_a_percent_or_nothing(progress: object, read: float | None) -> None:
    """Junk is no progress; it never raises."""
    assert look(progress=progress).progress == read


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        ({"code": "moderation_blocked", "message": "no"}, "content_policy", "no"),
        ({"code": "x", "message": "boom"}, "provider", "boom"),
        ("boom", "provider", "boom"),
        (None, "provider", "The provider gave no reason."),
        ({}, "provider", "The provider gave no reason."),
        ({"code": 500}, "provider", "The provider gave no reason."),
    ],
)
def test_a_failed_job_says_why(error: object, code: str, message: str) -> None:
    """Whatever shape the error has, there is a sentence, and no claim about the bill."""
    failure = look(status="failed", error=error).failure
    assert failure == Failure(code=code, message=message, sent="yes", charged="unknown")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"str"', b'{"id"', b"\xff\xfe"])
def test_what_is_no_video_is_malformed(body: bytes) -> None:
    """HTML, lists, null and half a JSON are for the runner to miss, not to crash on."""
    for read in (OpenAI().read_create, lambda r: OpenAI().read_look(r, HANDLE)):
        with pytest.raises(Malformed):
            read(Reply(200, {}, body))
