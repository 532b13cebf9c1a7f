"""Our client against the answers of new-api (QuantumNous/new-api), a relay in Go: their shapes, out of its source.

Each answer names its file there and the commit at which that was read. A prompt chooses what becomes of a job.
"""

import json
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

from kit import FILM, KEY, Store, ending, serving

os.environ["VIDEOGEN_HOME"] = tempfile.mkdtemp()  # noqa: TID251 - it is a program of its own
os.chdir(tempfile.mkdtemp())

import jupyter_videogen as vg  # noqa: E402 - its home is settled first

Answer = tuple[int, dict[str, Any]]
MODEL = "sora-2"
NOW = 1_790_000_000
NUMBER = "20260921101500123456789AbCdEfGh"
BLOCKED = {
    "message": "Your request was blocked by our moderation system.",
    "type": "image_generation_user_error",
    "code": "moderation_blocked",
}


def refused(status: int, kind: str, message: str) -> Answer:
    """`videoProxyError` in controller/video_proxy.go, 05393ffc."""
    return status, {"error": {"message": message, "type": kind}}


def aborted(status: int, message: str, code: str = "") -> Answer:
    """`abortWithOpenAiMessage` in middleware/utils.go, 3e92b6bb: a refusal before any channel is asked."""
    return status, {"error": {"message": f"{message} (request id: {NUMBER})", "type": "new_api_error", "code": code}}


def task_error(status: int, code: str, message: str) -> Answer:
    """`TaskError` in dto/task.go, 06644e80."""
    return status, {"code": code, "message": message, "data": None}


INVALID_URL = {"message": "Invalid URL", "type": "invalid_request_error", "param": "", "code": ""}
NOWHERE: Answer = 404, {"error": INVALID_URL}
"""`RelayNotFound` in controller/relay.go, 009910b9; there is no list, and nothing below `/v1/media`."""
REFUSALS: dict[str, Answer] = {
    # `NewBillingSession` in service/billing_session.go, 0067bd93, by way of `TaskErrorFromAPIError`
    "no credit": task_error(
        403, "insufficient_user_quota", "预扣费额度失败, 用户剩余额度: $0.010000, 需要预扣费额度: $0.400000"
    ),
    # `preConsume`, the same
    "a spent token": task_error(403, "pre_consume_token_quota_failed", "token quota is not enough"),
    # `Distribute` in middleware/distributor.go, 003d7c00
    "no channel": aborted(
        503, f"No available channel for model {MODEL} under group default (distributor)", "model_not_found"
    ),
    # `RelayTaskSubmit` in relay/relay_task.go, 00fca48c: the status and the body of whoever is asked behind it
    "a blocked face": task_error(400, "fail_to_fetch_task", json.dumps({"error": BLOCKED})),
    # `ValidateMultipartDirect` in relay/common/relay_utils.go, 0d158eb9
    "a bad size": task_error(400, "invalid_size", "sora-2 size is invalid"),
    # `RelayTaskSubmit`, as above: what was requested may have arrived there
    "a broken line": task_error(500, "do_request_failed", "请求上游地址失败"),
}
BUSY = task_error(429, "fail_to_fetch_task", "当前分组上游负载已饱和")
"""`RelayTask` in controller/relay.go, 009910b9."""


def video(job: str, status: str, **facts: object) -> Answer:
    """`OpenAIVideo` in dto/openai_video.go, 705748d8."""
    head = {"id": job, "task_id": job, "object": "video", "model": MODEL, "status": status, "created_at": NOW}
    return 200, {"progress": 100 if status in {"completed", "failed"} else 30, **head, **facts}


def task(job: str, status: str, progress: str, **facts: object) -> Answer:
    """`TaskDto` in dto/task.go, 06644e80, in the envelope of `videoFetchByIDRespBodyBuilder`."""
    times = {"submit_time": NOW, "start_time": NOW, "finish_time": 0, "created_at": NOW, "updated_at": NOW}
    owner = {"id": 1, "platform": "54", "user_id": 1, "group": "default", "channel_id": 3, "quota": 200_000}
    words = {"task_id": job, "action": "textGenerate", "status": status, "progress": progress, "fail_reason": ""}
    rest = {"properties": {"input": "", "origin_model_name": MODEL}, "data": {"id": "cgt-1", "status": "running"}}
    return 200, {"code": "success", "message": "", "data": {**owner, **times, **words, **rest, **facts}}


def plain(job: str, status: str) -> Answer:
    """What a look gives from v1.0.0-rc.30 on: no `id`, no `object`, no address."""
    times = {"created_at": NOW, "finished_at": NOW + 285}
    return 200, {"task_id": job, "status": status, "progress": "100%", "platform": "1", "fail_reason": "", **times}


