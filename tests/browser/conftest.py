"""One server and one browser for the session; a home, a gateway and a notebook folder that all tests share."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from support.jupyter_servers import Oldest, Server
from support.jupyterlab_page import ARGUMENTS
from support.local_gateways import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium or Chrome: Playwright's own has no H.264. Its absence is a failure, never a skip."""
    command = [sys.executable, "scripts/browser.py"]
    path = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _no_page_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what a failed test has left open: its page would go on playing, and slow every test after it."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser: Browser = request.getfixturevalue("browser")
    before = set(browser.contexts)
    yield
    for context in set(browser.contexts) - before:
        context.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("browser")
    (folder / "notebooks").mkdir()
    server = Server(folder / "notebooks", folder / "home")
    yield server
    server.close()


@pytest.fixture
def gateway(server: Server) -> Iterator[Gateway]:
    """The gateway of the server's home; after the test it is gone, and so is all it and the kernels knew."""
    gateway = Gateway(server.home)
    yield gateway
    server.end_sessions()
    gateway.kill()
    shutil.rmtree(server.home, ignore_errors=True)


@pytest.fixture
def oldest(tmp_path: Path) -> Iterator[Server]:
    """The oldest hosts that we support, with a home of their own."""
    (tmp_path / "notebooks").mkdir()
    server = Oldest(tmp_path / "notebooks", tmp_path / "home")
    yield server
    server.close()
    Gateway(server.home).kill()
