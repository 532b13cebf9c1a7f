"""*Share* on a cell's card in JupyterLab: by keys alone, and the file is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
from playwright.sync_api import expect

from support.jupyterlab_page import SLOW, Lab

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway


def first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(6)


def test_a_card_shares_its_clip_as_a_gif(browser: Browser, server: Server, gateway: Gateway) -> None:
    """The menu opens and walks by keys; what was saved is said, read aloud, and opened by its link; nothing moves."""
    server.notebook(
        "share.ipynb",
        "%load_ext jupyter_videogen",
        "%%videogen -m local/ink -d 1 --size 320x192\nwaves at sunset",
    )
    lab = Lab(browser, server, "share.ipynb")
    lab.run(0)
    lab.run(1)
    card = lab.card.first
    share = card.get_by_role("button", name="Share", exact=True)
    expect(share).to_be_visible(timeout=SLOW)
    before = card.bounding_box()
    share.press("Enter")
    menu = card.get_by_role("menu", name="Share")
    expect(menu.get_by_role("menuitem", name="Page (HTML)")).to_be_focused(timeout=SLOW)
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Enter")
    status = card.locator(".videogen-job-actions [role=status]")
    expect(status).to_contain_text("Saved beside the notebook as waves-at-sunset-", timeout=SLOW)
    expect(share).to_be_focused()
    assert card.bounding_box() == before
    (gif,) = server.root.glob("waves-at-sunset-*.gif")
    assert gif.name in status.inner_text()
    assert first_bytes(gif) == b"GIF89a"
    with av.open(str(gif)) as film:
        assert (film.streams.video[0].width, film.streams.video[0].height) == (320, 192)
    assert gif.with_suffix(".json").exists()
    link = card.locator(".videogen-shared a")
    answer = lab.page.request.get(link.evaluate("(node) => node.href"))
    assert answer.body()[:6] == b"GIF89a"
    lab.page.keyboard.press("Escape")
    expect(card.locator(".videogen-shared")).to_have_count(0)
    assert not lab.errors
    lab.close()
