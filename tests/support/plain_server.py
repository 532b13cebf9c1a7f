"""A Jupyter server without a front end, with the extension of the package as it is installed."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from support.jupyter_servers import PATIENCE, TOKEN, App

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from pathlib import Path


OTHERS = (
    "jupyterlab",
    "notebook",
    "notebook_shim",
    "voila.server_extension",
    "jupyter_lsp",
    "jupyter_server_terminals",
)
ALONE = {"ServerApp": {"jpserver_extensions": dict.fromkeys(OTHERS, False)}}
"""Without the front ends that are installed for other tests, which take seconds to load."""


class Answer(NamedTuple):
    """What a request was answered with."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Take a redirect as the answer."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


class PlainServer(App):
    """The server; `options` go to its command line."""

    def __init__(self, root: Path, home: Path, *options: str, base_url: str = "/", token: str = TOKEN) -> None:
        self.base_url, self.token, self._options = base_url, token, options
        super().__init__(root, home)

    def ask(
        self, path: str, method: str = "GET", *, token: str | None = TOKEN, body: bytes | None = None, **headers: str
    ) -> Answer:
        """Ask for a path below the server's base URL; names of headers are written with underscores."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            names["Authorization"] = f"token {token}"
        request = urllib.request.Request(self.url(path), method=method, headers=names, data=body)
        try:
            with _OPENER.open(request, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    @property
    def log(self) -> str:
        return (self.state / "server.log").read_text()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it as a machine that fails does."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def close(self) -> None:
        with suppress(ProcessLookupError):
            super().close()

    def _command(self) -> list[str]:
        (self.state / "config" / "jupyter_server_config.json").write_text(json.dumps(ALONE))
        return [
            "jupyter_server",
            "--no-browser",
            "--allow-root",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.root}",
            f"--ServerApp.base_url={self.base_url}",
            f"--IdentityProvider.token={self.token}",
            "--VideogenServer.grace=0",
            *self._options,
        ]

    def _knock(self) -> None:
        status = self.ask("api/status").status
        if status not in {200, 403}:
            raise OSError(status)
