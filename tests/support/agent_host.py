"""A host of the Model Context Protocol, by the official client library: it starts `jupyter videogen mcp` as programs do."""

from __future__ import annotations

import json
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from mcp import ClientSession, StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.types import ElicitResult, Implementation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from support.paid_server import Shop

COMMAND = [sys.executable, "-m", "jupyter_videogen.cli", "mcp"]
NAME = Implementation(name="test-host", version="1")


class Person:
    """Somebody who is asked, and answers one thing."""

    def __init__(self, action: str = "accept", *, agree: bool = True) -> None:
        self.asked: list[str] = []
        self._action, self._agree = action, agree

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.asked.append(params.message)
        content = {"agree": self._agree} if self._action == "accept" else None
        return ElicitResult(action=self._action, content=content)


def _parameters(command: list[str] = COMMAND) -> StdioServerParameters:
    environment = dict(os.environ)  # noqa: TID251 - a child's
    return StdioServerParameters(command=command[0], args=command[1:], env=environment, cwd=Path.cwd())


def _log() -> TextIO:
    """Open the file of what servers say on standard error."""
    return Path("host.log").open("a")


@asynccontextmanager
async def session(person: Person | None = None, command: list[str] = COMMAND) -> AsyncIterator[ClientSession]:
    """Connect with the handshake of the protocol up to 2025-11-25."""
    with _log() as log:
        async with (
            stdio_client(_parameters(command), errlog=log) as (reading, writing),
            ClientSession(reading, writing, elicitation_callback=person, client_info=NAME) as session,
        ):
            await session.initialize()
            yield session


@asynccontextmanager
async def modern_client(person: Person | None = None) -> AsyncIterator[Client]:
    """Connect without a handshake, as the protocol of 2026-07-28 has it: questions are answers to be continued."""
    with _log() as log:
        transport = stdio_client(_parameters(), errlog=log)
        async with Client(transport, elicitation_callback=person, client_info=NAME, mode="2026-07-28") as client:
            yield client


async def call(host: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool; returns its structured answer, or `{"refused": …}`."""
    result = await host.call_tool(tool, arguments)
    if result.is_error:
        return {"refused": result.content[0].text}
    return result.structured_content or json.loads(result.content[0].text)


def open_shop(shop: Shop, home: Path, *more: str, price: float | None = 0.5) -> None:
    """Write the person's own file: a paid provider, what its model costs, and `more` sections."""
    home.mkdir(exist_ok=True)
    row = f'[providers.shop]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "SHOP_KEY"\n'
    costs = "" if price is None else f'[prices."shop:a"]\nper_clip = {price}\n'
    (home / "videogen.toml").write_text("\n".join((row, costs, *more)))
