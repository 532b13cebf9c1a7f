"""The Python API: generate, submit, jobs. One core on the loop thread; these faces only hand over and wait."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import secrets
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

from . import budget, capabilities, config, inputs, keys, prices, settings
from . import provider as providers
from .capabilities import Settled, find, makes
from .config import describe
from .errors import AuthError, BudgetExceeded, InvalidRequest, Unsupported, VideogenError
from .group import JobGroup
from .listing import Listings
from .prices import FREE, Price
from .runtime import Line, Runtime, Terms
from .ticket import Job
from .values import FIELDS, MEDIA, STATES, Clip, GenerationRequest, JobRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .capabilities import Capabilities
    from .config import Config
    from .dialect import Provider
    from .prices import Estimate

log = logging.getLogger("jupyter_videogen")
CALL = ("new", "yes", "max_cost", "output")
"""Options of a call that are no fields of the request."""
SHAPE = frozenset({"size", "aspect", "resolution"})
"""Fields that go together: one that is given keeps the configured others away."""
_given: dict[tuple[str, str], keys.Secret] = {}
"""Keys that clients of this process were given, by address and account: jobs found again can use them."""
_lock = threading.Lock()
_runtimes: dict[str, Runtime] = {}
showing: list[Callable[[Job], None]] = []
"""What shows a job while `generate` waits for it; a face adds itself here."""


def runtime() -> Runtime:
    """Give this process's runtime for today's VIDEOGEN_HOME; at its first use, open jobs are watched again."""
    home = settings.home()
    with _lock:
        if str(home) in _runtimes:
            return _runtimes[str(home)]
        made = _runtimes[str(home)] = Runtime(home)
    for record in made.ledger.unfinished():
        made.watch(record, _line_of(made, record))
    return made


def close() -> None:
    """Stop watching and close everything this process has open; the next use opens it again."""
    while _runtimes:
        _runtimes.popitem()[1].close()


def _farewell() -> None:
    """Say which jobs go on without this process."""
    for run in _runtimes.values():
        if jobs := run.going_on():
            names = " ".join(job.id for job in jobs)
            print(f"videogen: {len(jobs)} job(s) go on: {names}. vg.resume() watches them again.", file=sys.stderr)  # noqa: T201


# Before the interpreter closes its thread pools, which name look-ups need; `atexit` proper comes after that.
getattr(threading, "_register_atexit", atexit.register)(_farewell)
os.register_at_fork(after_in_child=_runtimes.clear)  # a child starts its own thread, sockets and file handles


class Remarks(NamedTuple):
    """What a face wants written down with a job: the variable it is kept in, and what its prompt was made from."""

    name: str = ""
    template: str = ""
    filled: Mapping[str, str] = {}


class Order(NamedTuple):
    """A request that was checked and priced: it can be placed."""

    line: Line
    asked: GenerationRequest
    settled: Settled
    estimate: Estimate
    new: bool = False
    output: str = ""
    remarks: Remarks = Remarks()

    @property
    def known(self) -> bool:
        """Whether it is a job already, so that placing it costs nothing."""
        return not self.new and runtime().known(self.asked, self.settled, self.line) is not None

    def terms(self, config: Config) -> Terms:
        """Give the terms on which it is sent."""
        cost, remarks = self.estimate.cost, self.remarks
        return Terms(self.new, cost, config.budget, self.output, remarks.name, remarks.template, remarks.filled)


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
    ) -> None:
        """Name a provider, and for another server of its dialect a `base_url`.

        A provider's own key is used at its own address only; elsewhere name one with `api_key` or `key_env`. A key travels
        to a public host by plain http only with `allow_insecure`. `timeout` in seconds is how long one answer may take: a
        create that is given up then is of unknown outcome, for its answer is lost.
        """
        try:
            given = keys.Secret(api_key, source="api_key") if api_key else None
            headers = keys.Hidden(headers or {})
            keys.check_address(base_url or "")
        except VideogenError:
            base_url = None
            raise
        finally:
            del api_key  # tracebacks can show what a function holds, here and above
        config = configuration()
        row = describe(providers.find(provider or default_provider()), config)
        variable = key_env or (None if base_url else row.key_env)
        here = row if base_url is None else msgspec.structs.replace(row, base_url=base_url)
        secret = given or _key(here, variable)
        if secret is None and variable is not None and not row.key_optional:
            raise AuthError(f"{row.title} needs a key.", next=_ways(row, variable, at_home=here is row))
        changes: dict[str, Any] = {"base_url": base_url} if base_url else {}
        changes |= {"key_env": variable, "label": name or row.label}
        here = Listings(settings.home()).of(msgspec.structs.replace(row, **changes), now=time.time())
        self._line = Line(here, secret, headers, allow_insecure=allow_insecure, timeout=timeout)
        if given:
            _given[here.base_url, given.account] = given

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.provider.name} at {self.provider.base_url}>"

    @property
    def provider(self) -> Provider:
        """The endpoint this client speaks to."""
        return self._line.provider

    def estimate(self, prompt: str, **fields: Any) -> Estimate:  # noqa: ANN401 - the request's fields
        """Say what a request would cost, by the prices in `videogen.toml` or the service's list; sends nothing."""
        keys.hide(fields)
        _, settled = self._settled(prompt, fields)
        return self._estimate(settled.request, configuration())

    def start(self, prompt: str, fields: Mapping[str, Any], *, ask: Callable[[str], bool] | None = None) -> Job:
        """Start a job for a face; `ask` puts a question to a person. Fields as for `generate`.

        Raises `BudgetExceeded`, with the code "confirm" where a yes is all that is missing.
        """
        keys.hide(fields)
        order = self.order(prompt, fields)
        (job,) = place([order], yes=bool(fields.get("yes")), most=fields.get("max_cost"), ask=ask)
        return job

    def order(self, prompt: str, fields: Mapping[str, Any], *, take: int = 1, remarks: Remarks = Remarks()) -> Order:  # noqa: B008 - frozen
        """Check and price a request without sending it. Fields as for `generate`.

        The second and later `take` of one request is another job, and given again like the first. Raises what a request
        can be refused for before it is sent.
        """
        keys.hide(fields)
        given = dict(fields)
        new = bool(given.get("new")) or given.get("seed") == "random"
        output = str(given.get("output") or configuration().defaults.output or "")
        given = {name: value for name, value in given.items() if name not in CALL}
        asked, settled = self._settled(prompt, {**given, "seed": _number(given.get("seed"))})
        if take > 1:
            asked = msgspec.structs.replace(asked, n=take)
        config = configuration()
        return Order(self._line, asked, settled, self._estimate(settled.request, config), new, output, remarks)

    def at_once(self, model: str | None) -> int:
        """Give how many clips a model makes of one request; 1 for a name it does not know, which is refused later."""
        try:
            found = capabilities.find(with_defaults(self.provider, {"model": model}).get("model"), self.provider)
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

    def _settled(self, prompt: str, fields: Mapping[str, Any]) -> tuple[GenerationRequest, Settled]:
        """Give a request as it was asked for, and as it will be sent."""
        asked = self._asked(prompt, with_defaults(self.provider, fields))
        settled = capabilities.settle(asked, self.provider)
        return asked, Settled(_seeded(settled.request, self.provider), settled.warnings)

    def _estimate(self, request: GenerationRequest, config: Config) -> Estimate:
        """By the price that the user wrote down, else the service's own; the local engine is free."""
        return prices.estimate(request, price_of(self.provider, request.model or "", config))

    def _asked(self, prompt: str, fields: dict[str, Any]) -> GenerationRequest:
        """Build the request from what was handed over: media are read, and fitted where that was asked for."""
        fit = fields.pop("fit", None)
        asked = _request(prompt, inputs.collect(_clips(fields), settings.home()))
        size = asked.size or capabilities.find(asked.model, self.provider).default_size
        if fit is None or asked.image is None or size is None:
            return asked
        return msgspec.structs.replace(asked, image=inputs.fitted(asked.image, size, fit, settings.home()))


