"""What is promised to packages that bring an engine of their own."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from jupyter_videogen.gateway.jobs import engines

MINE = EntryPoint("mine/model", "collections:OrderedDict", engines.GROUP)
TAKEN = EntryPoint("local/scenes", "collections:OrderedDict", engines.GROUP)
BROKEN = EntryPoint("mine/broken", "no_such_package:Engine", engines.GROUP)


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> engines.Engines:
    """Every model, with three entry points of other packages."""

    def found(*, group: str) -> tuple[EntryPoint, ...]:
        return (MINE, TAKEN, BROKEN) if group == engines.GROUP else ()

    monkeypatch.setattr(engines, "entry_points", found)
    return engines.load_engines()


def test_registered_engine_is_listed_and_loaded_late(models: engines.Engines) -> None:
    """The name of an entry point is a model; its package is imported when the first clip is made, not before."""
    assert {"mine/model", "mine/broken"} <= models.keys()
    assert type(models["mine/model"]()).__name__ == "OrderedDict"
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        models["mine/broken"]()


def test_built_in_names_cannot_be_taken(models: engines.Engines) -> None:
    """Another package cannot replace what the engine of the house draws; built-in models are listed first."""
    assert models["local/scenes"] is engines.SceneEngine
    assert list(models)[:3] == ["local/scenes", "local/ink", "local/grain"]
