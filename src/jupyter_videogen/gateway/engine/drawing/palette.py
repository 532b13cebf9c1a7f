"""Looks: the colours and traits a scene is drawn with, and how words bend them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.colour import code_of, lab_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_videogen.gateway.engine.drawing.arrays import Array
    from jupyter_videogen.gateway.engine.drawing.colour import Stops

HUES = {
    "red": 25.0,
    "orange": 55.0,
    "gold": 82.0,
    "green": 150.0,
    "teal": 195.0,
    "blue": 255.0,
    "purple": 300.0,
    "pink": 355.0,
}
"""Hue angles in OKLab, in degrees, of the colours that can be named."""


@dataclass(frozen=True)
class Look:
    """Ramps by name, numbers by name, and which ramps a named colour may turn."""

    ramps: Mapping[str, Stops]
    traits: Mapping[str, float]
    tinted: tuple[str, ...] = ()

    def tint(self, colours: tuple[str, ...]) -> Look:
        """Turn the hues toward the named colours: dark parts toward the first, bright ones toward the last."""
        if not colours:
            return self
        aims = np.radians([HUES[colour] for colour in colours])
        labs = [lab_of(code) for name in self.tinted for _, code in self.ramps[name]]
        centre = float(np.arctan2(sum(lab[2] for lab in labs), sum(lab[1] for lab in labs)))
        return self._map_colours(lambda lab: turn_hue(lab, aims, centre), self.tinted)

    def grade(self, grade: str) -> Look:
        """Apply a grade to every colour, as a film lab would."""
        return self._map_colours(GRADES[grade], tuple(self.ramps)) if grade in GRADES else self

    def _map_colours(self, change: Callable[[Array], Array], names: tuple[str, ...]) -> Look:
        changed = {
            name: tuple((place, code_of(change(lab_of(code)))) for place, code in self.ramps[name]) for name in names
        }
        return replace(self, ramps={**self.ramps, **changed})


def turn_hue(lab: Array, aims: Array, centre: float) -> Array:
    """Turn a hue toward an aim (radians), lightness staying as it is and grey gaining some colour.

    Hues keep a third of their distance from the centre of all: neighbours in hue look richer than one hue alone.
    """
    lightness = min(max(float(lab[0]), 0.0), 0.999)
    away = (float(np.arctan2(lab[2], lab[1])) - centre + np.pi) % (2 * np.pi) - np.pi
    hue = float(aims[int(lightness * aims.size)]) + away * 0.36
    chroma = max(1.15 * float(np.hypot(lab[1], lab[2])), 0.10 * float(np.sin(np.pi * lightness)))
    return np.array([lab[0], chroma * np.cos(hue), chroma * np.sin(hue)])


def noir(lab: Array) -> Array:
    """Black and white with a cold breath."""
    return np.array([lab[0] * 0.98, lab[1] * 0.06, lab[2] * 0.06 - 0.012 * np.sin(np.pi * min(max(lab[0], 0.0), 1.0))])


def pastel(lab: Array) -> Array:
    """Lighter and softer."""
    return np.array([0.28 + 0.70 * lab[0], lab[1] * 0.62, lab[2] * 0.62])


def vivid(lab: Array) -> Array:
    """More colour."""
    return np.array([lab[0], lab[1] * 1.25, lab[2] * 1.25])


GRADES: Mapping[str, Callable[[Array], Array]] = {"noir": noir, "pastel": pastel, "neon": vivid}


def write_look(ramps: Mapping[str, str], named: str, traits: Mapping[str, float], tinted: tuple[str, ...] = ("sky",)) -> Look:  # fmt: skip
    """Write a look briefly: ramps as 'place:colour' stops, single colours as 'name=colour'."""
    stops = {
        name: tuple((float(place), code) for place, code in (stop.split(":") for stop in text.split()))
        for name, text in ramps.items()
    }
    singles = {name: ((0.0, code),) for name, code in (pair.split("=") for pair in named.split())}
    return Look({**stops, **singles}, traits, tinted)
