"""`grid.map` and `group.map`: a column for each function, as clips finish; results are kept, errors are told."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import jupyter_videogen as vg
from jupyter_videogen import functions
from jupyter_videogen.api.mapping.function import code_version
from jupyter_videogen.runtime.process import runtime
from jupyter_videogen.widget.grid_view import grid_view
from support import clip_work
from support.video_samples import film

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.paid_server import Shop

KEY = "canary-1"


@pytest.fixture
def at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What sends a grid to the paid provider, whose clips differ by their bytes."""
    monkeypatch.setenv("SHOP_KEY", KEY)
    shop.is_numbered = True
    return {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "models": ["a"], "yes": True}


def finished(at: dict[str, Any], count: int = 3, name: str = "study") -> vg.Grid:
    grid = vg.grid([f"the sea, number {number}" for number in range(count)], name=name, **at)
    assert len(grid.result("1m")) == count
    return grid


def prompt_length(clip: vg.Clip) -> int:
    return len(clip.prompt)


# ---- columns ----------------------------------------------------------------------------------------------------


def test_each_function_is_a_column(at: dict[str, Any]) -> None:
    """Of a clip, or of a path and a row; in the table, its export, the text and the page."""
    grid = finished(at)
    lengths, sizes = grid.map(prompt_length), grid.map(clip_work.size, name="sized")
    assert lengths.result("1m") == [17, 17, 17]
    assert [one["prompt"] for one in sizes.result("1m")] == list(grid.df["prompt"])
    assert list(grid.df["prompt_length"]) == [17, 17, 17]
    assert [one["bytes"] for one in grid.df["sized"]] == [clip.bytes for clip in grid.clips]
    assert list(grid.df["sized_error"]) == [None, None, None]
    assert "prompt_length" in grid.export("study.csv").read_text().splitlines()[0].split(",")
    assert repr(grid).splitlines()[2:] == ["prompt_length: 3 of 3 clips", "sized: 3 of 3 clips"]
    shown = [(one.name, one.done, one.total, one.failed) for one in grid_view(grid, grid.counts, ()).work]
    assert shown == [("prompt_length", 3, 3, 0), ("sized", 3, 3, 0)]


def test_an_error_is_a_column_and_is_not_kept(at: dict[str, Any]) -> None:
    """The other clips go on; when it is called again, only what failed is."""
    grid, called, broken = finished(at), list[str](), [True]

    def score(clip: vg.Clip) -> int:
        called.append(clip.prompt)
        if broken and clip.prompt.endswith("1"):
            raise ValueError("no\nsuch score")
        return 7

    first = grid.map(score, version="1")
    assert first.result("1m") == [7, None, 7]
    assert [row["score_error"] for row in grid.facts()] == [None, "ValueError: no such score", None]
    assert first.errors == {Path(grid.clips[1].path).name: "ValueError: no such score"}
    assert repr(first) == "score: 2 of 3 clips, 1 failed"
    broken.clear()
    assert grid.map(score, version="1").result("1m") == [7, 7, 7]
    assert sorted(called) == sorted([*grid.df["prompt"], grid.df["prompt"][1]])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "returned None, which"),
        (np.zeros(3), r"a value of type numpy\.ndarray"),
        ({"scores": [1, {2}]}, r"type set at \['scores'\]\[1\]"),
        ({1: 2}, "the key 1"),
        (b"x", "type bytes"),
    ],
)
def test_a_value_that_json_does_not_have_is_named(at: dict[str, Any], value: object, words: str) -> None:
    """With its type, and what to return in its place."""
    grid = finished(at, 1)
    assert grid.map(lambda _: value, name="odd").result("1m") == [None]
    assert grid.df["odd_error"].str.contains(words).all()


def test_numbers_of_numpy_are_numbers(at: dict[str, Any]) -> None:
    """Also those that are no numbers, as a score may be."""
    values = {"a": np.float32(0.5), "b": np.int64(2), "c": (True, None), "d": float("inf")}
    assert finished(at, 1).map(lambda _: values, name="all").result("1m") == [
        {"a": 0.5, "b": 2, "c": [True, None], "d": float("inf")}
    ]


def test_clips_are_worked_on_as_they_finish(shop: Shop, at: dict[str, Any]) -> None:
    """The first has its result while the second is still being made."""
    seen: list[str] = []
    first = threading.Event()

    def note(clip: vg.Clip) -> str:
        seen.append(clip.prompt)
        first.set()
        return clip.job_id

    grid = vg.grid(["the sea, number 0"], name="slow", **at)
    grid.result("1m")
    shop.done = False
    grid = vg.grid(["the sea, number 0", "the sea, number 1"], name="slow", **at)
    mapped = grid.map(note)
    assert first.wait(60)
    assert (seen, mapped.ended, mapped.total) == (["the sea, number 0"], False, 2)
    shop.done = True
    assert len(mapped.result("1m")) == 2
    assert sorted(seen) == ["the sea, number 0", "the sea, number 1"]


