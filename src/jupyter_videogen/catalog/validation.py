"""Check a request against what its model can do, before anything is sent.

The page checks the same by the same numbers (`js/src/state/validation.ts`), which go to it with the model;
`tests/request_cases.json` holds both to the same words.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.catalog.capabilities import Capabilities, supports_duration, supports_size
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.request import pixels
from jupyter_videogen.core.suggestions import near

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.http import Call
    from jupyter_videogen.core.request import GenerationRequest

LONGEST_PROMPT = 32_000
"""Characters; the OpenAI shape's own limit."""
LARGEST_SEED = 2**32 - 1


class ValidatedRequest(NamedTuple):
    """A request as it will be sent, what of it will not reach the model, and the call that its dialect made of it."""

    request: GenerationRequest
    warnings: tuple[str, ...]
    call: Call


def validate(request: GenerationRequest, provider: Provider) -> ValidatedRequest:
    """Check a request against its model and fill in defaults.

    Values that were given are never changed; a bad one is refused with the nearest good one, and one that the provider
    would ignore is a warning. What the provider's shape cannot carry is refused by its dialect. Raises `InvalidRequest`
    (with `.field`) or `ModelNotFound`.
    """
    model = find_model(request.model, provider)
    _check_prompt(request.prompt, model)
    for check in (_check_seed, _check_duration, _check_size, _check_choices, _check_fps, _check_n, _check_image):
        check(request, model)
    _check_diffusion(request)
    filled = msgspec.structs.replace(
        request,
        model=model.model,
        duration=request.duration or model.default_duration,
        size=request.size or (None if request.aspect else model.default_size),
        workflow=workflow_of(request, model.model, provider),
    )
    call = provider.dialect.create(filled)
    return ValidatedRequest(filled, (*_unlisted(model, provider), *_unused(request, model, provider)), call)


def workflow_of(request: GenerationRequest, model: str, provider: Provider) -> dict[str, Any] | None:
    """Return what runs where a model is a workflow, so that it is kept with its job; raises `InvalidRequest` for one that can't."""
    file = provider.workflows.get(model)
    return request.workflow if file is None else file.usable()


def _unlisted(model: Capabilities, provider: Provider) -> Iterator[str]:
    """Warn about a name that is not in the provider's list; lists of gateways are incomplete, so it is still sent."""
    if provider.listed and model.model not in provider.listed and provider.others is not None:
        nearest = near(model.model, provider.listed)
        hint = f" The nearest name there is {nearest[0]}." if nearest else ""
        yield f"{model.model} was not in {provider.title}'s list of models when it was last loaded.{hint}"


def _unused(request: GenerationRequest, model: Capabilities, provider: Provider) -> Iterator[str]:
    """Name every given field that will not reach the model."""
    always = {"prompt", "model", "extra"} | ({"n"} if request.n == 1 else set())
    for name in request.__struct_fields__:
        if name not in model.takes | always and getattr(request, name) not in (None, ()):
            yield f"{name} isn't used by {model.model} at {provider.title}.{_instead(name, request, model, provider)}"


def _instead(name: str, request: GenerationRequest, model: Capabilities, provider: Provider) -> str:
    """Say how to get several clips of a model that makes one."""
    if name != "n" or request.n is None or request.n <= 1:
        return ""
    models = [f"{provider.name}:{model.model}"]
    return f" For {request.n} clips: vg.compare(prompt, models={models}, n={request.n})."


def _check_prompt(prompt: str, model: Capabilities) -> None:
    if not prompt.strip() and not model.prompt_optional:
        raise InvalidRequest("The prompt is empty.", next="Describe the video you want.", field="prompt")
    if len(prompt) > LONGEST_PROMPT:
        raise InvalidRequest(
            f"The prompt is too long: {len(prompt):,} characters.",
            next=f"Use at most {LONGEST_PROMPT:,}.",
            field="prompt",
        )
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in prompt):
        raise InvalidRequest(
            "The prompt contains characters that are not text (NUL or half a surrogate pair).",
            next="Remove them.",
            field="prompt",
        )


