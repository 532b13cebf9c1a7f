"""A 512 MB clip from a loopback server to the disk, fsynced; ours also walks its boxes, hashes it and gives it its name.

python benchmarks/download.py [ROUNDS]
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from paid_creates import environment

PEER = Path(__file__).parent / "peers" / "get.py"
SIZE = 512 * 1024 * 1024
HEAD = b"".join(
    (len(body) + 8).to_bytes(4, "big") + kind + body
    for kind, body in ((b"ftyp", b"isom\0\0\0\0"), (b"moov", bytes(40)))
)


class Server:
    """Sends one file for every request, by the operating system itself."""

    def __init__(self, clip: Path) -> None:
        self._clip, self._loop, self._ready = clip, asyncio.new_event_loop(), threading.Event()
        threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True).start()
        self._ready.wait()

    async def _run(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: {self._clip.stat().st_size}\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        with self._clip.open("rb") as file:
            await asyncio.get_running_loop().sendfile(writer.transport, file)
        writer.close()


def write_clip(path: Path) -> None:
    """Write an MP4 of random bytes."""
    with path.open("wb") as file:
        file.write(HEAD + (SIZE + 8).to_bytes(4, "big") + b"mdat")
        for _ in range(SIZE // (1 << 20)):
            file.write(os.urandom(1 << 20))


def fetch(name: str, url: str, folder: Path) -> dict[str, float]:
    """Let one client fetch the clip, in a process of its own."""
    target = folder / f"{name}.mp4"
    if name == "curl":
        began = time.monotonic()
        subprocess.run(["curl", "-s", "-o", str(target), f"{url}/v1/videos/v/content"], check=True)
        with target.open("rb") as file:
            os.fsync(file.fileno())
        found = {"seconds": time.monotonic() - began, "rss": 0.0}
    else:
        python = str(environment("openai")) if name == "openai" else sys.executable
        out = subprocess.run(
            [python, str(PEER), name, url, str(target)], capture_output=True, text=True, check=True
        ).stdout
        found = dict(json.loads(out.splitlines()[-1]))
    assert target.stat().st_size == SIZE + len(HEAD) + 8
    target.unlink()
    return found


def main(rounds: int) -> None:
    """Print the medians, each with how fast it is beside plain httpx."""
    names = ["httpx", "ours", "openai", "curl"]
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        write_clip(clip)
        server = Server(clip)
        runs = [{name: fetch(name, server.url, Path(folder)) for name in names} for _ in range(rounds)]
    plain = median(run["httpx"]["seconds"] for run in runs)
    print(f"512 MB, {rounds} rounds in turn; load of the machine {os.getloadavg()[0]:.1f}\n")
    print("| client | MB/s | range | x plain httpx | RSS growth MB |\n|---|---|---|---|---|")
    titles = {
        "httpx": "async httpx `aiter_raw`",
        "ours": "**ours**",
        "openai": "openai `download_content`",
        "curl": "curl",
    }
    for name in names:
        seconds = sorted(run[name]["seconds"] for run in runs)
        speeds = [SIZE / 1e6 / one for one in seconds]
        grown = "" if name == "curl" else f"{median(run[name]['rss'] for run in runs) / 1e6:.0f}"
        print(
            f"| {titles[name]} | {median(speeds):.0f} | {speeds[-1]:.0f}-{speeds[0]:.0f} | {plain / median(seconds):.2f} | {grown} |"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
