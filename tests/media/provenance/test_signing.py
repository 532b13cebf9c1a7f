"""Signed copies: the library's own verdict, the chain to the fetched clip, and what can't be signed with."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen.config.configuration import read_layers
from jupyter_videogen.config.files import list_settings
from jupyter_videogen.config.provenance import SigningFiles
from jupyter_videogen.media import signing
from support.certificates import KINDS, configure, signer
from support.marked_films import IPTC, marked, of_provider, verdict
from support.video_samples import film

if TYPE_CHECKING:
    from collections.abc import Callable

SELF_SIGNED = (
    r"copy\.mp4 is signed with a self-signed certificate: programs that check it will call its signer untrusted\."
)


def plain(folder: Path) -> vg.Clip:
    """A clip without marks, from a provider."""
    return of_provider(Path(film(folder / "a.mp4").path))


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_copy_is_valid_with_every_kind_of_key(tmp_path: Path, home: Path, kind: str) -> None:
    """By the library, whose only doubt is the signer; the copy's receipt is about the copy."""
    root = signer("Root", root=True)
    configure(home, signer("Me", root, kind=kind), root)
    copy = plain(tmp_path).save(tmp_path / "copy.mp4", sign=True)
    told = verdict(copy)
    assert told["validation_state"] == "Valid"
    assert {one["code"] for one in told["validation_status"]} == {"signingCredential.untrusted"}
    receipt = json.loads((tmp_path / "copy.json").read_text("utf-8"))
    assert receipt["content_credentials"] == "yes (unchecked)"
    assert receipt["bytes"] == copy.stat().st_size
    assert receipt["source"]["content_credentials"] == "none"


def test_the_fetched_clip_is_the_parent_with_its_own_manifest(tmp_path: Path, home: Path) -> None:
    """The chain goes on to whom the provider's clip was signed by, and the copy says that a model made it."""
    root = signer("Root", root=True)
    configure(home, signer("Me", root), root)
    clip = marked(tmp_path / "a.mp4")
    copy = clip.save(tmp_path / "copy.mp4", sign=True)
    told = verdict(copy)
    active = told["manifests"][told["active_manifest"]]
    (parent,) = active["ingredients"]
    assert (parent["relationship"], parent["title"]) == ("parentOf", "a.mp4")
    assert told["manifests"][parent["active_manifest"]]["signature_info"]["issuer"] == "Provider Ltd"
    assert told["validation_state"] == "Valid"
    report = of_provider(copy).provenance["credentials"]
    assert [claim["signer"] for claim in report["claims"]] == ["Me", "Provider"]
    assert report["claims"][0]["source_types"] == [f"{IPTC}trainedAlgorithmicMedia"]
    assert report["claims"][0]["actions"] == ["c2pa.opened"]


def test_a_clip_whose_credentials_do_not_hold_can_be_signed_and_the_chain_says_so(tmp_path: Path, home: Path) -> None:
    """Nobody's damage is hidden, and nobody's clip is refused for it."""
    root = signer("Root", root=True)
    configure(home, signer("Me", root), root)
    path = Path(marked(tmp_path / "a.mp4").path)
    content = path.read_bytes()
    at = content.index(b"mdat") + 20
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    copy = of_provider(path).save(tmp_path / "copy.mp4", sign=True)
    told = verdict(copy)
    (parent,) = told["manifests"][told["active_manifest"]]["ingredients"]
    failed = {one["code"] for one in parent["validation_results"]["activeManifest"]["failure"]}
    assert "assertion.bmffHash.mismatch" in failed


def test_a_self_signed_certificate_is_said_to_be_untrusted(tmp_path: Path, home: Path) -> None:
    """The signature holds all the same."""
    configure(home, signer("Me"))
    with pytest.warns(UserWarning, match=SELF_SIGNED):
        copy = plain(tmp_path).save(tmp_path / "copy.mp4", sign=True)
    assert verdict(copy)["validation_state"] == "Valid"


def _no_section(home: Path) -> None:
    (home / "videogen.toml").unlink()


