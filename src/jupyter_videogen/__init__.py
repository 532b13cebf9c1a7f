"""Turn a sentence into a video inside a notebook cell.

    import jupyter_videogen as vg
    clip = vg.generate("A paper boat crossing a neon-lit puddle")

Names are loaded when they are first used, so that importing costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_videogen import events as events
    from jupyter_videogen import testing as testing
    from jupyter_videogen.batch import compare
    from jupyter_videogen.catalogue import models, providers
    from jupyter_videogen.checkup import doctor
    from jupyter_videogen.client import AsyncClient, Client, attach, estimate, generate, job, jobs, resume, submit
    from jupyter_videogen.errors import (
        ArtifactExpired,
        AuthError,
        BudgetExceeded,
        ContentPolicyError,
        DownloadError,
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
    from jupyter_videogen.group import JobGroup
    from jupyter_videogen.magic import load_ipython_extension, unload_ipython_extension
    from jupyter_videogen.nesting import allow_nested_asyncio
    from jupyter_videogen.scene import concat
    from jupyter_videogen.ticket import Job
    from jupyter_videogen.values import Clip
    from jupyter_videogen.widget import VideoGen

__version__ = "0.1.0"

_HOMES = {
    "batch": "compare",
    "catalogue": "models providers",
    "checkup": "doctor",
    "client": "AsyncClient Client attach estimate generate job jobs resume submit",
    "errors": "ArtifactExpired AuthError BudgetExceeded ContentPolicyError DownloadError InvalidRequest ModelNotFound "
    "NotReadyError OutcomeUnknown OutOfCredit PermissionDenied ProviderError RateLimited Unreachable Unsupported "
    "VideogenError WaitTimeout",
    "group": "JobGroup",
    "nesting": "allow_nested_asyncio",
    "ticket": "Job",
    "scene": "concat",
    "magic": "load_ipython_extension unload_ipython_extension",
    "values": "Clip",
    "widget": "VideoGen",
}
_MODULES = {"events", "testing"}
"""Modules that are public by their name."""
_PUBLIC = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [
    "ArtifactExpired",
    "AsyncClient",
    "AuthError",
    "BudgetExceeded",
    "Client",
    "Clip",
    "ContentPolicyError",
    "DownloadError",
    "InvalidRequest",
    "Job",
    "JobGroup",
    "ModelNotFound",
    "NotReadyError",
    "OutOfCredit",
    "OutcomeUnknown",
    "PermissionDenied",
    "ProviderError",
    "RateLimited",
    "Unreachable",
    "Unsupported",
    "VideoGen",
    "VideogenError",
    "WaitTimeout",
    "allow_nested_asyncio",
    "attach",
    "compare",
    "concat",
    "doctor",
    "estimate",
    "generate",
    "job",
    "jobs",
    "load_ipython_extension",
    "models",
    "providers",
    "resume",
    "submit",
    "unload_ipython_extension",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module; in IPython, jobs and clips then display themselves."""
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    globals()[name] = value
    if _PUBLIC[name] in {"batch", "client", "widget"} and _in_ipython():
        import_module(".display", __name__).install()
    return value


def _in_ipython() -> bool:
    """Whether there is anybody to display to; IPython is not loaded to find out."""
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
