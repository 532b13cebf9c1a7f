"""How often a paid create goes out on a bad line, and how long an outage a wait survives: us and three vendors' clients.

    python benchmarks/paid_creates.py

One misbehaving server speaks to all of them, each in its own protocol and each with its defaults; only the time after which a
create is given up for lost is shortened, to two seconds for all. The other clients live in environments of their own under
`.cache/bench`, with the versions that the lists beside this file name. Prints a table and writes nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
ENVIRONMENTS = ROOT / ".cache" / "bench"
CLIENTS = {"jupyter-videogen": None, "openai": "openai", "fal-client": "fal", "runwayml": "runway"}
"""Each with its list of requirements; ours has this Python."""
CREATES = {"dropped": "dropped after the body", "error": "HTTP 500", "silence": "no answer in time"}
OUTAGES = (1, 3, 10, 60)
"""Seconds."""
LOOKS = {"cut": "one look's JSON is cut", "reset": "one look's connection is reset"}
GIVE_UP = 2.0
"""Seconds after which a create without an answer is lost."""
FAULTY_LOOK, LAST_LOOK = 2, 4
AT_ONCE = 8
PATIENCE = 170.0
"""Seconds after which a client that has come to no end has not survived."""
pause = asyncio.sleep
CLIP = b"".join(
    (len(body) + 8).to_bytes(4, "big") + kind + body
    for kind, body in ((b"ftyp", b"isom\0\0\0\0"), (b"moov", bytes(40)), (b"mdat", bytes(2048)))
)


@dataclass
class Service:
    """A server for one client and one fault; it counts what it is asked for."""

    fault: str
    outage: float = 0.0
    posts: int = 0
    looks: int = 0
    created_at: int = 0
    orders: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [
                line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
            ]
            await reader.readexactly(int(lengths[0]) if lengths else 0)
            method, target, _ = head.decode().split(" ", 2)
            await (self._create(target, reader, writer) if method == "POST" else self._read(target, writer))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        writer.close()

    async def _create(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take every order there is; say so only where no fault is asked for."""
        self.posts, self.created_at = self.posts + 1, int(time.time())
        match self.fault:
            case "dropped":
                writer.close()
            case "error":
                _say(writer, {"error": {"message": "Something broke."}}, 500)
            case "silence":
                await reader.read()  # until the client has had enough
            case _:
                _say(writer, self._birth(target))

    async def _read(self, target: str, writer: asyncio.StreamWriter) -> None:
        """Answer a look, or what comes after it; one of the looks meets the fault."""
        if target.endswith("/content"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n" % len(CLIP) + CLIP)
            return
        if "variant=" in target:
            _say(writer, {"error": {"message": "There is no such thing."}}, 404)
            return
        if "?limit=" in target:
            _say(writer, {"object": "list", "data": [self._video("completed")] * bool(self.posts), "has_more": False})
            return
        self.looks += "/result" not in target
        if self.looks == FAULTY_LOOK and self.fault in {"outage", "reset"}:
            await self._go_away(writer)
        else:
            _say(writer, self._state(target), cut=self.looks == FAULTY_LOOK and self.fault == "cut")

    async def _go_away(self, writer: asyncio.StreamWriter) -> None:
        """Reset this connection, and refuse every other while the outage lasts."""
        self._server.close()
        ends: socket.socket = writer.get_extra_info("socket")
        ends.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        await pause(self.outage)
        await self.start()

    def _birth(self, target: str) -> dict[str, Any]:
        """Answer a create in the protocol of its path."""
        if target.startswith("/fal/"):
            at = f"http://127.0.0.1:{self.port}/fal/requests/r1"
            return {
                "request_id": "r1",
                "status_url": f"{at}/status",
                "response_url": f"{at}/result",
                "cancel_url": f"{at}/cancel",
            }
        return (
            self._video("queued") if target.startswith("/v1/videos") else {"id": "17f20503-6c24-4c16-946b-35dbbce2af2f"}
        )

    def _state(self, target: str) -> dict[str, Any]:
        """Answer a look likewise."""
        done = self.looks >= LAST_LOOK
        if target.startswith("/fal/"):
            finished = {"video": {"url": "https://files.example/a.mp4"}}
            return finished if "/result" in target else {"status": "COMPLETED" if done else "IN_PROGRESS", "logs": []}
        if target.startswith("/v1/videos"):
            return self._video("completed" if done else "in_progress")
        task = {"id": "17f20503-6c24-4c16-946b-35dbbce2af2f", "createdAt": "2026-01-01T00:00:00Z"}
        end = {"status": "SUCCEEDED", "output": ["https://files.example/a.mp4"]}
        return {**task, **(end if done else {"status": "RUNNING", "progress": 0.5})}

    def _video(self, status: str) -> dict[str, Any]:
        facts = {
            "id": "video_1",
            "object": "video",
            "model": "sora-2",
            "prompt": "A paper boat",
            "created_at": self.created_at,
        }
        return {**facts, "status": status, "progress": 0, "seconds": "4", "size": "720x1280", "error": None}


def _say(writer: asyncio.StreamWriter, body: object, status: int = 200, *, cut: bool = False) -> None:
    text = json.dumps(body).encode()
    text = text[: len(text) // 2] if cut else text
    head = f"HTTP/1.1 {status} .\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + text)


@dataclass
class Result:
    """What became of one client under one fault."""

    posts: int
    finished: bool
    words: str


def environment(name: str) -> Path:
    """Return the Python that has what a client needs, installed when its list has changed."""
    folder, wanted = ENVIRONMENTS / name, (HERE / f"{name}.txt").read_text()
    mark, python = (
        folder / "installed.txt",
        folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"),
    )
    if not mark.exists() or mark.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", str(HERE / f"{name}.txt")], check=True)
        mark.write_text(wanted)
    return python


async def measure(client: str, fault: str, outage: float, gate: asyncio.Semaphore) -> Result:
    """Let one client make one order and wait for its end."""
    listed = CLIENTS[client]
    python, peer = (environment(listed) if listed else Path(sys.executable)), f"{listed or 'ours'}_peer.py"
    async with gate:
        service = Service(fault, outage)
        await service.start()
        with tempfile.TemporaryDirectory() as home:
            finished, words = await _run(python, peer, service.port, fault, home)
        service.stop()
    return Result(service.posts, finished, words)


async def _run(python: Path, peer: str, port: int, fault: str, home: str) -> tuple[bool, str]:
    """Run a peer in its own process and give whether it had the result, and its last word."""
    give_up = str(GIVE_UP) if fault == "silence" else ""
    process = await asyncio.create_subprocess_exec(
        str(python), str(HERE / "peers" / peer), f"http://127.0.0.1:{port}", give_up,
        cwd=home, env={**os.environ, "VIDEOGEN_HOME": home}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()
        return False, "no end"
    return process.returncode == 0, (said.decode().strip().splitlines() or [""])[-1][:100]


def version(client: str) -> str:
    """Return the version that was measured."""
    listed = CLIENTS[client]
    python = environment(listed) if listed else Path(sys.executable)
    code = f"from importlib.metadata import version; print(version({client!r}))"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def survived(results: dict[tuple[str, str, float], Result], client: str) -> str:
    """Return the longest outage that was survived with all the shorter ones."""
    longest = 0
    for seconds in OUTAGES:
        if not results[client, "outage", seconds].finished:
            return f"{longest} s" if longest else "none"
        longest = seconds
    return f"{longest} s or more"


async def main() -> None:
    """Measure everything, a few at a time, and print the table."""
    cases = (
        [(fault, 0.0) for fault in CREATES]
        + [("outage", float(n)) for n in OUTAGES]
        + [(fault, 0.0) for fault in LOOKS]
    )
    gate, began = asyncio.Semaphore(AT_ONCE), time.monotonic()
    versions = {client: version(client) for client in CLIENTS}
    cells = sorted(((client, *case) for client in CLIENTS for case in cases), key=lambda cell: -cell[2])
    measured = await asyncio.gather(*(measure(*cell, gate) for cell in cells))
    results = dict(zip(cells, measured, strict=True))
    print(table(results, versions))
    for cell, result in results.items():
        if not result.finished:
            print(f"  {cell[0]}, {cell[1]} {cell[2] or ''}: {result.words}")
    print(f"measured in {time.monotonic() - began:.0f} s")


def table(results: dict[tuple[str, str, float], Result], versions: dict[str, str]) -> str:
    """Write the numbers, each with how many times ours it is."""
    ours = {fault: results["jupyter-videogen", fault, 0.0].posts for fault in CREATES}
    head = [
        "client",
        *(f"POSTs: {words}" for words in CREATES.values()),
        "clip in the end",
        "longest outage",
        *LOOKS.values(),
    ]
    rows = [head]
    for client in CLIENTS:
        creates = [results[client, fault, 0.0] for fault in CREATES]
        posts = [f"{one.posts} ({one.posts / ours[fault]:.0f}x)" for fault, one in zip(CREATES, creates, strict=True)]
        looks = ["survived" if results[client, fault, 0.0].finished else "lost" for fault in LOOKS]
        clips = f"{sum(one.finished for one in creates)} of {len(creates)}"
        rows.append([f"{client} {versions[client]}", *posts, clips, survived(results, client), *looks])
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "| " + " | ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


if __name__ == "__main__":
    asyncio.run(main())
