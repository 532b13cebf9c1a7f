"""The library as the page asks for it: pages, filters and counts from the ledger, pictures, and word of every change."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import pytest

from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest, Unsupported, VideogenError
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.ledger.queries import OF_MODEL, PAGE, SHELF, SPENT, HistoryFilter
from jupyter_videogen.runtime import process
from jupyter_videogen.widget import history, history_watch
from jupyter_videogen.widget.base import STATIC
from jupyter_videogen.widget.history_watch import HistoryWatch
from jupyter_videogen.widget.protocol import Detail, History, HistoryPage, Module, Posters
from jupyter_videogen.widget.widget import Library, VideoGen
from support.form_messages import HEAD, Visit
from support.full_library import START, STILL, fill, fill_home, make_record
from support.ipython_shell import Shell

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobState


def ask(**terms: Any) -> HistoryPage:
    return history.page(History(**HEAD, **terms))


def numbers(page: HistoryPage) -> list[int]:
    return [int(tile.id) for tile in page.tiles]


def put(*states: JobState) -> None:
    """Write one job of each state, in the working folder's project."""
    records = [make_record(number, environment.folder(), state=state) for number, state in enumerate(states)]
    fill(process.runtime().ledger, records)


def test_any_page_is_asked_for_by_its_place(home: Path) -> None:
    """Newest first, none twice and none left out, bounded however many are asked for; past the end there is nothing."""
    put(*["succeeded"] * 230)
    pages = [ask(offset=offset, limit=60) for offset in range(0, 240, 60)]
    assert [number for page in pages for number in numbers(page)] == list(range(229, -1, -1))
    assert {(page.total, page.ready) for page in pages} == {(230, 230)}
    assert numbers(ask(limit=10_000)) == list(range(229, 129, -1))
    assert numbers(ask(offset=230)) == numbers(ask(offset=-5, limit=0))[1:] == []


def test_jobs_of_one_moment_keep_their_order(home: Path) -> None:
    """A batch is written within a tick of the clock; no page repeats or drops one of it."""
    records = [make_record(number, environment.folder()).after(created_at=START) for number in range(7)]
    fill(process.runtime().ledger, records)
    assert [number for offset in range(0, 7, 2) for number in numbers(ask(offset=offset, limit=2))] == [
        6,
        5,
        4,
        3,
        2,
        1,
        0,
    ]


def test_states_are_sorted_into_three(home: Path) -> None:
    """A lost answer is no failure: it may still become a clip, and is shown without being asked for."""
    put("succeeded", "failed", "cancelled", "expired", "unknown_outcome", "draft", "submitting", "queued", "running",
        "saving", "unreachable")  # fmt: skip
    usual = ask()
    assert (usual.ready, usual.making, usual.failed, usual.total) == (1, 7, 3, 8)
    assert numbers(usual) == [10, 9, 8, 7, 6, 5, 4, 0]
    assert numbers(ask(stages=("failed",))) == [3, 2, 1]
    assert ask(stages=("failed",)).tiles[-1].error == "AIHubMix had a problem."
    assert numbers(ask(stages=("ready", "making", "failed"))) == list(range(10, -1, -1))
    assert (ask(stages=()).total, numbers(ask(stages=()))) == (0, [])


def test_filters_combine_and_counts_follow(home: Path) -> None:
    """Each count is of what the other filters leave; the money is of what is shown."""
    put(*["succeeded"] * 8, "failed", "failed")
    process.runtime().ledger.star("00000004", on=True)
    all_ = ask()
    models = [(one.model, one.jobs) for one in all_.models]
    assert models == [("kling-o3", 2), ("local/scenes", 2), ("veo-3.1-fast", 2), ("wan-2.7", 2)]
    assert all_.spent == pytest.approx(8 * 0.5)
    waves = ask(search="  WAVES at ")
    assert (numbers(waves), waves.total, waves.failed) == ([6, 2], 2, 0)
    assert numbers(ask(search="écran", stages=("ready",))) == numbers(ask(search="ÉCRAN")) == [7, 3]
    assert numbers(ask(search="wan-2.7")) == [4, 0]
    wan = ask(model="wan-2.7", stages=("ready", "failed"))
    assert (numbers(wan), wan.ready, wan.failed) == ([8, 4, 0], 2, 1)
    assert wan.spent == pytest.approx(2 * 0.5)  # the failed one was not charged
    assert [(one.model, one.jobs) for one in wan.models][::3] == [("kling-o3", 3), ("wan-2.7", 3)]
    starred = ask(starred=True)
    assert (numbers(starred), starred.total, starred.tiles[0].starred) == ([4], 1, True)
    assert ask(search="nothing of the kind").total == 0
    assert numbers(ask(search="100%_'\"")) == []


