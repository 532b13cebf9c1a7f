"""What the routes answer: jobs as values without secrets and without paths, and the files of their clips.

Each function takes the home first; it raises `Refused` for what cannot be.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote

from jupyter_videogen.config.configuration import load_config_for_watching
from jupyter_videogen.core import command_names, environment
from jupyter_videogen.core.budget import DAY, Cap, Spent, caps
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger import glance
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.ledger.queries import STATES, HistoryFilter, Stage
from jupyter_videogen.media import clip_store
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.watcher import find_hindrance
from jupyter_videogen.server.files import NotServed, OpenFile
from jupyter_videogen.server.job_facts import VERSION, job_facts, without_folders
from jupyter_videogen.server.job_page import job_page
from jupyter_videogen.server.outlook import Outlook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.queries import KeptJob

STATIC = Path(__file__).parent.parent / "static"
MOST = 100
"""Jobs of one page."""
USUAL = 30
BAD, GONE, CONFLICT, UNUSABLE = 400, 404, 409, 503
_held: dict[Path, tuple[Ledger, tuple[int, int]]] = {}
"""Open between two requests, each with the identity of its file: opening one takes the write lock of the file."""
_opening = threading.Lock()
"""Held while the ledger is opened or changed for another: each request has a thread of its own."""
STILLS = frozenset({".jpg", ".png", ".webp"})


class Refused(Exception):
    """What is asked for cannot be; the words say why and what to do."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


FAULTS = (Refused, VideogenError, sqlite3.Error)
"""What the functions below raise: the ledger may be closed, locked or replaced at any moment."""


def explain(fault: Exception) -> Refused:
    """Return the refusal for one of `FAULTS`."""
    if isinstance(fault, Refused):
        return fault
    words = f"{fault.message} {fault.failure.next}".strip() if isinstance(fault, VideogenError) else _unusable()
    return Refused(UNUSABLE, without_folders(words))


def list_jobs(home: Path, asked: Mapping[str, str], root: str) -> dict[str, Any]:
    """Return a page of jobs as `{v, jobs, next}`; without a ledger it is empty."""
    ledger = _opened(home)
    if ledger is None:
        return {"v": VERSION, "jobs": [], "next": None}
    limit = _limit(asked["limit"])
    kept = ledger.page_before(_shelf(asked, root), before=asked["before"], limit=limit)
    following = kept[-1].record.id if len(kept) == limit else None
    outlook = Outlook(ledger)
    jobs = [job_facts(job, ledger, root) | outlook.of(job.record) for job in kept]
    return {"v": VERSION, "jobs": jobs, "next": following}


def find_job(home: Path, job_id: str, root: str) -> dict[str, Any]:
    """Return one job."""
    ledger, kept = _kept(home, job_id)
    return job_facts(kept, ledger, root) | Outlook(ledger).of(kept.record)


def view_job(home: Path, job_id: str, watches: bool) -> dict[str, Any]:  # noqa: FBT001 - called by name with a list of arguments
    """Return one job as the page of a widget draws it, and whether it goes on; `watches` says whether this server would watch it."""
    ledger, kept = _kept(home, job_id)
    config = load_config_for_watching()
    watched = ledger.watcher_of(kept) is not None or (watches and _is_watchable(kept.record, config))
    return job_page(kept, ledger, config.provider_of_job(kept.record), watched=watched)


def _is_watchable(record: JobRecord, config: Configuration) -> bool:
    """Whether this server takes a job up by itself, or would if it were allowed to."""
    if record.ended or record.needs_kernel or record.state == "draft":
        return False
    run = process.watching_runtime("server")
    return find_hindrance(record, process.connection_of(run, record, config), config) is None


def read_page(_home: Path) -> dict[str, Any]:
    """Return the page's own script and style, for outputs whose kernel is gone."""
    try:
        script, style = ((STATIC / name).read_text("ascii") for name in ("widget.js", "widget.css"))
    except OSError:
        raise Refused(GONE, "This installation has no page: build it with `make setup`.") from None
    return {"v": VERSION, "script": script, "style": style}


def sum_spending(home: Path) -> dict[str, Any]:
    """Return what the last 24 hours cost in dollars, what is being made beside that, and what the user's cap allows.

    `jobs` and `seconds` are `{used, limit}` of paid jobs and of their seconds of video, what is being made among them; None
    where the cap does not count them.
    """
    cap = _daily_cap()
    ledger = _opened(home)
    making = 0.0 if ledger is None else _in_flight(ledger, cap.since)
    total = Spent(0.0, 0) if ledger is None else ledger.sum_spent(cap)
    return {
        "v": VERSION,
        "spent": max(0.0, total.dollars - making),
        "making": making,
        "limit": cap.dollars,
        "jobs": _used(total.jobs, cap.jobs),
        "seconds": _used(total.seconds, cap.seconds),
    }


def _used(used: float, limit: float | None) -> dict[str, float] | None:
    return None if limit is None else {"used": used, "limit": limit}


def _daily_cap() -> Cap:
    """Return the cap of `[budget] per_day`; without one, the same 24 hours."""
    now = time.time()
    given = caps(load_config_for_watching().budget, place="", now=now)
    return next((cap for cap in given if cap.place is None), Cap("24 hours", None, None, since=now - DAY))


def _in_flight(ledger: Ledger, since: float) -> float:
    """Return what the unfinished jobs of these hours may cost; a hundred of them are enough to say so."""
    making = ledger.page_before(HistoryFilter(stages=("making",)), before="", limit=MOST)
    recent = (job.record for job in making if job.record.created_at >= since)
    return sum(record.best_cost or 0.0 for record in recent if record.charged)


