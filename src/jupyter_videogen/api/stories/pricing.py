"""What the takes of a story cost, checked and priced before anything is written down or sent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from jupyter_videogen.api.grids.cost import cost_words, describe_time, find_question, missing_cells, usual_seconds
from jupyter_videogen.api.grids.plan import make_cell
from jupyter_videogen.api.stories.shots import Planner
from jupyter_videogen.core import story as edits
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.grid import Cell

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from jupyter_videogen.api.grids.cost import Question
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.grid import GridPlan, GridRecord
    from jupyter_videogen.core.story import Shot, StoryRecord, Take
    from jupyter_videogen.runtime.order import Order


class Pricing:
    """Prices by the configuration of one moment; each request is checked once."""

    def __init__(self, config: Configuration, extra: Mapping[str, Any] | None = None) -> None:
        self.config, self.planner = config, Planner(config, extra)
        self._priced: dict[bytes, Order | VideogenError] = {}
        self._links: dict[bytes, bool] = {}

    def cell(self, story: StoryRecord, number: int, shot: Shot, take: Take) -> Cell:
        """Return what a take would be as a cell; what it will start on is stood for by a grey picture.

        Raises what the request can be refused for.
        """
        return make_cell(self.order(story, number, shot, take), 0, 0, 0)

    def order(self, story: StoryRecord, number: int, shot: Shot, take: Take) -> Order:
        """Return the same as an order, which is never sent."""
        linked = shot.linked and number > 1
        name = msgspec.json.encode([take.prompt, {**story.fields, **take.fields}, linked], order="deterministic")
        if name not in self._priced:
            self._priced[name] = self._checked(story, take, linked=linked)
        found = self._priced[name]
        if isinstance(found, VideogenError):
            raise found
        return found

    def _checked(self, story: StoryRecord, take: Take, *, linked: bool) -> Order | VideogenError:
        try:
            start = self.planner.stand_in(story.fields, take) if linked else None
            return self.planner.order(story.fields, take, start)
        except VideogenError as error:
            return error

    def cost(self, story: StoryRecord, number: int) -> float | None:
        """Return the dollars that making a shot anew is estimated at; None where no price is known, or it can't be made now."""
        shot = story.shot(number)
        if shot.take is None:
            return None
        try:
            return self.order(story, number, shot, shot.take).estimate.cost
        except VideogenError:
            return None

    def can_link(self, story: StoryRecord, take: Take) -> bool:
        """Return whether a take's model continues other clips."""
        name = msgspec.json.encode({**story.fields, **take.fields}, order="deterministic")
        if name not in self._links:
            try:
                self._links[name] = self.planner.continues(self.planner.fields(story.fields, take)) != "cut"
            except VideogenError:
                self._links[name] = False
        return self._links[name]

    def planned(self, story: StoryRecord, agreed: Container[tuple[int, int]] = ()) -> list[Cell]:
        """Return the takes that are not started as cells; one whose request is a take already has a key that no job has.

        Those of `agreed`, by shot and number, are left out.
        """
        used, found = keys_of(story), list[Cell]()
        for number, shot, take in edits.unstarted(story):
            cell = self.cell(story, number, shot, take)
            if cell.key in used:
                cell = replace(cell, key=f"{cell.key} {shot.id}.{take.number}")
            used.add(cell.key)
            if (shot.id, take.number) not in agreed:
                found.append(cell)
        return found

    def remake(self, story: StoryRecord, numbers: Sequence[int]) -> float | None:
        """Return the dollars that making these shots anew is estimated at; None where a price is not known."""
        costs = [self.cost(story, number) for number in numbers]
        return None if None in costs else sum(cost or 0.0 for cost in costs)

    def missing(
        self,
        story: StoryRecord,
        waiting: Iterable[Cell],
        plan: GridPlan,
        known: GridRecord | None,
        agreed: Container[tuple[int, int]] = (),
    ) -> list[Cell]:
        """Return all that would be sent and is not `agreed`: takes that are not started, and chosen ones of the cells that wait.

        Each at its price of now.
        """
        takes = ((shot.id, shot.take) for shot in story.shots if shot.take is not None)
        chosen = {take.key for shot, take in takes if (shot, take.number) not in agreed}
        costs = {shot.take.key: self.cost(story, number) for number, shot in enumerate(story.shots, 1) if shot.take}
        again = (replace(cell, cost=costs[cell.key]) for cell in waiting if cell.key in chosen)
        cells = [*self.planned(story, agreed), *again]
        return missing_cells(cells, known, new=plan.new)

    def question(self, missing: Sequence[Cell], plan: GridPlan) -> Question | None:
        """Return what to ask about what would be sent; raises `BudgetExceeded` by a cap."""
        question = find_question(missing, plan, self.config)
        return None if question is None else question._replace(words=f"{describe_shots(missing)}.")


def keys_of(story: StoryRecord) -> set[str]:
    """Return the keys of all takes of a story's shots."""
    return {take.key for shot in story.shots for take in shot.takes if take.key}


def describe_shots(cells: Sequence[Cell]) -> str:
    """Return how many shots there are, what is known of their cost, and how long they take one after another."""
    count, unpriced = len(cells), sum(cell.cost is None for cell in cells)
    shots = "1 shot" if count == 1 else f"{count:,} shots"
    left = usual_seconds(Counter((cell.origin, cell.request.model or "") for cell in cells), 1)
    time = "" if left is None else f"; about {describe_time(left)} one after another"
    return f"{shots}{cost_words(count, unpriced, sum(cell.cost or 0.0 for cell in cells))}{time}"
