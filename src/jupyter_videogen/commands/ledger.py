"""`jupyter videogen ledger compact`: make the file of jobs smaller."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from jupyter_videogen.commands.options import Command
from jupyter_videogen.config.retention import read_age
from jupyter_videogen.core import command_names, environment
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.ledger.ledger import Ledger

if TYPE_CHECKING:
    from jupyter_videogen.commands.arguments import Arguments
    from jupyter_videogen.ledger.compaction import Compacted

OWN = Command(
    "ledger",
    "compact [--keep 2y]",
    "make the file of jobs smaller; --keep also deletes jobs that failed uncharged and are older (also [ledger] keep in your videogen.toml)",
    values=("--keep",),
)


def compact(given: Arguments, keep: str | None) -> Compacted:
    """Do what was asked for; `keep` is what the configuration says. Raises `InvalidRequest` and `VideogenError`."""
    if given.words != ("compact",):
        raise InvalidRequest("There is one thing to do with the ledger.", next=command_names.spell("ledger", "compact"))
    path = environment.home() / "ledger.sqlite3"
    if not path.exists():
        raise InvalidRequest("There is no ledger yet: no job has been made here.", next="Nothing has to be done.")
    age = given.values.get("--keep", keep)
    return Ledger.at(path).compact(since=None if age is None else time.time() - read_age(age))


def describe(done: Compacted) -> str:
    """Say what came of it."""
    words = f"The ledger has {done.after / 1e6:,.1f} MB, {done.before / 1e6:,.1f} before."
    if not done.deleted:
        return words
    jobs = f"{done.deleted:,} failed job" + ("" if done.deleted == 1 else "s")
    return f"{words} {jobs} deleted; none of them was charged."
