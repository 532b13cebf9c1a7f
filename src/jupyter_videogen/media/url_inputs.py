"""Media that stand at an address, fetched where a provider takes files only.

An address that is not fetched by anybody is a start image that is lost without a word. It is fetched as a stranger's is:
without a key, from no private address, and no more of it than a file may have.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.http import Call, Lost, NotSent
from jupyter_videogen.core.request import MEDIA
from jupyter_videogen.media.inputs import LARGEST, load_media

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from jupyter_videogen.core.request import GenerationRequest, Media
    from jupyter_videogen.transport.client import Stream, Transport

TIMEOUT = 60.0
"""Seconds for the whole of a file."""


async def fetch_inputs(
    request: GenerationRequest, fields: Collection[str], transport: Transport, home: Path
) -> GenerationRequest:
    """Return a request with these fields as files; addresses in others stay. Raises `InvalidRequest` with the field."""
    for field in sorted(fields):
        given: Media | tuple[Media, ...] | None = getattr(request, field)
        made: Media | tuple[Media, ...] | None = (
            tuple([await _fetch(one, field, transport, home) for one in given])
            if isinstance(given, tuple)
            else given and await _fetch(given, field, transport, home)
        )
        if made != given:
            request = msgspec.structs.replace(request, **{field: made})
    return request


async def _fetch(given: Media, field: str, transport: Transport, home: Path) -> Media:
    """Return a medium as a file."""
    if given.path is not None or given.url is None:
        return given
    content = await _content(given.url, field, transport)
    return await asyncio.to_thread(load_media, content, MEDIA[field], field, home)


async def _content(url: str, field: str, transport: Transport) -> bytes:
    try:
        async with asyncio.timeout(TIMEOUT), transport.stream(Call("GET", url, timeout=TIMEOUT)) as stream:
            return await _read(stream, field)
    except (NotSent, Lost) as error:
        raise _fetch_error(field, str(error)) from None
    except TimeoutError:
        raise _fetch_error(field, f"it took longer than {TIMEOUT:.0f} s") from None


async def _read(stream: Stream, field: str) -> bytes:
    """Read a file of the size that one may have; raises `InvalidRequest`, `Lost`."""
    if stream.status != 200:
        raise _fetch_error(field, f"HTTP {stream.status}")
    content, most = bytearray(), LARGEST[MEDIA[field]]
    async for piece in stream.pieces():
        content += piece
        if len(content) > most:
            raise _fetch_error(field, f"it is larger than {most >> 20} MB")
    return bytes(content)


def _fetch_error(field: str, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"{field}: the file at that URL could not be downloaded ({why}), and this provider takes only files.",
        next="Download it and pass its path.",
        field=field,
    )
