"""Errors of the Python API in IPython: where in one's own code, and what happened, without the frames of this package.

The same of an interrupt that ends a wait. `%videogen tb` prints all of the last one. Outside IPython nothing is different: only IPython asks an error how it is shown.
"""

from __future__ import annotations

import copy
import traceback
from pathlib import Path
from types import TracebackType

from IPython import get_ipython

from jupyter_videogen.core import interrupts
from jupyter_videogen.core.errors import VideogenError

PACKAGE = str(Path(__file__).parents[1])
NONE_YET = "There has been no error yet."
_last = [NONE_YET]


def install() -> None:
    """Show errors of this package in that way; IPython looks for this method in `showtraceback`."""
    VideogenError._render_traceback_ = _render  # type: ignore[attr-defined]
    if _shorten not in interrupts.takers:
        interrupts.takers.append(_shorten)


def remove() -> None:
    """Show them as any other."""
    if hasattr(VideogenError, "_render_traceback_"):
        del VideogenError._render_traceback_
    if _shorten in interrupts.takers:
        interrupts.takers.remove(_shorten)


def last() -> str:
    """Return the whole traceback of the last error."""
    return _last[0]


def keep(error: BaseException) -> None:
    """Keep an error's whole traceback, as text: what its frames hold is let go."""
    _last[0] = "".join(traceback.format_exception(error))


def _shorten(stop: KeyboardInterrupt) -> None:
    """Show an interrupt as an error of this package; Python's own class can't be taught for all."""
    stop._render_traceback_ = lambda: _render(stop)  # type: ignore[attr-defined]  # IPython's hook


def _render(error: BaseException) -> list[str]:
    """Return the lines of an error's traceback up to the call of this package."""
    keep(error)
    shown = copy.copy(error)  # without the errors that it came from
    shown.__notes__ = list(getattr(error, "__notes__", ()))
    trace = _callers(error.__traceback__)
    shell = get_ipython()
    if shell is None:
        return traceback.format_exception(type(shown), shown, trace)
    lines: list[str] = shell.InteractiveTB.structured_traceback(type(shown), shown, trace, tb_offset=1)
    return lines


def _callers(trace: TracebackType | None) -> TracebackType | None:
    """Return a copy of a traceback that ends where this package was called; a frame of it alone is kept."""
    frames = []
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(PACKAGE):
        frames.append(trace)
        trace = trace.tb_next
    kept = None
    for frame in reversed(frames):
        kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept
