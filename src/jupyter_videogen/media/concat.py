"""Join clips into one video: copied if their encoding is the same, else re-encoded."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.media import clip_store
from jupyter_videogen.media.frames import open_video, require_decoder
from jupyter_videogen.media.provenance import copies

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from os import PathLike

    import av
    import numpy as np
    from av.container import OutputContainer

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.media.frames import VideoReader

    Sound = np.ndarray[Any, np.dtype[Any]]
    """(2, N) floats at 48 kHz."""

PICTURES = frozenset({"h264", "hevc", "av1", "vp9"})
SOUNDS = frozenset({"", "aac", "mp3", "opus"})
"""What an MP4 takes as it is."""
SAME_RATE = 5e-4
"""How far the rates of two clips may be apart, relatively: coarse clocks round; 23.976 and 24 are two rates."""
CLOCK = Fraction(1, 90_000)
SOUND_RATE = 48_000
QUALITY = {"crf": "16", "preset": "medium"}


class SourceClip(NamedTuple):
    """What decides whether a clip fits to others."""

    path: Path
    size: tuple[int, int]
    rate: Fraction
    """Frames per second."""
    start: Fraction
    length: Fraction
    """Seconds, of its pictures."""
    coding: tuple[object, ...]
    """Codecs with their parameters; clips that have the same can be copied into one file."""
    sound: bool
    turned: bool = False
    """Whether it is shown otherwise than it is coded; it is coded anew then, the way it is shown."""


class JoinedVideo:
    """Clips one after another; `save` writes them."""

    def __init__(self, takes: list[SourceClip], clips: list[ClipRecord]) -> None:
        self._takes, self._clips = takes, clips

    def __repr__(self) -> str:
        width, height = self._takes[0].size
        return f"<Scene of {len(self._takes)} clips, {self.duration:.1f} s, {width}x{height}>"

    @property
    def duration(self) -> float:
        """Seconds, all together."""
        return float(sum(take.length for take in self._takes))

    @property
    def copies(self) -> bool:
        """Whether saving copies the coded pictures as they are, without loss."""
        return are_alike(self._takes)

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
        """Write an MP4 and give its path; clips that were coded differently are coded anew, in H.264 and AAC.

        Its XMP names its kind of source; a warning tells of content credentials that are not in it. A clip without sound among others with sound is silent. Raises `InvalidRequest` where the name is no MP4's or is
        taken, unless `overwrite`, or where a clip is gone meanwhile.
        """
        import av

        target = Path(path).expanduser().absolute()
        if target.suffix.lower() != ".mp4":
            raise InvalidRequest(
                f"{target.name} is not a valid name for an MP4.", next="Use a name that ends in .mp4.", field="path"
            )
        with clip_store.replacing(target, overwrite=overwrite) as temporary:
            options = {"movflags": "+faststart"}
            with av.open(str(temporary), "w", format="mp4", options=options) as out:
                (_copy if self.copies else _code)(self._takes, out)
            copies.mark_copy(temporary, self._clips)
        copies.warn_of_lost(self._clips, target.name)
        return target


def concat(clips: Iterable[ClipRecord]) -> JoinedVideo:
    """Join clips of one size and one rate of frames; `.save(path)` writes them.

    Raises `InvalidRequest` where they differ, or one is gone; `Unsupported` without PyAV
    (`pip install 'jupyter-videogen[frames]'`).
    """
    require_decoder()
    joined = list(clips)
    takes = [read_source(clip) for clip in joined]
    if not takes:
        raise InvalidRequest("There are no clips to join.", next="Pass a list of clips.")
    first = takes[0]
    for take in takes[1:]:
        if take.size != first.size:
            raise _mismatch_error("size", first, _pixels(first), take, _pixels(take))
        if abs(take.rate / first.rate - 1) > SAME_RATE:
            raise _mismatch_error("fps", first, _pace(first), take, _pace(take))
    return JoinedVideo(takes, joined)


def read_source(clip: ClipRecord) -> SourceClip:
    """Return what decides how a clip is joined to others; raises `InvalidRequest` where it is gone."""
    with open_video(clip_store.existing_path(clip)) as reel:
        picture = reel.stream.codec_context
        sounds = reel.container.streams.audio
        sound = sounds[0].codec_context if sounds else None
        heard = (sound.sample_rate, sound.layout.name, sound.extradata) if sound else ()
        coding = (picture.name, sound.name if sound else "", picture.extradata, picture.pix_fmt, *heard)
        start = (reel.stream.start_time or 0) * (reel.stream.time_base or CLOCK)
        end = max(reel.ends(), default=Fraction(0))
        size, named = (reel.width, reel.height), _name_formats(coding)
        return SourceClip(reel.path, size, reel.rate, start, end - start, named, bool(sounds), reel.turned)


def _name_formats(coding: tuple[Any, ...]) -> tuple[object, ...]:
    """Return codecs by the names of their formats, whichever decoder reads them."""
    import av

    names = [av.Codec(name, "r").canonical_name if name else "" for name in coding[:2]]
    return (*names, *coding[2:])


def _pixels(take: SourceClip) -> str:
    return "{}x{}".format(*take.size)


def _pace(take: SourceClip) -> str:
    return f"{float(take.rate):.5g} frames a second"


def _mismatch_error(field: str, first: SourceClip, one: str, take: SourceClip, other: str) -> InvalidRequest:
    return InvalidRequest(
        f"Joined clips need the same {field}: {first.path.name} has {one}, {take.path.name} {other}.",
        next=f"Make them with one {field}.",
        field=field,
    )


def are_alike(takes: Sequence[SourceClip], *, sound: bool = True) -> bool:
    """Return whether the coded packets of clips can be copied into one MP4 as they are; without `sound`, those of the pictures."""
    of_both, of_pictures = takes[0].coding, _picture_coding(takes[0])
    alike = all(
        (take.coding == of_both if sound else _picture_coding(take) == of_pictures) and not take.turned
        for take in takes
    )
    return of_both[0] in PICTURES and (not sound or of_both[1] in SOUNDS) and alike


def _picture_coding(take: SourceClip) -> tuple[object, ...]:
    """Return what of a clip's coding is about its pictures, and its size."""
    name, _, data, layout, *_ = take.coding
    return (name, data, layout, take.size)


