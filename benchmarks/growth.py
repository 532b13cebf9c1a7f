"""What a job costs as jobs become many: processor, memory, looks, messages to the page and time in the ledger, for 10 to 5,000 jobs.

    python benchmarks/growth.py [MOST]

Each count is one `vg.grid` on view in a process and a home of its own, against a service with a list whose jobs take about 20 s:
all jobs at once up to 1,000, which is the most that a grid takes, then 1,000 at once. A last row runs 5,000 jobs at once, each by a
`submit` of its own and without a page. Draws `docs/images/growth.svg`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from many_jobs import LESSONS, Case, Service, free_port, run

if TYPE_CHECKING:
    from collections.abc import Callable

PLOT = Path(__file__).parent.parent / "docs" / "images" / "growth.svg"
COUNTS = (10, 50, 100, 500, 1000, 2000, 5000)
AT_ONCE = 1000
BIG = 100
"""Figures from here on are written without decimals."""
BENT = 1.25
"""Growth is called linear as long as a job costs at most so many times what it cost in the cheapest smaller count."""
GRID = Case("growth_ours.py")
SUBMITS = Case("many_ours.py")
FIGURES: dict[str, tuple[str, Callable[[dict[str, Any], int], float]]] = {
    "processor ms": ("{:.1f}", lambda said, jobs: said["cpu"] * 1000 / jobs),
    "memory kB": ("{:.0f}", lambda said, jobs: said["rss"] / 1000 / jobs),
    "calls": ("{:.2f}", lambda said, _: said["looks"]),
    "messages to the page": ("{:.2f}", lambda said, jobs: said["messages"] / jobs),
    "kB to the page": ("{:.2f}", lambda said, jobs: said["bytes"] / 1000 / jobs),
    "ms in the ledger": ("{:.1f}", lambda said, jobs: said["ledger"] * 1000 / jobs),
}
"""Each is of one job."""
WITHOUT_PAGE = ("processor ms", "memory kB", "calls")


def measure(case: Case, jobs: int, at_once: int) -> dict[str, Any]:
    """Run so many jobs after a lesson of twenty, with which every user has begun."""
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        for count in (LESSONS, jobs):
            service = Service(port)
            try:
                said = run(case, service, count, min(at_once, count), home, K="k")
            finally:
                service.stop()
    if said["good"] != jobs:
        raise SystemExit(f"{said['good']} of {jobs} clips are right")
    return said


def bend(counts: list[int], values: list[float]) -> str:
    """Say from which count on a job costs clearly more than it did."""
    for at in range(1, len(counts)):
        if values[at] > BENT * min(values[:at]):
            return f"grows from {counts[at]:,} jobs on"
    return "does not grow"


def drawn(counts: list[int], curves: dict[str, list[float]]) -> str:
    """Draw what a job costs over the count, each count one step, each curve to a scale of its own."""
    width, height, left = 640, 96, 10
    step = (width - 2 * left) / max(len(counts) - 1, 1)
    parts = []
    for number, (name, values) in enumerate(curves.items()):
        top, most = number * height + 24, max(*values, 1e-9)
        points = " ".join(
            f"{left + at * step:.1f},{top + 60 - 54 * value / most:.1f}" for at, value in enumerate(values)
        )
        highest = f"{most:,.0f}" if most >= BIG else f"{most:.3g}"
        label = f"{name} a job, at most {highest}; {bend(counts, values)}"
        parts.append(f'<text x="{left}" y="{top - 6}">{label}</text>')
        parts.append(f'<line x1="{left}" y1="{top + 60}" x2="{width - left}" y2="{top + 60}" stroke="#999"/>')
        parts.append(f'<polyline fill="none" stroke="#2563eb" stroke-width="1.5" points="{points}"/>')
    bottom = len(curves) * height + 16
    ticks = "".join(
        f'<text x="{left + at * step:.1f}" y="{bottom}" text-anchor="{_anchor(at, len(counts))}">{count:,}</text>'
        for at, count in enumerate(counts)
    )
    size = f'viewBox="0 0 {width} {bottom + 8}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}{ticks}</svg>\n'


def _anchor(at: int, count: int) -> str:
    return "start" if at == 0 else "end" if at == count - 1 else "middle"


def row(name: str, said: dict[str, Any], jobs: int, figures: tuple[str, ...]) -> str:
    """Write one line of the table."""
    cells = [words.format(of(said, jobs)) if one in figures else "" for one, (words, of) in FIGURES.items()]
    return f"| {name} | {' | '.join(cells)} | {said['lag']:.2f} / {said['late']:.2f} | {said['rss'] / 1e6:.0f} |"


def main(most: int) -> None:
    """Measure every count up to `most`, print the table, and draw it."""
    print(f"Per job; load of the machine at the start {os.getloadavg()[0]:.1f}\n")
    print(f"| jobs | {' | '.join(FIGURES)} | lag s, mean / 95th | memory MB in all |")
    print("|---" * (len(FIGURES) + 3) + "|")
    counts = [count for count in COUNTS if count <= most]
    found = []
    for count in counts:
        found.append(measure(GRID, count, AT_ONCE))
        print(row(f"{count:,}", found[-1], count, tuple(FIGURES)), flush=True)
    if most >= COUNTS[-1]:
        print(row(f"{most:,} at once, no page", measure(SUBMITS, most, most), most, WITHOUT_PAGE))
    curves = {
        name: [of(said, count) for said, count in zip(found, counts, strict=True)] for name, (_, of) in FIGURES.items()
    }
    PLOT.write_text(drawn(counts, curves))
    print(f"\nA cost grows where it is over {BENT} times the least at any smaller count: ", end="")
    print("; ".join(f"{name} {bend(counts, values)}" for name, values in curves.items()), end=".\n\n")
    print("![What a job costs as jobs become many](images/growth.svg)")


if __name__ == "__main__":
    began = time.monotonic()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNTS[-1])
    print(f"\nmeasured in {time.monotonic() - began:.0f} s", file=sys.stderr)
