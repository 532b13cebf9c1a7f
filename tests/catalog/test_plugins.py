"""Providers of other packages: the worked example of the docs, found by its entry point and run to its clip."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen import testing
from jupyter_videogen.catalog import builtin, registry
from jupyter_videogen.dialects.base import Accepted, Artifact, Call, Dialect, Finished, Reply, StatusUpdate
from jupyter_videogen.dialects.bifrost import Bifrost
from jupyter_videogen.dialects.indoxhub import IndoxHub
from jupyter_videogen.dialects.openai import OpenAI
from jupyter_videogen.dialects.openrouter import OpenRouter
from jupyter_videogen.dialects.qubax import Qubax
from jupyter_videogen.dialects.qubrid import Qubrid
from support.fakes import INSTANT, MP4, SLOW

PAGE = Path(__file__).parents[2] / "docs" / "providers.md"


def test_the_worked_example_works(tmp_path: Path) -> None:
    """Every Python block of the page, in order, as written."""
    names: dict[str, Any] = {"MP4": MP4, "folder": tmp_path}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    assert names["job"].clips[0].prompt == "a kite"


def test_a_provider_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed beside us, it is a name like ours; it cannot take the name of one of ours."""
    entries = [
        EntryPoint("slow", "support.fakes:SLOW", registry.GROUP),
        EntryPoint("local", "support.fakes:SLOW", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries if group == registry.GROUP else [])
    registry.installed_providers.cache_clear()
    try:
        assert vg.Client("slow").provider.dialect is SLOW.dialect
        assert registry.Registry().find("local") is builtin.LOCAL
    finally:
        registry.installed_providers.cache_clear()


@pytest.mark.parametrize(
    "dialect",
    [
        OpenAI(),
        OpenAI(multipart=True),
        OpenRouter(),
        Qubax(),
        Qubrid(),
        IndoxHub(),
        Bifrost(),
        SLOW.dialect,
        INSTANT.dialect,
    ],
)
def test_our_own_dialects_keep_the_rules(dialect: Dialect) -> None:
    """The check that plug-ins get is passed by what is built in."""
    testing.check_dialect(dialect)


class Careless(Dialect):
    """Takes anything for a finished clip."""

    def create(self, request: Any) -> Call:
        return Call("POST", "/x", json={"text": request.prompt})

    def read_create(self, reply: Reply) -> Accepted | Finished:
        return Finished([])

    def look(self, handle: dict[str, Any]) -> Call:
        return Call("GET", "/x")

    def read_look(self, reply: Reply, handle: dict[str, Any]) -> StatusUpdate:
        return StatusUpdate("succeeded", artifacts=[Artifact("/a")])


class Leaky(Careless):
    """Sends a key by itself."""

    def create(self, request: Any) -> Call:
        return Call("POST", "/x", headers={"Authorization": "Bearer x"})


class Wandering(Careless):
    """Names another host."""

    def create(self, request: Any) -> Call:
        return Call("POST", "https://elsewhere.example/x")


@pytest.mark.parametrize(
    ("dialect", "rule"),
    [(Careless(), "finished clip"), (Leaky(), "credentials are the transport's"), (Wandering(), "below the base URL")],
)
def test_the_check_finds_what_is_wrong(dialect: Dialect, rule: str) -> None:
    """A check that can't fail would be no check."""
    with pytest.raises(AssertionError, match=rule):
        testing.check_dialect(dialect)
