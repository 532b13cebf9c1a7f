"""Display jobs and clips: the live card while a page is open, and the saved output.

A job has two outputs under two display ids: the card (the widget) and under it the record (HTML). Where our JupyterLab
extension takes widgets out of what is saved, the card stays, and its record is unseen as long as it does. Elsewhere the
record is opened when the job ends, the card is emptied and its widget closed, here and nowhere else: a saved output that
still holds a widget reads "model not found" for ever. Forms and comparisons live on, with their records folded below them.
"""

from __future__ import annotations

from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

from IPython import get_ipython
from IPython.display import publish_display_data

from jupyter_videogen.api import client
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.grids import call as grid_call
from jupyter_videogen.api.grids.grid import Grid
from jupyter_videogen.api.grids.of_jobs import grid_of_jobs
from jupyter_videogen.api.job import Job
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.api.judging.vote import Vote
from jupyter_videogen.api.stories.joining import FILM
from jupyter_videogen.api.stories.story import Story
from jupyter_videogen.api.stories.story import pages as story_pages
from jupyter_videogen.core import environment, terminal
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.media.clip_store import relative_path
from jupyter_videogen.notebook import saved_grid, saved_story, shell_progress, tracebacks
from jupyter_videogen.notebook import saved_output as records
from jupyter_videogen.widget.base import BaseWidget
from jupyter_videogen.widget.comparison import Comparison
from jupyter_videogen.widget.form_widget import FormWidget
from jupyter_videogen.widget.grid_widget import GridWidget
from jupyter_videogen.widget.story_widget import StoryWidget
from jupyter_videogen.widget.vote_widget import VoteWidget
from jupyter_videogen.widget.widget import Card, Library, VideoGen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.job import JobRecord

EMPTY = {"text/plain": ""}
LISTED = 100
"""Jobs in the table that stands for the library where there is no page."""
NOTES = {
    "form": "Run the cell again to get this form back.",
    "compare": "Run the cell again to play these clips in sync.",
    "grid": "Run the cell again to get this grid back.",
    "story": "Run the cell again to get this story back.",
    "vote": "Run the cell again to go on with this vote; all votes are kept.",
    "library": "Run the cell again to get the library back.",
}
"""What stands in the place of a widget whose kernel has ended, above its records; nothing for a card."""
TABLE = 5.0
"""Seconds between two writings of a grid's table, at least."""
_shown: dict[object, set[str]] = {}
"""The newest cell that shows jobs, and which: a value that is already on view is not shown twice."""


def install() -> None:
    """Teach IPython to show jobs and clips; does nothing outside IPython, and nothing the second time."""
    shell = get_ipython()
    if shell is None:
        return
    formatter = shell.display_formatter.ipython_display_formatter
    formatter.for_type(Job, show_job)
    formatter.for_type(Clip, show_clip)
    formatter.for_type(VideoGen, show_form)
    formatter.for_type(JobGroup, show_group)
    formatter.for_type(Grid, show_grid)
    formatter.for_type(Story, show_story)
    formatter.for_type(Vote, show_vote)
    tracebacks.install()
    shell_progress.install()
    if show_job not in client.showing:
        client.showing.append(show_job)
        grid_call.pages.append(find_page)
        story_pages.append(find_story_page)


def show_job(job: Job) -> None:
    """Show a job: as a card if a page is open, else as its saved output, once per cell."""
    if not environment.in_kernel():
        terminal.print_out(records.render_text(job.record, job.record.path))
    elif environment.has_viewer() and not job.record.ended:
        _on_view(job.id)
        _show_card(job)
    elif not _on_view(job.id):
        _show_ended(job)


def _show_ended(job: Job) -> None:
    if environment.has_viewer() and BaseWidget.views_are_stripped:
        _show_card(job)
    else:
        _show_record(job)


