"""The film of a story: its shots one after another, with a narration or music under their own sound.

Pictures are copied where they are coded alike, else coded once. Sound is copied where there is nothing to mix, else decoded,
mixed and coded once; it is placed by samples, so that no shot is early or late.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.media import clip_store, concat
from jupyter_videogen.media.frames import require_decoder
from jupyter_videogen.media.provenance import copies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.container import OutputContainer

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.media.concat import Sound, SourceClip


class Track(NamedTuple):
    """A sound under the whole film: cut at the film's end, or silent from its own end on."""

    path: Path
    volume: float = 1.0
    """1 is as loud as it is."""
    fade: float = 0.0
    """Seconds in which it begins and ends."""


class JoinedFilm(NamedTuple):
    """What was written, and how."""

    seconds: float
    size: tuple[int, int]
    words: str
    """What was coded anew; empty where nothing was."""


def write_film(clips: Sequence[ClipRecord], target: Path, track: Track | None = None) -> JoinedFilm:
    """Write clips as one MP4 whose XMP names its kind of source; nothing is overwritten.

    Clips of another rate or size than the first are fitted into its picture, with bars where the shape differs. Raises
    `InvalidRequest` where a clip is gone or the name is taken; `Unsupported` without PyAV, or for what can't be read.
    """
    require_decoder()
    import av

    takes = [concat.read_source(clip) for clip in clips]
    if not takes:
        raise InvalidRequest("There are no shots to join.", next="Add one.")
    whole = track is None and concat.are_alike(takes, sound=True)
    with clip_store.replacing(target) as temporary:
        try:
            with av.open(str(temporary), "w", format="mp4", options={"movflags": "+faststart"}) as out:
                _write(takes, out, track, whole=whole)
        except av.error.FFmpegError as error:
            raise Unsupported(f"The film can't be written ({error.strerror}).", next="Join it again.") from None
        copies.mark_copy(temporary, clips)
    copies.warn_of_lost(clips, target.name)
    return JoinedFilm(float(_length(takes)), takes[0].size, "" if whole else _words(takes))


def sound_seconds(path: Path) -> float:
    """Return the length of a file's sound; the whole of it is decoded. Raises `Unsupported` where it can't be read."""
    count: int = sum(samples.shape[1] for samples in concat.decode_sound(path))
    return count / concat.SOUND_RATE


def _length(takes: Sequence[SourceClip]) -> Fraction:
    return sum((take.length for take in takes), Fraction(0))


def _words(takes: Sequence[SourceClip]) -> str:
    """Say what was coded anew."""
    if concat.are_alike(takes, sound=False):
        return "Its sound was mixed and coded once; its pictures are those of the shots, byte by byte."
    odd = [str(number) for number, take in enumerate(takes, 1) if take.size != takes[0].size]
    which = f"Shot {odd[0]} has" if len(odd) == 1 else f"Shots {', '.join(odd)} have"
    bars = f" {which} another size, with bars around the picture." if odd else ""
    return f"The shots are coded differently, so that all were coded anew once.{bars}"


def _write(takes: list[SourceClip], out: OutputContainer, track: Track | None, *, whole: bool) -> None:
    """Write pictures and sound, a shot at a time, so that players find both close together."""
    copier = concat.PacketCopier(out, sound=whole) if whole or concat.are_alike(takes, sound=False) else None
    coder = None if copier else concat.PictureCoder(out, takes[0])
    is_heard = not whole and (track is not None or any(take.sound for take in takes))
    sound = concat.SoundCoder(out) if is_heard else None
    mixer = _Mixer(track, _length(takes)) if track is not None else None
    for take, since in concat.offsets(takes):
        (copier or coder).write(take, since)  # type: ignore[union-attr]  # one of them is there
        for samples in concat.heard(take, since) if sound else ():
            sound.write(mixer.mixed(samples) if mixer else samples)  # type: ignore[union-attr]  # there is one
    if coder is not None:
        coder.close()
    if sound is not None:
        sound.close()


class _Mixer:
    """Lays a track under samples that come one after another."""

    def __init__(self, track: Track, film: Fraction) -> None:
        self._track, self._at = track, 0
        self._end = min(round(film * concat.SOUND_RATE), round(sound_seconds(track.path) * concat.SOUND_RATE))
        """The sample at which the track ends."""
        self._blocks = concat.decode_sound(track.path)
        self._left: Sound | None = None

    def mixed(self, samples: Sound) -> Sound:
        """Return samples with the track under them; what is too loud is cut off."""
        import numpy as np

        under, filled = np.zeros_like(samples), 0
        for part in self._next(samples.shape[1]):
            under[:, filled : filled + part.shape[1]] = part
            filled += part.shape[1]
        loud = samples + under * self._levels(samples.shape[1])
        self._at += samples.shape[1]
        mixed: Sound = np.clip(loud, -1.0, 1.0).astype(np.float32)
        return mixed

    def _next(self, count: int) -> Iterator[Sound]:
        """Return the track's next samples: as many, or fewer at its end."""
        while count:
            block = self._left if self._left is not None and self._left.shape[1] else next(self._blocks, None)
            if block is None:
                return
            part, self._left = block[:, :count], block[:, count:]
            count -= part.shape[1]
            yield part

    def _levels(self, count: int) -> Sound:
        """Return how loud the track is at each of the next samples: it rises at its beginning and falls before its end."""
        import numpy as np

        places = np.arange(self._at, self._at + count)
        fade = max(self._track.fade * concat.SOUND_RATE, 1.0)
        levels = np.minimum((places + 1) / fade, (self._end - places) / fade).clip(0.0, 1.0)
        shaped: Sound = (levels * self._track.volume).astype(np.float32)
        return shaped
