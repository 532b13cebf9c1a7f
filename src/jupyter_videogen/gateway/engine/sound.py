"""Sound: what a scene would be heard as, made of noise in bands; it loops as the picture does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, single
from jupyter_videogen.gateway.engine.shot import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from jupyter_videogen.gateway.engine.drawing.random_source import Dice, RandomStream

RATE = 48_000
"""Samples per second."""
PEAK, FADE = 0.5, 0.05


def band(stream: RandomStream, count: int, falloff: float, low: float, high: float) -> Array:
    """Return noise between two frequencies in hertz, the weaker the higher; it joins itself at the ends."""
    frequency = np.fft.rfftfreq(count, 1.0 / RATE)
    known = np.maximum(frequency, 1.0)
    size = known ** (-falloff / 2) / (1.0 + (low / known) ** 4) / (1.0 + (known / high) ** 4)
    size[0] = 0.0
    values = np.fft.irfft(size * np.exp(1j * TAU * stream.uniform(size.size)), count)
    result: Array = values / max(float(values.std()), 1e-9)
    return result


def swell(count: int, rate: float, start: float = 0.0) -> Array:
    """Return a slow rise and fall, 0..1, whole times in the sound."""
    turns = max(1, round(rate * count / RATE))
    result: Array = 0.5 + 0.5 * np.sin(TAU * (turns * np.arange(count) / count + start))
    return result


def ticks(stream: RandomStream, count: int, rate: float, decay: float) -> Array:
    """Return short bursts at random moments: `rate` a second, each falling within `decay` seconds."""
    number = max(1, int(rate * count / RATE))
    hits = np.zeros(count)
    hits[(stream.uniform(number) * count).astype(np.intp)] = stream.uniform(number, 0.05, 1.0) ** 3
    length = min(count, int(9 * decay * RATE))
    burst = np.exp(-np.arange(length) / (decay * RATE)) * stream.bell(length)
    result: Array = np.fft.irfft(np.fft.rfft(hits) * np.fft.rfft(burst, count), count)
    return result


def sea(stream: RandomStream, count: int) -> Array:
    """Waves that break one after another over a low rumble."""
    waves = band(stream, count, 1.2, 80, 3500) * (0.25 + 0.75 * swell(count, 0.16) ** 1.6)
    second = band(stream, count, 1.2, 120, 2500) * swell(count, 0.27, 0.4) ** 2
    result: Array = waves + 0.35 * second + 0.3 * band(stream, count, 1.5, 40, 300)
    return result


def rain(stream: RandomStream, count: int) -> Array:
    """Make a steady hiss and single drops."""
    return 0.5 * band(stream, count, 0.4, 500, 8500) + 0.16 * band(stream, count, 1.4, 60, 500) + 1.2 * ticks(stream, count, 160, 0.0022)  # fmt: skip


def fire(stream: RandomStream, count: int) -> Array:
    """Make a soft roar and crackles."""
    result: Array = 0.55 * band(stream, count, 1.5, 60, 700) * (0.7 + 0.3 * swell(count, 0.5)) + 3.0 * ticks(
        stream, count, 16, 0.004
    )
    return result


def wind(stream: RandomStream, count: int) -> Array:
    """Gusts that move between a low and a high voice."""
    gust = swell(count, 0.18)
    return (
        0.6 * band(stream, count, 2.0, 120, 480) * (1.1 - 0.6 * gust)
        + 0.6 * band(stream, count, 2.0, 350, 1100) * gust**1.5
    )


def deep(stream: RandomStream, count: int) -> Array:
    """Muffled water."""
    result: Array = (
        band(stream, count, 2.0, 40, 260) * (0.6 + 0.4 * swell(count, 0.2))
        + 0.15 * band(stream, count, 1.0, 250, 700) * swell(count, 0.6) ** 4
    )
    return result


SOUNDS: Mapping[str, Callable[[RandomStream, int], Array]] = {
    "sea": sea, "city": rain, "fire": fire, "desert": wind, "mountains": wind, "snow": wind, "clouds": wind,
    "forest": wind, "meadow": wind, "underwater": deep,
}  # fmt: skip
"""What each scene is heard as; the others are silent."""


def heard(scene: str, dice: Dice, seconds: float) -> Array | None:
    """Return (2, samples) at 48 kHz for a scene, or None when it is silent."""
    make, count = SOUNDS.get(scene), round(seconds * RATE)
    if make is None or count <= 0:
        return None
    both = np.stack([make(dice.stream(f"sound {side}"), count) for side in ("left", "right")])
    middle = both.mean(axis=0)
    both = 0.6 * both + 0.4 * middle
    reach = min(int(FADE * RATE), count // 2)
    slope = np.sin(np.linspace(0.0, TAU / 4, reach))
    both[:, :reach] *= slope
    both[:, count - reach :] *= slope[::-1]
    return single(both * (PEAK / max(float(np.abs(both).max()), 1e-9)))


def read_sound(path: Path, seconds: float) -> Array:
    """Read (2, samples) at 48 kHz from a file, of the length that is wanted: cut with a fade, or followed by silence.

    Raises UnreadableError when nothing can be heard in it.
    """
    try:
        return fit_sound(pieces(path), round(seconds * RATE))
    except (av.FFmpegError, IndexError) as error:
        raise UnreadableError("The sound that was given can't be read.") from error


def fit_sound(sound: Iterator[Array], count: int) -> Array:
    """Put pieces of sound together until there are so many samples."""
    result = np.zeros((2, count), np.float32)
    filled = 0
    for piece in sound:
        kept = piece[:, : count - filled]
        result[:, filled : filled + kept.shape[1]] = kept
        filled += kept.shape[1]
        if filled == count:
            reach = min(int(FADE * RATE), count)
            result[:, count - reach :] *= np.cos(np.linspace(0.0, TAU / 4, reach))
            break
    return result


def pieces(path: Path) -> Iterator[Array]:
    """Decode a file's first sound track piece by piece, as stereo at 48 kHz."""
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            yield from (part.to_ndarray() for part in resampler.resample(frame))
        yield from (part.to_ndarray() for part in resampler.resample(None))
