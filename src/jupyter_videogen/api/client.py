"""The Python API: generate, submit, jobs. The work runs on the loop thread; these functions submit and wait."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Self

import msgspec

from jupyter_videogen.api import waiting
from jupyter_videogen.api.access import Access, access_for, open_access
from jupyter_videogen.api.clip import Clip as Clip  # noqa: PLC0414 - `vg.Clip` is loaded from here, with `extend`
from jupyter_videogen.api.clip import extenders
from jupyter_videogen.api.job import Job
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.api.submission import ask_user, build_order, start
from jupyter_videogen.catalog import capabilities
from jupyter_videogen.catalog.builtin import PATHS, SANDBOX
from jupyter_videogen.catalog.capabilities import supports_size
from jupyter_videogen.catalog.model_lists import describe_source
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.config.configuration import load_config, load_config_for_watching
from jupyter_videogen.core import command_names, suggestions
from jupyter_videogen.core.errors import InvalidRequest, Unsupported, VideogenError
from jupyter_videogen.core.job import STATES
from jupyter_videogen.core.secrets import Hidden, Secret, check_address, check_variable
from jupyter_videogen.runtime import process, provider_calls
from jupyter_videogen.runtime.loop import check_can_wait
from jupyter_videogen.runtime.process import runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jupyter_videogen.catalog.capabilities import Capabilities
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.prices import Estimate
    from jupyter_videogen.transport.connection import Connection

log = logging.getLogger("jupyter_videogen")
showing: list[Callable[[Job], None]] = []
"""Functions that show a job while `generate` waits for it."""


class _Client:
    """The base of both clients: the endpoint of requests and its key."""

    def __init__(  # noqa: PLR0913 - keywords, each of its own
        self,
        provider: str | None = None,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        key_env: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        name: str | None = None,
        allow_insecure: bool = False,
        keyless: bool = False,
    ) -> None:
        """Set the provider, and a `base_url` for another server of its dialect.

        A provider's own key is sent only to its own address; for another address, pass `api_key` or `key_env`. A key is sent
        to a public host by plain http only with `allow_insecure`. `timeout` in seconds is how long one answer may take: a
        create that is given up then is of unknown outcome, for its answer is lost. `keyless` is for estimates and
        previews, which send nothing: a key is asked for when something is sent.
        """
        try:
            secret = Secret(api_key, source="api_key") if api_key else None
            headers = Hidden(headers or {})
            check_address(base_url or "")
            if key_env is not None:
                check_variable(key_env)
        except VideogenError:
            base_url = None
            raise
        finally:
            del api_key  # tracebacks can show what a function holds, here and above
        self._access = open_access(
            load_config(),
            provider,
            base_url=base_url,
            key_env=key_env,
            secret=secret,
            headers=headers,
            timeout=timeout,
            name=name,
            allow_insecure=allow_insecure,
            keyless=keyless,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.provider.name} at {self.provider.base_url}>"

    @property
    def provider(self) -> Provider:
        """The provider that this client sends requests to."""
        return self._access.provider

    def estimate(self, prompt: str, **fields: Any) -> Estimate:
        """Return the estimated cost of a request, by the prices in `videogen.toml` or the provider's list; sends nothing."""
        return build_order(self._access, prompt, fields, load_config()).estimate

    def _models(self, *, refresh: bool) -> list[Capabilities]:
        return list_models(self._access, refresh=refresh)


