"""The kernel's side of a notebook, on real kernels: the newest ipykernel and the one that Binder's image brings.

What happens beside a running cell differs between kernels, so those tests (`EVERY`) run on two more:

    ipykernel               6.31    7.0.1   7.3     7.4
    progress in the page    live    live    live    live
    Cancel in the page      after   at once at once at once
    Interrupt of a wait     yes     yes     yes     yes

6.x has no subshells, so a click waits for the cell. 7.4 sends a click where the widget published last, which is the main shell
as a rule; the widget undoes that. 7.0 lets a thread publish only in a copy of its starter's context, as ours does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.kernel_client import Kernel
from support.local_gateways import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CELL = "%%videogen -d 1 --size 640x360 --seed 7\nwaves at sunset"
LOAD = "%load_ext jupyter_videogen"
EVERY = pytest.mark.parametrize("kernel", ["newest", "7.3.0", "7.0.1", "6.31.0"], indirect=True)
BLOCKING = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.02)\nprint('the cell is over')"
BEHIND_IT = """\
import jupyter_videogen as vg
vg.Client("indoxhub", base_url="{url}", api_key="{token}", name="next").submit("waves", model="local/scenes", duration=1)"""
AWAITING = BLOCKING.replace("import", "import asyncio,").replace("time.sleep", "await asyncio.sleep")


@pytest.fixture
def gateway(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """The gateway that the test's kernels will start."""
    monkeypatch.setenv("VIDEOGEN_PROVIDER", "local")
    gateway = Gateway(home)
    yield gateway
    gateway.kill()


@pytest.fixture(params=["newest", "7.0.1"])
def kernel(request: pytest.FixtureRequest, tmp_path: Path, gateway: Gateway) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path / "work", ipykernel=request.param)
    assert kernel.run(LOAD)["status"] == "ok"
    yield kernel
    kernel.close()


def begin(kernel: Kernel, code: str) -> str:
    """Start a cell, wait until it runs, and forget what was published before."""
    cell = kernel.start(code)
    kernel.until(lambda m: m["msg_type"] == "execute_input" and m["parent_header"].get("msg_id") == cell)
    kernel.fresh()
    return cell


def is_over(kernel: Kernel) -> bool:
    return any(message["msg_type"] == "stream" for message in kernel.seen)


def end(kernel: Kernel, cell: str) -> None:
    """Let the cell go, and wait for its reply."""
    (kernel.folder / "go").touch()
    assert kernel.reply(cell)["status"] == "ok"


def job_id(kernel: Kernel) -> str:
    return json.loads(kernel.value("__import__('json').dumps(_.id)").strip("'"))


def test_the_cell_ends_at_once_and_the_clip_comes_in_its_place(kernel: Kernel, tmp_path: Path) -> None:
    """Card and record belong to the cell; at the end the record is open, the card empty and its widget closed."""
    cell = kernel.start(CELL)
    assert kernel.reply(cell)["status"] == "ok"
    folded = kernel.output("Plays here when it is done", cell=cell)
    assert "<video" in folded["content"]["data"]["text/html"]
    widget = kernel.widget()
    done = kernel.output("<details open>", cell=cell)
    assert done["msg_type"] == "update_display_data"
    html = done["content"]["data"]["text/html"]
    assert 'src="videogen/waves-at-sunset-' in html
    assert 'poster="data:image/webp;base64,' in html
    kernel.until(lambda m: m["msg_type"] == "update_display_data" and m["content"]["data"] == {"text/plain": ""})
    kernel.until(lambda m: m["msg_type"] == "comm_close" and m["content"]["comm_id"] == widget)
    (clip,) = (tmp_path / "work" / "videogen").glob("*.mp4")
    assert clip.stat().st_size > 1000


@EVERY
def test_a_blocking_cell_does_not_stop_the_bar(kernel: Kernel) -> None:
    """While the main thread sleeps in a cell, progress goes on arriving."""
    kernel.run("%%videogen -d 8\nrain on a city at night")
    kernel.trait("job", lambda job: job["state"] in {"queued", "running"})
    blocking = begin(kernel, BLOCKING)
    first = kernel.trait("job", lambda job: job["state"] == "running" and job["progress"] is not None)["progress"]
    kernel.trait("job", lambda job: job["state"] == "running" and job["progress"] > first)
    assert not is_over(kernel)
    end(kernel, blocking)


@EVERY
@pytest.mark.parametrize("cell", [BLOCKING, AWAITING], ids=["blocking", "awaiting"])
def test_cancel_beside_a_running_cell(kernel: Kernel, gateway: Gateway, cell: str) -> None:
    """Where the kernel can answer beside a cell, Cancel takes effect at once; where it can't, when the cell is over."""
    kernel.run("%%videogen -d 20\nrain on a city at night")
    kernel.trait("job", lambda job: job["state"] == "running")
    kernel.fresh()
    kernel.run(BEHIND_IT.format(url=f"{gateway.url}/api/v1", token=gateway.token))
    widget, subshell = kernel.widget(), kernel.subshell()
    job = kernel.trait("job", lambda job: job["state"] == "queued")["id"]
    running = begin(kernel, cell)
    kernel.press(widget, "cancel", job_id=job, subshell=subshell)
    if subshell is None:
        end(kernel, running)
    kernel.trait("job", lambda job: job["state"] == "cancelled")
    assert is_over(kernel) == (subshell is None)
    if subshell is not None:
        end(kernel, running)


