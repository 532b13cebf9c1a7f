"""How the extension is found, what it loads, and how it is switched off."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.server.events import SCHEMA, describe
from jupyter_videogen.server.extension import VideogenServer, _is_open_to_all
from jupyter_videogen.server.job_facts import without_folders
from jupyter_videogen.server.rate_limit import RateLimit

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - as a server may be told to listen
HEAVY = ("msgspec", "httpx", "httpx2", "av", "numpy", "anywidget", "IPython", "jupyter_videogen.runtime")


def test_it_is_enabled_by_its_own_file() -> None:
    """The file is shared data of the wheel; the server finds the class by the package's name."""
    (file,) = (ROOT / "jupyter-config" / "jupyter_server_config.d").iterdir()
    assert json.loads(file.read_text()) == {"ServerApp": {"jpserver_extensions": {"jupyter_videogen": True}}}
    assert vg._jupyter_server_extension_points() == [  # type: ignore[attr-defined]
        {"module": "jupyter_videogen.server.extension", "app": VideogenServer}
    ]


def test_its_start_loads_little() -> None:
    """What it answers with, and what it watches with, is loaded when it is needed; the library of servers is no dependency."""
    code = (
        "import sys, jupyter_videogen; before = set(sys.modules); assert 'jupyter_server' not in before\n"
        "import jupyter_server.serverapp; before = set(sys.modules)\n"
        "jupyter_videogen._jupyter_server_extension_points(); print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "jupyter_videogen.server.extension" in loaded
    assert not [name for name in loaded if name.startswith(HEAVY)]
    assert "jupyter" not in (ROOT / "pyproject.toml").read_text().partition("dependencies = [")[2].partition("]")[0]


@pytest.mark.parametrize("watch", [True, False])
def test_one_trait_switches_the_watching_off(*, watch: bool) -> None:
    """Without it there is no thread, no connection to the ledger, and nothing to stop."""
    begun: list[Callable[[], None]] = []
    extension = VideogenServer(watch=watch)
    extension.serverapp = SimpleNamespace(io_loop=SimpleNamespace(add_callback=begun.append))
    extension.initialize_settings()
    assert len(begun) == watch
    assert extension._thread is None


@pytest.mark.parametrize(
    ("ip", "enabled", "sock", "open_to_all"),
    [
        ("127.0.0.1", False, "", False),
        ("::1", False, "", False),
        ("localhost", False, "", False),
        (EVERYWHERE, True, "", False),
        ("", True, "", False),
        (EVERYWHERE, False, "", True),
        ("", False, "", True),
        ("192.168.1.7", False, "", True),
        ("my-machine", False, "", True),
        (EVERYWHERE, False, "/run/jupyter.sock", False),
    ],
)
def test_who_can_reach_a_server(ip: str, sock: str, *, enabled: bool, open_to_all: bool) -> None:
    app: Any = SimpleNamespace(ip=ip, sock=sock, identity_provider=SimpleNamespace(auth_enabled=enabled))
    assert _is_open_to_all(app) is open_to_all


def test_a_limit_fills_again() -> None:
    """A burst, then so many a second; what is refused costs nothing of it."""
    now = [0.0]
    limit = RateLimit(2, 0.5, now=lambda: now[0])
    assert [limit.take() for _ in range(4)] == [0, 0, 2, 2]
    now[0] = 2.0
    assert [limit.take(), limit.take()] == [0, 2]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("It was at /home/ada/x/clip.mp4: no space.", "It was at …/clip.mp4: no space."),
        ("It was at '/home/ada x/clip.mp4'.", "It was at '…/ada x/clip.mp4'."),
        (r"It was at C:\Users\ada\clip.mp4.", "It was at …/clip.mp4."),
        ("See https://a.example/v1/videos and 3/4 of it.", "See https://a.example/v1/videos and 3/4 of it."),
    ],
)
def test_a_sentence_loses_its_folders(words: str, shown: str) -> None:
    assert without_folders(words) == shown


def test_every_field_of_an_event_is_declared() -> None:
    """Jupyter refuses an event with a field of the wrong kind, and the schema says that prompts are personal."""
    seen: Any = SimpleNamespace(
        id="a", version=1, state="accepted", over=0, progress=None, provider="p", model="m", prompt="x", starred=0,
        needs_kernel=1,
    )  # fmt: skip
    event = describe(seen, "kernel")
    assert event.keys() == SCHEMA["properties"].keys()
    assert (event["state"], event["over"], event["needs_kernel"]) == ("queued", False, True)
    assert SCHEMA["personal-data"] is True
