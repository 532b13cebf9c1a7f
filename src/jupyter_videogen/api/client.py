"""The Python API: generate, submit, jobs. One core on the loop thread; these faces only hand over and wait."""

from __future__ import annotations

import asyncio
import logging
import math
import numbers
import operator
import secrets
import time
from typing import TYPE_CHECKING, Any, Self

import msgspec

from jupyter_videogen.api.job import Job
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.api.submission import Order, Remarks, ask_user, submit_orders
from jupyter_videogen.catalog import capabilities, validation
from jupyter_videogen.catalog import registry as providers
from jupyter_videogen.catalog.capabilities import supports_size
from jupyter_videogen.catalog.model_lists import Listings
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.catalog.validation import ValidatedRequest
from jupyter_videogen.config import resolve
from jupyter_videogen.config.files import apply_config
from jupyter_videogen.config.resolve import load_config, pop_provider, price_of, with_defaults
from jupyter_videogen.core import environment, prices, suggestions
from jupyter_videogen.core.errors import AuthError, InvalidRequest, Unsupported, VideogenError
from jupyter_videogen.core.job import STATES
from jupyter_videogen.core.request import FIELDS, MEDIA, GenerationRequest
from jupyter_videogen.core.secrets import Hidden, Secret, check_address, check_variable, hide
from jupyter_videogen.filesystem import project_paths
from jupyter_videogen.media import clip_store, inputs
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.process import runtime
from jupyter_videogen.transport.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jupyter_videogen.catalog.capabilities import Capabilities
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.config.files import Config
    from jupyter_videogen.core.clip import Clip
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.prices import Estimate
    from jupyter_videogen.runtime.runtime import Runtime

log = logging.getLogger("jupyter_videogen")
CALL = ("new", "yes", "max_cost", "output")
"""Options of a call that are no fields of the request."""
WHOLE = ("duration", "fps", "seed", "n")
"""Fields of a request that are whole numbers."""
showing: list[Callable[[Job], None]] = []
"""What shows a job while `generate` waits for it; a face adds itself here."""


