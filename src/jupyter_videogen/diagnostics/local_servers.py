"""Find servers that make videos on this machine: the usual port of each is asked one free question, without a key.

Only when the user asks for it, only at this machine's own address, and never where others share the machine. What
answers is told apart by its reply alone, so that a stranger's program on a usual port is said to be one.

Sources of the replies: vLLM's `ModelCard` and vLLM-Omni 0.30.0's `_DiffusionServingModels`; `sglang` 0.5.23's
`DiffusionModelCard`; comfy-api-proxy 0.1.6's `Proxy.health`; LiteLLM's "Health Checks" page; Bifrost's `extra_fields`, as in
every reply of 1.5.2 that was recorded.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.catalog import builtin
from jupyter_videogen.core import command_names
from jupyter_videogen.core.http import Call
from jupyter_videogen.diagnostics.probe import Question
from jupyter_videogen.diagnostics.report import Finding
from jupyter_videogen.dialects.base import UNREADABLE
from jupyter_videogen.transport.endpoint import Endpoint, Fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jupyter_videogen.core.http import Reply
    from jupyter_videogen.diagnostics.probe import Answer
    from jupyter_videogen.diagnostics.surroundings import Surroundings

LIMIT = 3.0
"""Seconds to wait for an answer from this machine."""
NAME = re.compile(r"[A-Za-z0-9][\w./:@+-]{0,127}", re.ASCII)
"""Names of models that can stand in a command as they are; others come from a server that may be anybody's."""
CLOSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Place(NamedTuple):
    """A usual port, whose it is, and what is asked there."""

    port: int
    title: str
    path: str


PLACES = (
    Place(8000, "vLLM-Omni", "/v1/models"),
    Place(30000, "SGLang", "/v1/models"),
    Place(8189, "comfy-api-proxy", "/api/v2/health"),
    Place(4000, "LiteLLM", "/health/liveliness"),
    Place(8080, "Bifrost", "/v1/models"),
)


class Server(NamedTuple):
    """A server that was recognised."""

    title: str
    provider: str
    """The provider whose dialect it speaks."""
    models: tuple[str, ...] = ()
    example: str = "MODEL"
    """What stands for a model in its line, where it names none."""
    key_env: str = ""
    """The variable for its key, where it always needs one that its provider's row does not name."""
    obstacle: str = ""
    """Why it makes no videos; empty where nothing speaks against it."""


def recognize(reply: Reply) -> Server | None:
    """Return which server gave a reply; None for a stranger's."""
    try:
        body = reply.json
        return next((found for known in RECOGNIZERS if (found := known(body))), None)
    except UNREADABLE:
        return None


def _vllm(body: object) -> Server | None:
    """Recognise vLLM by its model cards; its servers of language name the length of a context, those of diffusion none."""
    cards = _cards(body, "vllm")
    if not cards or not all("permission" in card for card in cards):
        return None
    if any(card.get("max_model_len") for card in cards):
        return Server("vLLM", "vllm-omni", _names(cards), obstacle="it serves a language model")
    return Server("vLLM-Omni", "vllm-omni", _names(cards))


def _sglang(body: object) -> Server | None:
    """Recognise SGLang by its model cards; those of diffusion name the kind of their task, such as T2V."""
    cards = _cards(body, "sglang")
    if not cards:
        return None
    tasks = {str(task) for card in cards for task in (card.get("task_type"), *(card.get("supported_task_types") or ()))}
    makes_videos = any(task.endswith("2V") for task in tasks)
    return Server("SGLang", "sglang", _names(cards), obstacle="" if makes_videos else "its model makes no videos")


def _comfy(body: object) -> Server | None:
    is_proxy = isinstance(body, dict) and body.get("status") == "healthy" and "upstream" in body
    return Server("comfy-api-proxy", "comfyui", example="comfyui/NAME") if is_proxy else None


def _litellm(body: object) -> Server | None:
    return Server("LiteLLM", "openai", key_env="LITELLM_API_KEY") if body == "I'm alive!" else None


def _bifrost(body: object) -> Server | None:
    """Recognise Bifrost by what it adds to its answers, and to its refusals."""
    if not isinstance(body, dict) or not ("is_bifrost_error" in body or isinstance(body.get("extra_fields"), dict)):
        return None
    return Server("Bifrost", "bifrost")


RECOGNIZERS: tuple[Callable[[object], Server | None], ...] = (_vllm, _sglang, _comfy, _litellm, _bifrost)


