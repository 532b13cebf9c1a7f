"""What our client orders from comfy-api-proxy, which it starts and restarts itself: run by `comfyui_peer.py`."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

from kit import FILM, KEY, PNG, ending, serving

BACKEND, THEIRS = sys.argv[1:3]
os.environ["VIDEOGEN_HOME"] = tempfile.mkdtemp()  # noqa: TID251 - it is a program of its own
os.chdir(tempfile.mkdtemp())

import jupyter_videogen as vg  # noqa: E402 - its home is settled first
from jupyter_videogen.core.secrets import Secret  # noqa: E402 - the same
from jupyter_videogen.runtime.process import runtime  # noqa: E402 - the same

GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 5,
            "steps": 20,
            "hang": False,
            "complete_after_seconds": 0.2,
            "positive": ["6", 0],
            "negative": ["7", 0],
            "latent_image": ["40", 0],
        },
    },
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox"}, "_meta": {"title": "CLIP Text Encode (Prompt)"}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blur"}, "_meta": {"title": "CLIP Text Encode (Prompt)"}},
    "40": {
        "class_type": "EmptyHunyuanLatentVideo",
        "inputs": {"width": 832, "height": 480, "length": 33, "batch_size": 1},
    },
    "52": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
    "55": {"class_type": "CreateVideo", "inputs": {"fps": 16, "images": ["3", 0]}},
    "9": {"class_type": "SaveVideo", "inputs": {"filename_prefix": "video/clip", "video": ["55", 0]}},
}


class Proxy:
    """Their proxy, as a process that can be killed and started again at the same place."""

    def __init__(self, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url, self._options = f"http://127.0.0.1:{self.port}/api/v2", options
        self.start()

    def start(self) -> None:
        """Start it, and return when it listens: aiohttp then prints its address."""
        command = [THEIRS, "-u", "-m", "comfy_api_proxy.cli", "run", "--comfyui", BACKEND, "--port", str(self.port)]
        self._process = subprocess.Popen([*command, *self._options], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "Running on" in line:
                return
        raise AssertionError("the proxy did not start")

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.communicate()

    def restart(self) -> None:
        """Kill it, and start it again."""
        self.stop()
        self.start()


@contextmanager
def proxy(*options: str) -> Iterator[Proxy]:
    """Run a proxy."""
    running = Proxy(*options)
    try:
        yield running
    finally:
        running.stop()


def call(url: str, method: str = "GET", body: object = None, key: str = "") -> tuple[int, Any]:
    """Ask as any other program would."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def jobs_there() -> int:
    """Return how many jobs ComfyUI was given."""
    return int(call(f"{BACKEND}/book")[1]["jobs"])


def workflow_of(lab: str, job: vg.Job) -> Any:
    """Return what ran, as the proxy wrote it down."""
    assert job.record.handle is not None
    return call(f"{lab}/jobs/{job.record.handle['id']}/workflow")[1]["workflow"]


def client(url: str) -> vg.Client:
    """Return a client of a proxy."""
    return vg.Client("comfyui", base_url=url, name="comfyui")


def order_clips(there: Proxy) -> None:
    """Of words and of a picture, each with its settings where the workflow has them; the picture goes up once."""
    lab = client(there.url)
    job = lab.submit("a kite", workflow=GRAPH, negative="rain", seed=7, size="640x352", duration=3, set={"3.steps": 8})
    assert Path(job.result(timeout=60).path).read_bytes() == FILM
    ran = workflow_of(there.url, job)
    assert (ran["6"]["inputs"]["text"], ran["7"]["inputs"]["text"]) == ("a kite", "rain")
    assert (ran["3"]["inputs"]["seed"], ran["3"]["inputs"]["steps"]) == (7, 8)
    assert ran["40"]["inputs"] == {"width": 640, "height": 352, "length": 49, "batch_size": 1}
    assert ran["52"] == GRAPH["52"]
    assert (job.record.cost, lab.estimate("a kite", workflow=GRAPH).cost) == (0, 0)
    Path("one.png").write_bytes(PNG)
    made = [lab.submit(prompt, workflow=GRAPH, image="one.png") for prompt in ("a cat", "a dog")]
    for one in made:
        assert Path(one.result(timeout=60).path).read_bytes() == FILM
        assert workflow_of(there.url, one)["52"]["inputs"]["image"].endswith("-image.png")
    assert len(call(f"{BACKEND}/book")[1]["uploads"]) == 1


