"""What may happen to a form while a job runs: more views, a new page, a new kernel, an end, other widgets around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from support.jupyterlab_page import SLOW, Lab, appears, ask, moved_on, percent, plays

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

LOAD = "%load_ext jupyter_videogen"
FORM = "from jupyter_videogen import VideoGen\nform = VideoGen(duration=12, size='640x360', seed=7)\nform"
BOXED = """\
import ipywidgets, traitlets
from jupyter_videogen import VideoGen
form, length, heard = VideoGen(duration=2, size="640x360", seed=7), ipywidgets.Label("none"), []
traitlets.dlink((form, "clip"), (length, "value"), lambda clip: f"{clip.duration:.0f} seconds" if clip else "none")
copy = traitlets.HasTraits()
copy.add_traits(clip=traitlets.Any(), state=traitlets.Unicode())
traitlets.link((form, "clip"), (copy, "clip"))
traitlets.link((form, "state"), (copy, "state"))
form.observe(lambda change: heard.append(change.new), names="state")
ipywidgets.HBox([form, length])"""
FACTS = {"width": 640, "height": 360, "duration": 12}
ONE_POST = ["POST /v1/videos"]


def opened(browser: Browser, server: Server, name: str, *cells: str) -> Lab:
    """Return a notebook whose first two cells were run."""
    server.notebook(name, *cells)
    lab = Lab(browser, server, name)
    lab.run(0)
    lab.run(1)
    return lab


def test_views_of_one_form_are_one_form(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Shown in two cells and in a panel: one click is one create, all show the same, and none has sound."""
    lab = opened(browser, server, "views.ipynb", LOAD, FORM, "form")
    lab.run(2)
    lab.new_view(1)
    expect(lab.card).to_have_count(3, timeout=SLOW)
    ask(lab.card.nth(2), "a train in the snow")
    moved_on(lab.card.nth(2), 0)
    gateway.stop()
    lab.page.wait_for_timeout(700)  # an answer that was already on its way
    assert len({percent(lab.card.nth(view)) for view in range(3)}) == 1
    gateway.go_on()
    for view in range(3):
        expect(lab.card.nth(view).get_by_role("textbox", name="Prompt")).to_have_value("a train in the snow")
    expect(lab.card.locator(".videogen-result video")).to_have_count(3, timeout=SLOW)
    assert plays(lab.card.nth(2).locator(".videogen-result video")) == FACTS
    muted = "(videos) => videos.every((video) => video.muted && video.loop)"
    assert lab.card.locator(".videogen-result video").evaluate_all(muted), "sound never comes by itself"
    assert gateway.posts() == ONE_POST
    lab.close()


def test_a_new_page_shows_the_running_job(browser: Browser, server: Server, gateway: Gateway) -> None:
    """The page is loaded anew in the middle: the form shows the job where it is, and its clip when it is done."""
    lab = opened(browser, server, "reloaded.ipynb", LOAD, FORM)
    lab.save()
    ask(lab.card, "a train in the snow")
    moved_on(lab.card, 0)
    gateway.stop()  # a slow machine must not find the clip finished when the page is there
    lab.open()
    lab.card.get_by_role("progressbar").wait_for(timeout=SLOW)
    gateway.go_on()
    moved_on(lab.card, 0)
    assert plays(lab.card.locator(".videogen-result video")) == FACTS
    assert gateway.posts() == ONE_POST
    lab.close()


def test_a_new_kernel_takes_the_running_job_up(browser: Browser, server: Server, gateway: Gateway) -> None:
    """The kernel is restarted in the middle: the form says so, and its job counts on; run again and asked the same, it is the same job."""
    lab = opened(browser, server, "restarted.ipynb", LOAD, FORM)
    ask(lab.card, "a train in the snow")
    moved_on(lab.card, 0)
    gateway.stop()
    lab.restart()
    expect(lab.card.locator(".videogen-veil")).to_contain_text("The kernel was restarted", timeout=SLOW)
    expect(lab.card).to_contain_text("Making the video", timeout=SLOW)
    gateway.go_on()
    lab.run(0)
    assert "1 video of this notebook is still being made" in lab.outputs(0)[0]["text"]
    lab.run(1)
    ask(lab.card, "a train in the snow")
    assert plays(lab.card.locator(".videogen-result video")) == FACTS
    assert gateway.posts() == ONE_POST
    lab.close()


def test_a_closed_form_loses_no_job(browser: Browser, server: Server, gateway: Gateway) -> None:
    """`form.close()` in the middle: the form is gone, the clip is stored, and the job has it."""
    path = server.notebook(
        "ended.ipynb", LOAD, FORM, "form.close()", "clip = form.jobs[0].result(60)\nprint(clip.duration)"
    )
    lab = Lab(browser, server, "ended.ipynb")
    lab.run(0)
    lab.run(1)
    ask(lab.card, "a train that leaves")
    moved_on(lab.card, 0)
    gateway.stop()
    lab.run(2)
    expect(lab.card).to_have_count(0, timeout=SLOW)
    gateway.go_on()
    lab.run(3)
    assert lab.outputs(3)[0]["text"] == "12.0\n"
    appears(path.parent / "videogen", "a-train-that-leaves-*.mp4")
    assert gateway.posts() == ONE_POST
    lab.close()


def test_a_form_among_other_widgets(browser: Browser, server: Server, gateway: Gateway) -> None:
    """In an HBox, linked and observed: the clip plays there, a label follows it, and each state was heard of once."""
    check = "print(heard == [*dict.fromkeys(heard)], heard[-1], copy.state, copy.clip is form.clip)"
    lab = opened(browser, server, "boxed.ipynb", LOAD, BOXED, check)
    ask(lab.card, "a train in a tunnel")
    expect(lab.page.locator(".widget-hbox .widget-label")).to_have_text("2 seconds", timeout=SLOW)
    assert plays(lab.page.locator(".widget-hbox").get_by_role("region").locator(".videogen-result video")) == {
        **FACTS,
        "duration": 2,
    }
    lab.run(2)
    assert lab.outputs(2)[0]["text"] == "True succeeded succeeded True\n"
    assert gateway.posts() == ONE_POST
    lab.close()


def test_a_second_job_runs_beside_the_first(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Each click is one create; the result stays with the first, and the other is there at a click, also on a new page."""
    lab = opened(browser, server, "beside.ipynb", LOAD, FORM)
    ask(lab.card, "a train in the snow")
    moved_on(lab.card, 0)
    lab.card.get_by_role("textbox", name="Prompt").fill("waves at sunset")
    lab.card.get_by_role("button", name="Add to queue").click()
    queue = lab.card.get_by_role("toolbar", name="Being made")
    expect(queue.get_by_role("button", name="waves at sunset").first).to_be_visible(timeout=SLOW)
    shown = lab.card.locator(".videogen-result")
    assert plays(shown.locator('video[aria-label="a train in the snow"]')) == FACTS
    expect(queue).to_contain_text("ready", timeout=SLOW)
    lab.save()
    lab.open()
    expect(shown.locator('video[aria-label="a train in the snow"]')).to_be_visible(timeout=SLOW)
    queue.get_by_role("button", name="waves at sunset").click()
    assert plays(shown.locator('video[aria-label="waves at sunset"]')) == FACTS
    expect(queue).to_have_count(0)
    assert gateway.posts() == ONE_POST * 2
    lab.close()
