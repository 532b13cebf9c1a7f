"""`vg.story`: a list of shots checked, priced, asked about once and written down; then its story is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.api.grids.call import (
    MOST_CONCURRENT,
    MOST_RETRIES,
    OF_A_GRID,
    check_count,
    check_name,
    next_name,
    project_key,
)
from jupyter_videogen.api.grids.cost import confirm
from jupyter_videogen.api.grids.plan import in_words, report_problems
from jupyter_videogen.api.grids.rows import Problem
from jupyter_videogen.api.stories.pricing import Pricing, describe_shots
from jupyter_videogen.api.stories.shots import check_sizes, read_shot, size_words, store_fields
from jupyter_videogen.api.stories.sound import read_audio
from jupyter_videogen.api.stories.story import Story, open_story, pages
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import story as edits
from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.core.grid import RETRIES, GridPlan, GridRecord
from jupyter_videogen.core.story import Shot, StoryRecord
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.ledger.grids import GridKey
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.task_engines import refuse_in_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_videogen.api.grids.cost import Question
    from jupyter_videogen.api.stories.shots import Given
    from jupyter_videogen.core.grid import Cell


@dataclass(frozen=True, kw_only=True)
class StoryArguments:
    """What a call says of its story itself; `fields` are those of its requests. As for `story`."""

    name: str | None = None
    chain: bool = True
    audio: object = None
    volume: float = 1.0
    fade: float = 0.0
    concurrency: int | None = None
    retries: int = RETRIES
    fields: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> StoryArguments:
        """Take keywords apart: a story's own, and the fields of its requests."""
        own = {name: value for name, value in given.items() if name in cls.__dataclass_fields__ and name != "fields"}
        return cls(**own, fields={name: value for name, value in given.items() if name not in own})


def story(  # noqa: PLR0913 - keywords, each of its own
    shots: Sequence[object] | None = None,
    *,
    name: str | None = None,
    chain: bool = True,
    audio: object = None,
    volume: float = 1.0,
    fade: float = 0.0,
    concurrency: int | None = None,
    retries: int = RETRIES,
    **fields: Any,
) -> Story:
    """Make shots one after another, each of which starts on the last frame of the one before; returns a `Story` at once.

    `shots` are prompts, dictionaries with a prompt and fields of their own, or clips that become shots. Fields as for
    `generate` are shared by all. With `chain=False`, and where a model takes no start image, shots are cuts. `audio` is a
    narration or music under the joined film, with its `volume` (1 is as it is) and a `fade` in seconds.

    Every request is checked and priced before the first is sent; `max_cost=` in dollars is for all of them. The same call
    again makes only what is missing, whatever happened to the kernel, and leaves what was edited since; a shot that the call
    changed is asked for as a new take. `vg.story(name=…)` opens a story by its name alone. `.clip` is the joined film.

    Where a page is open, a story that may cost something is shown with a button that sends it, and returned as "planned";
    elsewhere it is confirmed at the keyboard or by `yes=True`. Raises `InvalidRequest` with the problems of all shots, and
    `BudgetExceeded`.
    """
    refuse_in_task()  # also where a story is only opened: it would go on to send
    if shots is None:
        return _find(name)
    given = StoryArguments(
        name=name,
        chain=chain,
        audio=audio,
        volume=volume,
        fade=fade,
        concurrency=concurrency,
        retries=retries,
        fields=fields,
    )
    prepared = prepare(shots, given)
    if prepared.question is None or fields.get("yes"):
        return _store(prepared).send(prepared.question)
    if show := next(filter(None, (find_page() for find_page in pages)), None):
        opened = _store(prepared).ask(prepared.question)
        show(opened)
        return opened
    confirm(prepared.question)
    return _store(prepared).send(prepared.question)


def describe(shots: Sequence[object], **given: Any) -> str:
    """Return how many shots a story would send, what is known of their cost, and what is to be known before; nothing is sent.

    Arguments and errors as for `story`.
    """
    prepared = prepare(shots, StoryArguments.of(given))
    made = len(prepared.wanted.shots) - len(prepared.missing)
    more = f"; {made} more are made already" if made else ""
    return "\n".join([describe_shots(prepared.missing) + more, *prepared.notes])


