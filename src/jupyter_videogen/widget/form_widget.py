"""A widget that has a form, or can open one, and follows its jobs, which run side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import traitlets

from jupyter_videogen.api.access import open_access
from jupyter_videogen.api.client import list_models
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.improvement import begin
from jupyter_videogen.api.submission import start
from jupyter_videogen.commands.connect import store_key
from jupyter_videogen.config import credentials, trust
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment, secrets
from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.core.request import MEDIA
from jupyter_videogen.dialects.base import ListsModels
from jupyter_videogen.runtime import process
from jupyter_videogen.widget import history, visitors
from jupyter_videogen.widget.base import BaseWidget, Pace
from jupyter_videogen.widget.dropped_clip import recall_request
from jupyter_videogen.widget.form import Uploads, collect_fields
from jupyter_videogen.widget.local_servers import find_servers
from jupyter_videogen.widget.protocol import (
    Choose,
    Connect,
    FindServers,
    Generate,
    Improve,
    KeyView,
    PageMessage,
    Recall,
    RequestView,
    Show,
    Trust,
    Upload,
)
from jupyter_videogen.widget.views import FormSurroundings, form_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.job import JobRecord


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
        self._newest_clip: tuple[float, Clip | None] = (0.0, None)
        self._newest_job: Job | None = None
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
        return self._answer_later(message.request_id, begin(message.prompt))

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
        self.changed(job)
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

    def changed(self, job: Job) -> None:
        """Update the public traits: the state is that of the newest job, the clip the one that was finished last."""
        with self._lock:
            self._compare(job, job.record)
        self._renew_trait("state", self._newest_state)
        self._renew_trait("clip", lambda: self._newest_clip[1])

    def _newest_state(self) -> str:
        return self.state if self._newest_job is None else self._newest_job.state

    def _compare(self, job: Job, record: JobRecord) -> None:
        """Note a job if none is newer, and its clip if none was finished later."""
        if job.id == (self.jobs[-1].id if self.jobs else job.id):
            self._newest_job = job
        ended_at = record.finished_at or 0.0
        if record.clips and ended_at >= self._newest_clip[0]:
            self._newest_clip = ended_at, Clip.of(record.clips[0])
