"""Five failures of a paid provider, each mended by the one button of its card: in a form, and in a cell's card."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from support.jupyterlab_page import SLOW, Lab, ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway
    from support.paid_server import Shop

CREDIT = "https://billing.example/credit"
ROW = """\
import msgspec
import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin, registry
from jupyter_videogen.config import credentials
from jupyter_videogen.core.secrets import Secret
registry.installed_providers()["lab"] = msgspec.structs.replace(
    builtin.AIHUBMIX, name="lab", label="Lab", base_url="{url}", key_env="LAB_API_KEY", billing="{credit}"
)
credentials.remember("lab", Secret("sk-revoked", source="before"), keep=False)
"""
"""A provider as a package adds one, and a key that was good once."""


def refusal(status: int, message: str, **facts: Any) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"message": message, **facts}}


@pytest.fixture
def lab(browser: Browser, server: Server, gateway: Gateway, shop: Shop) -> Iterator[Lab]:
    """A form in the first cell, and cards below it."""
    shop.models = ["wan-2.7", "kling-o3"]
    server.notebook(
        "mends.ipynb",
        f"{ROW.format(url=shop.url, credit=CREDIT)}vg.VideoGen(provider='lab', model='sora-2')",
        "%load_ext jupyter_videogen",
        "%%videogen -p lab -m wan-2.7\na boat in a card",
    )
    lab = Lab(browser, server, "mends.ipynb")
    lab.run(0)
    yield lab
    assert not lab.errors
    lab.close()


def mend(card: Locator) -> Locator:
    """The filled button of the failure."""
    return card.locator('.videogen-result[data-card-state="failed"] .is-primary')


def is_made(card: Locator, shop: Shop, prompt: str) -> None:
    """The clip is there, and was paid once; the provider's own is a few bytes that no browser plays."""
    ends = ':is([data-card-state="succeeded"], [data-card-state="broken"])'
    expect(card.locator(f".videogen-result{ends}").filter(has_text=prompt)).to_be_visible(timeout=SLOW)
    assert [sale.prompt for sale in shop.book].count(prompt) == 1


def test_each_failure_in_a_form_is_mended_by_its_button(lab: Lab, shop: Shop) -> None:
    """A key that was revoked, an empty account, a rate limit, a retired model, a moderated prompt; nothing is sent by itself."""
    card = lab.card.first
    fails_by_its_key(card, shop)
    fails_by_its_account(card, shop, lab)
    fails_by_its_pace(card, shop)
    fails_by_its_model(card, shop)
    fails_by_its_words(card, shop)


def fails_by_its_key(card: Locator, shop: Shop) -> None:
    shop.refusal = refusal(401, "Incorrect API key provided.")
    ask(card, "a boat")
    expect(mend(card)).to_have_text("Replace key", timeout=SLOW)
    mend(card).click()
    card.get_by_label("Lab API key").fill("sk-fresh")
    shop.refusal = None
    card.get_by_role("button", name="Test and connect").click()
    cover = card.locator(".videogen-cover")
    expect(cover.locator(".videogen-key-found")).to_be_focused(timeout=SLOW)
    cover.get_by_text("kling-o3").click()
    cover.get_by_text("wan-2.7").click()
    cover.get_by_role("button", name="Use wan-2.7").click()
    expect(card.get_by_role("textbox", name="Prompt")).to_be_focused()
    card.get_by_role("button", name=re.compile("^Generate")).click()
    is_made(card, shop, "a boat")
    assert shop.book[-1].authorization == "Bearer sk-fresh"


def fails_by_its_account(card: Locator, shop: Shop, lab: Lab) -> None:
    shop.refusal = refusal(402, "Your balance is empty.")
    ask(card, "a kite")
    expect(mend(card)).to_have_text("Add credit", timeout=SLOW)
    lab.page.context.route(CREDIT, lambda route: route.fulfill(body="credit"))
    with lab.page.context.expect_page() as opened:
        mend(card).click()
    assert opened.value.url == CREDIT
    assert opened.value.evaluate("() => window.opener") is None
    opened.value.close()
    shop.refusal = None
    card.get_by_role("button", name="Try again").click()
    is_made(card, shop, "a kite")


def fails_by_its_pace(card: Locator, shop: Shop) -> None:
    shop.busy = 3  # as often as one create is sent
    ask(card, "a storm")
    expect(mend(card)).to_have_attribute("aria-disabled", "true", timeout=SLOW)
    expect(mend(card)).to_contain_text(re.compile("Try again in [123]"))
    mend(card).click(force=True)
    expect(mend(card)).to_have_attribute("aria-disabled", "false", timeout=SLOW)
    assert "a storm" not in [sale.prompt for sale in shop.book], "nothing is sent by itself, nor too early"
    mend(card).click()
    is_made(card, shop, "a storm")


def fails_by_its_model(card: Locator, shop: Shop) -> None:
    shop.refusal = refusal(404, "The model wan-2.7 has been retired.", code="model_not_found")
    ask(card, "a lake")
    expect(mend(card)).to_have_text("Choose another model", timeout=SLOW)
    mend(card).click()
    shop.refusal = None
    cover = card.locator(".videogen-cover")
    cover.get_by_text("kling-o3").click()
    cover.get_by_role("button", name="Use kling-o3").click()
    card.get_by_role("button", name=re.compile("^Generate")).click()
    is_made(card, shop, "a lake")


def fails_by_its_words(card: Locator, shop: Shop) -> None:
    shop.refusal = refusal(400, "Your prompt was flagged: sword fight.", code="content_policy_violation")
    ask(card, "a sword fight")
    expect(mend(card)).to_have_text("Edit prompt", timeout=SLOW)
    mend(card).click()
    box = card.get_by_role("textbox", name="Prompt")
    expect(box).to_be_focused()
    shop.refusal = None
    box.fill("a dance")
    card.get_by_role("button", name=re.compile("^Generate")).click()
    is_made(card, shop, "a dance")


def test_a_card_is_mended_in_its_cell(lab: Lab, shop: Shop) -> None:
    """Its button opens the form with the cell's request, where the words can be changed."""
    shop.refusal = refusal(400, "Your prompt was flagged: boat.", code="content_policy_violation")
    lab.run(1)
    lab.run(2)
    card = lab.card.nth(1)
    expect(mend(card)).to_have_text("Edit prompt", timeout=SLOW)
    mend(card).click()
    box = card.get_by_role("textbox", name="Prompt")
    expect(box).to_be_focused(timeout=SLOW)
    expect(box).to_have_value("a boat in a card")
    shop.refusal = None
    box.fill("a kite in a card")
    card.get_by_role("button", name=re.compile("^Generate")).click()
    is_made(card, shop, "a kite in a card")
