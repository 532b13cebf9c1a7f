"""Many orders at once with jupyter-videogen: `python many_ours.py URL JOBS AT_ONCE [SCALE]`; prints what it took as JSON.

Every clip is stored and compared byte for byte. Where there is a SCALE, the clock of the package runs so many times as fast.
"""

import asyncio
import json
import os
import resource
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import jupyter_videogen as vg
from jupyter_videogen.core import environment
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.runtime import Runtime


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def clip_of(name: str, size: int) -> bytes:
    body = (name.encode() * (size // len(name) + 1))[:size]
    boxes = ((b"ftyp", b"isom\0\0\0\0"), (b"moov", bytes(40)), (b"mdat", body))
    return b"".join((len(one) + 8).to_bytes(4, "big") + kind + one for kind, one in boxes)


class Fast:
    """Time that passes so many times as fast."""

    def __init__(self, scale: float) -> None:
        self._scale, self._began, self._wall = scale, time.monotonic(), time.time()

    def monotonic(self) -> float:
        return self._began + (time.monotonic() - self._began) * self._scale

    def now(self) -> float:
        return self._wall + self.monotonic() - self._began

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._scale)


def is_whole(job: vg.Job) -> bool:
    data = Path(job.clip.path).read_bytes()
    return data == clip_of(job.record.handle["id"], len(data) - 72)


def watch_size(samples: list[tuple[float, float, int, int]], stop: threading.Event) -> None:
    """Note memory, processor, threads and sockets once a second."""
    began = time.monotonic()
    while not stop.wait(1.0):
        sockets = sum(
            os.readlink(f"/proc/self/fd/{fd}").startswith("socket:")
            for fd in os.listdir("/proc/self/fd")
            if os.path.islink(f"/proc/self/fd/{fd}")
        )
        samples.append((time.monotonic() - began, cpu(), resident(), sockets, threading.active_count()))


def main(url: str, jobs: int, at_once: int, scale: float) -> None:
    if scale:
        process._runtimes[str(environment.home())] = Runtime(environment.home(), clock=Fast(scale))
    process.runtime()
    client = vg.Client("openai", base_url=f"{url}/v1", api_key="k")
    for library in ("httpcore", "httpcore2"):  # loaded before anything is counted, as the other client has it
        with suppress(ImportError):
            import_module(library)
    samples: list[tuple[float, float, int, int]] = []
    stop, gate = threading.Event(), threading.Semaphore(at_once)
    idle, before, began = resident(), cpu(), time.monotonic()
    if os.environ.get("SAMPLES"):
        threading.Thread(target=watch_size, args=(samples, stop), daemon=True).start()
    started, ended = [], set()
    for _ in range(jobs):
        gate.acquire()
        job = client.submit("A paper boat", model="sora-2", duration=4, size="720x1280", new=True)

        def note(record) -> None:
            if record.ended and record.id not in ended:
                ended.add(record.id)
                gate.release()

        job.subscribe(note)
        started.append(job)
    submitted = time.monotonic() - began
    for job in started:
        job.result()
    took, used = time.monotonic() - began, cpu() - before
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - idle
    stop.set()
    good = sum(map(is_whole, started))
    print(
        json.dumps(
            {"elapsed": took, "cpu": used, "rss": grown, "good": good, "submitted": submitted, "samples": samples}
        )
    )


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]) if len(sys.argv) > 4 else 0.0)
