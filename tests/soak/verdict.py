"""What became of every order, by the provider's own book; of the client, only how it packs a record is used to judge it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from typing import TYPE_CHECKING, Any

from bad_network import NEVER_ANSWERED, UNCLEAR, UNTOLD
from jupyter_videogen.ledger.packing import unpack
from service import DIALECTS, LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bad_network import Exchange

STRICT = True
"""Whether an order must be found again wherever the provider has a list, even where its answer was destroyed."""
CLOSE = 2.0
"""Seconds within which an answer that had gone out may not have been read when the client was killed."""
ENDED = frozenset({"succeeded", "failed", "cancelled", "expired", "unknown_outcome"})
COLUMNS = (
    "orders",
    "accepted",
    "stored",
    "failed there",
    "refused",
    "not sent",
    "unknown",
    "of these accepted",
    "found again",
    "open",
    "wrong",
)


class Verdict:
    """Counts by dialect, and every promise that was broken, in words."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.broken: list[str] = []

    def breaks(self, dialect: str, what: str) -> None:
        self.counts[dialect]["wrong"] += 1
        self.broken.append(f"{dialect}: {what}")

    @property
    def total(self) -> Counter[str]:
        return sum(self.counts.values(), Counter())

    def __str__(self) -> str:
        rows = [*((name, self.counts[name]) for name in DIALECTS), ("all", self.total)]
        head = f"{'':10}" + "".join(f"{name:>{len(name) + 2}}" for name in COLUMNS)
        lines = [f"{name:10}" + "".join(f"{row[key]:>{len(key) + 2}}" for key in COLUMNS) for name, row in rows]
        return "\n".join([head, *lines, *(f"BROKEN  {what}" for what in self.broken)])


class Evidence:
    """All that is known of one run."""

    def __init__(
        self,
        plan: dict[str, Any],
        book: dict[str, Any],
        home: Path,
        log: Iterable[Exchange],
        kills: list[float],
        naps: list[tuple[float, float]],
    ) -> None:
        self.plan, self.kills, self._naps = plan, kills, naps
        self.records = ledger(home / "ledger.sqlite3")
        self.meant = set((home.parent / "journal.txt").read_text().splitlines())
        """What the client set out to order, written down before it did."""
        self.mistakes: list[str] = book["mistakes"]
        self.accepted: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for job in book["jobs"]:
            self.accepted[job["prompt"]].append(job)
        self.refused = {row["prompt"] for row in book["refused"]}
        self.exchanges: dict[str, list[Exchange]] = defaultdict(list)
        for exchange in log:
            self.exchanges[exchange.prompt].append(exchange)

    def killed_within(self, prompt: str) -> bool:
        """Return whether the client died while a create of this order was under way, or its answer just read, or not read yet."""
        spans = [(one.began, self._awake(one.answered) + CLOSE) for one in self.exchanges[prompt]]
        return any(began <= kill <= ended for began, ended in spans for kill in self.kills)

    def _awake(self, moment: float) -> float:
        """Return when the client could read what arrived at a moment: at once, or when it wakes."""
        return next((until for since, until in self._naps if since - CLOSE <= moment <= until), moment)

    def untold(self, prompt: str) -> bool:
        """Return whether no answer that names the job ever left the line whole."""
        return all(one.fault in UNCLEAR | {"busy"} or one.answered == NEVER_ANSWERED for one in self.exchanges[prompt])

    def killed_before_sending(self, record: dict[str, Any]) -> bool:
        """Return whether the client died after it wrote down that it would send, and the line saw nothing of it."""
        sent = record.get("sent_at")
        return sent is not None and any(sent <= kill <= sent + CLOSE for kill in self.kills)


