"""Replies that no provider should send, to whole jobs of every dialect in every phase: each ends in a state, without a key.

    python tests/soak/fuzz.py --seconds 600 --seed 7

A case is a job at a provider that is a function: its create, looks, lists, models, cancel, errors and clip are well-formed, odd or
broken. After each case every sink is searched for the keys that were sent and for characters that a terminal obeys; every turn
of the loop is measured in processor time, and a case with a long one runs again with the same replies. Prints figures; the
exit code is 1 where something came through.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import random
import sys
import tempfile
import time
from asyncio import events
from base64 import b64encode
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from jupyter_videogen.catalog import builtin
from jupyter_videogen.commands import code_export
from jupyter_videogen.core import hidden_characters, redaction
from jupyter_videogen.core.errors import VideogenError, render_failure
from jupyter_videogen.core.http import Lost, Malformed, NotSent, Reply
from jupyter_videogen.core.job import JobRecord, new_id
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import ListsJobs, ListsModels, Looks
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.media import receipt
from jupyter_videogen.notebook import saved_output
from jupyter_videogen.runtime.context import RunContext
from jupyter_videogen.runtime.runner import Runner
from jupyter_videogen.testing import FakeClock, FakeTransport
from jupyter_videogen.transport import log_redaction
from jupyter_videogen.transport.client import LARGEST_REPLY
from jupyter_videogen.widget.views import job_view
from support import comfy_workflows
from support.fakes import MP4

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.http import Call

KEY = "sk-canary-KKKK0123456789abcd"
BYOK = "canary-BBBB-0123456789-efgh"
KEYS = (KEY, BYOK)
LONGEST_TURN = 0.2
"""Seconds of processor time, on a processor that has one such second for itself; see `allowed`."""
PIECES = 30
"""Pieces of a fixed work that a quiet processor does in that time."""
REPLAYS = 3
"""Replays of a case that had a longer turn: a reply that is slow to read is so each time, a busy machine is not."""
LOOKS = 6
"""Odd looks, after which the provider answers well, so that a case comes to its end."""
STATUSES = (
    200,
    200,
    200,
    201,
    202,
    204,
    206,
    301,
    400,
    401,
    402,
    403,
    404,
    408,
    409,
    410,
    416,
    422,
    425,
    429,
    500,
    502,
    503,
    504,
    599,
)
STATES = (
    "queued",
    "in_progress",
    "completed",
    "succeeded",
    "failed",
    "cancelled",
    "expired",
    "nonsense",
    "",
    "\x1b[2J",
)
WORKFLOWS = {row.name: row for row in (comfy_workflows.UNCHECKED_COMFYUI, comfy_workflows.COMFY_CLOUD)}
"""Rows that need a workflow, with one at hand."""
ROWS = {row.name: WORKFLOWS.get(row.name, row) for row in builtin.ROWS}
CREATED: dict[str, Any] = {
    "openai": {
        "id": "v1",
        "object": "video",
        "status": "queued",
        "seconds": "4",
        "size": "640x360",
        "created_at": 1000,
    },
    "qubax": {"code": "success", "message": "", "data": {"task_id": "t1", "id": "t1", "status": "queued"}},
    "qubrid": {"data": [{"url": "https://cdn.example/clip.mp4"}]},
    "indoxhub": {"success": True, "message": "", "data": {"is_async": True, "job_id": "j1", "status": "pending"}},
    "bifrost": {
        "id": "v1:openai",
        "status": "queued",
        "progress": 0,
        "extra_fields": {"provider": "openai", "model_requested": "m"},
    },
}
CREATED["comfyui"] = CREATED["comfycloud"] = {"id": "v1", "status": "queued"}
CREATED["openrouter"] = {"id": "v1", "polling_url": "/api/v1/videos/v1", "status": "pending"}
LOOKED: dict[str, Any] = {
    "openrouter": {
        "id": "v1",
        "status": "completed",
        "unsigned_urls": ["https://openrouter.ai/api/v1/videos/v1/content?index=0"],
        "urls": ["https://cdn.example/a"],
        "usage": {"cost": 0.5, "is_byok": False},
    },
    "openai": {
        "id": "v1",
        "status": "completed",
        "progress": 100,
        "seconds": "4",
        "size": "640x360",
        "created_at": 1,
        "completed_at": 9,
        "error": None,
    },
    "qubax": {"id": "t1", "status": "completed", "progress": 100, "output_count": 1, "error": None},
    "indoxhub": {
        "job_id": "j1",
        "status": "completed",
        "progress": 100,
        "result": {"url": "/clip", "videos": [{"url": "/clip"}]},
    },
    "bifrost": {
        "id": "v1:openai",
        "status": "completed",
        "videos": [{"type": "url", "url": "https://cdn.example/a"}],
        "content_filter": None,
    },
}
LOOKED["comfyui"] = LOOKED["comfycloud"] = {
    "id": "v1",
    "status": "completed",
    "outputs": [comfy_workflows.FILM],
}
LISTED: Any = {
    "data": [
        {
            "id": "v1",
            "prompt": "a kite",
            "model": "m",
            "seconds": "4",
            "size": "640x360",
            "created_at": 1000,
            "status": "queued",
        }
    ],
    "jobs": [
        {"job_id": "j1", "prompt": "a kite", "model": "m", "status": "pending", "created_at": "1970-01-01T00:16:40Z"}
    ],
    "has_more": True,
    "last_id": "v1",
}
MODELS: Any = {"data": [{"id": "m", "pricing": {"request": "0.5"}}, {"id": "n"}], "models": ["m"]}
CATALOGUE: Any = {
    "data": [
        {
            "id": "google/veo-3.1",
            "name": "Veo 3.1",
            "supported_durations": [4, 8],
            "supported_resolutions": ["720p"],
            "supported_sizes": ["1280x720"],
            "supported_frame_images": ["first_frame"],
            "generate_audio": True,
            "seed": None,
            "pricing_skus": {"duration_seconds_with_audio": "0.4", "cents_per_image_input": "1"},
        }
    ]
}
ERROR: Any = {
    "error": {"message": "The size is wrong.", "code": "x", "type": "invalid", "param": "size"},
    "request_id": "r1",
}
SHAPES: dict[str, Any] = {"create": CREATED, "look": LOOKED}


def escaped(key: str) -> str:
    return "".join(f"\\u{ord(sign):04x}" for sign in key)


WAYS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda key: quote(key, safe=""),
    lambda key: "".join(f"%{ord(sign):02x}" for sign in key),
    escaped,
    lambda key: json.dumps({"error": {"message": key}}),
    lambda key: b64encode(key.encode()).decode(),
    lambda key: b64encode(f"Bearer {key}".encode()).decode(),
    lambda key: key.encode().hex(),
    lambda key: "".join(f"&#{ord(sign)};" for sign in key),
    lambda key: key[: len(key) // 2 + 6],
    lambda key: "x" * 290 + key,
)
SPELLS = ("\x1b]52;c;aWQ=\x07", "\x9b2J", "\u202egnp", "\r\n", "\x00", "\x08" * 9, "\u2066", "\U000e0041")


@dataclass
class Book:
    """What came of the cases."""

    cases: int = 0
    turns: int = 0
    turn: float = 0.0
    """The longest turn of this run of this case, in seconds of processor time."""
    longest: float = 0.0
    """The longest turn of all cases, each at its quickest."""
    allowed: float = LONGEST_TURN
    """What the longest turn may take on the machine as it was then."""
    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    sinks: set[str] = field(default_factory=set)
    """Where any came through, also beyond those that are told."""

    def fault(self, where: str, words: str) -> None:
        self.sinks.add(where.rsplit(maxsplit=1)[-1])
        if len(self.faults) < 20:
            self.faults.append(f"{where}: {words[:300]!r}")

    def note_turn(self, seconds: float) -> None:
        """Note what a turn has taken."""
        self.turn = max(self.turn, seconds)

    def took(self, seconds: float) -> None:
        """Note the longest turn of a case; where that is long, ask at once what the machine allows."""
        if seconds > max(self.longest, LONGEST_TURN):
            self.allowed = allowed()
        self.longest = max(self.longest, seconds)

    @property
    def words(self) -> str:
        ends = ", ".join(f"{state} {count}" for state, count in self.ends.most_common())
        return f"{self.cases} cases, {self.turns} turns, the longest {self.longest * 1000:.0f} ms of processor time; {ends}"


class Odd:
    """Makes replies, by chance that can be repeated."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def reply(self, shape: Any, *, badly: float = 0.8) -> Reply:
        """A reply like `shape`, more or less; or what the line does instead."""
        chance = self._chance
        if chance.random() < 0.04:
            raise chance.choice([NotSent("ConnectError"), Lost("ReadTimeout")])
        if chance.random() > badly:
            return Reply(200, {}, json.dumps(shape).encode())
        body = self._body(shape)
        if len(body) > LARGEST_REPLY:
            raise Lost("the reply is too large")
        return Reply(chance.choice(STATUSES), self._headers(), body)

    def _body(self, shape: Any) -> bytes:  # noqa: PLR0911 - a row of chances
        chance = self._chance
        match chance.randrange(12):
            case 0:
                return b""
            case 1:
                return json.dumps(shape).encode()[: chance.randrange(1, 60)]
            case 2:
                return chance.choice([b"[", b'{"a":', b"<", b"model "]) * chance.choice([50, 5_000, 40_000])
            case 3:
                return f"<html><body>{self._words()}</body></html>".encode("utf-8", "replace")
            case 4:
                return bytes(chance.randrange(256) for _ in range(60))
            case 5:
                return self._json(self._value(4))
        for _ in range(chance.randrange(1, 4)):
            shape = self._changed(shape)
        return self._json(shape)

    def _json(self, value: Any) -> bytes:
        text = json.dumps(value, ensure_ascii=self._chance.random() < 0.5)
        return text.encode("utf-8", "surrogatepass")

    def _changed(self, shape: Any) -> Any:
        """Put something else into one place of a value."""
        chance = self._chance
        if isinstance(shape, dict) and shape and chance.random() < 0.9:
            name = chance.choice(list(shape))
            if chance.random() < 0.15:
                return {other: value for other, value in shape.items() if other != name}
            return {
                **shape,
                name: chance.choice(STATES)
                if name == "status" and chance.random() < 0.7
                else self._changed(shape[name]),
            }
        if isinstance(shape, list) and shape and chance.random() < 0.9:
            at = chance.randrange(len(shape))
            times = chance.choice([1, 1, 1, 50]) if len(shape) == 1 else 1  # 50 of 50 of 50 would fill the memory
            return [*shape[:at], self._changed(shape[at]), *shape[at + 1 :]] * times
        return self._value(2)

    def _value(self, depth: int) -> Any:  # noqa: PLR0911 - as above
        chance = self._chance
        match chance.randrange(12 if depth else 9):
            case 0:
                return None
            case 1:
                return chance.choice([True, False])
            case 2:
                return chance.choice([0, -1, 10**400, -(10**20), 1e308, -0.0, 2**63])
            case 3:
                return chance.choice(
                    ["1" * 400, "nan", "1e999", "-5", "0001-01-01T00:00:00", "9999-12-31T23:59:59+14:00"]
                )
            case 4:
                return chance.choice(
                    [
                        "..",
                        "a/b",
                        "a\r\nHost: x",
                        "x" * 600,
                        "https://[",
                        "data:video/mp4;base64,@@",
                        "//",
                        "gs://x",
                        "file:///etc",
                    ]
                )
            case 5:
                return chance.choice(["model ", "<", "{", "rai ", "%", "\\"]) * chance.choice([10, 3_000, 14_000])
            case 9 | 10:
                return {self._words()[:20]: self._value(depth - 1) for _ in range(chance.randrange(4))}
            case 11:
                return [self._value(depth - 1) for _ in range(chance.randrange(4))]
        return self._words()

    def _words(self) -> str:
        chance = self._chance
        parts = [
            chance.choice(["no", "The model is retired.", "safety", "progress", "expired"]),
            chance.choice(SPELLS),
            chance.choice(WAYS)(chance.choice(KEYS)),
        ]
        chance.shuffle(parts)
        return " ".join(parts)

    def _headers(self) -> dict[str, str]:
        chance = self._chance
        odd = [
            "x",
            "9" * 400,
            "-1",
            "nan",
            "1e999",
            "Fri, 01 Jan 0001 00:00:00 +2400",
            "Thu, 31 Dec 9999 23:59:59 GMT",
            "²",
            KEY,
            SPELLS[0],
        ]
        names = [
            "date",
            "retry-after",
            "openai-poll-after-ms",
            "x-request-id",
            "location",
            "content-length",
            "content-range",
            "etag",
        ]
        return {name: chance.choice(odd) for name in names if chance.random() < 0.3}


