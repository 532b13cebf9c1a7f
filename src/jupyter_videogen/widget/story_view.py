"""A story as the page draws it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.api.stories import words
from jupyter_videogen.api.stories.cues import has_cues
from jupyter_videogen.api.stories.recipe import made_of
from jupyter_videogen.api.stories.standing import first_not_ready
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.story import chain_after
from jupyter_videogen.widget.grid_view import SHORT, USUAL, aspect_of, question_view, step_of
from jupyter_videogen.widget.protocol import AudioView, FilmView, ShotView, StoryView, TakeView
from jupyter_videogen.widget.views import clip_view

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jupyter_videogen.api.stories.pricing import Pricing
    from jupyter_videogen.api.stories.standing import ShotStanding, Standing
    from jupyter_videogen.api.stories.story import Story
    from jupyter_videogen.core.story import StoryRecord

PROMPTS = 36_000
"""Characters of the prompts of all shots: sixty shots stay below 60 kB."""


def story_view(story: Story, *, guest: bool = False) -> StoryView:
    """Return a story; a `guest` is asked and offered nothing."""
    standing = story.standing
    shots, counts = standing.shots(), story.grid.counts
    lengths = [_seconds(one, story.pricing, standing.story) for one in shots]
    waits_for = first_not_ready(shots)
    unused = standing.unused()
    return StoryView(
        name=story.name,
        guest=guest,
        facts=_common(shots, story),
        state=story.state,
        question=None if guest or story.question is None else question_view(story.question),
        offer="" if guest else story.offer,
        shots=_shots(story, standing, shots, lengths, guest=guest),
        seconds=sum(lengths),
        spent=counts.spent,
        in_flight=counts.in_flight,
        unused=len(unused),
        unused_cost=sum(one.job.best_cost or 0.0 for one in unused if one.job is not None),
        free=counts.estimate == 0 and counts.unpriced == 0 and all(cost == 0 for cost in _costs(story, standing.story)),
        film=_film(story, shots),
        can_join=bool(shots) and waits_for is None,
        waits_for=waits_for,
        can_restore=bool(standing.story.removed) and not guest,
        audio=None if guest else _audio(standing.story),
        captions=standing.story.captions,
        has_captions=has_cues(shots),
        aspect=_aspect(shots, story),
        notices=story.notices,
    )


class _Offers(NamedTuple):
    """What making a shot anew costs."""

    alone: tuple[int, ...] = ()
    cost: float | None = None
    together: tuple[int, ...] = ()
    cost_together: float | None = None


def _shots(
    story: Story, standing: Standing, shots: Sequence[ShotStanding], lengths: Sequence[float], *, guest: bool
) -> tuple[ShotView, ...]:
    folder, costs = environment.folder(), _costs(story, standing.story)
    room = PROMPTS // max(len(shots), 1)
    return tuple(
        _shot(story, standing, one, seconds, _Offers() if guest else _offers(standing.story, one, costs), folder, room)
        for one, seconds in zip(shots, lengths, strict=True)
    )


def _costs(story: Story, record: StoryRecord) -> list[float | None]:
    """Return the price of making each shot anew; that of a clip that was there is 0."""
    return [
        0.0 if shot.take is None else story.pricing.cost(record, number) for number, shot in enumerate(record.shots, 1)
    ]


def _offers(record: StoryRecord, one: ShotStanding, costs: Sequence[float | None]) -> _Offers:
    if one.shot.take is None or not one.shot.take.key:
        return _Offers()
    chain = [number for number in chain_after(record, one.number) if record.shot(number).take is not None]
    prices = [costs[number - 1] for number in chain]
    together = None if None in prices else sum(price or 0.0 for price in prices)
    ids = tuple(record.shot(number).id for number in chain)
    several = len(ids) > 1
    return _Offers((one.shot.id,), costs[one.number - 1], ids if several else (), together if several else None)


def _shot(  # noqa: PLR0913, PLR0917 - what one shot is drawn from
    story: Story, standing: Standing, one: ShotStanding, seconds: float, offers: _Offers, folder: Path, room: int
) -> ShotView:
    take, job, refused = one.shot.take, one.job, story.refusal_of(one)
    failure = words.failure_of(one, refused)
    state = "failed" if refused is not None else one.state
    making = job is not None and not job.ended
    return ShotView(
        id=one.shot.id,
        number=one.number,
        prompt=one.shot.prompt[:room],
        prompt_is_whole=len(one.shot.prompt) <= room,
        caption=one.shot.caption if len(one.shot.caption) <= room else None,
        state=state,
        words=words.standing_words(one, refused)[:SHORT],
        percent=job.progress if job is not None and making else None,
        seconds_left=story.grid.job_of(job).eta if job is not None and making else None,
        seconds=seconds,
        cost=job.best_cost if job is not None else one.one.cell.cost if one.one is not None else offers.cost,
        job_id=one.job_id,
        take=take.number if take is not None else None,
        takes=_takes(standing, one),
        link=one.link,
        starts_on=take.starts_on if take is not None else None,
        starts_by=take.by if take is not None else None,
        can_link=take is not None and one.number > 1 and story.pricing.can_link(standing.story, take),
        facts=words.facts(one),
        remake=offers.alone,
        remake_cost=offers.cost,
        remake_with=offers.together,
        remake_with_cost=offers.cost_together,
        failure="" if failure is None else " ".join(filter(None, (failure.message, failure.next)))[:SHORT],
        step=step_of(state, job),
        clip=clip_view(one.clip, folder) if one.clip is not None else None,
    )


def _takes(standing: Standing, one: ShotStanding) -> tuple[TakeView, ...]:
    jobs = standing.jobs
    return tuple(
        TakeView(number=take.number, job_id=jobs.get(take.key), state=standing.state(one.shot, take))
        for take in one.shot.takes
    )


def _seconds(one: ShotStanding, pricing: Pricing, record: StoryRecord) -> float:
    """Return the length of a shot; one that is not started is as long as its model makes it."""
    if one.seconds or one.shot.take is None:
        return one.seconds
    with suppress(VideogenError):
        return float(pricing.order(record, one.number, one.shot, one.shot.take).validated.request.duration or 0)
    return 0.0


def _common(shots: Sequence[ShotStanding], story: Story) -> str:
    """Return model and size where all shots have them in common."""
    record = story.record
    models, sizes = set[str](), set[str]()
    for one in shots:
        with suppress(VideogenError):
            if one.shot.take is not None:
                request = story.pricing.order(record, one.number, one.shot, one.shot.take).validated.request
                models.add(request.model or "")
                sizes.add((request.size or "").replace("x", "×"))
    return " · ".join(found.pop() for found in (models, sizes) if len(found) == 1 and "" not in found)


def _aspect(shots: Sequence[ShotStanding], story: Story) -> float:
    """Return width by height of the first shot that says it."""
    record = story.record
    for one in shots:
        if one.clip is not None and (known := aspect_of(one.clip.size, None)):
            return known
        with suppress(VideogenError):
            if one.shot.take is not None:
                request = story.pricing.order(record, one.number, one.shot, one.shot.take).validated.request
                if known := aspect_of(request.size, request.aspect):
                    return known
    return USUAL


def _film(story: Story, shots: Sequence[ShotStanding]) -> FilmView | None:
    film = story.film
    if film is None:
        return None
    return FilmView(
        job_id=film.clip.job_id,
        clip=clip_view(film.clip, environment.folder()),
        current=film.made_of == made_of(story.record, shots),
        words=film.words,
    )


def _audio(record: StoryRecord) -> AudioView | None:
    audio = record.audio
    return None if audio is None else AudioView(name=audio.name, volume=audio.volume, fade=audio.fade)
