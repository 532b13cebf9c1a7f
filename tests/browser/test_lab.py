"""What a person sees in JupyterLab, in a real browser."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Error as PlaywrightError

from support.jupyterlab_page import SLOW, Lab, appears, leave_for_the_day, moved_on, percent, plays

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

LOAD = "%load_ext jupyter_videogen"
CELL = "%%videogen -d 2 --size 640x360 --seed 7\nwaves at sunset"
LONG = "%%videogen -d 12 --seed 7\nrain on a city at night"
FACTS = {"width": 640, "height": 360, "duration": 2}


def clock(lab: Lab) -> str:
    """The running time that the card shows."""
    match = re.search(r"\d+:\d\d", lab.card.inner_text())
    assert match, lab.card.inner_text()
    return match[0]


def test_a_cell_becomes_a_video_in_its_place(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Run, watch, play: the card comes, the clip takes its place and plays; the notebook stays small."""
    path = server.notebook("cell.ipynb", LOAD, CELL)
    lab = Lab(browser, server, "cell.ipynb")
    lab.run(0)
    lab.run(1)
    assert plays(lab.clip) == FACTS
    expect(lab.card).to_be_visible()
    lab.save()
    assert path.stat().st_size < 100_000
    assert "application/vnd.jupyter.widget-view+json" not in path.read_text()
    assert not lab.errors
    lab.close()


def test_the_percent_is_the_services_and_the_clock_is_the_pages(
    browser: Browser, server: Server, gateway: Gateway
) -> None:
    """While the provider stands still the percent stands, the clock goes on; when it goes on, so does the percent."""
    server.notebook("progress.ipynb", LOAD, LONG)
    lab = Lab(browser, server, "progress.ipynb")
    lab.run(0)
    lab.run(1)
    moved_on(lab.card, 0)
    gateway.stop()
    try:
        lab.page.wait_for_timeout(700)  # an answer that was already on its way
        held, then = percent(lab.card), clock(lab)
        lab.page.wait_for_function(
            "(then) => !document.querySelector('.videogen').innerText.includes(then)", arg=then, timeout=SLOW
        )
        assert percent(lab.card) == held
    finally:
        gateway.go_on()
    moved_on(lab.card, held)
    lab.close()


def test_a_blocking_cell_does_not_stop_the_bar(browser: Browser, server: Server, gateway: Gateway) -> None:
    """The kernel sleeps in a cell; the bar moves all the same."""
    server.notebook("blocking.ipynb", LOAD, LONG, "import time; time.sleep(10); print('slept')")
    lab = Lab(browser, server, "blocking.ipynb")
    lab.run(0)
    lab.run(1)
    expect(lab.card).to_be_visible(timeout=SLOW)
    lab.run(2, wait=False)
    moved_on(lab.card, 0)
    moved_on(lab.card, percent(lab.card))
    assert lab.outputs(2) == []
    lab.close()


