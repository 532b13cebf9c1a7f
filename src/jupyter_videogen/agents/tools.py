"""The tools: plain functions with types and docstrings, which a host shows to its model as they are.

An agent acts for a person who may not be looking. So its requests go by `Configuration.for_agents`: no paid create without
`[agents]` in the person's own file, caps that are counted with the job's first line in the ledger, and a question that only a
person can answer. The same request again is the same job, also after a lost answer.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_videogen.agents import answers, caller
from jupyter_videogen.agents.answers import Estimate, Model, Video  # hosts read the annotations
from jupyter_videogen.agents.recent import remember
from jupyter_videogen.api import client, listings, spending
from jupyter_videogen.api.access import access_for
from jupyter_videogen.api.submission import build_order, submit_orders
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import budget, command_names, environment
from jupyter_videogen.core.errors import BudgetExceeded, InvalidRequest, PermissionDenied, VideogenError
from jupyter_videogen.filesystem import project_paths
from jupyter_videogen.runtime.order import SubmitOptions
from jupyter_videogen.runtime.process import runtime

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.runtime.order import Order

JOB_ID = re.compile(r"[a-z2-7]{8}")
MOST_TAKES, MOST_LISTED, LONGEST_WAIT = 100, 100, 300.0
FRESH, SLOW = 0.5, 60.0
"""Seconds for which an answer about jobs, and one about models, is given again."""
LONGEST_PROMPT = 32_000
"""Characters; no provider takes more."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a request may say of its video; leave out what does not matter. `describe_models` says what a model takes."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    """Hosts check arguments with pydantic: a setting of another name is an error, not ignored."""
    duration: int | None = None
    """Seconds."""
    size: str | None = None
    """Such as "1280x720"."""
    aspect: str | None = None
    """Such as "16:9", in place of a size."""
    resolution: str | None = None
    """Such as "720p", beside `aspect`."""
    negative: str | None = None
    """What to keep out."""
    seed: int | None = None
    sound: bool | None = None
    image: str | None = None
    """The first frame: a picture's path below the project folder."""


def estimate_video(prompt: str, model: str | None = None, settings: Settings | None = None) -> Estimate:
    """Say what a video would cost and whether `start_video` may make it. Free; sends nothing.

    `model` is "provider:model", as `describe_models` names it; without it, the person's default.
    `settings` may hold duration (seconds), size ("1280x720"), aspect, resolution, negative, seed, sound and image.
    """
    return _estimate(prompt, model, settings)


@remember(FRESH)
def _estimate(prompt: str, model: str | None, settings: Settings | None) -> Estimate:
    order, _ = _order(prompt, model, settings, keyless=True)
    try:
        why = _obstacle(*_order(prompt, model, settings))
    except VideogenError as error:  # such as a key that is not there
        why = str(error)
    used = " ".join(line for line in spending.table().left if "agents" in line)
    return Estimate(dollars=order.estimate.cost, how=order.estimate.how, allowed=not why, why_not=why, budget=used)


def _obstacle(order: Order, config: Configuration) -> str:
    """Return what keeps an order from being sent without asking anybody; empty where nothing does."""
    if runtime().is_known(order):
        return ""
    try:
        _check_allowed(order, config)
    except VideogenError as error:
        return str(error)
    return budget.question(order.estimate, config.budget) or ""


def start_video(
    prompt: str,
    model: str | None = None,
    settings: Settings | None = None,
    take: int = 1,
    max_cost: float | None = None,
) -> Video:
    """Start making a video and return at once; then call `wait_for_video` with its job_id.

    This may cost the person money; `estimate_video` says how much. The same request again returns the same video and costs
    nothing, also when the first answer was lost: call again without fear. For another video of the same request pass take=2,
    then 3. `max_cost` refuses what costs more dollars.
    `model` is "provider:model", as `describe_models` names it. "local:local/scenes" is free and needs no key.
    `settings` may hold duration (seconds), size ("1280x720"), aspect, resolution, negative, seed, sound and image (a path
    below the project folder).
    """
    return start(prompt, model, settings, take, max_cost, refuse_question)


def start(  # noqa: PLR0913, PLR0917 - the tool's, and who is asked
    prompt: str,
    model: str | None,
    settings: Settings | None,
    take: int,
    max_cost: float | None,
    ask: Callable[[str], bool],
) -> Video:
    """Start a video; `ask` puts a question to a person, and raises where there is no way to."""
    order, config = _order(prompt, model, settings, take)
    (job,) = submit_orders([order], config, max_cost=max_cost, ask=ask)
    if not job.reused:
        return answers.describe(job)
    note = f"The same request was made before: nothing is sent or charged. For another video pass take={take + 1}."
    return answers.describe(job, note)


def question_for(
    prompt: str, model: str | None, settings: Settings | None, take: int, max_cost: float | None
) -> str | None:
    """Return what a person has to be asked before a video is started; None where `start` asks nothing, or refuses anyway."""
    try:
        order, config = _order(prompt, model, settings, take)
        if runtime().is_known(order):
            return None
        budget.check_call(order.estimate, config.defaults.max_cost if max_cost is None else max_cost)
        _check_allowed(order, config)
    except VideogenError:
        return None
    return budget.question(order.estimate, config.budget)


