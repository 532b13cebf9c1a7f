"""One grid at six paid providers on a bad line, killed again and again and run again; judged by the providers' own book.

    python tests/soak/grid_soak.py --rows 20 --minutes 4 --kills 5 --seed 7

Every prompt goes to every provider. The line, the providers and the kills are those of `soak.py`. No cell is accepted twice, whatever
happens to it; the exit code is 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

from jupyter_videogen.ledger.packing import unpack
from service import BASES, LISTED, MODELS, Service
from soak import Run, Terms, make_plan
from verdict import ENDED, Verdict, whole

CELLS = "SELECT cells.state, cells.job, jobs.content FROM cells LEFT JOIN jobs ON jobs.id = cells.job"


class GridRun(Run):
    """One run: `jobs` of its terms is the number of prompts."""

    program: ClassVar = "grid_customer.py"

    def _open_service(self) -> Service:
        """Return providers at which credit is there again after they refused for it."""
        terms = self.terms
        return Service(terms.seed, shortest=terms.shortest, longest=terms.longest, hint=terms.hint, refuses_again=False)

    def _plan(self, port: int, began: float) -> dict[str, Any]:
        """Write down the grid, and where its providers are."""
        plan = make_plan(self.terms, port, began)
        prompts = [f"soak grid {number}" for number in range(self.terms.jobs)]
        rows = (
            f'[providers.{name}]\nbase_url = "{base}"\nkey_env = "{plan["keys"][name]}"\n'
            for name, base in plan["bases"].items()
        )
        (self.folder / "home").mkdir()
        (self.folder / "home" / "videogen.toml").write_text("".join(rows))
        return {**plan, "prompts": prompts, "models": [f"{name}:{MODELS[name]}" for name in BASES], "orders": []}

    def _settled(self) -> bool:
        """Return whether every cell has ended, but for searches for what never arrived."""
        book = Counter((job["dialect"], job["prompt"]) for job in self.service.book()["jobs"])
        cells = self._cells()
        return bool(cells) and all(
            record is not None
            and record["state"] in ENDED
            and not (record.get("searching") and book[record["provider"], record["request"]["prompt"]])
            for _, record in cells
        )

    def _cells(self) -> list[tuple[str, dict[str, Any] | None]]:
        """Return each cell's own state, and its job's record."""
        path = self.folder / "home" / "ledger.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            rows = db.execute(CELLS).fetchall()
        return [(state, content and json.loads(unpack(content))) for state, _, content in rows]

    def _judge(self) -> Verdict:
        book, found = self.service.book(), self._cells()
        (self.folder / "book.json").write_text(json.dumps(book, indent=1))
        sold: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for job in book["jobs"]:
            sold[job["dialect"], job["prompt"]].append(job)
        for (dialect, prompt), jobs in sold.items():
            self.verdict.counts[dialect]["accepted"] += len(jobs)
            if len(jobs) > 1:
                self.verdict.breaks(dialect, f"{prompt!r} was accepted {len(jobs)} times")
        cells = {(record["provider"], record["request"]["prompt"]): record for _, record in found if record}
        for where in product(BASES, self.plan["prompts"]):
            self._judge_cell(where, cells.get(where), sold[where])
        for what in (*book["mistakes"], *(f"the client ended by itself: {one}" for one in self.complaints)):
            self.verdict.breaks("all", what)
        return self.verdict

    def _judge_cell(self, where: tuple[str, str], record: dict[str, Any] | None, sold: list[dict[str, Any]]) -> None:
        """Compare one cell with the book."""
        (dialect, prompt), job = where, sold[0] if sold else None
        count, state = self.verdict.counts[dialect], record["state"] if record else "waiting"
        count["orders"] += 1
        match state:
            case "succeeded":
                count["stored"] += 1
                wrong = (
                    "" if job and record and self._is_its_clip(record, job) else "and its clip is not the provider's"
                )
            case "unknown_outcome":
                count["unknown"] += 1
                count["of these accepted"] += job is not None
                wrong = "and the provider has a list" if job and dialect in LISTED else ""
            case "failed":
                count["failed there"] += 1
                wrong = "" if job and job["state"] == "failed" else "and the provider never said so"
            case _:
                count["open"] += 1
                wrong = "which is no end"
        if wrong:
            said = (record or {}).get("failure")
            self.verdict.breaks(dialect, f"{prompt!r} is {state} ({said}), {wrong}")

    def _is_its_clip(self, record: dict[str, Any], job: dict[str, Any]) -> bool:
        clip = record["clips"][0]
        content = (self.folder / "work" / clip["path"]).read_bytes()
        same = hashlib.sha256(content).hexdigest() == job["sha256"] == clip["sha256"]
        return same and whole(content) and job["state"] == "completed"


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    terms = Terms(given.rows, given.minutes * 60, given.kills, given.seed, stall=5, until_settled=True)
    with tempfile.TemporaryDirectory() as folder:
        began, run = time.time(), GridRun(terms, Path(folder))
        asyncio.run(run.go())
        print(f"{given.rows} × {len(BASES)} cells, seed {given.seed}, {time.time() - began:.0f} s\n{run}")  # noqa: T201 - it talks to its terminal
    return 1 if run.verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
