"""A home of its own for every test, and no way to a real provider."""

from __future__ import annotations

import math
import signal
import sys
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen.config import credentials
from jupyter_videogen.core import command_names
from jupyter_videogen.runtime import process
from support.local_gateways import KEYS
from support.paid_server import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A shell's background job ignores SIGINT, and so would all that the tests start; what has a handler here starts with the default.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--most", type=int, metavar="N", help="of each test try at most N of its cases, from all over")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out cases beyond `--most`: those that stay are evenly spread, and the same in every process."""
    most = config.getoption("most")
    if not most:
        return
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    kept = {item for cases in tests.values() for item in cases[:: math.ceil(len(cases) / most)]}
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point the package at an empty home and an empty working folder, without keys."""
    for name in (
        "VIDEOGEN_PROVIDER",
        "VIDEOGEN_DEFAULT_PROVIDER",
        "VIDEOGEN_FAILPOINT",
        "VIDEOGEN_KILOBITS",
        "JPY_SESSION_NAME",
        "COLUMNS",
        *(f"{name}_API_KEY" for name in KEYS),
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VIDEOGEN_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setitem(sys.modules, "keyring", None)  # what this machine keeps is not for tests
    yield tmp_path / "home"
    process.close()
    command_names.speak_as_found()
    for kept in (credentials._typed, credentials._absent):
        kept.clear()


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A paid provider on a real socket, which keeps a book of what it accepted."""
    with Shop() as shop:
        yield shop


@pytest.fixture
def lab(shop: Shop) -> vg.Client:
    """A client of it."""
    return vg.Client("openai", base_url=shop.url, api_key="canary-1")
