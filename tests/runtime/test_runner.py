"""The one loop, against providers that are functions."""

from __future__ import annotations

from base64 import b64encode
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from jupyter_videogen.core.errors import DownloadError, Failure
from jupyter_videogen.core.http import Lost, NotSent, Reply
from jupyter_videogen.dialects.base import Artifact, Finished
from jupyter_videogen.runtime import running_job
from jupyter_videogen.testing import FakeClock, FakeTransport
from support.fakes import INSTANT, MP4, SLOW, Instant
from support.runner_bench import DONE, Bench, looks, said
from support.video_samples import film

if TYPE_CHECKING:
    from jupyter_videogen.core.http import Call
    from jupyter_videogen.core.job import JobRecord


def test_a_create_that_answers_with_the_clip_needs_no_look(tmp_path: Path) -> None:
    """A synchronous provider's clip goes straight from the create to the disk."""

    def answer(call: Call) -> Reply:
        return said({"urls": ["https://cdn.example/a.mp4"]}) if call.method == "POST" else said(MP4)

    bench = Bench(tmp_path, INSTANT, answer)
    job = bench.run()
    assert bench.states == ["submitting", "saving", "succeeded"]
    assert [(call.method, call.url) for call in bench.transport.calls] == [
        ("POST", "/now"),
        ("GET", "https://cdn.example/a.mp4"),
    ]
    assert Path(job.path).read_bytes() == MP4
    assert bench.stored == job


def test_a_job_is_watched_to_its_clip(tmp_path: Path) -> None:
    """Queued, running, saving, stored: each state is told and the record in the ledger is the one that was told."""
    bench = Bench(tmp_path, SLOW, looks({"state": "queued"}, {"state": "running", "pct": 40}, DONE))
    job = bench.run()
    assert bench.states[:4] == ["submitting", "queued", "queued", "running"]
    assert job.state == "succeeded"
    assert bench.stored == job
    assert bench.clock.slept == [1.0, 1.0, 1.0]
    assert bench.failpoints == ["planned", "sent", "accepted", "stored"]
    (clip,) = job.clips
    assert clip == msgspec.structs.replace(
        clip, path=job.path, bytes=len(MP4), job_id=job.id, prompt="a kite", duration=4, size="640x360", seed=7
    )


def test_the_job_is_in_the_ledger_before_the_paid_call_leaves(tmp_path: Path) -> None:
    """At the moment of the POST the ledger says "sent"."""
    seen = []

    def answer(call: Call) -> Reply:
        if call.method == "POST":
            seen.append(bench.stored.state)
        return looks(DONE)(call)

    bench = Bench(tmp_path, SLOW, answer)
    bench.run()
    assert seen == ["submitting"]


def test_the_receipt_says_how_the_clip_was_made(tmp_path: Path) -> None:
    """A sidecar beside the clip holds request, model and hash, and no place on this machine."""
    job = Bench(tmp_path, SLOW, looks(DONE)).run()
    receipt = msgspec.json.decode(Path(job.path).with_suffix(".json").read_bytes())
    assert receipt["request"] == {"prompt": "a kite", "model": "m", "duration": 4, "size": "640x360", "seed": 7}
    assert receipt["sha256"] == job.clips[0].sha256
    assert str(tmp_path) not in str(receipt)


@pytest.mark.parametrize(
    "fault", [Lost("ReadError"), said(b"<html>", 502), said({}, 504), said({"id2": 1}), said(b"{")]
)
def test_a_lost_answer_is_told_and_never_sent_again(tmp_path: Path, fault: Reply | Exception) -> None:
    """Anything but a clear answer to a create is an unknown outcome after one POST."""

    def answer(call: Call) -> Reply:
        if isinstance(fault, Exception):
            raise fault
        return fault

    bench = Bench(tmp_path, SLOW, answer)
    job = bench.run()
    assert bench.transport.posts == 1
    assert job.state == bench.stored.state == "unknown_outcome"
    assert job.failure is not None
    assert (job.failure.sent, job.failure.charged) == ("yes", "unknown")


def test_what_certainly_never_left_is_tried_three_times(tmp_path: Path) -> None:
    """A refused connection is no send: three tries, then a failure that says nothing was sent or charged."""

    def answer(_call: Call) -> Reply:
        raise NotSent("ConnectError")

    bench = Bench(tmp_path, SLOW, answer)
    assert bench.run().failure == Failure(
        code="unreachable",
        message="Slow Inc. could not be reached.",
        next="Check the connection and run the cell or call again.",
        sent="no",
        charged="no",
    )
    assert bench.transport.posts == 3
    assert bench.transport.renewed == 2


