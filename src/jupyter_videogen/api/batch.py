"""Several requests of one call: prompts, models and takes, checked together before the first of them is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.api.access import Access, access_for
from jupyter_videogen.api.submission import build_order
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.catalog.validation import LARGEST_SEED
from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.runtime.order import Order, SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jupyter_videogen.api.job_group import Kind
    from jupyter_videogen.config.configuration import Configuration


class Prompt(NamedTuple):
    """One prompt of several, and what is written down with its jobs."""

    text: str
    options: SubmitOptions = SubmitOptions()


def expand_prompts(
    prompts: Sequence[Prompt], fields: Mapping[str, Any], config: Configuration, *, keyless: bool = False
) -> Iterator[Order]:
    """Return an order for every prompt, model and take.

    `model` may be a list. A model that makes several clips of one request gets one; others get as many orders as `n`
    says, each with the next seed where one is given. `keyless` orders can be looked at, and not sent. Raises what a
    request can be refused for before it is sent.
    """
    models = fields.get("model")
    wanted = [{**fields, "model": name} for name in (models if isinstance(models, list) else [models])]
    targets = [(access_for(each, config, keyless=keyless), each) for each in wanted]
    for prompt in prompts:
        for access, each in targets:
            for request, take in _split_takes(access, each, config):
                yield build_order(access, prompt.text, request, config, prompt.options._replace(take=take))


def group_kind(prompts: int, models: int) -> Kind:
    """Return the kind of a job group: batch, comparison or takes."""
    return "batch" if prompts > 1 else "compare" if models > 1 else "takes"


def _split_takes(access: Access, fields: dict[str, Any], config: Configuration) -> Iterator[tuple[dict[str, Any], int]]:
    """Return the fields of each request that `n` clips need, and its take: each has the next seed, or is another take of none."""
    count = fields.get("n")
    if count is None or _clips_per_request(access, fields.get("model"), config) > 1:
        yield fields, 1
        return
    if count < 1:
        raise InvalidRequest(f"Can't make {count} clips.", next="Request 1 or more.", field="n")
    seed, rest = fields.get("seed"), {**fields, "n": None}
    for number in range(count):
        if isinstance(seed, int):
            yield {**rest, "seed": (seed + number) % (LARGEST_SEED + 1)}, 1
        else:
            yield rest, number + 1


def _clips_per_request(access: Access, model: str | None, config: Configuration) -> int:
    """Return how many clips a model makes per request; 1 for an unknown model, which is refused later."""
    try:
        wanted = config.with_defaults(access.provider, {"model": model})
        found = find_model(wanted.get("model"), access.provider)
    except VideogenError:
        return 1
    return found.most if "n" in found.takes else 1
