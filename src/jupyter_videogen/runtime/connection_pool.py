"""The open connections of one process: a transport and a poll scheduler for each provider and key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.runtime.polling.scheduler import PollScheduler
from jupyter_videogen.transport.connection import Connection
from jupyter_videogen.transport.opening import open_transport

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.clock import Clock
    from jupyter_videogen.core.http import Call, Reply
    from jupyter_videogen.core.secrets import Secret
    from jupyter_videogen.runtime.polling.history import DurationHistory
    from jupyter_videogen.transport.client import Transport


class ConnectionPool:
    """Opens what a connection needs at its first use, on the loop that uses it: a client may outlive both."""

    def __init__(self, home: Path, history: DurationHistory, clock: Clock, *, reads_only: bool = False) -> None:
        self._home, self._history, self._clock = home, history, clock
        self._reads_only = reads_only
        """Whether nothing that may cost something can leave by its transports."""
        self._connections: dict[tuple[str, str | None, Secret | None], Connection] = {}
        self._open: dict[Connection, tuple[Transport, PollScheduler]] = {}

    def connection_to(self, provider: Provider, secret: Secret | None) -> Connection:
        """Return the one connection to a provider with a key, so that jobs found again share its sockets."""
        key = (provider.base_url, provider.key_env, secret)
        return self._connections.setdefault(key, Connection(provider, secret))

    def transport(self, connection: Connection) -> Transport:
        """Return what sends the calls of a connection."""
        return self._opened(connection)[0]

    def scheduler(self, connection: Connection) -> PollScheduler:
        """Return what schedules the looks at all jobs of a connection."""
        return self._opened(connection)[1]

    def _opened(self, connection: Connection) -> tuple[Transport, PollScheduler]:
        if connection not in self._open:
            source = connection.source(self._home)
            transport = open_transport(source, timeout=connection.timeout, reads_only=self._reads_only)
            scheduler = PollScheduler(connection.provider, transport, self._history, self._clock)
            self._open[connection] = transport, scheduler
        return self._open[connection]

    async def send_cancel(self, connection: Connection, call: Call) -> Reply:
        """Send a call that cancels a job, also where the transports only read; raises `NotSent` or `Lost`."""
        if not self._reads_only:
            return await self.transport(connection).send(call)
        transport = open_transport(connection.source(self._home), timeout=connection.timeout)
        try:
            return await transport.send(call)
        finally:
            await transport.close()

    async def wake(self, seconds: float) -> None:
        """Drop the sockets of before this machine slept, and look at every job soon."""
        for transport, scheduler in tuple(self._open.values()):
            await transport.refresh()
            scheduler.slept(seconds)

    async def close(self) -> None:
        """Close every socket."""
        for transport, _ in self._open.values():
            await transport.close()