def _check_seed(request: GenerationRequest, _: Capabilities) -> None:
    seed = request.seed
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise InvalidRequest(f"The seed {seed} is out of range.", next=f"Use 0 to {LARGEST_SEED}.", field="seed")


def _check_diffusion(request: GenerationRequest) -> None:
    """Refuse what no server takes; how many steps a model takes is its server's own affair."""
    if request.steps is not None and request.steps < 1:
        raise InvalidRequest(f"steps must be 1 or more, not {request.steps}.", field="steps")
    if request.guidance is not None and not 0 <= request.guidance < math.inf:
        raise InvalidRequest(f"guidance must be 0 or more, not {request.guidance}.", field="guidance")


def _check_duration(request: GenerationRequest, model: Capabilities) -> None:
    duration = request.duration
    if duration is None or supports_duration(duration, model):
        return
    ends = [model.shortest] if model.longest is None else [model.shortest, model.longest]
    nearest = min(model.durations or ends, key=lambda value: abs(value - duration))
    raise InvalidRequest(
        f"{model.model} can't make a {duration}-second clip. Supported lengths: {_lengths(model)}.",
        next=f"Nearest: {nearest}.",
        field="duration",
    )


def _lengths(model: Capabilities) -> str:
    if model.durations:
        return f"{_either([str(value) for value in model.durations])} s"
    return f"{model.shortest} s or more" if model.longest is None else f"{model.shortest} to {model.longest} s"


def _check_size(request: GenerationRequest, model: Capabilities) -> None:
    size = request.size
    if size is not None and (not model.sizes or model.frame):
        _check_is_size(size)
    if size is None or not model.sizes or supports_size(size, model):
        return
    others = [str(model.frame)] if model.frame else []
    raise InvalidRequest(
        f"{model.model} can't make {size}. Supported sizes: {_either([*model.sizes, *others])}.",
        next=f"Nearest: {_nearest_size(size, model.sizes)}.",
        field="size",
    )


def _nearest_size(size: str, sizes: Sequence[str]) -> str:
    """Return the offered size nearest in shape, then in width; a size that is no WxH gets the first."""
    try:
        width, height = pixels(size)
    except ValueError:
        return sizes[0]

    def distance(offer: str) -> tuple[float, int]:
        w, h = pixels(offer)
        return abs(w / h - width / height), abs(w - width)

    return min(sizes, key=distance)


def _check_is_size(size: str) -> None:
    try:
        pixels(size)
    except ValueError:
        raise InvalidRequest(f'"{size}" is not a valid size.', next="Write it as 1280x720.", field="size") from None


def _check_choices(request: GenerationRequest, model: Capabilities) -> None:
    for field, offered in (("aspect", model.aspects), ("resolution", model.resolutions)):
        value = getattr(request, field)
        if value is not None and offered and value not in offered:
            raise InvalidRequest(
                f"{model.model} doesn't support {field} {value}. Supported: {_either(list(offered))}.",
                field=field,
            )


def _check_fps(request: GenerationRequest, model: Capabilities) -> None:
    least, most = model.fps or (1, None)
    if request.fps is None or (least <= request.fps and (most is None or request.fps <= most)):
        return
    rates = f"{least} or more" if most is None else f"{least} to {most}"
    raise InvalidRequest(f"{model.model} makes {rates} frames per second.", field="fps")


def _check_n(request: GenerationRequest, model: Capabilities) -> None:
    if request.n is not None and "n" in model.takes and not 1 <= request.n <= model.most:
        raise InvalidRequest(f"{model.model} makes 1 to {model.most} clips at once.", field="n")


def _check_image(request: GenerationRequest, model: Capabilities) -> None:
    image, size = request.image, request.size or model.default_size
    if not model.image_matches_size or image is None or image.width is None or size is None:
        return
    if (image.width, image.height) != pixels(size):
        raise InvalidRequest(
            f"The start image is {image.width}x{image.height}, but {model.model} needs exactly {size}.",
            next='Set fit to "cover", "contain" or "pad", or choose another size.',
            field="image",
        )


def _either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
