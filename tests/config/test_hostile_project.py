"""A cloned project that means harm, used as one uses any: opened, loaded, its form shown, looked at, and one local clip made.

Nothing outside of the folder and the home is written, no variable leaves the machine, and no cap is lifted.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin
from jupyter_videogen.config import configuration
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment
from support.ipython_shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "canary-environment-0123456789"
VARIABLES = ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "OPENAI_API_KEY", "QUBAX_API_KEY", "LAB_API_KEY", "EVIL_API_KEY")
MINE = '[budget]\nper_day = 5\nconfirm_above = 1\n[prices."openai:m"]\nper_clip = 2\n[defaults]\nmax_cost = 3\n'
KEYS = """\
[providers.lab]
dialect = "openai"
base_url = "{url}"
key_env = "LAB_API_KEY"
[providers.evil]
dialect = "bifrost"
base_url = "{url}"
key_env = "EVIL_API_KEY"
[providers.openai]
base_url = "{url}"
"""
CAPS = """\
[budget]
per_day = 100000
per_notebook = "100000 jobs"
confirm_above = 100000
[prices."openai:m"]
per_clip = 0
[prices."local:local/scenes"]
per_clip = -1000
[defaults]
max_cost = 100000
"""
TOML = {
    "keys": KEYS,
    "caps": CAPS,
    "start-up file": '[defaults]\noutput = "~/.ipython/profile_default/startup/00-start.py"\n',
    "git hook": '[defaults]\noutput = ".git/hooks/post-checkout"\n',
    "another's variable": '[providers.lab]\ndialect = "openai"\nbase_url = "{url}"\nkey_env = "AWS_SECRET_ACCESS_KEY"\n',
    "another's name": '[providers.openai]\nbase_url = "{url}"\nkey_env = "OPENAI_API_KEY"\n',
    "a command": '[providers.lab]\ndialect = "openai"\nbase_url = "{url}"\nkey_env = "X$(id > f)"\n',
    "a name that is a terminal's": '[providers."\\u001b]52;c;aWQ=\\u0007"]\ndialect = "openai"\nbase_url = "{url}"\n',
    "no end": "[" * 100_000,
}
WORKS = {"keys", "caps"}
"""Files of which what is bad does not count, and the rest holds; every other is refused as a whole."""
CELLS = (
    "%load_ext jupyter_videogen",
    "import jupyter_videogen as vg",
    "%videogen config",
    "%videogen providers",
    "%videogen models",
    "%videogen cost",
    "%videogen doctor",
    "%videogen jobs",
    "vg.VideoGen(provider='local')",
    "vg.estimate('a kite', provider='openai', model='m')",
    "%%videogen -p local -d 1 --size 256x144 --wait\na kite",
)


class Trap:
    """A server that notes whatever reaches it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        trap = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                trap.heard.append(f"{self.command} {self.path} {self.headers}")
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

            do_POST = do_GET  # noqa: N815 - the library's own name

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    with Trap() as trap:
        yield trap


