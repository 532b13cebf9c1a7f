"""Clips that are late, mislabelled, padded, or no films at all, over a real line."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING

import pytest

from support.fakes import box
from support.raw_server import head, raw, says
from support.single_job import ETAG, HALF, LONG, Stage
from support.video_samples import film_of as film
from support.video_samples import track

if TYPE_CHECKING:
    from pathlib import Path

WAV = b"RIFF" + struct.pack("<I", 4036) + b"WAVEfmt " + bytes(4028)
STILL_WEBP = b"RIFF" + struct.pack("<I", 300) + b"WEBPVP8 " + bytes(292)
MOVING_WEBP = b"RIFF" + struct.pack("<I", 300) + b"WEBPVP8X\x0a\0\0\0\x02" + bytes(287)
GIF_HEAD = b"GIF89a\x04\0\x04\0\0\0\0"
GIF_PICTURE = b"\x2c" + bytes(8) + b"\0\x02\x02\x44\x01\0"
M4A = box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", b"\0" * 40) + box(b"mdat", bytes(400))
AVIF = box(b"ftyp", b"avif\0\0\0\0") + box(b"meta", bytes(300))


@pytest.mark.parametrize("status", [202, 204, 404, 409, 423, 425])
def test_a_clip_that_is_not_there_yet_is_waited_for_a_minute(status: int, tmp_path: Path) -> None:
    """Whatever a provider calls it."""
    stage = Stage(tmp_path, *[says(b"", status)] * 10, says(LONG))
    stage.run()
    stage.check_stored()


@pytest.mark.parametrize("body", [b'{"status": "processing"}', b'{"status": "queued"}', b' {"message": "Video is not ready"}', b'{"state": "x", "error": "still in progress"}'])  # fmt: skip
def test_a_200_that_says_processing_is_not_yet(body: bytes, tmp_path: Path) -> None:
    """An answer in words where the clip should be."""
    stage = Stage(tmp_path, *[says(body)] * 10, says(LONG))
    stage.run()
    stage.check_stored()


def test_a_service_that_names_a_time_is_waited_for_past_the_minute(tmp_path: Path) -> None:
    """Three times 50 seconds, as it asked, and then the clip."""
    stage = Stage(tmp_path, *[says(b"", 202, retry_after="50")] * 3, says(LONG))
    stage.run()
    stage.check_stored()
    assert stage.clock.slept.count(50.0) == 3


def test_no_service_is_waited_for_for_ever(tmp_path: Path) -> None:
    """A quarter of an hour of "later": the job stays, and can be fetched another day."""
    stage = Stage(tmp_path, says(b"", 202, retry_after="300"))
    stage.run()
    assert (stage.job.state, stage.server.posts) == ("saving", 1)
    assert 900 <= stage.clock.time - 1_000 < 2_000


@pytest.mark.parametrize("status", [520, 522, 524, 527, 529, 530])
def test_a_line_that_its_guard_cuts_is_asked_again(status: int, tmp_path: Path) -> None:
    """Cloudflare's statuses are those of a bad gateway: what was here stays."""
    stage = Stage(tmp_path, says(b"<title>error</title>", status), says(LONG))
    stage.run()
    stage.check_stored()


def test_a_part_that_is_everything_is_the_clip(tmp_path: Path) -> None:
    """Some stores answer 206 whatever they are asked."""
    stage = Stage(tmp_path, says(LONG, 206, content_range=f"bytes 0-{len(LONG) - 1}/{len(LONG)}"))
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all"]


@pytest.mark.parametrize("span", ["", f"bytes 0-{HALF - 1}/{len(LONG)}", f"bytes 1-{len(LONG)}/{len(LONG) + 1}", "bytes 0-9/*"])  # fmt: skip
def test_a_part_that_is_not_everything_is_none(span: str, tmp_path: Path) -> None:
    """A part that nobody asked for: asked again."""
    stage = Stage(tmp_path, says(LONG, 206, content_range=span), says(LONG))
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all", "all"]


@pytest.mark.parametrize(
    "label", ["aws-chunked", "UTF-8", "utf-8", "binary", "none", "gzip", "br", "deflate", "x-gzip"]
)
def test_a_label_does_not_make_a_plain_film_compressed(label: str, tmp_path: Path) -> None:
    """Stores give out what they were told at upload: the bytes decide, and their length is what was announced."""
    stage = Stage(tmp_path, says(LONG, content_encoding=label))
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all"]


