"""What the engine understands of a sentence."""

from __future__ import annotations

import pytest

from jupyter_videogen.gateway.engine.drawing.palette import GRADES, HUES
from jupyter_videogen.gateway.engine.enrich import enrich
from jupyter_videogen.gateway.engine.prompt.parser import plain, read
from jupyter_videogen.gateway.engine.prompt.vocabulary import COLOURS, MOODS
from jupyter_videogen.gateway.engine.prompt.vocabulary import SCENES as SCENE_WORDS
from jupyter_videogen.gateway.engine.scenes import SCENES, look_for


@pytest.mark.parametrize(
    ("prompt", "scene", "mood"),
    [
        ("A paper boat crossing a neon-lit puddle", "city", "neon"),
        ("Waves at sunset, slow camera", "sea", "sunset"),
        ("the OCEAN under a full moon", "sea", "night"),
        ("A beautiful sunrise", "sea", "dawn"),
        ("A golden beach at noon", "sea", "day"),
        ("Tokyo street at night in the rain", "city", "night"),
        ("black and white film noir alley", "city", "noir"),
        ("Northern lights over a mountain lake", "aurora", "night"),
        ("starry night sky", "aurora", "night"),
        ("Une tempête sur la mer", "sea", "storm"),
        ("Une rue de Paris sous la pluie, au crépuscule", "city", "sunset"),
        ("Aurore boréale en Islande", "aurora", "dawn"),
        ("Un barco de papel en el océano al atardecer", "sea", "sunset"),
        ("Ciudad de neón", "city", "neon"),
        ("Sonnenuntergang am Meer", "sea", "sunset"),
        ("Nächtliche Straße im Regen", "city", "night"),
        ("Polarlichter über Norwegen", "aurora", "night"),
        ("Mountains at dusk", "mountains", "sunset"),
        ("Schneefall über den Alpen bei Nacht", "snow", "night"),
        ("Un feu de camp, la nuit", "fire", "night"),
        ("a misty forest at dawn", "forest", "dawn"),
        ("Dunas del desierto al atardecer", "desert", "sunset"),
        ("A coral reef with fish, underwater", "underwater", "day"),
        ("time-lapse of clouds in the evening", "clouds", "sunset"),
        ("Eine Wiese mit Schmetterlingen im Herbst", "meadow", "autumn"),
        ("an astronaut before a nebula", "space", "night"),
        ("synthwave highway", "drive", "neon"),
        ("ink swirls in water", "flow", "day"),
    ],
)
def test_sentence_is_understood(prompt: str, scene: str, mood: str) -> None:
    """A sentence in English, French, Spanish or German leads to its scene and mood."""
    reading = read(prompt)
    assert (reading.scene, look_for(reading, prompt)[0]) == (scene, mood)


def test_unknown_words_become_silk() -> None:
    """A sentence without a known word is drawn as silk, in one of its curated looks."""
    reading = read("Quarterly reporting")
    assert (reading.scene, reading.words) == ("silk", ())
    assert look_for(reading, "Quarterly reporting")[0] in SCENES["silk"][1]


def test_empty_prompt_is_drawable() -> None:
    """Even nothing can be drawn."""
    assert read("").scene == "silk"


def test_pace_props_and_colours_are_read() -> None:
    """Words for speed, things and colours are understood beside the scene."""
    reading = read("a slow red boat on a blue sea")
    assert (reading.pace, reading.props, reading.colours) == (0.6, ("boat",), ("red", "blue"))


def test_order_and_repetition_do_not_count_twice() -> None:
    """A word said twice weighs as much as once."""
    assert read("rain rain rain on the sea").scene == "sea"


def test_words_lose_accents_and_capitals() -> None:
    """Spelling with or without accents is the same word."""
    assert plain("ÉTÉ, Straße!") == ["ete", "strasse"]


def test_tables_are_plain_and_drawable() -> None:
    """Every word in the tables can be reached, every mood and colour can be drawn."""
    words = (
        " ".join(" ".join(pair) for pair in SCENE_WORDS.values()) + " " + " ".join((*MOODS.values(), *COLOURS.values()))
    )
    assert plain(words) == words.split()
    assert set(SCENE_WORDS) == set(SCENES)
    assert set(COLOURS) == set(HUES)
    assert set(MOODS) <= {mood for _, looks in SCENES.values() for mood in looks} | set(GRADES)


@pytest.mark.parametrize(
    ("prompt", "negative", "fields"),
    [
        ("the sea in the rain", "rain", {"scene": "sea", "props": ()}),
        ("the sea on a rainy night", "Regen, Nacht", {"scene": "sea", "mood": "", "props": ()}),
        ("a boat on the sea", "ships", {"props": ()}),
        ("a red and blue sea", "rouge", {"colours": ("blue",)}),
        ("the sea and mountains", "no ocean", {"scene": "mountains"}),
        ("the sea", "sea", {"scene": "silk", "words": ()}),
        ("silk", "silk", {"scene": "sea"}),
        ("a stormy sea", "storm", {"scene": "sea", "mood": ""}),
        ("the sea at dawn", "blurry text, people", {"scene": "sea", "mood": "dawn"}),
    ],
)
def test_unwanted_words_are_not_understood(prompt: str, negative: str, fields: dict[str, object]) -> None:
    """A meaning is left out whatever word or language asked for it; a word that is not known changes nothing."""
    reading = read(prompt, negative)
    assert {name: getattr(reading, name) for name in fields} == fields


def test_unwanted_mood_is_not_drawn_either() -> None:
    """A scene whose own look is unwanted takes another of its looks."""
    assert look_for(read("northern lights"), "")[0] == "night"
    assert look_for(read("northern lights", "night"), "")[0] != "night"


@pytest.mark.parametrize("scene", SCENES)
def test_enriching_keeps_the_scene(scene: str) -> None:
    """Every scene gains words that the engine knows, the same ones each time, and stays itself."""
    prompt = SCENE_WORDS[scene][0].split()[0]
    richer = enrich(prompt)
    assert richer.startswith(f"{prompt}, ")
    assert richer == enrich(prompt)
    before, after = read(prompt), read(richer)
    assert (after.scene, set(before.words) < set(after.words)) == (scene, True)


def test_enriching_adds_nothing_unwanted_or_twice() -> None:
    """What was said stays as it was said, and what is not wanted is not brought in."""
    full = "a slow boat on the sea at dawn"
    assert enrich(full) == full
    added = enrich("the sea", "boat, night, dawn, sunset, golden, pastel").removeprefix("the sea, ")
    assert read(added).props == ()
    assert read(added).mood in {"", "day"}
