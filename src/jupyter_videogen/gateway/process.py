"""The process: claim the home, listen, print the ready line, and exit when asked or idle."""

import argparse
import asyncio
import logging
import logging.handlers
import os
import re
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from jupyter_videogen.gateway import instance_lock
from jupyter_videogen.gateway.app import build
from jupyter_videogen.gateway.auth import Addresses, Guard, hosts
from jupyter_videogen.gateway.cors import allow_origins, parse_origin
from jupyter_videogen.gateway.http_protocol import CuttableProtocol
from jupyter_videogen.gateway.idle_exit import Idle
from jupyter_videogen.gateway.jobs import signing
from jupyter_videogen.gateway.jobs.engines import ENGINES, Engines, cap_bitrate
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.jobs.store import JobStore, NewerStoreError
from jupyter_videogen.gateway.jobs.worker import Worker

TURN = 0.001
"""Seconds after which the interpreter is handed on. Two threads draw and one answers: by the usual five milliseconds all
of them wait longer, and clips take a tenth more time."""
_LOG_BYTES = 2_000_000
_FAREWELL_SECONDS = 1
_WORKER_SECONDS = 5.0
_STRANGE_QUERY = re.compile(r"\?(?!variant=\w+$).*")
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound here: translated into an address to call

_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None, engines: Engines = ENGINES) -> int:
    """Run one gateway, or print the address of a running one; return the exit status."""
    options = _parser().parse_args(argv)
    # Everything this process makes is for its user alone: databases and their journals, clips, the log.
    os.umask(0o077)
    folder = options.home.absolute() / "gateway"
    try:
        for made in (folder, folder / "clips"):
            made.mkdir(parents=True, exist_ok=True)
            made.chmod(0o700)
        with instance_lock.claim(folder) as running:
            if running is not None:
                return _answer_for(running, options)
            with _listen(options.host, options.port) as door:
                _serve(folder, door, options, cap_bitrate(engines, options.kilobits))
    except (instance_lock.HomeTakenError, NewerStoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _answer_for(running: instance_lock.RunningGateway, options: argparse.Namespace) -> int:
    """Point at the gateway that has this home; it was started with options of its own."""
    if options.cors:
        sys.stderr.write(f"A gateway runs already, without this --cors; end process {running.pid}, then start again.\n")
        return 1
    _say(running)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jupyter_videogen.gateway",
        description="Run the local gateway, which renders clips on this machine.",
    )
    parser.add_argument("--home", type=Path, required=True, help="the folder for jobs and clips")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: any free port)")
    parser.add_argument(
        "--idle-exit", type=float, metavar="SECONDS", help="seconds without a request after which the gateway exits"
    )
    parser.add_argument(
        "--kilobits", type=_whole, metavar="N", help="limit clips of the engine to N thousand bits per second"
    )
    parser.add_argument(
        "--pace", type=_pace, default=1.0, help="the duration of test models, as a fraction of their usual time"
    )
    parser.add_argument(
        "--cors",
        action="append",
        default=[],
        type=parse_origin,
        metavar="ORIGIN",
        help="let web pages of this origin call the gateway, with its token (repeatable)",
    )
    return parser


def _pace(text: str) -> float:
    if not (pace := float(text)) > 0:
        raise ValueError(text)
    return pace


def _whole(text: str) -> int:
    if not (number := int(text)) > 0:
        raise ValueError(text)
    return number


def _listen(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def _serve(folder: Path, door: socket.socket, options: argparse.Namespace, engines: Engines) -> None:
    _log_to(folder / "gateway.log")
    host = options.host
    port = door.getsockname()[1]
    address = _WILDCARDS.get(host, host)
    url = f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
    runtime = instance_lock.RunningGateway(url=url, token=secrets.token_urlsafe(24), pid=os.getpid())
    with closing(JobStore(folder / "jobs.sqlite3")) as store:
        store.requeue()
        gateway = _Gateway(folder, runtime, store, engines, options)
        server = gateway.server(Addresses(hosts(host, port), frozenset(options.cors)))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, server.heed)
        asyncio.run(server.serve(sockets=[door]))
        gateway.worker.join(_WORKER_SECONDS)


class _Gateway:
    """The parts of one running gateway, and its startup and shutdown."""

    def __init__(
        self,
        folder: Path,
        runtime: instance_lock.RunningGateway,
        store: JobStore,
        engines: Engines,
        options: argparse.Namespace,
    ) -> None:
        clips = folder / "clips"
        self._folder = folder
        self._runtime = runtime
        self.worker = Worker(store, engines, clips, self._on_job_end)
        self._seal = signing.load(folder / "secret")
        self._service = GatewayService(store, self.worker, clips, tuple(engines), self._seal, options.pace)
        self._idle = Idle(options.idle_exit, store.has_unfinished, self._leave)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: _Server | None = None

    def server(self, addresses: Addresses) -> "_Server":
        """Return the HTTP server of this gateway."""
        app = Guard(
            build(self._service, self._runtime.pid),
            opens=self._seal.opener(self._runtime.token),
            addresses=addresses,
            idle=self._idle,
            leaving=self._is_leaving,
        )
        self._server = _Server(allow_origins(app, addresses.origins), self._on_open, self._on_close)
        return self._server

    def _on_open(self) -> None:
        self._loop = asyncio.get_running_loop()
        instance_lock.write(self._folder, self._runtime)
        _say(self._runtime)
        _log.info("ready at %s, process %d", self._runtime.url, self._runtime.pid)
        self.worker.start()
        self._idle.restart()

    def _on_close(self) -> None:
        instance_lock.remove(self._folder, self._runtime)
        self.worker.cancel()
        _log.info("leaving")

    def _on_job_end(self) -> None:
        # The loop may be gone: then nobody waits to hear that there is nothing left to do.
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._idle.restart)

    def _leave(self) -> None:
        _log.info("no client is left")
        if self._server is not None:
            self._server.should_exit = True

    def _is_leaving(self) -> bool:
        return self._server is not None and self._server.should_exit


class _Server(uvicorn.Server):
    """Uvicorn with two hooks: after startup, and before shutdown."""

    def __init__(self, app: ASGIApp, opened: Callable[[], None], closing: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=CuttableProtocol,
                lifespan="off",
                ws="none",
                log_config=None,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_FAREWELL_SECONDS,
            )
        )
        self._on_open = opened
        self._on_close = closing

    def heed(self, _number: int, _frame: FrameType | None) -> None:
        """Stop at a signal; uvicorn raises it again after the stop, and then it is ignored."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then print the ready line."""
        await super().startup(sockets=sockets)
        self._on_open()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Remove the runtime file, then stop listening."""
        self._on_close()
        await super().shutdown(sockets=sockets)


def _say(runtime: instance_lock.RunningGateway) -> None:
    # Whoever started us may be gone already; those who read the runtime file find us all the same.
    with suppress(OSError):
        sys.stdout.write(f"{runtime.line()}\n")
        sys.stdout.flush()


def _log_to(path: Path) -> None:
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("uvicorn", "jupyter_videogen.gateway"):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").addFilter(_without_query)


def _without_query(record: logging.LogRecord) -> bool:
    """Remove queries from the log: they may contain a token that was sent to the wrong place.

    Which variant of a clip was asked for is harmless, and worth knowing.
    """
    if isinstance(record.args, tuple):
        record.args = tuple(_STRANGE_QUERY.sub("", part) if isinstance(part, str) else part for part in record.args)
    return True
