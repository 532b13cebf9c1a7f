"""The cases that page and kernel share: what a request is refused for, in which words, and what it costs.

`js/tests/requests.test.ts` runs the same file against the page's own check, so that the two cannot drift apart.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_videogen.catalog.capabilities import Capabilities
from jupyter_videogen.catalog.validation import validate
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.prices import Price, estimate
from jupyter_videogen.core.request import GenerationRequest
from support.fakes import SLOW

FILE = json.loads((Path(__file__).parent / "request_cases.json").read_text("utf-8"))


def read_request(fields: dict[str, Any]) -> GenerationRequest:
    """Return a case's request; `repeat` is how often its prompt is written."""
    prompt = fields["prompt"] * fields.get("repeat", 1)
    return msgspec.convert({**fields, "prompt": prompt}, GenerationRequest)


@pytest.mark.parametrize("case", FILE["cases"], ids=[case["name"] for case in FILE["cases"]])
def test_kernel_and_page_judge_alike(case: dict[str, Any]) -> None:
    """The kernel's half: the same message at the same field, or none and the same price."""
    row = FILE["models"][case["model"]]
    model = msgspec.convert(row["capabilities"], Capabilities)
    provider = msgspec.structs.replace(SLOW, models=(model,), others=None)
    if "message" in case:
        with pytest.raises(InvalidRequest) as caught:
            validate(read_request(case["request"]), provider)
        failure = caught.value.failure
        assert (failure.field, f"{failure.message} {failure.next}".strip()) == (case["field"], case["message"])
        return
    request = validate(read_request(case["request"]), provider).request
    price = msgspec.convert(row["price"], Price) if "price" in row else None
    assert estimate(request, price).cost == case["cost"]
