"""Finished bytes to a file: absent or whole, never half."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_videogen.core.errors import DownloadError
from jupyter_videogen.media import clip_store, container, partial_file
from support.fakes import MP4, box

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    """Return a body in small pieces."""
    for at in range(0, len(body), 1000):
        yield body[at : at + 1000]


def store(body: bytes, path: Path, expected: int | None = None) -> partial_file.Stored:
    return asyncio.run(clip_store.store(pieces(body), path, expected=expected, report=lambda _written: None))


def test_a_whole_clip_is_stored_under_its_name(tmp_path: Path) -> None:
    """Bytes, size and hash agree, and no temporary file is left."""
    path = tmp_path / "videogen" / "a.mp4"
    stored = store(MP4, path, len(MP4))
    assert path.read_bytes() == MP4
    assert (stored.bytes, len(stored.sha256)) == (len(MP4), 64)
    assert [file.name for file in path.parent.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize(
    "body", [b"", b'{"error": "gone"}', b"<html></html>", MP4[:-1], MP4 + b"x", box(b"ftyp", b"isom"), MP4[:60]]
)
def test_what_is_no_whole_video_is_not_stored(tmp_path: Path, body: bytes) -> None:
    """JSON, HTML, nothing, a cut file: the target stays absent, and so does every temporary."""
    with pytest.raises(DownloadError):
        store(body, tmp_path / "videogen" / "a.mp4")
    assert not list((tmp_path / "videogen").iterdir())


def test_every_cut_of_an_mp4_is_noticed(tmp_path: Path) -> None:
    """The box walk finds each truncation point, without help from HTTP."""
    for end in range(len(MP4)):
        (tmp_path / "cut").write_bytes(MP4[:end])
        with pytest.raises(DownloadError):
            container.check_container(tmp_path / "cut")


def test_a_body_shorter_than_promised_is_not_stored(tmp_path: Path) -> None:
    """The promised length counts even when the container looks whole."""
    with pytest.raises(DownloadError, match="of 9,999 bytes"):
        store(MP4, tmp_path / "a.mp4", 9_999)


def test_what_stood_there_stays_when_a_download_fails(tmp_path: Path) -> None:
    """A failed second fetch does not cost the first clip."""
    path = tmp_path / "a.mp4"
    store(MP4, path)
    with pytest.raises(DownloadError):
        store(MP4[:-5], path)
    assert path.read_bytes() == MP4


def test_a_full_disk_says_where_and_what_next(tmp_path: Path) -> None:
    """A folder that cannot be made is told with its path; nothing is generated again."""
    (tmp_path / "videogen").write_text("in the way")
    with pytest.raises(DownloadError, match="nothing is generated again"):
        store(MP4, tmp_path / "videogen" / "a.mp4")


@given(st.text(max_size=300))
def test_names_come_from_us(prompt: str) -> None:
    """Whatever the prompt, the name is short, plain and in the clips' folder."""
    path = clip_store.planned_path(Path("/n"), prompt, "k3q7x2ma")
    assert path.parent == Path("/n/videogen")
    assert set(path.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert len(path.name) <= 40 + 1 + 8 + 4


def test_a_name_tells_what_it_shows() -> None:
    """Words of the prompt, whole ones, then the job."""
    prompt = "A paper boat crossing a neon-lit puddle, macro, rain"
    assert (
        clip_store.planned_path(Path(), prompt, "k3q7x2ma").name
        == "a-paper-boat-crossing-a-neon-lit-puddle-k3q7x2ma.mp4"
    )


def test_a_poster_is_a_small_picture(tmp_path: Path) -> None:
    """A picture is kept under its kind; what is no PNG, JPEG or WebP, or too large for a notebook, is not."""
    jpeg = b"\xff\xd8\xff\xe0" + bytes(100)
    assert clip_store.write_poster(jpeg, tmp_path / "a") == str(tmp_path / "a.jpg")
    webp = b"RIFF\x10\0\0\0WEBPVP8 "
    assert clip_store.write_poster(webp, tmp_path / "w") == str(tmp_path / "w.webp")
    assert [clip_store.still_kind(one) for one in (jpeg, webp, b"RIFF\x10\0\0\0WAVE", b"")] == [
        "jpeg",
        "webp",
        None,
        None,
    ]
    assert clip_store.write_poster(b'{"error": 1}', tmp_path / "b.jpg") is None
    assert clip_store.write_poster(jpeg + bytes(60_000), tmp_path / "c.jpg") is None
