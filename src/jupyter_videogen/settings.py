"""Where things are and what was set outside: the environment and the paths that follow from it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import platformdirs

Environment = os.environ  # noqa: TID251 - settings is where the environment is read


def home() -> Path:
    """Give VIDEOGEN_HOME, else the platform's data directory; not created here."""
    named = Environment.get("VIDEOGEN_HOME")
    return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("jupyter-videogen"))


def provider() -> str | None:
    """Give the provider named by VIDEOGEN_PROVIDER, if any."""
    return Environment.get("VIDEOGEN_PROVIDER") or None


def notebook() -> Path | None:
    """Give the notebook this kernel belongs to: Jupyter servers put its path in JPY_SESSION_NAME.

    None where nobody opened a notebook in a page: nbclient, papermill, scripts, a terminal.
    """
    named = Environment.get("JPY_SESSION_NAME")
    return Path(named) if named else None


def watched() -> bool:
    """Whether a page is likely to show what this kernel displays; VS Code and Colab leave their own marks."""
    return any(name in Environment for name in ("JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG"))


def folder() -> Path:
    """Give the notebook's folder, else the working directory: where clips go, and what their links are relative to."""
    here = notebook()
    return here.parent if here and here.is_absolute() and here.parent.is_dir() else Path.cwd()


def project(start: Path) -> Path:
    """Give the nearest folder above with `videogen.toml` or `.git`, else `start`."""
    marks = ("videogen.toml", ".git")
    return next((here for here in (start, *start.parents) if any((here / mark).exists() for mark in marks)), start)


def failpoint(name: str) -> None:
    """Die here, as if the power went, when VIDEOGEN_FAILPOINT says so; for tests of survival."""
    if Environment.get("VIDEOGEN_FAILPOINT") == name:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
