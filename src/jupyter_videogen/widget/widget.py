"""The widgets: the form `VideoGen()`, the card below a cell, and the comparison; one page draws all of them.

State goes out in traits, requests come in as messages that are answered by an ack. Handlers run on whatever
thread the kernel likes: they check, hand over and answer; the work happens on the loop thread.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import msgspec
import traitlets

from jupyter_videogen.api import client
from jupyter_videogen.api.access import open_access
from jupyter_videogen.api.client import list_models
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.improvement import begin
from jupyter_videogen.api.submission import start
from jupyter_videogen.catalog import builtin
from jupyter_videogen.commands.connect import store_key
from jupyter_videogen.config import credentials, trust
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment, secrets
from jupyter_videogen.core.errors import InvalidRequest, Unsupported, VideogenError
from jupyter_videogen.core.request import CREDENTIAL, FIELDS, MEDIA, GenerationRequest
from jupyter_videogen.dialects.base import ListsModels
from jupyter_videogen.media import inputs
from jupyter_videogen.runtime import process
from jupyter_videogen.widget import history, history_watch, visitors
from jupyter_videogen.widget.dropped_clip import recall_request
from jupyter_videogen.widget.form import Uploads, collect_fields, request_code
from jupyter_videogen.widget.history import job_view_of
from jupyter_videogen.widget.local_servers import find_servers
from jupyter_videogen.widget.protocol import (
    VERSION,
    Ack,
    Cancel,
    Choose,
    Code,
    Connect,
    Detach,
    Detail,
    Edit,
    Fetch,
    FindServers,
    Generate,
    Hello,
    History,
    Improve,
    KeyView,
    Module,
    PageMessage,
    Poster,
    Posters,
    Recall,
    Remove,
    RequestView,
    Resend,
    Show,
    Star,
    Trust,
    Upload,
    Watch,
)
from jupyter_videogen.widget.views import FormSurroundings, error_view, form_view, request_view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.job import JobRecord

log = logging.getLogger("jupyter_videogen")
STATIC = Path(__file__).parent.parent / "static"
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

    views_are_stripped: ClassVar[bool] = False
    """Whether the kernel's page keeps widgets out of saved notebooks, as the last view said."""

    def __init__(self, *, shared: bool | None = None, **traits: Any) -> None:
        self._visited = environment.is_published() if shared is None else shared
        super().__init__(**traits)
        self._current: Job | None = None
        self._heard: dict[str, None] = {}
        self._pace = Pace()
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
        if job is not self._current or not self._pace.admits(record, job):
            return
        try:
            self.changed(job, record)  # first: what the page shows is there to be read
        finally:
            self.job = self._told_of(job, record)

    def _told_of(self, job: Job, record: JobRecord) -> dict[str, Any]:
        """Return a job as this widget's page may see it."""
        view: dict[str, Any] = msgspec.to_builtins(job_view_of(job, record))
        return dict(visitors.visitor_view(view)) if self._visited else view

    def changed(self, job: Job, record: JobRecord) -> None:
        """Take part in a change; for subclasses."""

    def _receive(self, _widget: object, content: object, buffers: Sequence[bytes]) -> None:
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

    def _retell(self) -> None:
        """Show the job once more: something beside its record has changed."""
        if self._current is not None:
            self._pace.reset()
            self._show(self._current.record, self._current)

    @property
    def provider_name(self) -> str:
        """Where this widget's requests go."""
        return self._current.provider.name if self._current else "local"

    def _mine(self, job_id: str) -> Job:
        """Return a job that the page names: the one on view, or one of the library."""
        return self._current if self._current is not None and self._current.id == job_id else client.job(job_id)


