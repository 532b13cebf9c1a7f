"""Which words of a sentence ask for a thing that the engine has no scene for."""

from __future__ import annotations

import pytest

from jupyter_videogen.gateway.engine.prompt.parser import read
from jupyter_videogen.gateway.engine.prompt.subjects import find_missing, find_unknown
from jupyter_videogen.gateway.engine.prompt.vocabulary import EXAMPLES, SCENES

SENTENCES = """
A cat playing the piano|cat piano
a majestic lion walks across the savannah at sunset|lion savannah
Waves at sunset|
A paper boat crossing a neon-lit puddle|
Northern lights over a mountain lake|
A dog gallops along the beach|dog
Two robots tango in the rain|robots
An old wizard reading by candlelight|wizard
Slow dolly shot of a foggy forest, cinematic lighting, 4k, ultra detailed|
A golden retriever running through a meadow|retriever
Drone footage over snowy mountains at dawn, epic, moody|
sea turtle swimming underwater|turtle
A city street at night, cyberpunk style|
Albert Einstein riding a bicycle in space|Einstein bicycle
The camera slowly zooms out from a campfire|
A beautiful young woman smiles at the camera|woman
Close-up of a hummingbird hovering near a red flower|hummingbird
abstract liquid gradients, seamless loop, pastel|
A whale jumps out of the ocean|whale
An astronaut dances on the moon|astronaut
waves crash against rocks in slow motion|rocks
Timelapse of clouds above the Alps|
a sea without boats and people|
A starry night in the style of Van Gogh|
In the style of Studio Ghibli, a meadow in the wind|
A kite over the sea|kite
Fox in snow|Fox
T-Rex stomping through downtown Tokyo|T-Rex
Ink swirling in water, macro, hypnotic|
cat|cat
sunset|
Fireflies dance over a quiet lake in summer|
a red sports car drives on a highway at night|
Bird's eye view of a desert canyon, golden hour|
The fox's tail glows in the dark|tail
Tropical fish and coral in an aquarium|coral
Vintage film look: a sailboat on a calm sea at dusk|
Steam rises from a cup of coffee|Steam cup coffee
People walk through a neon street in the rain|People
Un chat noir joue du piano sous la pluie|chat piano
Un coucher de soleil sur la mer|
Des vagues douces sur une plage au coucher du soleil|
Une vieille maison dans la forêt en automne|maison
Un chien qui court sur la plage|chien
Un gato toca el piano bajo la luna|gato piano
Olas suaves en la playa al atardecer|
Una niña pequeña corriendo por un campo de flores|niña
Eine Katze spielt Klavier im Mondlicht|Katze Klavier
Sanfte Wellen am Strand bei Sonnenuntergang|
Ein alter Mann geht durch den verschneiten Wald|Mann
Katze am Meer|Katze
Nordlichter über einem Bergsee|Bergsee
猫がピアノを弾く|猫がピアノを弾く
Кот играет|Кот
hyperrealistic, masterpiece, trending on artstation, forest in mist|
A lighthouse on a cliff in a storm, dramatic, wide angle|lighthouse
mountain goats|goats
a hot air balloon floats above the clouds|balloon
Driving at night, synthwave, retro, neon grid|
The sun goes down behind the hills|
A butterfly lands on a daisy|
Morning fog over a harbour|
Lava flows from a volcano|Lava volcano
Snow falling gently on a quiet village|village
Planet rising behind a nebula, deep space|
A campfire by night|
Aurora dancing, stars twinkling, reflection on the lake|
Night comes|
Thunderstorm over the ocean, lightning strikes|
gentle rain, lofi vibe, cozy|
a ballerina pirouettes on a stage|ballerina stage
Three penguins waddle across the ice|penguins
A steam train crossing a stone bridge in autumn|train bridge
A knight fights a dragon in front of a burning castle|knight dragon castle
Dust particles dancing in a sunbeam|
Glowing jellyfish in the deep blue sea|jellyfish
A polar bear walks over snow|bear
Falling autumn leaves|
A wolf howls at the full moon|wolf
mountains at golden hour, drone flyover, no text, no people|
please show me a forest|
I want a video of the beach|
un paisaje de montaña con nieve|
"""
"""A sentence a line, and behind the bar the words that no scene shows."""


@pytest.mark.parametrize("line", SENTENCES.strip().splitlines())
def test_what_is_unknown_is_the_subject_and_nothing_around_it(line: str) -> None:
    """Adjectives, verbs, the camera, style, time and what is not wanted are no subjects; what is drawn is known."""
    sentence, _, words = line.partition("|")
    assert find_unknown(sentence) == tuple(words.split())


def test_at_most_three_words_are_told_each_cut() -> None:
    """A long list is cut, and so is one long word."""
    found = find_unknown("A cat, a dog, a cow, a sheep")
    assert found == ("cat", "dog", "cow")
    (word,) = find_unknown("a " + "x" * 5000)
    assert len(word) <= 24


def test_every_example_is_shown_by_its_own_scene() -> None:
    """What is suggested in place of a prompt does what it says."""
    assert EXAMPLES.keys() == SCENES.keys()
    for scene, (_, sentence) in EXAMPLES.items():
        assert (read(sentence).scene, find_unknown(sentence)) == (scene, ()), sentence


def test_what_is_missing_is_told_with_what_there_is() -> None:
    """The words, the scene in their place, every scene, and a sentence for each; nothing where nothing is missing."""
    told = find_missing("A cat playing the piano", "silk")
    assert told is not None
    assert (told["words"], told["scene"]) == (("cat", "piano"), "silk")
    assert len(told["scenes"]) == len(told["suggestions"]) == len(SCENES)
    assert find_missing("Waves at sunset", "sea") is None
