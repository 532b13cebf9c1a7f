"""The base of all widgets: the newest job, and the messages of the page.

State goes out in traits, requests come in as messages that are answered by an ack. Handlers run on whatever
thread the kernel likes: they check, hand over and answer; the work happens on the loop thread.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

import anywidget
import msgspec
import traitlets

from jupyter_videogen.api import client, sharing
from jupyter_videogen.catalog import builtin
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.widget import history, history_watch, visitors
from jupyter_videogen.widget.form import request_code
from jupyter_videogen.widget.history import STATIC, job_view_of
from jupyter_videogen.widget.nulls import keep_nulls, read_nulls
from jupyter_videogen.widget.protocol import (
    VERSION,
    Ack,
    Cancel,
    Code,
    Detach,
    Detail,
    Fetch,
    Hello,
    History,
    Module,
    PageMessage,
    Poster,
    Posters,
    PreviewShown,
    Remove,
    Resend,
    Share,
    Star,
    Watch,
)
from jupyter_videogen.widget.views import error_view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.core.job import JobRecord

log = logging.getLogger("jupyter_videogen")
if not (STATIC / "widget.js").exists():
    raise ImportError(
        "The page's bundle is missing from this checkout. Build it with `make setup` (or `python scripts/bundle.py`)."
    )
LONGEST_ID, REMEMBERED = 100, 10_000
"""Characters of a message's id, and how many of them are remembered."""
LATER = {"later": True}
"""The outcome of a message that is answered when there is an answer; other messages need not wait for it."""
PACE = 0.6
"""Seconds between two updates that change nothing but a number."""


class Pace:
    """Lets a new state of a job through at once, a new number at most every `PACE` seconds."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Let the next update through, whatever it is."""
        self._key, self._at = "", 0.0

    def admits(self, record: JobRecord, job: Job | None) -> bool:
        """Return whether a change is worth telling now."""
        now = time.monotonic()
        key = f"{record.id} {record.state} {record.searching} {job and job.detached}"
        if key == self._key and now - self._at < PACE:
            return False
        self._key, self._at = key, now
        return True


