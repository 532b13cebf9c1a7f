"""The stand-in kernel of the live page says what the real widgets say: the same visit is made to both."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest

import jupyter_videogen as vg
import live
from jupyter_videogen.core import environment
from jupyter_videogen.gateway.engine.prompt import parser
from jupyter_videogen.gateway.engine.prompt.vocabulary import COLOURS, EXAMPLES, MOODS, SCENES
from jupyter_videogen.widget import history, protocol
from jupyter_videogen.widget.comparison import Comparison
from jupyter_videogen.widget.grid_widget import GridWidget
from jupyter_videogen.widget.vote_widget import VoteWidget
from jupyter_videogen.widget.widget import VideoGen

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
VISIT: list[dict[str, Any]] = json.loads(Path(__file__).with_name("live_visit.json").read_text("utf-8"))
TRAITS: dict[str, Any] = {
    "form": protocol.FormView | None,
    "job": protocol.JobView | None,
    "queue": tuple[protocol.JobView, ...],
    "compared": tuple[protocol.JobView, ...] | None,
    "grid": protocol.GridView | None,
    "vote": protocol.VoteView | None,
    "library": bool,
}
TOLD = protocol.Ack | protocol.CellsChanged
SMALL = {"duration": 1, "size": "256x144"}
"""What the real engine draws in no time."""
ENDED = {"succeeded", "failed"}
REACHED = {
    "succeeded": lambda traits: traits["job"]["state"] == "succeeded",
    "failed": lambda traits: traits["job"]["state"] == "failed",
    "all ended": lambda traits: all(job["state"] in ENDED for job in (traits["job"], *traits["queue"])),
    "ended": lambda traits: traits["grid"]["state"] == "ended",
}


class Told(NamedTuple):
    """What a page hears of one step of the visit."""

    step: str
    ack: dict[str, Any]
    """Empty where nothing was said, but waited for."""
    buffers: list[int]
    """Their lengths in bytes."""
    traits: dict[str, Any]
    """As they are after it."""
    states: list[str]
    """Those that the job on view went through."""


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the live page's scripts, with what its stand-in knows beside them."""
    folder = tmp_path_factory.mktemp("live")
    live.write_packs(folder)
    (folder / "data.json").write_text(json.dumps(live.data()), "utf-8")
    return folder


