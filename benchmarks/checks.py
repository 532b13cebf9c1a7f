"""The checks of clips: how long they take, what memory they need, and which made-up faults they find in which scenes.

    python benchmarks/checks.py            # time and memory: 1080p, 20 s, 24 and 60 frames a second
    python benchmarks/checks.py --faults   # every fault in every scene and style of the local engine; a few minutes

Each figure of time and memory is of a process of its own, which imports, checks once and ends. Prints tables and writes nothing else.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

import av  # noqa: E402
from av.filter import Graph  # noqa: E402

from jupyter_videogen.gateway import engine  # noqa: E402
from jupyter_videogen.gateway.engine.drawing.style import STYLES  # noqa: E402
from jupyter_videogen.gateway.engine.prompt.vocabulary import SCENES  # noqa: E402
from jupyter_videogen.media.checks.check import check_file  # noqa: E402
from support.faulty_films import AT, FAULTS, write  # noqa: E402

if TYPE_CHECKING:
    from support.faulty_films import Picture

SECONDS, SIZE = 20, "1920x1080"
RATES = (24, 60)
ONE = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from jupyter_videogen.media.checks.check import check_file
start, used = time.perf_counter(), time.process_time()
report = check_file(Path(sys.argv[1]))
took, used = time.perf_counter() - start, time.process_time() - used
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
length = report.facts.seconds
print(f"{took:6.2f}  {took / length:8.3f}  {used / length:12.3f}  {peak:7.0f}  {report.facts.fps:8.0f}  {report.short}")
"""
"""A process that imports what a check needs and nothing else, checks once and prints its figures.

The peak is Linux's VmHWM: ru_maxrss of a child counts what its parent had when it was forked.
"""
NEAR = 1
"""Frames by which the beginning may be off: scenes move by themselves, and may stand almost still for a moment."""


def busy_film(path: Path, rate: int) -> Path:
    """Write a film of moving shapes and noise, which is harder to decode than most: 1080p, 20 s."""
    graph = Graph()
    source = graph.add("testsrc2", f"size={SIZE}:rate={rate}:duration={SECONDS}")
    noise = graph.add("noise", "alls=10:allf=t")
    sink = graph.add("buffersink")
    source.link_to(noise)
    noise.link_to(sink)
    graph.configure()
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "26"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for number in range(SECONDS * rate):
            frame: Any = graph.pull()
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def print_time(folder: Path) -> None:
    """Print time and memory of each film, three times."""
    print("film                    s      ÷ length  CPU ÷ length  peak MB  frames/s  found")
    for rate in RATES:
        film = busy_film(folder / f"{rate}.mp4", rate)
        for _ in range(3):
            command = [sys.executable, "-c", ONE, str(film), str(ROOT / "src")]
            figures = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip("\n")
            print(f"{SIZE} {film.stat().st_size / 1e6:5.1f} MB  {figures}", flush=True)


def scenes(folder: Path) -> dict[str, Path]:
    """Draw every scene in every style."""
    found = {}
    for scene, words in SCENES.items():
        for style in STYLES:
            path = folder / f"{scene}-{style or 'plain'}.mp4"
            shot = engine.Shot(words[0].split()[0], width=320, height=180, seconds=4, fps=24, seed=7, style=style)
            engine.render(shot, path, progress=lambda _: None, cancelled=lambda: False)
            found[path.stem] = path
    return found


def print_faults(folder: Path) -> None:
    """Print how often each fault was found, and what else was."""
    films = scenes(folder)
    clean = {name: check_file(path).short for name, path in films.items()}
    print(f"{len(films)} clips as they are: {dict(Counter(clean.values()))}")
    for name, fault in FAULTS.items():
        found, at_frame, beside, missed = 0, 0, Counter[str](), []
        for scene, path in films.items():
            with av.open(str(path)) as container:
                pictures: list[Picture] = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]  # type: ignore[misc]
            report = check_file(write(folder / "fault.mp4", fault.make(pictures)))
            mine = [one for one in report.findings if one.name == fault.finding]
            found += bool(mine)
            at_frame += any(fault.frame is None or abs((one.frame or 0) - AT) <= NEAR for one in mine)
            beside.update(one.name for one in report.findings if one.name != fault.finding)
            missed += [] if mine else [scene]
        print(
            f"{name:<32}{found:>3} of {len(films)}, at its frame {at_frame}; besides {dict(beside)}; missed {missed}",
            flush=True,
        )


def main() -> None:
    """Print what was asked for."""
    with tempfile.TemporaryDirectory() as name:
        (print_faults if "--faults" in sys.argv else print_time)(Path(name))


if __name__ == "__main__":
    main()
