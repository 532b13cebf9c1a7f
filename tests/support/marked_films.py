"""Films with marks of origin, and readers of marks that are not ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import c2pa
from msgspec.structs import replace

from jupyter_videogen.media.provenance import library
from jupyter_videogen.media.provenance.marks import read_marks
from support.certificates import signer
from support.fakes import box
from support.video_samples import clip_of, film

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.api.clip import Clip

XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def marked(path: Path, **shape: Any) -> Clip:
    """A clip as a provider with content credentials sends it: signed, and of a trained model."""
    plain = path.with_name(f"plain-{path.name}")
    film(plain, **shape)
    root = signer("Provider CA", root=True)
    one = signer("Provider", root)
    created = {"action": "c2pa.created", "digitalSourceType": f"{IPTC}trainedAlgorithmicMedia"}
    manifest = {
        "claim_generator_info": [{"name": "Their model", "version": "2"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
    info = c2pa.C2paSignerInfo(b"es256", one.pem + root.pem, one.key_pem(), None)
    with (
        c2pa.Signer.from_info(info) as key,
        library.context() as context,
        c2pa.Builder(json.dumps(manifest), context=context) as builder,
        plain.open("rb") as source,
        path.open("x+b") as target,
    ):
        builder.sign(key, "video/mp4", source, target)
    plain.unlink()
    return of_provider(path)


def of_provider(path: Path, provider: str = "qubrid") -> Clip:
    """The clip of a file, from a provider, with its marks as they are stored."""
    return replace(clip_of(path), provider=provider, marks=read_marks(path))


def top_boxes(content: bytes) -> list[tuple[bytes, bytes]]:
    """Every box at the top of an MP4: its kind and its content."""
    found, at = [], 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        found.append((content[at + 4 : at + 8], content[at + 8 : at + size]))
        at += size
    return found


def xmp_source_type(path: Path) -> str | None:
    """The Digital Source Type in the XMP of an MP4, by a parser of XML; None without XMP."""
    packets = [
        content[16:] for kind, content in top_boxes(path.read_bytes()) if kind == b"uuid" and content[:16] == XMP
    ]
    if not packets:
        return None
    (packet,) = packets
    names = {"x": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"}
    found = ET.fromstring(packet.decode("utf-8").strip()).find(".//x:DigitalSourceType", names)  # noqa: S314 - our own file
    assert found is not None
    return found.text


def with_xmp(path: Path, packet: bytes) -> Path:
    """Add a packet of XMP to an MP4."""
    path.write_bytes(path.read_bytes() + box(b"uuid", XMP + packet))
    return path


def verdict(path: Path, kind: str = "video/mp4") -> dict[str, Any]:
    """What the library itself says of a file, offline."""
    with library.context() as context, path.open("rb") as file, c2pa.Reader(kind, file, context=context) as reader:
        told: dict[str, Any] = json.loads(reader.json())
        return told
