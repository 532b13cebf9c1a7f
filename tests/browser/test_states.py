"""Every state that a service can cause, brought about by the local engine's test models through its own HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lab import SLOW, Lab
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from server import Server

    from gateways import Gateway

ENDS = {
    "refused": ("failed", "Nothing was charged."),
    "no-credit": ("failed", "Nothing was charged."),
    "bad-key": ("failed", "Nothing was charged."),
    "bad-setting": ("failed", "Nothing was charged."),
    "upstream-error": ("failed", "Nothing was charged."),
    "flaky": ("succeeded", "Ready in"),
    "no-progress": ("succeeded", "Ready in"),
    "expired-link": ("succeeded", "Ready in"),
    "never-finishes": ("running", "Making the video"),
}
"""The model's name without `test/`: the row of the state table that it ends in, and some of the words there."""


def test_every_end_of_a_service_has_its_state(browser: Browser, server: Server, gateway: Gateway) -> None:
    """One form, one test model after another: each comes to its own state and says its own words."""
    server.notebook("states.ipynb", "%load_ext jupyter_videogen", "%videogen -d 1 --size 640x360 --seed 7")
    lab = Lab(browser, server, "states.ipynb")
    for index in (0, 1):
        lab.run(index)
    for name, (scene, words) in ENDS.items():
        box = lab.card.get_by_role("combobox", name="Model")
        box.fill(f"test/{name}")
        box.press("Enter")
        lab.card.get_by_role("textbox", name="Prompt").fill(f"what {name} does")
        lab.card.get_by_role("button", name=re.compile("^Generate")).click()
        result = lab.card.locator(f'.videogen-result[data-scene="{scene}"]').filter(has_text=f"test/{name}")
        expect(result, name).to_be_visible(timeout=SLOW)
        expect(result, name).to_contain_text(words)
    lab.card.get_by_role("button", name=re.compile("^(Cancel|Stop waiting)")).click()
    expect(
        lab.card.locator('.videogen-result[data-scene="detached"], [data-scene="stopped"], [data-scene="cancelled"]')
    ).to_be_visible(timeout=SLOW)
    assert not lab.errors
    lab.close()
