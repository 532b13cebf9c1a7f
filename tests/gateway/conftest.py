"""The gateway that most of these tests speak to."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from support.gateway_app import NOW, House, build_house
from support.gateway_processes import Starter


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Return a running gateway whose clock stands still."""
    monkeypatch.setattr("jupyter_videogen.gateway.jobs.store.time", SimpleNamespace(time=lambda: NOW + 0.9))
    house = build_house(tmp_path)
    yield house
    house.close()


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    """Return a home of its own to a test."""
    starter = Starter(tmp_path / "home")
    yield starter
    starter.end()
