"""Whether this code runs inside a task of an engine that repeats tasks: there, nothing that costs money is created.

Dask, Ray and Prefect run a task again when its worker is lost or it fails. A task that had sent a paid request would send it
again, and nobody could tell. None of them is imported here: an engine that runs this code is loaded already.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable


def refuse_in_task() -> None:
    """Raise `Unsupported`, with the code "inside_a_task", where this code runs inside a task; nothing is sent.

    The same where a new process of `multiprocessing` runs a script again that has no `if __name__ == "__main__":`.
    """
    if _is_run_again():
        raise Unsupported(
            "A new process runs this script a second time: its clips could be paid for twice.",
            next='Put what the script does below `if __name__ == "__main__":`.',
            code="inside_a_task",
        )
    engine = task_engine()
    if engine is not None:
        raise Unsupported(
            f"This code runs inside a task of {engine}, which runs a task again when a worker is lost: a clip could be paid for twice.",
            next="Create clips from your notebook or program, and give the engine only the work on finished clips: grid.map(function, executor=…).",
            code="inside_a_task",
        )


def _is_run_again() -> bool:
    """Return whether a new process is loading the main module (CPython, multiprocessing/spawn.py, `_check_not_importing_main`)."""
    process: Any = sys.modules.get("multiprocessing.process")
    return process is not None and bool(getattr(process.current_process(), "_inheriting", False))


def task_engine() -> str | None:
    """Return the name of the engine whose task this is, such as "Dask"; None elsewhere."""
    return next((name for name, is_inside in ENGINES.items() if is_inside()), None)


def _in_dask() -> bool:
    """Return whether this is a task of Dask, or a thread beside one in the process of a worker.

    `get_worker` answers within a task and what has its context (distributed, worker.py). A process with a worker and without
    a scheduler is a worker's own; a notebook with both, as with `LocalCluster(processes=False)`, may create clips.
    """
    worker = sys.modules.get("distributed.worker")
    if worker is None:
        return False
    try:
        worker.get_worker()
    except (AttributeError, ValueError):
        scheduler = sys.modules.get("distributed.scheduler")
        return _has_instances(worker, "Worker") and not _has_instances(scheduler, "Scheduler")
    return True


def _has_instances(module: Any, name: str) -> bool:  # noqa: ANN401 - a module that may not be there
    return bool(len(getattr(getattr(module, name, None), "_instances", ())))


def _in_ray() -> bool:
    """Return whether this process is a worker of Ray (`ray.WORKER_MODE`); a driver is not, and `local_mode` runs tasks once."""
    ray: Any = sys.modules.get("ray")
    try:
        return bool(ray.is_initialized() and ray.get_runtime_context().worker.mode == ray.WORKER_MODE)
    except AttributeError:  # not loaded, or another module of this name
        return False


def _in_prefect() -> bool:
    """Return whether this is the run of a flow or a task of Prefect: both have `retries`."""
    context: Any = sys.modules.get("prefect.context")
    try:
        return any(run.get() is not None for run in (context.FlowRunContext, context.TaskRunContext))
    except AttributeError:
        return False


ENGINES: dict[str, Callable[[], bool]] = {"Dask": _in_dask, "Ray": _in_ray, "Prefect": _in_prefect}
