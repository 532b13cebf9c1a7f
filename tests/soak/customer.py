"""Somebody who orders by a plan, is killed now and then, and goes on: `python customer.py plan.json`.

An order that is in the ledger is not made again: the ledger is the truth. The journal says what was meant to be ordered,
so that a judge can tell an order that was never made from one that was forgotten.
"""

import json
import sqlite3
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import jupyter_videogen as vg
from jupyter_videogen.core import environment
from jupyter_videogen.ledger import ledger
from jupyter_videogen.ledger.packing import unpack

waiting = threading.Event()
LOOK_EVERY = 0.5


def order(plan: dict[str, Any], journal: Path) -> None:
    """Make every order that the ledger does not have, each in its time."""
    made = {
        job.request.prompt for job in vg.jobs(limit=1_000_000)
    } | gone()  # the first use: open jobs are watched again
    clients = {name: vg.Client(name, base_url=base, key_env=plan["keys"][name]) for name, base in plan["bases"].items()}
    for one in plan["orders"]:
        if one["prompt"] in made:
            continue
        waiting.wait(max(plan["began"] + one["at"] - time.time(), 0))
        with journal.open("a") as file:
            file.write(one["prompt"] + "\n")
        submit(clients[one["provider"]], one)


def submit(client: vg.Client, one: dict[str, Any]) -> None:
    """Order until it is written down: while the ledger can't be used, nothing is sent."""
    while True:
        try:
            client.submit(one["prompt"], model=one["model"])
        except vg.VideogenError as error:
            if error.failure.code != "ledger":
                raise
            waiting.wait(LOOK_EVERY)
        else:
            return


def gone() -> set[str]:
    """Return the orders in ledgers that were taken away: nobody orders those again."""
    found = set()
    for path in environment.home().glob("ledger-gone-*.sqlite3"):
        with closing(sqlite3.connect(path)) as db, suppress(sqlite3.Error):
            found |= {json.loads(unpack(row))["request"]["prompt"] for (row,) in db.execute("SELECT content FROM jobs")}
    return found


def finish() -> None:
    """Wait until nothing is open; asking for open jobs also takes up again what could not be fetched."""
    while True:
        with suppress(vg.VideogenError):
            if not vg.jobs("unfinished"):
                return
        waiting.wait(LOOK_EVERY)


if __name__ == "__main__":
    given = Path(sys.argv[1])
    plan = json.loads(given.read_text())
    ledger.LEASE = plan["lease"]
    order(plan, given.with_name("journal.txt"))
    finish()