def _cards(body: object, owner: str) -> list[dict[str, Any]]:
    """Return the cards in a list of models, if every one has this owner."""
    cards = body.get("data") if isinstance(body, dict) else None
    mine = isinstance(cards, list) and all(isinstance(card, dict) and card.get("owned_by") == owner for card in cards)
    return cards if mine and cards else []


def _names(cards: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(str(card["id"]) for card in cards if NAME.fullmatch(str(card.get("id"))))


# ---- asking -----------------------------------------------------------------------------------------------------


def check_local_servers(place: Surroundings) -> Iterator[Finding]:
    """Ask the usual ports, and say what is there with the line that uses it."""
    if place.is_shared:
        yield Finding(
            "Local servers", "note", "Not looked for: others share this machine, and its servers may be theirs."
        )
        return
    if place.ask is None:
        yield Finding("Local servers", "note", "Not looked for: the network is off.")
        return
    looks = look_at_places(place.ask)
    yield from (describe(one) for one in looks if one.answer.status is not None)
    if silent := [f"{one.usual.port} ({one.usual.title})" for one in looks if one.answer.status is None]:
        yield Finding("Local servers", "ok", f"nothing at {', '.join(silent)}")


class Look(NamedTuple):
    """What came back from a usual port."""

    usual: Place
    answer: Answer
    server: Server | None
    """None where nothing or a stranger answers."""

    @property
    def origin(self) -> str:
        """The address that was asked."""
        return _origin(self.usual)


def look_at_places(ask: Callable[[Sequence[Question], float], list[Answer]]) -> list[Look]:
    """Ask every usual port of this machine once; the caller has made sure that nobody shares it."""
    answers = ask([_question(usual) for usual in PLACES], LIMIT)
    return [
        Look(usual, answer, recognize(answer.reply) if answer.reply is not None else None)
        for usual, answer in zip(PLACES, answers, strict=True)
    ]


def _question(usual: Place) -> Question:
    base_url = _origin(usual)
    return Question(Fixed(Endpoint(base_url)), Call("GET", usual.path, timeout=LIMIT, stays=True), base_url, reads=True)


def _origin(usual: Place) -> str:
    return f"http://127.0.0.1:{usual.port}"


def describe(look: Look) -> Finding:
    """Say what answers at a port, and with which line it is used."""
    server = look.server
    if server is None:
        return _describe_stranger(look)
    models = f", serves {', '.join(server.models)}" if server.models else ""
    found = f"found at {look.origin}{models}"
    if server.obstacle:
        return Finding(server.title, "note", f"{found}; {server.obstacle}")
    return Finding(server.title, "ok", found, f"Use it: {find_line(look)}")


def find_line(look: Look) -> str:
    """Return what one types here to use a server, also for one that wants a key first; empty where it makes no videos."""
    if look.server is None and look.answer.status in CLOSED:
        return _line(Server(look.usual.title, _usual_provider(look.usual)), look.usual)
    return _line(look.server, look.usual) if look.server and not look.server.obstacle else ""


def _describe_stranger(look: Look) -> Finding:
    usual, answer, _ = look
    if answer.status in CLOSED:
        words = f"the server there wants a key before it says what it is (HTTP {answer.status})"
        return Finding(f"Port {usual.port}", "note", words, f"If it is yours: {find_line(look)}")
    words = f"a server answers (HTTP {answer.status}), but it is none of those we know: not {usual.title}"
    return Finding(f"Port {usual.port}", "note", words)


def _usual_provider(usual: Place) -> str:
    named = {"vLLM-Omni": "vllm-omni", "SGLang": "sglang", "comfy-api-proxy": "comfyui", "Bifrost": "bifrost"}
    return named.get(usual.title, "openai")


# ---- the line that uses a server ----------------------------------------------------------------------------------


def _line(server: Server, usual: Place) -> str:
    """Return what one types here to make a clip with a server."""
    model = server.models[0] if server.models else server.example
    address, row = f"{_origin(usual)}/v1", builtin.BUILT_IN.get(server.provider)
    elsewhere = row is not None and f":{usual.port}/" not in f"{row.base_url}/"
    options = {
        "provider": server.provider,
        "base_url": address if elsewhere else "",
        "key_env": server.key_env,
        "model": model,
    }
    words = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in options.items() if value)
    return f"%%videogen {words}" if command_names.has_magic() else f"{command_names.PROGRAM} generate 'a kite' {words}"
