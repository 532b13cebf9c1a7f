"""Opens transports. The HTTP library is loaded with the first: an eighth of what a command that sends nothing would import."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_videogen.transport.client import Transport
    from jupyter_videogen.transport.endpoint import Source


def open_transport(source: Source, *, timeout: float | None = None, reads_only: bool = False) -> Transport:
    """Return a transport to where `source` leads; the arguments are those of `Transport`."""
    from jupyter_videogen.transport.client import Transport  # noqa: PLC0415 - it loads the HTTP library

    return Transport(source, timeout=timeout, reads_only=reads_only)
