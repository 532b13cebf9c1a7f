"""`vg.improve`: a better prompt from the user's own chat endpoint, to be read before anything is ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.runtime import improvement, process
from jupyter_videogen.runtime.loop import wait_for

if TYPE_CHECKING:
    from concurrent.futures import Future


def improve(prompt: str) -> str:
    """Return a better prompt than this one, from the chat endpoint in `[enhance]` of the user's own `videogen.toml`.

    Nothing is ordered: read it, change it, and pass it to `generate`. The endpoint gets the prompt and nothing else, once; its
    owner may charge for the answer. Raises `InvalidRequest` for an empty prompt and where no endpoint is configured,
    `AuthError` without its key, `ImproveError` where no prompt comes.
    """
    return wait_for(begin(prompt))


def begin(prompt: str) -> Future[str]:
    """Ask for a better prompt, and return where it will be; raises as `improve` for what is wrong before it is asked."""
    if not prompt.strip():
        raise InvalidRequest("There is no prompt to improve.", next="Write one first.", field="prompt")
    endpoint = load_config().find_chat_endpoint()
    return process.runtime().loop.submit(lambda: improvement.improve(endpoint, prompt))
