"""Files that a provider takes by an upload of their own: each once, by its content, as long as the provider keeps it.

What was uploaded where is kept in the home, in `uploads.json`: address → SHA-256 of the file → the provider's reference. It is
a memory, not a record: what is lost there is uploaded again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import msgspec

from jupyter_videogen.core.errors import Failure, Unreachable, VideogenError, from_failure
from jupyter_videogen.core.http import Lost, Malformed, NotSent

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.core.http import Call, Reply
    from jupyter_videogen.core.request import GenerationRequest, Media
    from jupyter_videogen.transport.client import Transport

NAME = "uploads.json"
MOST = 1000
"""References kept for one address, the newest."""
Memory = dict[str, dict[str, str]]


class Uploader(NamedTuple):
    """Where files go, and what is remembered of them."""

    dialect: Any
    """A sanitized dialect that keeps `Uploads`."""
    transport: Transport
    home: Path
    account: str
    """The provider's address and whose key it is: what one key uploaded another may not see."""


async def upload_inputs(request: GenerationRequest, to: Uploader) -> GenerationRequest:
    """Return a request whose files are at the provider, each as a reference in `url`.

    Raises `VideogenError` for a file that could not be uploaded: the create is then not sent.
    """
    for field in sorted(to.dialect.uploads):
        medium: Media | None = getattr(request, field)
        if medium is not None and medium.path is not None:
            reference = await _reference(medium, field, to)
            medium = msgspec.structs.replace(medium, path=None, url=reference)
            request = msgspec.structs.replace(request, **{field: medium})
    return request


async def _reference(medium: Media, field: str, to: Uploader) -> str:
    """Return the reference to a file: of an earlier upload if it is still there, else of a new one."""
    content = medium.sha256 or ""
    known = _read(to.home).get(to.account, {}).get(content)
    if known is not None and (await _ask(to.dialect.find_upload(known), field, to.transport)).ok:
        return known
    reply = await _ask(to.dialect.upload(medium), field, to.transport)
    if not reply.ok:
        failure: Failure = to.dialect.read_failure(reply)
        raise from_failure(msgspec.structs.replace(failure, field=field, **UNPAID))
    try:
        reference: str = to.dialect.read_upload(reply)
    except Malformed:
        raise _upload_error(field, "its answer could not be read") from None
    _keep(to.home, to.account, content, reference)
    return reference


UNPAID = {"sent": "no", "charged": "no"}
"""The paid call was not sent."""


async def _ask(call: Call, field: str, transport: Transport) -> Reply:
    try:
        return await transport.send(call)
    except (NotSent, Lost) as error:
        raise _upload_error(field, str(error)) from None


def _upload_error(field: str, why: str) -> VideogenError:
    words = f"{field} could not be uploaded ({why}), so nothing was generated."
    return Unreachable(words, next="Check the connection and run the cell or call again.", field=field)


def _read(home: Path) -> Memory:
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((home / NAME).read_bytes(), type=Memory)
    return {}


def _keep(home: Path, account: str, content: str, reference: str) -> None:
    """Remember an upload; where that cannot be written it is made again."""
    memory = _read(home)
    known = {**memory.get(account, {}), content: reference}
    memory[account] = dict(list(known.items())[-MOST:])
    temporary = home / f".{NAME}-{uuid4().hex}.part"
    with suppress(OSError):
        temporary.write_bytes(msgspec.json.encode(memory))
        temporary.replace(home / NAME)