def check_refusals(there: Proxy) -> None:
    """What is wrong with a workflow is said before anything is sent."""
    lab, before = client(there.url), jobs_there()
    for bad, words in (
        ({"nodes": [], "links": []}, "editor's form"),
        ({"1": {"inputs": {}}}, "node 1 has no class_type"),
        ({"9": {"class_type": "SaveImage", "inputs": {}}}, "makes no video"),
    ):
        error = ending(lambda bad=bad: lab.submit("a kite", workflow=bad), vg.InvalidRequest)  # type: ignore[misc]
        assert words in error.message, error
        assert (error.sent, error.charged) == ("no", "no"), error
    assert jobs_there() == before


def check_progress(there: Proxy) -> None:
    """The steps of a running job come by the stream of events; a look has none."""
    lab = client(there.url)
    job = lab.submit("a tide", workflow=GRAPH, set={"3.complete_after_seconds": 4})
    seen: set[tuple[float | None, str]] = set()
    job.subscribe(lambda record: seen.add((record.progress, record.status)))
    assert Path(job.result(timeout=60).path).read_bytes() == FILM
    assert (50.0, "step 1 of 2") in seen, seen


def wait_accepted(job: vg.Job) -> None:
    """Return when the proxy has taken a job."""
    accepted = threading.Event()
    job.subscribe(lambda record: accepted.set() if record.handle else None)
    assert job.record.handle or accepted.wait(60)


def check_cancel(there: Proxy) -> None:
    """A job that would run for ever ends at ComfyUI; one that has ended is not called cancelled."""
    lab = client(there.url)
    job = lab.submit("a storm", workflow=GRAPH, set={"3.hang": True})
    wait_accepted(job)
    assert job.cancel().cancelled
    assert job.state == "cancelled"
    assert call(f"{there.url}/jobs/{job.record.handle['id']}")[1]["status"] == "canceled"


CHILD = """
import sys, jupyter_videogen as vg, json
job = vg.Client("comfyui", base_url=sys.argv[1], name="comfyui").submit("a comet", workflow=json.loads(sys.argv[2]), seed=3)
job.subscribe(lambda record: record.handle and print(job.id, flush=True))
if job.record.handle:
    print(job.id, flush=True)
sys.stdin.read()
"""


