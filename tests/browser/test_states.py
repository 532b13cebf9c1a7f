"""Every state that a provider can cause, brought about by the local engine's test models through its own HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from support.jupyterlab_page import SLOW, Lab, ask

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

ENDS = {
    "refused": ("failed", "Nothing was charged."),
    "no-credit": ("failed", "Nothing was charged."),
    "bad-key": ("failed", "Nothing was charged."),
    "bad-setting": ("failed", "Nothing was charged."),
    "upstream-error": ("failed", "Nothing was charged."),
    "flaky": ("succeeded", "Ready in"),
    "no-progress": ("succeeded", "Ready in"),
    "expired-link": ("succeeded", "Ready in"),
    "rate-limited": ("failed", "Nothing was charged."),
    "partly-filtered": ("succeeded", "1 of 3 videos was withheld"),
    "lost-answer": ("succeeded", "the job was found in Local engine's list"),
    "queued-long": ("queued", "Waiting to start"),
    "slow": ("running", "Making the video"),
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
        box = lab.card.locator(".videogen-form-area").get_by_role("combobox", name="Model")
        box.fill(f"test/{name}")
        box.press("Enter")
        lab.card.get_by_role("textbox", name="Prompt").fill(f"what {name} does")
        lab.card.get_by_role("button", name=re.compile("^Generate")).click()
        result = lab.card.locator(f'.videogen-result[data-card-state="{scene}"]').filter(has_text=f"test/{name}")
        expect(result, name).to_be_visible(timeout=SLOW)
        expect(result, name).to_contain_text(words)
    lab.card.get_by_role("button", name=re.compile("^(Cancel|Stop watching)")).click()
    expect(
        lab.card.locator(
            '.videogen-result[data-card-state="detached"], [data-card-state="stopped"], [data-card-state="cancelled"]'
        )
    ).to_be_visible(timeout=SLOW)
    assert not lab.errors
    lab.close()


AWAY = """\
import json, os, pathlib
import jupyter_videogen as vg
vg.generate("a kite", provider="local", duration=1, size="640x360")
door = json.loads(pathlib.Path(os.environ["VIDEOGEN_HOME"], "gateway", "gateway.json").read_text())
os.environ["LOST_API_KEY"] = door["token"]
pathlib.Path(os.environ["VIDEOGEN_HOME"], "videogen.toml").write_text(f'''
[providers.lost]
dialect = "qubax"
base_url = "{door["url"]}/qubax/v1"
key_env = "LOST_API_KEY"
''')
"""


def test_a_lost_answer_is_the_users_choice(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Where a provider has no list: looking sends nothing, and only the button that says so sends."""
    server.notebook("lost.ipynb", f"{AWAY}vg.VideoGen(provider='lost', model='test/lost-answer')")
    lab = Lab(browser, server, "lost.ipynb")
    lab.run(0)
    ask(lab.card, "a lost kite")
    lost = lab.card.locator('.videogen-result[data-card-state="unknown_outcome"]')
    words = "The provider has no list of jobs to search. Check your account there before you send it again."
    expect(lost).to_contain_text(f"The job may exist and may be charged. {words}", timeout=SLOW)
    assert lab.card.locator(".is-primary").all_inner_texts() == ["Look for it"]
    lost.get_by_role("button", name="Look for it").click()
    expect(lost).to_contain_text("returned no list of jobs to search", timeout=SLOW)
    assert gateway.jobs().count("a lost kite") == 1
    lost.get_by_role("button", name="Send again (may charge twice)").click()
    expect(lost).not_to_contain_text("gave no list", timeout=SLOW)
    expect(lost).to_be_visible(timeout=SLOW)  # its answer was lost as well
    assert gateway.jobs().count("a lost kite") == 1  # sent twice under one key: this provider makes one job of it
    lab.close()


BUDGET = """\
with pathlib.Path(os.environ["VIDEOGEN_HOME"], "videogen.toml").open("a") as file:
    file.write('''
[prices."lost:local/scenes"]
per_clip = 5.0
[budget]
confirm_above = 1.0
''')
"""


def test_a_budget_asks_in_the_form(browser: Browser, server: Server, gateway: Gateway) -> None:
    """What costs more than may be spent unasked is said beside the button, and sent by a click of its own."""
    server.notebook("asks.ipynb", f"{AWAY}{BUDGET}vg.VideoGen(provider='lost', model='local/scenes', duration=1)")
    lab = Lab(browser, server, "asks.ipynb")
    lab.run(0)
    ask(lab.card, "a dear kite")
    expect(lab.card.get_by_role("alert").filter(has_text="$5.00")).to_be_visible(timeout=SLOW)
    assert "a dear kite" not in gateway.jobs()
    lab.card.get_by_role("button", name="Send", exact=True).click()
    expect(lab.card.locator('.videogen-result[data-card-state="succeeded"]')).to_be_visible(timeout=SLOW)
    assert gateway.jobs().count("a dear kite") == 1
    lab.close()
