"""Join clips into one video: copied if their encoding is the same, else re-encoded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media import clip_store
from jupyter_videogen.media.frames import open_video, require_decoder
from jupyter_videogen.media.provenance import copies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    import av
    import numpy as np
    from av.container import OutputContainer

    from jupyter_videogen.core.clip import ClipRecord

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
        first = self._takes[0].coding
        alike = all(take.coding == first and not take.turned for take in self._takes)
        return first[0] in PICTURES and first[1] in SOUNDS and alike

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
    takes = [_take(clip) for clip in joined]
    if not takes:
        raise InvalidRequest("There are no clips to join.", next="Pass a list of clips.")
    first = takes[0]
    for take in takes[1:]:
        if take.size != first.size:
            raise _mismatch_error("size", first, _pixels(first), take, _pixels(take))
        if abs(take.rate / first.rate - 1) > SAME_RATE:
            raise _mismatch_error("fps", first, _pace(first), take, _pace(take))
    return JoinedVideo(takes, joined)


def _take(clip: ClipRecord) -> SourceClip:
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


def _copy(takes: list[SourceClip], out: OutputContainer) -> None:
    """Copy the coded packets, each clip's after the last one's; nothing is decoded."""
    ways: dict[str, Any] = {}
    heard = Fraction(0)
    for take, since in _offsets(takes):
        with open_video(take.path) as reel:
            streams = [reel.stream, *reel.container.streams.audio[:1]]
            for stream in streams:
                if stream.type not in ways:
                    ways[stream.type] = out.add_stream_from_template(stream, opaque=True)  # no encoder is needed
            for packet in reel.container.demux(streams):
                kind = packet.stream.type
                if packet.dts is None or packet.pts is None or packet.time_base is None:
                    continue
                shift = round((since - take.start) / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                if kind == "audio":
                    lasts = _decoded_length(packet)
                    if packet.dts * packet.time_base + lasts / 2 < heard:
                        continue  # the sound of the clip before, or this one's run-up, fills this time already
                    heard = packet.dts * packet.time_base + lasts
                packet.stream = ways[kind]
                out.mux(packet)


def _decoded_length(packet: av.Packet[Any]) -> Fraction:
    """Return how many seconds a packet of sound fills: a file may count its last one as shorter than it is decoded."""
    context: Any = packet.stream.codec_context
    counted = (packet.duration or 0) * (packet.time_base or CLOCK)
    return max(counted, Fraction(context.frame_size or 0, context.sample_rate or SOUND_RATE))


def _offsets(takes: list[SourceClip]) -> Iterator[tuple[SourceClip, Fraction]]:
    """Return each take with when it begins."""
    since = Fraction(0)
    for take in takes:
        yield take, since
        since += take.length


def _code(takes: list[SourceClip], out: OutputContainer) -> None:
    """Decode and code everything anew, one picture at a time."""
    picture: Any = out.add_stream("libx264", rate=takes[0].rate, options=QUALITY)
    picture.width, picture.height, picture.pix_fmt = *round_to_even(takes[0].size), "yuv420p"
    picture.codec_context.time_base = CLOCK
    sound: Any = None
    if any(take.sound for take in takes):
        sound = out.add_stream("aac", rate=SOUND_RATE, layout="stereo")
    for take, since in _offsets(takes):
        for frame in _decode_frames(take, since):
            out.mux(picture.encode(frame))
        for samples in _heard(take, since) if sound else ():
            out.mux(sound.encode(samples))
    out.mux(picture.encode())
    if sound:
        out.mux(sound.encode())


def round_to_even(size: tuple[int, int]) -> tuple[int, int]:
    """Return the nearest size that H.264 takes in 4:2:0: of even sides."""
    width, height = size
    return max(width // 2 * 2, 2), max(height // 2 * 2, 2)


def _decode_frames(take: SourceClip, since: Fraction) -> Iterator[av.VideoFrame]:
    with open_video(take.path) as reel:
        size = round_to_even(take.size)
        for frame in reel.decode():
            if frame.pts is None or frame.time_base is None:
                continue
            at = frame.pts * frame.time_base - take.start + since
            made = (reel.frame(frame, *size) if reel.turned else frame).reformat(*size, format="yuv420p")
            made.pts, made.time_base, made.pict_type = round(at / CLOCK), CLOCK, 0
            yield made


def _heard(take: SourceClip, since: Fraction) -> Iterator[av.AudioFrame]:
    """Return a take's sound, exactly as long as its pictures: cut, or filled up with silence."""
    at, end = (round(moment * SOUND_RATE) for moment in (since, since + take.length))
    for samples in _samples(take):
        part = samples[:, : end - at]
        if part.shape[1]:
            yield _frame(part, at)
            at += part.shape[1]
    import numpy as np

    while at < end:
        silence = np.zeros((2, min(SOUND_RATE, end - at)), np.float32)
        yield _frame(silence, at)
        at += silence.shape[1]


def _samples(take: SourceClip) -> Iterator[Sound]:
    """Decode a take's sound into stereo floats; nothing where it has none."""
    import av

    if not take.sound:
        return
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE)
    with open_video(take.path) as reel:
        for frame in reel.container.decode(audio=0):
            for made in resampler.resample(frame):
                yield made.to_ndarray()
        for made in resampler.resample(None):
            yield made.to_ndarray()


def _frame(samples: Sound, at: int) -> av.AudioFrame:
    import av

    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, at, Fraction(1, SOUND_RATE)
    return frame
