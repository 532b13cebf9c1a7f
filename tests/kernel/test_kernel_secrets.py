"""Secrets in a real kernel: what a page is sent, what a notebook keeps, what somebody types into a box."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient

from support.kernel_client import PATIENCE, Kernel
from support.paid_server import Shop
from support.scripted_provider import Host, answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.scripted_provider import Asked

KEY = "sk-canary-KKKK0123456789"
BYOK = "canary-BBBB0123456789"
CANARIES = (KEY, BYOK)
LAB = """\
import os, jupyter_videogen as vg
def key(): return os.environ["LAB_KEY"]
def extra(): return {"byok_api_key": os.environ["LAB_BYOK"]}
lab = vg.Client("openai", base_url=os.environ["LAB"], api_key=key(), name="lab")
"""
MISTAKE = '%xmode Verbose\nvg.Client("qubacks", api_key=key())'


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A provider whose address and keys the kernels have in their environment."""
    with Shop() as shop:
        for name, value in {"LAB": shop.url, "LAB_KEY": KEY, "LAB_BYOK": BYOK}.items():
            monkeypatch.setenv(name, value)
        yield shop


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path / "work")
    assert kernel.run("%load_ext jupyter_videogen")["status"] == "ok"
    yield kernel
    kernel.close()


def clean(text: str, where: str) -> None:
    assert [canary for canary in CANARIES if canary in text] == [], where


def test_nothing_that_goes_to_the_page_holds_a_key(shop: Shop, kernel: Kernel) -> None:
    """A card, a record, a form, an error in verbose mode: every message of the kernel, and all comm traffic among them."""
    replies = [kernel.run(LAB)]
    cell = kernel.start('job = lab.submit("waves at sunset", model="m", extra=extra()); job')
    replies.append(kernel.reply(cell))
    kernel.widget()
    kernel.output("<details open>", cell=cell)
    replies += [kernel.run(code) for code in ("print(job, vars(job), vars(lab)); job.record", "vg.VideoGen()", MISTAKE)]
    assert [reply["status"] for reply in replies] == ["ok", "ok", "ok", "ok", "error"]
    assert [sale.authorization for sale in shop.book] == [f"Bearer {KEY}"]
    kernel.until(lambda m: m["msg_type"] == "error")
    assert any(message["msg_type"] == "comm_open" for message in kernel.seen)
    for message in [*kernel.seen, *replies]:
        clean(json.dumps(message, default=str), str(message.get("msg_type")))


def test_a_saved_notebook_holds_no_key(tmp_path: Path, shop: Shop) -> None:
    """Run and saved as by `jupyter execute`, with widget state and an error in verbose mode in it."""
    cells = ["%load_ext jupyter_videogen", LAB, 'lab.generate("waves", model="m", extra=extra())', MISTAKE]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, allow_errors=True, store_widget_state=True, timeout=int(PATIENCE))
    client.execute(cwd=str(tmp_path / "work"))
    saved = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    assert len(shop.book) == 1
    assert "Unknown provider qubacks" in saved
    assert "waves" in saved
    clean(saved, "the notebook")


def typed(kernel: Kernel, code: str, answer: str) -> str:
    """Run a cell that asks for something, and type the answer; returns what the box said."""
    # After an error ipykernel drops, unread, what arrives in the next moment: also a cell that would have asked.
    cell = kernel.client.execute(code, allow_stdin=True, stop_on_error=False)
    question = kernel.client.get_stdin_msg(timeout=PATIENCE)["content"]
    assert question["password"], "what is typed must not be shown"
    kernel.client.input(answer)
    kernel.reply(cell)
    return str(question["prompt"])


def test_a_key_is_typed_into_a_box_and_never_shown(kernel: Kernel, home: Path) -> None:
    """`%videogen connect`: asked for as a password, tested, said where it went, used from then on, gone when it is forgotten."""

    def reply(asked: Asked) -> bytes:
        is_right = asked.headers.get("authorization") == f"Bearer {KEY}"
        return answer({"data": [{"id": "m"}]}) if is_right else answer({"error": {"message": "No such key."}}, 401)

    with Host(reply) as host:
        home.mkdir(exist_ok=True)
        row = f'[providers.lab]\ndialect = "openai"\nbase_url = "{host.url}"\nkey_env = "LAB_KEY"\n'
        (home / "videogen.toml").write_text(row)
        assert typed(kernel, "%videogen connect lab", f"{KEY}\n") == "Key for lab: "
        said = "The key works: lab accepts it and lists 1 model. The key is kept only in this kernel"
        kernel.until(lambda m: said in m["content"].get("text", ""))
    assert kernel.run('import jupyter_videogen as vg; print(vg.Client("lab"))')["status"] == "ok"
    kernel.run("%videogen connect lab --forget")
    kernel.until(lambda m: "lab's key was removed from: this kernel." in m["content"].get("text", ""))
    assert kernel.run('vg.Client("lab")')["ename"] == "AuthError"
    for message in kernel.seen:
        clean(json.dumps(message, default=str), message["msg_type"])


def test_what_is_typed_and_is_no_key_is_not_quoted(kernel: Kernel) -> None:
    """Two keys, or half a sentence: refused in words that hold nothing of it."""
    typed(kernel, "%videogen connect qubax", f"{KEY} {BYOK}")
    kernel.until(lambda m: "is not a valid key" in json.dumps(m["content"].get("traceback", "")))
    typed(kernel, "%xmode Verbose\n%videogen connect qubax", f"{KEY} {BYOK}")
    kernel.run("%videogen tb")
    kernel.until(lambda m: "Traceback" in m["content"].get("text", ""))
    for message in kernel.seen:
        clean(json.dumps(message, default=str), message["msg_type"])


def test_a_key_in_a_cell_is_warned_of(kernel: Kernel) -> None:
    """The warning does not hold it; nor does the refusal of an option that is none."""
    kernel.fresh()
    reply = kernel.run(f"%%videogen --api-key {KEY}\nwaves")
    assert "Unknown option --api-key." in reply["evalue"]
    kernel.until(lambda m: "seems to contain a key" in m["content"].get("text", ""))
    refusals = [
        kernel.run(f"%%videogen -k {KEY}\nwaves"),
        kernel.run(f'%%videogen --extra \'{{"byok_api_key": "{KEY}"\'\nwaves'),
    ]
    assert [refusal["ename"] for refusal in refusals] == ["InvalidRequest"] * 2
    kernel.run("%videogen tb")
    kernel.until(lambda m: "Traceback" in m["content"].get("text", ""))
    said = [message for message in kernel.seen if message["msg_type"] != "execute_input"]  # that is the cell itself
    for message in [reply, *refusals, *said]:
        clean(json.dumps(message, default=str), "what was said of it")


def test_the_doctor_comes_as_a_table(kernel: Kernel) -> None:
    """In a kernel as HTML and as text, with the kernel's own version in it."""
    cell = kernel.start("%videogen doctor --no-network")
    assert kernel.reply(cell)["status"] == "ok"
    data = kernel.output("nothing that is charged was sent", cell=cell)["content"]["data"]
    assert "A page is connected to this kernel." in data["text/plain"]
    assert "ipykernel 7." in data["text/html"]
