"""Checks against what was ordered: length, size and sound; and of what could not be decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from jupyter_videogen.core.checks import Finding
from jupyter_videogen.core.request import pixels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_videogen.core.checks import Expected, Facts
    from jupyter_videogen.media.checks.measures import Film

SHORTER_SHARE, SHORTER_SECONDS = 0.05, 0.1
"""What may be missing of the length, the larger of both: models count frames, such as 97 at 24 a second for 4 s."""
SMALLER_SHARE, SMALLER_PIXELS = 0.03, 16
"""What may be missing of width and height, the larger of both: models round to whole blocks of 16 pixels."""
SILENT = -60.0
"""dBFS of the loudest tenth of a second up to which a sound is none: below a quiet room in a recording."""
SOUND_RATE, SOUND_PIECE = 8000, 800
"""Samples a second in which the loudness is measured, and in a tenth of one."""


def shorter(facts: Facts, expected: Expected) -> Iterator[Finding]:
    """Find a clip that is shorter than was ordered."""
    if expected.duration is None:
        return
    missing = expected.duration - facts.seconds
    limit = max(SHORTER_SHARE * expected.duration, SHORTER_SECONDS)
    if missing > limit:
        yield Finding(
            name="shorter",
            value=round(missing, 3),
            unit="s",
            limit=round(limit, 3),
            short=f"{missing:.1f} s too short",
            words=f"The clip is {facts.seconds:.2f} s long; {expected.duration:g} s were ordered.",
        )


def smaller(facts: Facts, expected: Expected) -> Iterator[Finding]:
    """Find a clip with fewer pixels than were ordered."""
    width, height = pixels(expected.size) if expected.size else (0, 0)
    sides = [(width, facts.width), (height, facts.height), (expected.lines or 0, min(facts.width, facts.height))]
    missing = [asked - given for asked, given in sides if asked - given > max(SMALLER_SHARE * asked, SMALLER_PIXELS)]
    if missing:
        ordered = f"{width}×{height}" if width else f"{expected.lines}p"
        yield Finding(
            name="smaller",
            value=max(missing),
            unit="px",
            limit=SMALLER_PIXELS,
            short=f"{facts.width}×{facts.height} only",
            words=f"The picture has {facts.width}×{facts.height} pixels; {ordered} was ordered.",
        )


def undecodable(film: Film) -> Iterator[Finding]:
    """Find frames that are damaged or missing in the file."""
    # An AVI counts pictures that only repeat the one before; these are not missing, for it is as long as it says.
    is_cut = film.length - film.facts.seconds > 1.5 * film.step
    missing = max(film.announced - film.count, 0) if is_cut else 0
    count = max(missing, len(film.broken))
    if not count:
        return
    at = min(film.broken, default=film.facts.seconds)
    frame = int(np.searchsorted(film.times[:-1], at))
    words = f"About {count} of {max(film.announced, film.count)} pictures can't be decoded or are damaged"
    yield Finding(
        name="undecodable",
        value=count,
        unit="frames",
        limit=1,
        short=f"{count} frame{'' if count == 1 else 's'} damaged",
        words=f"{words}, the first at {at:.2f} s.",
        at=round(at, 3),
        frame=min(frame, film.count),
    )


def sound(path: Path, facts: Facts, expected: Expected) -> Iterator[Finding]:
    """Find that there is no sound, or nothing in it, where sound was ordered; reads it only then."""
    if not expected.sound:
        return
    if not facts.sound:
        words = "The clip has no sound track; sound was ordered."
        yield Finding(name="no_sound", value=0, unit="tracks", limit=1, short="no sound", words=words)
        return
    loudest = _loudest(path)
    if loudest <= SILENT:
        shown = "nothing at all" if loudest == -np.inf else f"{loudest:.0f} dBFS at most"
        yield Finding(
            name="silent",
            value=max(round(loudest, 1), -200.0),
            unit="dBFS",
            limit=SILENT,
            short="silent",
            words=f"The sound track is silent ({shown}); sound was ordered.",
        )


def _loudest(path: Path) -> float:
    """Return the loudness of the loudest tenth of a second in dBFS; -inf for digital silence."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SOUND_RATE)
    loudest, rest = 0.0, np.zeros(0, np.float32)
    with av.open(str(path.absolute())) as container:
        for packet in container.demux(container.streams.audio[0]):
            samples = np.concatenate([rest, *_samples(packet, resampler)])
            whole = len(samples) // SOUND_PIECE * SOUND_PIECE
            pieces, rest = samples[:whole].reshape(-1, SOUND_PIECE), samples[whole:]
            loudest = max(loudest, float(np.square(pieces).mean(axis=1).max(initial=0.0)))
    if len(rest):
        loudest = max(loudest, float(np.square(rest).mean()))
    return 10 * float(np.log10(loudest)) if loudest > 0 else float("-inf")


def _samples(packet: av.Packet, resampler: av.AudioResampler) -> Iterator[np.ndarray]:  # type: ignore[type-arg]  # float32
    try:
        for frame in packet.decode():
            for part in resampler.resample(frame):  # type: ignore[arg-type]  # a stream of sound
                yield part.to_ndarray().ravel()
    except av.error.FFmpegError:
        return