class Comparison(BaseWidget):
    """Clips side by side and in sync: the view of `vg.compare`."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._visited = environment.is_published()
        super().__init__(compared=[self._told_of(job, job.record) for job in jobs])
        for job in jobs:
            job.subscribe(lambda record, job=job: self._renew(record, job))  # type: ignore[misc]  # mypy's lambdas

    @property
    def _own(self) -> set[str]:
        return {str(view["id"]) for view in self.compared}

    def _renew(self, record: JobRecord, job: Job) -> None:
        """Update the view when one of the jobs has ended."""
        if record.ended:
            fresh = self._told_of(job, record)
            self.compared = [fresh if view["id"] == job.id else view for view in self.compared]


class FormWidget(BaseWidget):
    """A widget that has a form, or can open one. Its traits follow what happens to its jobs, which run side by side.

    The result shows one of them, the others are in the queue.
    """

    queue = traitlets.List(traitlets.Dict()).tag(sync=True)
    state = traitlets.Unicode("draft", read_only=True, help="The newest job's state.")
    jobs = traitlets.Tuple(read_only=True, help="Every job of this widget, oldest first.")
    clip = traitlets.Instance(Clip, allow_none=True, read_only=True, help="The newest finished clip.")

    def __init__(
        self,
        provider: Provider,
        start: RequestView,
        *,
        config: Configuration | None = None,
        shared: bool | None = None,
        test: bool = False,
        **traits: Any,
    ) -> None:
        """Take where requests go and what they begin with; the form is open where there is a `config` to draw it by.

        `test` lists the local engine's test models among the others.
        """
        self._provider, self._start, self._tests = provider, start, test
        self._secrets: dict[str, Any] = {}
        self._uploads = Uploads(environment.home())
        self._aside: dict[str, tuple[Job, Pace]] = {}
        self._lock = threading.RLock()
        self._clip_ended_at = 0.0
        self._visited = environment.is_published() if shared is None else shared
        super().__init__(form=self._form(config) if config else None, shared=shared, **traits)

    @property
    def provider_name(self) -> str:
        """Where this form's requests go."""
        return self._provider.name

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        """Do what the page asks of the form; the rest is every widget's."""
        match message:
            case Generate() | Connect() | FindServers() | Upload() | Recall() | Improve():
                return self._reply(message, buffers)
            case Show():
                self.follow(self._mine(message.job_id))
            case Choose():
                self._choose(message)
            case Trust():
                self._trust(message)
            case _:
                return super()._handle(message, buffers)
        return None

    def _reply(
        self, message: Generate | Connect | FindServers | Upload | Recall | Improve, buffers: Sequence[bytes]
    ) -> dict[str, Any]:
        """Do what the page asks of the form where its ack says more than that it was done."""
        match message:
            case Generate():
                return self._generate(message)
            case Connect():
                return self._connect(message)
            case FindServers():
                return {"servers": find_servers(load_config())}
            case Upload():
                return {"medium": self._uploads.take(message, bytes(buffers[0]))}
            case Recall():
                return {"recalled": recall_request(message)}
        begin(message.prompt).add_done_callback(partial(self._tell_improved, message.request_id))
        return LATER

    @property
    def _own(self) -> set[str]:
        return {job.id for job in self.jobs} | super()._own

    def _admitted(self, message: PageMessage) -> PageMessage:
        where = {"provider": self.provider_name, "extra": self._start.extra}
        return visitors.check_message(message, jobs=self._own, media=self._uploads.sources | self._given, **where)

    @property
    def _given(self) -> set[str]:
        """The media that the form opened with."""
        media = (getattr(self._start, name) for name in MEDIA)
        return {one.source for value in media for one in (value if isinstance(value, tuple) else (value,)) if one}

    def _generate(self, message: Generate) -> dict[str, Any]:
        given = collect_fields(message.request)
        if self._secrets:  # they were given in Python and never shown to the page
            given["extra"] = {**given.get("extra", {}), **self._secrets}
        config = load_config()
        fields = {**given, "new": message.new, "yes": message.yes}
        job = start(open_access(config, self._provider.name), message.request.prompt, fields, config)
        if job.id not in {mine.id for mine in self.jobs}:
            self.set_trait("jobs", (*self.jobs, job))
        self._place(job, aside=message.aside)
        return {"found": job.reused}

    def _place(self, job: Job, *, aside: bool) -> None:
        """Show a job in the result, or put it in the queue; one that runs here already is not found anew."""
        running = self._find_open(job.id)
        if aside and (running or (self._current and self._current.id != job.id)):
            return None if running else self.put_aside(job)
        return self.follow(running or job)

    def follow(self, job: Job) -> None:
        """Show this job from now on; the one that was shown goes on in the queue."""
        before = self._current
        was_open = before is not None and not before.record.ended  # it may end meanwhile, and is told all the same
        super().follow(job)
        with self._lock:
            if self._aside.pop(job.id, None):
                self._tell_queue(job.id)
        if before is not None and before.id != job.id and was_open:
            self.put_aside(before)

    def put_aside(self, job: Job) -> None:
        """Keep a job in the queue: it is told there until somebody shows it."""
        self._aside[job.id] = (job, Pace())
        job.subscribe(lambda record: self._renew(record, job))
        self._renew(job.record, job)

    def _renew(self, record: JobRecord, job: Job) -> None:
        held, pace = self._aside.get(job.id, (None, None))
        if held is not job or pace is None or not pace.admits(record, job):
            return
        self.changed(job, record)
        with self._lock:  # the newest record, since another thread may have told a newer one meanwhile
            if job.id in self._aside:
                self._tell_queue(job.id, self._told_of(job, job.record))

    def _tell_queue(self, job_id: str, view: dict[str, Any] | None = None) -> None:
        """Put a job's newest view in the queue, or without one take the job out."""
        views = {one["id"]: one for one in self.queue} | {job_id: view}
        self.queue = [one for one in views.values() if one is not None]

    def _tell_again(self) -> None:
        super()._tell_again()
        if self.queue:
            self.send_state("queue")

    def _find_open(self, job_id: str) -> Job | None:
        """Return the job of this id while this form watches it."""
        held = (self._current, *(job for job, _ in self._aside.values()))
        return next((job for job in held if job and job.id == job_id and not (job.record.ended or job.detached)), None)

    def _mine(self, job_id: str) -> Job:
        held, _ = self._aside.get(job_id, (None, None))
        return held or super()._mine(job_id)

    def _choose(self, message: Choose) -> None:
        """Take another provider, or its newest list of models; what is typed stays in the page."""
        config = load_config()
        self._go_to(message.provider, config)
        if message.refresh:
            list_models(open_access(config, self._provider.name), refresh=True)
            self._provider = config.find_provider_with_models(self._provider.name)
        self.form = self._form(config)

    def _connect(self, message: Connect) -> dict[str, Any]:
        """Test a key and take it; it is in this kernel's memory or the keyring from now on, and nowhere else."""
        config = load_config()
        row = config.find_provider(message.provider)
        if refusal := config.untrusted_error(row):
            raise refusal
        stored = store_key(row, secrets.Secret(message.key, source="the form"), config, keep=message.keep)
        self._go_to(message.provider, config)
        trouble = self._load_list(config)
        self.form = self._form(config)
        return {"key": KeyView(verdict=stored.verdict, text=" ".join(filter(None, [stored.summary, trouble])))}

    def _load_list(self, config: Configuration) -> str:
        """Ask the provider for its models, unless it was asked today; return why that failed, if it did."""
        here = self._provider
        if not isinstance(here.dialect, ListsModels) or here.listed_lately:
            return ""
        try:
            list_models(open_access(config, here.name))
        except VideogenError as error:
            return f"Its list of models could not be loaded: {error.message}"
        self._provider = config.find_provider_with_models(here.name)
        return ""

    def _tell_improved(self, request_id: str, prompt: Future[str]) -> None:
        """Answer with a better prompt, or why there is none; not at all where the kernel is being stopped."""
        if not prompt.cancelled():
            self._answer(request_id, self._outcome(lambda: {"text": prompt.result()}))

    def _trust(self, message: Trust) -> None:
        """Agree to what a project's file asks for, as long as it is what the person was shown."""
        config = load_config()
        claim = config.registry.find_claim(message.provider)
        if claim is None or claim.words != message.asks:
            self.form = self._form(config)
            raise InvalidRequest(
                "This project's videogen.toml has changed since.", next="Check again what it asks for."
            )
        trust.add_trusted(environment.home(), [claim])
        self._go_to(message.provider, config)
        self.form = self._form(config)

    def _go_to(self, provider: str, config: Configuration) -> None:
        """Send requests elsewhere from now on; credentials that were given for one provider are not for another."""
        if provider != self._provider.name:
            self._provider = config.find_provider_with_models(provider)
            self._start = msgspec.structs.replace(self._start, model="")
            self._secrets = {}

    def _form(self, config: Configuration) -> dict[str, Any]:
        run, here = process.runtime(), self._provider
        usual = run.history.usual_of_kinds(here.base_url)
        around = FormSurroundings(
            providers=history.providers(config),
            price=lambda model: config.price_of(here, model),
            usual=lambda model: usual(model.kind),
            used=run.ledger.used_models(here.base_url),
            shared=environment.is_shared(),
            keyring=not environment.is_shared() and bool(credentials.keyring().name),
            improves=config.improves_prompts,
            tests=self._tests,
        )
        view = form_view(here, self._start, around)
        return dict(msgspec.to_builtins(visitors.visitor_form(view) if self._visited else view))

    def changed(self, job: Job, record: JobRecord) -> None:
        """Update the public traits: the state is that of the newest job, the clip the one that was finished last."""
        if job.id == (self.jobs[-1].id if self.jobs else job.id):
            self.set_trait("state", record.state)
        ended_at = record.finished_at or 0.0
        if record.clips and ended_at >= self._clip_ended_at:
            self._clip_ended_at = ended_at
            self.set_trait("clip", Clip.of(record.clips[0]))


