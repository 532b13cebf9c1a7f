"""Remove sent secrets from replies: plain, escaped, encoded, or cut at an end.

Sent secrets are remembered here, and all text from a provider passes through here. Nothing is stored.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 8
"""The shortest value that is treated as a key; a shorter one could match ordinary words."""
LONGEST = 4096
MOST = 256
"""The most secrets that are remembered; the oldest is dropped first."""
HIDDEN = "…"
ESCAPES = frozenset("%\\&")
LEAST = 12
"""Characters of a key's beginning or end that are hidden wherever they stand, or half of it where that is more."""
WIDEST = 16
"""Characters that one sign of a key can take, escaped."""
TELLING = 6
"""Characters of a key's beginning that are hidden at the end of a text, where it was cut."""
BROKEN = re.compile(r"(?:%[0-9a-f]{0,2}|\\{1,4}[ux]?[0-9a-f]{0,3}|&#?x?[0-9a-f]{0,6})?", re.IGNORECASE)
"""An escape that was cut with the text."""
_known: dict[str, None] = {}


def add_secret(secret: str) -> None:
    """Remember a secret that is being sent; ignore a value too short or too long for a key."""
    if SHORTEST <= len(secret) <= LONGEST and secret not in _known:
        while len(_known) >= MOST:
            _known.pop(next(iter(_known)))
        _known[secret] = None


def clear_secrets() -> None:
    """Forget every secret."""
    _known.clear()


def redact(text: str) -> str:
    """Return a text without sent secrets, in any encoding."""
    for secret in tuple(_known):
        text = _without(text, secret)
    return text


def has_secret(text: str) -> bool:
    """Return whether a text holds a secret that was sent."""
    return redact(text) != text


class _Way(NamedTuple):
    """One way to write a secret: a pattern for each of its signs, and for its beginning, half of it and a few signs."""

    signs: tuple[re.Pattern[str], ...]
    half: re.Pattern[str]
    few: re.Pattern[str]
    halves: int
    fews: int

    def end(self, text: str, at: int, known: int) -> int:
        """Return where the writing ends that begins with so many signs and has come to `at`."""
        for sign in self.signs[known:]:
            match = sign.match(text, at)
            if match is None:
                break
            at = match.end()
        return at


def _without(text: str, secret: str) -> str:
    """Take a secret out of a text: half of it is as good as all of it, and at the text's end a few signs are."""
    plain, ways = _forms(secret)
    lowered = text.lower()
    if any(form in lowered for form in plain) or not ESCAPES.isdisjoint(text):
        for way in ways:
            text = _hidden(text, way)
        text = re.sub("|".join(map(re.escape, plain)), HIDDEN, text, flags=re.IGNORECASE)
    for way in ways:
        text = _uncut(text, way, max(len(text) - WIDEST * len(way.signs), 0))
    return text


def _hidden(text: str, way: _Way) -> str:
    kept, done = [], 0
    while match := way.half.search(text, done):
        kept += [text[done : match.start()], HIDDEN]
        done = way.end(text, match.end(), way.halves)
    return "".join([*kept, text[done:]])


def _uncut(text: str, way: _Way, start: int) -> str:
    """Hide the beginning of a secret at the end of a text, where it was cut, in an escape or between two signs."""
    while match := way.few.search(text, start):
        if BROKEN.fullmatch(text, way.end(text, match.end(), way.fews)):
            return text[: match.start()] + HIDDEN
        start = match.start() + 1
    return text


@lru_cache(maxsize=MOST)
def _forms(secret: str) -> tuple[tuple[str, ...], tuple[_Way, ...]]:
    """Return the halves of a secret and its encodings in lower case, and the ways to find more of them."""
    written = [secret, *dict.fromkeys(_encoded(secret))]
    halves = [min(len(way), max(LEAST, len(way) // 2)) for way in written]
    plain = {form.lower() for way, half in zip(written, halves, strict=True) for form in (way, way[:half], way[-half:])}
    first = _way([_sign(sign) for sign in secret], halves[0], TELLING)
    others = [_way(list(map(re.escape, way)), half, LEAST) for way, half in zip(written[1:], halves[1:], strict=True)]
    return tuple(sorted(plain, key=len, reverse=True)), (first, *others)


def _way(signs: list[str], half: int, few: int) -> _Way:
    patterns = tuple(map(_pattern, signs))
    return _Way(patterns, _pattern("".join(signs[:half])), _pattern("".join(signs[:few])), half, few)


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _sign(sign: str) -> str:
    """Match a sign as it is, percent-encoded (also twice), as JSON's or HTML's escape: each begins with a sign of its own."""
    number = ord(sign)
    ways = rf"{re.escape(sign)}|%(?:25){{0,3}}{number:02x}|\\{{1,4}}(?:u00|x){number:02x}|&#x?0{{0,4}}(?:{number:x}|{number});"
    return f"(?:{ways})"


def _encoded(secret: str) -> Iterator[str]:
    """Return what base64 makes of a secret wherever it begins among other bytes, in both alphabets, and its bytes in hex."""
    body = secret.encode()
    for shift in range(3):
        text = b64encode(b"\0" * shift + body).decode().rstrip("=")
        core = text[(0, 2, 3)[shift] : (len(body) + shift) * 8 // 6]
        yield core
        yield core.translate(str.maketrans("+/", "-_"))
    yield body.hex()
