"""Secrets that were sent, taken out of whatever comes back: as they are, escaped, encoded, or cut at an end.

What is sent is learnt here; what a service says passes here before anybody reads it. Nothing of it is written down.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 8
"""Characters below which a value is no key, and would be found in ordinary words."""
LONGEST = 512
MOST = 256
"""Secrets that are remembered; the oldest goes first."""
HIDDEN = "…"
ESCAPES = frozenset("%\\&")
LEAST = 12
"""Characters of a key's beginning or end that are hidden wherever they stand, or half of it where that is more."""
TELLING = 6
"""Characters of a key's beginning that are hidden at the end of a text, where it was cut."""
BROKEN = r"(?:%[0-9a-f]{0,2}|\\{1,4}[ux]?[0-9a-f]{0,3}|&#?x?[0-9a-f]{0,6})?"
"""An escape that was cut with the text."""
_known: dict[str, None] = {}


def learn(secret: str) -> None:
    """Take a secret that is being sent; a value too short or too long for a key is passed over."""
    if SHORTEST <= len(secret) <= LONGEST and secret not in _known:
        while len(_known) >= MOST:
            _known.pop(next(iter(_known)))
        _known[secret] = None


def forget() -> None:
    """Forget every secret."""
    _known.clear()


def clean(text: str) -> str:
    """Give a text in which no secret that was sent can be read, whichever way it is written there."""
    for secret in tuple(_known):
        text = _without(text, secret)
    return text


def holds(text: str) -> bool:
    """Tell whether a text holds a secret that was sent."""
    return clean(text) != text


def _without(text: str, secret: str) -> str:
    plain, part, cut = _forms(secret)
    lowered = text.lower()
    if any(form in lowered for form in plain) or not ESCAPES.isdisjoint(text):
        text = part.sub(HIDDEN, text)
        text = re.sub("|".join(map(re.escape, plain)), HIDDEN, text, flags=re.IGNORECASE)
    return cut.sub(HIDDEN, text)


@lru_cache(maxsize=MOST)
def _forms(secret: str) -> tuple[tuple[str, ...], re.Pattern[str], re.Pattern[str]]:
    """Give the ways to write a secret: whole encodings in lower case, its signs escaped one by one, and its beginning at an end.

    Half of it is as good as all of it: a service may quote a part.
    """
    half = min(len(secret), max(LEAST, len(secret) // 2))
    signs = [_sign(sign) for sign in secret]
    forms = {form.lower() for form in (secret, secret[:half], secret[-half:], *_encoded(secret))}
    part, cut = (
        re.compile(f"{_beginning(signs, least)}{end}", re.IGNORECASE)
        for least, end in ((half, ""), (TELLING, rf"{BROKEN}\Z"))
    )
    return tuple(sorted(forms, key=len, reverse=True)), part, cut


def _beginning(signs: list[str], least: int) -> str:
    """Match so many of the first signs, and as many more as there are."""
    return "".join(signs[:least]) + "".join(f"(?:{sign}" for sign in signs[least:]) + ")?" * len(signs[least:])


def _sign(sign: str) -> str:
    """Match a sign as it is, percent-encoded (also twice), as JSON's or HTML's escape: each begins with a sign of its own."""
    number = ord(sign)
    ways = rf"{re.escape(sign)}|%(?:25){{0,3}}{number:02x}|\\{{1,4}}(?:u00|x){number:02x}|&#x?0{{0,4}}(?:{number:x}|{number});"
    return f"(?:{ways})"


def _encoded(secret: str) -> Iterator[str]:
    """Give what base64 makes of a secret wherever it begins among other bytes, in both alphabets, and its bytes in hex."""
    body = secret.encode()
    for shift in range(3):
        text = b64encode(b"\0" * shift + body).decode().rstrip("=")
        core = text[(0, 2, 3)[shift] : (len(body) + shift) * 8 // 6]
        yield core
        yield core.translate(str.maketrans("+/", "-_"))
    yield body.hex()
