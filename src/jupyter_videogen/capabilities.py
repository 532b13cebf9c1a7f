"""What a model takes and can do, as data, and the check of a request against it before anything is sent."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import msgspec

from .errors import InvalidRequest, ModelNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .dialect import Provider
    from .values import GenerationRequest

LONGEST_PROMPT = 32_000
"""Characters; the OpenAI shape's own limit."""
LARGEST_SEED = 2**32 - 1


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """One model. Lengths in seconds, sizes as "WxH"."""

    model: str
    title: str
    durations: tuple[int, ...] = ()
    """Offered lengths; empty when every whole number from `shortest` to `longest` is taken."""
    shortest: int = 1
    longest: int = 60
    default_duration: int
    sizes: tuple[str, ...]
    default_size: str
    fps: tuple[int, int] | None = None
    """Least and most frames per second; None when the model takes no such setting."""
    seed: bool = False
    thumbnail: bool = False
    create_timeout: float = 120.0
    """Seconds to wait for the answer to a create."""


def near(word: str, known: Iterable[str]) -> list[str]:
    """Give the known words nearest to one that was mistyped, best first."""
    return difflib.get_close_matches(word, list(known), n=3, cutoff=0.4)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Give a sentence that offers the nearest word, or all of them."""
    matches = near(word, known)
    return f"Did you mean {matches[0]}?" if matches else f"Choose one of: {', '.join(known)}."


def settle(request: GenerationRequest, provider: Provider) -> GenerationRequest:
    """Check a request against its model and fill in what was left open.

    Values that were given are never changed; a bad one is refused with the nearest good one.
    Raises `InvalidRequest` (with `.field`) or `ModelNotFound`. A provider without known models takes anything.
    """
    _check_prompt(request.prompt)
    _check_seed(request.seed)
    if not provider.models:
        return _named(request, provider)
    model = find(request.model, provider)
    _check_duration(request.duration, model)
    _check_size(request.size, model)
    _check_fps(request.fps, model)
    return msgspec.structs.replace(
        request,
        model=model.model,
        duration=request.duration or model.default_duration,
        size=request.size or model.default_size,
    )


def find(name: str | None, provider: Provider) -> Capabilities:
    """Give a provider's model by name, its first when none is named; raises `ModelNotFound`."""
    known = {model.model: model for model in provider.models}
    if name is None:
        return provider.models[0]
    if name in known:
        return known[name]
    raise ModelNotFound(
        f"{provider.title} has no model named {name}.",
        next=did_you_mean(name, list(known)),
        suggestions=near(name, known),
    )


def _named(request: GenerationRequest, provider: Provider) -> GenerationRequest:
    if request.model:
        return request
    raise InvalidRequest(
        f"{provider.title} needs the name of a model.", next="Name one, as in model='wan-2.7'.", field="model"
    )


def _check_prompt(prompt: str) -> None:
    if not prompt.strip():
        raise InvalidRequest("The prompt is empty.", next="Describe the video you want.", field="prompt")
    if len(prompt) > LONGEST_PROMPT:
        raise InvalidRequest(
            f"The prompt has {len(prompt):,} characters.", next=f"Use at most {LONGEST_PROMPT:,}.", field="prompt"
        )
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in prompt):
        raise InvalidRequest(
            "The prompt holds characters that are not text (NUL or half a surrogate pair).",
            next="Remove them.",
            field="prompt",
        )


def _check_seed(seed: int | None) -> None:
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise InvalidRequest(f"The seed {seed} is out of range.", next=f"Use 0 to {LARGEST_SEED}.", field="seed")


def _check_duration(duration: int | None, model: Capabilities) -> None:
    offered = model.durations or range(model.shortest, model.longest + 1)
    if duration is None or duration in offered:
        return
    if model.durations:
        choice = _either([str(value) for value in model.durations])
    else:
        choice = f"{model.shortest} to {model.longest}"
    nearest = min(offered, key=lambda value: abs(value - duration))
    raise InvalidRequest(
        f"Length {duration} s isn't offered by {model.model}. It makes {choice} s.",
        next=f"Nearest: {nearest}.",
        field="duration",
    )


def _check_size(size: str | None, model: Capabilities) -> None:
    if size is None or size in model.sizes:
        return
    raise InvalidRequest(
        f"Size {size} isn't offered by {model.model}. It makes {_either(list(model.sizes))}.",
        next=f"Nearest: {_nearest_size(size, model.sizes)}.",
        field="size",
    )


def _nearest_size(size: str, sizes: Sequence[str]) -> str:
    """Give the offered size nearest in shape, then in width; a size that is no WxH gets the first."""
    try:
        width, height = pixels(size)
    except ValueError:
        return sizes[0]

    def distance(offer: str) -> tuple[float, int]:
        w, h = pixels(offer)
        return abs(w / h - width / height), abs(w - width)

    return min(sizes, key=distance)


def _check_fps(fps: int | None, model: Capabilities) -> None:
    if fps is None:
        return
    if model.fps is None:
        raise InvalidRequest(f"{model.model} takes no frame rate.", next="Leave fps out.", field="fps")
    least, most = model.fps
    if not least <= fps <= most:
        raise InvalidRequest(f"{model.model} makes {least} to {most} frames per second.", field="fps")


def pixels(size: str) -> tuple[int, int]:
    """Split "WxH" into width and height; raises ValueError for anything else, zero included."""
    width, height = (int(part) for part in size.split("x"))
    if width < 1 or height < 1:
        raise ValueError(size)
    return width, height


def _either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
