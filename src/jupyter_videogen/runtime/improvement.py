"""One question to the user's own chat endpoint: a better prompt, before anything is ordered.

It is asked once and never again by itself, since its answer may cost money. No video provider is involved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import ImproveError
from jupyter_videogen.core.http import Lost, Malformed, NotSent
from jupyter_videogen.dialects import chat, sanitize
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from jupyter_videogen.transport.opening import open_transport

if TYPE_CHECKING:
    from jupyter_videogen.config.enhancement import ChatEndpoint
    from jupyter_videogen.core.http import Reply


async def improve(endpoint: ChatEndpoint, prompt: str) -> str:
    """Return a better prompt; raises `ImproveError`."""
    transport = open_transport(Fixed(Endpoint(endpoint.base_url, endpoint.secret)))
    try:
        reply = await transport.send(chat.ask(endpoint.model, prompt))
    except NotSent as error:
        raise _failed(endpoint, f"could not be asked: {error}") from None
    except Lost as error:
        raise _failed(endpoint, f"did not answer ({error}), and may charge for it") from None
    finally:
        await transport.close()
    return _read(endpoint, reply)


def _read(endpoint: ChatEndpoint, reply: Reply) -> str:
    if not reply.ok:
        words = sanitize.read_any_failure(reply).message
        raise _failed(endpoint, f"answered HTTP {reply.status}: {words.rstrip('.')}")
    try:
        return sanitize.clean_text(chat.read_prompt(reply), most=chat.LONGEST)
    except chat.ChatRefused as error:
        why = f"gave no prompt: {sanitize.clean_text(error).rstrip('.')}"
    except Malformed:
        why = "gave an answer that can't be read"
    raise _failed(endpoint, why)


def _failed(endpoint: ChatEndpoint, why: str) -> ImproveError:
    return ImproveError(f"The prompt was not improved: {endpoint.title} {why}.")
