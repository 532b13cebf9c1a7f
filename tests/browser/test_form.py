"""The form in JupyterLab: from a sentence to the next one, pictures on their way in, and keys that leave no trace."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Locator, expect

from jupyter_videogen.media.inputs import _png
from support.jupyterlab_page import Lab, plays

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

LOAD = "%load_ext jupyter_videogen"
SECRET = "sk-secret-canary-0123456789"
KEYED = "import os; os.environ['AIHUBMIX_API_KEY'] = 'sk-not-used'"
SLOW = 90_000
"""Milliseconds for anything to come; only ever reached by a failure."""
PASTE = """([node, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], "shot.png", { type: "image/png" }));
  node.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def lab(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A notebook with the cells of the test's own list, all run."""
    cells = request.param
    server.notebook("form.ipynb", *cells)
    lab = Lab(browser, server, "form.ipynb")
    for index in range(len(cells)):
        lab.run(index)
    yield lab
    assert not lab.errors
    lab.close()


def form(lab: Lab) -> Locator:
    """The form, not the card of another cell."""
    return lab.card.filter(has=lab.page.locator(".videogen-header"))


def prompt(lab: Lab) -> Locator:
    return form(lab).get_by_role("textbox", name="Prompt")


def make(lab: Lab, words: str) -> None:
    """Type, press, and wait for the clip of these very words."""
    prompt(lab).fill(words)
    form(lab).get_by_role("button", name=re.compile("^Generate")).click()
    form(lab).locator(f'.videogen-result video[aria-label="{words}"]').wait_for(timeout=SLOW)


def orders(gateway: Gateway) -> int:
    return sum(line.startswith("POST") for line in gateway.requests())


@pytest.mark.parametrize("lab", [[LOAD, "%videogen -d 1 --size 640x360 --seed 7"]], indirect=True)
def test_from_one_clip_to_the_next(lab: Lab, gateway: Gateway) -> None:
    """Generate, play, star, remix, see two side by side, and take the request along as code that asks for the same."""
    make(lab, "waves at sunset")
    assert plays(form(lab).locator(".videogen-result video"))["duration"] == 1
    form(lab).get_by_role("button", name="Star", exact=True).click()
    expect(form(lab).locator(".videogen-tile .videogen-star")).to_have_count(1)

    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    form(lab).get_by_role("button", name="Copy as code").click()
    expect(form(lab).locator(".videogen-code")).to_contain_text("Copied", timeout=SLOW)
    cell = lab.page.evaluate("() => navigator.clipboard.readText()")
    before = orders(gateway)
    lab.page.evaluate(
        "(source) => window.jupyterapp.shell.currentWidget.content.model.cells.get(0).sharedModel.setSource(source)",
        cell,
    )
    lab.run(0)
    card = lab.card.filter(has_not=lab.page.locator(".videogen-header"))
    expect(card.locator('video[aria-label="waves at sunset"]')).to_be_visible(timeout=SLOW)
    assert orders(gateway) == before, "the code asks for the same, which is there already"

    form(lab).get_by_role("button", name="Continue").click()
    frame = form(lab).get_by_role("group", name="Start image").locator("img")
    expect(frame).to_be_visible(timeout=SLOW)
    assert frame.evaluate("(node) => node.decode().then(() => node.naturalWidth)") > 0
    form(lab).get_by_role("button", name="Remix").click()
    form(lab).get_by_text("More:").click()
    expect(form(lab).get_by_label("Seed", exact=True)).to_have_value("")
    make(lab, "rain on a neon city")
    for number in (0, 1):
        form(lab).locator(".videogen-tile").nth(number).click(modifiers=["Control"])
    form(lab).get_by_role("button", name=re.compile("^Compare")).click()
    form(lab).get_by_role("button", name="Sound from A").click()  # they play by themselves, and silent
    lab.page.wait_for_function(
        "() => { const all = [...document.querySelectorAll('.videogen-clip video')];"
        " return all.length === 2 && all.every((one) => one.currentTime > 0.3) && all.filter((one) => !one.muted).length === 1; }",
        timeout=SLOW,
    )


def with_camera_facts(jpeg: bytes) -> bytes:
    """Write into a JPEG what a telephone does: turned by a quarter, and where it was taken."""
    turn = b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"
    place = b"\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26"
    latitude = b"\x00\x01\x00\x01\x00\x02\x00\x00\x00\x02N\x00\x00\x00" + bytes(4)
    exif = b"MM\x00\x2a\x00\x00\x00\x08\x00\x02" + turn + place + bytes(4) + latitude
    body = b"Exif\0\0" + exif
    return jpeg[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]


def jpeg(folder: Path) -> Path:
    """Write a small JPEG, 64 pixels wide and 48 high."""
    import av  # noqa: PLC0415 - only where it is used
    import numpy as np  # noqa: PLC0415 - as above

    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 64, 48, "yuvj420p", 1
    frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 128, np.uint8), format="rgb24").reformat(format="yuvj420p")
    packets = [*codec.encode(frame), *codec.encode(None)]
    path = folder / "phone.jpg"
    path.write_bytes(with_camera_facts(b"".join(bytes(packet) for packet in packets)))
    return path


