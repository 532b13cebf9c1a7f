"""The worker: one thread that renders one job at a time, and stops at once when asked."""

import logging
import os
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_videogen.gateway.jobs import input_files
from jupyter_videogen.gateway.jobs.engines import Engine, Engines, Rendering
from jupyter_videogen.gateway.jobs.store import Job, JobStore
from jupyter_videogen.gateway.requests.order import DEFAULT_MODEL, SEED

_MESSAGE_CHARACTERS = 500

_log = logging.getLogger(__name__)


def where(error: BaseException) -> str:
    """Return an error's type and the lines that raised it, without its words: those may quote a prompt."""
    earlier = error.__cause__ or error.__context__
    before = f"{where(earlier)}then\n" if earlier else ""
    return f"{before}{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


def clip_path(clips: Path, job_id: str, take: int = 0) -> Path:
    """Return where a clip of a job is kept; the takes after the first are numbered."""
    return clips / (f"{job_id}-{take + 1}.mp4" if take else f"{job_id}.mp4")


def poster_path(clips: Path, job_id: str) -> Path:
    """Return where the poster of a job is kept."""
    return clips / f"{job_id}.jpg"


class Worker:
    """Takes queued jobs from the store until it is stopped; `settled` is called, in its thread, after each."""

    def __init__(
        self, store: JobStore, engines: Engines, clips: Path, settled: Callable[[], None] = lambda: None
    ) -> None:
        self._store = store
        self._loaders = engines
        self._loaded: dict[str, Engine] = {}
        self._clips = clips
        self._on_job_end = settled
        self._progress: dict[str, int] = {}
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="videogen-worker", daemon=True)

    def start(self) -> None:
        """Begin with what the store holds."""
        for leftover in self._clips.glob("*.part.*"):
            leftover.unlink(missing_ok=True)
        input_files.sweep(self._clips, self._store.files())
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """Tell the worker that there is a new job."""
        self._wake.set()

    def cancel(self) -> None:
        """Ask the worker to stop; its current job stays unfinished."""
        self._stopping.set()
        self._wake.set()

    def join(self, seconds: float) -> None:
        """Wait until the worker has stopped."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def progress(self) -> dict[str, int]:
        """Return the percentages of the running jobs; read it before the store, or a finished job may look new."""
        return dict(self._progress)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                self._work_through()
            except Exception as error:
                _log.error("worker: %s", where(error))

    def _work_through(self) -> None:
        while not self._stopping.is_set() and (job := self._store.take()):
            try:
                self._settle(job)
            finally:
                self._progress.pop(job.id, None)
                self._on_job_end()

    def _settle(self, job: Job) -> None:
        started = time.monotonic()
        _log.info("%s: rendering", job.id)
        try:
            rendering = self._render(job)
        except Exception as error:
            self._give_up(job, error)
        else:
            self._store.complete(job.id, rendering)
            _log.info("%s: completed in %.1f s", job.id, time.monotonic() - started)

    def _give_up(self, job: Job, error: Exception) -> None:
        if self._stopping.is_set():
            self._store.release(job.id)
            _log.info("%s: stopped, to be rendered after the next start", job.id)
            return
        message = f"{type(error).__name__}: {error}"[:_MESSAGE_CHARACTERS]
        self._store.fail(job.id, "engine_error", message, self._progress.get(job.id, 0))
        _log.error("%s: failed: %s", job.id, where(error))

    def _render(self, job: Job) -> dict[str, Any]:
        engine = self._engine(job.order.model)
        first, *_ = [self._take(engine, job, take) for take in range(job.order.count)]
        self._make_poster(engine, job)
        told = {"scene": first.scene, "mood": first.mood, "words": list(first.words), "frames": first.frames}
        revised = getattr(first, "revised", "")  # engines of other packages need not have it
        missing = getattr(first, "not_drawn", None)
        return told | ({"revised_prompt": revised} if revised else {}) | ({"not_drawn": missing} if missing else {})

    def _take(self, engine: Engine, job: Job, take: int) -> Rendering:
        order = replace(input_files.resolve_paths(self._clips, job.order), seed=(job.order.seed + take) % (SEED[1] + 1))
        clip = clip_path(self._clips, job.id, take)
        part = clip.with_suffix(".part.mp4")
        try:
            rendering = engine.render(
                order,
                part,
                progress=lambda percent: self._note(job, (100 * take + percent) / order.count),
                cancelled=self._stopping.is_set,
            )
            _keep(part, clip)
        finally:
            part.unlink(missing_ok=True)
        return rendering

    def _make_poster(self, engine: Engine, job: Job) -> None:
        try:
            picture = engine.poster(clip_path(self._clips, job.id))
        except Exception as error:
            _log.error("%s: no poster: %s", job.id, where(error))
            return
        poster = poster_path(self._clips, job.id)
        part = poster.with_suffix(".part.jpg")
        part.write_bytes(picture)
        part.replace(poster)

    def _note(self, job: Job, percent: float) -> None:
        # 100 is said of a clip that can be fetched, and of no other.
        self._progress[job.id] = min(99, max(0, int(percent)))

    def sheet(self, job: Job) -> bytes:
        """Return frames of a finished clip on one sheet; safe from any thread."""
        return self._engine(job.order.model).sheet(clip_path(self._clips, job.id))

    def _engine(self, model: str) -> Engine:
        # Names that stand in for a provider's models, and the test cards, are drawn by the built-in engine.
        name = model if model in self._loaders else DEFAULT_MODEL
        if name not in self._loaded:
            self._loaded[name] = self._loaders[name]()
        return self._loaded[name]


def _keep(part: Path, clip: Path) -> None:
    with part.open("rb+") as file:
        if not file.seek(0, os.SEEK_END):
            raise RuntimeError("the engine wrote an empty file")
        os.fsync(file.fileno())
    part.replace(clip)
