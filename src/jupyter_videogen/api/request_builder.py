"""A request built from what was handed over: names and types checked, media read, the seed chosen."""

from __future__ import annotations

import math
import numbers
import operator
import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.api.job import Job
from jupyter_videogen.catalog import validation, workflow_models
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.core import environment, suggestions
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.request import FIELDS, MEDIA, GenerationRequest
from jupyter_videogen.media import inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_videogen.catalog.provider import Provider

WHOLE = ("duration", "fps", "seed", "n", "steps")
"""Fields of a request that are whole numbers."""
REAL = ("guidance",)
"""Those that are any numbers."""


def build_request(prompt: str, fields: Mapping[str, Any], provider: Provider) -> GenerationRequest:
    """Return the request that was asked for: media are read, and fitted where `fit` asks for that; raises `InvalidRequest`."""
    given = {name: value for name, value in fields.items() if name != "fit"}
    asked = _convert(prompt, inputs.collect(replace_jobs_by_clips(given), environment.home()))
    fit = fields.get("fit")
    size = asked.size or find_model(asked.model, provider).default_size
    if fit is None or asked.image is None or size is None:
        return asked
    return msgspec.structs.replace(asked, image=inputs.fit_image(asked.image, size, fit, environment.home()))


def take_workflow(fields: dict[str, Any], provider: Provider) -> Provider:
    """Return the provider with the `workflow` of a call as its first model; `set` goes along in `extra`. Both leave `fields`.

    A workflow is a path, JSON, or the object that JSON would give. Raises `InvalidRequest`.
    """
    given, inputs = fields.pop("workflow", None), fields.pop("set", None)
    if inputs is not None:
        fields["extra"] = {**(fields.get("extra") or {}), **_check_set(inputs)}
    if given is None:
        return provider
    if provider.others is None or "workflow" not in provider.others.takes:
        raise InvalidRequest(
            f"{provider.title} runs no workflows.", next='Pass provider="comfyui" as well.', field="workflow"
        )
    name, file = workflow_models.read_given(given)
    name = fields.setdefault("model", name)
    file.usable()
    models = workflow_models.models({name: file}, provider.others)
    return msgspec.structs.replace(provider, models=(*models, *provider.models), workflows={name: file})


def _check_set(inputs: object) -> dict[str, Any]:
    if isinstance(inputs, dict) and all(isinstance(name, str) for name in inputs):
        return inputs
    raise InvalidRequest("set takes inputs by node and name.", next='Pass set={"12.steps": 8}.', field="set")


def choose_seed(request: GenerationRequest, provider: Provider) -> GenerationRequest:
    """Choose the seed where the model takes one and it was left open, so that the clip can be made again."""
    takes_seed = "seed" in find_model(request.model, provider).takes
    if request.seed is not None or not (takes_seed and (provider.simulated or provider.workflows)):
        return request
    return msgspec.structs.replace(request, seed=secrets.randbelow(validation.LARGEST_SEED + 1))


def _convert(prompt: str, fields: Mapping[str, Any]) -> GenerationRequest:
    """Build a request, refusing unknown names and wrong types; raises `InvalidRequest`."""
    for name in fields:
        if name not in FIELDS:
            raise InvalidRequest(f"Unknown option {name}.", next=suggestions.did_you_mean(name, FIELDS), field=name)
    whole = {name: _as_whole_number(name, fields[name]) for name in WHOLE if fields.get(name) is not None}
    real = {name: _as_number(fields[name]) for name in REAL if fields.get(name) is not None}
    try:
        return msgspec.convert({"prompt": prompt, **fields, **whole, **real}, GenerationRequest)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{error}.", next="Check the type of that value.") from None


def _as_number(value: object) -> object:
    """Return any number, such as NumPy's, as a `float`."""
    return float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else value


def _as_whole_number(name: str, value: object) -> object:
    """Return any whole number, such as 4.0 or a NumPy integer, as an `int`; raises `InvalidRequest` for a fraction."""
    if isinstance(value, bool | str):
        return value
    if hasattr(value, "__index__"):
        return operator.index(value)
    number = float(value) if isinstance(value, numbers.Real) else math.nan
    if number.is_integer():
        return int(number)
    if math.isfinite(number):
        raise InvalidRequest(
            f"{name} must be a whole number, not {value}.", next=f"Nearest: {round(number)}.", field=name
        )
    return value


def replace_jobs_by_clips(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Replace each job that is given as a medium by its clip; raises as `Job.clip`."""

    def clip(value: object) -> object:
        return value.clip if isinstance(value, Job) else value

    media = {name: fields[name] for name in MEDIA if fields.get(name) is not None}
    made = {
        name: [clip(one) for one in value] if name == "references" else clip(value) for name, value in media.items()
    }
    return {**fields, **made}
