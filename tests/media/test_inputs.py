"""What people hand over as media: told apart, checked, and kept by content."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from jupyter_videogen.api.clip import Clip
from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.media import images
from jupyter_videogen.media.inputs import collect, fit_image, load_media, picture_size
from jupyter_videogen.runtime.fingerprint import fingerprint
from support.fakes import MP4, box
from support.png import png
from support.video_samples import film_of, track

RED = np.full((6, 10, 3), (200, 10, 10), np.uint8)


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
    assert load_media(str(path), "image", "image", tmp_path) == Media(
        kind="image",
        content_type="image/png",
        path=str(path),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        width=4,
        height=2,
    )


def test_a_url_is_left_as_it_is(tmp_path: Path) -> None:
    """We do not fetch what the provider will fetch."""
    assert load_media("https://e/x.png", "image", "image", tmp_path) == Media(kind="image", url="https://e/x.png")


@pytest.mark.parametrize("value", [png(4, 2), bytearray(png(4, 2)), FakePicture(), FakeFigure(), RED[:2, :4]])
def test_what_is_no_file_becomes_one_named_by_its_content(value: Any, tmp_path: Path) -> None:
    """Bytes, a picture, a figure, an array: a PNG in the home, the same one for the same content."""
    one, again = (load_media(value, "image", "image", tmp_path) for _ in range(2))
    assert one == again
    assert (one.content_type, one.width, one.height) == ("image/png", 4, 2)
    assert Path(one.path or "").name == one.sha256


def test_an_array_is_written_as_it_is(tmp_path: Path) -> None:
    """Pixel for pixel, read back by an independent decoder."""
    made = load_media(RED, "image", "image", tmp_path)
    with av.open(made.path or "") as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert np.array_equal(picture, RED)


def test_a_clip_is_a_video(tmp_path: Path) -> None:
    """One of ours goes on as its file."""
    path = tmp_path / "a.mp4"
    path.write_bytes(MP4)
    clip = Clip(path=str(path), bytes=1, sha256="", job_id="j", prompt="p", provider="p", model="m")
    assert load_media(clip, "video", "video", tmp_path).content_type == "video/mp4"


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
    made = load_media(clip, "image", "image", tmp_path)
    assert (made.content_type, made.width, made.height) == ("image/png", 64, 36)
    with av.open(made.path or "") as container:
        assert next(container.decode(video=0)).to_ndarray(format="rgb24").mean() > 180


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("/nowhere/cat.png", r"/nowhere/cat.png can't be read \(No such file"),
        (b"not a picture", "is not a supported image file"),
        (MP4, "is not a supported image file"),
        (7, "can't be made from a int"),
        (RED.astype(float), "is not an image"),
        (RED[0], "is not an image"),
        ("/dev/null", "is not a regular file"),
    ],
)
def test_what_cannot_go_is_told_with_its_field(value: Any, words: str, tmp_path: Path) -> None:
    """Missing, not a picture, not a file: a sentence, and nothing sent."""
    with pytest.raises(InvalidRequest, match=words) as caught:
        load_media(value, "image", "image", tmp_path)
    assert caught.value.sent == "no"


@pytest.mark.parametrize("opened", [io.BytesIO(png(4, 2)), io.BufferedReader(io.BytesIO(png(4, 2)))])
def test_an_open_file_is_read(opened: Any, tmp_path: Path) -> None:
    """As the bytes that are left in it."""
    made = load_media(opened, "image", "image", tmp_path)
    assert made == load_media(png(4, 2), "image", "image", tmp_path)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "is not a supported image file."),
        (io.BytesIO(), "that file is empty, or at its end."),
        (io.StringIO("text"), "can't be made from a StringIO."),
        (b"ID3" + bytes(60), "is not a supported image file."),
        (b"GIF89a" + bytes(60), "is not a supported image file."),
    ],
)
def test_an_empty_or_other_file_is_refused(value: Any, words: str, tmp_path: Path) -> None:
    """Nothing in it, text, a sound, a picture that no provider takes: told by its field, and nothing sent."""
    with pytest.raises(InvalidRequest) as caught:
        load_media(value, "image", "image", tmp_path)
    assert caught.value.message.endswith(words)
    assert (caught.value.field, caught.value.sent, caught.value.charged) == ("image", "no", "no")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """By its size alone, before it is read."""
    path = tmp_path / "big.png"
    with path.open("wb") as file:
        file.write(png(1, 1))
        file.truncate((32 << 20) + 1)
    with pytest.raises(InvalidRequest) as caught:
        load_media(path, "image", "image", tmp_path)
    assert caught.value.failure == Failure(
        code="invalid_request",
        message="image: big.png has 32 MB; the limit is 32 MB.",
        field="image",
        sent="no",
        charged="no",
    )


@pytest.mark.parametrize("name", ['a "b".png', "a\r\nx-evil: 1.png", "喵.png"])
def test_a_files_own_name_is_not_told(name: str, tmp_path: Path) -> None:
    """Quotes, line breaks and letters of a name here never reach a header there."""
    (tmp_path / name).write_bytes(png(4, 2))
    assert load_media(tmp_path / name, "image", "image", tmp_path).name == "image.png"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """Opening a pipe with nobody at its other end must not hang."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidRequest, match="not a regular file"):
        load_media(tmp_path / "pipe", "image", "image", tmp_path)