class Client(_Client):
    """A provider for blocking code and notebooks."""

    def submit(self, prompt: str, **fields: Any) -> Job:  # noqa: ANN401 - the request's fields, checked one by one
        """Start a job and give it at once; see `generate` for the fields."""
        return self.start(prompt, fields, ask=asking)

    def generate(self, prompt: str, *, timeout: float | str | None = None, **fields: Any) -> Clip:  # noqa: ANN401 - as above
        """Make a clip and wait for it.

        Fields: model, duration (seconds), size ("WxH") or aspect and resolution, fps, seed, n, negative, image, last_frame,
        references, audio, video, sound, draft, enhance, extra (further fields for this service). Media are paths, URLs,
        bytes, PIL images, uint8 arrays, figures or clips; `fit="cover"` makes the image the size that is asked for.

        The same request again is not paid for again: its running job or its stored clip is given, unless `new=True` (or
        `seed="random"`). `max_cost=` in dollars refuses what costs more; `yes=True` answers the question of a budget.
        Raises what `VideogenError` is the family of; a job that outlives `timeout` goes on.
        """
        job = self.start(prompt, fields, ask=asking)
        if job.reused:
            log.warning("The same request as job %s: nothing is sent or charged; new=True makes another.", job.id)
        for show in showing:
            show(job)
        try:
            return job.result(configuration().defaults.timeout if timeout is None else timeout)
        except KeyboardInterrupt as stop:
            stop.add_note(f"Only the waiting stopped. The job goes on: vg.job({job.id!r}).result()")
            raise

    def models(self, *, refresh: bool = False) -> list[Capabilities]:
        """Give the provider's models: those known here, else what the service lists.

        A list is kept for a day, in which a name that is not in it is refused with the nearest ones; `refresh` asks again.
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
        return self.start(prompt, fields, ask=asking)

    async def generate(self, prompt: str, **fields: Any) -> Clip:  # noqa: ANN401 - as in Client
        """Make a clip and wait for it."""
        return await self.start(prompt, fields, ask=asking)

    async def models(self, *, refresh: bool = False) -> list[Capabilities]:
        """Give the provider's models, as `Client.models`."""
        return await asyncio.to_thread(self._models, refresh=refresh)


