"""A job's own stream of events is hearsay: it moves the progress, its end is looked at, and its absence costs nothing."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_videogen.core.http import Call, Lost, NotSent, Reply
from jupyter_videogen.runtime.polling import scheduler
from support.comfy_workflows import FILM, TEXT_TO_VIDEO, UNCHECKED_COMFYUI
from support.fakes import MP4
from support.runner_bench import Bench, said

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.core.job import JobRecord

RUNNING = {"id": "r1", "status": "running", "progress": {"value": 0.0, "nodes_done": 0, "nodes_total": 0}}
DONE = {"id": "r1", "status": "succeeded", "outputs": [FILM]}
END = ("status", {"status": "succeeded"})


def step(done: int, node: str = "3") -> tuple[str, dict[str, Any]]:
    """A step of a sampler, as the proxy tells of it: of the 30 of one node."""
    facts = {"value": done / 30, "nodes_done": 0, "nodes_total": 0, "current_node": node, "step": done, "steps": 30}
    return "progress", facts


def stream(*events: tuple[str, object]) -> Reply:
    """A stream that ends after these."""
    frames = [b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data)) for name, data in events]
    return said(b": hello\n\n" + b"".join(frames), content_type="text/event-stream; charset=utf-8")


class Watched(Bench):
    """A ComfyUI that gives these looks, then the film, and these streams, the last again and again."""

    def __init__(self, folder: Path, looks: list[object], *streams: Reply | Exception) -> None:
        super().__init__(folder, UNCHECKED_COMFYUI, self._answer)
        self.job = msgspec.structs.replace(
            self.job, request=msgspec.structs.replace(self.job.request, workflow=TEXT_TO_VIDEO)
        )
        self.told: list[tuple[float | None, str]] = []
        self._looks, self._streams = list(looks), list(streams)

    def _answer(self, call: Call) -> Reply:
        if call.method == "POST":
            return said({"id": "r1", "status": "queued"})
        if call.url.endswith("/events"):
            answer = self._streams.pop(0) if len(self._streams) > 1 else self._streams[0]
            if isinstance(answer, Exception):
                raise answer
            return answer
        if call.url.endswith("/content"):
            return said(MP4, content_length=str(len(MP4)))
        return said(self._looks.pop(0) if self._looks else DONE)

    def _note(self, job: JobRecord) -> None:
        super()._note(job)
        self.told.append((job.progress, job.status))

    def asked(self, ending: str) -> int:
        return sum(call.url.endswith(ending) for call in self.transport.calls)


def test_steps_come_by_the_stream(tmp_path: Path) -> None:
    """The card moves though looks know nothing; the stream's end is looked at."""
    one = Watched(tmp_path, [RUNNING], stream(step(15), END))
    assert one.run().state == "succeeded"
    assert (50.0, "step 15 of 30") in one.told
    assert one.asked("/events") == 1
    assert one.transport.posts == 1


@pytest.mark.parametrize(
    "fault",
    [
        Lost("the connection was cut off"),
        NotSent("nothing answers at its address"),
        stream(step(3)),
        stream(("status", {"status": "failed"})),
        stream(("progress", [7]), ("status", "x"), ("nonsense", {})),
        said({}, 429),
        said({}, 503),
    ],
    ids=["cut", "refused", "ends-early", "calls-it-failed", "junk", "too-many", "upset"],
)
def test_a_stream_that_breaks_falls_back_to_looks(fault: Reply | Exception, tmp_path: Path) -> None:
    """The job ends as if there were none; what the stream says of an end is never believed."""
    one = Watched(tmp_path, [RUNNING] * 40, fault)
    assert one.run().state == "succeeded"
    assert one.asked("/r1") == 41
    assert 1 < one.asked("/events") < 41


@pytest.mark.parametrize("answer", [said({"error": {"code": "not_implemented"}}, 501), said({}, 404), said(RUNNING)])
def test_a_provider_without_a_stream_is_asked_once(answer: Reply, tmp_path: Path) -> None:
    """It says so by its status, or by answering something else."""
    one = Watched(tmp_path, [RUNNING] * 10, answer)
    assert one.run().state == "succeeded"
    assert one.asked("/events") == 1


def test_a_job_that_waits_is_not_listened_to(tmp_path: Path) -> None:
    """A stream holds a connection; the place in the queue comes with looks."""
    waits = {"id": "r1", "status": "queued", "queue_position": 2}
    one = Watched(tmp_path, [waits] * 5, stream(END))
    assert one.run().state == "succeeded"
    assert (None, "2nd in the queue") in one.told
    assert one.asked("/events") == 0


JPEG = b"\xff\xd8\xff picture "


def picture(number: int) -> tuple[str, dict[str, Any]]:
    """A preview as the proxy sends it."""
    return "preview", {
        "node_id": "3",
        "content_type": "image/jpeg",
        "data_base64": b64encode(JPEG + b"%d" % number).decode(),
    }


def test_pictures_are_passed_on_once_a_second(tmp_path: Path) -> None:
    """Of those that come together the first; what is no picture is none, and the steps between come all the same."""
    one, shown = (
        Watched(tmp_path, [RUNNING], stream(picture(1), step(3), picture(2), ("preview", {}), END)),
        list[bytes](),
    )
    one.parts = one.parts._replace(preview=shown.append)
    assert one.run().state == "succeeded"
    assert shown == [JPEG + b"1"]
    assert (10.0, "step 3 of 30") in one.told
    assert JPEG not in (tmp_path / "ledger.sqlite3").read_bytes()


def test_a_later_picture_is_passed_on(tmp_path: Path) -> None:
    """Each stream begins some time after the last one broke off."""
    one, shown = Watched(tmp_path, [RUNNING] * 12, stream(picture(1)), stream(picture(2)), stream(END)), list[bytes]()
    one.parts = one.parts._replace(preview=shown.append)
    assert one.run().state == "succeeded"
    assert shown == [JPEG + b"1", JPEG + b"2"]


def test_streams_leave_room_for_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as a provider may have, and no more."""
    monkeypatch.setattr(scheduler, "MOST_STREAMS", 0)
    one = Watched(tmp_path, [RUNNING] * 5, stream(END))
    assert one.run().state == "succeeded"
    assert one.asked("/events") == 0
