"""Functions that are called for clips, in processes that can import this module."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jupyter_videogen as vg
from jupyter_videogen import functions

if TYPE_CHECKING:
    from collections.abc import Callable


def size(path: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a clip's bytes and prompt."""
    return {"bytes": Path(path).stat().st_size, "prompt": row["prompt"]}


def counted(clip: vg.Clip, *, log: Path) -> int:
    """Return a clip's bytes, and write down that it was asked for."""
    with log.open("a") as file:
        file.write(f"{clip.job_id}\n")
    return clip.bytes


def end_process(clip: vg.Clip) -> int:
    """End the process that works on a clip."""
    os._exit(clip.bytes % 1 + 3)


def create(clip: vg.Clip, *, url: str) -> str:
    """Try to send a paid request."""
    return vg.submit(clip.prompt, model="b", base_url=url, key_env="SHOP_KEY", provider="openai", yes=True, new=True).id


class Gate:
    """Two named pipes: one tells who has arrived, the other holds them until it is opened."""

    def __init__(self, folder: Path) -> None:
        self.arrived, self.held = folder / "arrived", folder / "held"

    def build(self) -> Gate:
        """Make the pipes."""
        for pipe in (self.arrived, self.held):
            os.mkfifo(pipe)
        return self

    def wait(self, count: int) -> list[int]:
        """Wait until so many have arrived; returns the numbers of their processes."""
        with os.fdopen(os.open(self.arrived, os.O_RDWR)) as pipe:
            return [int(pipe.readline()) for _ in range(count)]

    def open(self) -> None:
        """Let all go on, and whoever comes later."""
        with self.held.open("w"):  # whoever waits to open it for reading goes on
            self.held.unlink()

    def check(self, path: str, row: dict[str, Any], *, first: str) -> bool:
        """Return whether nothing is found in a clip; those from the row `first` on are held."""
        if int(row["row"]) >= int(first):
            self._arrive()
        return bool(functions.check(path)["ok"])

    def _arrive(self) -> None:
        with suppress(FileNotFoundError):
            if self.held.exists():
                with os.fdopen(os.open(self.arrived, os.O_RDWR), "w") as pipe:
                    pipe.write(f"{os.getpid()}\n")
                self.held.open().close()


def held_check(gate: Gate, first: str) -> Callable[[str, dict[str, Any]], bool]:
    """Return a check that is held."""
    return partial(gate.check, first=first)


def sizes_of(partition: Any) -> Any:
    """Return the bytes of the clips of a partition of a dataframe."""
    return partition["path"].map(lambda path: Path(path).stat().st_size)
