"""Credentials: found by name, carried without ever being shown."""

from __future__ import annotations

import hashlib
import os
import re
from hmac import compare_digest
from typing import NoReturn

from .errors import AuthError

HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


class Secret:
    """A key that cannot be printed, formatted or pickled; `reveal` is called by the transport alone."""

    __slots__ = ("_value",)

    def __init__(self, value: str, *, source: str) -> None:
        """Clean what a paste leaves around a key; `source` is named in errors, the key never."""
        cleaned = value.strip().removeprefix("Bearer ").strip()
        if not HEADER_SAFE.fullmatch(cleaned):
            raise AuthError(
                f"The key from {source} cannot be a key: it is empty or holds spaces or other odd characters.",
                next="Copy it again.",
            )
        self._value = cleaned

    @property
    def account(self) -> str:
        """Eight characters that tell one account's key from another's, and from which no key can be found."""
        return hashlib.sha256(b"videogen account " + self._value.encode()).hexdigest()[:8]

    def reveal(self) -> str:
        """Give the key itself."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")


def from_environment(variable: str | None) -> Secret | None:
    """Give the key in an environment variable, None when it is not set; raises `AuthError` when it is no key."""
    value = os.environ.get(variable or "")  # noqa: TID251 - keys is where keys are read
    return None if variable is None or value is None else Secret(value, source=variable)