def test_the_form_makes_a_clip_that_plays_in_the_widget(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Type, press Generate, watch, play; the record of the clip stands below the form."""
    server.notebook("form.ipynb", LOAD, "%videogen -d 2 --size 640x360")
    lab = Lab(browser, server, "form.ipynb")
    lab.run(0)
    lab.run(1)
    lab.card.get_by_role("textbox", name="Prompt").fill("northern lights over a lake")
    lab.card.get_by_role("button", name=re.compile("^Generate")).click()
    assert plays(lab.card.locator(".videogen-result video")) == FACTS
    lab.page.locator(".videogen-records > summary").click()
    assert plays(lab.record) == FACTS
    lab.close()


def test_a_bad_value_is_told_at_its_field(browser: Browser, server: Server, gateway: Gateway) -> None:
    """An empty prompt sends nothing; a seed that is out of range is refused at its field, in the words of the kernel."""
    server.notebook(
        "bad.ipynb", LOAD, "from jupyter_videogen import VideoGen\nform = VideoGen(seed=-1)\nform", "len(form.jobs)"
    )
    lab = Lab(browser, server, "bad.ipynb")
    lab.run(0)
    lab.run(1)
    lab.card.get_by_role("textbox", name="Prompt").fill("waves")
    lab.card.get_by_role("button", name=re.compile("^Generate")).click()
    expect(lab.card).to_contain_text("The seed -1 is out of range. Use 0 to 4294967295.", timeout=SLOW)
    lab.run(2)
    assert lab.outputs(2)[0]["data"]["text/plain"] == "0"
    lab.close()


@pytest.mark.parametrize("trusted", [True, False])
def test_a_saved_notebook_plays_without_a_kernel(
    browser: Browser, server: Server, gateway: Gateway, *, trusted: bool
) -> None:
    """Saved, shut down, opened again with no kernel: the clip plays, whether the notebook is trusted or not."""
    name = f"reopened-{trusted}.ipynb"
    path = server.notebook(name, LOAD, CELL)
    lab = Lab(browser, server, name)
    lab.run(0)
    lab.run(1)
    plays(lab.clip)
    lab.save()
    lab.close()
    leave_for_the_day(server, path, trusted=trusted)
    lab = Lab(browser, server, name, kernel=False)
    assert plays(lab.record) == FACTS
    lab.close()


def test_a_tab_closed_in_the_middle_loses_nothing(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Started, saved, closed before the end; opened the next day without a kernel: the clip plays."""
    path = server.notebook("closed.ipynb", LOAD, CELL.replace("waves at sunset", "closing time"))
    lab = Lab(browser, server, "closed.ipynb")
    lab.run(0)
    lab.run(1, wait=False)
    lab.page.locator(".videogen-record").wait_for(state="attached", timeout=SLOW)
    lab.save()
    lab.close()
    appears(path.parent / "videogen", "closing-time-*.mp4")
    leave_for_the_day(server, path, trusted=True)
    lab = Lab(browser, server, "closed.ipynb", kernel=False)
    assert plays(lab.clip) == FACTS  # the server, which knows the end, draws the card anew
    lab.close()


def test_a_tab_closed_in_the_middle_is_opened_beside_its_kernel(
    browser: Browser, server: Server, gateway: Gateway
) -> None:
    """Saved and closed while the provider works, opened when the clip is there: it plays, and the next save keeps its record."""
    path = server.notebook("away.ipynb", LOAD, LONG.replace("rain on a city at night", "gone for tea"))
    lab = Lab(browser, server, "away.ipynb")
    lab.run(0)
    lab.run(1, wait=False)
    moved_on(lab.card, 0)
    gateway.stop()  # nothing ends before the tab is closed
    assert not list((path.parent / "videogen").glob("gone-for-tea-*.mp4"))
    lab.save()
    lab.close()
    gateway.go_on()
    clip = appears(path.parent / "videogen", "gone-for-tea-*.mp4")
    lab = Lab(browser, server, "away.ipynb")
    assert plays(lab.clip)["duration"] == 12
    lab.save()
    assert f"videogen/{clip.name}" in path.read_text()
    assert "videogen-record" in path.read_text()
    assert path.stat().st_size < 100_000
    lab.close()


def press_until(editor: Locator, key: str, seen: Locator) -> None:
    """Press a key again while nothing comes: JupyterLab gives a kernel one second to offer something, and a busy one needs more."""
    for _ in range(20):
        editor.press(key)
        with suppress(PlaywrightError):
            seen.first.wait_for(timeout=3000)
            return
    raise AssertionError(f"{key} brings nothing")


def test_tab_and_a_question_mark_help(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Tab offers what the typed model takes, in the page's own completer; `?` shows the help on one screen."""
    server.notebook("tab.ipynb", LOAD, "%%videogen -m local/scenes --size 7", "%%videogen?")
    lab = Lab(browser, server, "tab.ipynb")
    lab.run(0)
    editor = lab.page.locator(".jp-Cell .cm-content").nth(1)
    editor.click()
    editor.press("End")
    offered = lab.page.locator(".jp-Completer-match")
    press_until(editor, "Tab", offered)
    expect(offered).to_have_text(["720x1280", "720x720"])
    editor.press("Enter")
    expect(editor).to_contain_text("--size 720x1280")
    lab.run(2)
    expect(lab.page.get_by_text("Turn a cell into a video.")).to_be_visible(timeout=SLOW)
    lab.close()
