"""The first notebook as `make lab` and Binder open it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import prepare_lab
from support.jupyterlab_page import SLOW, Lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

ROOT = Path(__file__).parents[2]
TOLD = """() => window.jupyterapp.shell.currentWidget.model.getMetadata("language_info").version !== undefined"""
DIRTY = "() => window.jupyterapp.shell.currentWidget.model.dirty"


def test_opening_it_changes_nothing(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Once the kernel has said what it is, the notebook is still as it was saved."""
    path = server.notebook("first.ipynb")
    path.write_bytes((ROOT / "notebooks" / "01-first-clip.ipynb").read_bytes())
    prepare_lab.match(path)
    before = path.read_bytes()
    lab = Lab(browser, server, "first.ipynb")
    lab.page.wait_for_function(TOLD, timeout=SLOW)
    assert lab.page.evaluate(DIRTY) is False
    assert path.read_bytes() == before
    lab.close()
