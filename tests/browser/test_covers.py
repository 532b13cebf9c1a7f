"""What lies over a form or a card: clips beside a cell's own, and servers on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from support.jupyterlab_page import SLOW, Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

LOAD = "%load_ext jupyter_videogen"
CELL = "%%videogen -d 1 --size 320x180 --seed {seed}\n{prompt}"
IN_STEP = """() => {
  const all = [...document.querySelectorAll(".videogen-clip video")];
  return all.length === 2 && all.every((one) => one.currentTime > 0.3);
}"""


def test_a_clip_is_compared_in_its_cell(browser: Browser, server: Server, gateway: Gateway) -> None:
    """The newest clip of the same prompt stands first; both play by themselves under one clock; the way back leaves the cell as it was."""
    cells = [CELL.format(seed=seed, prompt=prompt) for seed, prompt in ((1, "waves"), (2, "waves"), (3, "snow"))]
    path = server.notebook("compare.ipynb", LOAD, *cells)
    lab = Lab(browser, server, "compare.ipynb")
    for index in range(4):
        lab.run(index)
    expect(lab.card.locator(".videogen-result video")).to_have_count(3, timeout=SLOW)
    lab.save()
    before = json.loads(path.read_text("utf-8"))
    card = lab.card.first
    height = card.evaluate("(node) => node.offsetHeight")
    card.get_by_role("button", name="Compare", exact=True).last.click()
    cover = card.get_by_role("group", name="Compare")
    expect(cover.get_by_role("checkbox")).to_have_count(2, timeout=SLOW)
    assert card.evaluate("(node) => node.offsetHeight") == height
    expect(cover.locator(".videogen-choice-words > bdi")).to_have_text(["waves", "snow"])
    expect(cover.get_by_role("checkbox").first).to_be_checked()
    cover.get_by_role("button", name="Compare 2 clips").click()
    expect(card.get_by_role("button", name="Pause", exact=True)).to_be_visible(timeout=SLOW)  # by itself, and silent
    lab.page.wait_for_function(IN_STEP, timeout=SLOW)
    card.get_by_role("button", name="Close the comparison").click()
    expect(card.locator(".videogen-result video")).to_be_visible(timeout=SLOW)
    assert card.evaluate("(node) => node.offsetHeight") == height
    lab.save()
    assert json.loads(path.read_text("utf-8"))["cells"] == before["cells"], "what is saved stays as it is"
    assert not lab.errors
    lab.close()


@pytest.fixture
def sglang() -> Iterator[str]:
    """A server that answers as SGLang does, on a free port."""
    card = {"id": "Wan/T2V", "owned_by": "sglang", "task_type": "T2V", "supported_task_types": ["T2V"]}
    body = json.dumps({"object": "list", "data": [card]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as door:
        thread = threading.Thread(target=door.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{door.server_address[1]}"
        door.shutdown()
        thread.join()


MOVED = """\
import msgspec
from jupyter_videogen.catalog import builtin, registry
from jupyter_videogen.diagnostics import local_servers
from jupyter_videogen.diagnostics.local_servers import Place
registry.installed_providers()["sglang"] = msgspec.structs.replace(builtin.SGLANG, base_url="{url}/v1")
local_servers.PLACES = (Place({port}, "SGLang", "/v1/models"),)
import jupyter_videogen as vg
vg.VideoGen(provider="local")"""


def test_a_server_of_ones_own_is_found_and_used(
    browser: Browser, server: Server, gateway: Gateway, sglang: str
) -> None:
    """It is looked for by a click, and chosen by another, with the model that it serves."""
    server.notebook("servers.ipynb", MOVED.format(url=sglang, port=sglang.rpartition(":")[2]))
    lab = Lab(browser, server, "servers.ipynb")
    lab.run(0)
    lab.card.get_by_role("button", name="Find local servers").click()
    cover = lab.card.get_by_role("group", name="Servers on this machine")
    expect(cover).to_contain_text("Found on this machine", timeout=SLOW)
    cover.get_by_role("button", name="Use SGLang").click()
    expect(lab.card.get_by_role("textbox", name="Prompt")).to_be_focused(timeout=SLOW)
    expect(lab.card.locator(".videogen-header")).to_contain_text("SGLang")
    expect(lab.card.locator(".videogen-form-area").get_by_role("combobox", name="Model")).to_have_value("Wan/T2V")
    assert not lab.errors
    lab.close()
