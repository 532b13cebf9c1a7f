"""Whole jobs through the real runner, in every dialect: what lines and providers do between a create and a clip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.errors import ArtifactExpired, DownloadError, Failure
from jupyter_videogen.core.http import Lost, NotSent
from support.fakes import MP4
from support.runner_bench import said
from support.speeches import reply
from support.whole_jobs import EVERY, ROWS, as_reply, bench, done, service

FAULTS = [Lost("ReadTimeout"), Lost("RemoteProtocolError"), said({}, 500), said({}, 502), said({}, 504), said({}, 408)]


@pytest.fixture(params=sorted(ROWS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_service_may_go_backwards(name: str, tmp_path: Path) -> None:
    """Running, waiting, running: followed, and the bar does not go back; stored is the end."""
    looks = [
        {"status": "processing", "progress": 60},
        {"status": "pending"},
        {"status": "processing", "progress": 9},
        done(name),
    ]
    one = bench(tmp_path, ROWS[name], service(name, looks))
    job = one.run()
    assert job.state == "succeeded"
    assert one.states[:5] == ["submitting", "queued", "running", "queued", "running"]


def test_a_clip_may_be_late(name: str, tmp_path: Path) -> None:
    """404, then JSON that says no, then the clip: nothing but the clip is stored."""
    clips = [said({"error": {"message": "not found"}}, 404), said({"error": "not ready"})]
    one = bench(tmp_path, ROWS[name], service(name, [done(name)] * 9, clips))
    assert Path(one.run().path).read_bytes() == MP4
    assert one.transport.posts == 1


@pytest.mark.parametrize("status", [403, 404, 410, 400])
def test_an_expired_link_is_renewed(name: str, status: int, tmp_path: Path) -> None:
    """A look gives the clip's address anew; the paid call is not repeated."""
    one = bench(tmp_path, ROWS[name], service(name, [done(name)] * 9, [said({"error": "expired"}, status)]))
    assert one.run().state == "succeeded"
    assert one.transport.posts == 1


def test_a_clip_that_stays_away_keeps_the_job(name: str, tmp_path: Path) -> None:
    """After a minute of it the job can still be fetched another day."""
    clips = [said({"error": "gone"}, 404)] * 99
    one = bench(tmp_path, ROWS[name], service(name, [done(name)] * 99, clips))
    with pytest.raises(DownloadError):
        one.run()
    assert (one.stored.state, one.transport.posts) == ("saving", 1)
    assert one.stored.handle == {"id": "j1"}


def test_a_clip_that_has_expired_for_good_says_so(name: str, tmp_path: Path) -> None:
    """The provider says that it is gone; nothing is generated again."""
    clips = [said({"error": {"message": "This video has expired."}}, 404)] * 99
    one = bench(tmp_path, ROWS[name], service(name, [done(name)] * 99, clips))
    with pytest.raises(ArtifactExpired, match="This video has expired"):
        one.run()
    assert (one.stored.state, one.transport.posts) == ("saving", 1)


@pytest.mark.parametrize(
    "bad",
    [
        Lost("ReadTimeout"),
        NotSent("ConnectError"),
        said({}, 401),
        said({}, 402),
        said({}, 429, retry_after="9999"),
        said({}, 429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"),
        said({}, 500),
        said(b"<html>", 502),
        said({}, 503),
        said({}, 504),
        said(b"<html>"),
        said(b'{"status": "comp'),
        said([]),
        said(b"\xff" * 100),
    ],
)
def test_a_bad_look_is_a_missed_look(name: str, bad: Any, tmp_path: Path) -> None:
    """A key revoked, a busy or upset provider, a cut line: the job is kept, and found done after all."""
    one = bench(tmp_path, ROWS[name], service(name, [bad, bad, done(name)]))
    assert one.run().state == "succeeded"
    assert one.transport.posts == 1
    assert max(one.clock.slept) <= 3600


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", EVERY)
def test_a_create_whose_answer_is_lost_is_sent_once(name: str, fault: Any, tmp_path: Path) -> None:
    """One POST on the wire, an unknown outcome, and words that do not say "try again"."""
    one = bench(tmp_path, ROWS.get(name, rows.QUBRID), lambda _call: as_reply(fault))
    job = one.run()
    assert (job.state, one.transport.posts) == ("unknown_outcome", 1)
    assert job.failure is not None
    assert (job.failure.sent, job.failure.charged) == ("yes", "unknown")
    assert "try again" not in job.failure.message.lower() + job.failure.next.lower()


@pytest.mark.parametrize("name", EVERY)
def test_a_create_that_never_left_is_tried_three_times(name: str, tmp_path: Path) -> None:
    """A refused connection is no send."""
    row = ROWS.get(name, rows.QUBRID)
    one = bench(tmp_path, row, lambda _call: as_reply(NotSent("ConnectError")))
    assert one.run().failure == Failure(
        code="unreachable",
        message=f"{row.title} could not be reached.",
        next="Check the connection and run the cell or call again.",
        sent="no",
        charged="no",
    )
    assert one.transport.posts == 3


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "invalid_request"), (401, "auth"), (402, "out_of_credit"), (403, "permission"), (404, "model_not_found"),
     (405, "invalid_request"), (409, "invalid_request"), (413, "invalid_request"), (415, "invalid_request"), (422, "invalid_request")],
)  # fmt: skip
@pytest.mark.parametrize("name", EVERY)
def test_a_refused_create_is_not_sent_again(name: str, status: int, code: str, tmp_path: Path) -> None:
    """A plain no: the kind, no charge, one POST."""
    one = bench(tmp_path, ROWS.get(name, rows.QUBRID), lambda _call: said({"error": {"message": "No."}}, status))
    job = one.run()
    assert job.failure == Failure(code=code, message="No.", sent="yes", charged="no")
    assert one.transport.posts == 1


