"""A blind vote in JupyterLab: by keys alone, without a name anywhere, and no vote is lost with its tab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, expect

from jupyter_videogen.ledger.ledger import Ledger
from support.jupyterlab_page import SLOW, Lab
from support.widget_gallery import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
MODELS = ("local/ink", "local/grain")
SEED = 471_108_315
"""Long enough to stand in no message by chance: those have identifiers of random digits."""
MAKE = f"""
import jupyter_videogen as vg
grid = vg.grid(["Waves at sunset, take {{}}".format(n) for n in range(12)], models={list(MODELS)}, seeds=[{SEED}],
               name="study-1", duration=1, size="320x192")
grid.result()
"""
"""In a file of its own, so that no name of a model is in the notebook."""
VOTE = 'vg.grid(name="study-1").vote(rater="Mira")'
FAULTS = """async () => {
  const { violations } = await axe.run(".videogen");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}"""
KEYS = ("ArrowLeft", "ArrowRight", "ArrowDown", "x")


@pytest.fixture
def lab(browser: Browser, server: Server, gateway: Gateway) -> Iterator[Lab]:
    """A notebook whose grid is voted on."""
    (server.root / "make.py").write_text(MAKE)
    server.notebook("vote.ipynb", "%load_ext jupyter_videogen\n%run make.py", VOTE, "print('below')")
    lab = Lab(browser, server, "vote.ipynb")
    lab.run(0)
    yield lab
    assert not lab.errors
    lab.close()
    Ledger.forget()


def judge(lab: Lab, votes: int, *, of: int, before: int = 0) -> None:
    """Vote by keys alone."""
    lab.card.get_by_role("group", name="Two clips of the same prompt").focus()
    for number in range(before, before + votes):
        expect(lab.card.locator(".videogen-choices [aria-disabled=false]")).to_have_count(4, timeout=SLOW)
        lab.page.keyboard.press(KEYS[number % len(KEYS)])
        if number + 1 < of:
            expect(lab.card.locator(".videogen-vote-head")).to_contain_text(f"{number + 1} of {of}", timeout=SLOW)


def test_thirteen_votes_by_keyboard_with_a_tab_killed_after_the_seventh(lab: Lab, browser: Browser) -> None:
    """Twelve pairs, one of them twice. Both clips play in step before a key counts; what was voted stays; names come after the last."""
    heard: list[Any] = []
    lab.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(frame)))  # noqa: PLW0108 - it is given attributes
    lab.open()  # so that all sockets are heard
    lab.run(1)
    expect(lab.card.locator(".videogen-vote")).to_be_visible(timeout=SLOW)  # its box, before anything is in it
    lab.page.evaluate("() => { window.below = document.querySelectorAll('.jp-Cell')[2].getBoundingClientRect().top; }")
    videos = lab.card.locator(".videogen-pair video")
    expect(videos).to_have_count(2, timeout=SLOW)
    lab.page.add_script_tag(path=AXE)
    assert lab.page.evaluate(FAULTS) == []
    heard.clear()
    judge(lab, 7, of=13)
    lab.page.keyboard.press("u")
    expect(lab.card.locator(".videogen-vote-head")).to_contain_text("6 of 13", timeout=SLOW)
    judge(lab, 1, of=13, before=6)
    times = videos.evaluate_all("(all) => all.map((one) => [one.muted, one.paused])")
    assert all(muted for muted, _ in times)
    assert "below" in lab.page.evaluate("() => String(window.below) + 'below'")
    moved = "() => document.querySelectorAll('.jp-Cell')[2].getBoundingClientRect().top - window.below"
    assert lab.page.evaluate(moved) == 0

    told = lab.page.content() + "".join(str(frame) for frame in heard)
    assert "study-1" in told  # something was heard, and could be searched
    grid = Ledger.at(lab.server.home / "ledger.sqlite3").grids
    jobs = [cell.job for cell, *_ in grid.cells(1) if cell.job]
    assert len(jobs) == 24
    for word in (*MODELS, str(SEED), ".mp4", *jobs):
        assert word not in told, word

    lab.close()  # as if the tab had been killed: the kernel goes on
    lab.page = browser.new_page(viewport={"width": 1200, "height": 1000})
    lab.open()
    lab.run(1)
    expect(lab.card.last.locator(".videogen-vote-head")).to_contain_text("7 of 13", timeout=SLOW)
    judge(lab, 6, of=13, before=7)
    result = lab.card.locator(".videogen-vote-result")
    expect(result.get_by_role("table", name="Leaderboard")).to_contain_text("local/ink", timeout=SLOW)
    expect(result.locator("h4")).to_be_focused()
    lab.page.add_script_tag(path=AXE)
    assert lab.page.evaluate(FAULTS) == []
