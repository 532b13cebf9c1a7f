"""Trust: which keys a project's file may send to which address, after the user agreed; stored in the home.

One agreement is about one file, provider, address and variable: when any of them changes, it is asked for again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from jupyter_videogen.catalog.registry import Claim
from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import AuthError
from jupyter_videogen.filesystem import bounded_read
from jupyter_videogen.filesystem.private_folder import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAME = "trusted.json"


def load_trusted(home: Path) -> frozenset[Claim]:
    """Return the stored agreements; an unreadable file holds none."""
    with suppress(OSError, msgspec.MsgspecError, RecursionError):
        return frozenset(msgspec.json.decode(bounded_read.read_bounded(home / NAME), type=list[Claim]))
    return frozenset()


def add_trusted(home: Path, claims: Iterable[Claim]) -> None:
    """Remember an agreement; raises `VideogenError` where others may write to the home."""
    _write(home, load_trusted(home) | set(claims))


def remove_trusted(home: Path, claims: Iterable[Claim]) -> None:
    """Forget an agreement."""
    _write(home, load_trusted(home) - set(claims))


def untrusted_key_error(claim: Claim) -> AuthError:
    """Return the error for a key that a project's file asks for and nobody has agreed to."""
    return AuthError(
        f"{claim.provider} is configured by this project's file {claim.path}, which would send ${claim.variable} to {claim.address}.",
        next=f"To allow it, run once: {command_names.spell('trust', claim.provider)}, or press the form's button.",
        code="untrusted",
    )


def _write(home: Path, claims: Iterable[Claim]) -> None:
    temporary = make_private_folder(home) / f".{NAME}-{uuid4().hex}.part"
    try:
        temporary.touch(mode=0o600)
        temporary.write_bytes(msgspec.json.encode(sorted(claims)) + b"\n")
        temporary.replace(home / NAME)
    finally:
        temporary.unlink(missing_ok=True)