@pytest.mark.parametrize("lab", [[LOAD, KEYED, "%videogen -p aihubmix -m some/model"]], indirect=True)
def test_pictures_find_their_way_in(lab: Lab, server: Server, gateway: Gateway, tmp_path: Path) -> None:
    """30 MB in pieces, whole; a telephone's picture upright and without its place; a picture from the clipboard."""
    import numpy as np  # noqa: PLC0415 - only where it is used

    noise = np.random.default_rng(7).integers(0, 255, (3200, 3200, 3), np.uint8)
    large = tmp_path / "large.png"
    large.write_bytes(_png(noise))
    assert large.stat().st_size > 30_000_000
    tile = lab.card.get_by_role("group", name="Start image")
    tile.locator("input[type=file]").set_input_files(large)
    expect(tile).to_contain_text("3200×3200", timeout=SLOW)
    kept = {path.stat().st_size for path in (server.home / "inputs").iterdir()}
    assert large.stat().st_size in kept

    tile.get_by_role("button", name="Remove large.png").click()
    tile.locator("input[type=file]").set_input_files(jpeg(tmp_path))
    expect(tile).to_contain_text("48×64", timeout=SLOW)
    expect(tile).to_contain_text("location and camera data removed")
    newest = max((server.home / "inputs").iterdir(), key=os.path.getmtime)
    assert b"Exif" not in newest.read_bytes()

    tile.get_by_role("button", name="Remove phone.jpg").click()
    import base64  # noqa: PLC0415 - only where it is used

    small = base64.b64encode(_png(noise[:90, :160])).decode()
    prompt(lab).evaluate(f"(node, base64) => ({PASTE})([node, base64])", small)
    expect(tile).to_contain_text("160×90", timeout=SLOW)


@pytest.mark.parametrize("lab", [[LOAD, "%videogen"]], indirect=True)
def test_a_key_goes_to_the_kernel_and_nowhere_else(lab: Lab, server: Server, gateway: Gateway) -> None:
    """A provider without a key asks for one; afterwards it is ready, and neither page, notebook nor home knows the key."""
    lab.card.get_by_label("Provider").select_option("qubrid")
    lab.card.get_by_label("Qubrid API key").fill(SECRET)
    lab.card.get_by_role("button", name="Test and connect", exact=True).click()
    expect(lab.card.locator(".videogen-header")).to_contain_text("Qubrid")
    found = lab.card.locator(".videogen-key-found")
    expect(found).to_contain_text("Qubrid can't check the key without a charge: it has no free call.")
    expect(found).to_be_focused()
    expect(lab.card.get_by_label("Qubrid API key")).to_have_count(0)
    lab.card.get_by_role("button", name="Done", exact=True).click()
    expect(found).to_have_count(0)
    lab.save()
    assert SECRET not in lab.page.content()
    written = [path.read_bytes() for path in (*server.root.rglob("*.ipynb"), *server.home.rglob("*")) if path.is_file()]
    assert written
    assert not [True for content in written if SECRET.encode() in content]


def test_prompt_and_button_are_in_view_and_near_by_keys(browser: Browser, server: Server, gateway: Gateway) -> None:
    """In a window of 900 px, beside the file browser: both are seen at once, and eight presses of Tab lead to the button."""
    server.notebook("narrow.ipynb", LOAD, "%videogen")
    lab = Lab(browser, server, "narrow.ipynb", width=900, height=800)
    for index in (0, 1):
        lab.run(index)
    box, button = prompt(lab), lab.card.get_by_role("button", name=re.compile("^Generate"))
    for part in (box, button):
        expect(part).to_be_in_viewport(ratio=1)
    box.focus()
    presses = 0
    while not button.evaluate("(node) => node === document.activeElement"):
        lab.page.keyboard.press("Tab")
        presses += 1
        assert presses <= 8, lab.page.evaluate("() => document.activeElement.outerHTML")
    assert not lab.errors
    lab.close()
