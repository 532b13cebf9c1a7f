"""What content credentials say, and whether they hold for the file, by the verdict of the library."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.hidden_characters import escape_text
from jupyter_videogen.media.provenance import library
from jupyter_videogen.media.provenance.marks import manifest_bytes, read_marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LARGEST = 64 << 20
"""Bytes of manifests that are checked; a long chain with thumbnails has a few million."""
MOST = 20
"""Claims, and problems of each kind, that are told."""
LONGEST = 200
"""Characters of a text from a manifest."""
UNTRUSTED = "signingCredential.untrusted"


class Claim(msgspec.Struct, frozen=True, omit_defaults=True):
    """One claim of the chain: who signed, and what was done."""

    issuer: str = ""
    """The organisation in the signer's certificate."""
    signer: str = ""
    """The common name in it."""
    signed_at: str = ""
    """When, as its time stamp says; empty without one."""
    generator: str = ""
    actions: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ()
    """URIs of IPTC's Digital Source Type."""
    parents: tuple[str, ...] = ()
    """Titles of the files that it was made from."""


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """The verdict on a file's content credentials."""

    state: str
    """"trusted", "valid" (unchanged, but the signer is on no list of trusted ones), "invalid" or "unreadable"."""
    summary: str
    """The verdict as a sentence."""
    claims: tuple[Claim, ...] = ()
    """The active claim first, then those of the files that it was made from."""
    problems: tuple[str, ...] = ()
    """Codes of the C2PA specification, such as "assertion.bmffHash.mismatch"."""


def check(path: Path, kind: str | None = None) -> Report | None:
    """Check a file's content credentials, offline; None where it has none. The file is read and not changed.

    `kind` is its media type where its name does not tell it. Never raises for what a file holds. Raises `OSError` where it can't be read.
    """
    kind = kind or library.media_type(path)
    marks = read_marks(path)
    if kind is None or marks is None or marks.credentials in {"none", "elsewhere"}:
        return None
    if manifest_bytes(path) > LARGEST:
        return Report(
            "unreadable", f"The content credentials are larger than {LARGEST >> 20} MiB and were not checked."
        )
    from c2pa import C2paError, Reader

    try:
        with path.open("rb") as file, library.context() as context, Reader(kind, file, context=context) as reader:
            return _report(json.loads(reader.json()))
    except C2paError.ManifestNotFound:
        return _unreadable("there is no manifest in their box") if marks.credentials == "damaged" else None
    except (C2paError, ValueError) as error:
        why = _short(str(error).partition(": ")[2] or str(error))
        return _unreadable(why)


def _unreadable(why: str) -> Report:
    return Report("unreadable", f"The content credentials can't be read: {why}.", problems=(why,))


def _report(told: Mapping[str, Any]) -> Report:
    state = str(told.get("validation_state", "")).lower()
    problems = tuple(sorted({_short(code) for code in _codes(told)}))[:MOST]
    claims = tuple(map(_claim, _chain(told)))[:MOST]
    return Report(state, _summary(state, claims, problems), claims, problems)


def _summary(state: str, claims: tuple[Claim, ...], problems: tuple[str, ...]) -> str:
    who = (claims[0].issuer or claims[0].signer) if claims else ""
    signer = f"signed by {who}" if who else "signed"
    if state == "trusted":
        return f"The content credentials hold: the file is unchanged, {signer}."
    if state == "valid":
        return (
            f"The content credentials hold: the file is unchanged, {signer}, who is on no list of trusted signers here."
        )
    broken = next((code for code in problems if code != UNTRUSTED), "no reason is given")
    return f"The content credentials do not hold for this file ({broken})."


def _codes(told: Mapping[str, Any]) -> Iterator[str]:
    """Return the codes of everything that failed, in the chain too."""
    for status in told.get("validation_status") or ():
        yield str(status.get("code", ""))


def _chain(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the active manifest and those of its ingredients, each once."""
    manifests, waiting, seen = told.get("manifests") or {}, [told.get("active_manifest")], set[Any]()
    while waiting:
        label = waiting.pop(0)
        if label in seen or label not in manifests:
            continue
        seen.add(label)
        yield manifests[label]
        waiting += [one.get("active_manifest") for one in manifests[label].get("ingredients") or ()]


def _claim(manifest: Mapping[str, Any]) -> Claim:
    signature = manifest.get("signature_info") or {}
    made_by: Mapping[str, Any] = next(iter(manifest.get("claim_generator_info") or ()), {})
    actions = [one for found in _assertions(manifest, "c2pa.actions") for one in found.get("actions") or ()]
    metadata = [found.get("Iptc4xmpExt:DigitalSourceType") for found in _assertions(manifest, "c2pa.metadata")]
    kinds = [*(one.get("digitalSourceType") for one in actions), *metadata]
    return Claim(
        issuer=_short(signature.get("issuer")),
        signer=_short(signature.get("common_name")),
        signed_at=_short(signature.get("time")),
        generator=_short(" ".join(filter(None, (made_by.get("name"), made_by.get("version"))))),
        actions=tuple(_short(one.get("action")) for one in actions)[:MOST],
        source_types=tuple(dict.fromkeys(_short(kind) for kind in kinds if kind))[:MOST],
        parents=tuple(_short(one.get("title")) for one in manifest.get("ingredients") or ())[:MOST],
    )


def _assertions(manifest: Mapping[str, Any], label: str) -> Iterator[Mapping[str, Any]]:
    for one in manifest.get("assertions") or ():
        with suppress(AttributeError):  # a manifest of somebody else holds what it likes
            if str(one["label"]).startswith(label):
                yield one["data"]


def _short(text: object) -> str:
    """Return a text of a manifest as it may be shown."""
    return escape_text(str(text or ""))[:LONGEST]
