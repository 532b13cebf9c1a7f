"""Standard input, line by line, from a thread that nobody has to wait for.

A thread that waits in `read` can't be interrupted, and the interpreter waits for every thread that is no daemon: with the
library's own reader Ctrl+C would wait for the next line. A daemon must not hold the lock of a buffered file when the
interpreter ends, so it reads the descriptor itself.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PIECE = 1 << 16


class StandardInput:
    """The lines that arrive on standard input; whatever else reads it, here or in a child, finds its end."""

    def __init__(self) -> None:
        self._file = os.dup(0)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device
            os.dup2(nothing.fileno(), 0)
        self._loop = asyncio.get_running_loop()
        self._lines = asyncio.Queue[str | None]()
        threading.Thread(target=self._read, name="videogen-stdin", daemon=True).start()

    async def __aiter__(self) -> AsyncIterator[str]:
        while (line := await self._lines.get()) is not None:
            yield line

    def _read(self) -> None:
        rest = b""
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            while piece := os.read(self._file, PIECE):
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._tell(line.decode("utf-8", "replace"))
            self._tell(None)

    def _tell(self, line: str | None) -> None:
        self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