class _Client:
    """Where requests go, and with which key: what both clients share."""

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
        """Name a provider, and for another server of its dialect a `base_url`.

        A provider's own key is used at its own address only; elsewhere name one with `api_key` or `key_env`. A key travels
        to a public host by plain http only with `allow_insecure`. `timeout` in seconds is how long one answer may take: a
        create that is given up then is of unknown outcome, for its answer is lost. `keyless` is for estimates and
        previews, which send nothing: a key is asked for when something is sent.
        """
        try:
            given = Secret(api_key, source="api_key") if api_key else None
            headers = Hidden(headers or {})
            check_address(base_url or "")
            if key_env is not None:
                check_variable(key_env)
        except VideogenError:
            base_url = None
            raise
        finally:
            del api_key  # tracebacks can show what a function holds, here and above
        config = load_config()
        row = apply_config(providers.find_provider(provider or resolve.default_provider()), config)
        variable = key_env or (None if base_url else row.key_env)
        here = row if base_url is None else msgspec.structs.replace(row, base_url=base_url)
        secret, self._lacking = given, None if given or key_env or base_url else resolve.untrusted_error(row)
        if secret is None and self._lacking is None:
            secret = resolve.find_key(here, variable)
        if secret is None and variable is not None and not row.key_optional and self._lacking is None:
            ways = resolve.describe_key_sources(row, variable, at_home=here is row)
            self._lacking = AuthError(f"{row.title} needs a key.", next=ways)
        if self._lacking and not keyless:
            raise self._lacking
        self._own_address, self._keyless = base_url is not None, keyless
        if not self._own_address:
            resolve.check_credentials(row, headers, {})
        changes: dict[str, Any] = {"base_url": base_url} if base_url else {}
        changes |= {"key_env": variable, "label": name or row.label}
        here = Listings(environment.home()).of(msgspec.structs.replace(row, **changes), now=time.time())
        self._line = Connection(here, secret, headers, allow_insecure=allow_insecure, timeout=timeout)
        if given:
            process.given[here.base_url, given.account] = given

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.provider.name} at {self.provider.base_url}>"

    @property
    def provider(self) -> Provider:
        """The endpoint this client speaks to."""
        return self._line.provider

    def estimate(self, prompt: str, **fields: Any) -> Estimate:  # noqa: ANN401 - the request's fields
        """Say what a request would cost, by the prices in `videogen.toml` or the service's list; sends nothing."""
        hide(fields)
        config = load_config()
        _, settled = self._settled(prompt, fields, config)
        return self._estimate(settled.request, config)

    def start(self, prompt: str, fields: Mapping[str, Any], *, ask: Callable[[str], bool] | None = None) -> Job:
        """Start a job for a face; `ask` puts a question to a person. Fields as for `generate`.

        Raises `BudgetExceeded`, with the code "confirm" where a yes is all that is missing.
        """
        hide(fields)
        if self._lacking:
            raise self._lacking
        self._check_credentials(fields)
        order = self.order(prompt, fields)
        (job,) = submit_orders([order], yes=bool(fields.get("yes")), most=fields.get("max_cost"), ask=ask)
        return job

    def order(self, prompt: str, fields: Mapping[str, Any], *, take: int = 1, remarks: Remarks = Remarks()) -> Order:  # noqa: B008 - frozen
        """Check and price a request without sending it. Fields as for `generate`.

        The second and later `take` of one request is another job, and given again like the first. Raises what a request
        can be refused for before it is sent.
        """
        hide(fields)
        given, config = dict(fields), load_config()
        new = bool(given.get("new")) or given.get("seed") == "random"
        output = str(given.get("output") or config.defaults.output or "")
        if not self._keyless:
            self._check_credentials(given)
        if not output:
            project_paths.check_folder(
                environment.folder() / clip_store.FOLDER, environment.project(environment.folder())
            )
        given = {name: value for name, value in given.items() if name not in CALL}
        asked, settled = self._settled(prompt, {**given, "seed": _number(given.get("seed"))}, config)
        if take > 1:
            asked = msgspec.structs.replace(asked, n=take)
        return Order(self._line, asked, settled, self._estimate(settled.request, config), new, output, remarks)

    def _check_credentials(self, fields: Mapping[str, Any]) -> None:
        """Keep a second key from an address that only a project's file names; a preview sends nothing."""
        if not self._own_address:
            resolve.check_credentials(self.provider, {}, {"extra": fields.get("extra") or {}})

    def at_once(self, model: str | None) -> int:
        """Return how many clips a model makes of one request; 1 for a name it does not know, which is refused later."""
        try:
            wanted = with_defaults(self.provider, {"model": model}, load_config().defaults)
            found = find_model(wanted.get("model"), self.provider)
        except VideogenError:
            return 1
        return found.most if "n" in found.takes else 1

    def _models(self, *, refresh: bool) -> list[Capabilities]:
        row = self.provider
        if row.models:
            return [
                *row.models,
                *(one for name, one in row.described.items() if name not in {m.model for m in row.models}),
            ]
        if refresh or not row.listed_lately:
            runtime().list_models(self._line)
        row = self.provider
        template = row.others or capabilities.Capabilities(model="", takes=frozenset())
        names = dict.fromkeys((*row.described, *row.listed))
        return [row.described.get(name) or msgspec.structs.replace(template, model=name, title=name) for name in names]

    def _attach(self, remote_id: str) -> Job:
        run = runtime()
        return Job(run, run.attach(remote_id, self._line), self._line)

    def _settled(
        self, prompt: str, fields: Mapping[str, Any], config: Config
    ) -> tuple[GenerationRequest, ValidatedRequest]:
        """Return a request as it was asked for, and as it will be sent."""
        asked = self._asked(prompt, with_defaults(self.provider, fields, config.defaults))
        settled = validation.validate(asked, self.provider)
        return asked, ValidatedRequest(_with_seed(settled.request, self.provider), settled.warnings)

    def _estimate(self, request: GenerationRequest, config: Config) -> Estimate:
        """By the price that the user wrote down, else the service's own; the local engine is free."""
        return prices.estimate(request, price_of(self.provider, request.model or "", config))

    def _asked(self, prompt: str, fields: dict[str, Any]) -> GenerationRequest:
        """Build the request from what was handed over: media are read, and fitted where that was asked for."""
        fit = fields.pop("fit", None)
        asked = _request(prompt, inputs.collect(_replace_jobs_by_clips(fields), environment.home()))
        size = asked.size or find_model(asked.model, self.provider).default_size
        if fit is None or asked.image is None or size is None:
            return asked
        return msgspec.structs.replace(asked, image=inputs.fit_image(asked.image, size, fit, environment.home()))


class Client(_Client):
    """A provider for blocking code and notebooks."""

    def submit(self, prompt: str, **fields: Any) -> Job:  # noqa: ANN401 - the request's fields, checked one by one
        """Start a job and give it at once; see `generate` for the fields."""
        return self.start(prompt, fields, ask=ask_user)

    def generate(self, prompt: str, *, timeout: float | str | None = None, **fields: Any) -> Clip:  # noqa: ANN401 - as above
        """Make a clip and wait for it.

        Fields: model, duration (seconds), size ("WxH") or aspect and resolution, fps, seed, n, negative, image, last_frame,
        references, audio, video, sound, draft, enhance, extra (further fields for this service). Media are paths, URLs,
        bytes, PIL images, uint8 arrays, figures or clips; `fit="cover"` makes the image the size that is asked for.

        The same request again is not paid for again: its running job or its stored clip is given, unless `new=True` (or
        `seed="random"`). `max_cost=` in dollars refuses what costs more; `yes=True` answers the question of a budget.
        Raises what `VideogenError` is the family of; a job that outlives `timeout` goes on.
        """
        job = self.start(prompt, fields, ask=ask_user)
        if job.reused:
            log.warning("The same request as job %s: nothing is sent or charged; new=True makes another.", job.id)
        for show in showing:
            show(job)
        try:
            return job.result(load_config().defaults.timeout if timeout is None else timeout)
        except KeyboardInterrupt as stop:
            stop.add_note(f"Only the waiting stopped. The job goes on: vg.job({job.id!r}).result()")
            raise

    def models(self, *, refresh: bool = False) -> list[Capabilities]:
        """Return the provider's models: those known here, else what the service lists.

        A list is kept for a day; a name that is not in it is sent all the same, with a warning. `refresh` asks again.
        """
        return self._models(refresh=refresh)


class AsyncClient(_Client):
    """The same for `async` code: `await` a job for its clip."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Jobs go on and are still watched; there is nothing to close."""

    async def submit(self, prompt: str, **fields: Any) -> Job:  # noqa: ANN401 - as in Client
        """Start a job and give it at once."""
        return self.start(prompt, fields, ask=ask_user)

    async def generate(self, prompt: str, **fields: Any) -> Clip:  # noqa: ANN401 - as in Client
        """Make a clip and wait for it."""
        return await self.start(prompt, fields, ask=ask_user)

    async def models(self, *, refresh: bool = False) -> list[Capabilities]:
        """Return the provider's models, as `Client.models`."""
        return await asyncio.to_thread(self._models, refresh=refresh)


def client_for(fields: dict[str, Any], *, keyless: bool = False) -> Client:
    """Return the client that a request's provider and model name; takes what is about the service out of `fields`."""
    where = {name: fields.pop(name) for name in ("base_url", "key_env") if name in fields}
    return Client(pop_provider(fields), **where, keyless=keyless)


def submit(prompt: str, **fields: Any) -> Job:  # noqa: ANN401 - as in Client
    """Start a job and give it at once. Fields as for `generate`."""
    return client_for(fields).submit(prompt, **fields)


def generate(prompt: str, *, timeout: float | str | None = None, **fields: Any) -> Clip:  # noqa: ANN401 - as in Client
    """Make a clip from a sentence and wait for it.

    Fields: provider, model, duration (seconds), size ("WxH"), fps, seed, extra. An interrupt stops the waiting,
    never the job: `vg.jobs()` has it.
    """
    return client_for(fields).generate(prompt, timeout=timeout, **fields)


def extend(clip: Clip, prompt: str, **fields: Any) -> Clip:  # noqa: ANN401 - as in Client
    """Make what comes after a clip; see `Clip.extend`."""
    asked = {"provider": clip.provider, "model": clip.model} | fields
    client = client_for(asked)
    model = find_model(asked.get("model"), client.provider)
    if "video" not in model.takes:
        raise Unsupported(
            f"{model.model} ({client.provider.title}) can't extend an existing clip.",
            next=f"These do: {', '.join(_extenders())}. Name one: clip.extend(…, model=…).",
            field="model",
        )
    if clip.size and supports_size(clip.size, model) and not {"size", "aspect", "resolution"} & set(asked):
        asked["size"] = clip.size
    return client.generate(prompt, video=clip, **asked)


