"""The environment variables, and the paths that follow from them."""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import platformdirs

from jupyter_videogen.core import platform

session: dict[str, object] = {}
"""What `%config VideogenMagics` has set in this process, by the names of the configuration's defaults and budget."""
DRIVE = Path("/drive")
"""Where JupyterLite has the files of the site (DriveFS in its Pyodide kernel): they outlive the page."""
Environment = os.environ  # noqa: TID251 - settings is where the environment is read


def home() -> Path:
    """Return VIDEOGEN_HOME, else the platform's data directory; not created here.

    In a browser that directory would be gone with the page, so the home is on the drive of the site, where there is one.
    """
    named = Environment.get("VIDEOGEN_HOME")
    if not named and platform.is_browser() and DRIVE.is_dir():
        return DRIVE / ".jupyter-videogen"
    return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("jupyter-videogen"))


def home_source() -> str:
    """Return what sets the path of the home."""
    return "VIDEOGEN_HOME" if Environment.get("VIDEOGEN_HOME") else "the platform's data folder"


def provider() -> str | None:
    """Return the provider named by VIDEOGEN_PROVIDER, if any."""
    return Environment.get("VIDEOGEN_PROVIDER") or None


def fallback_provider() -> str | None:
    """Return the provider named by VIDEOGEN_DEFAULT_PROVIDER, if any: it counts where nothing else names one."""
    return Environment.get("VIDEOGEN_DEFAULT_PROVIDER") or None


def certificates() -> tuple[str | None, str | None]:
    """Return the file and the folder of certificates that SSL_CERT_FILE and SSL_CERT_DIR name; None where they say nothing."""
    return Environment.get("SSL_CERT_FILE") or None, Environment.get("SSL_CERT_DIR") or None


def user() -> str:
    """Return the name that a hub knows its user by; empty elsewhere."""
    return Environment.get("JUPYTERHUB_USER", "")


def is_published() -> bool:
    """Return whether this kernel's page is shown to visitors, as Voila does: they send what they like, and are not its owner."""
    return Environment.get("SERVER_SOFTWARE", "").lower().startswith("voila/")


def bitrate_limit() -> str | None:
    """Return what VIDEOGEN_KILOBITS says: thousand bits a second that a clip of the local engine may have at most.

    It holds from the next start of the local gateway, for all who use it.
    """
    return Environment.get("VIDEOGEN_KILOBITS") or None


def notebook() -> Path | None:
    """Return the notebook this kernel belongs to: Jupyter servers put its path in JPY_SESSION_NAME.

    None where nobody opened a notebook in a page: nbclient, papermill, scripts, a terminal.
    """
    named = Environment.get("JPY_SESSION_NAME")
    return Path(named) if named else None


def terminal_columns() -> int | None:
    """Return how many columns COLUMNS says the terminal has, None where it says nothing."""
    named = Environment.get("COLUMNS", "")
    return int(named) if named.isdecimal() and int(named) else None


def has_viewer() -> bool:
    """Return whether a page is likely to show what this kernel displays.

    Jupyter, VS Code and Colab set variables of their own; a kernel in a browser's tab is started by nothing but a page.
    """
    return platform.is_browser() or any(
        name in Environment for name in ("JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG")
    )


def server_root() -> Path | None:
    """Return the folder that the Jupyter server of this kernel serves; None if unknown.

    Jupyter's launcher leaves the server's process id in JPY_PARENT_PID, and the server a file of that name.
    """
    try:
        runtime = import_module("jupyter_core.paths").jupyter_runtime_dir()  # there where a server started us
        file = Path(runtime) / f"jpserver-{int(Environment.get('JPY_PARENT_PID', ''))}.json"
        root = json.loads(file.read_bytes())["root_dir"]
    except (ImportError, OSError, ValueError, KeyError, TypeError):
        return None
    return Path(str(root))


def is_shared() -> bool:
    """Return whether others may use this machine's account, as on Binder. Keys stay in the kernel there."""
    return any(name.startswith(("BINDER_", "JUPYTERHUB_")) for name in Environment)


def folder() -> Path:
    """Return the notebook's folder, else the working directory: where clips go, and what their links are relative to."""
    here = notebook()
    return here.parent if here and here.is_absolute() and here.parent.is_dir() else _began() or Path.cwd()


def _began() -> Path | None:
    """Return the start folder of a kernel without a page: nbclient and similar programs start it beside the notebook.

    A cell may have changed the working directory since; the notebook is still where it was.
    """
    return Path(_shell().starting_dir) if in_kernel() and not has_viewer() else None


def in_kernel() -> bool:
    """Return whether outputs go to a notebook rather than a terminal."""
    return hasattr(_shell(), "kernel")


def in_ipython() -> bool:
    """Return whether this runs in IPython, in a terminal or a notebook."""
    return _shell() is not None


def has_magic() -> bool:
    """Return whether `%videogen` can be typed here."""
    shell = _shell()
    return shell is not None and "videogen" in shell.magics_manager.magics["line"]


def _shell() -> Any:  # noqa: ANN401 - IPython's, which is not loaded for this
    return getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()


def project(start: Path) -> Path:
    """Return the nearest folder above with `videogen.toml` or `.git`, else `start`."""
    marks = ("videogen.toml", ".git")
    return next((here for here in (start, *start.parents) if any((here / mark).exists() for mark in marks)), start)


def failpoint(name: str) -> None:
    """End the process abruptly if VIDEOGEN_FAILPOINT names this point; for crash tests."""
    if Environment.get("VIDEOGEN_FAILPOINT") == name:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