def place(
    orders: Sequence[Order],
    *,
    yes: bool = False,
    most: float | None = None,
    ask: Callable[[str], bool] | None = None,
) -> list[Job]:
    """Send orders, after one look at what they cost together; those that are jobs already are given, and cost nothing.

    `most` in dollars is for all of them. Raises `BudgetExceeded`; where something comes between two of them, the error
    says which were sent.
    """
    run, config = runtime(), configuration()
    unpaid = [order for order in orders if not order.known]
    if unpaid:
        total = prices.together([order.estimate for order in unpaid])
        budget.check_call(total, config.defaults.max_cost if most is None else most)
        _check_caps(run, unpaid, config)
        _confirm(budget.question(total, config.budget), yes=yes, ask=ask)
    jobs: list[Job] = []
    for order in orders:
        try:
            watch, reused = run.submit(order.asked, order.settled, order.line, order.terms(config))
        except VideogenError as error:
            if jobs:
                error.add_note(
                    f"Before that {len(jobs)} of {len(orders)} were sent: {' '.join(job.id for job in jobs)}."
                )
            raise
        jobs.append(Job(run, watch, order.line, reused=reused))
    return jobs


def _check_caps(run: Runtime, orders: Sequence[Order], config: Config) -> None:
    """Refuse several orders together where a cap would stop some of them: half of a batch helps nobody."""
    paid = [order.estimate.cost for order in orders if order.estimate.cost != 0]
    for cap in run.caps(config.budget) if len(orders) > 1 else ():
        budget.check_all(cap, run.ledger.spent(cap), paid)


def client_for(fields: dict[str, Any]) -> Client:
    """Give the client that a request's provider and model name; takes what is about the service out of `fields`."""
    where = {name: fields.pop(name) for name in ("base_url", "key_env") if name in fields}
    return Client(provider_named(fields), **where)


def provider_named(fields: dict[str, Any]) -> str:
    """Give the provider that a request names, in its model or itself, else the default; takes it out of `fields`."""
    keys.hide(fields)
    named = fields.pop("provider", None)
    where, _, rest = _whose(fields.get("model"))
    if where:
        fields["model"] = rest
        return where
    return str(named or default_provider())


def _whose(model: object) -> tuple[str | None, str, str | None]:
    """Split `provider:model`; the provider is None where none is named."""
    prefix, colon, rest = str(model or "").partition(":")
    configuration()  # it may declare providers
    return (prefix, colon, rest) if colon and prefix in providers.known() else (None, "", str(model) if model else None)


def endpoint(name: str) -> Provider:
    """Give a provider with what its service listed, key or no key; raises `InvalidRequest`."""
    config = configuration()
    return Listings(settings.home()).of(describe(providers.find(name), config), now=time.time())


def price_of(row: Provider, model: str, config: Config) -> Price | None:
    """Give the price that the user wrote down, else the service's own; the local engine is free."""
    if row.simulated:
        return FREE
    listed = Price(per_clip=row.prices[model], source="the service's list") if model in row.prices else None
    return config.prices.get(f"{row.label}:{model}") or config.prices.get(f"{row.name}:{model}") or listed


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
    model = find(asked.get("model"), client.provider)
    if "video" not in model.takes:
        raise Unsupported(
            f"{model.model} at {client.provider.title} does not go on from a clip.",
            next=f"These do: {', '.join(_extenders())}. Name one: clip.extend(…, model=…).",
            field="model",
        )
    if clip.size and makes(clip.size, model) and not {"size", "aspect", "resolution"} & set(asked):
        asked["size"] = clip.size
    return client.generate(prompt, video=clip, **asked)


