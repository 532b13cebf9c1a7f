"""Short texts as pictures, for films and sheets of many clips. Needs Pillow, of the extra `[frames]`."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.errors import Unsupported

if TYPE_CHECKING:
    import numpy as np
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Array = np.ndarray[Any, np.dtype[np.uint8]]

PAPER, QUIET, INK = (24, 26, 31), (44, 47, 54), (236, 238, 242)
TITLE, CAPTION = 16, 14
"""Pixels of a font's height."""
FONTS = ("NotoSansCJK-Regular.ttc", "Arial Unicode.ttf", "msyh.ttc", "DejaVuSans.ttf", "Arial.ttf")
"""Fonts of usual systems with more scripts than Pillow's own, tried in this order for a text that needs them."""

LATIN = re.compile(r"[\u0020-\u024f\u2010-\u2027\u2248]*")
"""Latin letters, and the signs of print: what Pillow's own font has."""


def require_text() -> None:
    """Refuse where Pillow is missing; raises `Unsupported`."""
    if find_spec("PIL") is None:
        raise Unsupported(
            "Labels need Pillow, which is missing.",
            next="Install it with: pip install 'jupyter-videogen[frames]'.",
            code="frames_not_installed",
        )


def draw_text(  # noqa: PLR0913, PLR0917 - a text, its room and its look
    words: str, width: int, height: int, size: int, ink: tuple[int, ...], paper: tuple[int, ...]
) -> Array:
    """Return one line of text as uint8 (height, width, 3), shortened where it is too long."""
    import numpy as np
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (width, height), paper)
    font = _font_for(words, size)
    fitted = _fit(" ".join(words.split()), font, width)
    ImageDraw.Draw(picture).text((0, height / 2), fitted, fill=ink, font=font, anchor="lm")
    return np.asarray(picture)


def _fit(words: str, font: FreeTypeFont | ImageFont, width: int) -> str:
    if font.getlength(words) <= width:
        return words
    shortest, longest = 0, len(words)
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if font.getlength(f"{words[:middle].rstrip()}…") <= width:
            shortest = middle
        else:
            longest = middle - 1
    return f"{words[:shortest].rstrip()}…"


def _font_for(words: str, size: int) -> FreeTypeFont | ImageFont:
    """Return Pillow's own font, or the first of the system's that has a script beyond Latin."""
    return _font(size, wide=not words.isascii() and not LATIN.fullmatch(words))


@lru_cache(maxsize=16)
def _font(size: int, *, wide: bool) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    for name in FONTS if wide else ():
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
