"""Enriching: what a sentence leaves open, filled in with words that the engine knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_videogen.gateway.engine.drawing.random_source import Dice
from jupyter_videogen.gateway.engine.prompt.parser import read
from jupyter_videogen.gateway.engine.scenes import OWN, SCENES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.gateway.engine.prompt.parser import Reading

MOODS = {
    "sunset": "at sunset",
    "dawn": "at dawn",
    "golden": "in golden light",
    "night": "by moonlight",
    "day": "on a summer day",
    "autumn": "in autumn",
    "pastel": "in pastel tones",
}
"""How each mood is said."""
COLOURS = ("in teal and blue", "in purple and gold", "in green and teal", "in blue and pink")
TIMELESS = frozenset({"space", "drive", "flow", "silk"})
"""Scenes without a time of day: they get colours."""
PROPS = {
    "sea": ("a paper boat",),
    "city": ("a paper boat",),
    "aurora": ("gentle snowfall",),
    "mountains": ("gentle snowfall",),
    "forest": ("fireflies",),
    "meadow": ("fireflies",),
    "fire": ("fireflies",),
}
"""What goes well with a scene."""


def enrich(prompt: str, negative: str = "") -> str:
    """Return the sentence with a mood, a thing and a pace where it names none; the same for the same sentence.

    Nothing is added that changes the scene that was meant, or that is not wanted.
    """
    chance = Dice(prompt, 0).stream("enrich")
    for choices in wanting(read(prompt, negative)):
        fitting = [phrase for phrase in choices if fits(prompt, phrase, negative)]
        if fitting:
            prompt = f"{prompt.rstrip(' .,;')}, {chance.pick(tuple(fitting))}"
    return prompt


def wanting(reading: Reading) -> Iterator[tuple[str, ...]]:
    """Return the phrases to choose from for each thing that the sentence does not say."""
    if reading.scene in TIMELESS and not reading.colours:
        yield COLOURS
    if reading.scene not in TIMELESS and not reading.mood:
        yield tuple(phrase for mood, phrase in MOODS.items() if mood in SCENES[reading.scene][1])
    if not reading.props:
        yield PROPS.get(reading.scene, ())
    if reading.pace == 1.0:
        yield ("slow and calm", "gentle", "quiet")


def fits(prompt: str, phrase: str, negative: str) -> bool:
    """Return whether a phrase adds something, and leaves the scene and what is not wanted as they are."""
    before, alone, after = read(prompt, negative), read(phrase, negative), read(f"{prompt}, {phrase}", negative)
    own = any(prop in OWN.get(before.scene, ()) for prop in alone.props)
    new = set(alone.words) - set(before.words)
    whole = alone == replace(read(phrase), scene=alone.scene, without=alone.without)
    return bool(new) and whole and not own and after.scene == before.scene
