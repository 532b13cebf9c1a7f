"""What every dialect of jobs must survive: one table, whole values."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.dialects.base import Accepted, Call, Dialect, Looks, Malformed, StatusUpdate
from jupyter_videogen.dialects.vllm_omni import VllmOmni
from support.speeches import HANDLE, SPEECHES, Speech, reply, sent_prompt


@pytest.fixture(params=sorted(SPEECHES))
def speech(request: pytest.FixtureRequest) -> Speech:
    return SPEECHES[request.param]


def look(speech: Speech, **facts: object) -> StatusUpdate:
    update = speech.dialect.read_look(reply({speech.id_field: "j1", **facts}), HANDLE)
    assert isinstance(update, StatusUpdate)
    return update


def test_a_dialect_of_jobs_looks(speech: Speech) -> None:
    """Each is a Dialect and has the half that looks."""
    assert isinstance(speech.dialect, Dialect)
    assert isinstance(speech.dialect, Looks)


@pytest.mark.parametrize("status", [200, 201, 202, 203])
def test_any_2xx_with_an_id_is_an_acceptance(speech: Speech, status: int) -> None:
    """Providers disagree on the code of a create."""
    accepted = speech.dialect.read_create(reply({speech.id_field: "j1", "status": "pending"}, status))
    assert accepted == Accepted({"id": "j1"})


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"str"', b"{", b"\xef\xbb\xbf[]", b"\xff"])
def test_what_is_no_object_is_malformed(speech: Speech, body: bytes) -> None:
    """Empty, HTML, list, null, text, half, a list behind a byte order mark, not UTF-8."""
    for read in (speech.dialect.read_create, lambda one: speech.dialect.read_look(one, HANDLE)):
        with pytest.raises(Malformed):
            read(reply(body))


def test_a_byte_order_mark_costs_no_id(speech: Speech) -> None:
    """Some servers put one before their JSON; what follows it is read as ever."""
    body = b"\xef\xbb\xbf" + msgspec.json.encode({speech.id_field: "j1", "status": "queued"})
    assert speech.dialect.read_create(reply(body)) == Accepted({"id": "j1"})
    assert speech.dialect.read_look(reply(body), HANDLE) == StatusUpdate("queued")


@pytest.mark.parametrize("id_", [None, "", True, [], ".", "..", "a\nb", "x" * 2049])
def test_an_id_that_cannot_be_used_is_not_taken(speech: Speech, id_: object) -> None:
    """No id, no truth value, no way out of the path."""
    with pytest.raises(Malformed):
        speech.dialect.read_create(reply({speech.id_field: id_}))


@pytest.mark.parametrize(
    ("id_", "segment"),
    [
        ("a/b", "a%2Fb"),
        ("a:b", "a%3Ab"),
        ("a%2Fb:gemini", "a%252Fb%3Agemini"),
        ("a;b=c+d e", "a%3Bb%3Dc%2Bd%20e"),
        ("é", "%C3%A9"),
        ("?x#y", "%3Fx%23y"),
        ("a/../b", "a%2F..%2Fb"),
        ("...", "..."),
        ("x" * 2048, "x" * 2048),
    ],
)
def test_an_id_is_one_segment_of_the_path(speech: Speech, id_: str, segment: str) -> None:
    """Whatever it holds, it is escaped once."""
    assert speech.dialect.read_create(reply({speech.id_field: id_})).handle == {"id": id_}
    assert speech.dialect.look({"id": id_}).url == speech.look.format(segment)


@pytest.mark.parametrize(
    ("word", "state", "shown"),
    [
        ("pending", "queued", ""),
        ("NOT_START", "queued", ""),
        ("in-progress", "running", ""),
        ("processing", "running", ""),
        ("IN_PROGRESS", "running", ""),
        ("rendering", "running", ""),
        ("Queued", "queued", ""),
        ("timed_out", "expired", ""),
        ("stopped", "cancelled", ""),
        ("", "running", ""),
        ("almost " * 40, "running", ("almost " * 40)[:80]),
        ("expired", "expired", ""),
        ("deleted", "expired", ""),
        ("cancelled", "cancelled", ""),
        ("canceled", "cancelled", ""),
        ("POST_PROCESSING", "running", "POST_PROCESSING"),
        (None, "running", ""),
        (3, "running", ""),
        ({}, "running", ""),
    ],
)
def test_words_fold_and_unknown_ones_are_never_an_end(speech: Speech, word: object, state: Any, shown: str) -> None:
    """The one table, upper or lower case; what it lacks is shown as it came."""
    assert look(speech, status=word) == StatusUpdate(state, status=shown)


@pytest.mark.parametrize(
    ("progress", "read"),
    [
        (0, 0),
        (42.5, 42.5),
        ("42", 42),
        ("42%", 42),
        ("62.5 %", 62.5),
        ("%", None),
        (None, None),
        (-1, None),
        (101, None),
        ("NaN", None),
        ([], None),
    ],
)
def test_progress_is_a_percent_or_nothing(speech: Speech, progress: object, read: float | None) -> None:
    """Junk is no progress, and neither is the 0 that vLLM-Omni says all the time."""
    read = None if isinstance(speech.dialect, VllmOmni) and read == 0 else read
    fraction = speech.progress(progress)
    assert look(speech, status="processing", progress=fraction) == StatusUpdate("running", progress=read)


@pytest.mark.parametrize(
    "created",
    [1, 1.5, 1e12, 4e9, 4e12, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00.123456",
     "2999-01-01T00:00:00Z", "", None, 0, -1, "soon", {}],
)  # fmt: skip
def test_times_of_any_kind_are_harmless(speech: Speech, created: object) -> None:
    """Past, future, without a zone, in milliseconds, junk: no time of a provider decides anything here."""
    assert look(speech, status="pending", created_at=created, completed_at=created) == StatusUpdate("queued")
    ended = look(speech, status="completed", created_at=created, completed_at=1, expires_at=1, **speech.finished)
    assert ended == StatusUpdate("succeeded", artifacts=speech.clips)


@pytest.mark.parametrize(
    ("error", "notes"),
    [
        (None, ()),
        ({}, ()),
        ("", ()),
        ({"message": None}, ()),
        ("boom", ("The provider also reported an error: boom",)),
        ({"code": 500}, ("The provider also reported an error: The provider gave no reason.",)),
        ({"code": "x", "message": "half of it"}, ("The provider also reported an error: half of it",)),
    ],
)
def test_a_finished_job_keeps_its_clips_whatever_its_error(
    speech: Speech, error: object, notes: tuple[str, ...]
) -> None:
    """Completed with an error beside the clip is completed, and what the error says is passed on."""
    update = look(speech, status="completed", error=error, **speech.finished)
    assert update == StatusUpdate("succeeded", artifacts=speech.clips, notes=notes)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        ("boom", "provider", "boom"),
        ({"code": "content_filtered", "message": "no faces"}, "content_policy", "no faces"),
        ({"code": 500}, "provider", "The provider gave no reason."),
    ],
)
@pytest.mark.parametrize("name", ["qubax", "indoxhub", "bifrost", "openrouter"])
def test_finished_with_an_error_and_nothing_else_is_a_failure(name: str, error: Any, code: str, message: str) -> None:
    """Where there is no clip, the error is what became of the job."""
    update = look(SPEECHES[name], status="completed", error=error, output_count=0, urls=[])
    failure = Failure(code=code, message=message, sent="yes", charged="unknown")
    assert update == StatusUpdate("failed", failure=failure)


@pytest.mark.parametrize("name", ["qubax", "indoxhub", "openrouter"])
def test_finished_without_a_clip_is_said_as_it_is(name: str) -> None:
    """Neither clip nor error: finished with nothing, for the runner to ask again."""
    assert look(SPEECHES[name], status="completed", error=None, output_count=0, urls=[]) == StatusUpdate("succeeded")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (None, "provider", "The provider gave no reason."),
        ("boom", "provider", "boom"),
        ({"message": "no faces", "type": "content_policy"}, "content_policy", "no faces"),
        (
            {"message": "Content policy violation in prompt.", "type": "invalid_request_error"},
            "content_policy",
            "Content policy violation in prompt.",
        ),
        ({"code": 7}, "provider", "The provider gave no reason."),
        ([], "provider", "The provider gave no reason."),
    ],
)
def test_a_failed_job_says_why(speech: Speech, error: object, code: str, message: str) -> None:
    """Object, text, nothing; no claim about the bill."""
    failure = Failure(code=code, message=message, sent="yes", charged="unknown")
    assert look(speech, status="failed", error=error) == StatusUpdate("failed", failure=failure)


def test_extra_fields_and_duplicate_keys_are_harmless(speech: Speech) -> None:
    """What is not known is not looked at."""
    body = b'{"%s": "x", "%s": "j1", "status": "queued", "new": [1, {"a": null}]}' % ((speech.id_field.encode(),) * 2)
    assert speech.dialect.read_create(reply(body)) == Accepted({"id": "j1"})
    assert speech.dialect.read_look(reply(body), HANDLE) == StatusUpdate("queued")


def test_the_service_may_say_when_to_look(speech: Speech) -> None:
    """A hint is a hint in every dialect."""
    hinted = reply({speech.id_field: "j1", "status": "queued"}, openai_poll_after_ms="400")
    assert speech.dialect.read_create(hinted) == Accepted({"id": "j1"}, poll_after=0.4)
    assert speech.dialect.read_look(hinted, HANDLE) == StatusUpdate("queued", poll_after=0.4)


@pytest.mark.parametrize("prompt", ["x" * 32_000, "a\nb", "🛶 boat", "\u202eright to left", '"quoted" {braces} \\'])
def test_a_prompt_goes_as_it_is(speech: Speech, prompt: str) -> None:
    """Newlines, emoji, direction marks and quotes are text."""
    call = speech.dialect.create(GenerationRequest(prompt=prompt, model="a/b\r\nx: y"))
    assert isinstance(call, Call)
    assert sent_prompt(call) == prompt
    assert (call.json or call.form).get("model", "a/b\r\nx: y") == "a/b\r\nx: y"
    assert call.headers == {}
