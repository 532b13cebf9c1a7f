"""The live half in the page: one anywidget class, used as a card below a cell and as the form `VideoGen()`.

State goes out in two traits, requests come in as messages that are answered by an ack. Handlers run on whatever
thread the kernel likes: they check, hand over and answer; the work happens on the loop thread.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import msgspec
import traitlets

from . import settings
from .client import Client, client_for
from .errors import VideogenError
from .messages import VERSION, Ack, Cancel, Detach, Generate, Hello, PageMessage, Watch
from .values import FIELDS, Clip, GenerationRequest, JobRecord
from .view import error_view, form_view, job_view

if TYPE_CHECKING:
    from .ticket import Job

STATIC = Path(__file__).parent / "static"
if not (STATIC / "widget.js").exists():
    raise ImportError(
        "The page's bundle is missing from this checkout. Build it with `make setup` (or `python scripts/bundle.py`)."
    )
PACE = 0.5
"""Seconds between two updates that change nothing but a number."""


class Live(anywidget.AnyWidget):
    """What both uses share: the newest job, and the conversation with the page."""

    _esm = STATIC / "widget.js"
    _css = STATIC / "widget.css"

    form = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    job = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)

    def __init__(self, **traits: Any) -> None:  # noqa: ANN401 - ipywidgets' own traits, layout and such
        super().__init__(**traits)
        self._current: Job | None = None
        self._heard: set[str] = set()
        self._told: tuple[str, float] = ("", 0.0)
        self.on_msg(self._receive)

    def open(self) -> None:
        """Open the comm, and undo ipykernel 7.4's routing of replies.

        7.4 answers on the shell that published last, which is the main one as a rule, so that a click waits for a
        running cell although the page asked for its own subshell. Honour what the page asked for.
        """
        super().open()
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda _data, default: default  # noqa: SLF001 - there is no public switch

    def follow(self, job: Job) -> None:
        """Show this job from now on."""
        self._current = job
        job.subscribe(lambda record: self._show(record, job))
        self._show(job.record, job)

    def _show(self, record: JobRecord, job: Job) -> None:
        if job is not self._current or not self._worth_telling(record):
            return
        view = job_view(record, job.provider, folder=settings.folder(), detached=job.detached)
        self.job = msgspec.to_builtins(view)
        self.changed(record)

    def _worth_telling(self, record: JobRecord) -> bool:
        """A new state is told at once, a new number twice a second at most."""
        state, at = self._told
        now = time.monotonic()
        key = f"{record.id} {record.state} {self._current and self._current.detached}"
        if key == state and now - at < PACE:
            return False
        self._told = (key, now)
        return True

    def changed(self, record: JobRecord) -> None:
        """Take part in a change; for subclasses."""

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        request_id = content.get("request_id") if isinstance(content, dict) else None
        if not isinstance(request_id, str) or request_id in self._heard:
            return  # one click, one job, however often the line repeats it
        self._heard.add(request_id)
        try:
            self._handle(msgspec.convert(content, PageMessage))
        except msgspec.ValidationError as error:
            self._answer(request_id, VideogenError(f"The page sent what this kernel does not know: {error}."))
        except VideogenError as error:
            self._answer(request_id, error)
        else:
            self._answer(request_id, None)

    def _answer(self, request_id: str, error: VideogenError | None) -> None:
        view = error_view(error.failure) if error else None
        ack = Ack(v=VERSION, request_id=request_id, ok=error is None, now=time.time(), error=view)
        self.send(msgspec.to_builtins(ack))

    def _handle(self, message: PageMessage) -> None:
        match message:
            case Hello():
                pass
            case Generate(request=request):
                given = {name: value for name, value in msgspec.to_builtins(request).items() if value not in {None, ""}}
                self.generate(given.pop("prompt", ""), given)
            case Cancel():
                result = self._mine(message.job_id).cancel()
                if not result.cancelled:
                    raise VideogenError(result.reason, sent="yes", charged="unknown", code="cancel")
            case Detach():
                self._mine(message.job_id).stop_waiting()
            case Watch():
                self._mine(message.job_id).watch()

    def _mine(self, job_id: str) -> Job:
        if self._current is None or self._current.id != job_id:
            raise VideogenError(f"Job {job_id} is not shown here any more.", next=f"%videogen show {job_id}")
        return self._current

    def generate(self, prompt: str, fields: dict[str, Any]) -> None:
        """Answer the Generate button; a card has none."""
        raise VideogenError(
            f"This card shows one job; it can't start {prompt!r} {fields}.", next="%videogen has a form."
        )


class Card(Live):
    """The live view of one job, below a cell."""


class VideoGen(Live):
    """The prompt form with status, player and the newest clip. Takes the request's fields as its opening values.

    `state`, `jobs` and `clip` follow what happens: `observe("clip")` and `link` work as with any widget.
    """

    state = traitlets.Unicode("draft", read_only=True, help="The newest job's state.")
    jobs = traitlets.Tuple(read_only=True, help="Every job of this form, oldest first.")
    clip = traitlets.Instance(Clip, allow_none=True, read_only=True, help="The newest finished clip.")

    def __init__(self, *, provider: str | None = None, prompt: str = "", **options: Any) -> None:  # noqa: ANN401 - fields and ipywidgets' own
        given = {name: options.pop(name) for name in FIELDS if name in options}
        where = {"provider": provider, "model": given.get("model")}
        self._client: Client = client_for(where)
        start = GenerationRequest(prompt=prompt, **{**given, "model": where.get("model")})
        form = msgspec.to_builtins(form_view(self._client.provider, start))
        super().__init__(form=form, **options)
        self._kept: dict[str, Any] = {name: given[name] for name in ("fps", "extra") if name in given}

    def generate(self, prompt: str, fields: dict[str, Any]) -> None:
        """Start a job from the form."""
        job = self._client.start(prompt, {**self._kept, **fields})
        self.set_trait("jobs", (*self.jobs, job))
        self.follow(job)

    def changed(self, record: JobRecord) -> None:
        """Keep the public traits current."""
        self.set_trait("state", record.state)
        if record.clips:
            self.set_trait("clip", record.clips[0])
