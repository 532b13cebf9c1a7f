"""How a model goes on from another clip: the one place that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from jupyter_videogen.catalog.capabilities import Capabilities

Continuation = Literal["image", "references", "cut"]
"""`image`: it starts on the last frame; `references`: it is shown a sheet of frames; `cut`: it cannot see the clip before."""


def continuation(model: Capabilities) -> Continuation:
    """Return how a model continues a clip. A start image shows the seam itself; a reference only what was in the picture.

    An extension of a whole video (`video` in `takes`) is not used: its clip repeats what it extends, and is paid for that.
    """
    if "image" in model.takes:
        return "image"
    return "references" if "references" in model.takes else "cut"
