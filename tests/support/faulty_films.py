"""Films with a fault made into them at a known frame."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    Picture = np.ndarray[Any, np.dtype[np.uint8]]

FPS, COUNT, AT = 24, 96, 48
"""Frames a second, frames, and the frame with which every fault begins."""


class Fault(NamedTuple):
    """A fault, the finding that it has to give, and the frame with which that begins; None for the whole clip."""

    make: Callable[[list[Picture]], list[Picture]]
    finding: str
    frame: int | None = AT


def _from(
    change: Callable[[int, Picture], Picture], first: int = AT, last: int = COUNT
) -> Callable[..., list[Picture]]:
    """Return what changes the frames from one to another, counted from 0."""
    return lambda film: [
        change(number - first, one) if first <= number < last else one for number, one in enumerate(film)
    ]


def _level(level: int) -> Callable[[int, Picture], Picture]:
    return lambda _number, one: np.full_like(one, level)


def _gain(factor: float, picture: Picture, plus: float = 0.0) -> Picture:
    return np.clip(picture * factor + plus, 0, 255).astype(np.uint8)


def _flicker(number: int, picture: Picture) -> Picture:
    """Ten times a second, by a fifth."""
    return _gain(1.0 if int(number / FPS * 20) % 2 else 0.8, picture)


def _bars(film: list[Picture]) -> list[Picture]:
    high = len(film[0]) // 8
    return [np.concatenate([np.zeros_like(one[:high]), one[high:-high], np.zeros_like(one[:high])]) for one in film]


FAULTS = {
    "frozen half": Fault(lambda film: [*film[:AT], *[film[AT]] * (COUNT - AT)], "frozen"),
    "frozen for 1.2 s": Fault(lambda film: [*film[:AT], *[film[AT]] * 29, *film[AT + 29 :]], "frozen"),
    "one black frame": Fault(_from(_level(0), last=AT + 1), "black"),
    "black for half a second": Fault(_from(_level(0), last=AT + 12), "black"),
    "nearly black to the end": Fault(_from(lambda _, one: _gain(0.06, one)), "black"),
    "6 frames dropped and repeated": Fault(lambda film: [*film[:AT], *[film[AT - 1]] * 6, *film[AT + 6 :]], "dropped_frames"),
    "flicker at 10 Hz": Fault(_from(_flicker), "flicker"),
    "strobe, black and white": Fault(_from(lambda number, one: np.full_like(one, 255 * (number // 2 % 2))), "flicker"),
    "mirrored scene after a cut": Fault(_from(lambda _, one: one[::-1, ::-1]), "hard_cut"),
    "blown out": Fault(_from(lambda _, one: _gain(6.0, one, 60)), "blown_out"),
    "white to the end": Fault(_from(_level(255)), "blown_out"),
    "bars above and below": Fault(_bars, "letterboxed", None),
    "bars left and right": Fault(lambda film: [one.swapaxes(0, 1) for one in _bars([two.swapaxes(0, 1) for two in film])], "letterboxed", None),
}  # fmt: skip


def moving_scene(width: int = 320, height: int = 180, count: int = COUNT) -> list[Picture]:
    """Draw soft shapes that drift at different speeds, as RGB pictures."""
    across, down = np.meshgrid(np.arange(width) / width, np.arange(height) / height)
    film = []
    for number in range(count):
        t = number / FPS
        waves = [
            np.sin(9 * across + 5 * down + 1.8 * t + shift) + np.sin(14 * down - 11 * across + t) for shift in range(3)
        ]
        spots = np.exp(-120 * ((across - 0.2 - 0.15 * t) ** 2 + (down - 0.5 - 0.2 * np.sin(2 * t)) ** 2))
        film.append(np.clip(np.stack(waves, axis=-1) * 35 + 105 + 90 * spots[..., None], 0, 255).astype(np.uint8))
    return film


def write(
    path: Path,
    pictures: Iterable[Picture],
    *,
    codec: str = "libx264",
    fps: int = FPS,
    options: dict[str, str] | None = None,
    times: Sequence[int] | None = None,
    pix_fmt: str = "yuv420p",
) -> Path:
    """Write a film; with `times`, each picture is shown at its number of frames instead of one after the other."""
    frames = [av.VideoFrame.from_ndarray(np.ascontiguousarray(one), format="rgb24") for one in pictures]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=fps, options=options or {})
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, pix_fmt
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = (times[number] if times else number), Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
