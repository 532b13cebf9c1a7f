"""Several requests of one call: prompts, models and takes, checked together before the first of them is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen.api.client import client_for
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.api.submission import Order, Remarks, ask_user, submit_orders
from jupyter_videogen.catalog.validation import LARGEST_SEED
from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jupyter_videogen.api.job_group import Kind


def compare(prompt: str, *, models: Sequence[str], **fields: Any) -> JobGroup:  # noqa: ANN401 - the request's fields
    """Make the same clip with several models side by side; returns a `JobGroup` at once, with `.df` and `.result()`.

    A model may carry its provider, as in "aihubmix:wan-2.7". Every request is checked and priced before any is sent, and
    `max_cost=` is for all together. Fields as for `generate`; what a model does not take is a warning on its job.
    """
    if isinstance(models, str) or not models:
        raise InvalidRequest("models is a list of names.", next='Pass models=["…", "…"].', field="model")
    orders = list(expand_prompts([Remarks()], [prompt], {**fields, "model": list(models)}))
    jobs = submit_orders(orders, yes=bool(fields.get("yes")), most=fields.get("max_cost"), ask=ask_user)
    return JobGroup(jobs, kind="compare", label=prompt)


def expand_prompts(
    remarks: Sequence[Remarks], prompts: Sequence[str], fields: Mapping[str, Any], *, keyless: bool = False
) -> Iterator[Order]:
    """Return an order for every prompt, model and take; `remarks` go with the prompts.

    `model` may be a list. A model that makes several clips of one request gets one; others get as many orders as `n` says,
    each with the next seed where one is given. `keyless` orders can be looked at, and not placed. Raises what a request can be refused for before it is sent.
    """
    models = fields.get("model")
    names = models if isinstance(models, list) else [models]
    for prompt, remark in zip(prompts, remarks, strict=True):
        for name in names:
            yield from _takes(prompt, {**fields, "model": name}, remark, keyless=keyless)


def group_kind(prompts: int, models: int) -> Kind:
    """Name what brought the jobs of one cell together."""
    return "batch" if prompts > 1 else "compare" if models > 1 else "takes"


def _takes(prompt: str, fields: dict[str, Any], remarks: Remarks, *, keyless: bool) -> Iterator[Order]:
    client, count = client_for(fields, keyless=keyless), fields.get("n")
    if count is None or client.at_once(fields.get("model")) > 1:
        yield client.order(prompt, fields, remarks=remarks)
        return
    if count < 1:
        raise InvalidRequest(f"{count} clips can't be made.", next="Ask for 1 or more.", field="n")
    seed, rest = fields.get("seed"), {**fields, "n": None}
    for take in range(count):
        if isinstance(seed, int):
            yield client.order(prompt, {**rest, "seed": (seed + take) % (LARGEST_SEED + 1)}, remarks=remarks)
        else:
            yield client.order(prompt, rest, take=take + 1, remarks=remarks)
