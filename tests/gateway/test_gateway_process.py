"""The gateway as a process: its ready line, its lock, its files, and its ends."""

import io
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import av
import httpx  # noqa: TID251 an independent client is the judge of a server
import pytest

from support.gateway_processes import PATIENCE_SECONDS, Starter, ask, ready, until


def test_the_ready_line_is_true_when_it_is_read(starter: Starter) -> None:
    """The first line names a gateway that answers at once, and the runtime file says the same, to its owner alone."""
    process = starter.start()
    gateway = ready(process)
    assert sorted(gateway) == ["pid", "token", "url"]
    assert gateway["pid"] == process.pid
    assert ask(gateway, "GET", "/health").json() == {"status": "ok", "pid": process.pid}
    runtime = starter.folder / "gateway.json"
    assert json.loads(runtime.read_text()) == gateway
    assert stat.S_IMODE(starter.folder.stat().st_mode) == 0o700
    files = [runtime, starter.folder / "jobs.sqlite3", starter.folder / "gateway.log"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600] * 3


def test_a_parent_that_closes_its_end_does_no_harm(starter: Starter) -> None:
    """A gateway whose standard output is closed goes on rendering."""
    process = starter.start()
    gateway = ready(process)
    assert process.stdout is not None
    process.stdout.close()
    job_id = ask(gateway, "POST", "/v1/videos", json={"prompt": "a sea"}).json()["id"]
    until(gateway, job_id, "completed")
    process.stdout = None
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_keeps_its_work(starter: Starter, number: signal.Signals) -> None:
    """A signal in mid-render ends the process cleanly; the next one renders the job."""
    starter.home.mkdir()
    hold = starter.home / "hold"
    hold.touch()
    process = starter.start()
    gateway = ready(process)
    job_id = ask(gateway, "POST", "/v1/videos", json={"prompt": "a sea"}).json()["id"]
    until(gateway, job_id, "in_progress")
    process.send_signal(number)
    output = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output) == (0, ("", ""))
    assert not (starter.folder / "gateway.json").exists()

    hold.unlink()
    again = ready(starter.start())
    until(again, job_id, "completed")


def test_a_kill_in_mid_render_loses_no_job_and_no_clip(starter: Starter) -> None:
    """After SIGKILL the next start keeps finished clips and renders what was owed, in its order."""
    process = starter.start()
    gateway = ready(process)
    done = ask(gateway, "POST", "/v1/videos", json={"prompt": "one"}).json()["id"]
    finished = until(gateway, done, "completed")
    hold = starter.home / "hold"
    hold.touch()
    owed = [ask(gateway, "POST", "/v1/videos", json={"prompt": prompt}).json()["id"] for prompt in ("two", "three")]
    until(gateway, owed[0], "in_progress")
    process.kill()
    process.wait(PATIENCE_SECONDS)
    assert (starter.folder / "gateway.json").exists()

    hold.unlink()
    again = ready(starter.start())
    assert again["token"] != gateway["token"]
    until(again, owed[1], "completed")
    assert until(again, owed[0], "completed")["prompt"] == "two"
    assert ask(again, "GET", f"/v1/videos/{done}").json() == finished
    contents = [ask(again, "GET", f"/v1/videos/{job_id}/content").content for job_id in (done, *owed)]
    assert contents == [b"one", b"two", b"three"]