@EVERY
def test_an_interrupt_stops_the_waiting_and_not_the_job(kernel: Kernel, gateway: Gateway) -> None:
    """`--wait` gives way to the stop button within a second, says how to get the job back, and the job ends well."""
    cell = kernel.start("%%videogen --wait -d 1 --size 640x360\naurora over a lake")
    kernel.trait("job", lambda job: job["state"] in {"queued", "running"})
    gateway.stop()
    kernel.manager.interrupt_kernel()
    reply = kernel.reply(cell)
    gateway.go_on()
    assert reply["status"] == "error"
    assert "Stopped waiting. The job continues; watch it with: %videogen wait" in reply["traceback"][0]
    assert len(reply["traceback"]) == 1
    kernel.output("<details open>", cell=cell)


def test_a_restarted_kernel_finds_its_job_again(kernel: Kernel, gateway: Gateway) -> None:
    """Killed in the middle, started again: the job is watched again, and nothing was posted twice."""
    kernel.run("%%videogen -d 1 --size 640x360\nwaves at sunset")
    job = kernel.trait("job", lambda job: job["state"] in {"queued", "running"})["id"]
    gateway.stop()
    kernel.restart()
    gateway.go_on()
    kernel.run(LOAD)
    kernel.until(
        lambda m: m["msg_type"] == "stream" and "1 video of this notebook is still being made" in m["content"]["text"]
    )
    assert kernel.value(f"__import__('jupyter_videogen').job('{job}').result(60).job_id") == f"'{job}'"
    assert [line for line in gateway.requests() if line.startswith("POST")] == ["POST /v1/videos"]


def test_a_killed_gateway_costs_nothing(kernel: Kernel, gateway: Gateway) -> None:
    """The gateway dies in the middle of a job: it is started again and the clip arrives, from one POST."""
    cell = kernel.start("%%videogen -d 2\nwaves at sunset")
    kernel.trait("job", lambda job: job["state"] == "running")
    gateway.kill()
    kernel.output("<details open>", cell=cell)
    assert [line for line in gateway.requests() if line.startswith("POST")] == ["POST /v1/videos"]


@EVERY
def test_the_form_makes_clips_as_a_cell_does(kernel: Kernel, tmp_path: Path) -> None:
    """Generate is acked, a message that came thrice is one job, the traits follow, a record stands below the form."""
    cell = kernel.start("form = __import__('jupyter_videogen').VideoGen(size='640x360', duration=1)\nform")
    kernel.reply(cell)
    widget = kernel.widget()
    request = {"prompt": "a quiet sea", "model": "local/scenes", "duration": 1, "size": "640x360", "seed": None}
    ack = kernel.click(widget, "generate", request=request, times=3)
    assert (ack["ok"], ack["error"]) == (True, None)
    kernel.trait("job", lambda job: job and job["state"] == "succeeded")
    kernel.output("a quiet sea · ready in")
    assert kernel.value("form.state, len(form.jobs), form.clip.duration") == "('succeeded', 1, 1.0)"
    refused = kernel.click(widget, "generate", request={**request, "duration": 99})
    assert refused["error"]["field"] == "duration"
    assert refused["error"]["sent"] == "no"


def test_a_message_of_another_version_is_answered_not_obeyed(kernel: Kernel) -> None:
    """What the kernel does not know is acked with an error; nothing is submitted."""
    kernel.run("form = __import__('jupyter_videogen').VideoGen()\nform")
    widget = kernel.widget()
    assert "does not know" in kernel.click(widget, "dance")["error"]["message"]
    assert kernel.value("len(form.jobs)") == "0"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("%%videogen\n \n", "The prompt is empty."),
        ("%%videogen --negatve x\na kite", "Unknown option --negatve."),
        ("%%videogen --sizes 1x1\na kite", "Did you mean --size?"),
        ("%%videogen -m local/scene\na kite", "Did you mean local/scenes?"),
        ("%%videogen -d 99\na kite", "Nearest: -d 20."),
        ("%%videogen --size 641x360\na kite", "Nearest: --size 640x360."),
        ("%%videogen -p lokal\na kite", "Did you mean local?"),
        ("%%videogen -d x\na kite", "-d takes a whole number, not 'x'."),
        ("%%videogen --as 'x\na kite", "Close the quote."),
        ("%%videogen a kite\nb", "Put the prompt below the first line."),
    ],
)
def test_bad_input_is_a_sentence_without_a_traceback(code: str, words: str, tmp_path: Path, gateway: Gateway) -> None:
    """What was wrong, what next, and that nothing was sent; the run stops there."""
    kernel = Kernel(tmp_path / "work")
    kernel.run(LOAD)
    reply = kernel.run(code)
    kernel.close()
    assert reply["status"] == "error"
    (line,) = reply["traceback"]
    assert line.startswith("✗ videogen: ")
    assert words in line
    assert line.endswith("Nothing was sent or charged.")


def test_where_nobody_watches_the_cell_waits_and_makes_no_widget(tmp_path: Path, gateway: Gateway) -> None:
    """Under nbclient and papermill the record is written by the cell itself, finished, without a comm."""
    kernel = Kernel(tmp_path / "work", watched=False)
    kernel.run(LOAD)
    cell = kernel.start(CELL)
    assert kernel.reply(cell)["status"] == "ok"
    html = kernel.output("<details open>", cell=cell)["content"]["data"]["text/html"]
    kernel.run("%videogen")
    kernel.until(lambda m: "The videogen form needs a browser page" in m["content"].get("text", ""))
    kernel.close()
    assert 'src="videogen/waves-at-sunset-' in html
    assert not any(message["msg_type"] == "comm_open" for message in kernel.seen)
