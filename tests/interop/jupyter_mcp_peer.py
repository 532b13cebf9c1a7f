"""jupyter-server-mcp, the host of Jupyter AI: it finds the tools by their entry point, and an agent makes a clip through it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from mcp.client.client import Client

SOURCES = Path(__file__).resolve().parents[2] / "src"
WANTED = {"prompt": "the sea", "model": "local:local/ink", "settings": {"duration": 1, "size": "256x144"}}
PAID = {"prompt": "the sea", "model": "shop:m"}
TRIES = 120
"""Attempts to reach the server, half a second apart."""
SETTINGS = """
[providers.shop]
dialect = "openai"
base_url = "http://127.0.0.1:9/v1"
key_env = "SHOP_KEY"
[prices."shop:m"]
per_clip = 0.5
"""
ALLOWED = """
[agents]
per_day = 2.00
confirm_above = 0.10
"""


def install(folder: Path) -> None:
    """Write down the package as an installer does: its name and its entry points."""
    facts = folder / "jupyter_videogen-0.1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: jupyter-videogen\nVersion: 0.1.0\n")
    point = "[jupyter_server_mcp.tools]\njupyter-videogen = jupyter_videogen.agents:TOOLS\n"
    (facts / "entry_points.txt").write_text(point)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """Call a tool."""
    return await client.call_tool(tool, arguments)


async def never_ask(_context: Any, params: Any) -> Any:
    """Fail: the host gives its tools no way to ask, so whoever is asked was asked by somebody else."""
    raise AssertionError(params)


async def live(url: str, home: Path) -> None:
    """Find the tools, make a clip, and be refused a paid one: without a person's permission, and without their answer."""
    async with Client(url, elicitation_callback=never_ask) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert {"start_video", "wait_for_video", "show_video"} <= names, names
        started = await call(client, "start_video", **WANTED)
        job = started.structured_content["job_id"]
        ended = await call(client, "wait_for_video", job_id=job, seconds=200)
        assert ended.structured_content["state"] == "succeeded", ended
        shown = await call(client, "show_video", job_id=job)
        assert [one.type for one in shown.content] == ["text", "image"], shown
        refused = await call(client, "start_video", **PAID)
        assert refused.is_error, refused
        assert "no person has allowed it" in refused.content[0].text, refused
        (home / "videogen.toml").write_text(SETTINGS + ALLOWED)
        await refused_without_an_answer(client)
        print(json.dumps(ended.structured_content, indent=1))  # noqa: T201 - it talks to its terminal


async def refused_without_an_answer(client: Client) -> None:
    """Above `confirm_above`: the price, what a person can do, and that nothing was sent; the estimate says so before."""
    price = (await call(client, "estimate_video", **PAID)).structured_content
    assert (price["dollars"], price["allowed"]) == (0.5, False), price
    refused = await call(client, "start_video", **PAID)
    assert refused.is_error, refused
    words = refused.content[0].text
    assert "This will cost about $0.50" in words, words
    assert "They can raise confirm_above under [agents]" in words, words
    assert not (await call(client, "list_videos", state="unfinished")).structured_content["result"]


async def visit(url: str, home: Path) -> None:
    """Wait for the server, then go through with it."""
    for _ in range(TRIES):
        try:
            async with Client(url) as client:
                await client.list_tools()
        except Exception:  # noqa: BLE001 - it is not there yet
            await asyncio.sleep(0.5)  # noqa: TID251 - another program's start has no event
        else:
            break
    await live(url, home)


def main() -> None:
    """Start a Jupyter server with the extension in a folder of its own."""
    folder = Path(tempfile.mkdtemp())
    install(folder)
    (folder / "home").mkdir()
    (folder / "home" / "videogen.toml").write_text(SETTINGS)
    port = free_port()
    command = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", "--ServerApp.port=0"]
    command += ["--ServerApp.jpserver_extensions", "jupyter_server_mcp=True", f"--MCPExtensionApp.mcp_port={port}"]
    environment = {
        **os.environ,  # noqa: TID251 - it is a program of its own
        "PYTHONPATH": os.pathsep.join((str(SOURCES), str(folder))),
        "VIDEOGEN_HOME": str(folder / "home"),
        "SHOP_KEY": "canary-1",
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            asyncio.run(visit(f"http://localhost:{port}/mcp", folder / "home"))
        except BaseException:
            print((folder / "log").read_text()[-4000:])  # noqa: T201 - it talks to its terminal
            raise
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
