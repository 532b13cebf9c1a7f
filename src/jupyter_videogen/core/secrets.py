"""Credentials that can't be printed, and checks of their variable names and addresses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any, NoReturn

from jupyter_videogen.core.errors import AuthError, InvalidRequest

HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
KEYLIKE = re.compile(r"(?<![A-Za-z0-9])(?:sk-|qbx_live_)[A-Za-z0-9_-]{8,}")
"""What several providers' keys begin with."""
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
"""The name of an environment variable, as POSIX has it: it stands in commands that are copied."""
ADDRESS = re.compile(r"(?:https?://[!-~]+|local:)", re.IGNORECASE)
USERINFO = re.compile(r"^(?:[^/?#]*:)?//[^/?#]*@")


class Secret:
    """A key that cannot be printed, formatted or pickled; `reveal` is called by the transport alone."""

    __slots__ = ("_value", "source")

    def __init__(self, value: str, *, source: str) -> None:
        """Strip what a paste leaves around a key; errors name `source`, never the key."""
        cleaned = value.strip().removeprefix("Bearer ").strip()
        if not HEADER_SAFE.fullmatch(cleaned):
            del value, cleaned  # tracebacks can show what a function holds
            raise AuthError(
                f"The value from {source} is not a valid key: it is empty or contains spaces or other unexpected characters.",
                next="Copy the key again.",
            )
        self._value = cleaned
        self.source = source

    @property
    def account(self) -> str:
        """Eight characters that tell one account's key from another's, and from which no key can be found."""
        return hashlib.sha256(b"videogen account " + self._value.encode()).hexdigest()[:8]

    def begins(self, beginning: str) -> bool:
        """Return whether the key begins as a provider's keys do."""
        return self._value.startswith(beginning)

    def reveal(self) -> str:
        """Return the key itself."""
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


class Hidden(dict[str, Any]):
    """Values of which only the names are ever shown: headers and fields that may hold keys. Not pickled or copied."""

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{name!r}: …' for name in self)}}}"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("hidden values cannot be pickled or copied")


def hide(fields: Mapping[str, Any]) -> None:
    """Hide, in place, the field of a request that may hold a second key: tracebacks can show what a function holds."""
    if isinstance(fields, dict) and isinstance(fields.get("extra"), Mapping):
        fields["extra"] = Hidden(fields["extra"])


def check_variable(name: str) -> None:
    """Raise `InvalidRequest` for what is no name of an environment variable."""
    if not VARIABLE.fullmatch(name):
        raise InvalidRequest(
            f"key_env is not the name of an environment variable: {KEYLIKE.sub('…', name)[:40]!r}.",
            next="Use letters, digits and underscores, such as LAB_API_KEY.",
            field="key_env",
        )


def check_address(base_url: str) -> None:
    """Raise `InvalidRequest` for a base URL that holds a name, a password or a query."""
    if not USERINFO.match(base_url) and "?" not in base_url and "#" not in base_url:
        return
    del base_url  # tracebacks can show what a function holds
    raise InvalidRequest(
        "base_url contains a user name, a password or a query, but addresses are stored and shown.",
        next="Pass the bare address, and the key with api_key= or key_env=.",
        field="base_url",
    )