class Client(_Client):
    """A provider for blocking code and notebooks."""

    def submit(self, prompt: str, **fields: Any) -> Job:
        """Start a job and return it at once; see `generate` for the fields."""
        return start(self._access, prompt, fields, load_config(), ask=ask_user)

    def generate(self, prompt: str, *, timeout: float | str | None = None, **fields: Any) -> Clip:
        """Make a clip and wait for it.

        Fields: model, duration (seconds), size ("WxH") or aspect and resolution, fps, seed, n, negative, image, last_frame,
        references, audio, video, sound, draft, enhance, extra (further fields for this provider). Media are paths, URLs,
        bytes, PIL images, uint8 arrays, figures or clips; `fit="cover"` makes the image the size that is asked for.

        The same request again is not paid for again: its running job or its stored clip is given, unless `new=True` (or
        `seed="random"`). `max_cost=` in dollars refuses what costs more; `yes=True` answers the question of a budget.
        Raises what `VideogenError` is the family of; a job that outlives `timeout` goes on.
        """
        return _generate(self._access, prompt, fields, load_config(), timeout)

    def models(self, *, refresh: bool = False) -> list[Capabilities]:
        """Return the provider's models: those known here, else what the provider lists.

        A list is cached for a day; a name that is not in it is still sent, with a warning. `refresh` loads it again.
        """
        return self._models(refresh=refresh)


def sandbox(provider: str) -> Client:
    """Return a client of a provider's twin on the local gateway, for learning and tests: no key, no network, no cost.

    It speaks the provider's protocol and takes its settings; the clips are drawn, and the test models are there. The same as
    `Client("sandbox-aihubmix")`. Raises `InvalidRequest` for a provider without a twin.
    """
    if provider not in PATHS:
        raise InvalidRequest(
            f"There is no sandbox for {provider}.",
            next=suggestions.did_you_mean(provider, list(PATHS)),
            field="provider",
        )
    return Client(f"{SANDBOX}{provider}")


class AsyncClient(_Client):
    """The same for `async` code: `await` a job for its clip."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Do nothing: jobs continue and are still watched."""

    async def submit(self, prompt: str, **fields: Any) -> Job:
        """Start a job and return it at once."""
        return start(self._access, prompt, fields, load_config(), ask=ask_user)

    async def generate(self, prompt: str, **fields: Any) -> Clip:
        """Make a clip and wait for it."""
        return await start(self._access, prompt, fields, load_config(), ask=ask_user)

    async def models(self, *, refresh: bool = False) -> list[Capabilities]:
        """Return the provider's models, as `Client.models`."""
        return await asyncio.to_thread(self._models, refresh=refresh)


def list_models(access: Access, *, refresh: bool = False) -> list[Capabilities]:
    """Return a provider's models; see `Client.models`."""
    row, connection = access.provider, access.connection
    if row.models:
        known = {model.model for model in row.models}
        return [*row.models, *(one for name, one in row.described.items() if name not in known)]
    if refresh or not row.listed_lately:
        _load_list(connection)
    row = connection.provider
    template = row.others or capabilities.Capabilities(model="", takes=frozenset())
    found = {
        **{name: msgspec.structs.replace(template, model=name, title=name) for name in row.listed},
        **row.published,
    }
    return list({**row.described, **found, **row.described}.values())


def _load_list(connection: Connection) -> None:
    """Load a provider's list of models; where that fails, an older list or the configured models do, which is said once."""
    row = connection.provider
    try:
        runtime().list_models(connection)
    except VideogenError as error:
        if not row.listed and not row.described:
            raise
        what = describe_source(row, row.listed_at) if row.listed_at else "what is configured"
        provider_calls.say_once(f"{error.message} Using {what} instead.")


def _generate(
    access: Access, prompt: str, fields: Mapping[str, Any], config: Configuration, timeout: float | str | None
) -> Clip:
    """Make a clip and wait for it, in view."""
    check_can_wait()
    job = start(access, prompt, fields, config, ask=ask_user)
    if job.reused:
        log.warning("Same request as job %s: nothing is sent or charged. Pass new=True to make another clip.", job.id)
    for show in () if waiting.is_seen() else showing:
        show(job)
    try:
        return job.result(config.defaults.timeout if timeout is None else timeout)
    except KeyboardInterrupt as stop:
        stop.add_note(f"Only the waiting stopped. The job continues: {command_names.spell('wait', job.id)}")
        raise