def test_every_field_of_media_is_read(tmp_path: Path) -> None:
    """References are several; what is no medium stays."""
    made = collect({"image": png(1, 1), "references": [png(1, 2), png(2, 1)], "seed": 3}, tmp_path)
    assert made["seed"] == 3
    assert [one.width for one in (made["image"], *made["references"])] == [1, 1, 2]


@pytest.mark.parametrize(("how", "corner", "middle"), [("cover", 200, 200), ("contain", 0, 200), ("pad", 0, 200)])
def test_a_picture_is_fitted_on_request(how: str, corner: int, middle: int, tmp_path: Path) -> None:
    """Cover fills, contain and pad leave bars; the size is exact."""
    made = fit_image(load_media(RED, "image", "image", tmp_path), "20x20", how, tmp_path)
    assert (made.width, made.height) == (20, 20)
    with av.open(made.path or "") as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert abs(int(picture[0, 0, 0]) - corner) < 8
    assert abs(int(picture[10, 10, 0]) - middle) < 8


def test_an_unknown_fit_is_refused(tmp_path: Path) -> None:
    """With the nearest word."""
    with pytest.raises(InvalidRequest, match=r"Did you mean cover\?"):
        fit_image(load_media(RED, "image", "image", tmp_path), "20x20", "cove", tmp_path)


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
            GenerationRequest(prompt="x", image=load_media(tmp_path / name, "image", "image", tmp_path)),
            origin="o",
        )
        for name in ("a.png", "b.png", "c.png")
    ]
    assert prints[0] == prints[1] != prints[2]


def exif(turn: int, extra: bytes = b"") -> bytes:
    """Exif notes with an orientation, and what tells on people beside it."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, turn, 0) + struct.pack(">HHII", 0x8825, 4, 1, 38)
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", 2) + entry + b"\0\0\0\0" + b"GPS 52.5N 13.4E" + extra


def jpeg(tmp_path: Path, turn: int | None = None, *, size: tuple[int, int] = (64, 32)) -> bytes:
    """A JPEG, red at its left and blue at its right as stored, with the notes of a phone."""
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2, 0], picture[:, width // 2 :, 2] = 230, 230
    with av.open(str(tmp_path / "made.jpg"), "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuvj420p")))
    plain = (tmp_path / "made.jpg").read_bytes()
    if turn is None:
        return plain
    notes = b"Exif\0\0" + exif(turn)
    told = b"\xff\xe1" + struct.pack(">H", len(notes) + 2) + notes
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x>GPS home</x>"
    comment = b"\xff\xfe" + struct.pack(">H", 14) + b"a note of me"
    return plain[:2] + told + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + comment + plain[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def webp(*parts: tuple[bytes, bytes], flags: int = 0, size: tuple[int, int] = (40, 30)) -> bytes:
    extended = bytes([flags, 0, 0, 0]) + (size[0] - 1).to_bytes(3, "little") + (size[1] - 1).to_bytes(3, "little")
    rows = [(b"VP8X", extended), *parts]
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(one)) + one + b"\0" * (len(one) % 2) for kind, one in rows)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def noted_png() -> bytes:
    plain = png(4, 2)
    notes = chunk(b"eXIf", exif(1)) + chunk(b"tEXt", b"Comment\0GPS here") + chunk(b"iTXt", b"XML:com.adobe.xmp\0GPS")
    return plain[:33] + notes + plain[33:]


@pytest.mark.parametrize("door", ["path", "bytes", "file", "data address"])
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_what_tells_on_people_stays_here(kind: str, door: str, tmp_path: Path) -> None:
    """Places, cameras, makers' notes and comments are not sent, whichever way a picture came; its pixels are the same."""
    moving = webp((b"ANIM", bytes(6)), (b"EXIF", exif(1)), (b"XMP ", b"<x>GPS</x>"), flags=0x0E)
    content = {"jpeg": jpeg(tmp_path, 1), "png": noted_png(), "webp": moving}[kind]
    (tmp_path / "given").write_bytes(content)
    address = f"data:image/{kind};base64," + b64encode(content).decode()
    ways: dict[str, Any] = {"path": tmp_path / "given", "bytes": content, "file": io.BytesIO(content), "data address": address}  # fmt: skip
    made = load_media(ways[door], "image", "image", tmp_path)
    sent = Path(made.path or "").read_bytes()
    assert b"GPS" in content
    assert b"GPS" not in sent
    assert b"a note of me" not in sent
    assert made.sha256 == hashlib.sha256(sent).hexdigest()
    assert (tmp_path / "given").read_bytes() == content
    if kind == "jpeg":
        with av.open(io.BytesIO(sent)) as one, av.open(io.BytesIO(content)) as other:
            pixels = [next(container.decode(video=0)).to_ndarray(format="rgb24") for container in (one, other)]
        assert np.array_equal(*pixels)


