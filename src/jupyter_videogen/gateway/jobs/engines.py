"""The interface of engines: an engine turns an order into a file, and each model names one."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from jupyter_videogen.gateway.requests.order import DEFAULT_MODEL, Order


class Rendering(Protocol):
    """An engine's report about a clip."""

    @property
    def scene(self) -> str:
        """The scene that was drawn."""

    @property
    def mood(self) -> str | None:
        """The mood it was drawn in."""

    @property
    def words(self) -> Collection[str]:
        """The words of the prompt that were understood."""

    @property
    def frames(self) -> int:
        """How many frames the clip has."""


class Engine(Protocol):
    """The interface of an engine: it reports progress in percent and often checks for a cancel."""

    def render(
        self, order: Order, path: Path, *, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> Rendering:
        """Write the clip to `path`; raise whatever fits when it cannot be made, or when it is cancelled."""

    def poster(self, path: Path) -> bytes:
        """Return one frame of a finished clip as a JPEG."""

    def sheet(self, path: Path) -> bytes:
        """Return frames from all over a finished clip, side by side, as a JPEG."""


class SceneEngine:
    """The built-in engine; made in the worker's thread, because it loads numpy and PyAV."""

    def __init__(self, style: str = "", kilobits: int | None = None) -> None:
        from jupyter_videogen.gateway import engine

        self._engine, self._style, self._kilobits = engine, style, kilobits

    def render(
        self, order: Order, path: Path, *, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> Rendering:
        """Draw the scene that the prompt speaks of."""
        shot = self._engine.Shot(
            prompt=order.prompt,
            width=order.width,
            height=order.height,
            seconds=order.seconds,
            fps=order.fps,
            seed=order.seed,
            style=self._style,
            kilobits=self._kilobits,
            image=_path(order.video or order.image),
            before=_path(order.video if order.whole else None),
            last_frame=_path(order.last_frame),
            sound=order.sound,
            audio=_path(order.audio),
            negative=order.negative,
            enhance=order.enhance,
        )
        return self._engine.render(shot, path, progress=progress, cancelled=cancelled)

    def poster(self, path: Path) -> bytes:
        """Return the frame that stands for the clip."""
        return self._engine.poster(path)

    def sheet(self, path: Path) -> bytes:
        """Return sixteen frames of the clip."""
        return self._engine.sheet(path)


def _path(name: str | None) -> Path | None:
    return None if name is None else Path(name)


Engines = Mapping[str, Callable[[], Engine]]

GROUP = "jupyter_videogen.engines"
"""The entry-point group: each name is a model, each object makes its Engine when called without arguments."""

BUILT_IN: Engines = {
    DEFAULT_MODEL: SceneEngine,
    "local/ink": partial(SceneEngine, "ink"),
    "local/grain": partial(SceneEngine, "grain"),
}


class PluginEngine:
    """What makes an engine that another package registered; its code is loaded with the first clip, not before."""

    def __init__(self, entry: EntryPoint) -> None:
        self._entry = entry

    def __call__(self) -> Engine:
        """Load the package and make its engine; raises whatever its import raises, which fails the clip alone."""
        engine: Engine = self._entry.load()()
        return engine


def load_engines() -> Engines:
    """Return the built-in engines and those of installed packages, which cannot take a built-in name."""
    others = {entry.name: PluginEngine(entry) for entry in entry_points(group=GROUP) if entry.name not in BUILT_IN}
    return {**BUILT_IN, **others}


class CappedEngine:
    """What makes a built-in engine that writes at most so many thousand bits a second."""

    def __init__(self, make: Callable[..., Engine], kilobits: int) -> None:
        self._make, self._kilobits = make, kilobits

    def __call__(self) -> Engine:
        """Make it."""
        return self._make(kilobits=self._kilobits)


def cap_bitrate(engines: Engines, kilobits: int | None) -> Engines:
    """Return engines of which the built-in ones keep to a rate; None leaves all as they are."""
    if kilobits is None:
        return engines
    return {
        name: CappedEngine(make, kilobits) if make is BUILT_IN.get(name) else make for name, make in engines.items()
    }


ENGINES: Engines = load_engines()
"""Every model that draws, the built-in ones first."""
