"""What a file says of its origin is found whatever it looks like, and the file stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_videogen.core.clip import Marks
from jupyter_videogen.media.container import check_container
from jupyter_videogen.media.provenance import credentials, marks
from support.fakes import box
from support.marked_films import C2PA, IPTC, marked, of_provider, with_xmp
from support.video_samples import film

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PURPOSES = {
    b"manifest": "yes",
    b"update": "yes",
    b"original": "yes",
    b"merkle": "none",
    b"": "damaged",
    b"else": "damaged",
}
PACKETS = {
    f"<a:DigitalSourceType>{IPTC}algorithmicMedia</a:DigitalSourceType>": "algorithmicMedia",
    f'<d a:DigitalSourceType="{IPTC}trainedAlgorithmicMedia"/>': "trainedAlgorithmicMedia",
    f'<a:DigitalSourceType rdf:resource="{IPTC.replace("http", "https")}composite"/>': "composite",
    f"<a:DigitalSourceType>\n {IPTC}digitalCapture </a:DigitalSourceType>": "digitalCapture",
    f"<a:Other>{IPTC}algorithmicMedia</a:Other>": "",
    "<a:DigitalSourceType>something else</a:DigitalSourceType>": "",
    "": "",
}


def jumbf(size: int = 30) -> bytes:
    """The head of a store of manifests."""
    return size.to_bytes(4, "big") + b"jumb" + bytes(size - 8)


def with_c2pa(path: Path, purpose: bytes, content: bytes) -> Path:
    """Add a box of content credentials to an MP4."""
    path.write_bytes(path.read_bytes() + box(b"uuid", C2PA + bytes(4) + purpose + b"\0" + bytes(8) + content))
    return path


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_box_of_content_credentials_is_seen_by_its_purpose(tmp_path: Path, purpose: bytes) -> None:
    """Hashes alone are none."""
    clip = with_c2pa(tmp_path / film(tmp_path / "a.mp4").path, purpose, jumbf())
    assert marks.read_marks(clip) == Marks(credentials=PURPOSES[purpose])
    assert check_container(clip)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        jumbf()[:7],
        jumbf()[:29],
        b"\xff\xff\xff\xff" + jumbf()[4:],
        b"\0\0\0\0" + jumbf()[4:],
        b"\0\0\0\x1ejunk" + bytes(22),
    ],
)
def test_a_manifest_that_is_cut_is_called_damaged(tmp_path: Path, content: bytes) -> None:
    """It is no error: the clip is whole."""
    clip = with_c2pa(tmp_path / film(tmp_path / "a.mp4").path, b"manifest", content)
    before = clip.read_bytes()
    assert marks.read_marks(clip) == Marks(credentials="damaged")
    report = credentials.check(clip)
    assert report is not None
    assert report.state == "unreadable"
    assert report.summary.startswith("The content credentials can't be read: ")
    assert clip.read_bytes() == before


def test_a_huge_manifest_is_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And said to be too large."""
    clip = marked(tmp_path / "a.mp4")
    monkeypatch.setattr(credentials, "LARGEST", 1 << 10)
    report = credentials.check(tmp_path / "a.mp4")
    assert report is not None
    assert (report.state, report.summary) == (
        "unreadable",
        "The content credentials are larger than 0 MiB and were not checked.",
    )
    assert clip.marks == Marks(credentials="yes")


@pytest.mark.parametrize("packet", PACKETS)
def test_the_source_type_is_found_as_attribute_and_as_element(tmp_path: Path, packet: str) -> None:
    """And nowhere else."""
    clip = with_xmp(tmp_path / film(tmp_path / "a.mp4").path, packet.encode())
    assert marks.read_marks(clip) == Marks(source_type=PACKETS[packet])


def test_an_address_of_content_credentials_is_said_and_not_asked(tmp_path: Path) -> None:
    """A file may name a server."""
    clip = with_xmp(tmp_path / film(tmp_path / "a.mp4").path, b'<d dcterms:provenance="https://example.test/a.c2pa"/>')
    found = marks.read_marks(clip)
    assert marks.credentials_words(found) == "named at an address (not fetched)"
    assert credentials.check(clip) is None


def test_other_kinds_of_files_are_told_apart_from_files_without_marks(tmp_path: Path) -> None:
    """WebM has no place for content credentials; a file that is gone says nothing."""
    webm = film(tmp_path / "a.webm", codec="libvpx-vp9")
    assert marks.credentials_words(marks.read_marks(tmp_path / "a.webm")) == "not looked for in a file of this kind"
    assert credentials.check(tmp_path / "a.webm") is None
    assert marks.read_marks(tmp_path / "none.mp4") is None
    assert marks.credentials_words(webm.marks) == "not looked for"


def flip(content: bytes) -> bytes:
    """Change one byte of the pictures."""
    at = content.index(b"mdat") + 20
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def rename_algorithm(content: bytes) -> bytes:
    """Name an algorithm of signatures that nobody knows: ES256 is -7 in the protected header of COSE (RFC 9053)."""
    assert content.count(b"\xa2\x01\x26\x18\x21") == 1
    return content.replace(b"\xa2\x01\x26\x18\x21", b"\xa2\x01\x37\x18\x21")


def blank(content: bytes) -> bytes:
    """Lose a part of the manifests."""
    at = content.index(C2PA) + 200
    return content[:at] + bytes(300) + content[at + 300 :]


def append_xmp(content: bytes) -> bytes:
    """Add XMP after the signature."""
    return content + box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<x/>")


@pytest.mark.parametrize("harm", [flip, rename_algorithm, blank, append_xmp])
def test_what_does_not_hold_is_said_in_a_sentence_and_changes_nothing(
    tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    """Whatever is wrong, no error is raised, and the clip is the one that came."""
    clip = marked(tmp_path / "a.mp4")
    path = tmp_path / "a.mp4"
    path.write_bytes(harm(path.read_bytes()))
    before = path.read_bytes()
    report = credentials.check(path)
    assert report is not None
    assert report.state in {"invalid", "unreadable"}
    assert report.summary.startswith("The content credentials ")
    assert report.problems
    assert path.read_bytes() == before
    assert of_provider(path).marks == clip.marks


def test_a_valid_signature_of_a_stranger_is_valid_and_untrusted(tmp_path: Path) -> None:
    """With who signed, with what, and what is claimed."""
    clip = marked(tmp_path / "a.mp4")
    report = credentials.check(tmp_path / "a.mp4")
    assert report is not None
    assert report.state == "valid"
    assert (
        report.summary
        == "The content credentials hold: the file is unchanged, signed by Provider Ltd, who is on no list of trusted signers here."
    )
    (claim,) = report.claims
    assert (claim.issuer, claim.signer, claim.actions) == ("Provider Ltd", "Provider", ("c2pa.created",))
    assert claim.source_types == (f"{IPTC}trainedAlgorithmicMedia",)
    assert claim.generator == "Their model 2"
    assert clip.provenance["content_credentials"] == "valid"
