"""Check one file: read it once, let every rule judge it, and take a picture of the worst moments."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core.checks import CheckReport, Expected, Facts, Finding
from jupyter_videogen.core.errors import Unsupported, VideogenError
from jupyter_videogen.media import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_videogen.media.checks.measures import Film
    from jupyter_videogen.media.frames import VideoReader

PICTURE_WIDTH = 240
THREADS = 2
"""Of the decoder, for one clip: each takes a few pictures of memory."""


def check_file(
    path: Path,
    expected: Expected | None = None,
    *,
    stopped: Callable[[], bool] = lambda: False,
    threads: int = THREADS,
) -> CheckReport:
    """Check a file; what can't be read as a video is a finding.

    Raises `Unsupported` without PyAV, OSError where the file can't be opened, and `reading.Stopped` soon after `stopped()`.
    """
    frames.require_decoder()
    with path.open("rb"):
        pass
    expected = expected or Expected()
    try:
        with frames.open_video(path) as reel:
            # Once a frame is decoded, the number of threads stays.
            reel.stream.codec_context.thread_count = threads
            return _check(reel, expected, stopped)
    except Unsupported as error:
        return CheckReport(clip=path.name, findings=(_unreadable(error),))


def _unreadable(error: Unsupported) -> Finding:
    no_picture = "no video frames" in error.message
    return Finding(
        name="no_picture" if no_picture else "unreadable",
        value=0,
        unit="frames",
        limit=1,
        short="no picture" if no_picture else "unreadable",
        words=error.message,
    )


def _check(reel: VideoReader, expected: Expected, stopped: Callable[[], bool]) -> CheckReport:
    from jupyter_videogen.media.checks.reading import read_film

    film = read_film(reel, stopped)
    found = list(_judge(reel.path, film, expected))
    return CheckReport(
        clip=reel.path.name, findings=tuple(_with_picture(reel, film, one) for one in found), facts=film.facts
    )


def _judge(path: Path, film: Film, expected: Expected) -> Iterator[Finding]:
    """Return all findings, the worst first."""
    from jupyter_videogen.media.checks import order

    yield from order.undecodable(film)
    if film.count > 1:
        yield from _judge_pictures(film)
    yield from _single(film.facts)
    yield from order.sound(path, film.facts, expected)
    yield from order.shorter(film.facts, expected)
    yield from order.smaller(film.facts, expected)


def _judge_pictures(film: Film) -> Iterator[Finding]:
    from jupyter_videogen.media.checks import light, motion

    dull = [*light.black_runs(film), *light.burnt_runs(film)]
    cuts = motion.hard_cuts(film, [*dull, *motion.frozen_runs(film)])
    flickers = list(light.flicker(film, cuts))
    yield from light.black(film, flickers)
    yield from light.blown_out(film)
    yield from motion.frozen(film, dull)
    yield from motion.dropped_frames(film, cuts, dull)
    yield from flickers
    yield from motion.cut_findings(film, cuts)
    yield from light.letterboxed(film)


def _single(facts: Facts) -> Iterator[Finding]:
    if facts.frames == 1:
        words = "The clip is a single picture, not a film."
        yield Finding(name="single_frame", value=1, unit="frames", limit=2, short="1 frame only", words=words)


def _with_picture(reel: VideoReader, film: Film, finding: Finding) -> Finding:
    """Add the picture of the worst moment; of what is about the whole clip, the middle."""
    with suppress(VideogenError, ValueError, OSError):
        picture = reel.nearest(worst_moment(film, finding))
        return msgspec.structs.replace(finding, picture=frames.small_jpeg(reel, picture, PICTURE_WIDTH))
    return finding


def worst_moment(film: Film, finding: Finding) -> float:
    """Return the moment of which a picture is shown, in seconds."""
    if finding.at is None:
        return film.facts.seconds / 2
    if finding.until is None:
        return finding.at
    return (finding.at + finding.until) / 2
