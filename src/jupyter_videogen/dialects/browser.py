"""The browser engine: the local engine's shape, answered inside this process, and with a way to cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.core.http import Call
from jupyter_videogen.dialects.local import Local
from jupyter_videogen.dialects.videos import video_path

if TYPE_CHECKING:
    from jupyter_videogen.dialects.base import Handle


class Browser(Local):
    """`/videos` of `transport.browser_engine`."""

    def cancel(self, handle: Handle) -> Call:
        """Stop the drawing between two frames."""
        return Call("POST", f"{video_path(handle)}/cancel")
