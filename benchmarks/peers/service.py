"""A service of the OpenAI shape for many jobs at once: `python service.py PORT [SECONDS [SPREAD [SCALE [CLIP_BYTES]]]]`.

Jobs take lognormal seconds (the same in every run, in the order of creation) divided by SCALE, and so do the round trips where
there is a SCALE. It writes its port, keeps a book of when jobs ended, were first seen ended by id and how often it was asked,
and gives that at `/book`. Each clip has bytes of its own, made from its id.
"""

import asyncio
import json
import random
import sys
import time

MEDIAN, SPREAD, SCALE, CLIP = (*(float(word) for word in sys.argv[2:]), *(20.0, 0.1, 0.0, 200_000)[len(sys.argv) - 2 :])
TRIP, TRIP_SPREAD = 0.25, 0.35
PAGE = 100
POSTER = b"\xff\xd8\xff" + bytes(8000)
chance, delays = random.Random(7), random.Random(8)
pause = asyncio.sleep
jobs: dict[str, dict[str, float]] = {}
asked = {"creates": 0, "looks": 0, "lists": 0, "clips": 0}
open_lines: set[asyncio.StreamWriter] = set()
most_lines = 0
listing = True


def clip_of(name: str) -> bytes:
    """Return an MP4 of top-level boxes whose bytes only this job has."""
    body = (name.encode() * (int(CLIP) // len(name) + 1))[: int(CLIP)]
    boxes = ((b"ftyp", b"isom\0\0\0\0"), (b"moov", bytes(40)), (b"mdat", body))
    return b"".join((len(one) + 8).to_bytes(4, "big") + kind + one for kind, one in boxes)


def video(name: str) -> dict[str, object]:
    done = time.monotonic() >= jobs[name]["end"]
    return {
        "id": name, "object": "video", "model": "sora-2", "prompt": "A paper boat", "created_at": int(jobs[name]["made"]),
        "status": "completed" if done else "in_progress", "progress": 0, "seconds": "4", "size": "720x1280", "error": None,
    }  # fmt: skip


def create() -> dict[str, object]:
    asked["creates"] += 1
    name, now = f"video_{len(jobs):06}", time.monotonic()
    seconds = MEDIAN * 2.718281828 ** (SPREAD * chance.gauss(0.0, 1.0)) / (SCALE or 1.0)
    jobs[name] = {"begun": now, "end": now + seconds, "made": time.time()}
    return {**video(name), "status": "queued"}


def page(target: str) -> dict[str, object]:
    asked["lists"] += 1
    names = list(reversed(jobs))
    after = target.partition("after=")[2].partition("&")[0]
    start = names.index(after) + 1 if after else 0
    size = min(int(target.partition("limit=")[2].partition("&")[0] or PAGE), PAGE)
    rows = [video(name) for name in names[start : start + size]]
    return {
        "object": "list",
        "data": rows,
        "has_more": start + size < len(names),
        "last_id": rows[-1]["id"] if rows else None,
    }


def answer(method: str, target: str) -> tuple[int, object]:
    global listing
    if target.startswith("/book"):
        return 200, {"asked": asked, "jobs": list(jobs.values()), "lines": most_lines}
    if target.startswith("/nolist"):
        listing = False
        return 200, {}
    if method == "POST":
        return 200, create()
    if "?limit=" in target or "&limit=" in target:
        return (200, page(target)) if listing else (404, {"error": {"message": "There is no list."}})
    name = target.split("/")[3]
    if "variant=" in target:
        return 200, POSTER
    if target.endswith("/content"):
        asked["clips"] += 1
        return 200, clip_of(name)
    asked["looks"] += 1
    seen = video(name)
    if seen["status"] == "completed":
        jobs[name].setdefault("seen", time.monotonic())
    return 200, seen


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    global most_lines
    open_lines.add(writer)
    most_lines = max(most_lines, len(open_lines))
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lengths = [
                line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
            ]
            await reader.readexactly(int(lengths[0]) if lengths else 0)
            method, target, _ = head.decode().split(" ", 2)
            trip = (
                TRIP * 2.718281828 ** (TRIP_SPREAD * delays.gauss(0.0, 1.0)) / SCALE
                if SCALE and method == "GET"
                else 0.0
            )
            if trip:
                await pause(trip / 2.0)
            status, said = answer(method, target)
            if trip:
                await pause(trip / 2.0)
            text, kind = (
                (said, "video/mp4") if isinstance(said, bytes) else (json.dumps(said).encode(), "application/json")
            )
            writer.write(
                f"HTTP/1.1 {status} .\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text
            )
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        open_lines.discard(writer)
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=2000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