def submit(prompt: str, **fields: Any) -> Job:
    """Start a job and return it at once. Fields as for `generate`."""
    config = load_config()
    return start(access_for(fields, config), prompt, fields, config, ask=ask_user)


def generate(prompt: str, *, timeout: float | str | None = None, **fields: Any) -> Clip:
    """Make a clip from a sentence and wait for it.

    Fields: provider, model, duration (seconds), size ("WxH"), fps, seed, extra. An interrupt stops the waiting,
    never the job: `vg.jobs()` has it.
    """
    config = load_config()
    return _generate(access_for(fields, config), prompt, fields, config, timeout)


def extend(clip: Clip, prompt: str, **fields: Any) -> Clip:
    """Continue a clip; see `Clip.extend`."""
    config = load_config()
    timeout, asked = fields.pop("timeout", None), {"provider": clip.provider, "model": clip.model} | fields
    access = access_for(asked, config)
    model = find_model(asked.get("model"), access.provider)
    if "video" not in model.takes:
        raise Unsupported(
            f"{model.model} ({access.provider.title}) can't extend an existing clip.",
            next=f"These can: {', '.join(_extenders(config))}. Choose one with clip.extend(…, model=…).",
            field="model",
        )
    if clip.size and supports_size(clip.size, model) and not {"size", "aspect", "resolution"} & set(asked):
        asked["size"] = clip.size
    return _generate(access, prompt, {**asked, "video": clip}, config, timeout)


extenders.append(extend)


def _extenders(config: Configuration) -> Iterator[str]:
    """Name what goes on from a clip, provider by provider; one that lists no models here by any of its own."""
    for row in config.registry.providers.values():
        if any("video" in model.takes for model in row.models):
            yield f"{row.name}:{next(model.model for model in row.models if 'video' in model.takes)}"
        elif row.others is not None and "video" in row.others.takes:
            yield f"{row.name}:… (a model of {row.title} that takes a video)"


def estimate(prompt: str, **fields: Any) -> Estimate:
    """Return the estimated cost of a request without sending anything; needs no key. Fields as for `generate`."""
    config = load_config()
    return build_order(access_for(fields, config, keyless=True), prompt, fields, config).estimate


def attach(remote_id: str, provider: str | None = None, **where: Any) -> Job:
    """Watch a job that was created elsewhere, by the provider's own id for it. `where` as for `Client`."""
    connection, run = Client(provider, **where)._access.connection, runtime()  # noqa: SLF001 - the same family
    return Job(run, run.attach(remote_id, connection), connection)


def resume(reference: str | None = None) -> Job | JobGroup:
    """Watch a job again, or every unfinished one; search again for a job with an unknown outcome."""
    return job(reference).watch() if reference else jobs("unfinished").watch()


def jobs(state: str | None = None, *, limit: int = 1000) -> JobGroup:
    """Return your jobs, newest first: all, those in one state, or the "unfinished"."""
    ledger = runtime().ledger
    if state == "unfinished":
        return JobGroup(_jobs(reversed(ledger.unfinished())))
    if state is not None and state not in STATES:
        raise InvalidRequest(f"Unknown state {state}.", next=suggestions.did_you_mean(state, STATES))
    return JobGroup(_jobs(ledger.recent(state and {state}, limit=limit)))


def job(reference: str) -> Job:
    """Return a job by its id, a unique start of one, the name from `--as`, or "last"; raises `InvalidRequest`."""
    return next(_jobs([runtime().ledger.find(reference)]))


def jobs_in_variable(name: str) -> JobGroup:
    """Return the jobs last stored under a name with `--as`: one job, or the members of a group in order; empty if none."""
    return JobGroup(_jobs(runtime().ledger.find_named(name)), kind="takes")


def _jobs(records: Iterable[JobRecord]) -> Iterator[Job]:
    """Return jobs to their records, each with the way back to its provider."""
    run, config = runtime(), load_config_for_watching()
    for record in records:
        connection = process.connection_of(run, record, config)
        yield Job(run, run.watch(record, connection), connection)