class Prepared(NamedTuple):
    """A story that was checked and priced; nothing is written or sent."""

    key: GridKey
    plan: GridPlan
    wanted: StoryRecord
    made: tuple[Shot, ...]
    """The shots of the call."""
    given: StoryArguments
    missing: list[Cell]
    question: Question | None
    notes: tuple[str, ...]
    known: GridRecord | None
    """The grid of this name, where there is one."""
    extra: Mapping[str, Any] | None


def prepare(shots: Sequence[object], given: StoryArguments) -> Prepared:
    """Check and price a story; arguments and errors as for `story`."""
    config, run = load_config(), process.runtime()
    key = GridKey(project_key(), check_name(given.name, "story", "harbour"))
    check_count("concurrency", 1 if given.concurrency is None else given.concurrency, range(1, MOST_CONCURRENT + 1))
    check_count("retries", given.retries, range(MOST_RETRIES + 1))
    known = run.ledger.grids.find(*key)
    before = _story_of(known)
    fields = {name: value for name, value in given.fields.items() if name not in OF_A_GRID}
    shared = store_fields(fields)
    extra = fields.get("extra")
    pricing = Pricing(config, extra)
    listed = _read(shots)
    notes, made = _shots(listed, shared, pricing, chain=given.chain)
    wanted = _merged(before, made, shared, given)
    _check_name_is_its(key.name, before, made)
    most = given.fields.get("max_cost")
    plan = GridPlan(
        columns=known.plan.columns if known else (),
        rows=known.plan.rows if known else (),
        concurrency=given.concurrency,
        retries=given.retries,
        max_cost=config.defaults.max_cost if most is None else most,
        new=bool(given.fields.get("new")),
        output=str(given.fields.get("output") or ""),
    )
    waiting = [] if known is None else [one.cell for one in run.ledger.grids.cells(known.id)]
    unsent = [cell for cell in waiting if cell.state in {"waiting", "cancelled"}]
    missing = pricing.missing(wanted, unsent, plan, known)
    return Prepared(key, plan, wanted, made, given, missing, pricing.question(missing, plan), notes, known, extra)


def _story_of(known: GridRecord | None) -> StoryRecord:
    """Return the story of a name, a new one where the name is free; raises `InvalidRequest` where it is a grid's."""
    if known is None:
        return StoryRecord()
    found = process.runtime().ledger.stories.find(known.id)
    if found is None:
        raise InvalidRequest(
            f"{known.name} is the name of a grid in this project.",
            next=f"Open it with vg.grid(name={known.name!r}), or choose another name.",
            field="name",
        )
    return found


def _read(shots: Sequence[object]) -> list[Given]:
    """Read the shots of a call; raises one `InvalidRequest` for all that are none."""
    if isinstance(shots, str | bytes) or not hasattr(shots, "__iter__"):
        raise InvalidRequest("Shots are a list.", next='Pass vg.story(["…", "…"], name="harbour").', field="prompt")
    listed, problems = list[Any](), list[Problem]()
    for number, one in enumerate(shots, 1):
        try:
            listed.append(read_shot(one, f"Shot {number}"))
        except VideogenError as error:
            problems.append(Problem(str(number), in_words(error)))
        if number > edits.MOST_SHOTS:
            raise InvalidRequest(f"A story has at most {edits.MOST_SHOTS} shots.", field="prompt")
    if problems:
        raise report_problems(problems, "shot")
    if not listed:
        raise InvalidRequest("There are no shots: the list is empty.", next="Pass one prompt or more.", field="prompt")
    return listed


