"""Understanding: from a sentence to a scene, a mood, colours, a pace and props, by tables alone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_videogen.gateway.engine.prompt.vocabulary import COLOURS, MOODS, PACES, PROPS, SCENES, WEAK_MOODS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

FALLBACK = "silk"
"""What is drawn when no word names a scene: beautiful whatever was meant."""
SUBJECT, CONTEXT = 3, 1
"""Weight of a word that names a scene, and of one that only belongs to it."""


@dataclass(frozen=True)
class Reading:
    """What was understood; `mood` is empty when none was named, and `words` are those that decided something."""

    scene: str
    mood: str
    colours: tuple[str, ...]
    pace: float
    props: tuple[str, ...]
    words: tuple[str, ...]
    without: tuple[str, ...] = ()
    """Scenes, moods, colours and props that are not wanted."""


def invert(table: Mapping[str, str] | Mapping[float, str]) -> dict[str, list[str | float]]:
    """Turn meaning -> words into word -> meanings, in table order."""
    found: dict[str, list[str | float]] = {}
    for meaning, words in table.items():
        for word in words.split():
            found.setdefault(word, []).append(meaning)
    return found


def weights() -> dict[str, dict[str, int]]:
    """For each word, how much it speaks for each scene."""
    found: dict[str, dict[str, int]] = {}
    for scene, (subjects, contexts) in SCENES.items():
        for weight, words in ((CONTEXT, contexts), (SUBJECT, subjects)):
            for word in words.split():
                found.setdefault(word, {})[scene] = weight
    return found


SCENE_WORDS, MOOD_WORDS, COLOUR_WORDS, PACE_WORDS, PROP_WORDS = (
    weights(), invert(MOODS), invert(COLOURS), invert(PACES), invert(PROPS),
)  # fmt: skip
KNOWN = SCENE_WORDS.keys() | MOOD_WORDS.keys() | COLOUR_WORDS.keys() | PACE_WORDS.keys() | PROP_WORDS.keys()


def plain(prompt: str) -> list[str]:
    """Split into words without accents, capitals or punctuation."""
    letters = unicodedata.normalize("NFKD", prompt.replace("ß", "ss").casefold())
    return re.findall(r"[^\W\d_]+", "".join(letter for letter in letters if not unicodedata.combining(letter)))


def find_word(word: str) -> str | None:
    """Return the word as the tables have it, trying the plurals of all four languages."""
    stems = [word, *(word.removesuffix(ending) for ending in ("s", "es", "x", "n", "en", "e") if word.endswith(ending))]
    return next((stem for stem in stems if stem in KNOWN), None)


def read(prompt: str, negative: str = "") -> Reading:
    """Read a sentence; every word counts once, and the same sentence always means the same.

    What the words of `negative` mean is not understood, by whatever other word the sentence asks for it.
    """
    unwanted = stems(negative)
    without = find_denied(unwanted)
    words = tuple(word for word in stems(prompt) if word not in unwanted)
    moods = [str(mood) for mood in meanings(words, MOOD_WORDS) if mood not in without]
    paces = meanings(words, PACE_WORDS)
    return Reading(
        scene=scene_of(words, without),
        mood=next((mood for mood in moods if mood not in WEAK_MOODS), moods[0] if moods else ""),
        colours=tuple(str(colour) for colour in meanings(words, COLOUR_WORDS) if colour not in without)[:2],
        pace=float(paces[0]) if paces else 1.0,
        props=tuple(str(prop) for prop in meanings(words, PROP_WORDS) if prop not in without),
        words=words,
        without=without,
    )


def stems(text: str) -> tuple[str, ...]:
    """Return the words of a text that the tables have, once each."""
    return tuple(dict.fromkeys(stem for stem in map(find_word, plain(text)) if stem))


def find_denied(words: Iterable[str]) -> tuple[str, ...]:
    """Return all that some words name; a word that merely belongs to a scene does not name it."""
    tables = (MOOD_WORDS, COLOUR_WORDS, PROP_WORDS)
    scenes = [scene for word in words for scene, weight in SCENE_WORDS.get(word, {}).items() if weight == SUBJECT]
    return tuple(dict.fromkeys([*scenes, *(str(meaning) for table in tables for meaning in meanings(words, table))]))


def scene_of(words: Iterable[str], without: Collection[str] = ()) -> str:
    """Return the scene the words speak for, of those that are wanted; among equals the first of the table."""
    scores = {scene: 0 for scene in SCENES if scene not in without} or dict.fromkeys(SCENES, 0)
    for word in words:
        for scene, weight in SCENE_WORDS.get(word, {}).items():
            if scene in scores:
                scores[scene] += weight
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] or FALLBACK not in scores else FALLBACK


def meanings(words: Iterable[str], table: Mapping[str, list[str | float]]) -> list[str | float]:
    """Return what the words mean in a table, once each, in the order of the sentence."""
    return list(dict.fromkeys(meaning for word in words for meaning in table.get(word, ())))
