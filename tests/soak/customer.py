"""Somebody who orders by a plan, is killed now and then, and goes on: `python customer.py plan.json`.

An order that is in the ledger is not made again: the ledger is the truth. The journal says what was meant to be ordered,
so that a judge can tell an order that was never made from one that was forgotten.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import jupyter_videogen as vg

waiting = threading.Event()
LOOK_EVERY = 0.5


def order(plan: dict[str, Any], journal: Path) -> None:
    """Make every order that the ledger does not have, each in its time."""
    made = {job.request.prompt for job in vg.jobs(limit=1_000_000)}  # the first use: open jobs are watched again
    clients = {name: vg.Client(name, base_url=base, key_env=plan["keys"][name]) for name, base in plan["bases"].items()}
    for one in plan["orders"]:
        if one["prompt"] in made:
            continue
        waiting.wait(max(plan["began"] + one["at"] - time.time(), 0))
        with journal.open("a") as file:
            file.write(one["prompt"] + "\n")
        clients[one["provider"]].submit(one["prompt"], model=one["model"])


def finish() -> None:
    """Wait until nothing is open; asking for open jobs also takes up again what could not be fetched."""
    while vg.jobs("unfinished"):
        waiting.wait(LOOK_EVERY)


if __name__ == "__main__":
    given = Path(sys.argv[1])
    order(json.loads(given.read_text()), given.with_name("journal.txt"))
    finish()
