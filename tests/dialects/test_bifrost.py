"""Bifrost: opaque ids, content before links, filters, and who really made it."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Base64
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.base import Accepted, Artifact, Call, StatusUpdate
from jupyter_videogen.dialects.bifrost import Bifrost
from jupyter_videogen.dialects.openai import OpenAI
from support.speeches import HANDLE, reply

FILE = Media(kind="image", content_type="image/png", path="/p/cat.png", sha256="0", width=1, height=1)


def test_a_create_is_json_with_seconds_as_text() -> None:
    """`seconds` is a string, a picture a data URL, fallbacks pass through."""
    request = GenerationRequest(
        prompt="x", model="openai/sora-2", duration=4, size="1280x720", seed=3, negative="blur", sound=False, image=FILE,
        extra={"fallbacks": ["runway/gen4.5"]},
    )  # fmt: skip
    assert Bifrost().create(request) == Call(
        "POST",
        "/videos",
        json={
            "model": "openai/sora-2",
            "prompt": "x",
            "seconds": "4",
            "size": "1280x720",
            "negative_prompt": "blur",
            "seed": 3,
            "audio": False,
            "input_reference": Base64("/p/cat.png", prefix="data:image/png;base64,"),
            "fallbacks": ["runway/gen4.5"],
        },
        timeout=120.0,
        carries_clips=True,
    )


@pytest.mark.parametrize("id_", ["models%2Fveo%2Foperations%2Fa:gemini", "arn:aws:x:bedrock", "video_1:openai"])
def test_an_id_goes_round_as_it_came(id_: str) -> None:
    """Opaque, escaped once, for look, content, delete and remix."""
    handle = Bifrost().read_create(reply({"id": id_, "object": "video", "status": "queued"})).handle
    assert handle == {"id": id_}
    escaped = id_.replace("%", "%25").replace(":", "%3A")
    assert Bifrost().look(handle).url == f"/videos/{escaped}"
    assert Bifrost().delete(handle) == Call("DELETE", f"/videos/{escaped}")
    assert Bifrost().remix(handle, "y").url == f"/videos/{escaped}/remix"


def video(**facts: Any) -> StatusUpdate:
    return Bifrost().read_look(reply({"id": "j1", "object": "video", "status": "completed", **facts}), HANDLE)


@pytest.mark.parametrize(
    ("videos", "clips", "notes"),
    [
        ([{"type": "url", "url": "https://cdn/a.mp4"}], (Artifact("/videos/j1/content", duration=4, size="1x2", others=("https://cdn/a.mp4",)),), ()),
        ([{"type": "url", "url": "gs://bucket/a.mp4"}], (Artifact("/videos/j1/content", duration=4, size="1x2"),), ()),
        ([{"type": "base64", "base64": "AAAA"}], (Artifact("/videos/j1/content", inline="AAAA", duration=4, size="1x2"),), ()),
        ([{"url": "https://cdn/a.mp4", "base64": "AAAA"}], (Artifact("/videos/j1/content", inline="AAAA", duration=4, size="1x2", others=("https://cdn/a.mp4",)),), ()),
        ([], (Artifact("/videos/j1/content", duration=4, size="1x2", presumed=True),), ()),
        (None, (Artifact("/videos/j1/content", duration=4, size="1x2", presumed=True),), ()),
        (
            [{"url": "https://cdn/a.mp4"}, {"url": "gs://b/c"}, {"base64": "AAAA"}],
            (Artifact("/videos/j1/content", duration=4, size="1x2", others=("https://cdn/a.mp4",)), Artifact("", inline="AAAA", duration=4, size="1x2")),
            ("1 of 3 clips are stored where only the upstream provider's own key gives access.",),
        ),
        (
            [{"url": "gs://b/a"}, {"url": "gs://b/c"}],
            (Artifact("/videos/j1/content", duration=4, size="1x2"),),
            ("1 of 2 clips are stored where only the upstream provider's own key gives access.",),
        ),
    ],
)  # fmt: skip
def test_content_comes_before_links(videos: Any, clips: tuple[Artifact, ...], notes: tuple[str, ...]) -> None:
    """The first is fetched from content, also where no row says so; further ones where they stand; what cannot is told."""
    assert video(videos=videos, seconds="4", size="1x2") == StatusUpdate("succeeded", artifacts=clips, notes=notes)


@pytest.mark.parametrize(("progress", "read"), [(42.5, 42.5), (None, None)])
def test_progress_may_be_a_float_or_absent(progress: float | None, read: float | None) -> None:
    """As it came."""
    assert video(status="in_progress", progress=progress) == StatusUpdate("running", progress=read)


HELD = Failure(
    code="content_policy", message="1 withheld by the provider's filter: violence", sent="yes", charged="unknown"
)


@pytest.mark.parametrize("status", ["failed", "completed"])
def test_everything_filtered_is_a_refusal(status: str) -> None:
    """With the filter's reasons, whether the provider calls it failed or completed."""
    update = video(status=status, content_filter={"filtered_count": 1, "reasons": ["violence"]})
    assert update == StatusUpdate("failed", failure=HELD)


def test_some_filtered_is_a_success_with_a_word() -> None:
    """One of two came, and the job says what became of the other."""
    update = video(videos=[{"url": "https://c/a.mp4"}], content_filter={"filtered_count": 1, "reasons": ["violence"]})
    assert update == StatusUpdate(
        "succeeded",
        artifacts=(Artifact("/videos/j1/content", others=("https://c/a.mp4",)),),
        notes=("1 withheld by the provider's filter: violence",),
    )


