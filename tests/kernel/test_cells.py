"""What cells of the magic do in real kernels: when they end, where their outputs land, what stops a run, what Tab and `?` say."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from support.kernel_client import OLD, PATIENCE, Kernel
from support.local_gateways import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOAD = "%load_ext jupyter_videogen"
SMALL = "-d 1 --size 640x360"
KERNELS = ("newest", "7.0.1", "6.31.0")


@pytest.fixture
def gateway(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """The gateway that the test's kernels will start."""
    monkeypatch.setenv("VIDEOGEN_PROVIDER", "local")
    gateway = Gateway(home)
    yield gateway
    gateway.kill()


@pytest.fixture(params=KERNELS)
def kernel(request: pytest.FixtureRequest, tmp_path: Path, gateway: Gateway) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path / "work", ipykernel=request.param)
    assert kernel.run(LOAD)["status"] == "ok"
    if request.param != "newest":
        assert kernel.value("__import__('ipykernel').__version__") == f"'{request.param}'"
    yield kernel
    kernel.close()


def test_a_cell_is_answered_while_the_service_is_silent(kernel: Kernel, gateway: Gateway) -> None:
    """The gateway is held still: the reply comes all the same, and other cells run; then the clip comes in its place."""
    kernel.run(f"%%videogen {SMALL} --wait\nwaves at sunset")
    gateway.stop()
    cell = kernel.start(f"%%videogen {SMALL} --as clip\na kite over the sea")
    assert kernel.reply(cell)["status"] == "ok"
    assert kernel.value("1 + 1, clip.state in ('draft', 'submitting')") == "(2, True)"
    refused = kernel.run("clip.path")
    assert (refused["status"], refused["ename"]) == ("error", "NotReadyError")
    gateway.go_on()
    landed(kernel, "a kite over the sea", cell)


def landed(kernel: Kernel, prompt: str, cell: str) -> None:
    """Wait for the finished record of a prompt, in the very output that the cell has put there for it."""
    place = kernel.output(f"Plays here when it is done · {prompt}", cell=cell)["content"]["transient"]["display_id"]

    def done(message: dict[str, Any]) -> bool:
        content = message["content"]
        here = content.get("transient", {}).get("display_id") == place and message["msg_type"] == "update_display_data"
        return here and f"{prompt} · ready in" in content["data"].get("text/html", "")

    kernel.until(done)


def test_every_clip_of_a_cell_lands_in_it(kernel: Kernel) -> None:
    """Two prompts, two cards and two records, all of one cell though another runs meanwhile."""
    cell = kernel.start(f"%%videogen {SMALL} --as both\nwaves at sunset\n---\nrain on a city")
    assert kernel.reply(cell)["status"] == "ok"
    other = kernel.start("print('another cell')")
    kernel.reply(other)
    for prompt in ("waves at sunset", "rain on a city"):
        landed(kernel, prompt, cell)
    assert kernel.value("[type(job).__name__ for job in both], both is Out[2] or both is _") == "(['Job', 'Job'], True)"
    mine = [m for m in kernel.seen if m["parent_header"].get("msg_id") == other and m["msg_type"] == "display_data"]
    assert mine == []


def test_the_form_opens_with_what_the_line_says(kernel: Kernel) -> None:
    """A bare `%videogen`, or one with options and no prompt."""
    assert kernel.run("%videogen -m local/scenes -d 4 --negative 'no text'")["status"] == "ok"
    form = kernel.trait("form", lambda form: form["start"]["duration"] == 4)
    assert (form["start"]["model"], form["start"]["negative"]) == ("local/scenes", "no text")


def test_a_failure_stops_run_all(kernel: Kernel) -> None:
    """Cells that were queued behind it are not run."""
    cells = [kernel.start(code) for code in ("%%videogen -d 99\na kite", "after = 1")]
    first = kernel.reply(cells[0])
    assert (first["status"], first["ename"]) == ("error", "InvalidRequest")
    assert kernel.reply(cells[1])["status"] == "aborted"


def test_the_kernel_itself_completes_and_explains(kernel: Kernel) -> None:
    """By the messages that a page sends for Tab and for `?`."""
    code = "%%videogen -m local/scenes --size 7"
    assert completed(kernel, code) == ["720x1280", "720x720"]
    assert completed(kernel, "%%videogen -d 4\nthe {ca", before="cat = 'Tom'") == ["cat}"]
    kernel.run("0")
    message = kernel.client.session.msg("inspect_request", {"code": "%%videogen", "cursor_pos": 5, "detail_level": 0})
    kernel.client.shell_channel.send(message)
    text = answer(kernel, message)["data"]["text/plain"]
    assert "Turn a cell into a video." in text
    assert "--negative TEXT" in text


