"""Trouble between a finished job and its clip, in every dialect: upset providers, cut lines, and when to come back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.backoff import LONGEST_ASKED
from jupyter_videogen.core.errors import DownloadError
from jupyter_videogen.core.http import Lost, NotSent
from support.fakes import MP4
from support.runner_bench import said
from support.whole_jobs import EVERY, ROWS, as_reply, bench, done, service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_videogen.core.http import Call, Reply
    from support.runner_bench import Bench

LINK = "https://cdn.example/a.mp4"
BAD = [
    said({"error": {"message": "worker lost"}}, 500),
    said(b"<html><h1>Bad Gateway</h1></html>", 502),
    said(b"", 503),
    said({}, 504),
    said({}, 429),
    Lost("RemoteProtocolError"),
    NotSent("ConnectError"),
]


def street(folder: Path, name: str, clips: Iterable[Any]) -> Bench:
    """Return a job that is finished at its first look, or at its create, and whose clip is asked for in vain at first."""
    if name != "qubrid":
        return bench(folder, ROWS[name], service(name, [done(name)] * 99, clips))
    giving = iter(clips)

    def answer(call: Call) -> Reply:
        return said({"data": [{"url": LINK}]}) if call.method == "POST" else as_reply(next(giving, MP4))

    return bench(folder, rows.QUBRID, answer)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", EVERY)
def test_trouble_at_the_clip_is_gone_over(name: str, bad: Any, tmp_path: Path) -> None:
    """With words or without, before the request left or after: asked four times more, and paid for once."""
    one = street(tmp_path, name, [bad] * 4)
    job = one.run()
    assert (job.state, job.failure, one.transport.posts) == ("succeeded", None, 1)
    assert Path(job.path).read_bytes() == MP4


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (said({"error": {"message": "worker lost"}}, 500), "The download broke off (HTTP 500: worker lost)."),
        (Lost("ReadError"), "The download broke off (ReadError)."),
        (NotSent("ConnectError"), "The clip could not be requested (ConnectError)."),
    ],
)
@pytest.mark.parametrize("name", EVERY)
def test_trouble_that_stays_keeps_the_job(name: str, bad: Any, words: str, tmp_path: Path) -> None:
    """Told in the provider's words where there are some; the job can be watched again, and nothing is claimed of its bill."""
    one = street(tmp_path, name, [bad] * 99)
    with pytest.raises(DownloadError):
        one.run()
    failure = one.stored.failure
    assert failure is not None
    assert (failure.message, failure.sent, failure.charged) == (words, "yes", "unknown")
    assert (one.stored.state, one.transport.posts) == ("saving", 1)


@pytest.mark.parametrize(("asked", "wait"), [("7", 7.0), ("99999", LONGEST_ASKED), ("soon", 1.0)])
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("name", EVERY)
def test_a_store_says_when_to_come_back(name: str, status: int, asked: str, wait: float, tmp_path: Path) -> None:
    """As long as it asks, an hour at most; what is no time is none."""
    one = street(tmp_path, name, [said({}, status, retry_after=asked)])
    assert one.run().state == "succeeded"
    assert wait in one.clock.slept
    assert max(one.clock.slept) <= LONGEST_ASKED