class Clock(FakeClock):
    """Time that passes at once, a turn of the loop for each sleep."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        await asyncio.sleep(0)  # noqa: TID251 - this is a clock


class Line(FakeTransport):
    """Answers in a turn of its own, as a line does."""

    async def send(self, call: Call) -> Reply:
        self.calls.append(call)
        return await asyncio.to_thread(self._answer, call)  # what it takes to make a reply is none of the loop's

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Any]:
        await asyncio.sleep(0)  # noqa: TID251 - as above
        async with super().stream(call) as stream:
            yield stream


class Service:
    """A provider that is a function: odd for a while, then well-behaved."""

    def __init__(self, name: str, odd: Odd) -> None:
        self._name = name if name in CREATED else "openai"
        self._odd, self._asked = odd, 0

    def answer(self, call: Call) -> Reply:
        self._asked += 1
        good = self._asked > LOOKS
        if call.method == "POST":
            return self._odd.reply(CREATED[self._name], badly=0.5)
        if "limit=" in call.url:
            return self._odd.reply(LISTED, badly=0.6)
        if "content" in call.url or "artifacts" in call.url or call.url.endswith((".mp4", "/clip", "/a")):
            return Reply(200, {"content-length": str(len(MP4))}, MP4) if good else self._odd.reply(ERROR, badly=0.9)
        shape = LOOKED.get(self._name, {})
        return Reply(200, {}, json.dumps(shape).encode()) if good else self._odd.reply(shape)


@contextmanager
def measured(book: Book) -> Iterator[None]:
    """Measure the processor time of every turn of every loop of this thread."""
    real = events.Handle._run

    def run(handle: events.Handle) -> None:
        began = time.thread_time()
        real(handle)
        took = time.thread_time() - began
        book.turns += 1
        book.note_turn(took)

    events.Handle._run = run  # type: ignore[method-assign]
    gc.collect()
    gc.freeze()  # what other tests have left in this process is not collected in a turn of ours
    try:
        yield
    finally:
        gc.unfreeze()
        events.Handle._run = real  # type: ignore[method-assign]


def allowed() -> float:
    """Return the processor seconds that a turn may take here and now: two busy threads on one core count each other's time."""

    def piece() -> float:
        began = time.thread_time()
        sum(number * number for number in range(100_000))
        return time.thread_time() - began

    return max(LONGEST_TURN, PIECES * min(piece() for _ in range(3)))


