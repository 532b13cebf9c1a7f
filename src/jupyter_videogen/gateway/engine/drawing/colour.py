"""Colour: mixed in OKLab, where steps look even, and drawn in Y'CbCr, where video lives."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, single

Colour: TypeAlias = tuple[float, float, float]
"""Light 0..1, then the blue and red differences around 0: Y'CbCr after BT.709, full range."""

Stops: TypeAlias = tuple[tuple[float, str], ...]
"""A ramp: positions 0..1 and the hex colours there; a single colour is a ramp with one stop."""

# OKLab by Björn Ottosson, https://bottosson.github.io/posts/oklab/
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
FROM_CONES, FROM_LAB = np.linalg.inv(TO_CONES), np.linalg.inv(TO_LAB)
LEVELS = 1024
"""Entries of a baked ramp: finer than eight bits, so that looking up never bands."""


def linear(encoded: Array) -> Array:
    """Undo the sRGB curve."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0.0) + 0.055) / 1.055) ** 2.4)


def encode_srgb(light: Array) -> Array:
    """Apply the sRGB curve; colours outside the screen's reach are clipped."""
    inside = np.clip(light, 0.0, 1.0)
    return np.where(inside <= 0.0031308, inside * 12.92, 1.055 * inside ** (1 / 2.4) - 0.055)


def lab_of(code: str) -> Array:
    """Read '#rrggbb' as OKLab."""
    rgb = np.array([int(code[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    result: Array = np.cbrt(linear(rgb) @ TO_CONES.T) @ TO_LAB.T
    return result


def rgb_of(lab: Array) -> Array:
    """Turn OKLab (..., 3) into screen RGB 0..1."""
    return encode_srgb(((lab @ FROM_LAB.T) ** 3) @ FROM_CONES.T)


def code_of(lab: Array) -> str:
    """Write OKLab as '#rrggbb'."""
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in rgb_of(lab))


def video(rgb: Array) -> Array:
    """Turn screen RGB (..., 3) into Y'CbCr (..., 3) after BT.709."""
    luma = rgb @ np.array([0.2126, 0.7152, 0.0722])
    return single(np.stack([luma, (rgb[..., 2] - luma) / 1.8556, (rgb[..., 0] - luma) / 1.5748], axis=-1))


def swatch(stops: Stops) -> Colour:
    """Return the first colour of a ramp, ready to draw with."""
    luma, blue, red = video(rgb_of(lab_of(stops[0][1])))
    return float(luma), float(blue), float(red)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour that lies `share` of the way from one to the other."""
    luma, blue, red = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return luma, blue, red


def ramp(stops: Stops) -> Array:
    """Bake stops into (3, LEVELS) Y'CbCr; rounded at the stops, where the eye would see an edge."""
    labs = np.array([lab_of(code) for _, code in stops])
    places = np.linspace(0.0, 1.0, LEVELS)
    mix = np.stack([np.interp(places, [place for place, _ in stops], labs[:, part]) for part in range(3)])
    reach = LEVELS // 24
    sums = np.cumsum(np.pad(mix, ((0, 0), (reach + 1, reach)), "edge"), axis=1)
    rounded = (sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]) / (2 * reach + 1)
    return single(video(rgb_of(rounded.T)).T)
