"""The local gateway as an endpoint: found by its runtime file, started when it is not there.

Starting is always safe: a second gateway of the same home sees the first and answers with its address instead.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core import environment, platform
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.errors import InvalidRequest, Unreachable, Unsupported
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.transport.endpoint import Endpoint

if TYPE_CHECKING:
    from pathlib import Path

IDLE = 60
"""Seconds after its last client that the gateway ends itself."""
PATIENCE = 60.0
"""Seconds a start may take on a slow machine."""
LOCAL_PATH = "/v1"
"""Where the gateway speaks the local engine's own protocol."""
NEEDED = ("av", "numpy", "python_multipart", "starlette", "uvicorn")


@prepare
class Ready(msgspec.Struct, frozen=True):
    """The gateway's ready line, and its runtime file."""

    url: str
    token: str
    pid: int


class LocalGateway:
    """A source of endpoints for provider `local`, and for the sandboxes: `path` is where a protocol is spoken."""

    def __init__(self, home: Path, path: str = LOCAL_PATH) -> None:
        self._home, self._path = home, path
        self._starting = asyncio.Lock()

    async def endpoint(self) -> Endpoint:
        """Return the running gateway's endpoint, after starting one if need be."""
        async with self._starting:
            ready = _running(self._home) or await self._start()
        return _endpoint(ready, self._path)

    async def renew(self) -> None:
        """Start the gateway again; harmless when it lives."""
        async with self._starting:
            await self._start()

    async def _start(self) -> Ready:
        check_installed()
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.to_thread(self._launch)
        except (TimeoutError, msgspec.DecodeError, OSError):
            raise Unreachable(
                "The local engine did not start.", next=f"See its log: {self._home / 'gateway' / 'gateway.log'}."
            ) from None

    def _launch(self) -> Ready:
        command = [
            sys.executable,
            "-m",
            "jupyter_videogen.gateway",
            "--home",
            str(self._home),
            "--idle-exit",
            str(IDLE),
            *_cap(),
        ]
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # interrupts and restarts of a kernel go to its group: not to the gateway
        )
        # It may outlive this process, on purpose; while this one lives, a thread waits for its end, as the system wants it.
        threading.Thread(target=process.wait, name="videogen-gateway", daemon=True).start()
        with process.stdout as stdout:  # type: ignore[union-attr]  # it is a PIPE
            return msgspec.json.decode(stdout.readline(), type=Ready)


def _cap() -> list[str]:
    """Return the gateway's option for how large clips may get; raises `InvalidRequest` for what is no number."""
    kilobits = environment.bitrate_limit()
    if kilobits is None:
        return []
    if not kilobits.isdecimal() or not int(kilobits):
        raise InvalidRequest(
            f"VIDEOGEN_KILOBITS is {kilobits}, which is not a number of kilobits per second.",
            next="Set it to a number such as 700, or unset it.",
        )
    return ["--kilobits", kilobits]


def check_installed() -> None:
    """Refuse, before anything is sent, where it cannot run: in a browser, and without the extra `[local]`; raises `Unsupported`."""
    if platform.is_browser():
        raise Unsupported(
            "The local engine is a process of its own, and Python in a browser can start none.",
            next="Use provider='browser', which draws in the browser itself, or run the notebook on a Jupyter server.",
            code="local_not_installed",
        )
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise Unsupported(
            f"The local engine isn't installed ({', '.join(missing)} missing).",
            next="Install it with: pip install 'jupyter-videogen[local]'.",
            code="local_not_installed",
        )


def running(home: Path) -> Endpoint | None:
    """Return the endpoint of a gateway that runs already; starts none."""
    ready = _running(home)
    return None if ready is None else _endpoint(ready)


def _endpoint(ready: Ready, path: str = LOCAL_PATH) -> Endpoint:
    return Endpoint(f"{ready.url}{path}", Secret(ready.token, source="the local gateway"))


def _running(home: Path) -> Ready | None:
    """Read the runtime file of a gateway whose process is there."""
    try:
        ready = msgspec.json.decode((home / "gateway" / "gateway.json").read_bytes(), type=Ready)
        os.kill(ready.pid, 0)
    except (OSError, msgspec.MsgspecError):
        return None
    return ready
