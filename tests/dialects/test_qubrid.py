"""Qubrid: one synchronous call; its document's examples and its table of errors."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from jupyter_videogen.catalog.builtin import QUBRID
from jupyter_videogen.catalog.validation import validate
from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.http import Upload
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.base import Artifact, Call, Finished, Looks, Malformed, Reply
from jupyter_videogen.dialects.qubrid import Qubrid
from support.fakes import MP4
from support.speeches import reply

PICTURE = Media(kind="image", content_type="image/png", path="/p/cat.png", sha256="0", width=1, height=1)
SOUND = Media(kind="audio", content_type="audio/wav", path="/p/a.wav", sha256="0")
LINK = Media(kind="image", url="https://example.com/cat.png")


def test_there_is_nothing_to_look_at() -> None:
    """What the provider lacks is absent."""
    assert not isinstance(Qubrid(), Looks)


def test_a_json_body() -> None:
    """Every documented field under its own name; what was not given is not sent."""
    request = GenerationRequest(
        prompt="a kite", model="p-video", duration=5, resolution="720p", fps=24, aspect="16:9", image=LINK,
        draft=False, sound=True, enhance=False,
    )  # fmt: skip
    assert Qubrid().create(request) == Call(
        "POST",
        "/videos/generations",
        json={
            "model": "p-video",
            "prompt": "a kite",
            "duration": 5,
            "resolution": "720p",
            "fps": 24,
            "aspect_ratio": "16:9",
            "image": "https://example.com/cat.png",
            "draft": False,
            "save_audio": True,
            "prompt_upsampling": False,
        },
        timeout=1200.0,
        carries_clips=True,
    )


def test_a_file_makes_it_a_form_of_texts() -> None:
    """The same request with a file: every value is text, booleans in words, and the file is named, not held."""
    request = GenerationRequest(prompt="a kite", model="p-video", duration=5, image=PICTURE, draft=False)
    assert Qubrid().create(request) == Call(
        "POST",
        "/videos/generations",
        form={
            "model": "p-video",
            "prompt": "a kite",
            "duration": "5",
            "draft": "false",
            "image_file": Upload("/p/cat.png", "image.png", "image/png"),
        },
        timeout=1200.0,
        carries_clips=True,
    )


def test_a_picture_is_either_a_file_or_a_url() -> None:
    """One request has one image, so the two fields are never sent together."""
    for image in (PICTURE, LINK):
        call = Qubrid().create(GenerationRequest(prompt="x", model="m", image=image))
        assert ({"image", "image_file"} & set(call.json or call.form)) in ({"image"}, {"image_file"})


@pytest.mark.parametrize("field", ["image", "audio"])
def test_a_file_and_a_url_of_one_thing_are_refused(field: str) -> None:
    """Which of the two would win is documented nowhere: told before anything is sent."""
    file = Media(kind="image", content_type="image/png", path="/p/cat.png", sha256="0")
    request = GenerationRequest(prompt="x", model="m", extra={field: "https://e/x"}, **{field: file})
    with pytest.raises(InvalidRequest) as caught:
        validate(request, QUBRID)
    assert caught.value.failure == Failure(
        code="invalid_request",
        message=f"{field} was given twice: as a file, and as a URL in extra.",
        field=field,
        sent="no",
        charged="no",
    )


def test_every_field_is_the_same_in_a_form() -> None:
    """What JSON says, a form says as text."""
    fields: dict[str, Any] = {
        "prompt": "a kite", "model": "p-video", "duration": 5, "resolution": "720p", "fps": 24, "aspect": "16:9",
        "draft": True, "sound": False, "enhance": True, "seed": 7, "extra": {"loop": False, "steps": 2.5},
    }  # fmt: skip
    json = Qubrid().create(GenerationRequest(**fields)).json
    form = Qubrid().create(GenerationRequest(**fields, audio=SOUND)).form
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in json.items()}
    assert form == {**texts, "audio_file": Upload("/p/a.wav", "audio.wav", "audio/wav")}


@pytest.mark.parametrize(
    ("url", "clip"),
    [
        ("https://c/a.mp4?X-Signature=a%2Bb", Artifact("https://c/a.mp4?X-Signature=a%2Bb")),
        ("http://c/a.mp4", Artifact("http://c/a.mp4")),
        ("//c/a.mp4", Artifact("https://c/a.mp4")),
        ("/files/a.mp4", Artifact("^/files/a.mp4")),
        ("files/a.mp4?next=https://x", Artifact("/files/a.mp4?next=https://x")),
        ("data:video/mp4;base64,AAAA", Artifact("", inline="data:video/mp4;base64,AAAA")),
    ],
)
def test_a_clip_is_where_its_url_says(url: str, clip: Artifact) -> None:
    """Elsewhere, at the provider, or in the URL itself."""
    assert Qubrid().read_create(reply({"created": 1, "data": [{"url": url}]})) == Finished([clip])


@pytest.mark.parametrize("status", [200, 201, 202, 203])
def test_any_2xx_with_a_clip_is_a_clip(status: int) -> None:
    """Whatever the code."""
    assert Qubrid().read_create(reply({"data": [{"url": "https://c/a.mp4"}]}, status)) == Finished(
        [Artifact("https://c/a.mp4")]
    )


def test_a_picture_alone_is_a_request() -> None:
    """The prompt is optional."""
    call = Qubrid().create(GenerationRequest(prompt="", model="p-video", image=LINK))
    assert call.json == {"model": "p-video", "image": "https://example.com/cat.png"}


def test_the_finished_clip_of_the_document() -> None:
    """The create's own answer has the clip, at another host."""
    body = {"created": 1719792000, "data": [{"url": "https://cdn.qubrid.com/a.mp4"}]}
    assert Qubrid().read_create(reply(body)) == Finished([Artifact("https://cdn.qubrid.com/a.mp4")])