def _write(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda home: (home / name).write_bytes(content) and None


def _section(text: str) -> Callable[[Path], None]:
    return lambda home: (home / "videogen.toml").write_text(f"[provenance]\n{text}\n", "utf-8") and None


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "nothing is configured": (_no_section, r"neither a certificate nor a key is named"),
    "a certificate without a key": (_section('certificate = "chain.pem"'), r"no key is named"),
    "a key without a certificate": (_section('key = "key.pem"'), r"no certificate is named"),
    "no such certificate": (lambda home: (home / "chain.pem").unlink(), r"The certificate can't be read: .*chain\.pem"),
    "no such key": (lambda home: (home / "key.pem").unlink(), r"The key can't be read: .*key\.pem: No such file"),
    "a folder": (lambda home: ((home / "key.pem").unlink(), (home / "key.pem").mkdir())[1], r"The key can't be read"),
    "no certificate": (_write("chain.pem", b"hello"), r"chain\.pem holds no certificate in PEM"),
    "no key": (
        _write("key.pem", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        r"key\.pem holds no private key in PEM",
    ),
    "a password": (
        lambda home: (home / "key.pem").write_bytes(signer("Me").key_pem(b"secret")) and None,
        r"key\.pem is protected by a password",
    ),
    "the key of another": (
        _write("key.pem", signer("Other").key_pem()),
        r"The key in key\.pem does not belong to the certificate in chain\.pem",
    ),
    "ended": (
        lambda home: configure(home, signer("Me", days=(-9, -2))),
        r"is not valid now: it has ended on \d{4}-\d\d-\d\d\.",
    ),
    "not yet": (
        lambda home: configure(home, signer("Me", days=(2, 9))),
        r"is not valid now: it begins on \d{4}-\d\d-\d\d\.",
    ),
    "a certificate of an authority": (
        lambda home: configure(home, signer("Me", root=True)),
        r"The (copy could not be signed|signature would not hold)",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_can_not_sign_is_said_before_anything_is_written(tmp_path: Path, home: Path, name: str) -> None:
    """In a sentence, with the file at fault and no word of the key."""
    configure(home, signer("Me"))
    harm, words = BROKEN[name]
    harm(home)
    clip = plain(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(vg.InvalidRequest, match=words) as told:
        clip.save(tmp_path / "copy.mp4", sign=True)
    assert "Nothing was written." in told.value.message
    assert (told.value.sent, told.value.charged) == ("no", "no")
    assert sorted(tmp_path.iterdir()) == before
    shown = "".join(traceback.format_exception(told.value))
    assert "BEGIN" not in shown
    assert "secret" not in shown


def test_a_webm_and_another_suffix_are_refused(tmp_path: Path, home: Path) -> None:
    """A container without a place for manifests, and a name that would lie."""
    configure(home, signer("Me"))
    webm = of_provider(Path(film(tmp_path / "a.webm", codec="libvpx-vp9").path))
    with pytest.raises(vg.Unsupported, match=r"A \.webm file can't hold content credentials"):
        webm.save(tmp_path / "copy.webm", sign=True)
    with pytest.raises(vg.InvalidRequest, match=r"can't be named copy\.mov"):
        plain(tmp_path).save(tmp_path / "copy.mov", sign=True)


def test_nothing_that_is_there_is_overwritten(tmp_path: Path, home: Path) -> None:
    """Unless that is asked for."""
    root = signer("Root", root=True)
    configure(home, signer("Me", root), root)
    clip = plain(tmp_path)
    (tmp_path / "copy.mp4").write_bytes(b"mine")
    with pytest.raises(vg.InvalidRequest, match=r"copy\.mp4 already exists"):
        clip.save(tmp_path / "copy.mp4", sign=True)
    assert (tmp_path / "copy.mp4").read_bytes() == b"mine"
    clip.save(tmp_path / "copy.mp4", sign=True, overwrite=True)
    assert verdict(tmp_path / "copy.mp4")["validation_state"] == "Valid"


def test_a_projects_file_names_nobody_to_sign_as(tmp_path: Path, home: Path) -> None:
    """What it says is listed as ignored."""
    configure(Path.cwd(), signer("Project"))
    with pytest.raises(vg.InvalidRequest, match="neither a certificate nor a key is named"):
        plain(tmp_path).save(tmp_path / "copy.mp4", sign=True)
    told = {one.name: one.source for one in list_settings(read_layers())}
    assert told["provenance.key"].endswith("ignored: it counts in your own file alone")


def test_the_key_is_shown_nowhere(tmp_path: Path, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not as text, not in a log, not in a pickle."""
    one = signer("Me")
    configure(home, one)
    secret = one.key_pem().decode().splitlines()[1][:40]
    caplog.set_level(logging.DEBUG)
    credential = signing.load_credential(SigningFiles(home / "chain.pem", home / "key.pem"))
    assert secret not in repr(credential)
    with pytest.raises(TypeError):
        pickle.dumps(credential)
    with pytest.warns(UserWarning, match="self-signed"):
        plain(tmp_path).save(tmp_path / "copy.mp4", sign=True)
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "key.pem"]
    assert secret not in caplog.text
    assert all(secret.encode() not in content for content in written)
