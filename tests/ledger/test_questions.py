"""Questions to many jobs: answered from tallies, spans and words as a reading of every record would answer them."""

from __future__ import annotations

import logging
import re
import time
from contextlib import closing
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_videogen.core.budget import Cap
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.job import UNPAID
from jupyter_videogen.ledger import rebuild, word_index, words
from jupyter_videogen.ledger.database import Database
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.ledger.queries import STATES, HistoryFilter
from jupyter_videogen.ledger.rebuild import TALLIES, WEEK
from support.full_library import fill, make_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_videogen.core.job import JobRecord, JobState

ENDS: tuple[JobState, ...] = ("succeeded", "failed", "running", "succeeded", "cancelled", "unknown_outcome")
PROMPTS = (
    "A paper boat at night",
    "Écran de fumée, slow",
    "夜の港に静かな雨が降る",
    "Ночной поезд",
    "boats, BOATS & a boathouse",
    "ฝนตกที่ท่าเรือ",
    "Straße im Regen",
    "",
    "a cat's cradle_of light",
    "foo\u19b0bar",
    "foot \U0001e922\U0001e92b",
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "home" / "ledger.sqlite3")) as opened:
        yield opened


def spread(folder: Path, count: int) -> list[JobRecord]:
    """Return jobs of all states over some weeks, in no order of age, some of the same moment."""
    random, jobs = Random(5), []
    for number in range(count):
        created = 1_700_000_000.0 + random.randrange(6 * WEEK) // 50_000 * 50_000
        record = make_record(number, folder, state=ENDS[number % len(ENDS)])
        jobs.append(record.after(created_at=created, name=f"shot[{number}]" if number % 5 == 0 else ""))
    return jobs


def newest_first(ledger: Ledger) -> list[JobRecord]:
    """Return all jobs as a plain reading sorts them."""
    with ledger._file.reading() as db:
        ids = [job_id for (job_id,) in db.execute("SELECT id FROM jobs ORDER BY created_at DESC, number DESC")]
    found = ledger.records(ids)
    return [found[job_id] for job_id in ids]


def shown(job: JobRecord, shelf: HistoryFilter) -> bool:
    stage = "ready" if job.state == "succeeded" else "failed" if job.state in UNPAID else "making"
    return shelf.model in {"", job.model} and stage in shelf.stages and shelf.notebook in {None, job.notebook}


def test_a_page_holds_what_a_plain_reading_has_there(ledger: Ledger, tmp_path: Path) -> None:
    """From any place and after any job, for every kind of filter, through weeks that are empty for it."""
    fill(ledger, spread(tmp_path, 120))
    everything = newest_first(ledger)
    stages: list[tuple[Any, ...]] = [tuple(STATES), ("ready",), ("failed",), ("making", "failed"), ()]
    for some, model, notebook in product(stages, ("", "wan-2.7", "nobody's"), (None, str(tmp_path / "a.ipynb"))):
        shelf = HistoryFilter(model=model, notebook=notebook, stages=some)
        expected = [job.id for job in everything if shown(job, shelf)]
        for offset in (0, 1, 7, 60, 200):
            page = [job.id for job, _ in ledger.page(shelf, offset=offset, limit=9)]
            assert page == expected[offset : offset + 9], (shelf, offset)
        for number in (0, 3, 50, 119):
            older = [job.id for job in everything[number + 1 :] if shown(job, shelf)]
            page = [kept.record.id for kept in ledger.page_before(shelf, before=everything[number].id, limit=9)]
            assert page == older[:9], (shelf, number)
        assert sum(
            group.jobs for group in ledger.history_groups(shelf) if group.stage in some and model in {"", group.model}
        ) == len(expected)
    assert ledger.page_before(HistoryFilter(), before="nobody", limit=9) == []


def test_the_newest_jobs_of_states_are_found(ledger: Ledger, tmp_path: Path) -> None:
    """As a plain reading finds them, however rare they are."""
    fill(ledger, spread(tmp_path, 60))
    everything = newest_first(ledger)
    for states in (None, {"failed"}, {"failed", "cancelled"}, {"expired"}):
        expected = [job.id for job in everything if states is None or job.state in states]
        assert [job.id for job in ledger.recent(states, limit=7)] == expected[:7]


