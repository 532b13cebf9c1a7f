"""Check the file of jobs: opened, checked, a write tried and taken back; nothing is changed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from jupyter_videogen.core import command_names
from jupyter_videogen.core.job import ENDED
from jupyter_videogen.diagnostics.report import Finding, format_bytes, shorten_home
from jupyter_videogen.ledger.database import VERSION
from jupyter_videogen.ledger.glance import Glance
from jupyter_videogen.ledger.liveness import parse_owner
from jupyter_videogen.ledger.stored_states import AT_REST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from jupyter_videogen.diagnostics.surroundings import Surroundings
    from jupyter_videogen.ledger.glance import Seen


WATCHERS = {"kernel": "a kernel", "server": "a Jupyter server", "terminal": f"{command_names.PROGRAM} watch"}


class LedgerFacts(NamedTuple):
    """What a look into the ledger shows."""

    version: int
    journal: str
    check: str
    states: dict[str, int]
    bytes: int


def check_ledger(place: Surroundings) -> Iterator[Finding]:
    """Check whether the ledger can be read and written, and count the jobs that are open or lost."""
    path = place.home / "ledger.sqlite3"
    if not path.exists():
        yield Finding("Ledger", "ok", "none yet: no job has been made here")
        return
    try:
        facts = read_ledger(path)
    except sqlite3.Error as error:
        words = f"{shorten_home(path)} can't be used ({error})."
        cure = "Check the disk. A damaged file is set aside, not deleted, when the next job is made."
        yield Finding("Ledger", "problem", words, cure)
        return
    yield _judge_ledger(facts)
    yield from _count_jobs(facts.states)


def check_watching(place: Surroundings) -> Iterator[Finding]:
    """Say who watches the unfinished jobs, and which of them nobody does."""
    with closing(Glance(place.home)) as glance:
        glance.look()
        jobs = [job for job in glance.open if job.state != "planned"]
        watched = Counter(_name_watcher(job) if glance.watcher_of(job) else "" for job in jobs)
    left = watched.pop("", 0)
    parts = [f"{count} by {name}" for name, count in sorted(watched.items())] + [f"{left} by nobody"] * bool(left)
    private = sum(job.needs_kernel for job in jobs)
    if private:
        parts.append(f"{private} can be watched by the kernel that sent {'it' if private == 1 else 'them'} alone")
    if not left:
        yield Finding("Watching", "ok", ", ".join(parts) or "no job is unfinished")
        return
    cure = f"A Jupyter server, a kernel or {command_names.PROGRAM} watch takes them up, where their keys can be read."
    yield Finding("Watching", "note", ", ".join(parts), cure)


def _name_watcher(job: Seen) -> str:
    owner = parse_owner(job.lease_owner or "")
    number = "" if owner is None else f" (process {owner.pid})"
    return f"{WATCHERS[job.lease_kind]}{number}"


def read_ledger(path: Path) -> LedgerFacts:
    """Read the ledger without creating, repairing or migrating it; try a write and roll it back.

    Raises `sqlite3.Error` for one that cannot be used.
    """
    address = f"file:{quote(str(path))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=2, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("ROLLBACK")
        return LedgerFacts(
            version=db.execute("PRAGMA user_version").fetchone()[0],
            journal=db.execute("PRAGMA journal_mode").fetchone()[0],
            check=db.execute("PRAGMA quick_check(1)").fetchone()[0],
            states=dict(db.execute("SELECT state, count(*) FROM jobs GROUP BY state")),
            bytes=sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")),
        )


def _judge_ledger(facts: LedgerFacts) -> Finding:
    if facts.version > VERSION:
        cure = "Upgrade: pip install -U jupyter-videogen."
        return Finding("Ledger", "problem", "Written by a newer version of jupyter-videogen.", cure)
    if facts.journal != "wal" or facts.check != "ok":
        words = f"journal mode {facts.journal}, check: {facts.check}"
        return Finding("Ledger", "problem", words, "Set VIDEOGEN_HOME to a folder on a local disk.")
    jobs = sum(facts.states.values())
    words = f"{jobs} job{'' if jobs == 1 else 's'} in {format_bytes(facts.bytes)}, intact and writable, WAL"
    return Finding("Ledger", "ok", words)


def _count_jobs(states: Mapping[str, int]) -> Iterator[Finding]:
    ended = {AT_REST.get(state, state) for state in ENDED}
    if going := sum(count for state, count in states.items() if state not in ended):
        yield Finding(
            "Jobs",
            "note",
            f"{going} not finished",
            f"{command_names.spell('jobs')} lists them; {command_names.spell('resume')} watches them.",
        )
    if lost := states.get("unknown_outcome", 0):
        words = f"{lost} whose answer was lost: they may exist and may be charged"
        yield Finding(
            "Jobs",
            "note",
            words,
            f"Check the provider's own list. {command_names.spell('resume', 'ID')} looks for one again.",
        )
