"""Messages as the page's form sends them."""

from __future__ import annotations

from typing import Any

from jupyter_videogen.media.inputs import _png
from jupyter_videogen.widget.protocol import (
    Upload,
)

HEAD: dict[str, Any] = {"v": 1, "request_id": "r"}


class Picture:
    """An array of one colour, as NumPy has it."""

    shape, dtype = (2, 3, 3), "uint8"

    def __getitem__(self, row: int) -> Any:
        return memoryview(bytes(9))


PNG = _png(Picture())


def upload(offset: int, total: int = len(PNG), upload_id: str = "u", name: str = "cat.png") -> Upload:
    return Upload(**HEAD, upload_id=upload_id, field="image", name=name, offset=offset, total=total)


class Visit:
    """A page: what it says to its widget, and what it is told."""

    def __init__(self, widget: Any) -> None:
        self.widget, self.acks = widget, []  # type: ignore[var-annotated]
        widget.send = lambda content, _buffers=None: self.acks.append(content)
        self._count = 0

    def say(self, kind: str, /, buffers: list[bytes] | None = None, **facts: Any) -> dict[str, Any]:
        """Send a message, and give its ack."""
        self._count += 1
        content = {"v": 1, "request_id": f"r{self._count}", "type": kind, **facts}
        self.widget._receive(self.widget, content, buffers or [])
        found: dict[str, Any] = self.acks[-1]
        return found

    def generate(self, prompt: str = "a kite", **facts: Any) -> dict[str, Any]:
        request = {"prompt": prompt, "model": "m", **facts.pop("request", {})}
        return self.say("generate", request=request, **facts)
