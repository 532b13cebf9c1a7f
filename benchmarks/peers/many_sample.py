"""Many orders at once as Qubax's sample waits: `python many_sample.py URL JOBS AT_ONCE SECONDS`; looks, then sleeps."""

import asyncio
import json
import sys
import time

import httpx


async def main(url: str, jobs: int, at_once: int, seconds: float) -> None:
    gate = asyncio.Semaphore(at_once)
    async with httpx.AsyncClient(base_url=url, timeout=60.0) as client:

        async def one() -> bool:
            async with gate:
                name = (await client.post("/v1/videos", json={"model": "sora-2"})).json()["id"]
                while (await client.get(f"/v1/videos/{name}")).json()["status"] != "completed":
                    await asyncio.sleep(seconds)
                return True

        began = time.monotonic()
        done = await asyncio.gather(*(one() for _ in range(jobs)))
    print(json.dumps({"elapsed": time.monotonic() - began, "cpu": 0.0, "rss": 0, "good": sum(done)}))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
