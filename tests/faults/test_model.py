"""Two kernels, one provider, and the orders of clicks, answers, naps, deaths and disk faults that a search finds.

The search keeps the shortest story that leads to each state of the world, and tries what can happen next in the states it
knows least. The long one: `python tests/faults/test_model.py --steps 20000`.
"""

from __future__ import annotations

import argparse
import logging
import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from support.two_kernels import Kernel, World

MODES = ("ok", "busy", "lost", "unsent")
"""What becomes of a create from now on."""
Action = tuple[str, ...]
ACTIONS: tuple[Action, ...] = (
    *(("click", name, mode) for name in "AB" for mode in MODES),
    *(("press", name, button, mode) for name in "AB" for button in ("send_again", "watch") for mode in MODES),
    *((verb, name) for verb in ("show", "another take", "answer", "nap", "kill", "fill", "empty") for name in "AB"),
    *(("pass", seconds) for seconds in ("1", "6", "70")),
    ("finish",),
    ("lock",),
    ("delete",),
)
DEEPEST = 16
"""Steps of a story."""


def do(world: World, action: Action) -> None:
    """Let something happen; what cannot happen now does nothing."""
    befall(world, action)
    if len(action) > 1 and action[1] in world.kernels:
        act(world, world.kernels[action[1]], action)
    world.turn()
    world.check()


def befall(world: World, action: Action) -> None:
    """Let something happen to all."""
    match action:
        case ("pass", seconds):
            world.pass_by(float(seconds))
        case ("finish",):
            world.finished = True
        case ("lock",) if world.path.exists():
            world.unlock() if world.locked else world.lock()
        case ("delete",) if not any(kernel.asleep for kernel in world.kernels.values()):
            world.delete()
            world.pass_by(20)  # kernels that live have it back at their next beat
        case ("kill", name) if world.path.exists() and not world.locked:
            world.kill(name)


def act(world: World, kernel: Kernel, action: Action) -> None:
    """Let something happen in a kernel, or at its provider."""
    name = kernel.name
    match action:
        case ("nap", _):
            kernel.asleep = not kernel.asleep
        case ("fill" | "empty" as verb, _):
            world.fill(name, full=verb == "fill")
        case ("answer", _) if kernel.gates:
            world.answer(name)
        case ("show", _) if not kernel.asleep:
            world.show(name)
        case ("another take", _) if not kernel.asleep:
            world.click(name, new=True)
        case ("click", _, mode) if not kernel.asleep:
            world.mode = mode
            world.click(name)
        case ("press", _, button, mode) if not kernel.asleep:
            world.mode = mode
            world.press(name, button)


class Search:
    """The states that were found, each with the shortest story that leads there."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.stories: dict[object, list[Action]] = {"the beginning": []}
        self._visits: Counter[object] = Counter()

    def step(self, folder: Path) -> None:
        """Go to a state that is little known, and try one thing there."""
        least = min(self._visits[state] for state in self.stories)
        known = self._chance.choice([state for state in self.stories if self._visits[state] == least])
        self._visits[known] += 1
        story = [*self.stories[known], self._chance.choice(ACTIONS)]
        state = told(story, folder)
        shortest = self.stories.get(state)
        if len(story) <= DEEPEST and (shortest is None or len(story) < len(shortest)):
            self.stories[state] = story

    @property
    def depth(self) -> int:
        """Steps of the longest of the shortest stories."""
        return max(map(len, self.stories.values()))


def told(story: list[Action], folder: Path) -> object:
    """Tell a story from the beginning, and give the state it leads to; fails where a promise is broken."""
    with tempfile.TemporaryDirectory(dir=folder) as place, pytest.MonkeyPatch.context() as patches:
        patches.chdir(place)
        world = World(Path(place) / "home", patches)
        try:
            for action in story:
                do(world, action)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{story}") from error
        else:
            return world.state
        finally:
            world.close()


def search(steps: int, folder: Path, seed: int = 7) -> Search:
    """Search for so many steps."""
    found = Search(seed)
    for _ in range(steps):
        found.step(folder)
    return found


def test_no_story_pays_twice_loses_a_job_or_tells_a_lie(tmp_path: Path) -> None:
    """Accepted creates are at most as many as clicks, every accepted id is kept, and what is told of money is true."""
    found = search(200, tmp_path)
    assert len(found.stories) > 50


STORIES: dict[str, list[Action]] = {
    "one kernel sends again what another shows as lost": [
        ("click", "A", "lost"), ("answer", "A"), ("show", "B"), ("press", "A", "send_again", "ok"),
        ("answer", "A"), ("finish",), ("pass", "6"), ("press", "B", "send_again", "ok"), ("press", "B", "watch", "ok"),
    ],
    "a sender that waits after a 429 sleeps beyond its lease": [
        ("click", "A", "busy"), ("answer", "A"), ("nap", "A"), ("click", "B", "ok"), ("pass", "70"), ("click", "B", "ok"),
        ("answer", "B"), ("nap", "A"), ("pass", "6"), ("answer", "A"), ("pass", "6"),
    ],
    "sent again and never left": [
        ("click", "A", "lost"), ("answer", "A"), ("press", "A", "send_again", "unsent"), ("pass", "6"), ("pass", "6"),
    ],
    "sent again, and the kernel dies before it leaves": [
        ("click", "A", "lost"), ("answer", "A"), ("press", "A", "send_again", "busy"), ("answer", "A"), ("kill", "A"),
        ("pass", "6"),
    ],
    "an answer to a full disk, and death": [("click", "A", "ok"), ("fill", "A"), ("answer", "A"), ("kill", "A"), ("pass", "6")],
    "an answer to a locked ledger, and death": [
        ("click", "A", "ok"), ("lock",), ("answer", "A"), ("lock",), ("kill", "A"), ("pass", "6"),
    ],
    "an answer that is spilled, while the other kernel judges": [
        ("click", "A", "ok"), ("click", "B", "ok"), ("lock",), ("answer", "A"), ("lock",), ("kill", "A"), ("pass", "6"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_a_story_that_once_went_wrong(tmp_path: Path, name: str) -> None:
    """Found by search, or by attack."""
    told(STORIES[name], tmp_path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    logging.disable()
    with tempfile.TemporaryDirectory() as temporary:
        result = search(given.steps, Path(temporary), given.seed)
    print(f"{len(result.stories)} states to a depth of {result.depth}, {given.steps} stories")  # noqa: T201 - its answer
