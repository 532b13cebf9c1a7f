"""The stand-in ComfyUI of comfy-api-proxy's own source, with films for its outputs: run by `comfyui_peer.py`.

Theirs are the routes, the states of jobs and the cancelling; ours is only what an output holds, and how many jobs there are.
"""

import asyncio
import importlib.util
import sys
from pathlib import Path
from typing import Any

from aiohttp import web
from kit import FILM


def load(path: Path) -> Any:
    """Return their program as a module, with a film as SaveVideo lists it: among images (ComfyUI's nodes_video.py)."""
    spec = importlib.util.spec_from_file_location("fake_comfyui", path)
    assert spec is not None
    assert spec.loader is not None
    fake = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fake)
    film = {"filename": "clip_00001_.mp4", "subfolder": "video", "type": "output"}
    fake._PNG, fake._default_outputs = FILM, lambda: {"9": {"images": [film], "animated": [True]}}
    return fake


async def main(path: Path) -> None:
    """Serve on a free port, which is printed."""
    fake = load(path)

    async def book(_request: web.Request) -> web.Response:
        return web.json_response({"jobs": len(fake._jobs), "uploads": sorted(name for _, _, name in fake._uploads)})

    app = fake.make_fake()
    app.add_routes([web.get("/book", book)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)  # noqa: T201 - the peer reads it
    await asyncio.Event().wait()


asyncio.run(main(Path(sys.argv[1])))