def _show_record(job: Job) -> None:
    """Put a record where nobody watches; if the cell goes on until the job has ended, it is written anew."""
    name = f"videogen-record-{job.id}"
    _put(_bundle(job), name)
    if not job.record.ended:
        job.subscribe(lambda record: _put(_bundle(job), name, update=True) if record.ended else None)


def show_whole(jobs: Sequence[Job]) -> None:
    """Show jobs of the library with all their buttons where a page watches, each with the record that stays below it."""
    if not (environment.in_kernel() and environment.has_viewer()):
        return show_jobs(jobs)
    for job in jobs:
        _keep_card(job, stays=True)
    return None


def show_comparison(jobs: Sequence[Job], files: Sequence[ClipRecord] = ()) -> None:
    """Show clips side by side where a page watches, and below them the records that stay."""
    if not (environment.in_kernel() and environment.has_viewer()):
        return show_jobs(jobs)
    widget = Comparison(jobs, files)
    _put(_widget_bundle(widget, "compare"))
    if jobs:
        _keep_records(widget, jobs, lambda: _records_bundle(jobs, f"{_clips(len(jobs))} of this comparison", widget))
    return None


def _keep_records(widget: BaseWidget, jobs: Iterable[Job], bundle: Callable[[], dict[str, Any]]) -> None:
    """Put records below a widget; they are written anew when one of its jobs ends, and when it sends another."""
    name = f"videogen-records-{widget.model_id}"

    def renew() -> None:
        _put(bundle(), name, update=True)

    def follow(job: Job) -> None:
        job.subscribe(lambda record: renew() if record.ended else None)

    def take(change: Any) -> None:  # noqa: ANN401 - a bunch of traitlets
        renew()
        follow(change.new[-1])

    _put(bundle(), name)
    for job in jobs:
        if not job.record.ended:
            follow(job)
    if isinstance(widget, FormWidget):
        widget.observe(take, names="jobs")


def show_grid(grid: Grid) -> None:
    """Show a grid as its widget where a page is open, and below it the table that stays; elsewhere wait, and show the table."""
    if not environment.in_kernel():
        terminal.print_out(repr(grid))
    elif not environment.has_viewer():
        with suppress(VideogenError):  # what holds it back is in the table
            grid.result()
        _put(saved_grid.mime_bundle(grid, environment.folder()))
    else:
        if grid.question is not None and _on_view(f"grid {grid.record.id}"):
            return  # it was shown with its question
        widget = GridWidget(grid)
        # The table's line comes first, and the widget last, into the place above it: then nothing moves any more.
        place = f"videogen-grid-{widget.model_id}"
        _put(EMPTY, place)
        _keep_table(widget, grid)
        _put(_widget_bundle(widget, "grid"), place, update=True)


def find_page() -> Callable[[Grid], None] | None:
    """Return what shows a grid where its owner's page is open, and can answer a question; None elsewhere."""
    watched = environment.in_kernel() and environment.has_viewer()
    return show_grid if watched and not environment.is_published() else None


def _keep_table(widget: GridWidget, grid: Grid) -> None:
    """Put the table below a grid's widget, and write it anew when clips have come, at most every few seconds."""
    name, folder = f"videogen-records-{widget.model_id}", environment.folder()

    def bundle() -> dict[str, Any]:
        own = records.extension_data("records", model_id=str(widget.model_id), grid=grid.record.name)
        return {records.MIME: own, **saved_grid.mime_bundle(grid, folder, folded=True)}

    _put(bundle(), name)
    grid.follow(lambda: _put(bundle(), name, update=True), every=TABLE)


def show_story(story: Story) -> None:
    """Show a story as its widget where a page is open, and below it what stays; elsewhere wait, and show what stays."""
    if not environment.in_kernel():
        terminal.print_out(repr(story))
    elif not environment.has_viewer():
        with suppress(VideogenError):  # what holds it back is in its text
            story.result()
        _put(saved_story.mime_bundle(story, environment.folder()))
    else:
        if story.question is not None and _on_view(f"story {story.grid.record.id}"):
            return  # it was shown with its question
        widget = StoryWidget(story)
        place = f"videogen-story-{widget.model_id}"
        _put(EMPTY, place)
        _keep_strip(widget, story)
        _put(_widget_bundle(widget, "story"), place, update=True)