def test_places_are_this_notebook_this_project_and_all(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All is every notebook of the home."""
    put(*["succeeded"] * 4)
    fill(process.runtime().ledger, [make_record(9, Path("/elsewhere"))])
    notebook = environment.folder() / "b.ipynb"
    monkeypatch.setattr(environment, "notebook", lambda: notebook)
    assert numbers(ask(scope="notebook")) == [3, 1]
    assert numbers(ask(scope="project")) == [3, 2, 1, 0]
    assert numbers(ask(scope="all")) == [9, 3, 2, 1, 0]


def test_what_was_removed_is_not_counted(home: Path) -> None:
    """And comes back by undo."""
    put("succeeded", "succeeded")
    process.runtime().ledger.remove("00000000")
    assert (numbers(ask()), ask().ready, ask().models[0].model) == ([1], 1, "kling-o3")
    process.runtime().ledger.remove("00000000", undo=True)
    assert numbers(ask()) == [1, 0]


def test_a_clip_whose_file_is_gone_is_told(home: Path) -> None:
    """By a look at the disk for each page; another film in its place is not it."""
    put("succeeded", "running")
    clip = environment.folder() / "videogen" / "clip-00000000.mp4"
    assert [tile.gone for tile in ask().tiles] == [False, True]
    clip.parent.mkdir()
    with clip.open("wb") as file:
        file.truncate(3_800_000)
    assert [tile.gone for tile in ask().tiles] == [False, False]
    clip.write_bytes(b"another film")
    assert [tile.gone for tile in ask().tiles] == [False, True]


def test_a_message_is_bounded_whatever_is_in_the_jobs(home: Path) -> None:
    """A page of the longest prompts and errors stays below 200 kB; all of one job is asked for by itself."""
    long = make_record(0, environment.folder())
    request = msgspec.structs.replace(long.request, prompt="語" * 32_000)
    fill(process.runtime().ledger, [
        make_record(number, environment.folder()).after(request=request) for number in range(100)
    ])  # fmt: skip
    page = ask(limit=100)
    assert len(msgspec.json.encode(page)) < 200_000
    shown = history.answer_history(Detail(**HEAD, job_id="00000007"), [])["job"]
    assert (shown.prompt, shown.request.prompt) == ("語" * 32_000,) * 2
    with pytest.raises(InvalidRequest, match="No job id starts with zzz"):
        history.answer_history(Detail(**HEAD, job_id="zzz"), [])


@pytest.mark.parametrize("name", ["parts", "grid"])
def test_a_page_gets_the_module_that_fits_it_and_no_other(home: Path, name: Literal["parts", "grid"]) -> None:
    """The page names the build it was made with; after an upgrade the kernel has another."""
    page = (STATIC / "widget.js").read_text("ascii")
    (build,) = re.findall(rf'\b{name}:"([0-9a-f]{{16}})"', page)
    text = history.answer_history(Module(**HEAD, name=name, build=build), [])["text"]
    assert text == (STATIC / f"{name}.js").read_text("ascii")
    assert "export default function make(kit)" in text
    with pytest.raises(VideogenError, match="another version of jupyter-videogen") as caught:
        history.answer_history(Module(**HEAD, name=name, build="0" * 16), [])
    assert caught.value.failure.next == "Run the cell again."


def test_pictures_come_in_the_order_they_are_asked_for(home: Path) -> None:
    """One that is missing, too large, or of a job that nobody knows is empty; no message has more than a few."""
    fill_home(home, environment.folder(), 40)
    ledger = process.runtime().ledger
    large = home / "posters" / "large.jpg"
    large.write_bytes(bytes(100_000))
    fill(ledger, [make_record(50, environment.folder(), still=large), make_record(51, environment.folder())])
    asked = ("00000001", "00000050", "00000051", "nobody00", "00000002")
    assert history.read_posters(asked) == [STILL, b"", b"", b"", STILL]
    many = history.answer_history(Posters(**HEAD, job_ids=tuple(f"{number:08d}" for number in range(40))), [])
    assert len(many["buffers"]) == history.MOST_POSTERS


def test_a_page_is_found_without_reading_records(home: Path) -> None:
    """Filters, counts and the place in the list come from one index; records are read for the page alone."""
    ledger = Ledger.at(home / "ledger.sqlite3")
    fill(ledger, [make_record(number, environment.folder()) for number in range(50)])
    shelf = HistoryFilter(model="wan-2.7", project="/somewhere", starred=True, stages=("ready",))
    values = shelf.values | {"offset": 10, "limit": 5, "since": 0, "until": 2e9, "agents": False}
    for query in (
        PAGE.format(columns="content", shelf=SHELF, of_model=OF_MODEL.format(states=shelf.states), older=""),
        SPENT,
    ):
        with ledger._file.reading() as db:
            plan = [str(row[-1]) for row in db.execute(f"EXPLAIN QUERY PLAN {query}", values)]
        assert any("USING COVERING INDEX jobs_by_age (created_at>?" in step for step in plan), plan


class Page:
    """A widget's page that is told of changes."""

    def __init__(self) -> None:
        self.comm: object | None = object()
        self.told: list[object] = []
        self.heard = Event()

    def send(self, message: object) -> None:
        self.told.append(message)
        self.heard.set()


def test_a_page_is_told_when_any_notebook_writes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This kernel's writes and those of others; a page that has gone is left out."""
    monkeypatch.setattr(history_watch, "LOOK", 0.0)
    run, watch, page, closed = process.runtime(), HistoryWatch(), Page(), Page()
    closed.comm = None
    watch.add(closed)  # type: ignore[arg-type]
    watch.add(page)  # type: ignore[arg-type]
    other = Ledger(home / "ledger.sqlite3")
    fill(other, [make_record(0, environment.folder())])
    assert page.heard.wait(20)
    assert page.told[0] == {"type": "changed", "v": 1}
    page.heard.clear()
    run.ledger.star("00000000", on=True)
    assert page.heard.wait(20)
    assert closed.told == []
    other.close()


def test_a_form_whose_page_asks_is_told_from_then_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is looked at before a page shows the library."""
    pages = HistoryWatch()
    monkeypatch.setattr(history_watch, "pages", pages)
    form = VideoGen(provider="local")
    monkeypatch.setattr(form, "send", lambda *_: None)
    form._receive(form, {**HEAD, "type": "hello"}, [])
    assert list(pages._widgets) == []
    form._receive(form, {**HEAD, "request_id": "second", "type": "history"}, [])
    assert list(pages._widgets) == [form]


def test_the_library_alone_opens_its_form_for_a_clip(home: Path) -> None:
    """Without a form until one is asked for, which is then that of the clip's provider."""
    record = make_record(1, environment.folder())
    fill(process.runtime().ledger, [record])
    library = Library()
    assert (library.library, library.form, library.job) == (True, None, None)
    visit = Visit(library)
    assert visit.say("history", scope="all")["page"]["total"] == 1
    assert visit.say("edit", job_id=record.id)["ok"]
    assert library.form["provider"] == record.provider


def test_visitors_have_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have their own form's jobs and no more."""
    monkeypatch.setattr(environment, "is_published", lambda: True)
    with pytest.raises(Unsupported, match="not shown to visitors"):
        Library()


def test_the_library_is_a_table_where_there_is_no_page(home: Path) -> None:
    """As in a terminal: the newest jobs."""
    fill(process.runtime().ledger, [make_record(1, environment.folder())])
    with Shell() as shell:
        assert str(make_record(1, environment.folder()).id) in shell.run("%videogen library").out
