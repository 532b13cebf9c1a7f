"""The Python API: generate, submit, jobs. One core on the loop thread; these faces only hand over and wait."""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

import msgspec

from . import budget, capabilities, config, inputs, keys, prices, settings
from . import provider as providers
from .capabilities import Settled
from .errors import AuthError, BudgetExceeded, InvalidRequest, VideogenError
from .listing import Listings
from .prices import FREE, Price
from .runtime import Line, Runtime, Terms
from .ticket import Job
from .values import FIELDS, STATES, Clip, GenerationRequest, JobRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .capabilities import Capabilities
    from .config import Config
    from .dialect import Provider
    from .prices import Estimate

log = logging.getLogger("jupyter_videogen")
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
        name: str | None = None,
        allow_insecure: bool = False,
    ) -> None:
        """Name a provider, and for another server of its dialect a `base_url`.

        A provider's own key is used at its own address only; elsewhere name one with `api_key` or `key_env`. A key travels
        to a public host by plain http only with `allow_insecure`.
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
        row = providers.find(provider or _default_provider())
        variable = key_env or (None if base_url else row.key_env)
        here = row if base_url is None else msgspec.structs.replace(row, base_url=base_url)
        secret = given or _key(here, variable)
        if secret is None and variable is not None and not row.key_optional:
            raise AuthError(f"{row.title} needs a key.", next=_ways(row, variable, at_home=here is row))
        changes: dict[str, Any] = {"base_url": base_url} if base_url else {}
        changes |= {"key_env": variable, "label": name or row.label}
        here = msgspec.structs.replace(row, **changes)
        self._line = Line(
            Listings(settings.home()).of(here, now=time.time()), secret, headers, allow_insecure=allow_insecure
        )

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
        given = dict(fields)
        new = bool(given.pop("new", False)) or given.get("seed") == "random"
        yes, most = given.pop("yes", False), given.pop("max_cost", None)
        asked, settled = self._settled(prompt, {**given, "seed": _number(given.get("seed"))})
        run, config = runtime(), configuration()
        estimate = self._estimate(settled.request, config)
        if new or run.known(asked, settled, self._line) is None:  # what is paid for already is nobody's question
            budget.check_call(estimate, most)
            _confirm(budget.question(estimate, config.budget), yes=yes, ask=ask)
        watch, reused = run.submit(asked, settled, self._line, Terms(new, estimate.cost, config.budget))
        return Job(run, watch, self._line, reused=reused)

    def _attach(self, remote_id: str) -> Job:
        run = runtime()
        return Job(run, run.attach(remote_id, self._line), self._line)

    def _settled(self, prompt: str, fields: Mapping[str, Any]) -> tuple[GenerationRequest, Settled]:
        """Give a request as it was asked for, and as it will be sent."""
        asked = self._asked(prompt, dict(fields))
        settled = capabilities.settle(asked, self.provider)
        return asked, Settled(_seeded(settled.request, self.provider), settled.warnings)

    def _estimate(self, request: GenerationRequest, config: Config) -> Estimate:
        """By the price that the user wrote down, else the service's own; the local engine is free."""
        row, model = self.provider, request.model or ""
        written = config.prices.get(f"{row.label}:{model}") or config.prices.get(f"{row.name}:{model}")
        listed = Price(per_clip=row.prices[model], source="the service's list") if model in row.prices else None
        return prices.estimate(request, FREE if row.simulated else written or listed)

    def _asked(self, prompt: str, fields: dict[str, Any]) -> GenerationRequest:
        """Build the request from what was handed over: media are read, and fitted where that was asked for."""
        fit = fields.pop("fit", None)
        asked = _request(prompt, inputs.collect(fields, settings.home()))
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
            return job.result(timeout)
        except KeyboardInterrupt as stop:
            stop.add_note(f"Only the waiting stopped. The job goes on: vg.job({job.id!r}).result()")
            raise

    def models(self) -> list[Capabilities]:
        """Give the provider's models: those known here, else what the service lists now.

        A list is kept for a day; meanwhile a name that is not in it is refused with the nearest ones.
        """
        row = self.provider
        if row.models:
            return list(row.models)
        names = runtime().list_models(self._line)
        template = row.others or capabilities.Capabilities(model="", takes=frozenset())
        return [msgspec.structs.replace(template, model=name, title=name) for name in names]


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


def client_for(fields: dict[str, Any]) -> Client:
    """Give the client that a request's provider and model name; takes `provider` out of `fields`."""
    keys.hide(fields)
    prefix, colon, rest = str(fields.get("model") or "").partition(":")
    if colon and prefix in providers.known():
        fields["model"] = rest
        return Client(prefix)
    return Client(fields.pop("provider", None))


def submit(prompt: str, **fields: Any) -> Job:  # noqa: ANN401 - as in Client
    """Start a job and give it at once. Fields as for `generate`."""
    return client_for(fields).submit(prompt, **fields)


def generate(prompt: str, *, timeout: float | str | None = None, **fields: Any) -> Clip:  # noqa: ANN401 - as in Client
    """Make a clip from a sentence and wait for it.

    Fields: provider, model, duration (seconds), size ("WxH"), fps, seed, extra. An interrupt stops the waiting,
    never the job: `vg.jobs()` has it.
    """
    return client_for(fields).generate(prompt, timeout=timeout, **fields)


def estimate(prompt: str, **fields: Any) -> Estimate:  # noqa: ANN401 - as in Client
    """Say what a request would cost, without sending anything. Fields as for `generate`."""
    return client_for(fields).estimate(prompt, **fields)


def attach(remote_id: str, provider: str | None = None, **where: Any) -> Job:  # noqa: ANN401 - as for Client
    """Take up a job that was made elsewhere, by the service's own id for it. `where` as for `Client`."""
    return Client(provider, **where)._attach(remote_id)  # noqa: SLF001 - the same family


def resume(reference: str | None = None) -> Job | list[Job]:
    """Watch a job again, or every unfinished one; a job whose outcome is unknown is looked for once more."""
    return job(reference).watch() if reference else [each.watch() for each in jobs("unfinished")]


def jobs(state: str | None = None, *, limit: int = 1000) -> list[Job]:
    """Give your jobs, newest first: all, those in one state, or the "unfinished"."""
    run = runtime()
    if state == "unfinished":
        return [_job(run, record) for record in reversed(run.ledger.unfinished())]
    if state is not None and state not in STATES:
        raise InvalidRequest(f"There is no state {state}.", next=capabilities.did_you_mean(state, STATES))
    return [_job(run, record) for record in run.ledger.recent(state and {state}, limit=limit)]


def job(reference: str) -> Job:
    """Give a job by its id, the unique beginning of one, or "last"; raises `InvalidRequest`."""
    run = runtime()
    return _job(run, run.ledger.find(reference))


def _job(run: Runtime, record: JobRecord) -> Job:
    line = _line_of(run, record)
    return Job(run, run.watch(record, line), line)


def _line_of(run: Runtime, record: JobRecord) -> Line:
    """Give the way back to where a job was sent; without its key the service will say so."""
    row = providers.known().get(record.provider, providers.OPENAI)
    here = msgspec.structs.replace(row, base_url=record.base_url, key_env=record.key_env)
    return run.line(here, _key(here, record.key_env))


def _key(row: Provider, variable: str | None) -> keys.Secret | None:
    """Find a provider's key; at another address than its own only a key that was named counts."""
    known = providers.known().get(row.name)
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
    """Give what the project's and the user's `videogen.toml` say; raises `InvalidRequest`."""
    return config.load(settings.home(), settings.project(settings.folder()))


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


def _default_provider() -> str:
    """Named by VIDEOGEN_PROVIDER, else the one that has a key, else the local engine where a person is typing."""
    if named := settings.provider():
        return named
    ready = [row.name for row in providers.known().values() if keys.find(row.name, row.key_env)]
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


def _in_kernel() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and hasattr(shell.get_ipython(), "kernel")


def _in_ipython() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None