def run(*arguments: str) -> str:
    command = [sys.executable, "scripts/bundle.py", "run", "--silent", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def lines(packs: Path) -> list[dict[str, Any]]:
    """All that the stand-in says, line by line."""
    visit = Path(__file__).with_name("live_visit.json")
    return [json.loads(line) for line in run("live:visit", "--", str(packs), str(visit)).splitlines()]


def gather(lines: list[dict[str, Any]]) -> Iterator[Told]:
    """Return what the stand-in says, step by step."""
    traits: dict[str, Any] = {}
    told: Told | None = None
    for line in lines:
        if "traits" in line or "step" in line:
            if told is not None:
                yield told._replace(traits=dict(traits))
            told = Told(json.dumps(line["step"]), {}, [], {}, []) if "step" in line else None
            traits = {**line["traits"]} if "traits" in line else traits
        elif "trait" in line:
            traits[line["trait"]] = line["value"]
            told = note_state(told, line)
        elif told is not None and line["message"]["type"] == "ack":
            told = told._replace(ack=line["message"], buffers=line["buffers"])
    assert told is not None
    yield told._replace(traits=dict(traits))


def note_state(told: Told | None, line: dict[str, Any]) -> Told | None:
    if told is not None and line["trait"] == "job" and line["value"]["state"] not in told.states[-1:]:
        told.states.append(line["value"]["state"])
    return told


class RealPage:
    """A page of a real widget, which the same visit is made to."""

    def __init__(self, widget: Any) -> None:
        self.widget, self.acks, self.buffers = widget, [], []  # type: ignore[var-annotated]
        self.answered = Event()
        widget.send = self._hear
        self._count = 0

    def _hear(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        if content["type"] == "ack":
            self.acks.append(content)
            self.buffers.append([len(one) for one in buffers or ()])
            self.answered.set()

    @property
    def traits(self) -> dict[str, Any]:
        return {name: getattr(self.widget, name, None) for name in TRAITS if hasattr(self.widget, name)}

    def take(self, step: dict[str, Any]) -> Told:
        states: list[str] = []
        watch = lambda change: states.append(change.new["state"])  # noqa: E731 - to be taken off again
        self.widget.observe(watch, names="job")
        if "until" in step:
            self._wait(REACHED[step["until"]])
            told = Told(json.dumps(step), {}, [], self.traits, states)
        else:
            ack, buffers = self._say(step["say"])
            told = Told(json.dumps(step), ack, buffers, self.traits, states)
        self.widget.unobserve(watch, names="job")
        return told

    def _wait(self, is_reached: Any) -> None:
        there = Event()
        see = lambda _: there.set() if is_reached(self.traits) else None  # noqa: E731 - to be taken off again
        names = [name for name in TRAITS if hasattr(self.widget, name)]
        self.widget.observe(see, names=names)
        assert is_reached(self.traits) or there.wait(60), self.traits
        self.widget.unobserve(see, names=names)

    def _say(self, given: dict[str, Any]) -> tuple[dict[str, Any], list[int]]:
        message = json.loads(re.sub(r"\$(\w+)", lambda found: self._find(found[1]), json.dumps(given)))
        if "request" in message:
            message["request"] = {**self.traits["form"]["start"], **SMALL, **message["request"]}
        self._count += 1
        self.answered.clear()
        self.widget._receive(self.widget, {"v": 1, "request_id": f"r{self._count}", **message}, [])
        assert self.answered.wait(30)
        return self.acks[-1], self.buffers[-1]

    def _find(self, name: str) -> str:
        traits = self.traits
        match name:
            case "build":
                return re.match(r"/\*(\w+)\*/", (history.STATIC / "parts.js").read_text("utf-8"))[1]  # type: ignore[index]
            case "queued":
                return str(traits["queue"][0]["id"])
            case "token":
                return str(traits["vote"]["token"])
        if traits["job"] or traits["compared"]:
            return str((traits["job"] or traits["compared"][0])["id"])
        rows = next(ack["rows"] for ack in reversed(self.acks) if ack["rows"])["rows"]
        return next(str(cell["job_id"]) for row in rows for cell in row["cells"] if cell["job_id"])


@pytest.fixture
def real(home: Path) -> list[Told]:
    """What the real widgets say to the visit, on the real engine."""
    assert environment.home() == home
    prompts = [EXAMPLES[scene][1] for scene in live.STYLED]
    asked: dict[str, Any] = {"provider": "local", "seeds": [4], **SMALL}
    widgets: dict[str, Any] = {"form": VideoGen(provider="local", test=True)}
    grid = vg.grid(prompts, models=[*live.STYLES], name="rehearsal", **asked)
    widgets["grid"] = GridWidget(grid)
    pages = {name: RealPage(widget) for name, widget in widgets.items()}
    told = [pages[step["cell"]].take(step) for step in VISIT if step["cell"] in pages]
    jobs = grid.jobs[: len(live.STYLES)]
    voted = grid.vote(rater="you", min_votes=1)
    pages = {"compare": RealPage(Comparison(jobs)), "vote": RealPage(VoteWidget(voted))}
    return told + [pages[step["cell"]].take(step) for step in VISIT if step["cell"] in pages]


def shape(value: Any) -> Any:
    """Return what a value looks like: names and kinds; of a list the names in its items, since each may be in another state."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in sorted(value.items()) if name not in LEARNT}
    if isinstance(value, list | tuple):
        return sorted({name for item in value for name in (item if isinstance(item, dict) else [type(item).__name__])})
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else "text"


def test_every_value_is_of_the_protocol(lines: list[dict[str, Any]]) -> None:
    """It decodes by the kernel's types, strictly, with every field there and no other."""
    count = 0
    for line in lines:
        given = line.get("traits") or ({line["trait"]: line["value"]} if "trait" in line else {})
        for name, value in given.items():
            assert same(msgspec.convert(value, TRAITS[name]), value), name
        if "message" in line:
            assert same(msgspec.convert(line["message"], TOLD), line["message"])
        count += 1
    assert count > len(VISIT)


def same(decoded: object, value: object) -> bool:
    return bool(msgspec.json.decode(msgspec.json.encode(decoded)) == value)


def test_the_stand_in_answers_as_the_real_widgets_do(lines: list[dict[str, Any]], real: list[Told]) -> None:
    """The same visit: each step is answered alike, with as many pieces, and leaves the traits alike."""
    played = list(gather(lines))
    assert [told.step for told in played] == [told.step for told in real] == [json.dumps(step) for step in VISIT]
    for step, heard, wanted in zip(VISIT, played, real, strict=True):
        assert outline(step["cell"], heard) == outline(step["cell"], wanted), step
    assert states(real) <= states(played)


def states(told: list[Told]) -> set[str]:
    return {state for one in told for state in one.states}


OF_CELL = {"form": ("job", "queue"), "grid": ("grid",), "compare": ("compared",), "vote": ("vote",)}
"""What each draws."""
LEARNT = {"usual", "slow", "runs"}
"""Facts of a job that need earlier ones, of which the real engine has more or fewer."""


def outline(cell: str, told: Told) -> dict[str, Any]:
    """Return what has to be alike after one step: the ack, the pieces, and the traits once the visitor has done something."""
    traits = {name: shape(told.traits.get(name)) for name in OF_CELL[cell]}
    began = told.traits.get("job") is None or told.traits["job"]["prompt"] != live.OPENING
    return {
        "ack": shape(told.ack),
        "code": (told.ack.get("error") or {}).get("code"),
        "buffers": [size > 0 for size in told.buffers],
        "traits": traits if began and told.traits.get(OF_CELL[cell][0]) else {},
    }


PROMPTS = [
    *(example for _, example in EXAMPLES.values()),
    *(f"{word} {other}" for scene in SCENES for word in SCENES[scene][0].split()[:9] for other in ("boat", "nacht")),
    *(f"ein {word}er Wald, La Forêt, straße {word}" for words in (*MOODS.values(), *COLOURS.values()) for word in words.split()[:4]),
    "", "a cat plays the piano", "Ñandú y océano", "WAVES!", "fishes, reefs", "x",
]  # fmt: skip


def test_words_choose_the_scene_that_the_engine_draws(packs: Path, tmp_path: Path) -> None:
    """For the vocabulary's table, four languages, accents and plurals, and with words for what is not wanted."""
    asked = [[prompt, negative] for prompt in PROMPTS for negative in ("", "sea, snow", "city silk")]
    (tmp_path / "asked.json").write_text(json.dumps(asked), "utf-8")
    found = json.loads(run("live:visit", "--", str(packs), str(tmp_path / "asked.json"), "scenes"))
    assert found == [parser.read(prompt, negative).scene for prompt, negative in asked]
    assert set(found) == set(SCENES)


def test_every_scene_has_its_clip_and_its_still() -> None:
    """As small as a page that opens at once can have them."""
    films = live.list_films()
    assert {film.name for film in films} >= set(SCENES)
    for film in films:
        assert (live.CLIPS / f"{film.name}.mp4").read_bytes()[4:8] == b"ftyp"
        assert (live.CLIPS / f"{film.name}.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_all_of_it_is_three_megabytes_at_most(packs: Path) -> None:
    """With every clip and every module, which a visit loads only when they are wanted."""
    assert sum(file.stat().st_size for file in packs.glob("*.js")) < 3_000_000


def test_the_bundle_is_handed_over_as_it_was_built(packs: Path) -> None:
    """Byte for byte."""
    for name in ("widget", *live.MODULES):
        text = re.fullmatch(r"videogenLive\(\"\w+\",(.*)\);\n", (packs / f"{name}.js").read_text("utf-8"), re.DOTALL)
        assert text
        assert json.loads(text[1]) == (live.STATIC / f"{name}.js").read_text("utf-8")