class BaseWidget(anywidget.AnyWidget):
    """The base of all widgets: the newest job, and the messages of the page."""

    _esm = STATIC / "widget.js"
    _css = STATIC / "widget.css"

    form = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    job = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    compared = traitlets.List(traitlets.Dict(), allow_none=True, default_value=None).tag(sync=True)
    grid = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    vote = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    story = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)

    views_are_stripped: ClassVar[bool] = False
    """Whether the kernel's page keeps widgets out of saved notebooks, as the last view said."""

    def __init__(self, *, shared: bool | None = None, **traits: Any) -> None:
        self._visited = environment.is_published() if shared is None else shared
        super().__init__(**traits)
        self._lock = threading.RLock()
        self._current: Job | None = None
        self._heard: dict[str, None] = {}
        self._pace = Pace()
        self._previewed: bytes | None = None
        self.on_msg(self._receive)

    def open(self) -> None:
        """Open the comm, and undo ipykernel 7.4's routing of replies.

        7.4 answers on the shell that published last, which is the main one as a rule, so that a click waits for a
        running cell although the page asked for its own subshell. Honour what the page asked for.
        """
        super().open()
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda _data, default: default  # noqa: SLF001 - there is no public switch

    def get_state(self, key: object = None, drop_defaults: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - its signature
        """Return the state as it is sent to the page."""
        return cast("dict[str, Any]", keep_nulls(super().get_state(key, drop_defaults)))

    def send(self, content: object, buffers: Sequence[bytes] | None = None) -> None:
        """Send a message to the page."""
        super().send(keep_nulls(content), buffers)

    def follow(self, job: Job) -> None:
        """Show this job from now on."""
        self._current = job
        job.subscribe(lambda record: self._show(record, job))
        self._show(job.record, job)

    def _show(self, record: JobRecord, job: Job) -> None:
        if job is not self._current:
            return
        self._show_preview(job)
        if not self._pace.admits(record, job):
            return
        try:
            self.changed(job)  # first: what the page shows is there to be read
        finally:
            with self._lock:  # meanwhile another thread may have shown another job, or a newer record of this one
                if job is self._current:
                    self.job = self._told_of(job, job.record)

    def _show_preview(self, job: Job) -> None:
        """Send a newer picture of the clip that is being made; no trait has it, since notebooks keep those."""
        picture = job.preview
        if picture is not None and picture is not self._previewed:
            self.send(msgspec.to_builtins(PreviewShown(v=VERSION, job_id=job.id)), [picture])
        self._previewed = picture

    def _told_of(self, job: Job, record: JobRecord) -> dict[str, Any]:
        """Return a job as this widget's page may see it."""
        view = job_view_of(job, record)
        return visitors.visitor_job(view) if self._visited else dict(msgspec.to_builtins(view))

    def changed(self, job: Job) -> None:
        """Take part in a change; for subclasses. Threads may call it at once, so the job's newest record counts."""

    def _renew_trait(self, name: str, newest: Callable[[], object]) -> None:
        """Set a public trait to its newest value, without a lock: people's observers run meanwhile.

        A thread that another has overtaken sees after setting that there is a newer value, and sets that.
        """
        while (value := newest()) != getattr(self, name):
            self.set_trait(name, value)

    def _receive(self, _widget: object, content: object, buffers: Sequence[bytes]) -> None:
        content = read_nulls(content)
        request_id = content.get("request_id") if isinstance(content, dict) else None
        if not isinstance(request_id, str) or len(request_id) > LONGEST_ID or request_id in self._heard:
            return  # one click, one job, however often the line repeats it
        self._heard[request_id] = None
        if len(self._heard) > REMEMBERED:
            del self._heard[next(iter(self._heard))]
        outcome = self._outcome(partial(self._read, content, buffers))
        if outcome is not LATER:
            self._answer(request_id, outcome)

    def _read(self, content: object, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        message: PageMessage = msgspec.convert(content, PageMessage)
        return self._handle(self._admitted(message) if self._visited else message, buffers)

    def _outcome(self, handle: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
        """Handle a message, and return its ack."""
        try:
            outcome = handle() or {}
        except msgspec.ValidationError as error:
            outcome = _refused(VideogenError(f"The page sent a message that this kernel does not know: {error}."))
        except VideogenError as error:
            outcome = _refused(error)
        except Exception as error:  # a page can send anything, and waits for its answer
            log.exception("Internal error while handling a message of the page.")
            outcome = _refused(VideogenError(f"Internal error ({type(error).__name__})."))
        if self._visited and "error" in outcome:
            outcome["error"] = visitors.visitor_error(outcome["error"])
        return outcome

    def _admitted(self, message: PageMessage) -> PageMessage:
        """Return a visitor's message as far as it counts; raises `VideogenError`."""
        return visitors.check_message(message, jobs=self._own, media=(), provider=self.provider_name, extra="")

    @property
    def _own(self) -> set[str]:
        """The jobs that this widget's page may ask about where it is shown to visitors."""
        return {self._current.id} if self._current is not None else set()

    def _answer(self, request_id: str, outcome: dict[str, Any]) -> None:
        buffers = outcome.pop("buffers", None)
        ack = Ack(**{"v": VERSION, "request_id": request_id, "ok": True, "now": time.time(), **outcome})
        self.send(msgspec.to_builtins(ack), buffers)

    def _answer_later(
        self, request_id: str, later: Future[Any], name: Literal["text", "buffers"] = "text"
    ) -> dict[str, Any]:
        """Answer with a text, or with buffers, when they are there, or with why there are none.

        There is no answer where the kernel is being stopped.
        """

        def answer(later: Future[Any]) -> None:
            if not later.cancelled():
                self._answer(request_id, self._outcome(lambda: {name: later.result()}))

        later.add_done_callback(answer)
        return LATER

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        """Do what any page may ask of the job it shows, or of the library."""
        match message:
            case Hello():
                BaseWidget.views_are_stripped = message.strips_views
                self._tell_again()
            case Cancel():
                result = self._mine(message.job_id).cancel()
                if not result.cancelled:
                    raise VideogenError(result.reason, sent="yes", charged="unknown", code="cancel")
            case Detach():
                self._mine(message.job_id).stop_waiting()
            case Watch():
                self.follow(self._mine(message.job_id).watch())
            case Resend():
                self.follow(self._mine(message.job_id).send_again())
            case Module() | History() | Detail() | Posters() | Star() | Remove() | Fetch() | Poster():
                return self._ask_history(message, buffers)
            case Share():
                shared = sharing.begin(self._mine(message.job_id), message.take, message.kind)
                return self._answer_later(message.request_id, shared)
            case Code():
                return {"text": request_code(message.request, message.language, self.provider_name)}
        return None

    def _ask_history(
        self, message: Module | History | Detail | Posters | Star | Remove | Fetch | Poster, buffers: Sequence[bytes]
    ) -> dict[str, Any]:
        """Answer what is asked of the library; a page that shows it is told of its changes from now on."""
        if isinstance(message, History):
            history_watch.pages.add(self)
        outcome = history.answer_history(message, buffers)
        if isinstance(message, Star | Poster):
            self._retell()
        return outcome

    def _tell_again(self) -> None:
        """Send the job's last state again: in a flood of output a server may have dropped it."""
        if self.job is not None:
            self.send_state("job")
        if self._current is not None:
            self._previewed = None
            self._show_preview(self._current)

    def _retell(self) -> None:
        """Show the job once more: something beside its record has changed."""
        if self._current is not None:
            self._pace.reset()
            self._show(self._current.record, self._current)

    @property
    def provider_name(self) -> str:
        """Where this widget's requests go."""
        return self._current.provider.name if self._current else builtin.ENGINE.name

    def _mine(self, job_id: str) -> Job:
        """Return a job that the page names: the one on view, or one of the library."""
        return self._current if self._current is not None and self._current.id == job_id else client.job(job_id)


def _refused(error: VideogenError) -> dict[str, Any]:
    return {"ok": False, "error": error_view(error.failure)}