def _extenders() -> Iterator[str]:
    """Name what goes on from a clip, service by service; a service that lists no models here by any of its own."""
    for row in providers.known().values():
        if any("video" in model.takes for model in row.models):
            yield f"{row.name}:{next(model.model for model in row.models if 'video' in model.takes)}"
        elif row.others is not None and "video" in row.others.takes:
            yield f"{row.name}:… (a model of {row.title} that takes a video)"


def estimate(prompt: str, **fields: Any) -> Estimate:  # noqa: ANN401 - as in Client
    """Say what a request would cost, without sending anything. Fields as for `generate`."""
    return client_for(fields).estimate(prompt, **fields)


def attach(remote_id: str, provider: str | None = None, **where: Any) -> Job:  # noqa: ANN401 - as for Client
    """Take up a job that was made elsewhere, by the service's own id for it. `where` as for `Client`."""
    return Client(provider, **where)._attach(remote_id)  # noqa: SLF001 - the same family


def resume(reference: str | None = None) -> Job | JobGroup:
    """Watch a job again, or every unfinished one; a job whose outcome is unknown is looked for once more."""
    return job(reference).watch() if reference else jobs("unfinished").watch()


def jobs(state: str | None = None, *, limit: int = 1000) -> JobGroup:
    """Give your jobs, newest first: all, those in one state, or the "unfinished"."""
    run = runtime()
    if state == "unfinished":
        return JobGroup(_job(run, record) for record in reversed(run.ledger.unfinished()))
    if state is not None and state not in STATES:
        raise InvalidRequest(f"There is no state {state}.", next=capabilities.did_you_mean(state, STATES))
    return JobGroup(_job(run, record) for record in run.ledger.recent(state and {state}, limit=limit))


def job(reference: str) -> Job:
    """Give a job by its id, the unique beginning of one, the name it was kept in, or "last"; raises `InvalidRequest`."""
    run = runtime()
    return _job(run, run.ledger.find(reference))


def named(name: str) -> JobGroup:
    """Give the jobs that were last kept in a variable: one, or the members of a group in their order; empty for none."""
    run = runtime()
    return JobGroup((_job(run, record) for record in run.ledger.named(name)), kind="takes")


def _job(run: Runtime, record: JobRecord) -> Job:
    line = _line_of(run, record)
    return Job(run, run.watch(record, line), line)


def provider_of(record: JobRecord) -> Provider:
    """Give the endpoint that a job was sent to."""
    row = providers.known().get(record.provider)
    if row is None or row.like != record.like:  # the configuration has changed since: the job's own dialect counts
        row = providers.BUILT_IN.get(record.like or record.provider, providers.OPENAI)
        row = msgspec.structs.replace(row, name=record.provider, label=record.provider) if record.like else row
    return msgspec.structs.replace(row, base_url=record.base_url, key_env=record.key_env)


def _line_of(run: Runtime, record: JobRecord) -> Line:
    """Give the way back to where a job was sent; without its key the service will say so."""
    here = provider_of(record)
    found = _key(here, record.key_env)
    if found is None or found.account != record.account:
        found = _given.get((record.base_url, record.account), found)
    return run.line(here, found)


def key(row: Provider) -> keys.Secret | None:
    """Find the key that requests to a provider would carry; raises `AuthError` when what is there is no key."""
    return _key(row, row.key_env)


def _key(row: Provider, variable: str | None) -> keys.Secret | None:
    """Find a provider's key; at another address than its own only a key that was named counts."""
    known = None if providers.is_declared(row.name) else providers.known().get(row.name)
    at_home = known is not None and (known.base_url, known.key_env) == (row.base_url, variable)
    return keys.find(row.name, variable) if at_home else keys.from_environment(variable)


def _ways(row: Provider, variable: str, *, at_home: bool) -> str:
    """Say how to hand a key over."""
    typed = f", type it into %videogen connect {row.name}" if at_home and _in_ipython() else ""
    return f"Set {variable}{typed}, or pass api_key=."