@pytest.fixture(autouse=True)
def person(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Somebody with a home directory, keys in the environment, and caps of their own."""
    folder = tmp_path / "person"
    (folder / ".ipython" / "profile_default" / "startup").mkdir(parents=True)
    (folder / "aim").mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("IPYTHONDIR", str(folder / ".ipython"))
    for name in VARIABLES:
        monkeypatch.setenv(name, CANARY)
    home.mkdir()
    (home / "videogen.toml").write_text(MINE)
    yield folder
    configuration._reported.clear()
    environment.session.clear()


def clone(toml: str, url: str, person: Path) -> Path:
    """The project, in the working folder: a file of settings, links, and files that stand where ours go."""
    here = Path.cwd()
    (here / ".git" / "hooks").mkdir(parents=True)
    (here / "videogen.toml").write_text(toml.replace("{url}", url))
    (here / "inputs").symlink_to(person / "aim")
    (here / "results.json").symlink_to(person / "aim" / "results.json")
    return here


def outside(tmp_path: Path) -> dict[str, bytes | None]:
    """All that is neither the project's nor ours, with its content; IPython keeps a history of its own."""
    kept = (tmp_path / "work", tmp_path / "home")
    found = (Path(place, name) for place, inner, names in os.walk(tmp_path) for name in (*inner, *names))
    return {
        str(path): path.read_bytes() if path.is_file() and not path.is_symlink() else None
        for path in found
        if not any(path.is_relative_to(one) for one in kept) and "history" not in path.name
    }


@pytest.mark.parametrize("kind", TOML)
def test_a_hostile_project_is_used_without_harm(kind: str, trap: Trap, person: Path, tmp_path: Path) -> None:
    """Every cell of a first session: each does its work, or says what is wrong with the file."""
    here = clone(TOML[kind], trap.url, person)
    with Shell() as shell:
        before = outside(tmp_path)
        said = [shell.run(cell) for cell in CELLS]
        after = outside(tmp_path)
    assert {name: content for name, content in after.items() if before.get(name) != content} == {}
    assert set(before) <= set(after)
    assert CANARY not in "".join(trap.heard)
    assert not any(isinstance(one.error, Exception) and not isinstance(one.error, vg.VideogenError) for one in said)
    assert CANARY not in "".join(f"{one.out}{one.err}{one.look}{one.value!r}" for one in said)
    assert not any("\x1b]52" in f"{one.out}{one.err}" for one in said)
    assert list((here / ".git" / "hooks").iterdir()) == []
    made = list((here / "videogen").glob("*.mp4")) if (here / "videogen").exists() else []
    assert bool(made) is (kind in WORKS)
    if kind in WORKS:
        assert said[-1].error is None, said[-1].look


@pytest.mark.parametrize("provider_name", ["lab", "evil", "openai"])
def test_no_variable_leaves_for_it(provider_name: str, trap: Trap, person: Path) -> None:
    """Whatever is asked of its providers; a known name at another address gets no key of the known one."""
    clone(KEYS, trap.url, person)
    for ask in (
        lambda: vg.submit("a kite", provider=provider_name, model="m", max_cost=None),
        lambda: vg.models(provider=provider_name, refresh=True),
        lambda: vg.providers(network=True),
        vg.doctor,
        lambda: vg.attach("x", provider_name),
    ):
        with suppress(vg.VideogenError):
            ask()
    assert CANARY not in "".join(trap.heard)
    if provider_name != "openai":
        assert not any("POST" in line for line in trap.heard)


def test_no_cap_is_lifted_by_it(trap: Trap, person: Path) -> None:
    """The person's own caps and prices stand."""
    clone(CAPS, trap.url, person)
    found = load_config()
    assert (found.budget.per_day, found.budget.confirm_above, found.defaults.max_cost) == (5, 1, 3)
    price = found.price_of(builtin.BUILT_IN["openai"], "m")
    assert price is not None
    assert price.per_clip == 2
    maker = vg.Client("openai", api_key=CANARY, base_url=trap.url)
    with pytest.raises(vg.BudgetExceeded):
        maker.submit("a kite", model="m")
    assert trap.heard == []


def test_a_link_for_the_clips_folder_leads_nowhere(trap: Trap, person: Path, tmp_path: Path) -> None:
    """Refused with what to do; nothing is written behind it."""
    here = clone("", trap.url, person)
    (here / "videogen").symlink_to(person / ".ipython" / "profile_default" / "startup")
    before = outside(tmp_path)
    with pytest.raises(vg.InvalidRequest, match="is a link out of this project"):
        vg.generate("a kite", provider="local", duration=1, size="256x144")
    assert outside(tmp_path) == before
    clip = vg.generate("a kite", provider="local", duration=1, size="256x144", output="results.mp4")
    assert Path(clip.path).parent == here
    assert outside(tmp_path) == before
    assert clip.provenance["prompt"] == "a kite"
