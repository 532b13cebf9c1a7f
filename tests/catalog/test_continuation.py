"""How each model that we ship goes on from another clip."""

from __future__ import annotations

import pytest

from jupyter_videogen.catalog import builtin
from jupyter_videogen.catalog.capabilities import Capabilities
from jupyter_videogen.catalog.continuation import continuation

ROWS = {
    "local": "image",
    "openai": "image",
    "aihubmix": "image",
    "qubax": "cut",
    "qubrid": "image",
    "indoxhub": "image",
    "bifrost": "image",
    "openrouter": "image",
    "comfyui": "image",
    "comfycloud": "image",
    "vllm-omni": "image",
    "sglang": "image",
}


@pytest.mark.parametrize("name", [*builtin.BUILT_IN, *builtin.SANDBOXES])
def test_every_row_continues_as_it_is_known_to(name: str) -> None:
    """A new row says it here."""
    row = {**builtin.BUILT_IN, **builtin.SANDBOXES}[name]
    models = [*row.models, *([row.others] if row.others else [])]
    assert {continuation(model) for model in models} == {ROWS[name.removeprefix(builtin.SANDBOX)]}


def test_a_start_image_goes_before_references() -> None:
    """It shows the seam itself."""
    takes = {"image", "references", "video"}
    assert continuation(Capabilities(model="m", takes=frozenset(takes))) == "image"
    assert continuation(Capabilities(model="m", takes=frozenset(takes - {"image"}))) == "references"
    assert continuation(Capabilities(model="m", takes=frozenset({"video"}))) == "cut"
