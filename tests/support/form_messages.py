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
