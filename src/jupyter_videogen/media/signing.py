"""Sign a copy of a clip with the user's own certificate: a new manifest, with the clip as it was fetched as its parent.

C2PA technical specification 2.4: `c2pa.opened` names the parent, and the signer's certificate must have its purpose. The key
stays in its file: it is read for each signature, is held by opaque objects alone, and no error quotes it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.core.version import VERSION
from jupyter_videogen.filesystem import bounded_read
from jupyter_videogen.media import clip_store, receipt
from jupyter_videogen.media.provenance import copies, credentials, library, xmp

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from pathlib import Path

    from c2pa import Signer
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

    from jupyter_videogen.config.provenance import SigningFiles
    from jupyter_videogen.core.clip import ClipRecord

CURVES = {256: "es256", 384: "es384", 521: "es512"}
"""Signature algorithms of C2PA by the size of an elliptic curve's key, in bits."""
GENERATOR = {"name": receipt.GENERATOR, "version": VERSION}
PARENT = "parent"


class Credential(NamedTuple):
    """What a signature needs; the key is an object without a readable form."""

    chain: bytes
    """Certificates in PEM, the signer's first."""
    key: PrivateKeyTypes
    algorithm: str
    own: bool
    """Whether the signer's certificate is signed by itself."""


def save_signed(
    clip: ClipRecord, path: str | PathLike[str], find_files: Callable[[], SigningFiles], *, overwrite: bool = False
) -> tuple[Path, str]:
    """Write a signed copy of a clip and its receipt; returns the copy's path, and a sentence where its signer is untrusted.

    Raises `InvalidRequest` where the certificate or the key can't be used, before anything is written, and as
    `clip_store.copy` does; `Unsupported` without the extra or for a kind of file that holds no content credentials.
    """
    library.require_library()
    source = clip_store.existing_path(clip)
    target = clip_store.copy_target(source, path, overwrite=overwrite)
    kind = _kind(source, target)
    credential = load_credential(find_files())
    with clip_store.replacing(target, overwrite=overwrite) as temporary:
        _sign(clip, source, temporary, kind, credential)
    receipt.write_receipt(target, receipt.describe_copy(clip, target), overwrite=overwrite)
    return target, _untrusted_words(target, credential)


def load_credential(files: SigningFiles) -> Credential:
    """Read the certificate and the key, and hold them against each other; raises `InvalidRequest`."""
    from cryptography.hazmat.primitives.serialization import Encoding

    chain = _read_chain(files.certificate)
    key = _read_key(files.key)
    own, now = chain[0], datetime.now(UTC)
    if own.public_key() != key.public_key():
        raise _error(f"The key in {files.key.name} does not belong to the certificate in {files.certificate.name}.")
    if not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
        ended = (
            f"has ended on {own.not_valid_after_utc:%Y-%m-%d}"
            if now > own.not_valid_after_utc
            else f"begins on {own.not_valid_before_utc:%Y-%m-%d}"
        )
        raise _error(f"The certificate in {files.certificate.name} is not valid now: it {ended}.")
    encoded = b"".join(one.public_bytes(Encoding.PEM) for one in chain)
    return Credential(encoded, key, _algorithm(key, files.key), own.issuer == own.subject)


def _read_chain(path: Path) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    text = _read(path, "certificate")
    try:
        return load_pem_x509_certificates(text)
    except ValueError:
        raise _error(f"{path.name} holds no certificate in PEM.") from None


def _read_key(path: Path) -> PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(_read(path, "key"), password=None)
    except TypeError:
        reason = "is protected by a password, which nobody can be asked for here"
    except (ValueError, UnsupportedAlgorithm):
        reason = "holds no private key in PEM"
    raise _error(f"{path.name} {reason}.")


def _read(path: Path, what: str) -> bytes:
    try:
        return bounded_read.read_bounded(path)
    except OSError as error:
        raise _error(f"The {what} can't be read: {path}: {error.strerror or error}.") from None


def _algorithm(key: PrivateKeyTypes, path: Path) -> str:
    """Return the algorithm of C2PA for a key; raises `InvalidRequest` for one that it has none for."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return "ps256"
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name.startswith("secp") and key.key_size in CURVES:
        return CURVES[key.key_size]
    raise _error(
        f"The key in {path.name} is of a kind that C2PA does not sign with; it takes P-256, P-384, P-521, Ed25519, and RSA from 2048 bits."
    )


def _kind(source: Path, target: Path) -> str:
    kind = library.media_type(source)
    if kind is None:
        raise Unsupported(
            f"A {source.suffix} file can't hold content credentials. Nothing was written.",
            next="Save it without sign, or sign an MP4 of it: vg.concat([clip]).save(…).",
        )
    if target.suffix.lower() != source.suffix.lower():
        raise InvalidRequest(
            f"A signed copy of {source.name} can't be named {target.name}. Nothing was written.",
            next=f"Use a name that ends in {source.suffix}.",
            field="path",
        )
    return kind


def _sign(clip: ClipRecord, source: Path, temporary: Path, kind: str, credential: Credential) -> None:
    """Write the signed copy, and hold it to the library's own verdict."""
    from c2pa import Builder, C2paError

    manifest, parent = (
        _manifest(clip, source, kind),
        {"title": source.name, "relationship": "parentOf", "label": PARENT},
    )
    try:
        with _signer(credential) as signer, library.context() as context, Builder(manifest, context=context) as builder:
            with source.open("rb") as fetched:
                builder.add_ingredient(parent, kind, fetched)
            with source.open("rb") as fetched, temporary.open("x+b") as signed:
                builder.sign(signer, kind, fetched, signed)
    except C2paError as error:
        raise _error(f"The copy could not be signed: {error}.") from None
    report = credentials.check(temporary, kind)
    if report is None or report.state not in {"valid", "trusted"}:
        raise _error(f"The signature would not hold: {report.summary if report else 'nothing was written.'}")


def _signer(credential: Credential) -> Signer:
    from c2pa import C2paSignerInfo, Signer
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Signer.from_info(
        C2paSignerInfo(
            alg=credential.algorithm.encode(),
            sign_cert=credential.chain,
            private_key=credential.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            ta_url=None,  # no time stamp: nothing is asked of anybody
        )
    )


def _manifest(clip: ClipRecord, source: Path, kind: str) -> str:
    """Return the definition of the manifest: what the copy is, and that its parent was opened and left as it is."""
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [PARENT]}}
    origin = {
        "@context": {"Iptc4xmpExt": xmp.NAMESPACE},
        "Iptc4xmpExt:DigitalSourceType": xmp.source_type_uri(copies.source_type(clip)),
    }
    assertions = [
        {"label": "c2pa.actions.v2", "data": {"actions": [opened]}},
        {"label": "c2pa.metadata", "kind": "Json", "data": origin},
    ]
    return json.dumps(
        {"claim_generator_info": [GENERATOR], "title": source.name, "format": kind, "assertions": assertions}
    )


def _untrusted_words(target: Path, credential: Credential) -> str:
    if not credential.own:
        return ""
    return f"{target.name} is signed with a self-signed certificate: programs that check it will call its signer untrusted."


def _error(what: str) -> InvalidRequest:
    return InvalidRequest(
        f"{what} Nothing was written.", next="See [provenance] in your own videogen.toml.", field="sign"
    )
