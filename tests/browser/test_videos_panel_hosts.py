"""The Videos panel and *New video* at home in every host: JupyterLab and Notebook 7, the newest and the oldest that we support."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, expect

from support.jupyterlab_page import CLIP, SLOW, Lab, Notebook, plays

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

LOAD = "import jupyter_videogen as vg\n%load_ext jupyter_videogen"
SHORT = "%%videogen -d 1 --size 640x360 --seed 7\nwaves at sunset"
LONG = "%%videogen -d 20 --seed 7\na lighthouse in the fog"
FORM = "%videogen -d 1 --size 640x360 --seed 7"
GRID = (
    "vg.grid(['waves at sunset', 'a city in rain'], models=['local/ink'], seeds=[1, 2], name='study-1', "
    "duration=20, size='640x360')"
)
BUDGET = '[budget]\nper_day = "5.00 and 20 jobs and 300 s"\n'
FAR = "\n".join(f"# {line}" for line in range(200))
OPEN = "async () => { await window.jupyterapp.commands.execute('jupyter-videogen:show-panel'); }"
LAUNCH = "async () => { await window.jupyterapp.commands.execute('launcher:create'); }"
SETTINGS = "async () => { await window.jupyterapp.commands.execute('settingeditor:open', { query: 'Videos' }); }"
INSERT = "() => window.jupyterapp.commands.execute('jupyter-videogen:insert-cell-below', { source: '3' })"
SOURCES = (
    "() => [...window.jupyterapp.shell.currentWidget.content.model.cells].map((cell) => cell.sharedModel.getSource())"
)
DRAG = """([tile, target]) => {
  const dataTransfer = new DataTransfer();
  tile.dispatchEvent(new DragEvent("dragstart", { bubbles: true, dataTransfer }));
  for (const type of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer }));
  }
}"""
TOAST = ".jp-Notification-Toast, .Toastify__toast"


class Profile:
    """A browser whose tabs know of each other, as a person's do."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context()

    def new_page(self, *, viewport: Any) -> Page:
        page = self.context.new_page()
        page.set_viewport_size(viewport)
        return page


def panel(lab: Lab) -> Locator:
    return lab.page.locator(".jp-videogen-panel")


def tile(lab: Lab, prompt: str) -> Locator:
    return panel(lab).locator(".jp-videogen-tile").filter(has_text=prompt)


def cell(lab: Lab, index: int) -> Locator:
    return lab.page.locator(".jp-CodeCell").nth(index)


def choose_new_video(page: Page) -> None:
    """File, New, Video: as in every host's menus."""
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu li[data-type=submenu]").filter(has_text="New").first.hover()
    page.locator(".lm-Menu").get_by_role("menuitem", name="Video", exact=True).click()


def makes_a_clip(page: Page) -> None:
    """The form is there without code on view, and its clip plays."""
    form = page.locator(".jp-videogen-form section.videogen")
    expect(form).to_be_visible(timeout=SLOW)
    expect(page.locator(".jp-videogen-form .jp-InputArea").filter(visible=True)).to_have_count(0)
    form.get_by_role("textbox", name="Prompt").fill("waves at sunset")
    form.get_by_role("button", name=re.compile("^Generate")).click()
    plays(form.locator(".videogen-result video"))


def test_a_new_video_has_a_tab_of_its_own_in_notebook(browser: Browser, server: Server, gateway: Gateway) -> None:
    """From the menu of a notebook in a folder: the clip lies there, the tab says what it is, and a reload brings the form back."""
    server.notebook("deep/start.ipynb", "1")
    profile: Any = Profile(browser)
    notebook = Notebook(profile, server, "deep/start.ipynb")
    with profile.context.expect_page(timeout=SLOW) as opened:
        choose_new_video(notebook.page)
    page = opened.value
    makes_a_clip(page)
    assert page.title() == "New video"
    assert len(list((server.root / "deep" / "videogen").glob("waves-at-sunset-*.mp4"))) == 1
    page.reload()
    expect(page.locator(".jp-videogen-form section.videogen")).to_have_count(1, timeout=SLOW)
    notebook.page.evaluate(OPEN)
    expect(tile(notebook, "waves at sunset")).to_have_count(1, timeout=SLOW)
    profile.context.close()


