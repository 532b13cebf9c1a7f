"""Many jobs at once on one loopback server: processor time, memory, lag and looks, beside the openai SDK and Qubax's sample.

    python benchmarks/many_jobs.py [ROUNDS]

Every client runs in a process of its own against a service of its own, in turn; the medians are of all rounds. Ours writes every
job down, downloads and checks every clip; the others only wait. The second table runs 200 jobs of about 90 s on a clock ten times
as fast, as the simulation does. The third run draws `docs/images/thousand-jobs.svg`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.request import urlopen

from paid_creates import environment

PEERS = Path(__file__).parent / "peers"
PLOT = Path(__file__).parent.parent / "docs" / "images" / "thousand-jobs.svg"
JOBS, LESSONS, SCALED, SCALE = 500, 20, 200, 10.0
HALF_A_TRIP = 0.25 * 1.063 / 2.0
"""Seconds from where the service notes a look to where the client has its answer, in the second table."""
OWN = sys.executable


class Case(NamedTuple):
    """One client: its program, its last argument, and whether the service has a list."""

    program: str
    last: str = ""
    listing: bool = True
    taught: bool = True


class Service:
    """A service in a process of its own, always at one port, so that what was learnt of it holds."""

    def __init__(self, port: int, *words: object) -> None:
        command = [OWN, str(PEERS / "service.py"), str(port), *map(str, words)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._process.stdout.readline()
        self.url = f"http://127.0.0.1:{port}"

    def book(self) -> dict[str, Any]:
        with urlopen(f"{self.url}/book") as answer:  # noqa: S310 - our own service
            return dict(json.load(answer))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def run(case: Case, service: Service, jobs: int, at_once: int, home: str, **more: str) -> dict[str, Any]:
    """Let a client make its orders, and give its own figures with the service's."""
    if not case.listing:
        urlopen(f"{service.url}/nolist").close()  # noqa: S310 - our own service
    python = str(environment("openai")) if "openai" in case.program else OWN
    command = [python, str(PEERS / case.program), service.url, str(jobs), str(at_once), *filter(None, [case.last])]
    done = subprocess.run(
        command,
        cwd=home,
        env={**os.environ, "VIDEOGEN_HOME": f"{home}/home", **more},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    said = dict(json.loads(done.stdout.splitlines()[-1]))
    book = service.book()
    lags = sorted(job["seen"] - job["end"] for job in book["jobs"] if "seen" in job)
    calls = book["asked"]["looks"] + book["asked"]["lists"]
    return {
        **said,
        "lag": sum(lags) / len(lags),
        "late": lags[int(0.95 * len(lags))],
        "looks": calls / jobs,
        "lines": book["lines"],
    }


def rounds(
    cases: dict[str, Case], count: int, jobs: int, at_once: int, *service: object, lessons: Case
) -> dict[str, list[dict[str, Any]]]:
    """Run every case in turn, so many times; ours is taught by twenty jobs first."""
    port, found = free_port(), {name: list[dict[str, Any]]() for name in cases}
    with tempfile.TemporaryDirectory() as home:
        teacher = Service(port, *service)
        run(lessons, teacher, LESSONS, LESSONS, home)
        teacher.stop()
        for _ in range(count):
            for name, case in cases.items():
                one = Service(port, *service)
                found[name].append(run(case, one, jobs, at_once, home))
                one.stop()
    return found


def spread(runs: list[dict[str, Any]], name: str, unit: float = 1.0) -> str:
    """Write the median of a figure and the range it is from."""
    values = sorted(run[name] * unit for run in runs)
    return f"{median(values):.1f} ({values[0]:.1f}-{values[-1]:.1f})"


def at_once(count: int) -> None:
    """Print what 500 jobs cost."""
    ours = "many_ours.py"
    cases = {
        "AsyncOpenAI create + poll 1 s": Case("many_openai.py", "1"),
        "ours, with a list": Case(ours),
        "ours, without": Case(ours, listing=False),
    }
    found = rounds(cases, count, JOBS, JOBS, lessons=Case(ours))
    peer = found["AsyncOpenAI create + poll 1 s"]
    print(f"{JOBS} jobs of about 20 s at once, {count} rounds; load of the machine {os.getloadavg()[0]:.1f}\n")
    print(
        "| client | CPU ms per job | x | RSS growth MB | x | elapsed s | x | lag s, mean / 95th | calls per job | clips right |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for name, runs in found.items():
        cells = []
        for figure, unit in (("cpu", 1000.0 / JOBS), ("rss", 1e-6), ("elapsed", 1.0)):
            times = median(run[figure] for run in runs) / median(run[figure] for run in peer)
            cells += [spread(runs, figure, unit), f"{times:.2f}"]
        lag = f"{median(run['lag'] for run in runs):.2f} / {median(run['late'] for run in runs):.2f}"
        right = f"{min(run['good'] for run in runs)}" if name.startswith("ours") else "none fetched"
        print(f"| {name} | {' | '.join(cells)} | {lag} | {spread(runs, 'looks')} | {right} |")


def scaled(count: int) -> None:
    """Print what 200 jobs cost on a fast clock."""
    ours = Case("many_ours.py", str(SCALE), listing=False)
    cases = {
        "openai poll 1 s": Case("many_openai.py", str(1.0 / SCALE)),
        "Qubax's sample 10 s": Case("many_sample.py", str(10.0 / SCALE)),
        "ours, after 20 jobs and more": ours,
    }
    found = rounds(cases, count, SCALED, 50, 90.0, 0.35, SCALE, 2000, lessons=ours)
    print(f"\n{SCALED} jobs of about 90 s, 50 at once, the clock {SCALE:.0f} times as fast, {count} rounds\n")
    print("| client | mean lag s | 95th | calls per job |\n|---|---|---|---|")
    for name, runs in found.items():
        lag, late = (median(run[figure] * SCALE + HALF_A_TRIP for run in runs) for figure in ("lag", "late"))
        print(f"| {name} | {lag:.2f} | {late:.2f} | {spread(runs, 'looks')} |")


def thousand() -> None:
    """Run a thousand jobs of about a minute and draw memory, sockets and processor over time."""
    service = Service(free_port(), 60.0, 0.35)
    with tempfile.TemporaryDirectory() as home:
        said = run(Case("many_ours.py"), service, 1000, 1000, home, SAMPLES="1")
    service.stop()
    samples = said["samples"]
    megabytes = [one[2] / 1e6 for one in samples]
    curves = {
        f"memory, {max(megabytes):.0f} MB at most": megabytes,
        f"sockets, {max(one[3] for one in samples)} at most": [one[3] for one in samples],
        f"threads, {max(one[4] for one in samples)} at most": [one[4] for one in samples],
        f"processor, {samples[-1][1]:.0f} s in all": [one[1] for one in samples],
    }
    PLOT.write_text(drawn([one[0] for one in samples], curves))
    print(
        f"\n1,000 jobs of about 60 s at once: {said['good']} clips right in {said['elapsed']:.0f} s, {said['looks']:.2f} calls per job, "
    )
    print(f"RSS growth {said['rss'] / 1e6:.0f} MB, {'; '.join(curves)}. ![A thousand jobs](images/thousand-jobs.svg)")


def drawn(times: list[float], curves: dict[str, list[float]]) -> str:
    """Draw curves one above the other, each to its own scale."""
    width, height, left = 640, 110, 10
    parts = []
    for number, (name, values) in enumerate(curves.items()):
        top, most = number * height + 24, max(*values, 1e-9)
        points = " ".join(
            f"{left + at / times[-1] * (width - 2 * left):.1f},{top + 74 - 70 * value / most:.1f}"
            for at, value in zip(times, values, strict=True)
        )
        parts.append(
            f'<text x="{left}" y="{top - 6}">{name}</text><line x1="{left}" y1="{top + 74}" x2="{width - left}" y2="{top + 74}" stroke="#999"/>'
        )
        parts.append(f'<polyline fill="none" stroke="#2563eb" stroke-width="1.5" points="{points}"/>')
    end = f'<text x="{width - left}" y="{len(curves) * height + 12}" text-anchor="end">{times[-1]:.0f} s</text>'
    size = f'viewBox="0 0 {width} {len(curves) * height + 20}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}{end}</svg>\n'


if __name__ == "__main__":
    began, many = time.monotonic(), int(sys.argv[1]) if len(sys.argv) > 1 else 5
    at_once(many)
    scaled(many)
    thousand()
    print(f"\nmeasured in {time.monotonic() - began:.0f} s", file=sys.stderr)
