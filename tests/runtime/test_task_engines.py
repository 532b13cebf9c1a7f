"""Inside a task of an engine that repeats tasks nothing is created: each engine is known by what it has loaded."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.task_engines import task_engine

if TYPE_CHECKING:
    from pathlib import Path

    from support.paid_server import Shop

SCRIPT_MODE, WORKER_MODE = 0, 1
"""Of Ray 2.60, as `ray.SCRIPT_MODE` and `ray.WORKER_MODE`."""


def dask(*, task: bool = False, workers: int = 1, schedulers: int = 0) -> dict[str, Any]:
    """Modules as distributed 2026.8 loads them: `get_worker` answers only within a task."""

    def get_worker() -> object:
        if not task:
            raise ValueError("No worker found")
        return object()

    return {
        "distributed.worker": SimpleNamespace(
            get_worker=get_worker, Worker=SimpleNamespace(_instances=[None] * workers)
        ),
        "distributed.scheduler": SimpleNamespace(Scheduler=SimpleNamespace(_instances=[None] * schedulers)),
    }


def ray(mode: int, *, connected: bool = True) -> dict[str, Any]:
    """The module as Ray 2.60 has it."""
    context = SimpleNamespace(worker=SimpleNamespace(mode=mode))
    return {
        "ray": SimpleNamespace(
            is_initialized=lambda: connected, get_runtime_context=lambda: context, WORKER_MODE=WORKER_MODE
        )
    }


def prefect(*, flow: bool = False, task: bool = False) -> dict[str, Any]:
    """The module as Prefect 3.9 has it."""

    def run(*, is_running: bool) -> SimpleNamespace:
        return SimpleNamespace(get=lambda: object() if is_running else None)

    return {
        "prefect.context": SimpleNamespace(FlowRunContext=run(is_running=flow), TaskRunContext=run(is_running=task))
    }


@pytest.mark.parametrize(
    ("modules", "engine"),
    [
        ({}, None),
        (dask(task=True, schedulers=1), "Dask"),
        (dask(), "Dask"),  # a thread beside a task
        (dask(schedulers=1), None),  # the notebook of a cluster without processes
        (dask(workers=0), None),  # a client
        (ray(WORKER_MODE), "Ray"),
        (ray(SCRIPT_MODE), None),
        (ray(WORKER_MODE, connected=False), None),
        ({"ray": SimpleNamespace(trace=1)}, None),  # another module of this name
        (prefect(flow=True), "Prefect"),
        (prefect(task=True), "Prefect"),
        (prefect(), None),
    ],
)
def test_each_engine_is_known(modules: dict[str, Any], engine: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client, a driver or a notebook is no task."""
    for name in ("distributed.worker", "distributed.scheduler", "ray", "prefect.context"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    assert task_engine() == engine
    with nullcontext() if engine is None else pytest.raises(vg.Unsupported, match=f"inside a task of {engine}"):
        process.runtime()._check_creates()


def test_everything_that_creates_is_refused(shop: Shop, lab: vg.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one error, which says that nothing was sent; also a grid that goes on, and one that is opened by its name."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    at: dict[str, Any] = {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "yes": True}
    grid = vg.grid(["the sea"], models=["a"], name="before", **at)
    grid.result("1m")
    assert len(shop.book) == 1
    for name, module in ray(WORKER_MODE).items():
        monkeypatch.setitem(sys.modules, name, module)
    creating = [
        lambda: lab.submit("the sea", model="b", yes=True),
        lambda: lab.generate("the sea", model="b", yes=True),
        lambda: vg.submit("the sea", model="b", **at),
        lambda: vg.generate("the sea", model="b", **at),
        lambda: vg.grid(["the sea"], models=["b"], name="inside", **at),
        lambda: vg.grid(name="before"),
        lambda: vg.story(["the sea", "a boat"], model="b", name="inside", **at),
        grid.resume,
        grid.retry,
    ]
    for create in creating:
        with pytest.raises(vg.Unsupported, match="paid for twice") as refused:
            create()
        assert (refused.value.failure.code, refused.value.sent, refused.value.charged) == ("inside_a_task", "no", "no")
    assert len(shop.book) == 1


AGAIN = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import jupyter_videogen as vg
vg.submit("the sea", model="a", provider="openai", base_url=sys.argv[1], key_env="SHOP_KEY", yes=True, new=True).result()
with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
    pool.submit(len, "sea").exception()
"""


def test_a_script_that_a_new_process_runs_again_pays_once(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no `if __name__ == "__main__":`, and the new process loads it from the top."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    script = tmp_path / "script.py"
    script.write_text(AGAIN)
    ran = subprocess.run([sys.executable, script, shop.url], capture_output=True, text=True, timeout=120, check=True)
    assert "A new process runs this script a second time" in ran.stderr
    assert len(shop.book) == 1