def test_a_refusal_is_final_and_says_what_the_service_said(tmp_path: Path) -> None:
    """A 402 is told with the provider's words and its request id; nothing is sent again."""
    body = {"error": {"message": "No credits left", "code": "insufficient_quota", "request_id": "req-1"}}
    bench = Bench(tmp_path, SLOW, lambda _call: said(body, 402))
    assert bench.run().failure == Failure(
        code="out_of_credit", message="No credits left", sent="yes", charged="no", request_id="req-1"
    )
    assert bench.transport.posts == 1


def test_a_busy_service_is_asked_again_after_the_time_it_names(tmp_path: Path) -> None:
    """429 means nothing was accepted: wait as long as asked, at most three tries in all."""
    replies = [said({}, 429, retry_after="7"), said({"id": "r1"}), said(DONE)]

    def answer(call: Call) -> Reply:
        return replies.pop(0) if replies else said(MP4)

    bench = Bench(tmp_path, SLOW, answer)
    assert bench.run().state == "succeeded"
    assert bench.clock.slept[0] == 7.0


def test_a_full_queue_of_the_local_engine_is_waited_for(tmp_path: Path) -> None:
    """It works its queue off: 120 jobs of a loop are 120 clips; nobody else's 429 is waited for like that."""
    replies = [said({}, 429, videogen_queue="full")] * 9 + [said({"id": "r1"}), said(DONE)]

    def answer(call: Call) -> Reply:
        return replies.pop(0) if replies else said(MP4)

    drawn = msgspec.structs.replace(SLOW, simulated=True)
    assert Bench(tmp_path, drawn, answer).run().state == "succeeded"
    for number, (provider, full) in enumerate([(drawn, {}), (SLOW, {"videogen_queue": "full"})]):
        folder = tmp_path / str(number)
        folder.mkdir()
        bench = Bench(folder, provider, lambda call, full=full: said({}, 429, **full))
        assert bench.run().state == "failed"
        assert len([call for call in bench.transport.calls if call.method == "POST"]) == 3


@pytest.mark.parametrize(
    ("location", "handle"),
    [
        ("/v1/clips/r1", {"id": "r1"}),
        ("https://slow.example/v1/clips/a%2Fb?x=1", {"id": "a/b"}),
        ("/", None),
        ("/clips/%2E%2E", None),
        ("", None),
    ],
)
def test_a_job_may_be_told_by_its_location_alone(tmp_path: Path, location: str, handle: dict[str, str] | None) -> None:
    """202 and an empty body: the id is the end of the address; without one nobody knows."""

    def answer(call: Call) -> Reply:
        return said(b"", 202, location=location) if call.method == "POST" else _finished(call)

    bench = Bench(tmp_path, SLOW, answer)
    job = bench.run()
    assert (job.state, job.handle) == ("succeeded" if handle else "unknown_outcome", handle)
    assert bench.transport.posts == 1


def _finished(call: Call) -> Reply:
    return said(DONE) if call.url.startswith("/clips/") else said(MP4)


def test_settings_that_the_service_changed_are_told(tmp_path: Path) -> None:
    """It took another length and size than was requested: kept, and said."""

    def answer(call: Call) -> Reply:
        body = {"id": "r1", "seconds": "8", "size": "8x8", "model": "m"}
        return said(body) if call.method == "POST" else _finished(call)

    job = Bench(tmp_path, SLOW, answer).run()
    assert (job.state, job.warnings) == (
        "succeeded",
        ("Slow Inc. took duration 8 instead of 4.", "Slow Inc. took size 8x8 instead of 640x360."),
    )


def test_between_two_tries_the_ledger_says_that_nothing_is_sent(tmp_path: Path) -> None:
    """A process that dies while it waits for its turn leaves no doubt behind."""
    sending, waiting = [], []

    def answer(call: Call) -> Reply:
        if call.method != "POST":
            return looks(DONE)(call)
        sending.append(bench.stored.state)
        return said({}, 429, retry_after="7") if len(sending) == 1 else said({"id": "r1"})

    class Clock(FakeClock):
        async def sleep(self, seconds: float) -> None:
            waiting.append(bench.stored.state)
            await super().sleep(seconds)

    bench = Bench(tmp_path, SLOW, answer)
    bench.parts = bench.parts._replace(clock=Clock())
    assert bench.run().state == "succeeded"
    assert (sending, waiting[0]) == (["submitting", "submitting"], "draft")


