"""Real servers with homes of their own, and notebooks in their roots."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError

import nbformat

ROOT = Path(__file__).parents[2]
TOKEN = "x"
PATIENCE = 60.0
LAST_WORDS = 8000
"""Characters of a server's log that a failure shows."""
LISTS_OF_FORMATS = ("export", "update-raw-mimetype")
CALM_PAGE = {
    "buildCheck": False,
    "disabledExtensions": {f"@jupyterlab/notebook-extension:{name}": True for name in LISTS_OF_FORMATS},
}
"""What the page otherwise asks for, threads of the server do: the build check runs node, a list of export formats imports
nbconvert. A server that is told to end meanwhile does not: it waits for node, and for anyio's thread for ever
(github.com/agronholm/anyio/pull/321)."""
NO_NEWS = '{"fetchNews": "false", "checkForUpdates": false}'


class App:
    """A process that serves pages on a free port of loopback, with folders of its own for all that Jupyter keeps."""

    base_url = "/"
    launcher: tuple[str, ...] = (sys.executable,)
    """What runs the module: this Python, or another one."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home
        self.state = Path(tempfile.mkdtemp(prefix="videogen-app-"))
        self.port = _free_port()
        news = self.state / "settings" / "@jupyterlab" / "apputils-extension"
        news.mkdir(parents=True)
        (news / "notification.jupyterlab-settings").write_text(NO_NEWS)
        page = self.state / "config" / "labconfig"
        page.mkdir(parents=True)
        (page / "page_config.json").write_text(json.dumps(CALM_PAGE))
        self._log = (self.state / "server.log").open("w")
        self._process = subprocess.Popen(
            [*self.launcher, "-m", *self._command()],
            env=self._environment(),
            cwd=root,
            stdout=self._log,
            stderr=self._log,
        )
        self._wait()

    def url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.port}{self.base_url}{path}"

    def close(self) -> None:
        """End it; one that does not end shows what each of its threads does."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)
            self._process.wait(PATIENCE)
            raise RuntimeError(self._last_words()) from None
        finally:
            self._log.close()
        shutil.rmtree(self.state, ignore_errors=True)

    def _command(self) -> list[str]:
        """Return the module to run, and its arguments."""
        raise NotImplementedError

    def _environment(self) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "XDG_CONFIG_HOME": "xdg",
            "XDG_STATE_HOME": "xdg",
            "XDG_CACHE_HOME": "xdg",
        }
        ours = {name: str(self.state / folder) for name, folder in folders.items()}
        ours |= {"VIDEOGEN_HOME": str(self.home), "VIDEOGEN_PROVIDER": "local", "PYTHONFAULTHANDLER": "1"}
        return {**os.environ, **ours}  # noqa: TID251 - the server's own

    def _wait(self) -> None:
        """Wait until the port is open; a server that ends instead shows its log."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError):
                self._knock()
                return
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.1)
        raise RuntimeError(self._last_words())

    def _last_words(self) -> str:
        return Path(self._log.name).read_text()[-LAST_WORDS:]

    def _knock(self) -> None:
        """Raise OSError unless it is there."""
        socket.create_connection(("127.0.0.1", self.port), 1).close()


class Server(App):
    """A Jupyter server: JupyterLab at `lab/tree/…`, Notebook 7 at `notebooks/…`, as on Binder; `base_url` as a hub gives it."""

    def __init__(self, root: Path, home: Path, *, base_url: str = "/", serves: bool = True) -> None:
        self.base_url, self.serves = base_url, serves
        super().__init__(root, home)

    def api(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(
            self.url(f"api/{path}"), method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def notebook(self, name: str, *cells: str) -> Path:
        """Write a notebook of code cells and give its path."""
        return write(self.root / name, *cells)

    def end_sessions(self) -> None:
        """Shut every kernel down, as closing the notebook for the day does."""
        for session in self.api("sessions"):
            self.api(f"sessions/{session['id']}", "DELETE")

    def close(self) -> None:
        with suppress(URLError, OSError):
            self.end_sessions()
        super().close()

    def _command(self) -> list[str]:
        return [
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.root}",
            f"--ServerApp.base_url={self.base_url}",
            f"--IdentityProvider.token={TOKEN}",
            f"--VideogenServer.serve={self.serves}",
            "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]

    def _knock(self) -> None:
        self.api("status")


class Oldest(Server):
    """JupyterLab 4.2 with Notebook 7.2, which see the extensions of this environment and start its kernel."""

    launcher = (str(ROOT / ".cache" / "oldest-hosts" / "bin" / "python"),)

    def _environment(self) -> dict[str, str]:
        data, here = self.state / "data", Path(sys.prefix) / "share" / "jupyter" / "labextensions"
        for name in ("@jupyter-widgets", "anywidget", "jupyter-videogen"):
            shutil.copytree(here / name, data / "labextensions" / name)
        spec = {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "language": "python"}
        (data / "kernels" / "python3").mkdir(parents=True)
        (data / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec | {"display_name": "Python 3"}))
        ours = {"PYTHONPATH": str(ROOT / "src"), "JUPYTER_CONFIG_PATH": str(ROOT / "jupyter-config")}
        return super()._environment() | ours | {"JUPYTER_PREFER_ENV_PATH": "0"}  # else its own kernel comes first

    def _command(self) -> list[str]:
        return [*super()._command(), "--KernelSpecManager.ensure_native_kernel=False"]


class Voila(App):
    """A notebook as an application: its cells run at every visit, and nobody can run more."""

    def __init__(self, root: Path, home: Path, *, films: bool) -> None:
        self._films = films
        super().__init__(root, home)

    def _command(self) -> list[str]:
        films = [r"--VoilaConfiguration.file_allowlist=.*\.mp4"] if self._films else []
        return ["voila", "app.ipynb", "--no-browser", f"--port={self.port}", "--Voila.ip=127.0.0.1", *films]


class Marimo(App):
    """marimo, which is no Jupyter: no kernel messages, widgets in a shadow root."""

    def _command(self) -> list[str]:
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        return ["marimo", "--quiet", "--yes", "run", "app.py", "--headless", "--no-token", *address]


def write(path: Path, *cells: str) -> Path:
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
