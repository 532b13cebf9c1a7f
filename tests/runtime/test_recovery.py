"""Which listed job is the one whose answer was lost, and how a list is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.http import Lost
from jupyter_videogen.dialects.base import Call, Listed, Page, Reply
from jupyter_videogen.runtime.list_matching import EARLY, LATE, matching_jobs
from jupyter_videogen.runtime.recovery import PAGES, WAITS
from support.fakes import MP4, Slow
from support.runner_bench import Bench, draft, said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SENT = 1_000.0


def row(**facts: Any) -> Listed:
    alike = {
        "handle": {"id": "r1"},
        "prompt": "a kite",
        "model": "m",
        "duration": 4.0,
        "size": "640x360",
        "created_at": SENT,
    }
    return Listed(**{**alike, **facts})


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        ({}, True),
        ({"model": "provider/m"}, True),
        ({"model": None, "duration": None, "size": None}, True),
        ({"created_at": SENT - EARLY}, True),
        ({"created_at": SENT + LATE}, True),
        ({"created_at": SENT - EARLY - 1}, False),
        ({"created_at": SENT + LATE + 1}, False),
        ({"created_at": None}, False),
        ({"prompt": None}, False),
        ({"prompt": "a kite "}, False),
        ({"model": "m2"}, False),
        ({"duration": 8.0}, False),
        ({"size": "8x8"}, False),
    ],
)
def test_only_an_exact_match_can_be_it(tmp_path: Path, facts: dict[str, Any], same: bool) -> None:  # noqa: FBT001
    """Prompt, model, settings and time; what a row does not say of its settings is no difference."""
    job = draft(rows.AIHUBMIX, tmp_path).after(sent_at=SENT)
    listed = row(**facts)
    assert matching_jobs(job, [listed]) == ([listed] if same else [])


def test_a_wrong_clock_over_there_is_allowed_for(tmp_path: Path) -> None:
    """The provider's Date says how far it is ahead."""
    job, listed = draft(rows.AIHUBMIX, tmp_path).after(sent_at=SENT), row(created_at=SENT + 86_400)
    assert matching_jobs(job, [listed]) == []
    assert matching_jobs(job, [listed], skew=86_400.0) == [listed]


@pytest.mark.parametrize("ours", [True, False])
def test_without_a_date_our_own_jobs_in_the_list_tell_the_time(tmp_path: Path, *, ours: bool) -> None:
    """This machine's clock is a day behind: the newest listed job that is ours says by how much."""
    wrong = 86_400.0
    rows_ = [
        {"created_at": SENT + wrong},
        {"created_at": SENT + wrong - 60, "handle": {"id": "r0"}, "prompt": "a boat"},
    ]
    bench = Bench(tmp_path, LISTING, deaf({"rows": rows_}))
    if ours:
        known = draft(LISTING, tmp_path).after(id="other234", idempotency_key="k2", fingerprint="g", state="succeeded")
        bench.ledger.add(known.after(handle={"id": "r0"}, sent_at=SENT - 60))
    assert bench.run().state == ("succeeded" if ours else "unknown_outcome")
    assert bench.transport.posts == 1


class Listing(Slow):
    """The fake dialect of jobs, with a list."""

    def page(self, model: str, cursor: str | None = None) -> Call:
        return Call("GET", f"/clips?model={model}&after={cursor}")

    def read_page(self, reply: Reply, cursor: str | None = None) -> Page:
        body = reply.json
        return Page([row(**each) for each in body["rows"]], body.get("next"))


LISTING = rows.Provider("slow", "https://slow.example/v1", None, Listing(), label="Slow Inc.")


def deaf(*pages: object) -> Callable[[Call], Reply]:
    """A provider that swallows the answer to a create, and then lists these pages."""
    queue = list(pages)

    def answer(call: Call) -> Reply:
        if call.method == "POST":
            raise Lost("ReadTimeout")
        if call.url.startswith("/clips?"):
            page = queue.pop(0) if len(queue) > 1 else queue[0]
            if isinstance(page, Exception):
                raise page
            return page if isinstance(page, Reply) else said(page)
        return said({"state": "succeeded", "urls": ["/f.mp4"]}) if call.url == "/clips/r1" else said(MP4)

    return answer


