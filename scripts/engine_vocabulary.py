"""Write what the browser's engine takes over from the Python engine: its words and looks, and its answers for the tests.

`js/engine/read/vocabulary.gen.json` comes from `gateway/engine/prompt/vocabulary.py` and the looks of the scenes;
`js/tests/engine.gen.json` is what the Python engine understands of every word of that table and of whole sentences, and the
first numbers of its chance. `python scripts/engine_vocabulary.py` writes both; `--check` exits 1 when one is stale.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_videogen.gateway.engine.drawing.noise import Grain, line, sheet
from jupyter_videogen.gateway.engine.drawing.palette import HUES
from jupyter_videogen.gateway.engine.drawing.random_source import Dice
from jupyter_videogen.gateway.engine.prompt.parser import KNOWN, read
from jupyter_videogen.gateway.engine.prompt.vocabulary import (
    COLOURS,
    EXAMPLES,
    MOODS,
    PACES,
    PROPS,
    SCENES,
    WEAK_MOODS,
)
from jupyter_videogen.gateway.engine.scenes import OWN, look_for
from jupyter_videogen.gateway.engine.scenes import SCENES as DRAWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_videogen.gateway.engine.drawing.palette import Look

ROOT = Path(__file__).parent.parent
WORDS = ROOT / "js" / "engine" / "read" / "vocabulary.gen.json"
ANSWERS = ROOT / "js" / "tests" / "engine.gen.json"
PLURALS = ("s", "es", "x", "n", "en", "e")
SENTENCES = (
    *(sentence for _, sentence in EXAMPLES.values()),
    "",
    "  ?!  ",
    "A paper boat sails across a teal sea at dawn, slowly",
    "Un bateau en papier sur l'océan au coucher du soleil",
    "Ein Papierboot auf der Straße im Regen, nachts",
    "Dünen in goldenem Licht, die Wüste bei Sonnenuntergang",
    "Una ciudad lluviosa de noche, luces de neón",
    "La forêt d'automne sous la pluie",
    "NEON Tokyo streets 4k, ultra-wide, 24fps",
    "A purple and pink nebula, fast",
    "Stormy ocean under black-and-white noir skies",
    "soft pastel clouds at noon",
    "fireflies over a meadow in the evening",
    "a golden retriever in the snow",
    "\uff37\uff41\uff56\uff45\uff53 at \ufb01rst light",
    "abstract red gold silk in the night",
    "a cat on a sofa",
    "someone plays the piano",
    "İstanbul and the sea ẞ STRASSE",
)
SEED = 7
FEW = 6


def write_stops(stops: Iterable[tuple[float, str]]) -> str:
    """Write a ramp as 'place:#rrggbb' stops."""
    return " ".join(f"{place:g}:{code}" for place, code in stops)


def write_look(look: Look) -> dict[str, Any]:
    """Write a look with its ramps as texts."""
    ramps = {name: write_stops(stops) for name, stops in look.ramps.items()}
    return {"ramps": ramps, "traits": dict(look.traits), "tinted": list(look.tinted)}


def render_words() -> str:
    """Return the vocabulary."""
    looks = {scene: {mood: write_look(look) for mood, look in looks.items()} for scene, (_, looks) in DRAWN.items()}
    words = {
        "scenes": SCENES,
        "moods": MOODS,
        "weakMoods": sorted(WEAK_MOODS),
        "colours": COLOURS,
        "hues": HUES,
        "paces": {f"{pace:g}": words for pace, words in PACES.items()},
        "props": PROPS,
        "own": OWN,
        "looks": looks,
    }
    return json.dumps(words, ensure_ascii=False, indent=1) + "\n"


def answer(prompt: str) -> dict[str, Any]:
    """Return what the Python engine understands of a sentence, and the colours that it draws with."""
    reading = read(prompt)
    mood, look = look_for(reading, prompt)
    ramps = {name: write_stops(stops) for name, stops in look.ramps.items()}
    return {
        "prompt": prompt,
        "scene": reading.scene,
        "mood": mood,
        "colours": reading.colours,
        "pace": reading.pace,
        "props": reading.props,
        "words": reading.words,
        "ramps": ramps,
    }


def render_answers() -> str:
    """Return the answers for the words and the sentences, and the first numbers of some streams."""
    words: dict[str, list[str]] = {}
    for word in sorted(stem + ending for stem in KNOWN for ending in ("", *PLURALS)):
        reading = read(word)
        words.setdefault(f"{reading.scene} {look_for(reading, word)[0]}", []).append(word)
    dice = Dice("Waves at sunset ü", SEED)
    noise = sheet(dice.stream("sheet"), (32, 64), Grain(2.7, 2.0, 20.0, (1.2, 0.55)))
    chance = {
        "prompt": "Waves at sunset ü",
        "seed": SEED,
        "uniform": dice.stream("sky").uniform(FEW).tolist(),
        "bell": dice.stream("").bell(FEW).tolist(),
        "sheet": [float(noise[row, 3 * row]) for row in range(FEW)],
        "line": line(dice.stream("line"), 64, Grain(2.4, 1, 30))[:FEW].tolist(),
    }
    rows = ",\n".join(json.dumps(answer(sentence), ensure_ascii=False) for sentence in SENTENCES)
    pairs = ",\n".join(
        f'"{found}": {json.dumps(" ".join(words[found]), ensure_ascii=False)}' for found in sorted(words)
    )
    told = json.dumps(chance, ensure_ascii=False)
    return f'{{"chance": {told},\n"sentences": [\n{rows}\n],\n"words": {{\n{pairs}\n}}}}\n'


def main() -> int:
    """Write or check the files."""
    files = {WORDS: render_words(), ANSWERS: render_answers()}
    if "--check" in sys.argv:
        return int(any(not path.exists() or path.read_text("utf-8") != text for path, text in files.items()))
    for path, text in files.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
