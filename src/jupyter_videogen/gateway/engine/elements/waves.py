"""Waves: a patch of sea that moves as water does, every length of wave at its own speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, fading, single

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import RandomStream

ACROSS, ALONG = 512, 256
"""Size of the patch in cells: sideways, and toward the viewer."""
LEVELS = 6
"""Copies of the patch, each half as fine: far water is read from coarse ones, or it would glitter like noise."""


class Waves:
    """The slopes of the patch at any time.

    Each wave of the spectrum turns whole times per clip, nearly at the speed deep water gives its length (the
    root of its frequency). All of them travel toward the viewer, spread to both sides.
    """

    def __init__(self, stage: Stage, stream: RandomStream, roughness: float) -> None:
        across = np.fft.fftfreq(ACROSS, 1 / ACROSS)[:, None]
        along = np.fft.rfftfreq(ALONG, 1 / ALONG)[None]
        # Crests are three times as long as they are apart.
        length = np.sqrt((across * 0.9) ** 2 + along**2)
        length[0, 0] = 1.0
        size = length**-2.1 * fading((3.2 / length) ** 4) * fading((length / (70.0 * roughness)) ** 2)
        size *= along / length
        turn = TAU * stream.uniform(size.size).reshape(size.shape)
        rough = -np.log(np.maximum(stream.uniform(size.size), 1e-9)).reshape(size.shape)
        waves = size * np.sqrt(rough) * np.exp(1j * turn)
        self._sideways = (waves * across * 1j * 0.9).astype(np.complex64)
        self._toward = (waves * along * 1j).astype(np.complex64)
        rates = 0.24 * np.sqrt(length) * stage.pace
        self._turns = single(np.maximum(1.0, np.round(rates * stage.seconds)) * TAU / stage.seconds)
        self._scale = [1.0, 1.0]
        self._scale = [1.0 / float(np.std(slope)) for slope in self.slopes(0.0)]
        self._gains = self._measure_coarse()

    def slopes(self, seconds: float) -> list[Array]:
        """Return the slopes sideways and toward the viewer, each (ALONG, ACROSS) with deviation 1."""
        turn = self._turns * np.float32(-seconds)
        now = np.empty(turn.shape, np.complex64)
        now.real, now.imag = np.cos(turn), np.sin(turn)
        parts = zip((self._sideways, self._toward), self._scale, strict=True)
        return [single(np.fft.irfft2(part * now, s=(ACROSS, ALONG)).T) * np.float32(scale) for part, scale in parts]

    def _measure_coarse(self) -> list[float]:
        """How much each coarser copy must be raised to stay lively."""
        levels = coarser(self.slopes(0.0)[1])
        return [min(1.0 / max(float(np.std(level)), 1e-3), 1.9) for level in levels]

    def pyramids(self, seconds: float) -> list[Array]:
        """Return both slopes as flat rows of all copies, finest first."""
        return [
            np.concatenate([(level * gain).ravel() for level, gain in zip(coarser(slope), self._gains, strict=True)])
            for slope in self.slopes(seconds)
        ]


def coarser(slope: Array) -> list[Array]:
    """Return a slope and its copies, each averaged over 2x2 of the one before."""
    levels = [slope]
    for _ in range(LEVELS - 1):
        last = levels[-1]
        levels.append((last[::2, ::2] + last[1::2, ::2] + last[::2, 1::2] + last[1::2, 1::2]) * np.float32(0.25))
    return levels


def index(across: Array, along: Array, level: Array) -> Array:
    """Say where in a flat pyramid a place of the patch is; `level` chooses the copy and has one number per row."""
    starts = np.cumsum([0] + [(ACROSS >> step) * (ALONG >> step) for step in range(LEVELS - 1)])
    rows = np.floor(along).astype(np.int64) >> level & ((ALONG >> level) - 1)
    columns = np.floor(across).astype(np.int64) >> level & ((ACROSS >> level) - 1)
    return np.ascontiguousarray(starts[level] + rows * (ACROSS >> level) + columns)
