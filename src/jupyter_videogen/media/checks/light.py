"""Checks of light: black or white pictures, flicker, and bars at the edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from jupyter_videogen.core.checks import Finding
from jupyter_videogen.media.checks.measures import runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_videogen.media.checks.measures import Film, Flags, Levels, Run

BLACK_SHARE, LIT_SHARE = 0.98, 0.0005
"""A black picture: 98 % of its pixels are (FFmpeg's `picture_black_ratio_th`), and at most 1 of 2,000 is lit."""
BLACK_EDGE, BLACK_INSIDE = 1.0, 0.5
"""Seconds of black from which on it counts at the ends of a clip, where fades are, and inside of it."""
HARD = 10.0
"""Levels of mean brightness that a hard edge of black has: a fade of half a second moves by less in a frame."""
WHITE_SHARE, BURNT_SHARE, UNBURNT_SHARE = 0.98, 0.4, 0.2
"""White pictures; pictures that burn out, and the share that was burnt before: white grounds are so from the beginning."""
BRIGHT_REST = 180.0
"""Mean of the pixels that are not clipped, from which on the whole picture is too bright, not only its ground white."""
BURNT_SECONDS = 0.5
SWING = 5.0
"""Levels between a light and a dark moment of a flicker: 2 % of the range, where the eye begins to see it (Kelly 1961)."""
HALF_PERIOD, SWINGS = 1 / 6, 6
"""Three flashes a second are the most that WCAG 2.3.1 allows: swings of at most a sixth of a second, and six of them."""
NEAR_END = 0.1
"""The share of a swing's depth within which a frame is at its end: a strobe of black and white begins from a dark scene with an eighth of its depth."""
BAR_LEVEL, BAR_SHARE, EDGE_SHARE = 10, 0.03, 0.6
"""A bar: never lighter than this level, at least so much of the height, and so much of the picture's edge lit beside it."""
UNEQUAL = 0.03
"""The share of the height by which two bars may differ."""


def black_runs(film: Film) -> list[Run]:
    """Return where pictures are black."""
    return runs((film.dark >= BLACK_SHARE) & (film.lit <= LIT_SHARE))


def black(film: Film, flickers: Sequence[Finding]) -> Iterator[Finding]:
    """Find black pictures: single ones with hard edges, or half a second of it; at the ends a second.

    Those of a strobe are told of as a flicker.
    """
    found = [run for run in black_runs(film) if _is_black_fault(film, run) and not _is_strobe(film, run, flickers)]
    if found:
        worst = max(found, key=lambda run: film.lasts(*run))
        seconds = film.lasts(*worst)
        words = f"The picture is black or nearly black for {seconds:.2f} s{_more(found)}."
        yield _of_run(film, worst, "black", words)


def _is_black_fault(film: Film, run: Run) -> bool:
    if run.first == 0 and run.end == film.count:
        return True
    if run.first == 0 or run.end == film.count:
        return film.lasts(*run) >= BLACK_EDGE
    hard = min(film.mean[run.first - 1] - film.mean[run.first], film.mean[run.end] - film.mean[run.end - 1]) >= HARD
    return bool(hard) or film.lasts(*run) >= BLACK_INSIDE


def _is_strobe(film: Film, run: Run, flickers: Sequence[Finding]) -> bool:
    """Return whether a short run of black is within a flicker."""
    return film.lasts(*run) < BLACK_INSIDE and any(
        (one.at or 0) - film.step <= film.times[run.first] and film.times[run.end] <= (one.until or 0) + film.step
        for one in flickers
    )


def burnt_runs(film: Film) -> list[Run]:
    """Return where pictures are white, burn out, or are too bright all over."""
    burns = (film.clipped >= BURNT_SHARE) & (
        (film.rest >= BRIGHT_REST) | (np.quantile(film.clipped, 0.1) < UNBURNT_SHARE)
    )
    return runs((film.clipped >= WHITE_SHARE) | burns)


def blown_out(film: Film) -> Iterator[Finding]:
    """Find half a second of white pictures, of pictures that burn out, or that are too bright all over."""
    found = [run for run in burnt_runs(film) if film.lasts(*run) >= _least(film, BURNT_SECONDS)]
    if found:
        worst = max(found, key=lambda run: film.lasts(*run))
        seconds, share = film.lasts(*worst), film.clipped[worst.first : worst.end].max()
        words = f"Up to {share:.0%} of the picture is pure white for {seconds:.2f} s{_more(found)}."
        yield _of_run(film, worst, "blown_out", words)


def _least(film: Film, seconds: float) -> float:
    """Return a limit in seconds that a shorter clip can reach as a whole."""
    return min(seconds, film.facts.seconds)


def _of_run(film: Film, run: Run, name: Literal["black", "blown_out"], words: str) -> Finding:
    seconds = film.lasts(*run)
    return Finding(
        name=name,
        value=round(seconds, 3),
        unit="s",
        limit=BLACK_INSIDE if name == "black" else BURNT_SECONDS,
        short=f"{name.replace('_', ' ')} {seconds:.{1 if seconds >= 1 else 2}f} s",
        words=words,
        at=round(float(film.times[run.first]), 3),
        until=round(float(film.times[run.end]), 3),
        frame=run.first,
    )


def _more(found: Sequence[Run]) -> str:
    return f", and {len(found) - 1} more time{'s' if len(found) > 2 else ''}" if len(found) > 1 else ""


class Swing(NamedTuple):
    """The way of the brightness from one turn to the next."""

    first: int
    last: int


def flicker(film: Film, cuts: Sequence[int]) -> Iterator[Finding]:
    """Find brightness that goes up and down at least three times a second, where no cut explains it."""
    chains = [chain for chain in _chains(film, cuts) if len(chain) >= SWINGS]
    if not chains:
        return
    worst = max(chains, key=len)
    first, last = _begins(film, worst), worst[-1].last
    seconds = film.lasts(first, last)
    rate = len(worst) / 2 / seconds
    depth = np.median([_depth(film, one) for one in worst]) / 255
    yield Finding(
        name="flicker",
        value=round(rate, 2),
        unit="Hz",
        limit=1 / HALF_PERIOD / 2,
        short=f"flicker {rate:.0f} Hz",
        words=f"The brightness goes up and down {rate:.0f} times a second, by {depth:.0%}, for {seconds:.2f} s.",
        at=round(float(film.times[first]), 3),
        until=round(float(film.times[last]), 3),
        frame=first,
    )


def _chains(film: Film, cuts: Sequence[int]) -> Iterator[list[Swing]]:
    """Return quick swings that follow one another."""
    chain: list[Swing] = []
    for swing in _swings(film.mean):
        is_quick = film.lasts(swing.first, swing.last) <= HALF_PERIOD + film.step / 2
        is_cut = any(swing.first < cut <= swing.last for cut in cuts)
        if chain and is_quick and not is_cut:
            chain.append(swing)
            continue
        yield chain
        # The swing before a flicker may be a slow one; its end may be quick all the same.
        near = film.within(swing.last, HALF_PERIOD).start
        chain = [Swing(max(near, swing.first), swing.last)] if not is_cut else []
    yield chain


def _swings(levels: object) -> Iterator[Swing]:
    """Return the ways between turns of a curve that are at least `SWING` apart."""
    values: list[float] = list(levels)  # type: ignore[call-overload]  # an array
    low = high = turn = 0
    up: bool | None = None
    for number, value in enumerate(values):
        low = number if value <= values[low] else low
        high = number if value >= values[high] else high
        if up is not False and values[high] - value >= SWING and high >= turn:
            if high > turn:
                yield Swing(turn, high)
            turn, low, up = high, number, False
        elif up is not True and value - values[low] >= SWING and low >= turn:
            if low > turn:
                yield Swing(turn, low)
            turn, high, up = low, number, True
    end = high if up else low
    if values and end > turn:
        yield Swing(turn, end)


def _begins(film: Film, chain: Sequence[Swing]) -> int:
    """Return the first frame that is near the far end of a chain's first swing."""
    near = NEAR_END * float(np.median([_depth(film, swing) for swing in chain[1:]]))
    end = next(swing.last for swing in chain if _depth(film, swing) > near)
    away = np.abs(film.mean[: end + 1][::-1] - film.mean[end]) > near
    return end + 1 - int(np.argmax(away)) if away.any() else 0


def _depth(film: Film, swing: Swing) -> float:
    return float(abs(film.mean[swing.last] - film.mean[swing.first]))


def letterboxed(film: Film) -> Iterator[Finding]:
    """Find black bars on both sides that stay for the whole clip, with a straight edge."""
    for brightest, sides in ((film.brightest, "above and below"), (film.brightest.T, "left and right")):
        share = _bars(brightest)
        if share:
            yield Finding(
                name="letterboxed",
                value=round(share * 100, 1),
                unit="%",
                limit=2 * BAR_SHARE * 100,
                short=f"bars {share:.0%}",
                words=f"Black bars {sides} take {share:.0%} of the picture.",
            )


def _bars(brightest: Levels) -> float:
    """Return which share of the height two bars take, or 0."""
    lines = len(brightest)
    lit = brightest.max(axis=1) > BAR_LEVEL
    if not lit.any() or lit.all():
        return 0.0
    above, below = int(np.argmax(lit)), int(np.argmax(lit[::-1]))
    are_bars = min(above, below) >= max(BAR_SHARE * lines, 1) and abs(above - below) <= max(UNEQUAL * lines, 1)
    return (above + below) / lines if are_bars and all(map(_is_edge, _edges(brightest, above, below))) else 0.0


def _edges(brightest: Levels, above: int, below: int) -> tuple[Levels, Levels]:
    """Return the two lines beside each bar, of which the first may be half of the bar."""
    end = len(brightest) - below
    return brightest[above : above + 2].max(axis=0), brightest[end - 2 : end].max(axis=0)


def _is_edge(line: Levels) -> bool:
    lit: Flags = line > BAR_LEVEL + 2
    return bool(lit.mean() >= EDGE_SHARE)