def find_story_page() -> Callable[[Story], None] | None:
    """Return what shows a story where its owner's page is open, and can answer a question; None elsewhere."""
    return show_story if find_page() is not None else None


def _keep_strip(widget: StoryWidget, story: Story) -> None:
    """Put what stays below a story's widget, and write it anew when shots have come, at most every few seconds."""
    name, folder = f"videogen-records-{widget.model_id}", environment.folder()

    def bundle() -> dict[str, Any]:
        own = records.extension_data("records", model_id=str(widget.model_id))
        return {records.MIME: own, **saved_story.mime_bundle(story, folder, folded=True)}

    _put(bundle(), name)
    story.follow(lambda: _put(bundle(), name, update=True), every=TABLE)


def show_vote(vote: Vote) -> None:
    """Show a blind vote as its widget where a page is open, and what it comes to once its rater has finished."""
    if not environment.in_kernel():
        terminal.print_out(repr(vote))
    elif not environment.has_viewer():
        _put(_vote_bundle(vote))
    else:
        widget = VoteWidget(vote)
        _put(_widget_bundle(widget, "vote"))
        name = f"videogen-records-{widget.model_id}"
        _put(_vote_bundle(vote, widget), name)
        vote.listeners.append(lambda: _put(_vote_bundle(vote, widget), name, update=True))


def _vote_bundle(vote: Vote, widget: VoteWidget | None = None) -> dict[str, Any]:
    """Return what stays of a vote: a line while it goes on, the leaderboard when its rater has finished."""
    shown = vote.leaderboard if vote.finished else None
    text = repr(vote)
    html = f"<div>{escape(text)}</div>" if shown is None else shown._repr_html_()
    if widget is None:
        return {"text/html": html, "text/plain": text}
    own = records.extension_data("record", model_id=str(widget.model_id))
    folded = f"<details><summary>Blind vote on {escape(vote.name)}</summary>{html}</details>"
    return {records.MIME: own, "text/html": folded, "text/plain": text}


def show_clip(clip: Clip) -> None:
    """Show a clip by its job's record; a film that was joined of others has none, and plays as it is."""
    if clip.job_id.startswith(FILM):
        return _show_film(clip)
    return show_job(client.job(clip.job_id))


def _show_film(clip: Clip) -> None:
    if environment.in_kernel():
        _put(saved_story.film_bundle(clip, environment.folder()))
    else:
        terminal.print_out(repr(clip))


def show_group(group: JobGroup) -> None:
    """Show several jobs: a comparison side by side, a listing as a table, others each as a job shows itself."""
    if group.kind == "compare":
        show_comparison(group, group.files)
    elif group.kind == "listing" and environment.in_kernel():
        _put(group._repr_mimebundle_())
    elif group.kind == "listing":
        terminal.print_out(repr(group))
    else:
        show_jobs(group)


def show_jobs(group: Iterable[Job]) -> None:
    """Show each of several jobs as it shows itself; many of one call as one grid, where a page is open."""
    jobs = list(group)
    watched = environment.in_kernel() and environment.has_viewer()
    if watched and (grid := grid_of_jobs(jobs)) is not None:
        _show_once(grid, jobs)
        return
    for job in jobs:
        show_job(job)


def _show_once(grid: Grid, jobs: Iterable[Job]) -> None:
    """Show the grid of a cell's jobs, unless this very cell shows all of them already."""
    known = [_on_view(job.id) for job in jobs]
    if not all(known):
        show_grid(grid)


def show_form(form: FormWidget, kind: str = "form") -> None:
    """Show a form or the library, and below it a place for the records of its clips."""
    _put(_widget_bundle(form, kind))
    _keep_records(form, (), lambda: _form_bundle(form, kind))


