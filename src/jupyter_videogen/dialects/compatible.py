"""Any server of the OpenAI shape; a LiteLLM proxy among them also says what its models cost.

Source: `litellm` 1.92, `GET /v1/model/info` (`model_info_v1` in proxy_server.py) and `model_prices_and_context_window.json`: rows of
`{model_name, model_info}`, where `mode` is "video_generation" and prices are dollars a second of video: `output_cost_per_second`
or `output_cost_per_video_per_second`, with `_480p`, `_1080p`, `_4k` and the like behind the first one for a resolution;
`input_cost_per_image` is for each picture. What it says of lengths, sizes and inputs is left alone: its `supported_modalities`
say "text" of models that take pictures, and a list must not refuse what a server takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.http import Call
from jupyter_videogen.core.prices import Price, Rate, is_price
from jupyter_videogen.dialects.base import ListedModel, ModelList
from jupyter_videogen.dialects.openai import OpenAI
from jupyter_videogen.dialects.parsing.values import as_object, member, number, objects, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_videogen.core.http import Reply

SECOND = re.compile(r"output_cost_per_(?:video_per_)?second(?:_(?P<resolution>\d{3,4}p|[248]k))?")


class Compatible(OpenAI):
    """`/videos` of whatever server somebody names."""

    def details(self) -> Call:
        """Ask for what LiteLLM says of its models; other servers have nothing there."""
        return Call("GET", "/model/info")

    def read_details(self, reply: Reply) -> ModelList:
        """Read the prices of models that make videos; of several deployments under one name, the higher ones."""
        found: dict[str, ListedModel] = {}
        wrong: list[str] = []
        for row in objects(as_object(reply).get("data") or []):
            name, info = text(row.get("model_name")), row.get("model_info")
            if name is None or member(info, "mode") != "video_generation" or not isinstance(info, dict):
                continue
            price = _price(info)
            known = found.get(name)
            if known is None or _top(price) > _top(known.price):
                found[name] = ListedModel(name=name, price=price)
            if price is None and any(map(SECOND.fullmatch, info)):
                wrong.append(name)
        return ModelList(tuple(found.values()), mispriced=wrong)


def _price(info: dict[str, Any]) -> Price | None:
    """Return the price of a second, by resolution where it depends on that; None where no figure is a price."""
    amounts = {match["resolution"]: number(info[name]) for name in info if (match := SECOND.fullmatch(name))}
    rates = _rates(amounts.items())
    if not rates:
        return None
    per_image = number(info.get("input_cost_per_image"))
    if len(rates) == 1 and rates[0].resolution is None:
        return Price(per_second=rates[0].per_second, per_image=per_image)
    return Price(rates=rates, per_image=per_image)


def _rates(amounts: Iterable[tuple[str | None, float | None]]) -> tuple[Rate, ...]:
    return tuple(
        Rate(per_second=amount, resolution=resolution)
        for resolution, amount in amounts
        if amount is not None and is_price(amount)
    )


def _top(price: Price | None) -> float:
    """Return the most that a second can cost; below every price where there is none."""
    if price is None:
        return -1.0
    return max([price.per_second or 0.0, *(rate.per_second for rate in price.rates)])