def _request(prompt: str, fields: Mapping[str, Any]) -> GenerationRequest:
    """Build a request, refusing unknown names and wrong types; raises `InvalidRequest`."""
    for name in fields:
        if name not in FIELDS:
            raise InvalidRequest(
                f"There is no option {name}.", next=capabilities.did_you_mean(name, FIELDS), field=name
            )
    try:
        return msgspec.convert({"prompt": prompt, **fields}, GenerationRequest)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{error}.", next="Check the type of that value.") from None


def _seeded(request: GenerationRequest, provider: Provider) -> GenerationRequest:
    """Choose the seed ourselves where the model takes one and it was left open, so that the clip can be made again."""
    takes_seed = "seed" in capabilities.find(request.model, provider).takes
    if request.seed is not None or not (takes_seed and provider.simulated):
        return request
    return msgspec.structs.replace(request, seed=secrets.randbelow(capabilities.LARGEST_SEED + 1))


def _number(seed: object) -> object:
    """A random seed is a seed left open."""
    return None if seed == "random" else seed


def configuration() -> Config:
    """Give what was set beforehand, from all its places, and take the providers it declares; raises `InvalidRequest`."""
    found = config.load(settings.home(), settings.project(settings.folder()), around())
    providers.declare(config.rows(found))
    return found


def around() -> dict[str, dict[str, Any]]:
    """Give what was set outside of files, the strongest first, by the names of the defaults."""
    named = settings.provider()
    return {
        "%config VideogenMagics": dict(settings.session),
        "VIDEOGEN_PROVIDER": {"provider": named} if named else {},
    }


def asking(question: str) -> bool:
    """Ask whoever sits at the keyboard; raises `NotImplementedError` or `OSError` where nobody does."""
    if not (_in_kernel() or sys.stdin.isatty()):
        raise OSError("nobody to ask")
    return input(f"{question} Send it? [y/N] ").strip().lower() in {"y", "yes"}


def _confirm(question: str | None, *, yes: bool, ask: Callable[[str], bool] | None) -> None:
    """Let a person decide what a budget asks; raises `BudgetExceeded` on a no, and where nobody can say yes."""
    if question is None or yes:
        return
    try:
        agreed = ask is not None and ask(question)
    except (EOFError, OSError, NotImplementedError):
        agreed = False
    if not agreed:
        raise BudgetExceeded(question, next="Pass yes=True to send it all the same.", code="confirm")


def with_defaults(provider: Provider, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the configured defaults, as far as they are about this provider and its model takes them."""
    defaults = configuration().defaults
    given = {name: value for name, value in fields.items() if value is not None}
    model = _whose(defaults.model)[2]
    if "model" not in given and model and _named() in {None, provider.name} and _may_have(provider, model):
        given["model"] = model
    try:
        takes = capabilities.find(given.get("model"), provider).takes
    except VideogenError:
        return given
    skipped = SHAPE if SHAPE & set(given) else frozenset()
    open_ = ((takes | {"fit"}) & set(defaults.__struct_fields__)) - {"model", *given} - skipped
    return given | {name: value for name in open_ if (value := getattr(defaults, name)) is not None}


def _may_have(provider: Provider, model: str) -> bool:
    return provider.others is not None or model in {one.model for one in provider.models}


def default_provider() -> str:
    """Give the configured one, else the one that has a key, else the local engine where a person is typing."""
    if named := _named():
        return named
    ready = [name for name, row in providers.known().items() if _key(row, row.key_env)]
    if len(ready) == 1:
        return ready[0]
    if not ready and _in_ipython():
        return providers.LOCAL.name
    known = ", ".join(ready or providers.known())
    raise InvalidRequest(
        "No provider is named and there is no telling which you mean.",
        next=f"Pass provider=, or set VIDEOGEN_PROVIDER, to one of: {known}.",
        field="provider",
    )


def _named() -> str | None:
    """Give the provider that the configuration names, itself or with its model."""
    defaults = configuration().defaults
    return _whose(defaults.model)[0] or defaults.provider


def _clips(fields: dict[str, Any]) -> dict[str, Any]:
    """Let a job stand for its clip where a medium is asked for; raises as `Job.clip`."""

    def clip(value: Any) -> Any:  # noqa: ANN401 - anything a person may hand over
        return value.clip if isinstance(value, Job) else value

    media = {name: fields[name] for name in MEDIA if fields.get(name) is not None}
    made = {
        name: [clip(one) for one in value] if name == "references" else clip(value) for name, value in media.items()
    }
    return {**fields, **made}


def _in_kernel() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and hasattr(shell.get_ipython(), "kernel")


def _in_ipython() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None
