"""The public names as a type checker sees them; checked by mypy and never run."""

from __future__ import annotations

from typing import Any, assert_type

import jupyter_videogen as vg
from jupyter_videogen.core.job import CancelResult, JobState
from jupyter_videogen.core.prices import Estimate
from jupyter_videogen.events import Event


def generates(prompt: str) -> None:
    """Blocking calls."""
    clip = vg.generate(prompt, model="m", provider="local", duration=4, timeout="30m")
    assert_type(clip, vg.Clip)
    assert_type(clip.path, str)
    assert_type(clip.seed, int | None)
    assert_type(clip.cost, float | None)
    assert_type(clip.prompt, str)
    assert_type(vg.estimate(prompt, duration=4), Estimate)


def submits(prompt: str) -> None:
    """Jobs, and what is known of them."""
    job = vg.submit(prompt)
    assert_type(job, vg.Job)
    assert_type(job.state, JobState)
    assert_type(job.progress, float | None)
    assert_type(job.elapsed, float)
    assert_type(job.eta, float | None)
    assert_type(job.path, str)
    assert_type(job.cancel(), CancelResult)
    assert_type(job.result(timeout=3.5), vg.Clip)
    assert_type(job.watch(), vg.Job)
    assert_type(vg.jobs(state="unfinished"), vg.JobGroup)
    assert_type(vg.job("last"), vg.Job)
    assert_type(vg.attach("video_1", provider="openai"), vg.Job)
    assert_type(vg.resume(), vg.Job | vg.JobGroup)


def compares(prompt: str) -> None:
    """Groups."""
    duel = vg.compare(prompt, models=["a", "b"], seed=7)
    assert_type(duel, vg.JobGroup)
    assert_type(duel[0], vg.Job)
    assert_type(duel.result("30m"), tuple[vg.Clip, ...])
    assert_type(duel.df, Any)
    assert_type(duel.cancel(), list[CancelResult])


async def awaits(prompt: str) -> None:
    """The same in async code."""
    async with vg.AsyncClient(provider="indoxhub") as client:
        job = await client.submit(prompt, aspect="16:9")
        assert_type(job, vg.Job)
        async for event in job.events():
            assert_type(event, Event)
        assert_type(await job, vg.Clip)
        assert_type(await client.generate(prompt), vg.Clip)
    assert_type(await vg.compare(prompt, models=["a"]), tuple[vg.Clip, ...])


def connects() -> None:
    """Clients of one's own servers."""
    lab = vg.Client(
        provider="openai",
        base_url="http://localhost:8080/v1",
        api_key=None,
        key_env=None,
        name="lab",
        headers={"x-team": "lab"},
        timeout=60,
    )
    assert_type(lab.generate("x", extra={"seed": 3}), vg.Clip)
    assert_type([model.model for model in lab.models(refresh=True)], list[str])
    vg.AsyncClient(provider="openai", base_url="http://localhost:8080/v1", key_env="LAB_KEY", timeout=60)
    vg.allow_nested_asyncio()
    assert_type(vg.models("wan", image=True).df, Any)
    assert_type(vg.providers(network=True)[0], dict[str, Any])


def catches(prompt: str) -> None:
    """Errors and what they carry."""
    try:
        vg.generate(prompt)
    except vg.ContentPolicyError as error:
        assert_type(error.reason, str)
    except (vg.OutOfCredit, vg.RateLimited, vg.OutcomeUnknown) as error:
        assert_type(error.retry_after, float | None)
        assert_type(error.job, object | None)
    except vg.WaitTimeout as error:
        wait: TimeoutError = error
        assert_type(wait.args, tuple[Any, ...])