def test_the_unknown_state_is_shown_at_once_and_the_look_ups_go_on_behind_it(tmp_path: Path) -> None:
    """An empty list, one that can't be had twice over, then the job: adopted, watched, stored; one POST."""
    bench = Bench(tmp_path, LISTING, deaf({"rows": []}, said({}, 502), Lost("ReadTimeout"), {"rows": [{}]}))
    job = bench.run()
    assert bench.states[:3] == ["submitting", "unknown_outcome", "queued"]
    assert bench.clock.slept == [WAITS[0], WAITS[1], 0.5, 1.0, 0.0]  # found, it is looked at at once
    assert (job.state, job.handle, job.failure, job.searching) == ("succeeded", {"id": "r1"}, None, False)
    assert job.warnings == ("The answer was lost; the job was found in Slow Inc.'s list.",)
    assert bench.transport.posts == 1


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"rows": []}, "The job is not in Slow Inc.'s list."),
        (said({}, 404), "Slow Inc. returned no list of jobs to search."),
        (said(b"<html>"), "Slow Inc. returned no list of jobs to search."),
        ({"rows": [{}, {"handle": {"id": "r2"}}]}, "2 jobs in Slow Inc.'s list match it: r1, r2."),
    ],
)
def test_what_is_not_settled_is_said(tmp_path: Path, page: object, words: str) -> None:
    """Nothing is guessed, and nothing is sent again."""
    bench = Bench(tmp_path, LISTING, deaf(page))
    job = bench.run()
    assert (job.state, job.handle, job.searching, job.ended) == ("unknown_outcome", None, False, True)
    assert job.failure is not None
    assert job.failure.message == "We lost the answer after sending (ReadTimeout)."
    assert job.failure.next.startswith(words)
    assert job.failure.next.endswith(" We did not send it again.")
    assert (job.failure.sent, job.failure.charged, bench.transport.posts) == ("yes", "unknown", 1)


def test_a_list_is_read_page_by_page_and_never_for_ever(tmp_path: Path) -> None:
    """A cursor that repeats is the end; so are five pages."""
    pages = [{"rows": [], "next": "2"}, {"rows": [{}], "next": "2"}]
    assert Bench(tmp_path, LISTING, deaf(*pages)).run().state == "succeeded"
    numbers = iter(range(10_000))
    asked: list[str] = []

    def endless(call: Call) -> Reply:
        if call.method == "POST":
            raise Lost("ReadTimeout")
        asked.append(call.url)
        return said({"rows": [], "next": str(next(numbers))})

    (tmp_path / "2").mkdir()
    assert Bench(tmp_path / "2", LISTING, endless).run().state == "unknown_outcome"
    assert len(asked) == PAGES * len(WAITS)


def test_an_empty_list_is_asked_four_times_in_three_minutes(tmp_path: Path) -> None:
    """A job that has just begun may not be in it yet."""
    bench = Bench(tmp_path, LISTING, deaf({"rows": []}))
    bench.run()
    assert tuple(bench.clock.slept) == WAITS


def test_a_listed_job_that_is_ours_already_is_not_taken_twice(tmp_path: Path) -> None:
    """The one row that matches belongs to another job of the ledger."""
    bench = Bench(tmp_path, LISTING, deaf({"rows": [{}]}))
    other = draft(LISTING, tmp_path).after(id="other234", idempotency_key="k2", handle={"id": "r1"}, state="running")
    bench.ledger.add(other)
    assert bench.run().state == "unknown_outcome"


def test_one_job_given_for_two_requests_is_told(tmp_path: Path) -> None:
    """A provider that answers two creates with one id: watched, and said."""
    bench = Bench(tmp_path, LISTING, lambda call: said({"id": "r1"}) if call.method == "POST" else deaf({})(call))
    bench.ledger.add(draft(LISTING, tmp_path).after(id="other234", idempotency_key="k2", handle={"id": "r1"}))
    job = bench.run()
    assert (job.state, job.warnings) == ("succeeded", ("Slow Inc. returned the same job as for other234.",))
