"""The scenes: one file and one row here for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jupyter_videogen.gateway.engine.drawing.palette import GRADES
from jupyter_videogen.gateway.engine.drawing.random_source import Dice
from jupyter_videogen.gateway.engine.prompt.parser import FALLBACK
from jupyter_videogen.gateway.engine.scenes import (
    aurora,
    city,
    clouds,
    desert,
    drive,
    fire,
    flow,
    forest,
    meadow,
    mountains,
    sea,
    silk,
    space,
    underwater,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.prompt.parser import Reading


class Scene(Protocol):
    """Something baked that can draw itself at any time: frames need nothing from each other."""

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Cover the canvas with the picture at this time of the clip."""


SCENES: Mapping[str, tuple[Callable[[Stage, Look, Dice], Scene], Mapping[str, Look]]] = {
    "sea": (sea.Sea, sea.LOOKS),
    "city": (city.City, city.LOOKS),
    "aurora": (aurora.Aurora, aurora.LOOKS),
    "mountains": (mountains.Mountains, mountains.LOOKS),
    "snow": (mountains.Mountains, mountains.WINTER),
    "fire": (fire.Fire, fire.LOOKS),
    "desert": (desert.Desert, desert.LOOKS),
    "forest": (forest.Forest, forest.LOOKS),
    "underwater": (underwater.Underwater, underwater.LOOKS),
    "clouds": (clouds.Above, clouds.LOOKS),
    "space": (space.Space, space.LOOKS),
    "meadow": (meadow.Meadow, meadow.LOOKS),
    "drive": (drive.Drive, drive.LOOKS),
    "flow": (flow.Flow, flow.LOOKS),
    "silk": (silk.Silk, silk.LOOKS),
}
"""For each scene what draws it, and its looks by mood; the first look is its own."""

OWN: Mapping[str, tuple[str, ...]] = {
    "city": ("rain",),
    "mountains": ("snow",),
    "snow": ("snow",),
    "underwater": ("rain", "snow"),
    "space": ("rain", "snow"),
}
"""The weather that a scene has anyway, or cannot have; it is not laid over it."""


def scene_for(reading: Reading) -> Callable[[Stage, Look, Dice], Scene]:
    """Return what bakes the scene that was understood."""
    return SCENES[reading.scene][0]


def look_for(reading: Reading, prompt: str) -> tuple[str, Look]:
    """Return the mood that will be drawn and its look; silk picks one by the prompt, whatever the seed."""
    every = SCENES[reading.scene][1]
    looks = {mood: look for mood, look in every.items() if mood not in reading.without} or every
    own = next(iter(looks)) if reading.scene != FALLBACK else Dice(prompt, 0).stream("look").pick(tuple(looks))
    mood = reading.mood if reading.mood in looks or reading.mood in GRADES else own
    return mood, looks.get(mood, looks[own]).tint(reading.colours).grade(mood if mood not in looks else "")
