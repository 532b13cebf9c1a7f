"""What writing a job down costs before its request leaves: a ledger-safe submit beside a bare async httpx POST.

python benchmarks/submit.py [JOBS]
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx

import jupyter_videogen as vg

JOBS = 200


def disk(folder: Path) -> float:
    """Return the milliseconds of one fsync of a small write."""
    times = []
    with (folder / "probe").open("wb") as file:
        for _ in range(100):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return 1000.0 * median(times)


async def post(url: str) -> float:
    """Return the seconds of one bare POST, over a connection of its own as ours has for what is paid."""
    async with httpx.AsyncClient() as client:
        began = time.perf_counter()
        await client.post(url, json={"model": "sora-2", "prompt": "A paper boat"})
        return time.perf_counter() - began


def main(jobs: int) -> None:
    """Print both, job by job in turn."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["VIDEOGEN_HOME"] = home
        os.chdir(home)
        service = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "peers" / "service.py"), "0", "3600"], stdout=subprocess.PIPE
        )
        assert service.stdout is not None
        url = f"http://127.0.0.1:{int(service.stdout.readline())}/v1"
        client, bare = vg.Client("openai", base_url=url, api_key="k"), []
        safe, loop = [], asyncio.Runner()
        for _ in range(jobs):
            bare.append(loop.run(post(f"{url}/videos")))
            began = time.perf_counter()
            job = client.submit("A paper boat", model="sora-2", new=True)
            job._watch.answered.wait(30)  # noqa: SLF001 - the moment when the id is written down
            safe.append(time.perf_counter() - began)
        loop.close()
        probe = disk(Path(home))
        service.kill()
        service.wait()
    ours, plain = 1000.0 * median(safe), 1000.0 * median(bare)
    print(f"{jobs} jobs in turn, medians; load of the machine {os.getloadavg()[0]:.1f}\n")
    print("| bare async httpx POST | submit, id written down | overhead | fsync here |\n|---|---|---|---|")
    print(f"| {plain:.1f} ms | {ours:.1f} ms | {ours - plain:.1f} ms | {probe:.2f} ms |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else JOBS)