def completed(kernel: Kernel, code: str, *, before: str = "0") -> list[str]:
    kernel.run(before)
    message = kernel.client.session.msg("complete_request", {"code": code, "cursor_pos": len(code)})
    kernel.client.shell_channel.send(message)
    return list(answer(kernel, message)["matches"])


def answer(kernel: Kernel, message: dict[str, Any]) -> dict[str, Any]:
    """Wait for the reply to a message that is no cell."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = kernel.client.get_shell_msg(timeout=PATIENCE)
        if found["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            return dict(found["content"])
    raise TimeoutError


def executed(folder: Path, *cells: str, **options: Any) -> Any:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=int(PATIENCE), **options).execute(cwd=str(folder))
    return notebook


def test_a_notebook_that_is_run_by_a_program_has_its_clips(tmp_path: Path, gateway: Gateway) -> None:
    """nbclient: every cell waits, its records are finished, and no widget is stored."""
    notebook = executed(
        tmp_path / "work",
        LOAD,
        f"%%videogen {SMALL} --as both\nwaves at sunset\n---\nrain on a city",
        f"%%videogen {SMALL} --no-wait --as later\naurora",
        "%videogen wait",
        "%videogen jobs",
    )
    _, both, _, waited, jobs = (json.dumps(cell["outputs"], ensure_ascii=False) for cell in notebook.cells)
    assert both.count("<details open>") == 2
    assert "aurora · ready in" in waited
    assert jobs.count("succeeded") == 6  # in text and in HTML
    assert "widget-view" not in json.dumps(notebook)
    assert len(list((tmp_path / "work" / "videogen").glob("*.mp4"))) == 3


def test_a_program_is_stopped_by_a_clip_that_fails(tmp_path: Path, gateway: Gateway) -> None:
    """The error is the program's, in our words."""
    with pytest.raises(CellExecutionError, match="✗ videogen: local/scenes can't make a 99-second clip"):
        executed(tmp_path / "work", LOAD, "%%videogen -d 99\na kite", "never = 1")


def test_with_somebody_elses_patch_of_asyncio_jobs_still_finish(tmp_path: Path, gateway: Gateway) -> None:
    """nest_asyncio 1.6, as ipykernel 6.31 brings it, applied by the notebook: jobs live on a loop of their own."""
    kernel = Kernel(tmp_path / "work", ipykernel="6.31.0")
    try:
        assert (OLD / "ipykernel-6.31.0" / "nest_asyncio.py").exists()
        kernel.run("import nest_asyncio, asyncio; nest_asyncio.apply()")
        kernel.run(LOAD)
        kernel.run("import jupyter_videogen as vg")
        code = "async def make():\n    return await vg.submit('waves', provider='local', duration=1, size='640x360')"
        kernel.run(code)
        assert kernel.value("asyncio.run(make()).prompt") == "'waves'"
    finally:
        kernel.close()


def test_nested_asyncio_is_there_for_those_who_ask(tmp_path: Path, gateway: Gateway) -> None:
    """`vg.allow_nested_asyncio()`, and then `asyncio.run` works in a cell, also on a job."""
    kernel = Kernel(tmp_path / "work")
    try:
        kernel.run("import asyncio, jupyter_videogen as vg; vg.allow_nested_asyncio()")
        code = "async def make():\n    return await vg.submit('waves', provider='local', duration=1, size='640x360')"
        kernel.run(code)
        assert kernel.value("asyncio.run(make()).prompt") == "'waves'"
    finally:
        kernel.close()


def test_ipython_in_a_terminal_waits_and_says_where_the_clip_is(tmp_path: Path, gateway: Gateway) -> None:
    """No page, no widget: a line for the clip, our words for a mistake, and the next line runs."""
    lines = [LOAD, f"%videogen {SMALL} -- waves at sunset", "%videogen job", "print(6 * 7)"]
    out = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--simple-prompt", "--colors=NoColor", "--no-confirm-exit"],
        input="\n".join([*lines, "exit", ""]),
        cwd=tmp_path / "work",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    ).stdout
    assert "waves at sunset: " in out
    assert "✗ videogen: Unknown command job." in out
    assert "Traceback" not in out
    assert "42" in out
    assert len(list((tmp_path / "work" / "videogen").glob("*.mp4"))) == 1
