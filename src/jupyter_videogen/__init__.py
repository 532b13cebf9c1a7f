"""Turn a sentence into a video inside a notebook cell.

    import jupyter_videogen as vg
    clip = vg.generate("A paper boat crossing a neon-lit puddle")

Names are loaded on first use, so that importing is fast.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from jupyter_videogen.core.version import VERSION

if TYPE_CHECKING:
    from jupyter_videogen import events as events
    from jupyter_videogen import functions as functions
    from jupyter_videogen import testing as testing
    from jupyter_videogen.api.checking import check
    from jupyter_videogen.api.client import (
        AsyncClient,
        Client,
        Clip,
        attach,
        estimate,
        generate,
        job,
        jobs,
        resume,
        submit,
    )
    from jupyter_videogen.api.comparison import compare
    from jupyter_videogen.api.grids.call import grid
    from jupyter_videogen.api.grids.grid import Grid
    from jupyter_videogen.api.improvement import improve
    from jupyter_videogen.api.job import Job
    from jupyter_videogen.api.job_group import JobGroup
    from jupyter_videogen.api.judging.vote import Vote, vote
    from jupyter_videogen.api.listings import models, providers
    from jupyter_videogen.api.mapping.clip_map import ClipMap
    from jupyter_videogen.api.nested_asyncio import allow_nested_asyncio
    from jupyter_videogen.api.stories.call import story
    from jupyter_videogen.api.stories.story import Story
    from jupyter_videogen.api.tables.leaderboard import Leaderboard
    from jupyter_videogen.core.errors import (
        ArtifactExpired,
        AuthError,
        BudgetExceeded,
        ContentPolicyError,
        DownloadError,
        ImproveError,
        InvalidRequest,
        ModelNotFound,
        NotReadyError,
        OutcomeUnknown,
        OutOfCredit,
        PermissionDenied,
        ProviderError,
        RateLimited,
        Unreachable,
        Unsupported,
        VideogenError,
        WaitTimeout,
    )
    from jupyter_videogen.diagnostics.doctor import doctor
    from jupyter_videogen.media.concat import concat
    from jupyter_videogen.notebook.magic import load_ipython_extension, unload_ipython_extension
    from jupyter_videogen.widget.widget import VideoGen

__version__ = VERSION

_HOMES = {
    "api.checking": "check",
    "api.comparison": "compare",
    "api.grids.grid": "Grid",
    "api.grids.call": "grid",
    "api.listings": "models providers",
    "diagnostics.doctor": "doctor",
    "api.client": "AsyncClient Client Clip attach estimate generate job jobs resume sandbox submit",
    "core.errors": "ArtifactExpired AuthError BudgetExceeded ContentPolicyError DownloadError ImproveError InvalidRequest "
    "ModelNotFound NotReadyError OutcomeUnknown OutOfCredit PermissionDenied ProviderError RateLimited Unreachable Unsupported "
    "VideogenError WaitTimeout",
    "api.improvement": "improve",
    "api.job_group": "JobGroup",
    "api.nested_asyncio": "allow_nested_asyncio",
    "api.job": "Job",
    "api.tables.leaderboard": "Leaderboard",
    "api.judging.vote": "Vote vote",
    "api.mapping.clip_map": "ClipMap",
    "api.stories.call": "story",
    "api.stories.story": "Story",
    "media.concat": "concat",
    "notebook.magic": "load_ipython_extension unload_ipython_extension",
    "widget.widget": "VideoGen",
}
_MODULES = {"events", "functions", "testing"}
"""Modules that are public by their name."""
_PUBLIC = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [
    "ArtifactExpired",
    "AsyncClient",
    "AuthError",
    "BudgetExceeded",
    "Client",
    "Clip",
    "ClipMap",
    "ContentPolicyError",
    "DownloadError",
    "Grid",
    "ImproveError",
    "InvalidRequest",
    "Job",
    "JobGroup",
    "Leaderboard",
    "ModelNotFound",
    "NotReadyError",
    "OutOfCredit",
    "OutcomeUnknown",
    "PermissionDenied",
    "ProviderError",
    "RateLimited",
    "Story",
    "Unreachable",
    "Unsupported",
    "VideoGen",
    "VideogenError",
    "Vote",
    "WaitTimeout",
    "allow_nested_asyncio",
    "attach",
    "check",
    "compare",
    "concat",
    "doctor",
    "estimate",
    "generate",
    "grid",
    "improve",
    "job",
    "jobs",
    "load_ipython_extension",
    "models",
    "providers",
    "resume",
    "sandbox",
    "story",
    "submit",
    "unload_ipython_extension",
    "vote",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module; in IPython, jobs and clips then display themselves."""
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    globals()[name] = value
    if (
        _PUBLIC[name]
        in {"api.client", "api.comparison", "api.grids.call", "api.judging.vote", "api.stories.call", "widget.widget"}
        and _in_ipython()
    ):
        import_module(".notebook.display", __name__).install()
    return value


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    """Name the extension of Jupyter's server, which calls this; nobody else loads it."""
    extension = import_module(".server.extension", __name__)
    return [{"module": extension.__name__, "app": extension.VideogenServer}]


def _in_ipython() -> bool:
    """Return whether this runs in IPython; does not import it."""
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
