"""Qubax: the page's own examples, and what its silence may hold."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.dialects.base import Accepted, Artifact, Call, StatusUpdate
from jupyter_videogen.dialects.qubax import Qubax
from support.speeches import HANDLE, reply


def artifacts(*indexes: int) -> tuple[Artifact, ...]:
    return tuple(Artifact(f"/media/artifacts/vg_abc123/{index}") for index in indexes)


def test_the_create_of_the_page() -> None:
    """Model and prompt, nothing else that was not asked for; extra fields go beside them."""
    request = GenerationRequest(prompt="ocean waves crashing on a reef at sunset", model="runway-gen4-5-text")
    body = {"model": "runway-gen4-5-text", "prompt": "ocean waves crashing on a reef at sunset"}
    assert Qubax().create(request) == Call("POST", "/video/generations", json=body, timeout=120.0)
    full = GenerationRequest(prompt="x", model="m", duration=5, aspect="16:9", seed=0, extra={"fx": True})
    wanted = {"model": "m", "prompt": "x", "duration": 5, "aspect_ratio": "16:9", "seed": 0, "fx": True}
    assert Qubax().create(full).json == wanted


def test_the_completed_status_of_the_page() -> None:
    """One clip, at index 0."""
    body = {
        "id": "vg_abc123",
        "model": "runway-gen4-5-text",
        "status": "completed",
        "output_count": 1,
        "created_at": 1719792000,
        "completed_at": 1719792120,
    }
    update = Qubax().read_look(reply(body), {"id": "vg_abc123"})
    assert update == StatusUpdate("succeeded", artifacts=artifacts(0))


def test_the_failed_status_of_the_page() -> None:
    """An error of message and type, no code."""
    error = {"message": "Content policy violation in prompt.", "type": "invalid_request_error"}
    update = Qubax().read_look(reply({"id": "vg_abc123", "status": "failed", "error": error}), HANDLE)
    failure = Failure(
        code="content_policy", message="Content policy violation in prompt.", sent="yes", charged="unknown"
    )
    assert update == StatusUpdate("failed", failure=failure)


@pytest.mark.parametrize(
    ("count", "indexes"),
    [({}, (0,)), ({"output_count": 0}, ()), ({"output_count": 2}, (0, 1)), ({"output_count": "2"}, (0, 1)),
     ({"output_count": -1}, ()), ({"output_count": 10**9}, tuple(range(16))), ({"output_count": "x"}, (0,))],
)  # fmt: skip
def test_how_many_clips_there_are(count: dict[str, object], indexes: tuple[int, ...]) -> None:
    """Absent means one; nothing means none; junk and hugeness are bounded."""
    update = Qubax().read_look(reply({"status": "completed", **count}), {"id": "vg_abc123"})
    assert update == StatusUpdate("succeeded", artifacts=artifacts(*indexes))


@pytest.mark.parametrize(("asked", "sent"), [({"duration": 5}, 5), ({"extra": {"duration": "5"}}, "5")])
def test_a_length_goes_as_it_was_given(asked: dict[str, Any], sent: object) -> None:
    """The page says that parameters a model lacks are ignored, and nothing of their types: as a number, or as text."""
    call = Qubax().create(GenerationRequest(prompt="x", model="m", **asked))
    assert call == Call("POST", "/video/generations", json={"model": "m", "prompt": "x", "duration": sent}, timeout=120)


def test_an_end_before_the_beginning_is_an_end() -> None:
    """Clocks of a provider's machines differ; nothing is computed from them."""
    body = {"id": "vg_abc123", "status": "completed", "created_at": 1719792120, "completed_at": 1719792000}
    assert Qubax().read_look(reply(body), HANDLE) == StatusUpdate(
        "succeeded", artifacts=(Artifact("/media/artifacts/j1/0"),)
    )


def test_a_good_jobs_reason_is_no_error() -> None:
    """new-api puts the clip's own URL into `fail_reason` of a job that went well."""
    body = {"code": "success", "message": "", "data": {"status": "SUCCESS", "fail_reason": "https://cdn/a.mp4"}}
    clip = Artifact("/media/artifacts/vg_abc123/0", others=("https://cdn/a.mp4",))
    assert Qubax().read_look(reply(body), {"id": "vg_abc123"}) == StatusUpdate("succeeded", artifacts=(clip,))


def test_the_shape_of_those_who_copied_its_paths() -> None:
    """`task_id` for `id`, and the job in an envelope."""
    assert Qubax().read_create(reply({"task_id": "t1"})) == Accepted({"id": "t1"})
    envelope = {"code": "success", "message": "", "data": {"task_id": "t1", "status": "SUCCESS", "progress": "100%"}}
    assert Qubax().read_create(reply(envelope)) == Accepted({"id": "t1"})
    update = Qubax().read_look(reply(envelope), {"id": "vg_abc123"})
    assert update == StatusUpdate("succeeded", progress=100, artifacts=artifacts(0))
    failed = {"code": "success", "message": "", "data": {"status": "FAILURE", "fail_reason": "no"}}
    assert Qubax().read_look(reply(failed), HANDLE) == StatusUpdate(
        "failed", failure=Failure(code="provider", message="no", sent="yes", charged="unknown")
    )


def test_an_id_with_a_slash_stays_one_segment_in_both_paths() -> None:
    """For the look and for the artifact."""
    handle = {"id": "a/b"}
    assert Qubax().look(handle) == Call("GET", "/video/generations/a%2Fb", carries_clips=True)
    (artifact,) = Qubax().read_look(reply({"status": "completed"}), handle).artifacts
    assert Qubax().fetch(artifact) == Call("GET", "/media/artifacts/a%2Fb/0")


def test_pending_is_queued_and_nothing_is_invented() -> None:
    """No progress where none is reported."""
    assert Qubax().read_look(reply({"id": "x", "status": "pending"}), HANDLE) == StatusUpdate("queued")