def test_a_new_video_from_the_launcher(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Its tile opens the form in JupyterLab; so does the menu."""
    server.notebook("start.ipynb", "1")
    lab = Lab(browser, server, "start.ipynb")
    lab.page.evaluate(LAUNCH)
    lab.page.locator(".jp-LauncherCard", has_text="New video").click()
    makes_a_clip(lab.page)
    choose_new_video(lab.page)
    expect(lab.page.locator(".jp-videogen-form section.videogen")).to_have_count(2, timeout=SLOW)
    assert not lab.errors
    lab.close()


def test_a_grid_and_a_budget_in_the_panel(browser: Browser, server: Server, gateway: Gateway) -> None:
    """A grid is one row that counts its clips and leads to its cell; every limit of the budget has a meter."""
    server.home.mkdir(parents=True, exist_ok=True)
    (server.home / "videogen.toml").write_text(BUDGET)
    server.notebook("grid.ipynb", LOAD, GRID, FAR)
    lab = Lab(browser, server, "grid.ipynb", height=700)
    lab.run(0)
    lab.run(1, wait=False)
    lab.page.evaluate(OPEN)
    row = panel(lab).locator(".jp-videogen-making li").filter(has_text="study-1")
    expect(row).to_contain_text(re.compile(r"0 of 4 · \d being made"), timeout=SLOW)
    expect(panel(lab).locator(".jp-videogen-making li")).to_have_count(1)
    for words in ("$0.00 of $5.00", "Paid videos0 of 20", "Paid seconds0 of 300"):
        expect(panel(lab).locator(".jp-videogen-spending")).to_contain_text(words)
    cell(lab, 2).evaluate("(node) => node.scrollIntoView({ block: 'end' })")
    row.get_by_role("button", name="Go to: study-1").click()
    expect(cell(lab, 1).locator("section.videogen")).to_be_in_viewport(timeout=SLOW)
    lab.close()


def test_a_clip_is_dropped_into_a_form(browser: Browser, server: Server, gateway: Gateway) -> None:
    """It is the start image of the next one; the notebook gets no cell."""
    server.notebook("drop.ipynb", LOAD, SHORT, FORM)
    lab = Lab(browser, server, "drop.ipynb")
    for index in range(3):
        lab.run(index)
    plays(cell(lab, 1).locator(CLIP).filter(visible=True))
    lab.page.evaluate(OPEN)
    form = cell(lab, 2).locator("section.videogen")
    expect(tile(lab, "waves at sunset")).to_have_count(1, timeout=SLOW)
    handles = [
        tile(lab, "waves at sunset").element_handle(),
        form.get_by_text("Drop, paste").first.element_handle(),
    ]
    lab.page.evaluate(DRAG, handles)
    expect(form.get_by_role("button", name=re.compile("Remove", re.IGNORECASE)).first).to_be_visible(timeout=SLOW)
    assert len(lab.page.evaluate(SOURCES)) == 3
    assert not lab.errors
    lab.close()


def test_a_tile_opens_another_notebook_in_notebook(browser: Browser, server: Server, gateway: Gateway) -> None:
    """In a tab of its own, at its cell."""
    server.notebook("made here.ipynb", LOAD, FAR, SHORT)
    server.notebook("other.ipynb", "1")
    profile: Any = Profile(browser)
    made = Notebook(profile, server, "made here.ipynb")
    made.run(0)
    made.run(2)
    plays(cell(made, 2).locator(CLIP).filter(visible=True))
    made.save()
    made.close()
    other = Notebook(profile, server, "other.ipynb")
    other.page.evaluate(OPEN)
    with profile.context.expect_page(timeout=SLOW) as opened:
        tile(other, "waves at sunset").click()
    clip = opened.value.locator(CLIP).filter(visible=True)
    expect(clip).to_be_in_viewport(timeout=SLOW)
    profile.context.close()


def test_the_settings_editor_switches_a_part_off(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Its page has our three switches, with words; the panel goes at once, and comes back."""
    server.notebook("settings.ipynb", "1")
    lab = Lab(browser, server, "settings.ipynb")
    tab = lab.page.locator(".jp-videogen-tab")
    expect(tab).to_have_count(1, timeout=SLOW)
    lab.page.evaluate(SETTINGS)
    switch = lab.page.get_by_label("Show the Videos panel")
    expect(switch).to_be_checked(timeout=SLOW)
    expect(lab.page.get_by_label("Tell when a video has ended")).to_be_checked()
    switch.click()
    expect(tab).to_have_count(0, timeout=SLOW)
    switch.click()
    expect(tab).to_have_count(1, timeout=SLOW)
    (server.state / "settings" / "jupyter-videogen" / "outputs.jupyterlab-settings").unlink(missing_ok=True)
    assert not lab.errors
    lab.close()


@pytest.mark.parametrize("host", [Lab, Notebook])
def test_the_oldest_hosts_have_all_of_it(browser: Browser, oldest: Server, host: type[Lab]) -> None:
    """Panel, status item, a clip that plays in its tile and leads to its cell, a notification, an inserted cell, *New video*."""
    oldest.notebook("old.ipynb", LOAD, SHORT, LONG, FAR)
    profile: Any = Profile(browser)
    lab = host(profile, oldest, "old.ipynb", height=700)
    assert lab.page.evaluate("() => window.jupyterapp.version").startswith(("4.2.", "7.2."))
    lab.run(0)
    lab.run(1)
    plays(cell(lab, 1).locator(CLIP).filter(visible=True))
    lab.run(2, wait=False)
    item = lab.page.locator(".jp-videogen-status").get_by_role("button")
    expect(item).to_have_text(re.compile(r"^1 video · \d+ %$"), timeout=SLOW)
    lab.page.locator(".jp-CodeCell").last.evaluate("(node) => node.scrollIntoView({ block: 'end' })")
    item.click()
    row = panel(lab).locator(".jp-videogen-making li")
    expect(row).to_contain_text(re.compile(r"\d+ % · "), timeout=SLOW)
    tile(lab, "waves at sunset").hover()
    expect(tile(lab, "waves at sunset").locator("video.is-playing")).to_have_count(1, timeout=SLOW)
    toast = lab.page.locator(TOAST).filter(has_text="Video ready: a lighthouse in the fog")
    toast.get_by_role("button", name="Show").click(timeout=SLOW)
    expect(cell(lab, 2).locator(CLIP).filter(visible=True)).to_be_in_viewport(timeout=SLOW)
    tile(lab, "waves at sunset").click()
    expect(cell(lab, 1).locator(CLIP).filter(visible=True)).to_be_in_viewport(timeout=SLOW)
    lab.page.evaluate(INSERT)
    assert "3" in lab.page.evaluate(SOURCES)
    page = new_video(profile, lab) if host is Notebook else lab.page
    if host is Lab:
        choose_new_video(lab.page)
    makes_a_clip(page)
    profile.context.close()


def new_video(profile: Any, lab: Lab) -> Page:
    """Open the form in its own tab, and return that."""
    with profile.context.expect_page(timeout=SLOW) as opened:
        choose_new_video(lab.page)
    page: Page = opened.value
    return page