def test_a_mislabelled_clip_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """The rest bears the same label as the beginning."""
    first = raw(head(content_length=len(LONG), etag=ETAG, content_encoding="aws-chunked"), LONG[:HALF])
    rest = says(LONG[HALF:], 206, content_range=f"bytes {HALF}-{len(LONG) - 1}/{len(LONG)}", etag=ETAG, content_encoding="aws-chunked")  # fmt: skip
    stage = Stage(tmp_path, first, rest)
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all", f'bytes={HALF}- "v1"']


def test_a_film_that_is_compressed_is_still_undone(tmp_path: Path) -> None:
    """Asked once more for plain bytes, then taken as it comes."""
    packed = says(gzip.compress(LONG), content_encoding="gzip")
    stage = Stage(tmp_path, packed, packed)
    stage.run()
    stage.check_stored(total=False)


@pytest.mark.parametrize("tail", [b"\n", b"\r\n", b"\0" * 2, b"\0" * 8, b"\0" * 4096, b" \n"])
def test_a_blank_rest_behind_the_last_box_is_taken(tail: bytes, tmp_path: Path) -> None:
    """The boxes are whole and the length is what was announced: players play it."""
    stage = Stage(tmp_path, says(LONG + tail))
    stage.run()
    stage.check_stored(LONG + tail)


@pytest.mark.parametrize("tail", [b"\0\0\0", b"<html>", b"\0\0\0\x20mda"])
def test_a_rest_that_is_not_blank_is_a_cut(tail: bytes, tmp_path: Path) -> None:
    """Without a length, three zeros are the beginning of a box."""
    stage = Stage(tmp_path, raw(head(connection="close"), LONG + tail))
    stage.run()
    stage.check_kept("What the provider sent is truncated.")


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (WAV, "audio (WAV)"),
        (b"ID3" + bytes(400), "audio (MP3)"),
        (b"OggS" + bytes(400), "audio (Ogg)"),
        (M4A, "audio (M4A)"),
        (film(track(b"soun", b"mp4a")), "audio (an MP4 without pictures)"),
        (STILL_WEBP, "a still image (WebP)"),
        (AVIF, "a still image (AVIF)"),
        (b"\x89PNG\r\n\x1a\n" + bytes(400), "a still image (PNG)"),
        (b"\xff\xd8\xff\xe0" + bytes(400), "a still image (JPEG)"),
        (GIF_HEAD + GIF_PICTURE + b"\x3b" + bytes(300), "a still image (GIF)"),
    ],
)
def test_what_is_no_film_is_refused_with_what_it_is(body: bytes, what: str, tmp_path: Path) -> None:
    """Once: asking again would bring the same. The job is kept."""
    stage = Stage(tmp_path, says(body, content_type="video/mp4"))
    stage.run()
    stage.check_kept(f"What the provider sent is {what}, not a video.")
    assert stage.asked() == ["all"]


@pytest.mark.parametrize(
    "body",
    [
        film(track(b"vide"), track(b"soun", b"mp4a")),
        film(track(b"soun", b"mp4a"), track(b"vide", b"xyz1")),
        film(track(b"vide"), brand=b"qt  "),
        MOVING_WEBP,
        GIF_HEAD + GIF_PICTURE * 2 + b"\x3b" + bytes(300),
    ],
)
def test_what_moves_is_stored(body: bytes, tmp_path: Path) -> None:
    """A codec that nobody here knows, a GIF and a WebP of several pictures: stored, if without a poster."""
    stage = Stage(tmp_path, says(body))
    job = stage.run()
    assert (job.state, job.clips[0].bytes, job.clips[0].poster) == ("succeeded", len(body), None)


@pytest.mark.parametrize(("codec", "words"), [(b"hvc1", "HEVC (H.265)"), (b"hev1", "HEVC (H.265)"), (b"apcn", "ProRes"), (b"mp4v", "MPEG-4 Part 2")])  # fmt: skip
def test_a_codec_that_browsers_lack_is_told_with_what_plays_it(codec: bytes, words: str, tmp_path: Path) -> None:
    """The clip is stored, and the page says why it may stay black."""
    stage = Stage(tmp_path, says(film(track(b"vide", codec))))
    (warning,) = stage.run().warnings
    assert warning.startswith(f"The clip is in {words}, which not every browser can play:")
    assert "can play it" in warning