def test_tallies_are_what_counting_comes_to(ledger: Ledger, tmp_path: Path) -> None:
    """After adding, ending, starring, removing and deleting in any order, to the last billionth."""
    jobs = spread(tmp_path, 40)
    fill(ledger, jobs)
    random = Random(3)
    for _ in range(150):
        job = ledger.find(random.choice(jobs).id)
        change = random.randrange(4)
        if change == 0:
            ledger.save(
                job.after(
                    state=random.choice(ENDS), reported_cost=random.choice((None, 0.0, 0.1, 0.7)), clips=job.clips[:1]
                )
            )
        elif change == 1:
            ledger.star(job.id, on=random.random() < 0.5)
        elif change == 2:
            ledger.remove(job.id, undo=random.random() < 0.5)
        else:
            ledger.save(job.after(cost=random.choice((None, 0.1, 0.3))))
    with ledger._file.writing() as db:
        db.execute("DELETE FROM jobs WHERE number % 7 = 0")
    with ledger._file.reading() as db:
        for table in TALLIES:
            kept = db.execute(
                "SELECT total(jobs), total(cost), total(unpriced), total(clips), min(jobs) FROM " + table  # noqa: S608 - a name of ours
            ).fetchone()
            counted = db.execute(
                "SELECT count(*), total(round(cost * 1e9)), sum(cost IS NULL), total(clips) FROM jobs"
            ).fetchone()
            assert kept[:4] == counted
            assert kept[4] > 0
    place = str(tmp_path / "a.ipynb")
    mine = [job for job in newest_first(ledger) if job.charged and job.notebook == place]
    spent = ledger.sum_spent(Cap("this notebook", 1.0, None, place=place))
    assert spent.jobs == len(mine)
    assert spent.dollars == pytest.approx(sum(job.best_cost or 0.0 for job in mine))
    assert spent.seconds == sum(4 for _ in mine)


def test_counting_a_change_reads_one_tally(ledger: Ledger) -> None:
    """The statements of the triggers find their row by its key."""
    with ledger._file.reading() as db:
        for statement in filter(str.strip, rebuild._subtract("jobs").split(";")):
            plan = db.execute(f"EXPLAIN QUERY PLAN {_of_one_job(statement)}").fetchall()
            assert str(plan[0][-1]).startswith("SEARCH"), plan


def _of_one_job(statement: str) -> str:
    """Return the statement with the columns of a job in the place of those of the trigger's row."""
    return re.sub(r"jobs\.(\w+)", r"(SELECT \1 FROM jobs WHERE number = 1)", statement)


def test_a_hundred_tenths_are_ten(ledger: Ledger, tmp_path: Path) -> None:
    """A cap of ten dollars is reached exactly."""
    fill(ledger, [make_record(number, tmp_path).after(cost=0.1) for number in range(100)])
    assert ledger.sum_spent(Cap("this notebook", 5.0, None, place=str(tmp_path / "a.ipynb"))).dollars == 5.0


SEARCHES = {
    "boat": (0, 4),
    "BOAT pap": (0,),
    "ecran": (1,),
    "Écran fum": (1,),
    "静かな雨": (2,),
    "雨": (2,),
    "る": (2,),
    "な雨 港に": (2,),
    "雨静": (),
    "поезд": (3,),
    "НОЧ": (3,),
    "ฝน": (5,),
    "strasse": (6,),
    "at": (0,),
    "bo": (),
    "oat": (),
    "cradle": (8,),
    "foo": (9, 10),
    "foo\u19b0bar": (9,),
    "foob": (),
    "\U0001e922": (),
    "\U0001e922\U0001e92b": (10,),
    "wan-2.7": (0, 4, 8),
    '"boat" OR (NOT*': (),
    "boat* NEAR": (),
    "!!!": (),
}
"""Which of `PROMPTS` a search finds; the model of every fourth is wan-2.7."""