def check_kill(there: Proxy) -> None:
    """A process that is killed after its order leaves a job that another one takes up; it is not ordered again."""
    before = jobs_there()
    slow = {**GRAPH, "3": {**GRAPH["3"], "inputs": {**GRAPH["3"]["inputs"], "complete_after_seconds": 2}}}
    command = [sys.executable, "-c", CHILD, there.url, json.dumps(slow)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        job_id = child.stdout.readline().strip()
        child.send_signal(signal.SIGKILL)
    job = vg.resume(job_id)
    assert Path(job.result(timeout=60).path).read_bytes() == FILM
    assert jobs_there() == before + 1


class Lossy(BaseHTTPRequestHandler):
    """A line to the proxy on which answers to creates are lost."""

    there: ClassVar[str] = ""
    lists: ClassVar[bool] = True

    def do_POST(self) -> None:
        """Pass it on; of a create, hang up on the answer."""
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        status, answer = call(self.url, "POST", json.loads(body), self.headers["idempotency-key"] or "")
        if status == 201:
            self.close_connection = True
            return
        self.give(status, answer)

    def do_GET(self) -> None:
        """Pass it on, or have no list."""
        if "?limit" in self.path and not self.lists:
            self.give(501, {"error": {"code": "not_implemented", "message": "No list."}})
        elif self.path.endswith("/events"):
            self.give(501, {"error": {"code": "not_implemented", "message": "No stream."}})
        elif self.path.endswith("/content"):
            self.film()
        else:
            self.give(*call(self.url))

    @property
    def url(self) -> str:
        return self.there + self.path.removeprefix("/api/v2")

    def film(self) -> None:
        """Send what the proxy sends."""
        with urllib.request.urlopen(self.url) as answer:
            body = answer.read()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def give(self, status: int, answer: object) -> None:
        """Send JSON."""
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Say nothing."""


def check_lost_answer(there: Proxy) -> None:
    """A job whose answer is lost is found by its key, beside another of the same words."""
    Lossy.there, Lossy.lists, before = there.url, True, jobs_there()
    twin = client(there.url).submit("a bell", workflow=GRAPH, seed=1)
    with serving(Lossy) as line:
        job = client(f"{line}/api/v2").submit("a bell", workflow=GRAPH, seed=1)
        assert Path(job.result(timeout=60).path).read_bytes() == FILM
    twin.result(timeout=60)
    assert any("found in comfyui's list" in one for one in job.record.warnings), job.record.warnings
    assert job.record.handle != twin.record.handle
    assert jobs_there() == before + 2


def check_send_again(there: Proxy) -> None:
    """Sending it again with the same key makes no second job, and does not call the first one refused."""
    Lossy.there, Lossy.lists = there.url, False
    with serving(Lossy) as line:
        job = client(f"{line}/api/v2").submit("a drum", workflow=GRAPH, seed=1)
        error = ending(lambda: job.result(timeout=60), vg.OutcomeUnknown)
        before = jobs_there()
        job.send_again()
        error = ending(lambda: job.result(timeout=60), vg.OutcomeUnknown)
    assert "already been used" in error.message, error
    assert (error.sent, error.charged, jobs_there()) == ("yes", "unknown", before)


def check_retention(there: Proxy, *, kept: bool) -> None:
    """Whether a key outlives the proxy: only with its state on disk; so nothing is ever sent again by itself."""
    body, key = {"workflow": GRAPH}, f"key-{kept}"
    assert call(f"{there.url}/jobs", "POST", body, key)[0] == 201
    assert call(f"{there.url}/jobs", "POST", body, key)[1]["error"]["code"] == "idempotency_key_reuse"
    there.restart()
    before, (status, _) = jobs_there(), call(f"{there.url}/jobs", "POST", body, key)
    assert (status, jobs_there()) == ((422, before) if kept else (201, before + 1))


def check_absence(there: Proxy) -> None:
    """A proxy without its ComfyUI is told before anything is sent."""
    error = ending(lambda: client(there.url).generate("a door", workflow=GRAPH, timeout=60), vg.Unreachable)
    assert (error.sent, error.charged) == ("no", "no"), error


def check_token(there: Proxy) -> None:
    """A proxy with a token takes the right one, and a wrong one is found by a free call."""
    before = jobs_there()
    wrong = vg.Client("comfyui", base_url=there.url, api_key="wrong-0123456789", name="comfyui")
    error = ending(lambda: wrong.generate("a lock", workflow=GRAPH, timeout=60), vg.AuthError)
    assert (error.charged, jobs_there()) == ("no", before), error
    right = vg.Client("comfyui", base_url=there.url, api_key=KEY, name="comfyui")
    assert Path(right.generate("a lock", workflow=GRAPH, timeout=60).path).read_bytes() == FILM
    row = right.provider
    assert [runtime().check_key(row, Secret(key, source="a test")).verdict for key in (KEY, "wrong-0123456789")] == [
        "valid",
        "refused",
    ]


def main() -> None:
    """Everything, with a proxy that forgets and with one that does not."""
    with proxy() as there:
        order_clips(there)
        check_progress(there)
        check_refusals(there)
        check_cancel(there)
        check_kill(there)
        check_lost_answer(there)
        check_send_again(there)
        check_retention(there, kept=False)
    with tempfile.TemporaryDirectory() as state, proxy("--state-dir", state) as there:
        check_retention(there, kept=True)
    with proxy("--comfyui", "http://127.0.0.1:9") as there:
        check_absence(there)
    with proxy("--token", KEY) as there:
        check_token(there)
    print("comfyui: clips of words and of a picture, steps, cancel, kill, lost answers, keys, a token, nobody there")  # noqa: T201 it talks to its terminal


main()
sys.stdout.flush()
os._exit(0)  # jobs' own threads need no farewell here