@pytest.mark.parametrize(
    "data", [{}, {"data": []}, {"data": None}, {"data": [{}]}, {"data": [{"url": None}]}, {"data": 7}]
)
def test_a_200_without_a_clip_is_no_end(data: dict[str, object]) -> None:
    """Neither success nor failure: the clip may be made all the same."""
    with pytest.raises(Malformed):
        Qubrid().read_create(reply({"created": 1, **data}))


@pytest.mark.parametrize(
    ("body", "clip"),
    [
        ({"data": [{"b64_json": "AAAA"}]}, Artifact("", inline="AAAA")),
        ({"data": {"video": {"url": "https://c/1.mp4"}}}, Artifact("https://c/1.mp4")),
        ({"video_url": "https://c/1.mp4"}, Artifact("https://c/1.mp4")),
        ({"data": [{"url": "DATA:video/mp4;base64,AAAA"}]}, Artifact("", inline="DATA:video/mp4;base64,AAAA")),
        ({"data": [{"url": "/api/v1/media/a.mp4"}]}, Artifact("^/api/v1/media/a.mp4")),
    ],
)
def test_a_clip_is_kept_however_it_comes(body: dict[str, Any], clip: Artifact) -> None:
    """In base64, in an object, at another name, inside a data URL, below the host."""
    assert Qubrid().read_create(reply(body)) == Finished([clip])


def test_the_film_itself_may_be_the_answer() -> None:
    """Paid bytes are never dropped because no JSON is around them."""
    assert Qubrid().read_create(Reply(200, {}, MP4)) == Finished([Artifact("", inline=b64encode(MP4).decode())])


def test_two_urls_are_two_clips() -> None:
    """As many as there are."""
    body = {"data": [{"url": "https://c/1.mp4"}, {"url": "https://c/2.mp4"}]}
    assert Qubrid().read_create(reply(body)) == Finished([Artifact("https://c/1.mp4"), Artifact("https://c/2.mp4")])


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"{"])
def test_what_is_no_object_is_malformed(body: bytes) -> None:
    """The outcome is unknown then."""
    with pytest.raises(Malformed):
        Qubrid().read_create(Reply(200, {}, body))


@pytest.mark.parametrize(
    ("status", "type_", "code", "kind", "charged"),
    [
        (400, "invalid_request_error", "invalid_request", "invalid_request", "no"),
        (401, "authentication_error", "missing_api_key", "auth", "no"),
        (402, "insufficient_quota", "insufficient_quota", "out_of_credit", "no"),
        (403, "permission_error", "insufficient_quota", "permission", "no"),
        (404, "invalid_request_error", "model_not_found", "model_not_found", "no"),
        (429, "rate_limit_error", "rate_limit_exceeded", "rate_limited", "no"),
        (500, "server_error", "internal_error", "provider", "unknown"),
        (502, "server_error", "backend_unavailable", "provider", "unknown"),
        (504, "server_error", "backend_error", "provider", "unknown"),
    ],
)
@pytest.mark.parametrize("param", [{}, {"param": None}, {"param": "model"}])
def test_the_table_of_errors(
    status: int, type_: str, code: str, kind: str, charged: str, param: dict[str, str]
) -> None:
    """By status first (a 403 says insufficient_quota), param absent, null or named, the request id kept."""
    error = {"message": "No.", "type": type_, "code": code, "request_id": "req-qubrid-abc123", **param}
    assert Qubrid().read_failure(reply({"error": error}, status)) == Failure(
        code=kind,
        message="No.",
        field=param.get("param"),
        sent="yes",
        charged=charged,  # type: ignore[arg-type]  # the table holds only those words
        request_id="req-qubrid-abc123",
    )
