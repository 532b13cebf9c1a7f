"""Hundreds of jobs in five dialects on a bad line, by a client that is killed again and again; judged by the provider's book.

    python tests/soak/soak.py --jobs 400 --minutes 20 --kills 30 --troubles 3 --seed 7

With troubles, the client also sleeps beyond its lease, its ledger is locked, full or taken away, and a second kernel shows the
same jobs and presses their buttons.

The provider, the line and the judge live here; the client is another process, and the only one that dies. Prints what came
of the orders and what went wrong on the line; the exit code is 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, ClassVar

from bad_network import Weather
from http1 import pause
from service import BASES, DIALECTS, MODELS, Service
from trouble import Spans, Trouble
from verdict import Evidence, Verdict, judge, judge_files, settled

HERE = Path(__file__).parent
ORDERING, CALM = 0.85, 0.95
"""The parts of the time in which orders are made, and in which the weather is bad."""
OUTAGE_EVERY = 25.0
"""Seconds between two outages of the line."""
LAST_PATIENCE = 240.0
"""Seconds after the time is up in which what is open must come to its end; searches of lists take nearly three minutes."""
MOMENT = 5.0
"""Seconds that a kill waits for its moment."""


@dataclass
class Terms:
    """How hard a run is."""

    jobs: int
    seconds: float
    kills: int
    seed: int
    shortest: float = 1.0
    longest: float = 20.0
    stall: float = 35.0
    """Seconds; longer than the client waits for the next piece of a clip."""
    hint: int | None = None
    """Milliseconds after which the provider suggests to look again."""
    troubles: int = 0
    """How often each kind of trouble befalls the client: sleep, a locked ledger, a full disk, a ledger that is gone."""
    spans: Spans = field(default_factory=Spans)
    lease: float = 60.0
    """Seconds, as the client and its neighbour have it."""
    until_settled: bool = False
    """Stop once nothing that was accepted is open: vain searches for what never arrived are cut short."""


@dataclass
class Run:
    """One run and its evidence."""

    program: ClassVar = "customer.py"
    """The client."""
    terms: Terms
    folder: Path
    kills: list[float] = field(default_factory=list)
    starts: int = 0
    _pid: int | None = None
    """Of the client that lives now."""
    complaints: list[str] = field(default_factory=list)
    """What the client said when it ended by itself, and not well."""
    verdict: Verdict = field(default_factory=Verdict)

    async def go(self) -> Verdict:
        """Run it all and judge."""
        terms, began = self.terms, time.time()
        self.service = self._open_service()
        listener, port = await self.service.start()
        self.weather = Weather(terms.seed, port, stall=terms.stall, calm_from=began + CALM * terms.seconds)
        self.plan = self._plan(await self.weather.start(), began)
        (self.folder / "plan.json").write_text(json.dumps(self.plan))
        (self.folder / "journal.txt").touch()
        self.trouble = Trouble(self.folder / "home", lambda: self._pid, terms.spans)
        others = [asyncio.create_task(work) for work in (self._outages(began), self._troubles(began))]
        neighbour = _Client(self.folder, self.plan, self.complaints, "neighbour.py")
        try:
            if terms.troubles:
                async with neighbour:
                    await self._live(began)
            else:
                await self._live(began)
        finally:
            for task in others:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await self.weather.stop()
            listener.close()
        return self._judge()

    def _open_service(self) -> Service:
        terms = self.terms
        return Service(terms.seed, shortest=terms.shortest, longest=terms.longest, hint=terms.hint)

    def _plan(self, port: int, began: float) -> dict[str, Any]:
        return make_plan(self.terms, port, began)

    async def _live(self, began: float) -> None:
        """Start the client, kill it at its hours, start it again, and let the last one finish."""
        for hour, moment in zip(self._hours(), cycle(("", "create", "clip")), strict=False):
            async with self._client() as client:
                self._pid = client.pid
                await _until(began + hour)
                if moment:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.weather.passing[moment].wait(), MOMENT)
                self._kill(client)
        deadline = began + self.terms.seconds + LAST_PATIENCE
        async with self._client() as client:
            self._pid = client.pid
            with suppress(TimeoutError):
                await asyncio.wait_for(self._finish(client), deadline - time.time())

    def _client(self) -> _Client:
        self.starts += 1
        return _Client(self.folder, self.plan, self.complaints, self.program)

    def _kill(self, client: asyncio.subprocess.Process) -> None:
        if client.returncode is None:
            self.kills.append(time.time())
            _end(client)

    async def _finish(self, client: asyncio.subprocess.Process) -> None:
        """Wait for the client's own end, or for everything that matters to have ended."""
        while client.returncode is None:
            if self.terms.until_settled and self._settled():
                return
            await pause(0.5)

    def _settled(self) -> bool:
        """Return whether everything that matters has ended."""
        return self._ordered() and settled(self._evidence())

    def _ordered(self) -> bool:
        """Return whether the client has set out to make every order; a ledger is there then."""
        meant = (self.folder / "journal.txt").read_text().splitlines()
        return set(meant) >= {order["prompt"] for order in self.plan["orders"]}

    def _hours(self) -> list[float]:
        """Return when to kill, in seconds from the beginning: one in each part of the time in which orders are made."""
        chance, slot = (
            random.Random(f"{self.terms.seed} kills"),
            ORDERING * self.terms.seconds / max(self.terms.kills, 1),
        )
        return [slot * (number + chance.uniform(0.2, 0.8)) for number in range(self.terms.kills)]

    async def _outages(self, began: float) -> None:
        """Take the line away altogether, now and then."""
        chance = random.Random(f"{self.terms.seed} outages")
        while time.time() < began + CALM * self.terms.seconds:
            await pause(OUTAGE_EVERY * chance.uniform(0.5, 1.5))
            await self.weather.outage(chance.uniform(0.3, 3.0))

    async def _troubles(self, began: float) -> None:
        """Let each kind of trouble come so often, one after the other, while orders are made."""
        kinds = self.trouble.kinds * self.terms.troubles
        for number, kind in enumerate(kinds):
            await _until(began + ORDERING * self.terms.seconds * (number + 0.5) / len(kinds))
            await kind()

    def _evidence(self) -> Evidence:
        return Evidence(
            self.plan, self.service.book(), self.folder / "home", self.weather.log, self.kills, self.trouble.naps
        )

    def _judge(self) -> Verdict:
        (self.folder / "book.json").write_text(json.dumps(self.service.book(), indent=1))
        evidence = self._evidence()
        self.verdict = judge(evidence)
        judge_files(self.verdict, evidence, self.folder / "work")
        for complaint in self.complaints:
            self.verdict.breaks("all", f"the client ended by itself: {complaint}")
        if len(self.kills) != self.terms.kills:
            self.verdict.breaks("all", f"the client was killed {len(self.kills)} times of {self.terms.kills}")
        return self.verdict

    def __str__(self) -> str:
        counts = self.weather.counts
        line = ", ".join(f"{count} {fault}" for fault, count in sorted(counts.items()))
        parts = len([path for path in (self.folder / "work").rglob("*") if ".part" in path.name])
        troubles = ", ".join(f"{count} {kind}" for kind, count in self.trouble.count.items())
        return f"{self.verdict}\ntroubles: {troubles}\nkilled {len(self.kills)} times, started {self.starts}; half clips left behind: {parts}\non the line: {line}"