def test_bad_looks_are_missed_looks(tmp_path: Path) -> None:
    """Lost lines, 5xx, HTML and half a JSON do not end a job that the provider is working on."""
    bad = [Lost("ReadTimeout"), NotSent("ConnectError"), said(b"<html>", 503), said(b'{"state": "suc'), said([])]
    bench = Bench(tmp_path, SLOW, looks(*bad, DONE))
    assert bench.run().state == "succeeded"
    assert bench.transport.posts == 1


def test_a_quarter_hour_of_bad_looks_is_unreachable_and_resumes(tmp_path: Path) -> None:
    """Unreachable is not failed: the next good look goes on from there."""
    bench = Bench(tmp_path, SLOW, looks(*[Lost("down")] * 60, {"state": "running"}, DONE))
    assert bench.run().state == "succeeded"
    assert "unreachable" in bench.states
    assert bench.states.index("unreachable") < bench.states.index("running")


def test_progress_never_runs_backwards(tmp_path: Path) -> None:
    """A provider that takes progress back does not take it back from the page."""
    bench = Bench(tmp_path, SLOW, looks({"state": "running", "pct": 60}, {"state": "running", "pct": 20}, DONE))
    told: list[float | None] = []
    bench._note = lambda job: told.append(job.progress)  # type: ignore[method-assign]
    bench.run()
    assert [value for value in told if value is not None] == sorted(value for value in told if value is not None)


def test_progress_is_written_for_those_who_read_along(tmp_path: Path) -> None:
    """At most every two seconds, and nothing when it stands still."""
    moving = [{"state": "running", "pct": percent} for percent in (*range(1, 60), *[60] * 20)]
    bench = Bench(tmp_path, SLOW, looks(*moving, DONE))
    written: dict[int, float] = {}

    def told(job: JobRecord) -> None:
        if job.state == "running":
            written.setdefault(bench.stored.version, bench.clock.monotonic())
            assert job.progress is not None
            assert (bench.stored.progress or 0.0) <= job.progress

    bench._note = told  # type: ignore[method-assign]
    assert bench.run().state == "succeeded"
    moments = list(written.values())
    assert 2 < len(moments) <= 60
    assert all(later - earlier >= running_job.NOTED for earlier, later in pairwise(moments))


def test_a_young_job_may_be_unknown_to_its_service(tmp_path: Path) -> None:
    """404 just after create is patience, not loss."""
    bench = Bench(tmp_path, SLOW, looks(said({}, 404), said({}, 404), DONE))
    assert bench.run().state == "succeeded"


def test_an_old_job_that_is_gone_expires(tmp_path: Path) -> None:
    """404 for half a minute, long after create, means the provider no longer has it."""
    bench = Bench(tmp_path, SLOW, looks(*[said({}, 404)] * 40))
    assert bench.run().state == "expired"


def test_done_without_a_clip_is_a_failure_after_a_minute(tmp_path: Path) -> None:
    """Completed with nothing is looked at again for a minute, then told."""
    bench = Bench(tmp_path, SLOW, looks(*[{"state": "succeeded"}] * 40))
    job = bench.run()
    assert job.failure is not None
    assert job.failure.message == "Slow Inc. reports the job as done, but there is no clip."


def test_an_expired_link_is_asked_for_again(tmp_path: Path) -> None:
    """A link that has expired is renewed by a look; nothing is generated again."""
    links = iter(["/files/old.mp4", "/files/new.mp4"])

    def answer(call: Call) -> Reply:
        if call.url == "/clips/r1":
            return said({"state": "succeeded", "urls": [next(links)]})
        return said({"error": "expired"}, 403) if call.url == "/files/old.mp4" else looks(DONE)(call)

    bench = Bench(tmp_path, SLOW, answer)
    assert bench.run().state == "succeeded"
    assert bench.transport.posts == 1


def test_a_clip_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    """404 on content just after the end is a provider that is late."""
    late = iter([said({}, 404), said({}, 409), said(b'{"error": "not ready"}')])

    def answer(call: Call) -> Reply:
        if call.url == "/clips/r1":
            return said(DONE)
        return next(late, said(MP4)) if call.url.startswith("/files") else looks()(call)

    assert Bench(tmp_path, SLOW, answer).run().state == "succeeded"


