"""Many orders at once with AsyncOpenAI: `python many_openai.py URL JOBS AT_ONCE SECONDS`; prints what it took as JSON."""

import asyncio
import json
import resource
import sys
import time
import warnings

import openai

warnings.simplefilter("ignore", DeprecationWarning)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


async def main(url: str, jobs: int, at_once: int, seconds: float) -> None:
    client = openai.AsyncOpenAI(api_key="k", base_url=f"{url}/v1")
    gate = asyncio.Semaphore(at_once)

    async def one() -> bool:
        async with gate:
            video = await client.videos.create(model="sora-2", prompt="A paper boat", seconds="4", size="720x1280")
            video = await client.videos.poll(video.id, poll_interval_ms=int(1000 * seconds))
            return video.status == "completed"

    idle, before, began = resident(), cpu(), time.monotonic()
    done = await asyncio.gather(*(one() for _ in range(jobs)))
    took, used = time.monotonic() - began, cpu() - before
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - idle
    print(json.dumps({"elapsed": took, "cpu": used, "rss": grown, "good": sum(done)}))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