@pytest.mark.parametrize("with_index", [True, False])
@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_finds_words(
    search: str, ledger: Ledger, tmp_path: Path, *, with_index: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their beginnings, in any order, without case and accents, in scripts without spaces; the same without FTS5."""
    if not with_index:
        monkeypatch.setattr(words, "has_index", lambda _: False)
    records = [make_record(number, tmp_path) for number in range(len(PROMPTS))]
    fill(ledger, [_saying(record, prompt) for record, prompt in zip(records, PROMPTS, strict=True)])
    shelf = HistoryFilter(search=search)
    found = {int(job.id) for job, _ in ledger.page(shelf, offset=0, limit=100)}
    assert found == set(SEARCHES[search])
    assert sum(group.jobs for group in ledger.history_groups(shelf)) == len(found)


@pytest.fixture
def asked(ledger: Ledger) -> Callable[[str], list[str]]:
    """What FTS5 is asked by a search."""

    def search(text: str) -> list[str]:
        asked: list[str] = []
        with ledger._file.reading() as db:
            db.set_trace_callback(asked.append)
            ledger.page(HistoryFilter(search=text), offset=0, limit=9)
            db.set_trace_callback(None)
        start, end = words.HITS.replace("?", "'", 1).split("'")[0] + "'", "' ORDER"
        return [line.removeprefix(start).split(end)[0] for line in asked if line.startswith(start)]

    return search


def test_a_beginning_is_asked_as_the_words_that_it_stands_for(
    ledger: Ledger, tmp_path: Path, asked: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """FTS5 stops early at whole words, and gathers all jobs for a beginning; where there are many words, that is quicker."""
    fill(ledger, [_saying(make_record(number, tmp_path), prompt) for number, prompt in enumerate(PROMPTS)])
    assert asked("boat") == ['("boat" OR "boathouse" OR "boats")']
    assert asked("BOAT at") == ['("boat" OR "boathouse" OR "boats") AND "at"']
    assert asked("zep") == ['"zep" *']
    assert asked("foo") == ['"foo" *']
    monkeypatch.setattr(words, "WIDEST", 2)
    ledger.star(ledger.recent(limit=1)[0].id, on=True)
    assert asked("boat") == ['"boat" *']


def test_one_look_through_the_index_serves_a_page_and_its_counts(
    ledger: Ledger, tmp_path: Path, asked: Callable[[str], list[str]]
) -> None:
    """Until something is written, by this process or another."""
    fill(ledger, [make_record(number, tmp_path) for number in range(3)])
    assert asked("take")
    assert not asked("take")
    assert sum(group.jobs for group in ledger.history_groups(HistoryFilter(search="take"))) == 3
    with closing(Ledger.at(ledger.path)) as other:
        fill(other, [make_record(3, tmp_path)])
    assert asked("take")
    assert sum(group.jobs for group in ledger.history_groups(HistoryFilter(search="take"))) == 4


def test_a_search_that_finds_much_keeps_more_of_the_file_in_memory(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page and its counts read the same rows; nobody else needs the memory."""
    fill(ledger, [make_record(number, tmp_path) for number in range(3)])
    monkeypatch.setattr(words, "MOST", 3)
    kept = []
    for search in ("zeppelin", "take"):
        ledger.page(HistoryFilter(search=search), offset=0, limit=9)
        with ledger._file.reading() as db:
            kept.append(-db.execute("PRAGMA cache_size").fetchone()[0])
    assert kept == [1024, word_index.CACHE]


def test_an_index_that_was_filled_without_its_words_is_listed(
    ledger: Ledger, tmp_path: Path, asked: Callable[[str], list[str]]
) -> None:
    """Another version of the package has filled it, at first or last."""
    fill(ledger, [_saying(make_record(number, tmp_path), prompt) for number, prompt in enumerate(PROMPTS[:5])])
    asked("boat")
    with ledger._file.writing() as db:
        db.execute("DROP TABLE terms")
        db.execute("DELETE FROM marks WHERE name = 'terms'")
    assert asked("boat") == ['("boat" OR "boathouse" OR "boats")']
    with ledger._file.writing() as db:
        db.execute("UPDATE marks SET value = 1 WHERE name = 'terms'")
        db.execute("DELETE FROM terms WHERE term != 'boat'")
    assert asked("boat") == ['("boat" OR "boathouse" OR "boats")']


def _saying(record: JobRecord, prompt: str) -> JobRecord:
    return record.after(request=msgspec.structs.replace(record.request, prompt=prompt))


def test_a_python_without_fts5_says_that_searches_read_every_job(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, not at every search."""
    monkeypatch.setattr(words, "has_index", lambda _: False)
    fill(ledger, [make_record(number, tmp_path) for number in range(3)])
    with caplog.at_level(logging.WARNING, "jupyter_videogen"):
        for _ in range(2):
            ledger.page(HistoryFilter(search="waves"), offset=0, limit=9)
    assert [record.message for record in caplog.records if "FTS5" in record.message] == [
        "This Python's SQLite has no FTS5: a search reads every job. Python from python.org has it."
    ]


def test_this_python_has_fts5(ledger: Ledger) -> None:
    """As those of python.org, conda, Debian and uv do."""
    with ledger._file.reading() as db:
        assert words.has_index(db)


def test_a_search_that_can_index_nothing_finds_what_was_indexed(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program holds the file: what it holds back is found the next time."""
    fill(ledger, [make_record(number, tmp_path) for number in range(3)])
    shelf = HistoryFilter(search="take")
    assert len(ledger.page(shelf, offset=0, limit=9)) == 3
    fill(ledger, [make_record(3, tmp_path)])
    monkeypatch.setattr(words, "MOMENT", 0.0)
    monkeypatch.setattr("jupyter_videogen.ledger.database.TURN", 0.0)
    with closing(Database(ledger.path)) as other, other.writing():
        ledger._file._connection.execute("PRAGMA busy_timeout = 0")
        assert len(ledger.page(shelf, offset=0, limit=9)) == 3
    assert len(ledger.page(shelf, offset=0, limit=9)) == 4


def test_submitting_writes_no_words(ledger: Ledger, tmp_path: Path) -> None:
    """They are indexed when somebody searches."""
    ledger.add(make_record(1, tmp_path, state="draft"))
    with ledger._file.reading() as db:
        assert db.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone() is None


def test_compacting_deletes_old_failed_jobs_and_nothing_else(ledger: Ledger, tmp_path: Path) -> None:
    """What was charged, has a clip or a star, or is newer stays, and words of the others are found no more."""
    old, new = time.time() - 800 * 86_400, time.time()
    plain = [make_record(number, tmp_path, state="failed").after(created_at=old) for number in range(4)]
    charged = make_record(4, tmp_path, state="failed").after(created_at=old, failure=None)
    clip, recent = (
        make_record(5, tmp_path).after(created_at=old),
        make_record(6, tmp_path, state="failed").after(created_at=new),
    )
    fill(ledger, [*plain, charged, clip, recent])
    ledger.star(plain[0].id, on=True)
    everything = HistoryFilter(search="take")
    assert len(ledger.page(everything, offset=0, limit=9)) == 7
    done = ledger.compact(since=time.time() - 730 * 86_400)
    assert done.deleted == 3
    left = {plain[0].id, charged.id, clip.id, recent.id}
    assert {job.id for job in ledger.recent()} == left
    assert {job.id for job, _ in ledger.page(everything, offset=0, limit=9)} == left
    assert sum(group.jobs for group in ledger.history_groups(HistoryFilter())) == 4


def test_compacting_gives_free_space_back(ledger: Ledger, tmp_path: Path) -> None:
    """The file is smaller, and what is in it is the same."""
    fill(ledger, [make_record(number, tmp_path) for number in range(400)])
    with ledger._file.writing() as db:
        db.execute("DELETE FROM jobs WHERE number <= 300")
    before = ledger.recent()
    done = ledger.compact(since=None)
    assert done.deleted == 0
    assert done.after == ledger.path.stat().st_size < done.before
    assert ledger.recent() == before


def test_a_record_that_is_cut_is_an_error(ledger: Ledger, tmp_path: Path) -> None:
    """It is never read as another one."""
    fill(ledger, [make_record(1, tmp_path)])
    with ledger._file.writing() as db:
        db.execute("UPDATE jobs SET content = substr(content, 1, 40)")
    with pytest.raises((ValueError, VideogenError)):
        ledger.recent()


@pytest.mark.parametrize("moment", [0.0, -1e12, 1e20])
def test_a_clock_that_is_far_out_costs_no_job(ledger: Ledger, tmp_path: Path, moment: float) -> None:
    """A job is recorded and found, whatever day it says."""
    job = ledger.add(make_record(1, tmp_path).after(created_at=moment))
    assert ledger.recent(limit=2) == [job]
    assert [cost.jobs for cost in ledger.costs("day")] == [1]
