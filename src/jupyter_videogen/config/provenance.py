"""`[provenance]`: the user's certificate and key, with which copies of clips are signed when somebody asks for that.

It counts in the user's own file alone: a project's file has no say in whose name something is signed with.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import InvalidRequest

EXAMPLE = '[provenance] certificate = "…/chain.pem" and key = "…/key.pem"'


class Provenance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[provenance]`: the files to sign with, both in PEM; a relative path is below the folder of the configuration."""

    certificate: str | None = None
    """The signer's certificate, followed by the chain below its root."""
    key: str | None = None
    """Its private key; the file is read when something is signed, and nothing of it is kept."""


class SigningFiles(NamedTuple):
    """The files to sign with."""

    certificate: Path
    key: Path


def find_files(said: Provenance, home: Path) -> SigningFiles:
    """Return the files to sign with; raises `InvalidRequest` where one of them is not named."""
    if said.certificate is None or said.key is None:
        named = "no key" if said.certificate else "no certificate" if said.key else "neither a certificate nor a key"
        raise InvalidRequest(
            f"Nothing can be signed: {named} is named. Nothing was written.",
            next=f"Write {EXAMPLE} into your own videogen.toml; {command_names.spell('config')} shows its folder as home.",
            field="sign",
        )
    certificate, key = (home / Path(name).expanduser() for name in (said.certificate, said.key))
    return SigningFiles(certificate, key)
