"""The extension of Jupyter's server. Its start imports little: answers and the runtime load when they are first needed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Float

from jupyter_videogen.core import environment
from jupyter_videogen.server import events
from jupyter_videogen.server.handlers import ROUTES, Limits
from jupyter_videogen.server.watch_thread import WatchThread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_server.serverapp import ServerApp

ACTIVITY = "jupyter_videogen_last_activity"
"""Jupyter's server counts each setting whose name ends so as activity (`ServerWebApplication.last_activity`)."""


class VideogenServer(ExtensionApp):
    """Watches video jobs whose kernel is gone, and shows jobs and clips to the pages of this server."""

    name = "jupyter_videogen"
    description = __doc__
    serverapp: ServerApp
    watch = Bool(
        default_value=True,
        help="Watch the unfinished video jobs of this home that no kernel watches, and store their clips. "
        "No paid request is ever sent from the server.",
    ).tag(config=True)
    serve = Bool(
        default_value=True,
        help="Answer pages of this server about video jobs, and serve their clips from wherever they lie.",
    ).tag(config=True)
    grace = Float(10.0, help="Seconds that a job is watched by nobody before this server takes it up.").tag(config=True)

    def initialize_settings(self) -> None:
        """Begin to watch once the server runs."""
        self.limits = Limits()
        self._thread: WatchThread | None = None
        if self.watch:
            self.serverapp.io_loop.add_callback(self._start_watching)

    def initialize_handlers(self) -> None:
        """Add the routes and the schema of the events, unless anybody on the network could use them."""
        if not self.serve:
            return
        if _is_open_to_all(self.serverapp):
            self.log.warning(
                "jupyter-videogen shows no jobs and clips: this server asks for no token, and others can reach it. "
                "Set a token or a password, or listen on 127.0.0.1."
            )
            return
        if self.serverapp.event_logger is not None:
            self.serverapp.event_logger.register_event_schema(events.SCHEMA)
        self.handlers.extend(ROUTES)

    async def stop_extension(self) -> None:
        """Let every job go."""
        if self._thread is not None:
            await asyncio.to_thread(self._thread.stop)

    def _start_watching(self) -> None:
        loop = self.serverapp.io_loop
        self._thread = WatchThread(
            environment.home(),
            grace=self.grace,
            tell=lambda news: loop.add_callback(partial(self._emit, news)),
            stay=lambda: loop.add_callback(self._stay),
        )
        self._thread.start()

    def _emit(self, news: Sequence[events.Event]) -> None:
        logger = self.serverapp.event_logger
        if logger is not None and events.SCHEMA_ID in logger.schemas:
            for event in news:
                logger.emit(schema_id=events.SCHEMA_ID, data=event)

    def _stay(self) -> None:
        """Count as active while a paid job is open: a culler that stops idle servers would lose its clip."""
        self.serverapp.web_app.settings[ACTIVITY] = datetime.now(UTC)


def _is_open_to_all(app: ServerApp) -> bool:
    """Whether anybody who reaches this server may use it, and others than this machine can reach it."""
    return not app.identity_provider.auth_enabled and not app.sock and not _is_loopback(app.ip)


def _is_loopback(ip: str) -> bool:
    try:
        return ip_address(ip).is_loopback
    except ValueError:
        return ip == "localhost"
