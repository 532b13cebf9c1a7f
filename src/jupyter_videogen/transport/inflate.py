"""Undoing the compression of a body little by little, within bounds."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from jupyter_videogen.core.http import Lost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

INFLATED = 256 * 1024
"""Bytes taken out of a compressed body at once, however much is in it."""
SMALL, DENSE = 16 * 1024 * 1024, 50
"""Bytes of an inflated body from which on it may be so many times the compressed one: films hardly shrink."""


async def inflate(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Return a body with its compression (gzip or zlib) undone, at most `INFLATED` bytes at once.

    Raises `Lost` for one that is broken or cut, or that unfolds to more than a clip would.
    """
    decompressor = zlib.decompressobj(wbits=47)  # gzip or zlib, by its head
    came = given = 0
    try:
        async for piece in pieces:
            came += len(piece)
            for found in _unfold(decompressor, piece):
                given += len(found)
                if given > max(SMALL, DENSE * came):
                    raise Lost("the compressed body expands to more than any clip")
                yield found
        yield decompressor.flush()
    except zlib.error:
        raise Lost("the compressed body is broken") from None
    if not decompressor.eof:
        raise Lost("the compressed body is truncated")


def _unfold(decompressor: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    while piece:
        yield decompressor.decompress(piece, INFLATED)
        piece = decompressor.unconsumed_tail
