"""Free calls to several providers at once: whether they respond, and their clock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core import platform
from jupyter_videogen.core.http import Call, Lost, NotSent
from jupyter_videogen.runtime.loop import start_loop
from jupyter_videogen.transport.opening import open_transport
from jupyter_videogen.transport.url_policy import RefusedURL, origin, proxy, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.core.http import Reply
    from jupyter_videogen.transport.endpoint import Source


class Question(NamedTuple):
    """A call that costs nothing, and the address it goes to."""

    source: Source
    call: Call
    base_url: str
    reads: bool = False
    """Whether the body of the answer is read as well."""


class Answer(NamedTuple):
    """What came back: a status, or why there is none."""

    status: int | None = None
    date: str = ""
    """The provider's clock, as its header says."""
    trouble: str = ""
    reply: Reply | None = None
    """The whole answer, where it was to be read."""


def ask_all(questions: Sequence[Question], limit: float) -> list[Answer]:
    """Ask all of them side by side, each for at most `limit` seconds; never raises for a provider that is away."""
    loop = start_loop()
    try:
        return loop.call(lambda: _gather(questions, limit))
    finally:
        loop.stop()


async def _gather(questions: Sequence[Question], limit: float) -> list[Answer]:
    return await asyncio.gather(*(_ask_one(question, limit) for question in questions))


async def _ask_one(question: Question, limit: float) -> Answer:
    transport = open_transport(question.source)
    try:
        async with asyncio.timeout(limit):
            if trouble := await _explain_unknown_name(question.base_url):
                return Answer(trouble=trouble)
            async with transport.stream(question.call) as stream:
                reply = await stream.reply() if question.reads else None
                return Answer(stream.status, stream.headers.get("date", ""), reply=reply)
    except TimeoutError:
        return Answer(trouble=f"no answer within {limit:.0f} seconds")
    except (NotSent, Lost, RefusedURL) as error:
        return Answer(trouble=str(error))
    finally:
        await transport.close()


async def _explain_unknown_name(base_url: str) -> str:
    """Say so when a provider's name cannot be looked up; behind a proxy that is the proxy's work, and in a browser its own."""
    if platform.is_browser():
        return ""
    _, host, port = origin(base_url)
    return "" if proxy(base_url) or await resolve(host, port) else f"the host name {host} was not found"