def cancel(home: Path, job_id: str) -> dict[str, Any]:
    """Ask the provider to cancel a job, with the key that can be read here; never guesses."""
    record = _kept(home, job_id)[1].record
    if record.ended:
        raise Refused(CONFLICT, f"The job has already ended: {record.state}.")
    run, config = process.watching_runtime("server"), load_config_for_watching()
    connection = process.connection_of(run, record, config)
    if record.needs_kernel or record.account not in {"", connection.account}:
        raise Refused(CONFLICT, "The job's key can't be read here. Cancel it in the notebook that sent it.")
    result = run.cancel(record, connection)
    return {"cancelled": result.cancelled, "reason": result.reason}


def stop_watching(home: Path, job_id: str) -> None:
    """Have no server and no terminal watch a job any more."""
    ledger, kept = _kept(home, job_id)
    if ledger.watcher_of(kept) == "kernel":
        raise Refused(CONFLICT, "A kernel watches this job. Stop it in its notebook.")
    ledger.let_go(job_id)


def allow_watching(home: Path, job_id: str) -> None:
    """Undo `stop_watching`."""
    _kept(home, job_id)[0].allow_watching(job_id)


def star(home: Path, job_id: str, on: bool) -> None:  # noqa: FBT001 - called by name with a list of arguments
    """Star a job, or remove its star."""
    _kept(home, job_id)[0].star(job_id, on=on)


def open_clip(home: Path, job_id: str, take: int) -> OpenFile:
    """Return a clip's file, as it was stored and verified."""
    clip = _clip(home, job_id, take)
    path = Path(clip.path)
    if path.suffix.lower() not in clip_store.FILMS:
        raise Refused(GONE, "That is no clip.")
    with suppress(NotServed):
        return OpenFile(path, tag=clip.sha256, size=clip.bytes)
    raise Refused(GONE, "The clip is no longer where it was stored, or another file is in its place.")


def open_poster(home: Path, job_id: str, take: int) -> OpenFile:
    """Return the still picture of a clip."""
    clip = _clip(home, job_id, take)
    path = Path(clip.poster or "")
    if clip.poster and path.parent.resolve() == (home / "posters").resolve() and path.suffix.lower() in STILLS:
        with suppress(NotServed):
            return OpenFile(path, tag=clip.sha256)
    raise Refused(GONE, "The clip has no picture.")


def _clip(home: Path, job_id: str, take: int) -> ClipRecord:
    record = _kept(home, job_id)[1].record
    if take < len(record.clips):
        return record.clips[take]
    if record.state == "saving":
        raise Refused(CONFLICT, "The clip is being saved. Try again in a moment.")
    if not record.ended:
        raise Refused(CONFLICT, f"The clip is not ready: the job is {record.state}.")
    raise Refused(GONE, f"Job {record.id} has no clip {take}.")


def _kept(home: Path, job_id: str) -> tuple[Ledger, KeptJob]:
    ledger = _opened(home)
    kept = None if ledger is None else ledger.kept(job_id)
    if ledger is None or kept is None:
        raise Refused(GONE, f"No job has the id {job_id}.")
    return ledger, kept


def _opened(home: Path) -> Ledger | None:
    """Return the ledger of a home, None where there is none: reading makes none, and brings none up to date."""
    path = home / "ledger.sqlite3"
    try:
        facts = path.stat()
        with _opening:
            return _ledger(path, (facts.st_dev, facts.st_ino))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (VideogenError, sqlite3.Error, OSError):
        if not path.exists():  # it went away between two looks
            return None
        raise Refused(UNUSABLE, _unusable()) from None


def _unusable() -> str:
    return f"The job ledger can't be used now. {command_names.spell('doctor')} says why."


def _ledger(path: Path, identity: tuple[int, int]) -> Ledger:
    held, known = _held.get(path, (None, None))
    if held is not None and not held.closed:
        if known == identity or ((run := process.opened()) is not None and run.busy):
            return held  # what watches a job follows the path at its next write
        held.close()  # the home was deleted, and made anew
    if _version(path) != glance.VERSION:
        raise Refused(UNUSABLE, "The job ledger is of another version of jupyter-videogen than this server's.")
    _held[path] = Ledger.at(path), identity
    return _held[path][0]


def _version(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def _shelf(asked: Mapping[str, str], root: str) -> HistoryFilter:
    stage = asked["stage"]
    if stage and stage not in STATES:
        raise Refused(BAD, f"stage is one of: {', '.join(get_args(Stage))}.")
    stages: Any = (stage,) if stage else tuple(STATES)
    return HistoryFilter(
        search=asked["search"].strip(),
        starred=asked["starred"] == "1",
        stages=stages,
        project=_project(asked["project"], root),
    )


def _project(place: str, root: str) -> str | None:
    """Return the project of a notebook or folder below the server's; None where none is asked for."""
    if not place:
        return None
    top = Path(root).expanduser()
    path = top / place
    if not root or ".." in path.parts or not path.is_relative_to(top):
        raise Refused(BAD, "project is a notebook or a folder, relative to the folder of the server.")
    return str(environment.project(path if path.is_dir() else path.parent))


def _limit(text: str) -> int:
    if not text:
        return USUAL
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= MOST:
        raise Refused(BAD, f"limit is a whole number from 1 to {MOST}.")
    return int(text)