def live(job: str, store: str) -> Answer:
    """`tryRealtimeFetch` in relay/relay_task.go, 00fca48c: Gemini and Vertex."""
    facts = {"error": None, "format": "mp4", "metadata": None, "task_id": job}
    return 200, {"code": "success", "message": "", "data": {**facts, "status": "succeeded", "url": f"{store}/v.mp4"}}


Story = Callable[[str, str], list[Answer]]
STUCK, SENSITIVE = "a riddle", "The request failed because the output video may contain sensitive information."
STORIES: dict[str, Story] = {
    # `ToVideoStatus` in model/task.go, 01d7dcfd: a task that has not begun is "unknown"
    "a kite": lambda job, _: [video(job, "unknown"), video(job, "completed", seconds="4")],
    # `ConvertToOpenAIVideo` in relay/channel/task/doubao/adaptor.go, 035aa734
    "a lake": lambda job, store: [video(job, "completed", metadata={"url": f"{store}/lake.mp4"})],
    "a boat": lambda job, _: [plain(job, "IN_PROGRESS"), plain(job, "SUCCESS")],
    "a bell": lambda job, _: [task_error(500, "get_task_failed", "driver: bad connection"), video(job, "completed")],
    "a queue": lambda job, _: [video(job, "completed")],
    STUCK: lambda job, _: [video(job, "queued", progress=0)],
    # `ConvertToOpenAIVideo` in relay/channel/task/sora/adaptor.go, 05393ffc: words without a code
    "a storm": lambda job, _: [video(job, "failed", error={"message": "task failed"})],
    "a face": lambda job, _: [
        video(job, "failed", error={"message": SENSITIVE, "code": "OutputVideoSensitiveContentDetected"})
    ],
    # `ToOpenAIVideo` in model/task.go, 01d7dcfd: the reason stands where the address would
    "a wreck": lambda job, _: [video(job, "failed", metadata={"url": "upstream returned no frames"})],
    # /v1/video/generations: `TaskModel2Dto` in relay/relay_task.go, 00fca48c
    "a road": lambda job, store: [
        task(job, "NOT_START", "0%"),
        task(job, "IN_PROGRESS", "30%"),
        task(job, "SUCCESS", "100%", result_url=f"{store}/road.mp4"),
    ],
    # the address in `fail_reason`, 87d34ada and before
    "a path": lambda job, store: [task(job, "SUCCESS", "100%", fail_reason=f"{store}/path.mp4")],
    "a star": lambda job, store: [live(job, store)],
    "a fall": lambda job, _: [task(job, "FAILURE", "100%", fail_reason="no frames", result_url="no frames")],
}