def test_who_made_it_is_told_where_it_was_not_asked_for() -> None:
    """A fallback or an alias shows on the job, and so does a cache; raw requests with keys are never looked at."""
    extra = {
        "provider": "runway",
        "model_requested": "sora-2",
        "model_deployment": "gen4.5",
        "raw_request": {"key": "sk-x"},
    }
    created = Bifrost().read_create(reply({"id": "j1", "extra_fields": extra}))
    note = "Made by runway with gen4.5, where sora-2 was requested."
    assert created == Accepted({"id": "j1"}, notes=(note,))
    cached = {**extra, "model_deployment": "sora-2", "cache_debug": {"cache_hit": True}}
    assert video(status="queued", extra_fields=cached) == StatusUpdate(
        "queued", notes=("This clip comes from the gateway's cache.",)
    )


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (400, {"is_bifrost_error": False, "status_code": 400, "error": {"message": "model should be in provider/model format"}}, Failure(code="invalid_request", message="model should be in provider/model format", sent="yes", charged="no")),
        (400, {"is_bifrost_error": True, "status_code": 429, "error": {"type": "rate_limit", "message": "slow"}, "extra_fields": {"provider": "openai"}}, Failure(code="invalid_request", message="slow", sent="yes", charged="no")),
        (500, {"event_id": "e1", "error": {"message": "boom"}}, Failure(code="provider", message="boom", sent="yes", charged="unknown", request_id="e1")),
        (500, {"error": {"message": "boom", "event_id": "e2"}}, Failure(code="provider", message="boom", sent="yes", charged="unknown", request_id="e2")),
        (415, b"Invalid request payload", Failure(code="invalid_request", message="Invalid request payload", sent="yes", charged="no")),
    ],
)  # fmt: skip
def test_errors_come_in_an_envelope(status: int, body: Any, failure: Failure) -> None:
    """The HTTP status decides, the envelope has the words and the reference for support."""
    assert Bifrost().read_failure(reply(body, status)) == failure


REFUSED = "network error occurred while connecting to provider API (DNS lookup, connection refused, etc.)"


@pytest.mark.parametrize(
    ("status", "body", "code", "sent", "charged"),
    [
        (400, {"is_bifrost_error": False, "error": {"error": "dial tcp 10.0.0.1:443: connect: connection refused", "message": REFUSED}}, "unreachable", "no", "no"),
        (500, {"is_bifrost_error": False, "error": {"error": "dial tcp: lookup maker.example: no such host", "message": REFUSED}}, "unreachable", "no", "no"),
        (400, {"is_bifrost_error": False, "error": {"error": "read tcp: connection reset by peer", "message": "failed to execute HTTP request to provider API"}}, "provider", "yes", "unknown"),
        (400, {"is_bifrost_error": False, "error": {"message": "timeout awaiting response headers"}}, "provider", "yes", "unknown"),
        (400, {"is_bifrost_error": True, "error": {"message": "EOF"}}, "provider", "yes", "unknown"),
        (500, {"is_bifrost_error": True, "error": {"error": "input_reference must be a base64 data URL", "message": "failed to convert video generation request to openai format"}}, "invalid_request", "yes", "no"),
        (500, {"is_bifrost_error": False, "error": {"error": "prompt field is required", "message": "failed to parse request"}}, "invalid_request", "yes", "no"),
        (400, {"is_bifrost_error": False, "status_code": 400, "error": {"message": "prompt cannot be empty"}}, "invalid_request", "yes", "no"),
        (400, {"is_bifrost_error": False, "status_code": 400, "error": {"code": "moderation_blocked", "message": "no"}}, "content_policy", "yes", "no"),
    ],
)  # fmt: skip
def test_a_refusal_is_what_is_said_of_the_request(status: int, body: Any, code: str, sent: str, charged: str) -> None:
    """v1.5.2 answers 400 when the line to its maker broke: the job may be there. What never left the gateway is not charged."""
    failure = Bifrost().read_failure(reply(body, status))
    assert (failure.code, failure.sent, failure.charged) == (code, sent, charged)


def test_the_newer_names_of_who_made_it_are_read() -> None:
    """Bifrost v1.5: `original_model_requested` and `resolved_model_used`."""
    extra = {"provider": "runway", "original_model_requested": "sora-2", "resolved_model_used": "gen4.5"}
    note = "Made by runway with gen4.5, where sora-2 was requested."
    assert Bifrost().read_create(reply({"id": "j1", "extra_fields": extra})) == Accepted({"id": "j1"}, notes=(note,))
    assert OpenAI().read_create(reply({"id": "j1", "extra_fields": extra})) == Accepted({"id": "j1"}, notes=(note,))
    same = {**extra, "resolved_model_used": "sora-2"}
    assert Bifrost().read_create(reply({"id": "j1", "extra_fields": same})) == Accepted({"id": "j1"})


@pytest.mark.parametrize("model", ["gemini/veo-3", "vertex/veo-3"])
def test_the_last_picture_is_an_object_for_google(model: str) -> None:
    """The gateway passes it on as it is, and Google takes an object; others take a data URL."""
    call = Bifrost().create(GenerationRequest(prompt="x", model=model, last_frame=FILE))
    assert call.json["lastFrame"] == {"bytesBase64Encoded": Base64("/p/cat.png"), "mimeType": "image/png"}
    call = Bifrost().create(GenerationRequest(prompt="x", model="runway/gen4.5", last_frame=FILE))
    assert call.json["lastFrame"] == Base64("/p/cat.png", prefix="data:image/png;base64,")


def test_a_list_names_its_provider() -> None:
    """B5: the gateway has no list over all."""
    assert Bifrost().page("openai/sora-2", "a:b").url == "/videos?provider=openai&limit=50&after=a%3Ab"