def test_a_map_can_be_cancelled(at: dict[str, Any]) -> None:
    """What has not begun is never called; what is there stays."""
    grid, begun, go_on = finished(at, 4), threading.Event(), threading.Event()

    def slow(clip: vg.Clip) -> str:
        begun.set()
        go_on.wait(60)
        return clip.job_id

    with ThreadPoolExecutor(1) as pool:
        mapped = grid.map(slow, executor=pool)
        assert begun.wait(60)
        with pytest.raises(vg.WaitTimeout, match="slow: 0 of 4 clips"):
            mapped.result(0)
        assert mapped.cancel().result("1m") == [None] * 4
        go_on.set()
    assert repr(mapped) == "slow: 0 of 4 clips, cancelled"


# ---- what is kept -----------------------------------------------------------------------------------------------

AGAIN = """
import sys
from functools import partial
from pathlib import Path
import jupyter_videogen as vg
from support import clip_work
grid = vg.grid(name="study")
before = list(grid.df["counted"])
found = grid.map(partial(clip_work.counted, log=Path(sys.argv[1]))).result("1m")
print([int(one) for one in before] == found, sorted(found))
"""


def test_a_new_process_has_the_results(at: dict[str, Any], tmp_path: Path) -> None:
    """In the table at once, and the function is called for no clip again."""
    log = tmp_path / "log"
    grid = finished(at)
    found = grid.map(partial(clip_work.counted, log=log)).result("1m")
    script = f"import sys; sys.path[:0] = {[str(Path(clip_work.__file__).parents[1])]!r}\n{AGAIN}"
    again = subprocess.run(
        [sys.executable, "-c", script, str(log)], capture_output=True, text=True, timeout=120, check=True
    )
    assert again.stdout.split(" ", 1) == ["True", f"{sorted(found)}\n"]
    assert len(log.read_text().split()) == 3


def test_another_version_is_computed_anew(at: dict[str, Any]) -> None:
    """By its name for a version, else by its code; the table shows the version that was used last."""
    grid = finished(at, 1)

    def versioned(factor: int) -> Callable[[vg.Clip], int]:
        def score(clip: vg.Clip) -> int:
            return factor * len(clip.prompt)

        return score

    assert grid.map(versioned(1)).result("1m") == [17]
    assert grid.map(versioned(2)).result("1m") == [34]
    assert grid.map(versioned(3), version="a").result("1m") == [51]
    assert grid.map(versioned(4), version="a").result("1m") == [51]
    (clip,) = grid.clips
    assert runtime().ledger.results.newest([clip.sha256]) == {"score": {clip.sha256: 51}}


def test_the_version_is_that_of_the_code() -> None:
    """With defaults, arguments and what is enclosed; the same each time."""

    def one(clip: object, limit: int = 1) -> object:
        return clip, limit

    def two(clip: object, limit: int = 2) -> object:
        return clip, limit

    class Model:
        def __init__(self, size: int) -> None:
            self.size = size

        def __call__(self, clip: object) -> object:
            return clip

    versions = [code_version(what) for what in (one, two, partial(one, limit=3), Model(1), Model(2), Model(1).__call__)]
    assert len(set(versions)) == 6
    assert code_version(Model(1)) == versions[3]
    assert code_version(len) != code_version(sum)


# ---- where the work is done -------------------------------------------------------------------------------------


def test_processes_of_this_machine(at: dict[str, Any]) -> None:
    """They import the function; one that ends by itself is an error of its clips."""
    grid = finished(at, 2)
    assert [one["bytes"] for one in grid.map(clip_work.size, executor="processes").result("2m")] == [
        clip.bytes for clip in grid.clips
    ]
    ended = grid.map(clip_work.end_process, executor="processes")
    assert ended.result("2m") == [None, None]
    assert all("A process of the pool ended by itself" in words for words in ended.errors.values())


