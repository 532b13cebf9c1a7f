"""The local engine's sea, 4 s of 1280x720 at 24 frames a second, beside x264 with the same settings on the same ready frames.

python benchmarks/engine.py [ROUNDS]

Then the local service while it renders: how quickly it answers looks, when its first percent comes, and how large it grows.
Each table is followed by what is to be reached, and whether it was: a busy machine misses it.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from jupyter_videogen.gateway.engine import Shot, render
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
from jupyter_videogen.gateway.engine.drawing.quantize import Finish
from jupyter_videogen.gateway.engine.drawing.random_source import Dice
from jupyter_videogen.gateway.engine.output.encoder import film
from jupyter_videogen.gateway.engine.prompt.parser import read
from jupyter_videogen.gateway.engine.scenes import look_for, scene_for
from jupyter_videogen.gateway.process import TURN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import av

SHOT = Shot("the sea at sunset", width=1280, height=720, seconds=4, fps=24, seed=7)
REAL_TIME, OF_ENCODING = 1.0, 0.5
"""The least times real time that the engine may render at, and the least share of encoding alone."""
LOOK, FIRST = 0.050, 0.3
"""The longest that a look may take in the median, and the first percent, in seconds."""
LARGEST = {"1280x720": 300, "1920x1080": 450}
"""MB of resident memory."""
SOON = 0.01
"""Seconds between two looks."""


def ready() -> list[av.VideoFrame]:
    """Draw every frame of the shot beforehand, as the engine does."""
    reading, dice = read(SHOT.prompt), Dice(SHOT.prompt, SHOT.seed)
    stage = Stage(SHOT.width, SHOT.height, SHOT.frames / SHOT.fps, reading.pace, reading.props)
    scene = scene_for(reading)(stage, look_for(reading, SHOT.prompt)[1], dice)
    finish, canvas = Finish(SHOT.width, SHOT.height, dice.stream("finish")), Canvas(SHOT.width, SHOT.height)
    frames = []
    for number in range(SHOT.frames):
        scene.draw(canvas, number / SHOT.fps)
        frames.append(finish(canvas))
    return frames


class Spent(NamedTuple):
    """What a clip took, in seconds: of the clock, and of all processors together."""

    clock: float
    processor: float

    @classmethod
    def since(cls, began: Spent | None = None) -> Spent:
        """Return both, as they stand now or since an earlier look."""
        clock, processor = began or (0.0, 0.0)
        return cls(time.monotonic() - clock, time.process_time() - processor)


def encoded(frames: Sequence[av.VideoFrame], path: Path) -> Spent:
    """Encode frames that are ready."""
    began = Spent.since()
    with film(path, SHOT, {}) as append:
        for number, frame in enumerate(frames):
            append(frame, number)
    return Spent.since(began)


def rendered(path: Path) -> Spent:
    """Render the shot, from its sentence to the file."""
    began = Spent.since()
    render(SHOT, path, progress=lambda _: None, cancelled=lambda: False)
    return Spent.since(began)


def verdict(reached: bool) -> str:  # noqa: FBT001 - what it says
    """Say it."""
    return "reached" if reached else "not reached in this run"


def speed(rounds: int) -> None:
    """Print both in turn."""
    frames = ready()
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        rendered(clip)
        runs = [(encoded(frames, clip), rendered(clip)) for _ in range(rounds)]
    alone, whole = (sorted(SHOT.frames / run[side].clock for run in runs) for side in (0, 1))
    work = [1000 * median(run[side].processor for run in runs) / SHOT.frames for side in (0, 1)]
    of_real, of_alone = median(whole) / SHOT.fps, median(run[0].clock / run[1].clock for run in runs)
    print(f"{SHOT.frames} frames, {rounds} rounds in turn; load of the machine {os.getloadavg()[0]:.1f}\n")
    print("| | frames a second | range | x real time | x encoding alone | CPU ms a frame |\n|---|---|---|---|---|---|")
    print(
        f"| x264 alone | {median(alone):.0f} | {alone[0]:.0f}-{alone[-1]:.0f} | {median(alone) / SHOT.fps:.2f} | 1.00 | {work[0]:.0f} |"
    )
    print(
        f"| **ours**, drawing and x264 | {median(whole):.0f} | {whole[0]:.0f}-{whole[-1]:.0f} | {of_real:.2f} | {of_alone:.2f} | {work[1]:.0f} |"
    )
    reached = of_real >= REAL_TIME and of_alone >= OF_ENCODING
    print(f"\nReach: {REAL_TIME:.1f} x real time, {OF_ENCODING:.1f} x encoding alone: {verdict(reached)}.")


class Service:
    """A gateway of its own, asked over one connection."""

    def __init__(self, url: str, token: str, pid: int) -> None:
        self._door = http.client.HTTPConnection(urlsplit(url).netloc)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._pid = pid

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Send one request and read its answer."""
        self._door.request(method, path, json.dumps(body) if body else None, self._headers)
        return dict(json.load(self._door.getresponse()))

    def clip(self, size: str) -> tuple[float, list[float]]:
        """Render one clip; returns seconds to its first percent, and those of every look."""
        order = {"prompt": SHOT.prompt, "size": size, "seconds": SHOT.seconds, "seed": SHOT.seed}
        began = time.monotonic()
        job, first, looks = self.ask("POST", "/v1/videos", order), 0.0, []
        while job["status"] in ("queued", "in_progress"):
            time.sleep(SOON)
            asked = time.monotonic()
            job = self.ask("GET", f"/v1/videos/{job['id']}")
            looks.append(time.monotonic() - asked)
            first = first or (time.monotonic() - began if job["progress"] else 0.0)
        assert job["status"] == "completed", job
        return first, looks

    def grown(self) -> float | None:
        """The most MB that it has had in memory, where the system tells."""
        status = Path(f"/proc/{self._pid}/status")
        found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
        return None if found is None else int(found[1]) / 1000


@contextmanager
def service() -> Iterator[Service]:
    """Start a gateway, and end it."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "jupyter_videogen.gateway", "--home", home]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            try:
                yield Service(**json.loads(process.stdout.readline()))
            finally:
                process.kill()


def serving() -> None:
    """Print how the service does while it renders."""
    print(
        "\n| the service while it renders | first clip: first percent, s | later clips | look, median ms | 95th | most MB |\n|---|---|---|---|---|---|"
    )
    well = True
    for size, largest in LARGEST.items():
        with service() as door:
            cold, looks = door.clip(size)
            warm, more = door.clip(size)
            grown = door.grown()
        looks = sorted(looks + more)
        usual = median(looks)
        print(
            f"| {size} | {cold:.2f} | {warm:.2f} | {1000 * usual:.1f} | {1000 * looks[int(0.95 * len(looks))]:.1f} | {'' if grown is None else f'{grown:.0f}'} |"
        )
        well &= usual < LOOK and warm < FIRST and (grown is None or grown <= largest)
    most = " and ".join(map(str, LARGEST.values()))
    print(f"\nReach: looks {1000 * LOOK:.0f} ms, first percent of a later clip {FIRST} s, {most} MB: {verdict(well)}.")


if __name__ == "__main__":
    sys.setswitchinterval(TURN)  # as in the process of the service
    speed(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
    serving()
