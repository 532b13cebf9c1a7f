"""Fetch one large clip to the disk: `python get.py ours|httpx|openai URL PATH`; prints seconds and bytes of memory as JSON."""

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


async def ours(url: str, path: Path):
    from jupyter_videogen.core.clock import SystemClock
    from jupyter_videogen.core.http import Call
    from jupyter_videogen.media.download import Download
    from jupyter_videogen.media.partial_file import open_partial
    from jupyter_videogen.transport.client import Transport
    from jupyter_videogen.transport.endpoint import Endpoint, Fixed

    transport = Transport(Fixed(Endpoint(url)))
    yield
    with open_partial(path, "aaaaaaaa") as part:
        whole = await Download(transport, SystemClock(), part, lambda _done, _all: None).fetch(
            Call("GET", "/v1/videos/v/content")
        )
        assert whole
        await part.publish(SystemClock())
    await transport.close()


async def httpx(url: str, path: Path):
    import httpx

    async with httpx.AsyncClient() as client:
        yield
        async with client.stream("GET", f"{url}/v1/videos/v/content") as response:
            with path.open("wb") as file:
                async for piece in response.aiter_raw():
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())


async def openai(url: str, path: Path):
    import warnings

    import openai

    warnings.simplefilter("ignore", DeprecationWarning)
    client = openai.AsyncOpenAI(api_key="k", base_url=f"{url}/v1")
    yield
    content = await client.videos.download_content("v")
    content.write_to_file(path)
    with path.open("rb") as file:
        os.fsync(file.fileno())


async def main(name: str, url: str, path: Path) -> None:
    work = {"ours": ours, "httpx": httpx, "openai": openai}[name](url, path)
    await anext(work)
    idle, began = resident(), time.monotonic()
    async for _ in work:
        pass
    took = time.monotonic() - began
    print(
        json.dumps(
            {
                "seconds": took,
                "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - idle,
                "bytes": path.stat().st_size,
            }
        )
    )


asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