def test_some_clips_are_better_than_none(tmp_path: Path) -> None:
    """Q7: one of two cannot be had: the other is stored, and the job says so."""
    both = {"state": "succeeded", "urls": ["/files/1.mp4", "/gone"]}

    def answer(call: Call) -> Reply:
        if call.url == "/clips/r1":
            return said(both)
        return said({"error": "gone"}, 404) if call.url == "/gone" else looks()(call)

    job = Bench(tmp_path, SLOW, answer).run()
    assert (job.state, len(job.clips)) == ("succeeded", 1)
    assert job.warnings == ("1 of 2 clips could not be downloaded: The clip could not be downloaded: gone",)


def test_several_clips_are_numbered(tmp_path: Path) -> None:
    """The first has the planned name, the next `-2`."""
    job = Bench(tmp_path, SLOW, looks({"state": "succeeded", "urls": ["/files/1.mp4", "/files/2.mp4"]})).run()
    assert [Path(clip.path).name for clip in job.clips] == ["a-kite-k3q7x2ma.mp4", "a-kite-k3q7x2ma-2.mp4"]


@pytest.mark.parametrize("head", ["", "data:video/mp4;base64,"])
def test_a_clip_may_come_inside_the_reply(tmp_path: Path, head: str) -> None:
    """I13: base64, with or without a data URL's head, with line breaks; it is a file like any other."""
    text = b64encode(MP4).decode()
    inline = Artifact("", inline=head + text[:50] + "\n" + text[50:])
    provider = msgspec.structs.replace(INSTANT, dialect=Inline(inline))
    job = Bench(tmp_path, provider, lambda _call: said({})).run()
    assert Path(job.path).read_bytes() == MP4


def test_broken_base64_is_no_clip(tmp_path: Path) -> None:
    """I13: what does not decode is told, and not stored in the ledger either."""
    provider = msgspec.structs.replace(INSTANT, dialect=Inline(Artifact("", inline="AAA")))
    bench = Bench(tmp_path, provider, lambda _call: said({}))
    with pytest.raises(DownloadError, match="broken base64"):
        bench.run()
    assert bench.stored.artifacts == ()


def test_a_clip_that_came_inside_a_lost_answer_is_told(tmp_path: Path) -> None:
    """The kernel died between the answer and the disk, and there is no job to look at: said, not looked for for ever."""
    bench = Bench(tmp_path, INSTANT, lambda _call: said({}))
    bench.job = bench.job.after(state="saving")
    assert bench.run().state == "unknown_outcome"
    assert bench.transport.calls == []


def test_a_receipt_that_cannot_be_written_costs_no_clip(tmp_path: Path) -> None:
    """The clip is what was paid for; what is missing beside it is a word on the job."""
    bench = Bench(tmp_path, SLOW, looks(DONE))
    Path(bench.job.path).with_suffix(".json").mkdir(parents=True)
    job = bench.run()
    assert job.state == "succeeded"
    assert job.warnings == ("The receipt beside the clip could not be written (Is a directory).",)


class Inline(Instant):
    """A create that carries its clip."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact

    def read_create(self, reply: Reply) -> Finished:
        return Finished([self._artifact])


def test_a_clip_that_cannot_be_fetched_stays_fetchable(tmp_path: Path) -> None:
    """A cut download leaves no file, keeps the job in saving and never generates again."""

    def answer(call: Call) -> Reply:
        return said(MP4[:-100]) if call.url.startswith("/files") else looks(DONE)(call)

    bench = Bench(tmp_path, SLOW, answer)
    with pytest.raises(DownloadError):
        bench.run()
    assert bench.stored.state == "saving"
    assert bench.transport.posts == 1
    assert not list((tmp_path / "videogen").iterdir())

    bench.transport = FakeTransport(looks(DONE))
    assert bench.run().state == "succeeded"
    assert bench.transport.posts == 0


def test_a_clip_without_a_poster_gets_one_from_its_frames(tmp_path: Path) -> None:
    """Each clip its own, where the provider gives none; what cannot be decoded goes without."""
    film(tmp_path / "a.mp4", (0, 0, 160))
    bodies = {"/files/1.mp4": (tmp_path / "a.mp4").read_bytes(), "/files/2.mp4": MP4}

    def answer(call: Call) -> Reply:
        return said(bodies[call.url]) if call.url in bodies else looks(DONE | {"urls": [*bodies]})(call)

    shown, hidden = Bench(tmp_path, SLOW, answer).run().clips
    assert Path(shown.poster or "").read_bytes().startswith(b"\xff\xd8\xff")
    assert Path(shown.poster or "").stat().st_size <= 30_000
    assert hidden.poster is None