class _Client:
    """The client's process; gone, and reaped, when this is left."""

    def __init__(self, folder: Path, plan: dict[str, Any], complaints: list[str], program: str) -> None:
        self._folder, self._plan, self._complaints, self._program = folder, plan, complaints, program

    async def __aenter__(self) -> asyncio.subprocess.Process:
        (self._folder / "work").mkdir(exist_ok=True)
        environment = {**os.environ, "VIDEOGEN_HOME": str(self._folder / "home")}  # noqa: TID251 - a child's
        environment |= {variable: f"soak-{name}" for name, variable in self._plan["keys"].items()}
        program = [sys.executable, str(HERE / self._program), str(self._folder / "plan.json")]
        self._log = (self._folder / f"{self._program}.log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            *program, cwd=self._folder / "work", env=environment, stderr=self._log, stdout=self._log
        )
        return self._process

    async def __aexit__(self, *exc: object) -> None:
        if self._process.returncode is None:
            _end(self._process)
        code = await self._process.wait()
        self._log.close()
        if code not in {0, -signal.SIGKILL}:
            self._complaints.append(f"code {code}: {self._said()}")

    def _said(self) -> str:
        return (self._folder / f"{self._program}.log").read_text()[-2000:]


def _end(client: asyncio.subprocess.Process) -> None:
    """Kill, by the signal alone: `Process.kill` may also collect the exit code, which is then missed elsewhere."""
    with suppress(ProcessLookupError):
        os.kill(client.pid, signal.SIGKILL)


def make_plan(terms: Terms, port: int, began: float) -> dict[str, Any]:
    """Write down who orders what, and when; every sentence is another one."""
    chance = random.Random(f"{terms.seed} plan")
    times = sorted(chance.uniform(0, ORDERING * terms.seconds) for _ in range(terms.jobs))
    orders = [
        {"provider": name, "model": MODELS[name], "prompt": f"soak {name} {number}", "at": at}
        for number, (at, name) in enumerate(zip(times, cycle(DIALECTS), strict=False))
    ]
    bases = {name: f"http://127.0.0.1:{port}{path}" for name, path in BASES.items()}
    return {
        "began": began,
        "bases": bases,
        "keys": {name: f"SOAK_{name.upper()}_KEY" for name in BASES},
        "orders": orders,
        "lease": terms.lease,
    }


async def _until(moment: float) -> None:
    await pause(max(moment - time.time(), 0))


def _terms() -> tuple[Terms, Path | None]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--troubles", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="a folder for the book, the ledger and the clips")
    given = parser.parse_args()
    terms = Terms(given.jobs, given.minutes * 60, given.kills, given.seed, troubles=given.troubles)
    return terms, given.keep


def main() -> int:
    """Run what the command line says."""
    terms, keep = _terms()
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        began, run = time.time(), Run(terms, folder)
        asyncio.run(run.go())
        print(f"{terms.jobs} jobs, seed {terms.seed}, {time.time() - began:.0f} s\n{run}")  # noqa: T201 - it talks to its terminal
    return 1 if run.verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
