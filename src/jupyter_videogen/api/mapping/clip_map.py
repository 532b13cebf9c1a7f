"""A function on every clip, as it finishes: what is kept is not computed again, and an error is told and not kept."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from jupyter_videogen.api import waiting
from jupyter_videogen.api.job import seconds
from jupyter_videogen.api.mapping.worker import run_task
from jupyter_videogen.core.errors import VideogenError, WaitTimeout
from jupyter_videogen.core.hidden_characters import escape_text
from jupyter_videogen.runtime.loop import wait_for

if TYPE_CHECKING:
    from collections.abc import Generator

    from jupyter_videogen.api.mapping.executors import Place
    from jupyter_videogen.api.mapping.function import ClipFunction
    from jupyter_videogen.api.mapping.sender import Sender
    from jupyter_videogen.api.mapping.source import Row, Source
    from jupyter_videogen.ledger.results import Results

LONGEST_ERROR = 300
"""Characters of an error in the table."""
BROKEN = (
    "A process of the pool ended by itself: the function ended it, or can't be imported there, "
    'or your script has no `if __name__ == "__main__":`.'
)
SHARE = 10
"""Reading all rows of a large grid takes at most one part in so many of the time."""


class ClipMap:
    """The work of one function on the clips of a grid or group; await it, wait with `.result()`, or `.cancel()` it."""

    def __init__(self, source: Source, function: ClipFunction, place: Place, results: Results, sender: Sender) -> None:
        self._source, self._function, self._place, self._results, self._sender = (
            source,
            function,
            place,
            results,
            sender,
        )
        self._order: dict[str, str] = {}
        """The names of the files by hash, in the order of the clips."""
        self._values: dict[str, Any] = {}
        self._errors: dict[str, str] = {}
        self._waiting: deque[Row] = deque()
        self._uploading: dict[str, Row] = {}
        """Clips that are put into the storage before a worker is told of them."""
        self._running: dict[str, Any] = {}
        self._inbox: SimpleQueue[tuple[str, Any] | None] = SimpleQueue()
        self._read = (-1, float("-inf"), 0.0)
        """How many clips were ready when the rows were read last, when that was, and how long it took."""
        self._cancelled, self._asked = False, False
        self._future: Future[None] = Future()

    def start(self) -> ClipMap:
        """Begin, in a thread of its own."""
        self._source.subscribe(self._hear)
        threading.Thread(target=self._work, name="videogen-map", daemon=True).start()
        return self

    # ---- how far it is ---------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The column that its results go into."""
        return self._function.name

    @property
    def version(self) -> str:
        """The version under which results are kept."""
        return self._function.version

    @property
    def done(self) -> int:
        """How many clips have a result."""
        return len(self._values)

    @property
    def failed(self) -> int:
        """For how many the function failed."""
        return len(self._errors)

    @property
    def total(self) -> int:
        """How many clips there are, and may still come."""
        return len(self._order) + (0 if self.ended else self._source.to_come)

    @property
    def ended(self) -> bool:
        """Whether nothing is computed any more."""
        return self._future.done()

    @property
    def errors(self) -> dict[str, str]:
        """What went wrong, by the name of the clip's file."""
        return {self._order[sha256]: words for sha256, words in tuple(self._errors.items())}

    def value_of(self, sha256: str) -> Any:  # noqa: ANN401 - what the function returned
        """Return what was computed of a clip with this hash; None where nothing is."""
        return self._values.get(sha256)

    def error_of(self, sha256: str) -> str | None:
        """Return what went wrong with the clip of this hash, if anything."""
        return self._errors.get(sha256)

    def __repr__(self) -> str:
        words = [f"{self.name}: {self.done} of {self.total} clips"]
        words += [f"{self.failed} failed"] if self.failed else []
        words += ["cancelled"] if self._cancelled else []
        return ", ".join(words)

    # ---- what a person does ----------------------------------------------------------------------------------

    def result(self, timeout: float | str | None = None) -> list[Any]:
        """Wait until every clip has been worked on, and return the values in the order of the clips; None where it failed.

        A function that fails does not raise here: see `.errors`, and the column `NAME_error`. Raises `WaitTimeout` when only the
        waiting ended. `timeout` in seconds, or as "90s", "30m", "2h".
        """
        try:
            wait_for(self._future, None if timeout is None else seconds(timeout))
        except TimeoutError:
            raise WaitTimeout(f"Stopped waiting for {self!r}. It goes on.", next="Wait again with .result().") from None
        return [self._values.get(sha256) for sha256 in tuple(self._order)]

    def settled(self, timeout: float) -> bool:
        """Wait for at most so many seconds; return whether nothing is computed any more."""
        return waiting.settled(self._future, timeout)

    def __await__(self) -> Generator[object, None, list[Any]]:
        return self._result().__await__()

    async def _result(self) -> list[Any]:
        await asyncio.wait([asyncio.wrap_future(self._future)])
        return self.result(timeout=0)

    def cancel(self) -> ClipMap:
        """Start no more, and ask the executor to drop what it has not begun; results stay. What is running runs to its end."""
        self._cancelled = True
        self._inbox.put(None)
        return self

    # ---- inside ------------------------------------------------------------------------------------------------

    def _hear(self, _: object = None) -> None:
        if not self._future.done():
            self._inbox.put(None)

    def _work(self) -> None:
        error: BaseException | None = None
        try:
            while self._go_on():
                self._hear_news()
        except BaseException as stop:  # noqa: BLE001 - whoever waits is told
            error = stop
        self._close(error)

    def _go_on(self) -> bool:
        """Start what can be started; return whether there is more to come."""
        if self._cancelled:
            return False
        idle = self._source.idle  # first: a clip that ends meanwhile is found by the look after it
        if not self._is_behind or idle:
            self._look()
        self._fill()
        if self._running or self._uploading or self._waiting or self._is_behind:
            return True
        if not idle and not self._asked:
            self._asked = True
            self._source.when_idle(self._idle)
        return not idle

    def _idle(self) -> None:
        self._asked = False
        self._hear()

    @property
    def _is_behind(self) -> bool:
        """Whether clips have finished that are not read yet, because the rows were read just now."""
        ready, at, took = self._read
        return self._source.ready != ready and time.monotonic() < at + SHARE * took

    def _look(self) -> None:
        """Read the rows where there are new ones; take up those that were not met before."""
        ready = self._source.ready
        if ready == self._read[0]:
            return
        begun = time.monotonic()
        new = {row.clip.sha256: row for row in self._source.rows() if row.clip.sha256 not in self._order}
        self._read = (ready, time.monotonic(), time.monotonic() - begun)
        self._order |= {sha256: Path(row.clip.path).name for sha256, row in new.items()}
        kept = self._results.find(self.name, self.version, new)
        self._values |= kept
        self._waiting.extend(row for sha256, row in new.items() if sha256 not in kept)
        if new:
            self._source.show()

    def _fill(self) -> None:
        while self._waiting and len(self._running) + len(self._uploading) < self._place.at_once:
            row = self._waiting.popleft()
            sha256 = row.clip.sha256
            if upload := self._sender.upload(row.clip):
                self._uploading[sha256] = row
                upload.add_done_callback(partial(self._hear_of, sha256))
            else:
                self._send(row)

    def _send(self, row: Row) -> None:
        """Hand a clip to the executor."""
        sha256 = row.clip.sha256
        try:
            facts = row.facts() if self._function.takes_row else None
            task = self._sender.task(self.name, row.clip, facts)
            future = self._place.executor.submit(run_task, self._function.call, task)
        except (OSError, VideogenError, BrokenExecutor) as error:
            self._fail(sha256, error)
            return
        self._running[sha256] = future
        future.add_done_callback(partial(self._hear_of, sha256))

    def _hear_of(self, sha256: str, future: object) -> None:
        self._inbox.put((sha256, future))

    def _hear_news(self) -> None:
        """Wait for news, and take all that has come; where rows are to be read, no longer than until then."""
        _, at, took = self._read
        limit = max(at + SHARE * took - time.monotonic(), 0) if self._is_behind else None
        with suppress(Empty):
            self._settle(self._inbox.get(timeout=limit))
            while True:
                self._settle(self._inbox.get_nowait())

    def _settle(self, news: tuple[str, Any] | None) -> None:
        """Note the end of one clip's work."""
        if news is None:
            return
        sha256, future = news
        if row := self._uploading.pop(sha256, None):
            self._send(row)
            return
        self._running.pop(sha256, None)
        try:
            value = future.result()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - a function of users raises anything
            self._fail(sha256, error)
            return
        self._values[sha256] = value
        with suppress(VideogenError):  # a result that can't be kept is a result
            self._results.keep(self.name, self.version, sha256, value)
        self._source.show()

    def _fail(self, sha256: str, error: BaseException) -> None:
        self._errors[sha256] = _words(error)
        self._source.show()

    def _close(self, error: BaseException | None) -> None:
        for future in tuple(self._running.values()):
            future.cancel()
        self._running.clear()
        self._uploading.clear()
        self._waiting.clear()
        self._place.close(wait=not self._cancelled)
        if error is None:
            self._future.set_result(None)
        else:
            self._future.set_exception(error)
        self._source.show()


def _words(error: BaseException) -> str:
    """Return an error in one line."""
    if isinstance(error, BrokenExecutor):
        words = BROKEN
    elif isinstance(error, VideogenError):
        words = " ".join(filter(None, (error.message, error.failure.next)))
    else:
        words = f"{type(error).__name__}: {error}"
    return escape_text(" ".join(words.split()))[:LONGEST_ERROR]