def refuse_question(question: str) -> bool:
    """Refuse what a person would have to confirm; raises `BudgetExceeded`."""
    raise BudgetExceeded(
        question,
        next="This program can't ask a person. They can raise confirm_above under [agents] or [budget] in their own "
        "videogen.toml, or make this video themselves.",
        code="confirm",
    )


@remember(FRESH)
def video_status(job_id: str) -> Video:
    """Return how far a video is: its state, percent, seconds left, cost, path and error. Free; ask as often as you like."""
    return answers.describe(_job(job_id))


async def wait_for_video(job_id: str, seconds: float = 45.0) -> Video:
    """Wait until a video has ended, for at most so many seconds (300 at most), and return how far it is.

    Where `ended` is false, call again: the video goes on meanwhile.
    """
    return await wait(job_id, seconds, _tell_nobody)


async def wait(job_id: str, seconds: float, tell: Callable[[Video], Awaitable[None]]) -> Video:
    """Wait as `wait_for_video` does; `tell` is given the video after every change."""
    job = await asyncio.to_thread(_job, job_id)
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def heard(_: JobRecord) -> None:
        loop.call_soon_threadsafe(news.set)

    leave = job.subscribe(heard)
    try:
        async with asyncio.timeout(min(seconds, LONGEST_WAIT) if seconds > 0 else 0.0):
            while not job.record.ended:
                news.clear()
                await tell(answers.describe(job))
                await news.wait()
    except TimeoutError:
        pass
    finally:
        leave()
    return answers.describe(job)


async def _tell_nobody(_: Video) -> None:
    """Do nothing: the host has no way to show progress."""


@remember(FRESH)
def list_videos(state: str | None = None, limit: int = 20) -> list[Video]:
    """Return the newest videos of this person, also those made before: all, of one state, or "unfinished"; 100 at most."""
    return [answers.describe(job) for job in client.jobs(state, limit=_bounded("limit", limit, MOST_LISTED))[:limit]]


def cancel_video(job_id: str) -> Video:
    """Ask the provider to cancel a video that an agent started. Not all can; `note` says what came of it.

    What a person started is theirs to cancel.
    """
    job = _job(job_id)
    if not job.record.agent:
        raise PermissionDenied(
            f"Job {job.id} was started by a person, and only they cancel it.",
            next=f"They can: {command_names.spell('cancel', job.id)}.",
        )
    result = job.cancel()
    return answers.describe(job, result.reason)


@remember(SLOW)
def describe_models(search: str = "", provider: str | None = None) -> list[Model]:
    """Return models that can be used here: lengths, sizes, inputs, price and usual time; 100 at most.

    `search` is a part of "provider:model"; `provider` names one. Free.
    """
    found = listings.models(search, provider=provider)
    names = ("model", "lengths", "sizes", "inputs", "price")
    rows = list(zip(found, found.shown, strict=True))[:MOST_LISTED]
    return [Model(**{name: words[name] for name in names}, usual_seconds=row["usual_seconds"]) for row, words in rows]


def show_video(job_id: str) -> list[Any]:
    """Show a finished video: its path and size as text, and its poster as a picture."""
    job = _job(job_id)
    clip = job.clip
    size = f", {clip.size}" if clip.size else ""
    words = f"{clip.path} ({clip.bytes:,} bytes{size})"
    poster = answers.poster_of(job)
    return [words] if poster is None else [words, poster]


# ---- inside ----------------------------------------------------------------------------------------------------


def _order(
    prompt: str, model: str | None, settings: Settings | None, take: int = 1, *, keyless: bool = False
) -> tuple[Order, Configuration]:
    """Check and price a request by the rules for agents; raises what a request can be refused for."""
    if len(prompt) > LONGEST_PROMPT:
        raise InvalidRequest("The prompt is too long.", next="Shorten it.", field="prompt")
    options = SubmitOptions(take=_bounded("take", take, MOST_TAKES), agent=caller.name())
    config = load_config().for_agents()
    fields: dict[str, Any] = {
        name: value for name, value in asdict(settings or Settings()).items() if value is not None
    }
    if model:
        fields["model"] = model
    if "image" in fields:
        root = environment.project(environment.folder())
        fields["image"] = str(project_paths.path_below(fields["image"], root, what="image", field="image"))
    access = access_for(fields, config, keyless=keyless)
    if access.lacking and not keyless:
        raise access.lacking
    return build_order(access, prompt, fields, config, options), config


def _check_allowed(order: Order, config: Configuration) -> None:
    """Refuse what the caps do not allow now; the ledger counts again when it is sent. Raises `BudgetExceeded`."""
    asked = budget.Asked(order.estimate.cost, order.validated.request.seconds)
    run = runtime()
    for cap in run.caps(config.budget) if asked.cost != 0 else ():
        budget.check(cap, run.ledger.sum_spent(cap), asked)


def _job(job_id: str) -> Job:
    """Return a job by its whole id: a beginning of one, or "last", may be another tomorrow. Raises `InvalidRequest`."""
    if JOB_ID.fullmatch(job_id) is None:
        raise InvalidRequest("That is no job id.", next="Pass the job_id that start_video or list_videos gave.")
    return client.job(job_id)


def _bounded(name: str, value: int, most: int) -> int:
    if not 1 <= value <= most:
        raise InvalidRequest(f"{name} is {value}.", next=f"Pass 1 to {most}.", field=name)
    return value