def test_what_another_process_cannot_import_is_told(at: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is started: a function inside another, and one of the notebook."""
    grid = finished(at, 1)

    def inner(clip: vg.Clip) -> int:
        return clip.bytes

    with pytest.raises(vg.InvalidRequest, match="can't import inner: it can't be pickled"):
        grid.map(inner, executor="processes")
    main = sys.modules["__main__"]
    monkeypatch.delattr(main, "__file__", raising=False)
    monkeypatch.setattr(main, "of_notebook", prompt_length, raising=False)
    monkeypatch.setattr(prompt_length, "__module__", "__main__")
    monkeypatch.setattr(prompt_length, "__qualname__", "of_notebook")
    with pytest.raises(vg.InvalidRequest, match="it is defined in the notebook"):
        grid.map(prompt_length, executor="processes")


class Elsewhere:
    """An executor with `submit` alone."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def submit(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        self.sent.append(given[1])
        future: Future[Any] = Future()
        try:
            future.set_result(function(*given))
        except vg.VideogenError as error:
            future.set_exception(error)
        return future


def test_clips_go_along_as_bytes(at: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Small ones; a worker has them in a file of its own, which is gone afterwards."""
    grid, elsewhere = finished(at, 2), Elsewhere()

    def place(path: str, row: dict[str, Any]) -> list[str]:
        assert row["path"] == path
        return [path, Path(path).read_bytes().hex()]

    found = grid.map(place, executor=elsewhere, clips="bytes").result("1m")
    assert [one[1] for one in found] == [Path(clip.path).read_bytes().hex() for clip in grid.clips]
    assert not {one[0] for one in found} & {clip.path for clip in grid.clips}
    assert not any(Path(one[0]).exists() for one in found)
    monkeypatch.setattr("jupyter_videogen.api.mapping.sender.SMALL", 10)
    assert grid.map(prompt_length, executor=elsewhere, clips="bytes").result("1m") == [17, 17]
    assert [task.content is None for task in elsewhere.sent] == [False, False, True, True]


def test_only_the_delivered_file_counts(at: dict[str, Any]) -> None:
    """One that is gone or another is an error, and nothing is kept for it."""
    grid = finished(at)
    first, second, _ = grid.clips
    Path(first.path).unlink()
    Path(second.path).write_bytes(b"\0" * second.bytes)
    mapped = grid.map(prompt_length)
    assert mapped.result("1m") == [None, None, 17]
    assert "is not at its path where the work is done" in mapped.errors[Path(first.path).name]
    assert "is not the file that was delivered" in mapped.errors[Path(second.path).name]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"function": 7}, "7 is no function"),
        ({"function": lambda clip: clip}, "A lambda has no name"),
        ({"function": lambda a, b, c: (a, b, c), "name": "x"}, "x needs 3 arguments"),
        ({"function": prompt_length, "name": "state"}, "has a column state already"),
        ({"function": prompt_length, "name": ""}, "'' is no name of a column"),
        ({"function": prompt_length, "executor": "cloud"}, "'cloud' is no executor"),
        ({"function": prompt_length, "executor": object()}, "is no executor"),
        ({"function": prompt_length, "clips": "url"}, "clips='url' is not known"),
    ],
)
def test_bad_input_is_told(at: dict[str, Any], given: dict[str, Any], words: str) -> None:
    """Before anything is started."""
    grid = finished(at, 1)
    with pytest.raises(vg.InvalidRequest, match=words) as refused:
        grid.map(**given)
    assert (refused.value.sent, refused.value.charged) == ("no", "no")


def test_a_group_of_jobs(lab: vg.Client, shop: Shop) -> None:
    """The same for the jobs of a call, those that are still being made among them."""
    shop.is_numbered = True
    jobs = vg.JobGroup([lab.submit(prompt, model="a", yes=True) for prompt in ("the sea", "a city in rain")])
    assert sorted(jobs.map(prompt_length).result("1m")) == [7, 14]
    assert list(jobs.df["prompt_length"]) == [7, 14]
    assert list(vg.JobGroup(jobs).df["prompt_length"]) == [7, 14]


# ---- ready-made functions ---------------------------------------------------------------------------------------


def test_ready_made_functions(shop: Shop, at: dict[str, Any], tmp_path: Path) -> None:
    """Of a clip or a path; each can be sent to another process."""
    shop.content = Path(film(tmp_path / "film.mp4").path).read_bytes()
    grid = finished(at, 1)
    mapped = {
        "check": grid.map(functions.check, executor="processes"),
        "frames": grid.map(functions.frames(every=1)),
        "contact_sheet": grid.map(functions.contact_sheet),
        "embed": grid.map(functions.embed(mean_levels, every=1)),
    }
    found = {name: one.result("2m")[0] for name, one in mapped.items()}
    assert not any(one.errors for one in mapped.values())
    assert found["check"]["facts"]["frames"] == 30
    assert [one.partition(",")[0] for one in found["frames"]] == ["data:image/jpeg;base64"] * 3
    assert found["contact_sheet"].startswith("data:image/jpeg;base64,/9j/")
    assert found["embed"] == pytest.approx([0, 80, 160], abs=3)
    assert functions.check(grid.clips[0].path)["ok"] == found["check"]["ok"]


def mean_levels(frames: Any) -> Any:
    return frames.mean(axis=(1, 2, 3))


def test_ready_made_functions_refuse_bad_input(tmp_path: Path) -> None:
    """When they are made, as far as that is known."""
    with pytest.raises(vg.InvalidRequest, match="every=0 is not a valid step"):
        functions.frames(every=0)
    with pytest.raises(vg.InvalidRequest, match="A width of 9000 pixels"):
        functions.frames(width=9000)
    with pytest.raises(vg.InvalidRequest, match=r"gone\.mp4 can't be read"):
        functions.check(tmp_path / "gone.mp4")
