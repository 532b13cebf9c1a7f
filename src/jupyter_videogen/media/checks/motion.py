"""Checks of movement: pictures that stand still, pictures that are missing, and cuts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jupyter_videogen.core.checks import Finding
from jupyter_videogen.media.checks.measures import STILL_MEAN, Run, similarity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_videogen.media.checks.measures import Film

FROZEN = 1.0
"""Seconds: a held drawing of an animation is shorter, and of a clip of 4 s it is a quarter."""
SLOWEST = 3
"""Frames that it takes at least: of a film with one picture a second each is held for a second."""
COASTING = 0.2
"""The share of the movement before, below which a picture stands: it slows down within a few frames before it does."""
REST = 0.35
"""Levels of mean change of pictures that stand still, in the middle of them: what coders change was measured as 0.27."""
KEY_FRAMES, KEY_OVER, KEY_ALIKE = 2, 4.0, 0.97
"""A key frame repaints a picture that stands in at most so many frames, changes so many times more than the coder did
before, and leaves the outline so much alike."""
REPEAT, LEAST_REPEAT = 0.12, 0.05
"""The share of the movement around it that a repeated picture has, as coders change it, and the least in levels."""
HOLD, LEAST_HOLD = 2.5, 0.12
"""How many times longer than usual a picture stays where some are missing, and at least how long in seconds."""
JUMP = 2.0
"""How many times more than usual the picture after it moves: a hold on purpose goes on as it was."""
STEADY, UNSTEADY = 2, 1.6
"""Pictures that are needed on both sides, and how many times longer than usual one of them may stay: 24 pictures a second
in a film of 60 stay for two and three frames in turn."""
NEAR = 0.5
"""Seconds around a picture in which its usual movement is sought."""
CUT_MOVED, CUT_OVER, CUT_ALIKE, CUT_BACK = 6.0, 2.5, 0.6, 0.8
"""A cut: a mean change of so many levels, so many times that of the frames around it, into an outline that is at most so
much alike, and which does not come back (a flash does)."""
CLEAR_MOVED, CLEAR_OVER, CLEAR_ALIKE = 20.0, 8.0, 0.9
"""In a picture that moves, a change of so many levels, so many times that of the frames around it, is a cut between scenes
that are more alike, such as two horizons; a mere change of exposure keeps its outline, and a window opens in a still."""
CUT_NEAR, CUT_AFTER = 3, (1, 2, 4)
"""Frames around a cut that are compared, and after it."""


def frozen(film: Film, dull: Sequence[Run]) -> Iterator[Finding]:
    """Find a second or more without movement; black and white pictures (`dull`) have a finding of their own."""
    found = [run for run in frozen_runs(film) if not _covered(run, dull)]
    if not found:
        return
    worst = max(found, key=lambda run: film.lasts(*run))
    seconds = film.lasts(*worst)
    more = f" It stands still {len(found)} times." if len(found) > 1 else ""
    whole = worst.first == 0 and worst.end == film.count
    words = f"The picture stands still for {seconds:.2f} s{', all the time' if whole else ''}.{more}"
    yield Finding(
        name="frozen",
        value=round(seconds, 3),
        unit="s",
        limit=FROZEN,
        short=f"frozen {seconds:.1f} s",
        words=words,
        at=round(float(film.times[worst.first]), 3),
        until=round(float(film.times[worst.end]), 3),
        frame=worst.first,
    )


def frozen_runs(film: Film) -> list[Run]:
    """Return where the picture stands still."""
    return [run for run in _still_runs(film) if _is_frozen(film, run)]


def _is_frozen(film: Film, run: Run) -> bool:
    whole = run.first == 0 and run.end == film.count and film.count > 1
    return film.lasts(*run) >= (min(FROZEN, film.facts.seconds) if whole else max(FROZEN, SLOWEST * film.step))


def _covered(run: Run, dull: Sequence[Run]) -> bool:
    """Return whether at least half of a run is in others."""
    shared = sum(max(0, min(run.end, one.end) - max(run.first, one.first)) for one in dull)
    return shared * 2 >= run.end - run.first


def _still_runs(film: Film) -> list[Run]:
    """Return where pictures stay what they are; a key frame that repaints them ends nothing."""
    found: list[Run] = []
    for first, end in pairwise([*np.flatnonzero(np.diff(film.anchor, prepend=-1)).tolist(), film.count]):
        run = Run(first, end)
        at = next((at for at in range(len(found) - 1, -1, -1) if _rests(film, found[at])), None)
        if at is not None and _rests(film, run) and _is_repainted(film, found[at], run):
            run = Run(found[at].first, end)
            del found[at:]
        found.append(run)
    return [_without_coasting(film, run) for run in found]


def _rests(film: Film, run: Run) -> bool:
    """Return whether a run is more than a few frames, and stands in its middle."""
    return run.end - run.first > SLOWEST and bool(np.median(film.moved[run.first + 1 : run.end]) <= REST)


def _is_repainted(film: Film, before: Run, run: Run) -> bool:
    """Return whether nothing but a key frame is between two runs: it changes more than slow movement, and less than any."""
    if run.first - before.end > KEY_FRAMES:
        return False
    rest = max(float(np.median(film.moved[one.first + 1 : one.end])) for one in (before, run))
    change = float(film.moved[before.end : run.first + 1].max())
    is_key = KEY_OVER * max(rest, LEAST_REPEAT) <= change <= STILL_MEAN
    return is_key and similarity(film, before.end - 1, run.first) >= KEY_ALIKE


def _without_coasting(film: Film, run: Run) -> Run:
    """Return a run from where the movement before it has really ended."""
    before = film.moved[max(run.first - 12, 1) : run.first]
    if not len(before):
        return run
    limit = max(COASTING * float(np.median(before)), LEAST_REPEAT)
    moving = film.moved[run.first + 1 : run.end] > limit
    return Run(run.first + (len(moving) if moving.all() else int(np.argmin(moving))), run.end)


class Hold(NamedTuple):
    """One picture for as long as it stays."""

    frame: int
    end: int
    seconds: float


def dropped_frames(film: Film, cuts: Sequence[int], dull: Sequence[Run]) -> Iterator[Finding]:
    """Find pictures that stay too long and then jump: those between are missing. A steady rhythm is none."""
    holds = _holds(film)
    found = [
        (hold, missing)
        for number, hold in enumerate(holds)
        if hold.end < film.count
        and hold.end not in cuts
        and not _covered(Run(hold.frame, hold.end), dull)
        and (missing := _missing(film, holds, number))
    ]
    if not found:
        return
    count, (first, _) = sum(missing for _, missing in found), found[0]
    gaps = "" if len(found) == 1 else f", in {len(found)} places"
    yield Finding(
        name="dropped_frames",
        value=count,
        unit="frames",
        limit=1,
        short=f"{count} frame{'' if count == 1 else 's'} dropped",
        words=f"About {count} pictures are missing{gaps}: one stays for {first.seconds:.2f} s, then the picture jumps.",
        at=round(float(film.times[first.frame + 1]), 3),
        until=round(float(film.times[first.end]), 3),
        frame=first.frame + 1,
    )


def _holds(film: Film) -> list[Hold]:
    distinct = [0, *[number for number in range(1, film.count) if not _is_repeat(film, number)], film.count]
    return [Hold(one, end, film.lasts(one, end)) for one, end in pairwise(distinct)]


def _is_repeat(film: Film, number: int) -> bool:
    around = film.moved[film.within(number, NEAR)]
    return bool(film.moved[number] <= max(REPEAT * float(np.quantile(around, 0.9)), LEAST_REPEAT))


def _missing(film: Film, holds: Sequence[Hold], number: int) -> int:
    """Return how many pictures are missing at the end of a hold.

    The pictures before and after it have to come in a steady rhythm, and the step after it has to be longer than theirs:
    what stops on purpose sets out slowly, or goes on as it was.
    """
    hold, before, after = holds[number], holds[max(number - 3, 0) : number], holds[number + 1 : number + 4]
    if min(len(before), len(after)) < STEADY:
        return 0
    near = [one.seconds for one in (*before, *after)]
    usual = float(np.median(near))
    is_long = max(HOLD * usual, LEAST_HOLD) <= hold.seconds < FROZEN
    if not is_long or max(near) > UNSTEADY * usual:
        return 0
    jump = film.moved[hold.end]
    rests = float(np.mean(film.moved[hold.frame + 1 : hold.end])) if hold.end - hold.frame > 1 else 0.0
    steps = max(_step(film, [*before[1:], hold]), _step(film, after[1:]))
    return round(hold.seconds / usual) - 1 if jump >= JUMP * steps and rests <= REPEAT * jump else 0


def _step(film: Film, holds: Sequence[Hold]) -> float:
    """Return how much the picture changes where these begin."""
    return float(np.median([film.moved[one.frame] for one in holds]))


def hard_cuts(film: Film, others: Sequence[Run]) -> list[int]:
    """Return the frames that begin another scene; where `others` begin or end, something else has changed."""
    known = {edge for run in others for edge in run}
    return [number for number in range(1, film.count) if number not in known and _is_cut(film, number)]


def _is_cut(film: Film, number: int) -> bool:
    moved = film.moved[number]
    around = np.delete(
        film.moved[max(number - CUT_NEAR, 1) : number + CUT_NEAR + 1], number - max(number - CUT_NEAR, 1)
    )
    if moved < CUT_MOVED or (len(around) and moved < CUT_OVER * around.max()):
        return False
    after = [similarity(film, number - 1, min(number - 1 + step, film.count - 1)) for step in CUT_AFTER]
    if len(around) and around.max() > REST and moved >= max(CLEAR_MOVED, CLEAR_OVER * around.max()):
        return max(after) <= CLEAR_ALIKE
    return after[0] <= CUT_ALIKE and max(after[1:]) <= CUT_BACK


def cut_findings(film: Film, cuts: Sequence[int]) -> Iterator[Finding]:
    """Tell of cuts."""
    if not cuts:
        return
    moments = ", ".join(f"{film.times[cut]:.2f} s" for cut in cuts[:5])
    more = f" and {len(cuts) - 5} more" if len(cuts) > 5 else ""
    one = len(cuts) == 1
    yield Finding(
        name="hard_cut",
        value=len(cuts),
        unit="cuts",
        limit=1,
        short=f"cut at {film.times[cuts[0]]:.1f} s" if one else f"{len(cuts)} cuts",
        words=f"The picture changes to another scene at {moments}{more}.",
        at=round(float(film.times[cuts[0]]), 3),
        frame=cuts[0],
    )