class Ears(logging.Handler):
    """Hears all log lines, as they would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record_: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record_))


class Fuzz:
    """Cases one after another, in one home."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.book, self._folder, self._chance = Book(), folder, random.Random(seed)
        self._ledger = Ledger(folder / "ledger.sqlite3")
        self._ears = Ears()
        self._names = sorted(ROWS)

    def run(self, seconds: float, least: int) -> Book:
        """Run cases for so long, and at least so many."""
        log_redaction.install()
        root = logging.getLogger()
        level = root.level
        root.addHandler(self._ears)
        root.setLevel(logging.DEBUG)
        for key in KEYS:
            redaction.add_secret(key)
        ends = time.monotonic() + seconds
        try:
            with measured(self.book):
                while self.book.cases < least or time.monotonic() < ends:
                    self._timed_case(self._names[self.book.cases % len(self._names)])
        finally:
            root.removeHandler(self._ears)
            root.setLevel(level)
            self._ledger.close()
            redaction.clear_secrets()
        self._search_files()
        if self.book.longest > self.book.allowed:
            self.book.fault("a turn of the loop", f"{self.book.longest:.3f} s of processor time")
        return self.book

    def _timed_case(self, name: str) -> None:
        """Run a case; where a turn was long, run it again with the same replies, and count its quickest run."""
        self.book.cases += 1
        before = self._chance.getstate()
        turns: list[float] = []
        while not turns or (min(turns) > LONGEST_TURN and len(turns) <= REPLAYS):
            self._chance.setstate(before)
            self.book.turn = 0.0
            self._case(name)
            turns.append(self.book.turn)
        self.book.took(min(turns))

    def _case(self, name: str) -> None:
        row, odd = ROWS[name], Odd(self._chance)
        self._ears.lines.clear()
        job = self._ledger.add(self._draft(row))
        told: list[JobRecord] = []
        parts = RunContext(self._ledger, Clock(), self._folder / "posters", lambda _: None)
        line: Any = Line(Service(name, odd).answer)
        failed = ""
        try:
            asyncio.run(asyncio.wait_for(Runner(job, row, line, parts, told.append).run(), 60))
        except VideogenError as error:
            failed = str(error)
        except Exception as error:  # noqa: BLE001 - that there is none is what is looked at
            self.book.fault(f"{name}: raw {type(error).__name__}", str(error))
        self._readings(name, row, odd)
        self._look_at(name, row, self._ledger.find(job.id), told, failed, line.posts)

    def _readings(self, name: str, row: Provider, odd: Odd) -> None:
        """The readings that no job comes by: the list of models, a page, an error, each in a turn of its own."""
        dialect = sanitize.sanitize_dialect(row.dialect)
        phases: list[tuple[Callable[[Reply], Any], Any]] = [(dialect.read_failure, ERROR)]
        phases += (
            [(partial(sanitize.read_models, row.dialect), CATALOGUE if name == "openrouter" else MODELS)]
            if isinstance(dialect, ListsModels)
            else []
        )
        phases += [(dialect.read_page, LISTED)] if isinstance(dialect, ListsJobs) else []
        phases += (
            [(lambda reply: dialect.read_look(reply, {"id": "v1"}), LOOKED.get(name, LOOKED["openai"]))]
            if isinstance(dialect, Looks)
            else []
        )
        for read, shape in phases:
            try:
                reply = odd.reply(shape, badly=1.0)
            except (NotSent, Lost):
                continue
            began = time.thread_time()
            try:
                found = read(reply)
            except Malformed:
                found = None
            except Exception as error:  # noqa: BLE001 - as above
                self.book.fault(f"{name}: reading raw {type(error).__name__}", str(error))
                continue
            self.book.note_turn(time.thread_time() - began)
            if not isinstance(found, sanitize.Page):  # its prompts are compared, not shown
                self._search(f"{name} reading", msgspec.json.encode(found).decode())

    def _look_at(
        self, name: str, row: Provider, job: JobRecord, told: list[JobRecord], failed: str, posts: int
    ) -> None:
        self.book.ends[job.state] += 1
        if posts > 3 or (posts > 1 and job.state == "succeeded" and name == "never"):
            self.book.fault(f"{name} posts", str(posts))
        if job.searching or not (job.ended or job.state in {"saving", "unreachable"}):
            self.book.fault(f"{name} state", f"{job.state}, searching {job.searching}")
        sinks = {
            "message": failed + (render_failure(job.failure) if job.failure else "") + " ".join(job.warnings),
            "cell": json.dumps(saved_output.mime_bundle(job, row, "videogen/a.mp4"), ensure_ascii=False),
            "widget": "".join(
                msgspec.json.encode(job_view(one, row, folder=self._folder)).decode() for one in (*told, job)
            ),
            "record": repr(msgspec.to_builtins(job.redacted())),
            "provenance": repr([receipt.describe_clip(clip, job) for clip in job.clips]),
            "code": code_export.python(job.request, row.name),
            "log": "\n".join(self._ears.lines),
        }
        for where, text in sinks.items():
            self._search(f"{name} {where}", text)
        if hidden_characters.HIDDEN.search(sinks["message"]):
            self.book.fault(f"{name} message", sinks["message"])

    def _search(self, where: str, text: str) -> None:
        lowered = text.lower()
        for key in KEYS:
            halves = (key[:15], key[-15:], key.encode().hex()[4:40], b64encode(key.encode()).decode()[4:24])
            if any(half.lower() in lowered for half in halves):
                self.book.fault(where, text[max(lowered.find(halves[0].lower()) - 60, 0) :])

    def _search_files(self) -> None:
        for path in self._folder.rglob("*"):
            if path.is_file():
                self._search(path.name, path.read_bytes().decode("latin-1"))

    def _draft(self, row: Provider) -> JobRecord:
        request = GenerationRequest(
            prompt="a kite", model="m", duration=4, size="640x360", extra={"byok_api_key": BYOK}
        )
        job_id = new_id()
        return JobRecord(
            id=job_id,
            state="draft",
            request=request,
            provider=row.name,
            base_url="https://api.example/v1",
            key_env=None,
            model="m",
            path=str(self._folder / "videogen" / f"a-kite-{job_id}.mp4"),
            fingerprint=job_id,
            take=0,
            idempotency_key=str(uuid4()),
            created_at=1_000.0,
        )


def fuzz(folder: Path, *, seconds: float, seed: int, least: int = 0) -> Book:
    """Run cases for so many seconds, and at least so many; returns what came of them."""
    return Fuzz(folder, seed).run(seconds, least)


def main() -> int:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    sys.stdout.write(f"seed {given.seed}\n")
    sys.stdout.flush()  # also where the process is ended from outside
    with tempfile.TemporaryDirectory() as folder:
        book = fuzz(Path(folder), seconds=given.seconds, seed=given.seed)
    sys.stdout.write(f"{book.words}\n")
    sys.stdout.write("".join(f"  {fault}\n" for fault in book.faults))
    return 1 if book.faults else 0


if __name__ == "__main__":
    sys.exit(main())
