"""The local gateway of a test's home: its process, its log, its end."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from pathlib import Path

KEYS = ("QUBAX", "QUBRID", "INDOXHUB", "AIHUBMIX", "OPENROUTER", "BIFROST", "OPENAI", "COMFYUI", "COMFY_CLOUD")
"""Providers with a variable for their key."""


class Gateway:
    """What a test may do to the gateway of a home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "gateway"

    @property
    def pid(self) -> int:
        return int(self._ready["pid"])

    @property
    def url(self) -> str:
        return str(self._ready["url"])

    @property
    def token(self) -> str:
        return str(self._ready["token"])

    @property
    def _ready(self) -> dict[str, str | int]:
        return dict(json.loads((self._folder / "gateway.json").read_text()))

    def send(self, name: signal.Signals) -> None:
        os.kill(self.pid, name)

    def stop(self) -> None:
        """Hold it still, as a provider that does not answer."""
        self.send(signal.SIGSTOP)

    def go_on(self) -> None:
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        """End it, whatever it is doing."""
        with suppress(OSError, ValueError):
            self.send(signal.SIGKILL)

    def requests(self) -> list[str]:
        """The requests it has logged, as "METHOD path"."""
        lines = (self._folder / "gateway.log").read_text().splitlines()
        return [line.split('"')[1].rsplit(" ", 1)[0] for line in lines if 'HTTP/1.1"' in line]

    def jobs(self) -> list[str]:
        """The prompts of all jobs it has taken, the last one first, also where its answer was lost."""
        asked = Request(f"{self.url}/v1/videos?limit=100", headers={"authorization": f"Bearer {self.token}"})
        with urlopen(asked) as reply:
            return [job["prompt"] for job in json.load(reply)["data"]]

    def posts(self) -> list[str]:
        """The creates among them: what a paid provider would have charged for."""
        return [line for line in self.requests() if line.startswith("POST")]
