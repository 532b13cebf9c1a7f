"""The same request twice is paid once; an answer that is lost is looked for, and never paid for behind one's back.

Against a provider with a book of what it accepted, through the public API.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.recovery import WAITS
from support.fakes import MP4

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobRecord
    from support.paid_server import Shop


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the list at once each time; how long is waited is the runner's test."""
    monkeypatch.setattr("jupyter_videogen.runtime.recovery.WAITS", (0.0,) * len(WAITS))


def test_the_same_request_again_is_the_stored_clip(
    shop: Shop, lab: vg.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is sent, and one line says so."""
    first = lab.generate("a kite", model="m", duration=4)
    with caplog.at_level(logging.WARNING, "jupyter_videogen"):
        assert lab.generate("a kite", model="m", duration=4) == first
    assert len(shop.book) == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"Same request as job {first.job_id}: nothing is sent or charged. Pass new=True to make another clip."
    ]


def test_what_decides_the_result_or_the_bill_makes_another_request(shop: Shop, lab: vg.Client) -> None:
    """A length, a model, a prompt, another account; `new=True` and a random seed on purpose."""
    requests = [
        lambda: lab.submit("a kite", model="m"),
        lambda: lab.submit("a kite", model="m", duration=4),
        lambda: lab.submit("a kite", model="other"),
        lambda: lab.submit("a boat", model="m"),
        lambda: vg.Client("openai", base_url=shop.url, api_key="canary-2").submit("a kite", model="m"),
        lambda: lab.submit("a kite", model="m", new=True),
        lambda: lab.submit("a kite", model="m", seed="random"),
    ]
    jobs = [request() for request in requests]
    assert [job.reused for job in jobs] == [False] * 7
    assert {job.result(10).sha256 for job in jobs} == {vg.jobs()[0].clip.sha256}
    assert len(shop.book) == len({sale.idempotency_key for sale in shop.book}) == 7
    assert sorted(job.record.take for job in jobs) == [1, 1, 1, 1, 1, 2, 3]


def test_a_running_job_is_joined(shop: Shop, lab: vg.Client) -> None:
    """Also while its create is still open, and from many threads at once: single flight."""
    shop.held.clear()
    jobs: list[vg.Job] = []
    threads = [threading.Thread(target=lambda: jobs.append(lab.submit("a kite", model="m"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.asked.wait(10)
    jobs.append(lab.submit("a kite", model="m"))
    assert [job.reused for job in jobs].count(False) == 1
    shop.held.set()
    assert len({job.result(10) for job in jobs}) == 1
    assert len(shop.book) == 1


SECOND_KERNEL = """
import sys, jupyter_videogen as vg
job = vg.Client("openai", base_url=sys.argv[1], api_key="canary-1").submit("a kite", model="m")
print(job.id, job.reused, job.result(20).sha256)
"""


def test_two_kernels_share_one_job(shop: Shop, lab: vg.Client) -> None:
    """Another process that asks for the same joins the job, and reads along to the same clip."""
    shop.held.clear()
    job = lab.submit("a kite", model="m")
    assert shop.asked.wait(10)
    command = [sys.executable, "-c", SECOND_KERNEL, shop.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        shop.held.set()
        assert other.communicate(timeout=40)[0].split() == [job.id, "True", job.result(20).sha256]
    assert len(shop.book) == 1


def test_a_job_that_is_just_starting_is_not_taken_for_one_that_died(
    shop: Shop, lab: vg.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same request from another thread, between the ledger's line and the job's task, joins it and sends nothing."""
    ledger = process.runtime().ledger
    add, others, joined = ledger.add, [], []

    def met(*args: Any, **caps: Any) -> JobRecord:
        record = add(*args, **caps)
        if not others:
            others.append(threading.Thread(target=lambda: joined.append(lab.submit("a kite", model="m"))))
            others[0].start()
            others[0].join(0.5)  # it would be through by then, if nothing held it
        return record

    monkeypatch.setattr(ledger, "add", met)
    job = lab.submit("a kite", model="m")
    others[0].join()
    assert job.result(10) == joined[0].result(10)
    assert len(shop.book) == 1


def test_a_refused_request_is_sent_again(shop: Shop, lab: vg.Client) -> None:
    """Nothing was accepted, so there is nothing to reuse."""
    shop.refusal = (400, {"error": {"message": "bad length", "param": "seconds"}})
    with pytest.raises(vg.InvalidRequest) as caught:
        lab.generate("a kite", model="m")
    assert (caught.value.sent, caught.value.charged, shop.book) == ("yes", "no", [])
    shop.refusal = None
    assert lab.generate("a kite", model="m").bytes == len(MP4)
    assert len(shop.book) == 1


def test_a_clip_that_was_deleted_is_fetched_again_not_made_again(shop: Shop, lab: vg.Client) -> None:
    """The provider still has it."""
    first = lab.generate("a kite", model="m")
    Path(first.path).unlink()
    again = lab.generate("a kite", model="m")
    assert (again.path, again.sha256, Path(again.path).read_bytes()) == (first.path, first.sha256, MP4)
    assert len(shop.book) == 1


def test_a_clip_that_was_moved_is_found_not_fetched(
    shop: Shop, lab: vg.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the notebook's folder, by its bytes: another file of the same size is another file."""
    monkeypatch.chdir(tmp_path)
    first = lab.generate("a kite", model="m")
    elsewhere = tmp_path / "talk" / "kite.mp4"
    elsewhere.parent.mkdir()
    (tmp_path / "another.mp4").write_bytes(bytes(len(MP4)))
    Path(first.path).rename(elsewhere)
    shop.gone = True
    assert vg.job(first.job_id).watch().result(20).path == str(elsewhere)
    assert lab.generate("a kite", model="m").path == str(elsewhere)
    assert len(shop.book) == 1


def test_a_lost_answer_is_found_in_the_list(shop: Shop, lab: vg.Client) -> None:
    """The one job that matches is adopted: the clip arrives as if nothing had happened, and is paid for once."""
    lab.generate("a boat", model="m")
    shop.deaf = True
    job = lab.submit("a kite", model="m")
    assert job.result(20).bytes == len(MP4)
    assert job.record.handle == {"id": "video_2"}
    assert job.record.warnings[-1] == "The answer was lost; the job was found in OpenAI shape's list."
    assert len(shop.book) == 2


def test_a_lost_answer_without_a_list_stands_in_the_way(shop: Shop, lab: vg.Client) -> None:
    """Told plainly; the same request is not sent again by itself, but on purpose, with the same idempotency key."""
    shop.deaf, shop.listing = True, False
    job = lab.submit("a kite", model="m")
    with pytest.raises(vg.OutcomeUnknown) as caught:
        job.result(20)
    assert (caught.value.sent, caught.value.charged) == ("yes", "unknown")
    with pytest.raises(vg.OutcomeUnknown, match=f"The same request was sent as job {job.id}"):
        lab.generate("a kite", model="m")
    assert len(shop.book) == 1

    shop.deaf = False
    assert job.send_again().result(20).bytes == len(MP4)
    assert [sale.idempotency_key for sale in shop.book] == [job.record.idempotency_key] * 2
    assert lab.submit("a kite", model="m").reused


def test_sending_again_from_two_threads_at_once_sends_once(
    shop: Shop, lab: vg.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second click that comes while the first is being taken up joins it: one more order, not two."""
    shop.deaf, shop.listing = True, False
    job = lab.submit("a kite", model="m")
    with pytest.raises(vg.OutcomeUnknown):
        job.result(20)
    shop.deaf = False
    ledger = process.runtime().ledger
    claim, other = ledger.claim, threading.Thread(target=vg.job(job.id).send_again)

    def met(job_id: str, **facts: Any) -> bool:
        if other.ident is None:
            other.start()
            other.join(0.5)  # it would be through by then, if nothing held it
        return claim(job_id, **facts)

    monkeypatch.setattr(ledger, "claim", met)
    assert job.send_again().result(20)
    other.join()
    assert len(shop.book) == 2  # the one whose answer was lost, and the one that was wanted


def test_a_job_that_had_expired_is_looked_at_again(shop: Shop, lab: vg.Client) -> None:
    """The provider has it after all: its clip is fetched, and nothing is ordered."""
    clip = lab.generate("a kite", model="m")
    job = vg.job(clip.job_id)
    process.runtime().change(job.record.after(state="expired", clips=()))
    assert job.watch().result(20).sha256 == clip.sha256
    assert len(shop.book) == 1


def test_a_lost_job_can_be_looked_for_later(shop: Shop, lab: vg.Client) -> None:
    """The list was away; when it is back, `watch()` finds the job."""
    shop.deaf, shop.listing = True, False
    job = lab.submit("a kite", model="m")
    with pytest.raises(vg.OutcomeUnknown):
        job.result(20)
    shop.listing = True
    assert job.watch().result(20).bytes == len(MP4)
    assert len(shop.book) == 1


def test_a_lost_job_among_several_is_the_users_choice(shop: Shop, lab: vg.Client) -> None:
    """Two rows can be it: neither is adopted, both are named, and `attach` takes one up."""
    other = vg.Client("openai", base_url=shop.url.replace("127.0.0.1", "localhost"), api_key="canary-1")
    other.generate("a kite", model="m")  # the ledger knows this one under another address: to `lab` it is a stranger's
    shop.deaf = True
    job = lab.submit("a kite", model="m")
    with pytest.raises(vg.OutcomeUnknown, match="2 jobs in OpenAI shape's list match it: video_2, video_1"):
        job.result(20)
    taken = vg.attach("video_2", provider="openai", base_url=shop.url, api_key="canary-1")
    assert (taken.result(20).bytes, len(shop.book)) == (len(MP4), 2)
    assert vg.attach("video_2", provider="openai", base_url=shop.url, api_key="canary-1").id == taken.id


def test_stop_waiting_while_the_request_is_open(shop: Shop, lab: vg.Client) -> None:
    """The request stays open, its answer is written down, and only then is the job left alone."""
    shop.held.clear()
    job = lab.submit("a kite", model="m")
    assert shop.asked.wait(10)
    assert (job.state, job.record.handle) == ("submitting", None)
    job.stop_waiting()
    assert job.detached
    accepted = threading.Event()
    job.subscribe(lambda record: accepted.set() if record.handle else None)
    shop.held.set()
    assert accepted.wait(10)
    assert process.runtime().ledger.find(job.id).handle == {"id": "video_1"}
    assert job.watch().result(20).bytes == len(MP4)
    assert not job.detached
