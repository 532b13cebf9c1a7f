"""What people hand over as media: told apart, checked, and kept by content."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fakes import MP4
from jupyter_videogen.errors import Failure, InvalidRequest
from jupyter_videogen.fingerprint import fingerprint
from jupyter_videogen.inputs import collect, fitted, medium, picture_size
from jupyter_videogen.values import Clip, GenerationRequest, Media

RED = np.full((6, 10, 3), (200, 10, 10), np.uint8)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class FakePicture:
    """As much of a PIL image as is asked of one."""

    mode = "RGBA"

    def convert(self, mode: str) -> FakePicture:
        assert mode == "RGB"
        return self

    def save(self, file: Any, format: str) -> None:  # noqa: A002 - Pillow's word
        assert format == "PNG"
        file.write(png(4, 2))


class FakeFigure:
    """As much of a matplotlib figure."""

    def savefig(self, file: Any, format: str) -> None:  # noqa: A002 - matplotlib's word
        file.write(png(4, 2))


def test_a_path_stays_where_it_is(tmp_path: Path) -> None:
    """Nothing is copied; the facts are read from the file."""
    path = tmp_path / "cat.png"
    path.write_bytes(png(4, 2))
    assert medium(str(path), "image", "image", tmp_path) == Media(
        kind="image",
        content_type="image/png",
        path=str(path),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        width=4,
        height=2,
    )


def test_a_url_is_left_as_it_is(tmp_path: Path) -> None:
    """We do not fetch what the service will fetch."""
    assert medium("https://e/x.png", "image", "image", tmp_path) == Media(kind="image", url="https://e/x.png")


@pytest.mark.parametrize("value", [png(4, 2), bytearray(png(4, 2)), FakePicture(), FakeFigure(), RED[:2, :4]])
def test_what_is_no_file_becomes_one_named_by_its_content(value: Any, tmp_path: Path) -> None:
    """Bytes, a picture, a figure, an array: a PNG in the home, the same one for the same content."""
    one, again = (medium(value, "image", "image", tmp_path) for _ in range(2))
    assert one == again
    assert (one.content_type, one.width, one.height) == ("image/png", 4, 2)
    assert Path(one.path or "").name == one.sha256


def test_an_array_is_written_as_it_is(tmp_path: Path) -> None:
    """Pixel for pixel, read back by an independent decoder."""
    made = medium(RED, "image", "image", tmp_path)
    with av.open(made.path or "") as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert np.array_equal(picture, RED)


def test_a_clip_is_a_video(tmp_path: Path) -> None:
    """One of ours goes on as its file."""
    path = tmp_path / "a.mp4"
    path.write_bytes(MP4)
    clip = Clip(path=str(path), bytes=1, sha256="", job_id="j", prompt="p", provider="p", model="m")
    assert medium(clip, "video", "video", tmp_path).content_type == "video/mp4"


def test_a_clip_as_a_picture_is_its_last_frame(tmp_path: Path) -> None:
    """From there another clip can go on."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for level in (0, 0, 200):
            frame = av.VideoFrame.from_ndarray(np.full((36, 64, 3), level, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    clip = Clip(path=str(path), bytes=1, sha256="", job_id="j", prompt="p", provider="p", model="m")
    made = medium(clip, "image", "image", tmp_path)
    assert (made.content_type, made.width, made.height) == ("image/png", 64, 36)
    with av.open(made.path or "") as container:
        assert next(container.decode(video=0)).to_ndarray(format="rgb24").mean() > 180


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("/nowhere/cat.png", r"/nowhere/cat.png can't be read \(No such file"),
        (b"not a picture", "is no image that services take"),
        (MP4, "is no image that services take"),
        (7, "can't be made from a int"),
        (RED.astype(float), "is no picture"),
        (RED[0], "is no picture"),
        ("/dev/null", "is no ordinary file"),
    ],
)
def test_what_cannot_go_is_told_with_its_field(value: Any, words: str, tmp_path: Path) -> None:
    """Missing, not a picture, not a file: a sentence, and nothing sent."""
    with pytest.raises(InvalidRequest, match=words) as caught:
        medium(value, "image", "image", tmp_path)
    assert caught.value.sent == "no"