def test_a_request_without_a_host_is_refused(starter: Starter) -> None:
    """The oldest form of HTTP, which may leave the Host header out, is not a way around the check."""
    gateway = ready(starter.start())
    port = int(gateway["url"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as line:
        line.sendall(f"GET /health HTTP/1.0\r\nAuthorization: Bearer {gateway['token']}\r\n\r\n".encode())
        answer = line.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Exactly one Host header is required." in answer


def test_two_starts_at_once_are_one_gateway(starter: Starter) -> None:
    """Started together, all name the same gateway, and all but one have left."""
    processes = [starter.start() for _ in range(3)]
    lines = [ready(process) for process in processes]
    assert lines == [lines[0]] * 3
    (server,) = (process for process in processes if process.pid == lines[0]["pid"])
    others = [process for process in processes if process is not server]
    assert [process.wait(PATIENCE_SECONDS) for process in others] == [0, 0]
    assert ask(lines[0], "GET", "/health").status_code == 200


def test_a_runtime_file_of_a_dead_gateway_is_replaced(starter: Starter) -> None:
    """A file left by a killed process, even with the id of a living one, does not fool the next start."""
    starter.folder.mkdir(parents=True)
    stale = {"url": "http://127.0.0.1:9", "token": "old", "pid": os.getpid()}
    (starter.folder / "gateway.json").write_text(json.dumps(stale))
    process = starter.start()
    assert ready(process)["pid"] == process.pid


def test_it_leaves_when_nobody_is_left(starter: Starter) -> None:
    """Idle, it ends itself and takes its runtime file along."""
    process = starter.start("--idle-exit", "0.3")
    ready(process)
    assert process.wait(PATIENCE_SECONDS) == 0
    assert not (starter.folder / "gateway.json").exists()


def test_it_does_not_leave_its_work(starter: Starter) -> None:
    """With a job in hand it stays however long nobody asks, and leaves when the job is done."""
    starter.home.mkdir()
    hold = starter.home / "hold"
    hold.touch()
    first = starter.start()
    ask(ready(first), "POST", "/v1/videos", json={"prompt": "a sea"})
    first.kill()  # so that the second one has the job before it can leave
    first.wait()
    process = starter.start("--idle-exit", "0.2")
    ready(process)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    hold.unlink()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert [path.read_bytes() for path in (starter.folder / "clips").glob("*.mp4")] == [b"a sea"]


def test_the_log_holds_neither_token_nor_prompt(starter: Starter) -> None:
    """The log has every request, and nothing that was secret in it."""
    gateway = ready(starter.start())
    job = ask(gateway, "POST", "/v1/videos", json={"prompt": "a secret prompt"}).json()
    until(gateway, job["id"], "completed")
    httpx.get(f"{gateway['url']}/v1/videos?token={gateway['token']}", trust_env=False)
    log = (starter.folder / "gateway.log").read_text()
    assert '"POST /v1/videos HTTP/1.1" 200' in log
    assert '"GET /v1/videos HTTP/1.1" 401' in log
    assert [word for word in (gateway["token"], "Bearer", "secret prompt") if word in log] == []


def test_a_port_that_is_taken_is_said_so(starter: Starter) -> None:
    """A port that cannot be had is an error in one line, and no ready line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = starter.start("--port", str(taken.getsockname()[1]))
        output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output, len(errors.splitlines())) == (1, "", 1)


@pytest.mark.parametrize("pace", ["0", "-1", "nan", "x"])
def test_time_has_to_pass(starter: Starter, pace: str) -> None:
    """A pace that is no pace is refused before anything starts."""
    process = starter.start("--pace", pace)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, "--pace" in errors) == (2, True)


def test_starting_loads_no_engine() -> None:
    """Importing the process loads neither numpy nor PyAV, or the ready line would be late."""
    code = "import sys, jupyter_videogen.gateway.process; print(sorted({'numpy', 'av'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_the_real_engine_makes_a_real_clip(starter: Starter) -> None:
    """From the words to an MP4 and a WebP, through the process that people run."""
    gateway = ready(starter.start(program=("-m", "jupyter_videogen.gateway")))
    fields = {"prompt": "waves on the sea at sunset", "seconds": 1, "size": "256x144", "fps": 12, "seed": 7}
    job_id = ask(gateway, "POST", "/v1/videos", json=fields).json()["id"]
    job = until(gateway, job_id, "completed")
    assert (job["progress"], job["error"], job["rendering"]["frames"]) == (100, None, 12)
    assert ask(gateway, "GET", f"/v1/videos/{job_id}/content").content[4:8] == b"ftyp"
    assert ask(gateway, "GET", f"/v1/videos/{job_id}/content?variant=thumbnail").content[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("create", "jobs"),
    [
        ("/v1/videos", "/v1/videos"),
        ("/qubax/v1/video/generations", "/v1/videos"),
        ("/qubrid/v1/videos/generations", "/v1/videos"),
        ("/indoxhub/api/v1/videos/generations", "/v1/videos"),
        ("/bifrost/v1/videos", "/v1/videos"),
    ],
)
def test_an_answer_can_be_lost(starter: Starter, create: str, jobs: str) -> None:
    """The line is cut after the order was taken, without a byte; the job is there, and its clip comes."""
    gateway = ready(starter.start("--pace", "0.05"))
    with pytest.raises(httpx.RemoteProtocolError):
        ask(gateway, "POST", create, json={"model": "test/lost-answer", "prompt": "a sea"})
    (job,) = ask(gateway, "GET", jobs).json()["data"]
    assert until(gateway, job["id"], "completed")["prompt"] == "a sea"
    assert "Traceback" not in (starter.folder / "gateway.log").read_text()


def test_signed_addresses_outlive_the_process(starter: Starter) -> None:
    """The secret is kept for its owner alone; an address is good after a restart, and the log does not hold it."""
    process = starter.start()
    gateway = ready(process)
    reply = ask(gateway, "POST", "/qubrid/v1/videos/generations", json={"model": "p-video", "prompt": "a sea"})
    address = reply.json()["data"][0]["url"]
    process.kill()
    process.wait(PATIENCE_SECONDS)
    again = ready(starter.start())
    reply = httpx.get(address.replace(gateway["url"], again["url"]), trust_env=False)
    assert (reply.status_code, reply.content) == (200, b"a sea")
    assert stat.S_IMODE((starter.folder / "secret").stat().st_mode) == 0o600
    assert "signature" not in (starter.folder / "gateway.log").read_text()


def test_a_store_of_the_first_version_is_taken_over(starter: Starter) -> None:
    """Jobs written before there were takes and media are still there."""
    process = starter.start()
    gateway = ready(process)
    job_id = ask(gateway, "POST", "/v1/videos", json={"prompt": "a sea"}).json()["id"]
    before = until(gateway, job_id, "completed")
    process.kill()
    process.wait(PATIENCE_SECONDS)
    with closing(sqlite3.connect(starter.folder / "jobs.sqlite3")) as database:
        since_3 = ("image", "last_frame", "video", "audio", "sound", "negative", "enhance")
        for column in ("count", "source", "inline", "born", *since_3, "whole"):
            database.execute(f"ALTER TABLE jobs DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 1")
    again = ready(starter.start())
    assert ask(again, "GET", f"/v1/videos/{job_id}").json() == before
    assert ask(again, "GET", f"/v1/videos/{job_id}/content").content == b"a sea"


def test_the_real_engine_takes_no_prompt_for_an_answer(starter: Starter) -> None:
    """Where a prompt is optional, a clip without one is a clip, and a draft of it a small one."""
    gateway = ready(starter.start(program=("-m", "jupyter_videogen.gateway")))
    fields = {"model": "p-video", "duration": 1, "draft": True, "resolution": "360p"}
    reply = ask(gateway, "POST", "/qubrid/v1/videos/generations", json=fields, timeout=PATIENCE_SECONDS)
    clip = httpx.get(reply.json()["data"][0]["url"], trust_env=False).content
    with av.open(io.BytesIO(clip)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.frames) == (320, 180, 12)


def test_the_real_engine_makes_a_real_sheet(starter: Starter) -> None:
    """Sixteen frames of a clip are one JPEG."""
    gateway = ready(starter.start(program=("-m", "jupyter_videogen.gateway")))
    fields = {"prompt": "waves on the sea at sunset", "seconds": 1, "size": "256x144", "fps": 12, "seed": 7}
    job_id = ask(gateway, "POST", "/v1/videos", json=fields).json()["id"]
    until(gateway, job_id, "completed")
    picture = ask(gateway, "GET", f"/v1/videos/{job_id}/content?variant=spritesheet", timeout=30).content
    with av.open(io.BytesIO(picture)) as container:
        (frame,) = container.decode(video=0)
    assert (frame.width, frame.height) == (4 * 240, 4 * 134)
