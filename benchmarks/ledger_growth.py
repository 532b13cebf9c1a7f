"""What the ledger answers, and how large it is, with 1,000, 100,000 and 1,000,000 jobs.

    python benchmarks/ledger_growth.py [JOBS…]

Jobs of two years, oldest first: eight in ten have a clip, one in ten has failed, the rest was cancelled; four models, two providers, six
notebooks in two projects, prompts of 80 characters, sixteen unfinished. Each question is asked 40 times of a warm file in one process; the
figure is the 95th percentile of its processor time, the system's part included, so that no other program is measured. Submit is the median of
the durable commit that records a job before it is sent. Prints a table.

    python benchmarks/ledger_growth.py --older [JOBS]

How long it takes to bring a file of version 12 up to date, 100,000 jobs where none is said: a process is killed when half of them are copied,
and another goes on. Half of it is the words, without which the first search would wait.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from functools import partial
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.core.budget import Cap
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.job import JobRecord, JobState
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.core.timing import JobKind
from jupyter_videogen.ledger import database
from jupyter_videogen.ledger.glance import Glance
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.ledger.queries import HistoryFilter
from jupyter_videogen.ledger.rows import encode_handle, insert_job
from jupyter_videogen.ledger.stored_states import state_at_rest
from jupyter_videogen.runtime.polling.history import DurationHistory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 40
FEWEST = 5
ENOUGH = 5_000.0
"""Milliseconds after which a slow question is asked no more."""
SPAN = 2 * 365 * 24 * 3600.0
"""Seconds from the oldest job to the newest."""
SYLLABLES = [first + second for first in "bdfghklmnprstvwz" for second in "aeiu"]
VOCABULARY = [f"{first}{last}" for first in SYLLABLES for last in SYLLABLES]
"""4,096 words; the `n`th is as frequent as 1 in `n`, as in any language (Zipf's law)."""
WEIGHTS = list(accumulate(1 / rank for rank in range(1, len(VOCABULARY) + 1)))
MODELS = ("wan-2.7", "kling-o3", "veo-3.1-fast", "seedance-2-lite")
PLACES = (("qubax", "https://api.qubax.ai/v1"), ("aihubmix", "https://aihubmix.com/v1"))
ENDS: tuple[JobState, ...] = ("succeeded",) * 8 + ("failed", "cancelled")
OPEN = 16
SOON = 0.05
"""Seconds between two looks at how far another process is."""
NOW = 1_790_000_000.0
HEX = 64
OLDER = 12
"""The version of a file whose jobs have to be rebuilt."""
OLD_JOBS = 100_000
LONGEST = 60.0
"""Seconds that these may take."""
OPENS = "import sys; from pathlib import Path; from jupyter_videogen.ledger.ledger import Ledger; Ledger(Path(sys.argv[1])).close()"
ROOT = Path("/home/ann/projects")


def make_prompt(random: Random) -> str:
    """Return a prompt of 80 characters."""
    return " ".join(random.choices(VOCABULARY, cum_weights=WEIGHTS, k=17))[:80]


def make_job(number: int, jobs: int, now: float) -> JobRecord:
    """Return the `number`th of `jobs` jobs."""
    random = Random(number)  # noqa: S311 - the same jobs every time
    job_id, prompt = f"{random.getrandbits(40):08x}"[:8] + f"{number:07x}"[-4:], make_prompt(random)
    provider, origin = PLACES[number % 2]
    model, project = MODELS[random.randrange(4)], ROOT / f"film{number % 2}"
    created, seconds = now - SPAN * max(0, jobs - number) / jobs, random.choice((4, 5, 8))
    state: JobState = "running" if number >= jobs - OPEN else ENDS[random.randrange(10)]
    path = str(project / "videogen" / f"{'-'.join(prompt.split()[:5])}-{job_id}.mp4")
    clip = ClipRecord(
        path=path,
        bytes=random.randrange(1_000_000, 9_000_000),
        sha256=f"{random.getrandbits(256):064x}",
        job_id=job_id,
        prompt=prompt,
        provider=provider,
        model=model,
        duration=float(seconds),
        size="1280x720",
        poster=f"/home/ann/.videogen/posters/{job_id}-0.jpg",
    )
    failed = Failure(code="provider_error", message="The provider had a problem.", sent="yes", charged="no")
    ended = state != "running"
    return JobRecord(
        id=job_id,
        state=state,
        request=GenerationRequest(prompt=prompt, model=model, duration=seconds, size="1280x720", seed=number),
        provider=provider,
        base_url=origin,
        key_env=f"{provider.upper()}_API_KEY",
        account=f"{random.getrandbits(32):08x}",
        model=model,
        path=path,
        fingerprint=f"{random.getrandbits(256):064x}"[:HEX],
        take=1,
        idempotency_key=f"{random.getrandbits(128):032x}",
        name=f"shot{number}" if number % 10 == 0 else "",
        created_at=created,
        sent_at=created + 0.1,
        accepted_at=created + 1.3,
        finished_at=created + 90.5 if ended else None,
        handle={"id": f"video_{random.getrandbits(96):024x}"},
        cost=round(0.05 * seconds, 3),
        progress=None if ended else 40.0,
        notebook=str(project / f"scene{number % 6}.ipynb"),
        project=str(project),
        clips=(clip,) if state == "succeeded" else (),
        failure=failed if state == "failed" else None,
    )


def fill(ledger: Ledger, jobs: int, now: float) -> None:
    """Write the jobs into an empty ledger."""
    for start in range(0, jobs, 20_000):
        with ledger._file.writing(durable=False) as db:  # noqa: SLF001 - in one go
            for number in range(start, min(start + 20_000, jobs)):
                insert_job(db, make_job(number, jobs, now), None, 0.0)


class Question(NamedTuple):
    """What is asked, by whom, and how."""

    asked_by: str
    words: str
    ask: Callable[[Ledger], object]


def shelf(**terms: Any) -> HistoryFilter:
    """Return what the form's library shows of all places, or of one."""
    return HistoryFilter(**terms)


def library(terms: HistoryFilter, *, offset: int = 0) -> Callable[[Ledger], object]:
    """Return what asks for the counts and 60 tiles."""
    return lambda ledger: (ledger.history_groups(terms), ledger.page(terms, offset=offset, limit=60))


def questions(jobs: int, now: float) -> Iterator[Question]:
    """Yield every question, as its callers ask it."""
    old, origin = make_job(jobs // 3 // 10 * 10, jobs, now), PLACES[0][1]
    notebook, kind = old.notebook or "", JobKind("wan-2.7", 5, "1280x720")
    prints = {make_job(number, jobs, now).fingerprint for number in range(0, jobs, max(1, jobs // 100))}
    day, place = Cap("24 hours", 5.0, None, since=now - 86_400), Cap("this notebook", 5.0, None, place=notebook)
    yield Question("submit", "the same request before", lambda ledger: ledger.latest(old.fingerprint))
    yield Question("submit", "spent in 24 hours", lambda ledger: ledger.sum_spent(day))
    yield Question("submit", "spent in this notebook", lambda ledger: ledger.sum_spent(place))
    yield Question("submit", "whose handle", lambda ledger: ledger.holder(old.base_url, old.handle))
    yield Question("magic", "unfinished", lambda ledger: ledger.unfinished())
    yield Question("magic", "by name", lambda ledger: ledger.find_named(old.name))
    yield Question("magic", "by the beginning of an id", lambda ledger: ledger.find(old.id[:10]))
    yield Question("magic", "the newest 20", lambda ledger: ledger.recent(limit=20))
    yield Question("magic", "the newest 20 that failed", lambda ledger: ledger.recent({"failed"}, limit=20))
    yield Question("magic", "costs by model", lambda ledger: ledger.costs("model"))
    yield Question("magic", "costs by notebook", lambda ledger: ledger.costs("notebook"))
    yield Question("magic", "costs by day", lambda ledger: ledger.costs("day"))
    yield Question("form", "models used", lambda ledger: ledger.used_models(origin))
    yield Question("form", "usually", lambda ledger: DurationHistory(ledger).usual_of_kinds(origin)(kind))
    yield Question("form", "library, all", library(shelf()))
    yield Question("form", "library, this notebook", library(shelf(notebook=notebook)))
    yield Question("form", "library, failed, one model", library(shelf(stages=("failed",), model="wan-2.7")))
    yield Question("form", "library, starred", library(shelf(starred=True)))
    yield Question("form", "library, from the middle", library(shelf(), offset=jobs // 2))
    yield Question("form", "search, no hit", library(shelf(search="zeppelin")))
    yield Question("form", "search, two words", library(shelf(search=f"{VOCABULARY[40]} {VOCABULARY[60]}")))
    yield Question("form", "search, a word of one prompt in six", library(shelf(search=VOCABULARY[10])))
    frequent = " ".join(VOCABULARY[number] for number in (2, 3, 4, 5))
    yield Question("form", "search, four frequent words", library(shelf(search=frequent)))
    yield Question("form", "search, half a word", library(shelf(search=VOCABULARY[10][:3])))
    yield Question("grid", "which of 100 requests are there", lambda ledger: ledger.known(prints))
    yield Question("grid", "jobs at a provider", lambda ledger: ledger.grids.count_at(origin))
    yield Question("page", "60 older than one", lambda ledger: ledger.page_before(shelf(), before=old.id, limit=60))
    yield Question(
        "page", "being made", lambda ledger: ledger.page_before(shelf(stages=("making",)), before="", limit=100)
    )


def ask(question: Question, ledger: Ledger) -> float:
    """Return the 95th percentile in milliseconds of a question that was asked before."""
    question.ask(ledger)
    return late(partial(question.ask, ledger))


def late(call: Callable[[], object]) -> float:
    """Return the 95th percentile of a call in milliseconds; a slow one is asked less often."""
    took: list[float] = []
    while len(took) < ROUNDS and not (len(took) >= FEWEST and sum(took) > ENOUGH):
        start = time.thread_time()
        call()
        took.append((time.thread_time() - start) * 1000)
    return quantiles(took, n=20)[-1]


def measure_glance(home: Path) -> float:
    """Return the 95th percentile of a server's look after a write, in milliseconds."""
    glance, ledger = Glance(home), Ledger.at(home / "ledger.sqlite3")
    glance.look()

    def look() -> None:
        glance._version = None  # noqa: SLF001 - as after a write
        glance.look()

    found = late(look)
    glance.close()
    ledger.close()
    return found


def measure_submit(ledger: Ledger, now: float) -> float:
    """Return the median milliseconds of recording a new job durably."""
    took = []
    for _ in range(ROUNDS * 5):
        job = make_job(time.time_ns(), 1, now)
        start = time.perf_counter()
        ledger.add(job, new=False, caps=(Cap("24 hours", 1e9, None, since=now - 86_400),))
        took.append((time.perf_counter() - start) * 1000)
    return median(took)


def measure(jobs: int, home: Path) -> dict[str, float]:
    """Return the milliseconds of each question, and what the file weighs."""
    path, now = home / "ledger.sqlite3", NOW
    ledger = Ledger.at(path)
    if ledger.recent(limit=1) == []:
        fill(ledger, jobs, now)
        ledger.history_groups(shelf(search="fill the index"))
    found = {f"{asked.asked_by}: {asked.words}": ask(asked, ledger) for asked in questions(jobs, now)}
    found["submit: one durable commit (median)"] = measure_submit(ledger, now)
    ledger.close()
    found["server: a look after a write"] = measure_glance(home)
    found["bytes of the file a job"] = path.stat().st_size / jobs
    return found


def fill_older(path: Path, jobs: int) -> None:
    """Write a file of version 12 as that version did."""
    columns = (
        "id, state, provider, origin, model, fingerprint, take, idempotency_key, notebook, project, created_at, record"
    )
    insert = f"INSERT INTO jobs ({columns}, handle, cost) VALUES ({', '.join('?' * 14)})"  # noqa: S608 - marks
    with closing(sqlite3.connect(path)) as db, db:
        for script in database.MIGRATIONS[:OLDER]:
            db.executescript(str(script))
        db.execute(f"PRAGMA user_version = {OLDER}")
        for job in (make_job(number, jobs, NOW) for number in range(jobs)):
            where = (job.provider, job.base_url, job.model, job.fingerprint, job.take, job.idempotency_key)
            row = (*where, job.notebook, job.project, job.created_at, msgspec.json.encode(job))
            db.execute(insert, (job.id, state_at_rest(job.state), *row, encode_handle(job.handle), job.cost))


def half_done(path: Path, jobs: int) -> bool:
    """Return whether half of the jobs are in the new table."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db, suppress(sqlite3.OperationalError):
        return bool(db.execute("SELECT coalesce(max(number), 0) FROM next_jobs").fetchone()[0] >= jobs // 2)
    return False


def open_older(path: Path, *, until: Callable[[], bool] | None = None) -> tuple[float, float]:
    """Open the file in a process of its own, which is killed when `until` says so; returns its seconds, and those of processors."""
    start, before = time.perf_counter(), os.times()
    with subprocess.Popen([sys.executable, "-c", OPENS, str(path)], stderr=subprocess.DEVNULL) as process:
        while until is not None and process.poll() is None:
            if until():
                process.kill()
                break
            time.sleep(SOON)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, spent


def measure_older(jobs: int) -> None:
    """Bring a file up to date, killed at half and finished, and print how long each took."""
    with tempfile.TemporaryDirectory(prefix="videogen-growth-") as folder:
        path = Path(folder) / "ledger.sqlite3"
        fill_older(path, jobs)
        first = open_older(path, until=partial(half_done, path, jobs))
        second = open_older(path)
        with closing(Ledger(path)) as ledger:
            found = sum(group.jobs for group in ledger.history_groups(shelf()))
        asides = [aside.name for aside in Path(folder).glob("ledger-version-*")]
    print(f"{found:,} of {jobs:,} jobs; the old file is kept as {', '.join(asides)}\n")
    print("| process | s | s of processor time |\n|---|---|---|")
    for name, took in (("killed at half", first), ("goes on to the end", second)):
        print(f"| {name} | {took[0]:.1f} | {took[1]:.1f} |")
    whole = first[0] + second[0]
    print(
        f"\nReach: {LONGEST:.0f} s in all: {whole:.0f}, {'reached' if whole <= LONGEST else 'not reached in this run'}."
    )


def main() -> None:
    """Measure growth, or how long an older file takes."""
    older = sys.argv[1:2] == ["--older"]
    sizes = [int(size) for size in sys.argv[1 + older :]]
    if older:
        measure_older(*(sizes or [OLD_JOBS]))
    else:
        measure_growth(sizes or list(SIZES))


def measure_growth(sizes: list[int]) -> None:
    """Measure each size, and print one column for each."""
    columns: dict[int, dict[str, float]] = {}
    for size in sizes:
        home = Path(tempfile.mkdtemp(prefix="videogen-growth-"))
        try:
            columns[size] = measure(size, home)
        finally:
            shutil.rmtree(home, ignore_errors=True)
    print("| milliseconds, 95th percentile | " + " | ".join(f"{size:,} jobs" for size in sizes) + " |")
    print("|---" * (len(sizes) + 1) + "|")
    for name in columns[sizes[0]]:
        cells = (f"{column[name]:,.0f}" if "bytes" in name else f"{column[name]:.1f}" for column in columns.values())
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