@pytest.mark.parametrize("retry_after", ["3", "0.5", "", "soon", "-1", "120", "NaN"])
@pytest.mark.parametrize("name", EVERY)
def test_a_busy_service_is_asked_at_most_three_times(name: str, retry_after: str, tmp_path: Path) -> None:
    """429 is a refusal before acceptance; waits are bounded whatever the header says."""
    one = bench(tmp_path, ROWS.get(name, rows.QUBRID), lambda _call: said({}, 429, retry_after=retry_after))
    job = one.run()
    assert job.failure is not None
    assert (job.failure.code, job.failure.charged, one.transport.posts) == ("rate_limited", "no", 3)
    assert max(one.clock.slept) <= 120


@pytest.mark.parametrize(("asked", "told"), [("600", 600.0), ("121", 121.0), ("1e99", 86_400.0)])
@pytest.mark.parametrize("name", EVERY)
def test_a_long_wait_is_handed_back(name: str, asked: str, told: float, tmp_path: Path) -> None:
    """A provider that asks for ten minutes is not asked again after two: the request is refused, with the time to wait."""
    one = bench(tmp_path, ROWS.get(name, rows.QUBRID), lambda _call: said({}, 429, retry_after=asked))
    failure = one.run().failure
    assert failure is not None
    assert (failure.code, failure.charged, failure.retry_after) == ("rate_limited", "no", told)
    assert (one.transport.posts, one.clock.slept) == (1, [])


@pytest.mark.parametrize("code", ["insufficient_quota"])
@pytest.mark.parametrize("name", EVERY)
def test_no_credit_is_not_busy(name: str, code: str, tmp_path: Path) -> None:
    """A 429 that means "no credit" is not asked again."""
    busy = said({"error": {"message": "Empty.", "code": code}}, 429)
    one = bench(tmp_path, ROWS.get(name, rows.QUBRID), lambda _call: busy)
    assert one.run().failure == Failure(code="out_of_credit", message="Empty.", sent="yes", charged="no")
    assert one.transport.posts == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'"str"', b"{}", b'{"id": true, "job_id": []}', b'{"id": "..", "job_id": ".."}'],
)
@pytest.mark.parametrize("name", EVERY)
def test_a_taken_create_without_an_id_is_unknown(name: str, body: bytes, tmp_path: Path) -> None:
    """Taken, but nobody knows as what, and nothing is looked up by such an id."""
    one = bench(tmp_path, ROWS.get(name, rows.QUBRID), lambda _call: reply(body))
    job = one.run()
    assert job.state == "unknown_outcome"
    assert job.failure is not None
    assert msgspec.structs.replace(job.failure, next="") == Failure(
        code="unknown_outcome",
        message="The provider accepted the request, but its response could not be read.",
        sent="yes",
        charged="unknown",
    )
    assert job.failure.next.endswith("before you send it again. We did not send it again.")
    assert one.transport.posts == 1


@pytest.mark.parametrize(
    ("url", "fetched"),
    [
        ("https://cdn.qubrid.com/a.mp4?X-Signature=abc%2B", "https://cdn.qubrid.com/a.mp4?X-Signature=abc%2B"),
        ("http://cdn.qubrid.com/a.mp4", "http://cdn.qubrid.com/a.mp4"),
        ("/files/a.mp4", "^/files/a.mp4"),
    ],
)
def test_a_finished_clip_is_fetched_from_where_it_is(url: str, fetched: str, tmp_path: Path) -> None:
    """As it came, signature and all; whether it may be followed is the transport's to judge."""
    one = bench(
        tmp_path, rows.QUBRID, lambda call: said({"data": [{"url": url}]}) if call.method == "POST" else said(MP4)
    )
    assert one.run().state == "succeeded"
    assert [call.url for call in one.transport.calls] == ["/videos/generations", fetched]