def _copy(takes: list[SourceClip], out: OutputContainer) -> None:
    """Copy the coded packets, each clip's after the last one's; nothing is decoded."""
    copier = PacketCopier(out)
    for take, since in offsets(takes):
        copier.write(take, since)


class PacketCopier:
    """Copies coded packets into one file, a clip at a time; without `sound`, those of the pictures."""

    def __init__(self, out: OutputContainer, *, sound: bool = True) -> None:
        self._out, self._sound = out, sound
        self._ways: dict[str, Any] = {}
        self._heard = Fraction(0)

    def write(self, take: SourceClip, since: Fraction) -> None:
        """Copy a clip, which begins at this second of the file."""
        with open_video(take.path) as reel:
            streams = [reel.stream, *(reel.container.streams.audio[:1] if self._sound else ())]
            for stream in streams:
                if stream.type not in self._ways:
                    # No encoder is needed.
                    self._ways[stream.type] = self._out.add_stream_from_template(stream, opaque=True)
            for packet in reel.container.demux(streams):
                if packet.dts is None or packet.pts is None or packet.time_base is None:
                    continue
                shift = round((since - take.start) / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                if packet.stream.type == "video" or self._is_new(packet):
                    packet.stream = self._ways[packet.stream.type]
                    self._out.mux(packet)

    def _is_new(self, packet: av.Packet[Any]) -> bool:
        """Return whether a packet of sound fills a time that the clip before, or this one's run-up, has not filled."""
        begins, lasts = (packet.dts or 0) * (packet.time_base or CLOCK), _decoded_length(packet)
        if begins + lasts / 2 < self._heard:
            return False
        self._heard = begins + lasts
        return True


def _decoded_length(packet: av.Packet[Any]) -> Fraction:
    """Return how many seconds a packet of sound fills: a file may count its last one as shorter than it is decoded."""
    context: Any = packet.stream.codec_context
    counted = (packet.duration or 0) * (packet.time_base or CLOCK)
    return max(counted, Fraction(context.frame_size or 0, context.sample_rate or SOUND_RATE))


def offsets(takes: Sequence[SourceClip]) -> Iterator[tuple[SourceClip, Fraction]]:
    """Return each take with when it begins."""
    since = Fraction(0)
    for take in takes:
        yield take, since
        since += take.length


def _code(takes: list[SourceClip], out: OutputContainer) -> None:
    """Decode and code everything anew, one picture at a time."""
    pictures = PictureCoder(out, takes[0])
    sound = SoundCoder(out) if any(take.sound for take in takes) else None
    for take, since in offsets(takes):
        pictures.write(take, since)
        for samples in heard(take, since) if sound else ():
            sound.write(samples)  # type: ignore[union-attr]  # there is one
    pictures.close()
    if sound:
        sound.close()


class PictureCoder:
    """Codes pictures anew, at the size and rate of the first clip; others are fitted into it, with bars."""

    def __init__(self, out: OutputContainer, first: SourceClip) -> None:
        self._out = out
        self._size = round_to_even(first.size)
        self._stream: Any = out.add_stream("libx264", rate=first.rate, options=QUALITY)
        self._stream.width, self._stream.height, self._stream.pix_fmt = *self._size, "yuv420p"
        self._stream.codec_context.time_base = CLOCK

    def write(self, take: SourceClip, since: Fraction) -> None:
        """Code the pictures of a clip, which begins at this second of the file."""
        for frame in _decode_frames(take, since, self._size):
            self._out.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what is still held back."""
        self._out.mux(self._stream.encode())


class SoundCoder:
    """Codes sound in AAC."""

    def __init__(self, out: OutputContainer) -> None:
        self._out, self._at = out, 0
        self._stream: Any = out.add_stream("aac", rate=SOUND_RATE, layout="stereo")

    def write(self, samples: Sound) -> None:
        """Code samples that follow those before."""
        if samples.shape[1]:
            self._out.mux(self._stream.encode(_frame(samples, self._at)))
            self._at += samples.shape[1]

    def close(self) -> None:
        """Write what is still held back."""
        self._out.mux(self._stream.encode())


def round_to_even(size: tuple[int, int]) -> tuple[int, int]:
    """Return the nearest size that H.264 takes in 4:2:0: of even sides."""
    width, height = size
    return max(width // 2 * 2, 2), max(height // 2 * 2, 2)


def _decode_frames(take: SourceClip, since: Fraction, size: tuple[int, int]) -> Iterator[av.VideoFrame]:
    fits = round_to_even(take.size) == size
    with open_video(take.path) as reel:
        for frame in reel.decode():
            if frame.pts is None or frame.time_base is None:
                continue
            at = frame.pts * frame.time_base - take.start + since
            upright = (
                reel.frame(frame, *size) if fits and reel.turned else frame if fits else _fitted(reel, frame, size)
            )
            made = upright.reformat(*size, format="yuv420p")
            made.pts, made.time_base, made.pict_type = round(at / CLOCK), CLOCK, 0
            yield made


def _fitted(reel: VideoReader, frame: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
    """Return a frame as large as it fits into a size, in its middle, with black bars."""
    import av
    import numpy as np

    scale = min(size[0] / reel.width, size[1] / reel.height)
    wide, high = min(round(reel.width * scale), size[0]), min(round(reel.height * scale), size[1])
    left, top = (size[0] - wide) // 2, (size[1] - high) // 2
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    canvas[top : top + high, left : left + wide] = reel.render(frame, wide, high)
    return av.VideoFrame.from_ndarray(canvas, format="rgb24")


def heard(take: SourceClip, since: Fraction) -> Iterator[Sound]:
    """Return a take's sound, exactly as long as its pictures: cut, or filled up with silence."""
    import numpy as np

    begin, end = (round(moment * SOUND_RATE) for moment in (since, since + take.length))
    left = end - begin
    for samples in decode_sound(take.path, take.start) if take.sound else ():
        part = samples[:, :left]
        left -= part.shape[1]
        yield part
        if not left:
            return
    while left:
        silence = np.zeros((2, min(SOUND_RATE, left)), np.float32)
        left -= silence.shape[1]
        yield silence


def decode_sound(path: Path, start: Fraction = Fraction(0)) -> Generator[Sound, None, None]:
    """Decode a file's sound into stereo floats at 48 kHz, from this second of its own time on; raises `Unsupported`."""
    import av
    import numpy as np

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise Unsupported(f"{path.name} has no sound.")
            # One channel is doubled here: libswresample makes it quieter by 3 dB when it makes two of it.
            layout = "mono" if container.streams.audio[0].channels == 1 else "stereo"
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=SOUND_RATE)
            early: int | None = None
            for frame in chain(container.decode(audio=0), (None,)):
                if early is None:
                    early = _lateness(frame, start)
                for made in resampler.resample(frame):
                    samples = np.broadcast_to(made.to_ndarray(), (2, made.samples))
                    yield from _aligned(samples, early)
                    early = min(early + samples.shape[1], 0) if early < 0 else 0
    except av.error.FFmpegError as error:
        raise Unsupported(f"{path.name} can't be read as sound ({error.strerror}).") from None


def _lateness(frame: av.AudioFrame | None, start: Fraction) -> int:
    """Return how many samples later than `start` a sound begins; below 0 where it begins earlier."""
    if frame is None or frame.pts is None or frame.time_base is None:
        return 0
    return round((frame.pts * frame.time_base - start) * SOUND_RATE)


def _aligned(samples: Sound, late: int) -> Iterator[Sound]:
    """Return samples with silence before them where they are late, and without what is early."""
    import numpy as np

    if late > 0:
        yield np.zeros((2, late), np.float32)
    yield samples[:, max(-late, 0) :]


def _frame(samples: Sound, at: int) -> av.AudioFrame:
    import av

    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, at, Fraction(1, SOUND_RATE)
    return frame
