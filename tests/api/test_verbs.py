"""The four verbs of watching, said of jobs that they are not for: nothing is sent, and nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg

if TYPE_CHECKING:
    from support.paid_server import Shop

VERBS = ("recover", "recheck", "restore_clips", "watch")


def client(shop: Shop) -> vg.Client:
    return vg.Client("openai", base_url=shop.url, api_key="canary-1")


@pytest.mark.parametrize("verb", VERBS)
def test_a_finished_job_keeps_its_clip(shop: Shop, verb: str) -> None:
    """Its file is neither fetched again nor given another place."""
    job = client(shop).submit("a kite", model="m")
    clip = job.result(30)
    before = (job.record, Path(clip.path).stat().st_mtime_ns, len(shop.book))
    getattr(vg.job(job.id), verb)()
    again = vg.job(job.id)
    assert again.result(30) == clip
    assert (again.record, Path(clip.path).stat().st_mtime_ns, len(shop.book)) == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_failed_job_stays_failed(shop: Shop, verb: str) -> None:
    """No verb makes a job of it that goes on."""
    job = client(shop).submit("a kite", model="m")
    job.result(30)
    record = job.record.after(state="failed", clips=())
    failed = job._runtime.change(record)
    getattr(vg.job(job.id), verb)()
    assert vg.job(job.id).record == failed
    assert len(shop.book) == 1


def test_a_clip_that_is_missing_is_fetched_again(shop: Shop) -> None:
    """From the same job, which is not paid for twice."""
    job = client(shop).submit("a kite", model="m")
    path = Path(job.result(30).path)
    path.unlink()
    assert Path(vg.job(job.id).restore_clips().result(30).path).exists()
    assert len(shop.book) == 1


def test_a_clip_that_was_replaced_is_fetched_again_beside_the_other_film(shop: Shop) -> None:
    """Another film at its place is not played for it, and is not overwritten."""
    job = client(shop).submit("a kite", model="m")
    path = Path(job.result(30).path)
    path.write_bytes(b"another film")
    with pytest.raises(vg.InvalidRequest, match="Another file is at"):
        job.clip.save(path.with_name("copy.mp4"))
    found = Path(vg.job(job.id).restore_clips().result(30).path)
    assert found != path
    assert found.parent == path.parent
    assert path.read_bytes() == b"another film"
    assert len(shop.book) == 1


@pytest.mark.parametrize("extra", [{"byok_api_key": "canary-2"}, {"12.keyframes": "0, 24"}])
def test_a_request_with_a_credential_is_not_sent_again_without_it(shop: Shop, extra: dict[str, Any]) -> None:
    """The ledger has a mark in its place; to send that would be another, paid request."""
    job = client(shop).submit("a kite", model="m", extra=extra)
    job.result(30)
    job._runtime.change(job.record.after(state="unknown_outcome", clips=(), handle=None))
    with pytest.raises(vg.InvalidRequest, match="which is stored nowhere") as refused:
        vg.job(job.id).send_again()
    assert refused.value.field == "extra"
    assert vg.job(job.id).state == "unknown_outcome"
    assert len(shop.book) == 1
