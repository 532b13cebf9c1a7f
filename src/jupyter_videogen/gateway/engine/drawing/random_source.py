"""Repeatable chance: the same sentence and seed give the same picture, on every run."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.gateway.engine.drawing.arrays import Array

Choice = TypeVar("Choice")


class RandomStream:
    """An endless row of numbers; made from raw bits, since only those are promised to stay the same in numpy."""

    def __init__(self, key: bytes) -> None:
        self._bits = np.random.PCG64(int.from_bytes(key[:16], "little"))

    def uniform(self, count: int, low: float = 0.0, high: float = 1.0) -> Array:
        """Return `count` numbers from `low` up to `high`."""
        raw = self._bits.random_raw(count)
        raw >>= np.uint64(11)
        result: Array = raw.astype(np.float64)
        result *= 2.0**-53 * (high - low)
        result += low
        return result

    def bell(self, count: int) -> Array:
        """Return `count` numbers around 0 with deviation 1: sums of four, rounder than a true bell and never far out."""
        result = self.uniform(count)
        for _ in range(3):
            result += self.uniform(count)
        result -= 2.0
        result *= 3.0**0.5
        return result

    def number(self, low: float = 0.0, high: float = 1.0) -> float:
        """Return one number from `low` up to `high`."""
        return float(self.uniform(1, low, high)[0])

    def chance(self, share: float) -> bool:
        """Say yes in this share of cases."""
        return self.number() < share

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """Return one of the choices."""
        return choices[int(self.number() * len(choices))]


class Dice:
    """All chance in one clip; every part draws from a stream of its own name, so that parts never disturb each other."""

    def __init__(self, prompt: str, seed: int) -> None:
        self._root = sha256(f"{seed}\0{prompt}".encode()).digest()

    def stream(self, name: str) -> RandomStream:
        """Return the stream of this name, from its beginning."""
        return RandomStream(sha256(self._root + name.encode()).digest())