@pytest.mark.parametrize(
    ("turn", "size", "red"),
    [(1, (64, 32), "left"), (2, (64, 32), "right"), (3, (64, 32), "right"), (4, (64, 32), "left"),
     (5, (32, 64), "top"), (6, (32, 64), "top"), (7, (32, 64), "bottom"), (8, (32, 64), "bottom")],
)  # fmt: skip
def test_a_picture_is_fitted_the_right_way_up(turn: int, size: tuple[int, int], red: str, tmp_path: Path) -> None:
    """All eight ways that Exif knows: sized as it is shown, and turned before it is fitted."""
    picture = load_media(jpeg(tmp_path, turn), "image", "image", tmp_path)
    assert (picture.width, picture.height) == size
    made = fit_image(picture, f"{size[0]}x{size[1]}", "cover", tmp_path)
    with av.open(made.path or "") as container:
        pixels = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert pixels.shape[1::-1] == size
    where = {"left": pixels[:, :8], "right": pixels[:, -8:], "top": pixels[:8], "bottom": pixels[-8:]}
    assert {name for name, part in where.items() if part[..., 0].mean() > 180 > part[..., 2].mean() + 100} == {red}


def test_which_way_up_it_is_is_still_told(tmp_path: Path) -> None:
    """A picture that is sent as it is keeps its orientation, and nothing else of its notes."""
    sent = Path(load_media(jpeg(tmp_path, 6), "image", "image", tmp_path).path or "").read_bytes()
    assert images.orientation(sent) == 6
    assert b"GPS" not in sent


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.9])
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_picture_that_is_cut_short_is_refused(kind: str, keep: float, tmp_path: Path) -> None:
    """Before it is sent, in words."""
    whole = {"jpeg": jpeg(tmp_path, 6), "png": png(40, 40), "webp": webp((b"ANMF", bytes(400)))}[kind]
    with pytest.raises(InvalidRequest, match="is truncated") as caught:
        load_media(whole[: int(len(whole) * keep)], "image", "image", tmp_path)
    assert (caught.value.sent, caught.value.charged) == ("no", "no")


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (webp((b"ANIM", bytes(6)), flags=2), (40, 30)),
        (b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8L" + struct.pack("<I", 10) + b"\x2f" + (99 | 49 << 14).to_bytes(4, "little") + bytes(13), (100, 50)),
        (b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8 " + struct.pack("<I", 18) + bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 12, 8) + bytes(8), (12, 8)),
    ],
)  # fmt: skip
def test_the_size_of_every_webp_is_read(content: bytes, size: tuple[int, int], tmp_path: Path) -> None:
    """Animated, lossless, plain."""
    made = load_media(content, "image", "image", tmp_path)
    assert (made.content_type, made.width, made.height) == ("image/webp", *size)


def test_a_file_that_was_just_written_is_read_from_its_beginning(tmp_path: Path) -> None:
    """`picture.save(buffer)` leaves a buffer at its end."""
    buffer = io.BytesIO()
    buffer.write(png(4, 2))
    assert load_media(buffer, "image", "image", tmp_path) == load_media(png(4, 2), "image", "image", tmp_path)
    with (tmp_path / "a.png").open("w+b") as file:
        file.write(png(4, 2))
        assert load_media(file, "image", "image", tmp_path).width == 4


