"""How a command is written where it is said: in a terminal, in a notebook with the magic, or in plain Python.

Every message that names a command gets it from here.
"""

from __future__ import annotations

from jupyter_videogen.core import environment

PROGRAM = "jupyter videogen"
MAGIC = "%videogen"
IN_TERMINAL = {"wait": "resume", "show": "resume", "help": "generate --help", "library": "jobs"}
"""Commands of the magic that have another name in a terminal."""
IN_PYTHON = {
    "jobs": "vg.jobs()",
    "resume": "vg.resume()",
    "wait": "vg.jobs('unfinished').result()",
    "doctor": "vg.doctor()",
}
OF_A_JOB = {
    "resume": "vg.job({!r}).watch()",
    "wait": "vg.job({!r}).result()",
    "show": "vg.job({!r})",
    "cancel": "vg.job({!r}).cancel()",
}
"""Calls for one job; whatever else has no call is a command of the terminal in plain Python, too."""
MAGIC_ONLY = frozenset({"connect", "tb"})
"""Commands of notebooks and IPython alone."""
_spoken: list[str] = []


def speak_as_terminal() -> None:
    """Say commands as they are typed in a terminal, from now on: this process is the command line."""
    _spoken[:] = [PROGRAM]


def speak_as_found() -> None:
    """Say them again as they are typed where this process runs."""
    _spoken.clear()


def has_magic() -> bool:
    """Return whether the magic's commands are what one types here."""
    return not _spoken and environment.has_magic()


def spell(name: str, *words: str) -> str:
    """Return a command with its words as one types it here."""
    if name in MAGIC_ONLY or has_magic():
        return " ".join([MAGIC, name, *words])
    if _spoken or (name not in OF_A_JOB and name not in IN_PYTHON):
        return " ".join([PROGRAM, IN_TERMINAL.get(name, name), *words])
    if len(words) == 1 and name in OF_A_JOB:
        return OF_A_JOB[name].format(*words)
    return IN_PYTHON.get(name, f"{PROGRAM} {name}")