class Relay(BaseHTTPRequestHandler):
    """Answers as new-api does."""

    store: ClassVar[str] = ""
    jobs: ClassVar[dict[str, list[Answer]]] = {}
    prompts: ClassVar[dict[str, str]] = {}
    creates: ClassVar[list[str]] = []
    early: ClassVar[set[str]] = set()
    """Jobs whose content was requested already."""
    lock: ClassVar[threading.Lock] = threading.Lock()

    def do_POST(self) -> None:
        """Take a job, or refuse it."""
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        found = re.search(r'name="prompt"\r\n\r\n(.*?)\r\n|"prompt": ?"(.*?)"', body)
        assert found is not None
        prompt = found[1] or found[2]
        if self.headers.get("authorization") != f"Bearer {KEY}":
            self.give(aborted(401, "无效的令牌"))
        elif self.path not in {"/v1/videos", "/v1/video/generations"}:
            self.give(NOWHERE)
        else:
            with self.lock:
                self.creates.append(prompt)
            again = self.creates.count(prompt) > 1
            self.give(BUSY if prompt == "a queue" and not again else REFUSALS.get(prompt) or self.take(prompt))

    def take(self, prompt: str) -> Answer:
        """Begin a story; both routes answer with an `OpenAIVideo`."""
        with self.lock:
            job = f"task_{len(self.jobs):032}"
            self.jobs[job], self.prompts[job] = STORIES[prompt](job, self.store), prompt
        return video(job, "queued", progress=0)

    def do_GET(self) -> None:
        """Tell of a job, or give its clip."""
        match self.path.partition("?")[0].split("/")[1:]:
            case ["v1", "videos", job, "content"]:
                self.content(job)
            case ["v1", "videos", job] | ["v1", "video", "generations", job]:
                story = self.jobs[job]
                self.give(story.pop(0) if len(story) > 1 else story[0])
            case _:
                self.give(NOWHERE)

    def content(self, job: str) -> None:
        """`VideoProxy` in controller/video_proxy.go, 05393ffc."""
        first = job not in self.early
        self.early.add(job)
        match self.prompts[job]:
            case "a lake":
                self.give(refused(403, "server_error", "request blocked: domain not in whitelist: store"))
            case "a boat" if first:
                words = "Task is not completed yet, current status: IN_PROGRESS"
                self.give(refused(400, "invalid_request_error", words))
            case "a queue" if first:
                self.give(refused(502, "server_error", "Failed to fetch video content"))
            case _:
                self.film()

    def film(self) -> None:
        """Send the clip."""
        self.send_response(200)
        self.send_header("content-type", "video/mp4")
        self.send_header("cache-control", "public, max-age=86400")
        self.send_header("content-length", str(len(FILM)))
        self.end_headers()
        self.wfile.write(FILM)

    def give(self, answer: Answer) -> None:
        """Send JSON."""
        body = json.dumps(answer[1], ensure_ascii=False).encode()
        self.send_response(answer[0])
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Say nothing."""


CLIPS = {"openai": ("a kite", "a lake", "a boat", "a bell", "a queue"), "qubax": ("a road", "a path", "a star")}
TROUBLE: tuple[tuple[str, str, type[vg.VideogenError], str, str], ...] = (
    ("openai", "a storm", vg.ProviderError, "unknown", "task failed"),
    ("openai", "a face", vg.ContentPolicyError, "unknown", SENSITIVE),
    ("openai", "a wreck", vg.ProviderError, "unknown", "upstream returned no frames"),
    ("qubax", "a fall", vg.ProviderError, "unknown", "no frames"),
    ("openai", "no credit", vg.OutOfCredit, "no", "预扣费额度失败"),
    ("openai", "a spent token", vg.OutOfCredit, "no", "token quota is not enough"),
    ("openai", "no channel", vg.ModelNotFound, "no", "No available channel"),
    ("openai", "a blocked face", vg.ContentPolicyError, "no", "blocked by our moderation system"),
    ("openai", "a bad size", vg.InvalidRequest, "no", "sora-2 size is invalid"),
    ("openai", "a broken line", vg.OutcomeUnknown, "unknown", "请求上游地址失败"),
)


def check_all(url: str) -> None:
    """Order everything at once; each ends as it should, and every prompt was sent once, or again after a plain "not now"."""
    labs = {name: vg.Client(name, base_url=url, api_key=KEY, name="relay") for name in CLIPS}
    jobs = [labs[name].submit(prompt, model=MODEL) for name, prompts in CLIPS.items() for prompt in prompts]
    bad = [labs[name].submit(prompt, model=MODEL) for name, prompt, *_ in TROUBLE]
    stuck = labs["openai"].submit(STUCK, model=MODEL)
    for job in jobs:
        assert Path(job.result(timeout=60).path).read_bytes() == FILM, job.request.prompt
    for job, (_, _, kind, charged, words) in zip(bad, TROUBLE, strict=True):
        check_trouble(job, kind, charged, words)
    check_stuck(stuck)
    check_key(url)
    assert sorted(Relay.creates) == sorted([*STORIES, *REFUSALS, "a queue"])


def check_trouble(job: vg.Job, kind: type[vg.VideogenError], charged: str, words: str) -> None:
    """The kind of error, what is known of the bill, and the relay's own words."""
    error = ending(lambda: job.result(timeout=60), kind)
    assert (error.sent, error.charged) == ("yes", charged), error
    assert words in error.message, error


def check_stuck(job: vg.Job) -> None:
    """A job that stays in the queue is kept and watched; only the waiting ends."""
    ending(lambda: job.result(timeout=0.1), vg.WaitTimeout)
    assert job.state == "queued"


def check_key(url: str) -> None:
    """A key that is not known there."""
    lab = vg.Client("openai", base_url=url, api_key="sk-wrong", name="relay")
    check_trouble(lab.submit("a key", model=MODEL), vg.AuthError, "no", "无效的令牌")


def main() -> None:
    """Run a relay and a storage, and our client between them."""
    with serving(Store) as store, serving(Relay) as relay:
        Relay.store = store
        check_all(f"{relay}/v1")
        assert set(Store.keys) == {""}, "the key went to a stranger"
    print(f"newapi: {len(STORIES)} stories and {len(REFUSALS) + 2} refusals of both its routes")  # noqa: T201 it talks to its terminal


main()
sys.stdout.flush()
os._exit(0)  # jobs' own threads need no farewell here