def test_what_cannot_be_rewound_says_so(tmp_path: Path) -> None:
    """A pipe that is empty: told as that, not by the hash of nothing."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(InvalidRequest, match="is empty, or at its end"):
        load_media(Pipe(), "image", "image", tmp_path)


@pytest.mark.parametrize("shape", [(0, 64, 3), (64, 0, 3), (0, 0, 3)])
def test_an_empty_array_is_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    """A crop of nothing is not an image, and nothing is paid for it."""
    with pytest.raises(InvalidRequest, match="is an empty image") as caught:
        load_media(np.zeros(shape, np.uint8), "image", "image", tmp_path)
    assert caught.value.field == "image"


@pytest.mark.parametrize("address", ["data:image/png;base64,!!!", "data:image/png", "data:image/png;base64,AAAA"])
def test_a_data_address_that_is_none_is_refused(address: str, tmp_path: Path) -> None:
    """Without its text in the message."""
    with pytest.raises(InvalidRequest) as caught:
        load_media(address, "image", "image", tmp_path)
    assert "AAAA" not in str(caught.value)
    assert "!!!" not in str(caught.value)


@pytest.mark.parametrize("address", ["data:image/png;base64,{}", "DATA:image/png;BASE64,{}", "data:;base64,{}"])
def test_a_data_address_is_the_file_in_it(address: str, tmp_path: Path) -> None:
    """In either case, with or without a type; percent-encoded or in the alphabet for URLs too."""
    plain = b64encode(png(40, 20)).decode()
    for text in (plain, plain.replace("+", "%2B").replace("=", "%3D"), plain.translate(str.maketrans("+/", "-_")).rstrip("=")):  # fmt: skip
        assert load_media(address.format(text), "image", "image", tmp_path).width == 40


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\xff\xf3\x90\x00", "audio/mpeg"),
        (b"\xff\xf2\x90\x00", "audio/mpeg"),
        (b"\xff\xe3\x90\x00", "audio/mpeg"),
        (b"\xff\xfa\x90\x00", "audio/mpeg"),
        (b"\0\0\0\x1cftyp3gp4\0\0\0\0isom3gp4", "audio/mp4"),
        (b"\0\0\0\x1cftypmp42\0\0\0\0isommp42", "audio/mp4"),
        (b"\0\0\0\x1cftypM4A \0\0\0\0isommp42", "audio/mp4"),
        (b"\0\0\0\x1cftypisom\0\0\0\0" + bytes(12) + box(b"moov", track(b"soun", b"mp4a")), "audio/mp4"),
    ],
)
def test_a_sound_is_known_by_what_it_is(head: bytes, kind: str, tmp_path: Path) -> None:
    """Every sync word of MP3, and an M4A of any brand."""
    assert load_media(head + bytes(400), "audio", "audio", tmp_path).content_type == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xf1\x50\x80" + bytes(400), "audio"),
        (b"\xff\xfb\xf0\x00" + bytes(400), "audio"),
        (film_of(track(b"vide")), "audio"),
        (film_of(track(b"soun", b"mp4a")), "video"),
        (b"\0\0\0\x1cftypM4A \0\0\0\0isommp42" + bytes(400), "video"),
    ],
)
def test_a_sound_is_no_video_and_the_other_way_round(content: bytes, kind: str, tmp_path: Path) -> None:
    """By the tracks, whatever the brand says; AAC in its own frames is no MP3."""
    with pytest.raises(InvalidRequest, match=f"is not a supported {kind} file"):
        load_media(content, kind, kind, tmp_path)


PIL = pytest.importorskip("PIL.Image", reason="Pillow is no dependency of ours.")


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        (np.linspace(0, 65_535, 4096).astype(np.uint16), "I;16"),
        (np.linspace(0, 1, 4096).astype(np.float32), "F"),
        (np.linspace(0, 255, 4096).astype(np.float32), "F"),
        (np.linspace(-1, 1, 4096).astype(np.float32), "F"),
        (np.linspace(0, 65_535, 4096).astype(np.int32), "I"),
        (np.linspace(0, 255, 4096).astype(np.int32), "I"),
        (np.linspace(0, 255, 4096).astype(np.uint8), "L"),
    ],
)
def test_a_picture_of_deeper_values_is_scaled(values: Any, mode: str, tmp_path: Path) -> None:
    """An even ramp stays one, from black to white."""
    image = PIL.fromarray(values.reshape(64, 64))
    assert image.mode == mode
    made = load_media(image, "image", "image", tmp_path)
    with av.open(made.path or "") as container:
        pixels = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert abs(pixels.mean() - 127) < 4
    assert pixels.min() < 4
    assert pixels.max() > 250


def test_a_pil_picture_of_a_phone_comes_upright_and_without_its_notes(tmp_path: Path) -> None:
    """It was opened from a file with Exif; what goes out is as it is shown."""
    (tmp_path / "phone.jpg").write_bytes(jpeg(tmp_path, 6))
    with PIL.open(tmp_path / "phone.jpg") as image:
        made = load_media(image, "image", "image", tmp_path)
    sent = Path(made.path or "").read_bytes()
    assert (made.width, made.height, images.orientation(sent)) == (32, 64, 1)
    assert b"GPS" not in sent