def ledger(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Read the records of the ledger, and of those that were taken away, by prompt, as anybody could."""
    newest: dict[str, tuple[int, dict[str, Any]]] = {}
    for file in [*sorted(path.parent.glob("ledger-gone-*.sqlite3")), path]:
        with closing(sqlite3.connect(file)) as database:
            rows = database.execute("SELECT id, version, content FROM jobs ORDER BY created_at").fetchall()
        for name, version, content in rows:
            if name not in newest or newest[name][0] <= version:
                newest[name] = version, json.loads(unpack(content))
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _, record in newest.values():
        found[record["request"]["prompt"]].append(record)
    return found


def judge(evidence: Evidence) -> Verdict:
    """Judge every order of the plan, then what nobody ordered."""
    verdict = Verdict()
    for order in evidence.plan["orders"]:
        _judge_order(verdict, evidence, order["provider"], order["prompt"])
    planned = {order["prompt"] for order in evidence.plan["orders"]}
    for prompt in (evidence.accepted.keys() | evidence.records.keys()) - planned:
        verdict.breaks("all", f"nobody ordered {prompt!r}")
    for mistake in evidence.mistakes:
        verdict.breaks("all", mistake)
    return verdict


def _judge_order(verdict: Verdict, evidence: Evidence, dialect: str, prompt: str) -> None:
    verdict.counts[dialect]["orders"] += 1
    jobs, records = evidence.accepted[prompt], evidence.records[prompt]
    verdict.counts[dialect]["accepted"] += len(jobs)
    if len(jobs) > 1:
        verdict.breaks(dialect, f"{prompt!r} was accepted {len(jobs)} times, by keys {[job['key'] for job in jobs]}")
    if len(records) != 1:
        meant = "ordered" if prompt in evidence.meant else "never ordered"
        verdict.breaks(dialect, f"{prompt!r} was {meant} and is {len(records)} times in the ledger")
        return
    _judge_record(verdict, evidence, dialect, records[0], jobs[0] if jobs else None)


def _judge_record(
    verdict: Verdict, evidence: Evidence, dialect: str, record: dict[str, Any], job: dict[str, Any] | None
) -> None:
    """Compare one record with the book's; every state has its own condition."""
    count, prompt, state = verdict.counts[dialect], record["request"]["prompt"], record["state"]
    words = f"{prompt!r} is {state} ({(record.get('failure') or {}).get('message')})"
    known = (record.get("handle") or {}).get("id")
    if job and dialect != "qubrid" and state != "unknown_outcome" and known != job["id"]:
        verdict.breaks(dialect, f"{words}, and its id is lost")
    count["found again"] += bool(job and known and evidence.untold(prompt))
    match state:
        case "succeeded":
            count["stored"] += 1
            wrong = _clip_fault(record, job)
        case "unknown_outcome":
            count["unknown"] += 1
            count["of these accepted"] += job is not None
            wrong = _unjustified(evidence, dialect, record, job)
        case "failed":
            wrong = _judge_failed(count, evidence, record, job)
        case _:
            count["open"] += 1
            wrong = "which is no end"
    if wrong:
        verdict.breaks(dialect, f"{words}, {wrong}")


def _judge_failed(count: Counter[str], evidence: Evidence, record: dict[str, Any], job: dict[str, Any] | None) -> str:
    """Say what is wrong with calling a job failed, if so: the provider must have said it, or nothing was sent."""
    if job is not None:
        count["failed there"] += 1
        return "" if job["state"] == "failed" else "and the provider has it"
    if record["request"]["prompt"] in evidence.refused:
        count["refused"] += 1
        return ""
    count["not sent"] += 1
    return "" if record["failure"].get("charged") == "no" else "and the provider never said so"


def _unjustified(evidence: Evidence, dialect: str, record: dict[str, Any], job: dict[str, Any] | None) -> str:
    """Say why an unknown outcome need not have been, if so."""
    prompt = record["request"]["prompt"]
    faults = {exchange.fault for exchange in evidence.exchanges[prompt]}
    if STRICT and job is not None and dialect in LISTED:
        return "and the provider has a list"
    killed = evidence.killed_within(prompt) or evidence.killed_before_sending(record)
    reset = any(one.answered == NEVER_ANSWERED for one in evidence.exchanges[prompt])
    if not (faults & (UNTOLD if job else UNCLEAR) or killed or reset):
        return f"though its answer arrived (on the line: {sorted(faults)})"
    return ""


def _clip_fault(record: dict[str, Any], job: dict[str, Any] | None) -> str:
    """Say what is wrong with a stored clip, if anything is."""
    if job is None or job["state"] != "completed":
        return "and the provider has no such clip"
    clip = record["clips"][0]
    same = clip["sha256"] == job["sha256"] and clip["bytes"] == job["size"]
    return "" if same else "and the ledger has another clip"


def settled(evidence: Evidence) -> bool:
    """Return whether everything that was accepted has come to an end, and everything else has been tried."""
    for order in evidence.plan["orders"]:
        records = evidence.records[order["prompt"]]
        if not records or any(record["state"] not in ENDED for record in records):
            return False
        if evidence.accepted[order["prompt"]] and any(record.get("searching") for record in records):
            return False
    return True


def judge_files(verdict: Verdict, evidence: Evidence, folder: Path) -> None:
    """Check every file there is, whoever knows of it: whole, and the provider's bytes of the job it is named for."""
    for dialect, record in ((row["provider"], row) for rows in evidence.records.values() for row in rows):
        for clip in record.get("clips", ()):
            if not (folder / clip["path"]).is_file():
                verdict.breaks(dialect, f"{clip['path']} is missing")
    expected = {record["path"]: record["request"]["prompt"] for rows in evidence.records.values() for record in rows}
    for path in sorted(folder.rglob("*.mp4")):
        content, jobs = path.read_bytes(), evidence.accepted[expected.get(str(path), "")]
        if not whole(content):
            verdict.breaks("all", f"{path.name} is no whole video")
        if hashlib.sha256(content).hexdigest() not in {job["sha256"] for job in jobs}:
            verdict.breaks("all", f"{path.name} is not what the provider has")


def whole(content: bytes) -> bool:
    """Walk the boxes of an MP4 (ISO 14496-12): they fill it exactly, and it has its pictures and their index."""
    at, kinds = 0, set()
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        kinds.add(content[at + 4 : at + 8])
        if size < 8:
            return False
        at += size
    return at == len(content) and {b"ftyp", b"moov", b"mdat"} <= kinds