@pytest.mark.parametrize("opened", [io.BytesIO(png(4, 2)), io.BufferedReader(io.BytesIO(png(4, 2)))])
def test_an_open_file_is_read(opened: Any, tmp_path: Path) -> None:
    """As the bytes that are left in it."""
    made = medium(opened, "image", "image", tmp_path)
    assert made == medium(png(4, 2), "image", "image", tmp_path)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "is no image that services take."),
        (io.BytesIO(), "that file is empty, or at its end."),
        (io.StringIO("text"), "can't be made from a StringIO."),
        (b"ID3" + bytes(60), "is no image that services take."),
        (b"GIF89a" + bytes(60), "is no image that services take."),
    ],
)
def test_an_empty_or_other_file_is_refused(value: Any, words: str, tmp_path: Path) -> None:
    """Nothing in it, text, a sound, a picture that no service takes: told by its field, and nothing sent."""
    with pytest.raises(InvalidRequest) as caught:
        medium(value, "image", "image", tmp_path)
    assert caught.value.message.endswith(words)
    assert (caught.value.field, caught.value.sent, caught.value.charged) == ("image", "no", "no")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """By its size alone, before it is read."""
    path = tmp_path / "big.png"
    with path.open("wb") as file:
        file.write(png(1, 1))
        file.truncate((32 << 20) + 1)
    with pytest.raises(InvalidRequest) as caught:
        medium(path, "image", "image", tmp_path)
    assert caught.value.failure == Failure(
        code="invalid_request", message="image: big.png has 32 MB; at most 32.", field="image", sent="no", charged="no"
    )


@pytest.mark.parametrize("name", ['a "b".png', "a\r\nx-evil: 1.png", "喵.png"])
def test_a_files_own_name_is_not_told(name: str, tmp_path: Path) -> None:
    """Quotes, line breaks and letters of a name here never reach a header there."""
    (tmp_path / name).write_bytes(png(4, 2))
    assert medium(tmp_path / name, "image", "image", tmp_path).name == "image.png"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """Opening a pipe with nobody at its other end must not hang."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidRequest, match="no ordinary file"):
        medium(tmp_path / "pipe", "image", "image", tmp_path)


def test_every_field_of_media_is_read(tmp_path: Path) -> None:
    """References are several; what is no medium stays."""
    made = collect({"image": png(1, 1), "references": [png(1, 2), png(2, 1)], "seed": 3}, tmp_path)
    assert made["seed"] == 3
    assert [one.width for one in (made["image"], *made["references"])] == [1, 1, 2]


@pytest.mark.parametrize(("how", "corner", "middle"), [("cover", 200, 200), ("contain", 0, 200), ("pad", 0, 200)])
def test_a_picture_is_fitted_on_request(how: str, corner: int, middle: int, tmp_path: Path) -> None:
    """Cover fills, contain and pad leave bars; the size is exact."""
    made = fitted(medium(RED, "image", "image", tmp_path), "20x20", how, tmp_path)
    assert (made.width, made.height) == (20, 20)
    with av.open(made.path or "") as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert abs(int(picture[0, 0, 0]) - corner) < 8
    assert abs(int(picture[10, 10, 0]) - middle) < 8


def test_an_unknown_fit_is_refused(tmp_path: Path) -> None:
    """With the nearest word."""
    with pytest.raises(InvalidRequest, match=r"Did you mean cover\?"):
        fitted(medium(RED, "image", "image", tmp_path), "20x20", "cove", tmp_path)


def test_the_size_of_a_jpeg_is_read(tmp_path: Path) -> None:
    """From the frame header, wherever it stands."""
    with av.open(str(tmp_path / "a.jpg"), "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 34, 18, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((18, 34, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame.reformat(format="yuvj420p")))
    assert picture_size(tmp_path / "a.jpg") == (34, 18)


def test_the_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    """The same picture elsewhere is the same request; another picture is another."""
    (tmp_path / "a.png").write_bytes(png(1, 1))
    (tmp_path / "b.png").write_bytes(png(1, 1))
    (tmp_path / "c.png").write_bytes(png(1, 2))
    prints = [
        fingerprint(
            GenerationRequest(prompt="x", image=medium(tmp_path / name, "image", "image", tmp_path)),
            origin="o",
            model="m",
        )
        for name in ("a.png", "b.png", "c.png")
    ]
    assert prints[0] == prints[1] != prints[2]