class VideoGen(FormWidget):
    """The prompt form with status, player, history and the newest clip. Takes the request's fields as its opening values.

    `state`, `jobs` and `clip` follow what happens: `observe("clip")` and `link` work as with any widget.
    """

    def __init__(
        self,
        *,
        provider: str | None = None,
        prompt: str = "",
        shared: bool | None = None,
        **options: Any,
    ) -> None:
        """Take the opening values; `shared` says that visitors see the page: they get their own jobs and no more.

        Under Voila a form is shared by itself; `shared=False` takes that back. `test=True` lists the test models.
        """
        given = {name: options.pop(name) for name in FIELDS if name in options}
        where = {"provider": provider, "model": given.get("model")}
        config = load_config()
        found = config.find_provider_with_models(config.pop_provider(where))
        opening = config.with_defaults(found, {**given, "model": where.get("model")})
        opening = {name: value for name, value in opening.items() if name in FIELDS}
        asked = inputs.collect({"model": None, **opening}, environment.home())
        start = request_view(GenerationRequest(prompt=prompt, **asked), environment.folder())
        super().__init__(found, start, config=config, shared=shared, **options)
        self._secrets = {name: value for name, value in asked.get("extra", {}).items() if CREDENTIAL.search(name)}


class Card(FormWidget):
    """The view of one job, below a cell or of the library; its form opens when somebody wants to make something like it."""

    def __init__(self, job: Job, **traits: Any) -> None:
        super().__init__(job.provider, request_view(job.record.request, environment.folder()), **traits)
        self.set_trait("jobs", (job,))
        self.follow(job)

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        if isinstance(message, Edit):
            config = load_config()
            self._provider = config.find_provider_with_models(self._provider.name)
            self.form = self._form(config)
            return None
        return super()._handle(message, buffers)


class Library(FormWidget):
    """The library alone; its form opens when somebody makes something of a clip."""

    library = traitlets.Bool(default_value=True).tag(sync=True)

    def __init__(self) -> None:
        """Open it; raises `Unsupported` where visitors see the page, who have their own form's jobs and no more."""
        if environment.is_published():
            raise Unsupported("The library is not shown to visitors of a page.")
        super().__init__(load_config().find_provider(builtin.LOCAL.name), RequestView())

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        if isinstance(message, Edit):
            config = load_config()
            self._provider = config.find_provider_with_models(self._mine(message.job_id).provider.name)
            self.form = self._form(config)
            return None
        return super()._handle(message, buffers)


def _refused(error: VideogenError) -> dict[str, Any]:
    return {"ok": False, "error": error_view(error.failure)}
