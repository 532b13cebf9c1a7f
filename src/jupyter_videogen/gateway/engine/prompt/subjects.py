"""What a sentence asks to see and the engine has nothing for, so that it can be said.

Every group of words between small words, verbs and commas has a head, which names the thing: the last word in English, the
first in French and Spanish; a German noun has a capital. A head that no table knows is unknown. It is better to miss one than
to call "majestic" a thing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.gateway.engine.prompt.grammar import (
    ADJECTIVE_ENDINGS,
    ADJECTIVES,
    ARTICLES,
    COUNTS,
    ED,
    FRAGMENT_ENDINGS,
    FUNCTION,
    ING,
    LY,
    NEUTRAL,
    PRONOUNS,
    STYLE_OF,
    UNDRAWN,
    VERBS,
    WITHOUT,
)
from jupyter_videogen.gateway.engine.prompt.parser import find_word, plain
from jupyter_videogen.gateway.engine.prompt.vocabulary import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 3
"""Unknown words that are told."""
LONGEST = 24
"""Characters of a word that are told."""
TOKENS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[,.;:!?()\n/|]")
SHORTEST_STEM = 3
AND_OR = frozenset({"and", "or", "nor", "et", "ou", "y", "o", "ni", "und", "oder", "noch"})
SMALL_WORDS = {language: frozenset(words.split()) for language, words in FUNCTION.items()}
HEAD_FIRST = frozenset({"fr", "es"})


class Word(NamedTuple):
    """A word as it was typed, and its last part as the tables have it; a comma has no such part."""

    typed: str
    plain: str


class Group(NamedTuple):
    """Words that stand together, and the small word, comma or nothing before them."""

    before: str
    words: tuple[Word, ...]


def find_unknown(prompt: str) -> tuple[str, ...]:
    """Return the words for what is to be seen and cannot be drawn, as they were typed, at most three."""
    words = [_word(token) for token in TOKENS.findall(prompt)]
    language = _find_language(words)
    if language == "de" and any(word.typed[:1].isupper() for word in words[1:]):
        heads = _find_german_nouns(words)
    else:
        heads = (head for group in _group(words, SMALL_WORDS[language]) if (head := _find_head(group, language)))
    unknown = {head.plain: head.typed[:LONGEST] for head in heads if not _is_known(head.plain)}
    return tuple(unknown.values())[:MOST]


def find_missing(prompt: str, scene: str) -> dict[str, Any] | None:
    """Return what is told of the words that cannot be drawn: them, the scene drawn instead, all scenes, and prompts to try."""
    words = find_unknown(prompt)
    if not words:
        return None
    titles = [title for title, _ in EXAMPLES.values()]
    suggestions = [example for _, example in EXAMPLES.values()]
    return {"words": words, "scene": EXAMPLES[scene][0], "scenes": titles, "suggestions": suggestions}


def _word(token: str) -> Word:
    parts = plain(token)
    return Word(token, parts[-1] if parts else "")


def _find_language(words: Sequence[Word]) -> str:
    """Return the language most of whose small words occur; English where none do."""
    counts = {language: sum(word.plain in small for word in words) for language, small in SMALL_WORDS.items()}
    return max(counts, key=counts.__getitem__)


def _group(words: Sequence[Word], small: frozenset[str]) -> Iterator[Group]:
    """Split a sentence; what is not wanted, and names of styles, are left out."""
    before, group, skipping = ",", list[Word](), ""
    for word in [*words, Word(",", "")]:
        if word.plain and not _is_break(word.plain, small, begun=bool(group)):
            group += [word] if len(word.plain) > 1 else []
            continue
        if group and not skipping:
            yield Group(before, tuple(group))
        if not word.plain or (group and skipping == "denied" and word.plain not in AND_OR):
            skipping = ""
        if word.plain in WITHOUT:
            skipping = "denied"
        elif word.plain in STYLE_OF or (group and group[-1].plain in STYLE_OF):
            skipping = "style"
        before, group = word.plain or ",", []


def _is_break(word: str, small: frozenset[str], *, begun: bool) -> bool:
    return word in small or word in STYLE_OF - {"style"} or _is_adverb(word) or _is_verb(word, begun=begun)


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") and word not in LY and find_word(word) is None and word not in ADJECTIVES


def _is_verb(word: str, *, begun: bool) -> bool:
    """Return whether an English word is a verb in any form; a word of a scene is one only after another ("lava flows")."""
    if word in ING or word in ED or word in NEUTRAL or (find_word(word) and not begun):
        return False
    if word.endswith(("ing", "ed", "ando", "iendo")) and len(word) > SHORTEST_STEM + 1:
        return True
    stems = (word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word))
    return any(stem in VERBS for stem in stems)


def _find_head(group: Group, language: str) -> Word | None:
    """Return the word that names the thing, if the group does."""
    words = [word for word in group.words if not _is_adjective(word.plain)]
    if not words or group.before in PRONOUNS:
        return None
    if language in HEAD_FIRST:
        return None if words[0].plain.endswith("ant") and group.before == "en" else words[0]
    if not words[0].plain.isascii():
        return words[0]
    head, *others = reversed(words)
    if others and _agrees_as_verb(group.before, others[0].plain, head.plain):
        return others[0]
    alone = len(group.words) == 1 and group.before == ","
    return None if alone and head.plain.endswith(FRAGMENT_ENDINGS) and not _is_undrawn(head.plain) else head


def _agrees_as_verb(before: str, noun: str, last: str) -> bool:
    """Return whether the last word must be a verb: "a dog gallops", "two dogs gallop"."""
    plural = last.endswith("s") and not last.endswith(("ss", "us", "is"))
    return (before in ARTICLES and plural) or (before in COUNTS and noun.endswith("s") and not plural)


def _is_adjective(word: str) -> bool:
    return word in ADJECTIVES or (word.endswith(ADJECTIVE_ENDINGS) and find_word(word) is None)


def _find_german_nouns(words: Sequence[Word]) -> Iterator[Word]:
    """Return the words with a capital; at the beginning, one that no other noun follows."""
    for before, word, after in zip([Word(",", ""), *words], words, [*words[1:], Word(",", "")], strict=False):
        begins = not before.plain and before.typed not in {",", ";"}
        adjective = (begins or word is words[0]) and after.typed[:1].isupper()
        small = word.plain in SMALL_WORDS["de"] or _is_adjective(word.plain)
        if word.typed[:1].isupper() and not small and not adjective and before.plain not in WITHOUT:
            yield word


def _is_known(word: str) -> bool:
    return (find_word(word) is not None and not _is_undrawn(word)) or word in NEUTRAL


def _is_undrawn(word: str) -> bool:
    return find_word(word) in UNDRAWN