def _extenders() -> Iterator[str]:
    """Name what goes on from a clip, service by service; a service that lists no models here by any of its own."""
    for row in providers.all_providers().values():
        if any("video" in model.takes for model in row.models):
            yield f"{row.name}:{next(model.model for model in row.models if 'video' in model.takes)}"
        elif row.others is not None and "video" in row.others.takes:
            yield f"{row.name}:… (a model of {row.title} that takes a video)"


def estimate(prompt: str, **fields: Any) -> Estimate:  # noqa: ANN401 - as in Client
    """Say what a request would cost, without sending anything; needs no key. Fields as for `generate`."""
    return client_for(fields, keyless=True).estimate(prompt, **fields)


def attach(remote_id: str, provider: str | None = None, **where: Any) -> Job:  # noqa: ANN401 - as for Client
    """Take up a job that was made elsewhere, by the service's own id for it. `where` as for `Client`."""
    return Client(provider, **where)._attach(remote_id)  # noqa: SLF001 - the same family


def resume(reference: str | None = None) -> Job | JobGroup:
    """Watch a job again, or every unfinished one; a job whose outcome is unknown is looked for once more."""
    return job(reference).watch() if reference else jobs("unfinished").watch()


def jobs(state: str | None = None, *, limit: int = 1000) -> JobGroup:
    """Return your jobs, newest first: all, those in one state, or the "unfinished"."""
    run = runtime()
    if state == "unfinished":
        return JobGroup(_job(run, record) for record in reversed(run.ledger.unfinished()))
    if state is not None and state not in STATES:
        raise InvalidRequest(f"There is no state {state}.", next=suggestions.did_you_mean(state, STATES))
    return JobGroup(_job(run, record) for record in run.ledger.recent(state and {state}, limit=limit))


def job(reference: str) -> Job:
    """Return a job by its id, the unique beginning of one, the name it was kept in, or "last"; raises `InvalidRequest`."""
    run = runtime()
    return _job(run, run.ledger.find(reference))


def jobs_in_variable(name: str) -> JobGroup:
    """Return the jobs that were last kept in a variable: one, or the members of a group in their order; empty for none."""
    run = runtime()
    return JobGroup((_job(run, record) for record in run.ledger.named(name)), kind="takes")


def _job(run: Runtime, record: JobRecord) -> Job:
    line = process.line_of(run, record)
    return Job(run, run.watch(record, line), line)


def _request(prompt: str, fields: Mapping[str, Any]) -> GenerationRequest:
    """Build a request, refusing unknown names and wrong types; raises `InvalidRequest`."""
    for name in fields:
        if name not in FIELDS:
            raise InvalidRequest(f"There is no option {name}.", next=suggestions.did_you_mean(name, FIELDS), field=name)
    whole = {name: _as_whole_number(name, fields[name]) for name in WHOLE if fields.get(name) is not None}
    try:
        return msgspec.convert({"prompt": prompt, **fields, **whole}, GenerationRequest)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{error}.", next="Check the type of that value.") from None


def _as_whole_number(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever was given
    """Return a whole number of any kind as one of Python's, 4.0 too; raises `InvalidRequest` for what lies between two."""
    if isinstance(value, bool | str):
        return value
    if hasattr(value, "__index__"):
        return operator.index(value)
    number = float(value) if isinstance(value, numbers.Real) else math.nan
    if number.is_integer():
        return int(number)
    if math.isfinite(number):
        raise InvalidRequest(
            f"{name} is a whole number, and {value} is none.", next=f"Nearest: {round(number)}.", field=name
        )
    return value


def _with_seed(request: GenerationRequest, provider: Provider) -> GenerationRequest:
    """Choose the seed ourselves where the model takes one and it was left open, so that the clip can be made again."""
    takes_seed = "seed" in find_model(request.model, provider).takes
    if request.seed is not None or not (takes_seed and provider.simulated):
        return request
    return msgspec.structs.replace(request, seed=secrets.randbelow(validation.LARGEST_SEED + 1))


def _number(seed: object) -> object:
    """Leave a random seed open."""
    return None if seed == "random" else seed


def _replace_jobs_by_clips(fields: dict[str, Any]) -> dict[str, Any]:
    """Let a job stand for its clip where a medium is asked for; raises as `Job.clip`."""

    def clip(value: Any) -> Any:  # noqa: ANN401 - anything a person may hand over
        return value.clip if isinstance(value, Job) else value

    media = {name: fields[name] for name in MEDIA if fields.get(name) is not None}
    made = {
        name: [clip(one) for one in value] if name == "references" else clip(value) for name, value in media.items()
    }
    return {**fields, **made}