def _shots(
    listed: Sequence[Given], shared: Mapping[str, Any], pricing: Pricing, *, chain: bool
) -> tuple[tuple[str, ...], tuple[Shot, ...]]:
    """Check and price every shot of a call; returns what to know of them, and the shots. Raises one `InvalidRequest`."""
    made, problems, shapes = list[Shot](), list[Problem](), list[tuple[str, str]]()
    for number, given in enumerate(listed, 1):
        try:
            shot, shape = _shot(number, given, shared, pricing, chain=chain)
            made.append(shot)
            shapes.append((str(number), shape))
        except VideogenError as error:
            problems.append(Problem(str(number), in_words(error)))
    problems += [Problem(*one) for one in check_sizes(shapes)]
    if problems:
        raise report_problems(problems, "shot")
    cuts = [
        str(number)
        for number, (given, shot) in enumerate(zip(listed, made, strict=True), 1)
        if chain and number > 1 and given.clip is None and "image" not in given.fields and not shot.linked
    ]
    return _cut_words(cuts), tuple(made)


def _shot(number: int, given: Given, shared: Mapping[str, Any], pricing: Pricing, *, chain: bool) -> tuple[Shot, str]:
    """Check and price one shot of a call; returns it, and the shape of its clip as far as that is known."""
    wanted = chain and number > 1 and given.clip is None
    shot = given.shot(given.source(shared), linked=wanted)
    if shot.take is None:
        return shot, (given.clip.size or "").replace("x", "×") if given.clip else ""
    if wanted and pricing.planner.continues(pricing.planner.fields(shared, shot.take)) == "cut":
        shot = msgspec.structs.replace(shot, linked=False)
    order = pricing.order(StoryRecord(fields=dict(shared)), number, shot, shot.takes[0])
    return shot, size_words(order)


def _cut_words(cuts: Sequence[str]) -> tuple[str, ...]:
    if not cuts:
        return ()
    which = f"Shot {cuts[0]} is a cut" if len(cuts) == 1 else f"Shots {', '.join(cuts)} are cuts"
    return (f"{which}: the model takes no start image.",)


def _merged(before: StoryRecord, made: Sequence[Shot], shared: Mapping[str, Any], given: StoryArguments) -> StoryRecord:
    """Return the story as the call wants it."""
    merged = edits.merge(msgspec.structs.replace(before, fields=dict(shared)), made)
    if given.audio is None:
        return merged
    return msgspec.structs.replace(merged, audio=read_audio(given.audio, given.volume, given.fade))


def _check_name_is_its(name: str, before: StoryRecord, made: Sequence[Shot]) -> None:
    """Refuse a name that belongs to another story; raises `InvalidRequest`."""
    then = {*before.given, *(shot.prompt for shot in before.shots)} - {""}
    if not before.given or then & {part for shot in made for part in (shot.source, shot.prompt)}:
        return
    raise InvalidRequest(
        f"The name {name} belongs to another story of {len(before.shots)} shots, and none of them is one of these {len(made)}.",
        next=f'Pass name="{next_name(name)}".',
        field="name",
    )


def _store(prepared: Prepared) -> Story:
    """Write a story down as paused, or bring it up to date."""
    run = process.runtime()
    stories, grids = run.ledger.stories, run.ledger.grids
    if prepared.known is None:
        record = stories.create(prepared.key, prepared.plan, prepared.wanted, now=run.clock.now())
    else:
        record = prepared.known
        grids.set_state(record.id, "paused")  # first: no process may send new takes of a story that runs
        shared = prepared.wanted.fields
        stories.change(record.id, lambda now: _merged(now, prepared.made, shared, prepared.given))
        stories.set_plan(
            record.id, lambda now: msgspec.structs.replace(prepared.plan, rows=now.rows, columns=now.columns)
        )
    opened = open_story(grids.get(record.id))
    opened.notes = prepared.notes
    opened.keep_secrets(prepared.extra)
    return opened


def _find(name: str | None) -> Story:
    """Return a story by its name; one that costs nothing goes on, any other waits for `resume`."""
    run, project = process.runtime(), project_key()
    if name is None:
        raise InvalidRequest("A story needs shots, or the name of one that was made.", next='Pass ["…"], or name="…".')
    record = run.ledger.grids.find(project, name)
    if record is None:
        names = run.ledger.stories.names(project)
        raise InvalidRequest(f"There is no story {name} in this project.", next=did_you_mean(name, names), field="name")
    _story_of(record)
    return open_story(record).reopen()