def show_library() -> None:
    """Show the library; where no page can draw it, its clips as a table."""
    if environment.in_kernel() and environment.has_viewer():
        show_form(Library(), "library")
    else:
        show_group(client.jobs(limit=LISTED))


def _show_card(job: Job) -> None:
    """Show a job's card; where the page does not keep widgets out of what is saved, its record takes its place at the end."""
    card = _keep_card(job)

    def told(record: JobRecord) -> None:
        if record.ended and not BaseWidget.views_are_stripped:
            _put(EMPTY, _card_name(card), update=True)
            card.close()

    if not job.record.ended:
        job.subscribe(told)
        told(job.record)


def _keep_card(job: Job, *, stays: bool = False) -> Card:
    card = Card(job)
    _put(_widget_bundle(card, "card"), _card_name(card))
    _keep_records(card, (job,), lambda: _card_bundle(card, stays=stays or BaseWidget.views_are_stripped))
    return card


def _card_name(card: Card) -> str:
    return f"videogen-card-{card.model_id}"


def _put(data: dict[str, Any], name: str | None = None, *, update: bool = False) -> None:
    """Publish an output, or with `update` put new contents where its name is already on view."""
    transient = {} if name is None else {"display_id": name}
    publish_display_data(data, transient=transient, update=update)  # type: ignore[no-untyped-call]


def _bundle(job: Job) -> dict[str, Any]:
    return dict(records.mime_bundle(*_recorded(job)))


def _card_bundle(card: Card, *, stays: bool) -> dict[str, Any]:
    """Return the record below a card, or in its place when the job has ended and the card does not stay."""
    if len(card.jobs) > 1:
        return _form_bundle(card, "card")
    (job,) = card.jobs
    is_below = stays or not job.record.ended
    own = records.extension_data("record", [job.record], model_id=str(card.model_id) if is_below else "")
    return {records.MIME: own, **records.mime_bundle(*_recorded(job), folded=is_below)}


def _form_bundle(widget: FormWidget, title: str) -> dict[str, Any]:
    """Return the records of a widget's jobs as one output, newest first."""
    count = len(widget.jobs)
    return _records_bundle([*reversed(widget.jobs)], f"{_clips(count)} of this {title}", widget)


def _clips(count: int) -> str:
    return "1 clip" if count == 1 else f"{count} clips"


def _records_bundle(jobs: Sequence[Job], title: str, widget: BaseWidget) -> dict[str, Any]:
    """Return the records of several jobs that are on view in a widget above them."""
    own = records.extension_data("records", [job.record for job in jobs], model_id=str(widget.model_id))
    return {records.MIME: own, **records.group_bundle([_recorded(job) for job in jobs], title)}


def _recorded(job: Job) -> tuple[JobRecord, Provider, str]:
    """Return a job's record, its provider, and the clip's path relative to the notebook."""
    record = job.record
    path = record.clips[0].path if record.clips else record.path
    return record, job.provider, relative_path(path, environment.folder())


def _widget_bundle(widget: BaseWidget, kind: str) -> dict[str, Any]:
    """Return a widget's output: its view, and what stands in its place without a kernel."""
    data, *_ = widget._repr_mimebundle_() or ({},)
    own = records.extension_data(kind, model_id=str(widget.model_id))
    return {**data, records.MIME: own, "text/html": records.render_note(NOTES.get(kind, "")), "text/plain": "videogen"}


def _on_view(job_id: str) -> bool:
    """Return whether this very cell shows the job already; from now on it does."""
    cell = _cell()
    if cell not in _shown:
        _shown.clear()  # only the newest cell can show one twice
    jobs = _shown.setdefault(cell, set())
    known = job_id in jobs
    jobs.add(job_id)
    return known


def _cell() -> object:
    shell = get_ipython()
    return shell and shell.execution_count
