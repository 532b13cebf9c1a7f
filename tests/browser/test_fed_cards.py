"""Cards whose kernel has gone: the server tells of their jobs, and has their clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from support.jupyterlab_page import HOSTS_OWN, SLOW, Lab, Notebook, ask, leave_for_the_day, moved_on, percent, plays
from support.ledger_reader import LedgerReader

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

LOAD = "%load_ext jupyter_videogen"
CARD = "%%videogen -p sandbox-aihubmix -d {seconds} --size 1280x720\na train in the snow"
KERNELS = ("Remix", "Continue", "Share", "Compare", "Copy as code")
"""What needs a kernel."""
SHUT_DOWN = "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.shutdown(); }"
ONE_POST = 1


def video(lab: Lab) -> Locator:
    return lab.card.locator(".videogen-result video").filter(visible=True)


def running(browser: Browser, server: Server, name: str, seconds: int, host: type[Lab] = Lab) -> Lab:
    """Return a notebook whose card shows a job on its way."""
    server.notebook(name, LOAD, CARD.format(seconds=seconds))
    lab = host(browser, server, name)
    lab.run(0)
    lab.run(1, wait=False)
    moved_on(lab.card, 0)
    return lab


def creates(gateway: Gateway) -> int:
    return len([one for one in gateway.requests() if one.startswith("POST")])


@pytest.mark.parametrize("host", [Lab, Notebook])
def test_a_card_goes_on_without_its_kernel(browser: Browser, server: Server, gateway: Gateway, host: type[Lab]) -> None:
    """Shut down while the page is open: it counts on, and becomes the player. What needs a kernel is not offered."""
    lab = running(browser, server, f"shut-{host.__name__}.ipynb", 16, host)
    gateway.stop()
    since = percent(lab.card)
    lab.page.evaluate(SHUT_DOWN)
    expect(lab.card).to_contain_text("Making the video", timeout=SLOW)
    reader = LedgerReader(server.home)
    (job,) = reader.ledger.unfinished()
    reader.until_watched_by("server", job.id)  # it waits 10 seconds for a new kernel: enough to make the whole clip
    gateway.go_on()
    moved_on(lab.card, since)
    plays(video(lab))
    expect(lab.card.get_by_role("link", name="Save as")).to_be_visible()
    for name in KERNELS:
        expect(lab.card.get_by_role("button", name=name)).to_have_count(0)
    assert creates(gateway) == ONE_POST
    assert not set(lab.errors) - HOSTS_OWN
    lab.close()


def test_an_unfinished_card_plays_the_next_day(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Saved while it was being made, opened without a kernel: it counts on, and plays."""
    lab = running(browser, server, "tomorrow.ipynb", 4)
    gateway.stop()
    lab.save()
    lab.close()
    leave_for_the_day(server, server.root / "tomorrow.ipynb", trusted=True)
    lab = Lab(browser, server, "tomorrow.ipynb", kernel=False)
    expect(lab.card).to_contain_text("Making the video", timeout=SLOW)
    gateway.go_on()
    plays(video(lab))
    assert not lab.errors
    lab.close()


FORM = "%videogen -d 4 --size 640x360"


def test_a_form_and_a_restarted_kernel(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Restarted in the middle: the form's job counts on and plays below the veil; after the reload its record plays."""
    server.notebook("restart.ipynb", LOAD, FORM)
    lab = Lab(browser, server, "restart.ipynb")
    for index in (0, 1):
        lab.run(index)
    ask(lab.card, "a train in the snow")
    moved_on(lab.card, 0)
    gateway.stop()
    lab.restart()
    expect(lab.card.locator(".videogen-veil")).to_contain_text("The kernel was restarted", timeout=SLOW)
    expect(lab.card.locator(".videogen-result")).to_contain_text("Making the video")
    gateway.go_on()
    plays(video(lab))
    lab.save()
    lab.open()
    plays(video(lab))  # the new kernel has no widget of it
    assert not lab.errors
    lab.close()


def test_a_clip_elsewhere_is_sought_in(browser: Browser, server: Server, gateway: Gateway, tmp_path: Path) -> None:
    """Outside of the server's folders, by a living kernel: by its job's id, and only what is looked at is loaded."""
    server.notebook(
        "elsewhere.ipynb", LOAD, f"%%videogen -d 2 --size 640x360 -o {tmp_path}/far.mp4\na train in the snow"
    )
    lab = Lab(browser, server, "elsewhere.ipynb")
    for index in (0, 1):
        lab.run(index)
    plays(video(lab))
    address = video(lab).get_attribute("src") or ""
    assert "/jupyter-videogen/clips/" in address
    asked = lab.page.evaluate(
        "(url) => fetch(url, { headers: { Range: 'bytes=100-199' } }).then((one) => one.status)", address
    )
    assert asked == 206
    (tmp_path / "far.mp4").unlink()
    lab.save()
    lab.open()
    expect(lab.card).to_contain_text("The clip can't be played from here", timeout=SLOW)
    lab.close()
