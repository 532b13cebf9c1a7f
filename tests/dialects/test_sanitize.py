"""What a provider says: without the keys that were sent, without hidden characters, bounded, and never the end of the watching."""

from __future__ import annotations

import json
import time
from base64 import b64encode, urlsafe_b64encode
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin
from jupyter_videogen.catalog.model_lists import Listings
from jupyter_videogen.catalog.registry import Registry
from jupyter_videogen.config import files
from jupyter_videogen.config.configuration import Configuration
from jupyter_videogen.core import hidden_characters, redaction, terminal
from jupyter_videogen.core.clip import Artifact
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Call, Malformed, Reply
from jupyter_videogen.core.prices import Price
from jupyter_videogen.dialects import base, sanitize
from jupyter_videogen.dialects.base import (
    UNREADABLE,
    Accepted,
    Dialect,
    Listed,
    ListedModel,
    Looks,
    Page,
    StatusUpdate,
    Uploads,
)
from jupyter_videogen.dialects.http_errors import clock_skew, read_failure, retry_after
from jupyter_videogen.runtime import recovery
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.fakes import SLOW, Slow
from support.runner_bench import DONE, Bench, looks, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.paid_server import Shop

KEY = "sk-canary-KKKK0123456789+/ab"
ROWS = {row.name: row for row in builtin.ROWS}


@pytest.fixture(autouse=True)
def _learnt() -> Iterator[None]:
    redaction.add_secret(KEY)
    yield
    redaction.clear_secrets()


def in_json(text: str) -> str:
    return "".join(f"\\u{ord(sign):04x}" for sign in text)


WRITTEN: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": str.upper,
    "percent": lambda key: quote(key, safe=""),
    "percent, every sign": lambda key: "".join(f"%{ord(sign):02X}" for sign in key),
    "percent, twice": lambda key: quote("".join(f"%{ord(sign):02x}" for sign in key)),
    "JSON": in_json,
    "JSON in JSON": lambda key: in_json(key).replace("\\", "\\\\"),
    "HTML": lambda key: "".join(f"&#{ord(sign)};" for sign in key),
    "HTML in hex": lambda key: "".join(f"&#x{ord(sign):X};" for sign in key),
    "base64": lambda key: b64encode(key.encode()).decode(),
    "base64 of a header": lambda key: b64encode(f"Bearer {key}".encode()).decode(),
    "base64 of a pair": lambda key: b64encode(f"me:{key}\n".encode()).decode(),
    "base64 for addresses": lambda key: urlsafe_b64encode(f"a{key}".encode()).decode(),
    "hex": lambda key: key.encode().hex(),
    "mixed": lambda key: "".join(sign if at % 2 else f"%{ord(sign):02x}" for at, sign in enumerate(key)),
    "repr": lambda key: "".join(f"\\x{ord(sign):02x}" for sign in key),
    "escaped": escape,
}


def readable(text: str) -> bool:
    """Return whether half of the key can be read in a text, or out of base64 or hex in it."""
    halves = [KEY[:14], KEY[14:]]
    forms = [*halves, *(half.encode().hex() for half in halves)]
    forms += [b64encode(b"\0" * shift + KEY.encode()).decode()[4:20] for shift in range(3)]
    return any(form.lower() in text.lower() for form in forms)


@pytest.mark.parametrize("way", WRITTEN)
def test_no_way_to_write_a_key_is_passed_on(way: str) -> None:
    """In the middle of words, at their end, and cut off there."""
    written = WRITTEN[way](KEY)
    for words in (f"Bad key {written}, try again.", written, f"{written}{written}", f"x={written}&y"):
        cleaned = sanitize.clean_text(words)
        assert not readable(cleaned), way
        assert written not in cleaned
        assert "…" in cleaned
    for length in range(len(written) // 2, len(written)):
        assert not readable(sanitize.clean_text(f"Bad key {written[:length]}")), (way, length)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_words_without_a_key_stay_as_they_are(text: str) -> None:
    """But for what shows nothing."""
    assert hidden_characters.HIDDEN.sub("", sanitize.clean_text(text, 10_000)) == sanitize.clean_text(text, 10_000)
    if not hidden_characters.HIDDEN.search(text):
        assert sanitize.clean_text(text, 10_000) == text


SECONDS = 10.0
"""Processor time. What grows with the length takes milliseconds here; what backtracks takes hours."""


@pytest.mark.parametrize(
    "text", ["%" * 8000, "\\" * 8000, "&#" * 4000, "%2" * 4000, "s%73" * 2000, KEY[:-1] * 250, "k" * 8000]
)
def test_no_words_take_long_to_clean(text: str) -> None:
    """Signs of a key again and again, escapes that lead nowhere: work that grows with the length, no more."""
    began = time.thread_time()
    sanitize.clean_text(text)
    assert time.thread_time() - began < SECONDS


@pytest.mark.parametrize("length", [8, 12, 40, 200, 512, 2000, 4096])
def test_keys_of_any_length_are_hidden(length: int) -> None:
    """Tokens of some providers are as long as a page; none stops the reading."""
    key = "".join(chr(33 + (7 * at + at // 90) % 94) for at in range(length))
    redaction.add_secret(key)
    began = time.thread_time()
    for way in ("plain", "percent", "JSON", "base64", "hex"):
        written = WRITTEN[way](key)
        for words in (f"x {written} y", *([written[: len(written) // 2 + 9]] if length > redaction.SHORTEST else [])):
            cleaned = redaction.redact(words)
            assert written[: max(len(written) // 2, 6)] not in cleaned
    assert time.thread_time() - began < SECONDS


def test_values_are_cleaned_after_they_were_read() -> None:
    """Every text of every value that a dialect reads."""
    failure = Failure(code="auth", message=KEY, next=KEY, field=KEY, request_id=KEY, sent="yes", charged="no")
    update = StatusUpdate(
        "failed", failure=failure, status=f"\x1b{KEY}", notes=[KEY], artifacts=[Artifact(f"https://x/?k={KEY}")]
    )
    assert "canary" not in repr(sanitize.check_values(failure))
    assert "canary" not in repr(sanitize.check_values(update))
    with pytest.raises(Malformed):
        sanitize.check_values(Accepted({"id": KEY}))
    with pytest.raises(Malformed):
        sanitize.check_values(Accepted({"id": f"x{KEY}"}))


@pytest.mark.parametrize("body", [
    {"error": {"message": f"Bad key {KEY}"}},
    {"error": f"Bad key {KEY}", "request_id": KEY},
    {"detail": [{"loc": ["body", KEY], "msg": KEY}]},
    {"error": {"message": json.dumps({"error": {"message": KEY, "code": KEY}})}},
    {"message": WRITTEN["base64"](KEY), "event_id": WRITTEN["percent"](KEY)},
])  # fmt: skip
@pytest.mark.parametrize("name", ROWS)
def test_no_error_of_any_service_quotes_a_key(name: str, body: dict[str, Any]) -> None:
    """Whatever its shape, and whatever the header says."""
    for status in (400, 401, 404, 429, 500):
        reply = Reply(status, {"x-request-id": KEY}, json.dumps(body).encode())
        found = sanitize.sanitize_dialect(ROWS[name].dialect).read_failure(reply)
        assert not readable(repr(found))


def test_a_services_error_in_a_200_tells_no_key(tmp_path: Path) -> None:
    """Nowhere in the job, its ledger or its error."""
    bench = Bench(tmp_path, SLOW, looks({"state": "running", "pct": 5}, said({"state": "failed"})))
    bench.provider = msgspec.structs.replace(SLOW, dialect=Quoting())
    bench.run()
    assert "canary" not in repr(bench.stored)
    assert "canary" not in (tmp_path / "ledger.sqlite3").read_bytes().decode("latin-1")
    assert bench.stored.failure is not None
    assert "\x1b" not in bench.stored.failure.message


class Quoting(Slow):
    """Gives the key back in every word."""

    def read_look(self, reply: Reply, handle: dict[str, Any]) -> StatusUpdate:
        state = reply.json["state"]
        failure = Failure(code="x", message=f"\x1b]52;c;{KEY}\x07", sent="yes") if state == "failed" else None
        return StatusUpdate(state, failure=failure, status=KEY, notes=[KEY])


def test_keys_are_learnt_as_they_are_sent() -> None:
    """The provider's key, headers of the user's, and fields of a request that hold another."""
    redaction.clear_secrets()

    async def run() -> None:
        endpoint = Endpoint("http://127.0.0.1:9", vg_secret("canary-one-1"), {"x-team": "canary-two-2"})
        transport = Transport(Fixed(endpoint))
        call = Call("POST", "/x", json={"prompt": "a kite", "extra": [{"byok_api_key": {"value": "canary-three"}}]})
        try:
            with pytest.raises(Exception, match="the connection was refused"):
                await transport.send(call)
        finally:
            await transport.close()

    import asyncio  # noqa: PLC0415 - beside its use

    asyncio.run(run())
    assert sanitize.clean_text("canary-one-1 canary-two-2 canary-three a kite") == "… … … a kite"


def vg_secret(value: str) -> Any:
    from jupyter_videogen.core.secrets import Secret  # noqa: PLC0415 - beside its use

    return Secret(value, source="test")


# ---- hidden characters ------------------------------------------------------------------------------------------------

SPELLS = [
    "\x1b]52;c;aWQ=\x07",
    "\x1b[2J",
    "\x9b2J",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "\x08\x08",
    "\r",
    "\U000e0041",
    "\ufeff",
]


@pytest.mark.parametrize("spell", SPELLS)
def test_a_terminal_is_never_spoken_to(spell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In words, in notes, and in JSON, which still says the same."""
    terminal.print_out(f"a{spell}b")
    terminal.print_err(f"a{spell}b")
    terminal.print_out(terminal.as_json({"note": spell}))
    said_ = capsys.readouterr()
    assert not hidden_characters.HIDDEN.search(said_.out + said_.err)
    assert json.loads(said_.out.partition("\n")[2])["note"] == spell
    assert not hidden_characters.HIDDEN.search(sanitize.clean_text(spell))


@given(st.text())
def test_what_is_written_out_says_the_same(text: str) -> None:
    """JSON and Python read the escapes back."""
    encoded = hidden_characters.escape_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(encoded) == text
    assert not hidden_characters.HIDDEN.search(encoded)
    assert not hidden_characters.HIDDEN.search(hidden_characters.escape_text(text))


# ---- readings ---------------------------------------------------------------------------------------------------------

LONG = "model " * 14_000
ODD: list[Any] = [
    None, [], {}, 0, "x", 10**400, -(10**400), float("1e308"), {"id": 10**400}, {"status": ["x"]}, {"error": {"message": LONG}},
    {"status": "completed", "created_at": 10**400, "completed_at": 10**400}, {"progress": 10**400, "status": "in_progress"},
    {"status": "failed", "error": {"message": {"a": 1}}}, {"detail": [{"loc": None}]}, {"detail": [{"loc": 5, "msg": None}]},
    {"data": [None, 5, [], {"id": None}]}, {"status": "in_progress", "seconds": "1e999"}, {"error": LONG}, {"message": "<" * 84_000},
    {"created_at": "0001-01-01T00:00:00"}, {"status": "completed", "videos": {"url": 5}}, {"data": {"code": 1}, "code": 1, "message": 2},
    {"pricing": []}, {"data": [{"id": "m", "pricing": {"request": "1e999"}}]}, {"models": [[["x"]]]}, {"content_filter": {"filtered_count": 1}},
]  # fmt: skip
HEADERS = [
    "",
    "x",
    "Mon, 99 Foo 2026",
    "Fri, 01 Jan 0001 00:00:00 +2400",
    "9" * 400,
    "-1",
    "nan",
    "1e999",
    "²",
    "Thu, 01 Jan 1970 00:00:00 -0000",
]


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("phase", ["read_create", "read_look", "read_page", "read_failure"])
def test_every_reading_gives_a_value_or_is_malformed(name: str, phase: str) -> None:
    """Numbers without end, lists for objects, odd dates: never anything else, and never for long."""
    dialect = sanitize.sanitize_dialect(ROWS[name].dialect)
    read = getattr(dialect, phase, None)
    if read is None:
        return
    given_ = [{"id": "r1"}] if phase == "read_look" else []
    for body in ODD:
        for header in HEADERS:
            headers = {
                "date": header,
                "retry-after": header,
                "openai-poll-after-ms": header,
                "location": f"http://[{header}",
            }
            reply = Reply(400 if phase == "read_failure" else 200, headers, json.dumps(body).encode())
            began = time.thread_time()
            try:
                found = read(reply, *given_)
                assert isinstance(found, sanitize.KINDS[phase])
            except Malformed:
                assert phase != "read_failure"
            assert time.thread_time() - began < SECONDS
            assert isinstance(clock_skew(reply, now=0.0), float)
            assert 0.0 <= (retry_after(reply) or 0.0) <= 86_400
            assert sanitize.read_location(reply) is None or header


@pytest.mark.parametrize(
    "words", [LONG, LONG + ".", "model deprecate" * 6000, "<" * 84_000, "{" * 84_000, "rai_" * 20_000]
)
def test_no_error_takes_long_to_read(words: str) -> None:
    """84 kB stopped a kernel for a minute."""
    for body in (json.dumps({"error": {"message": words}}).encode(), words.encode()):
        began = time.thread_time()
        found = read_failure(Reply(400, {}, body))
        assert time.thread_time() - began < SECONDS
        assert len(found.message) <= 300


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ("The model wan-1 is deprecated.", True), ("This model has been retired", True), ("Model x is no longer there", True),
        ("deprecated: size. Choose a model.", False), ("The model is fine. The size is deprecated.", False), ("model_not_found", True),
        ("remodel deprecated", False),
    ],
)  # fmt: skip
def test_the_end_of_a_model_is_told_in_one_sentence(words: str, gone: bool) -> None:  # noqa: FBT001 - a column
    """First the model, then its end."""
    found = read_failure(Reply(400, {}, json.dumps({"error": {"message": words}}).encode()))
    assert (found.code == "model_not_found") is gone


class Wild(Slow):
    """A plug-in whose readings do what they like."""

    def read_look(self, reply: Reply, handle: dict[str, Any]) -> Any:
        match reply.json["do"]:
            case "raise":
                raise RuntimeError(KEY)
            case "none":
                return None
            case "other":
                return Accepted({"id": "x"})
        return StatusUpdate(
            reply.json["do"], progress=float("nan"), poll_after=-1.0, notes=["x" * 10_000] * 100, took=-5.0
        )


def test_a_plug_in_that_fails_is_a_missed_look(tmp_path: Path) -> None:
    """Raised, nothing, or something else: the next look is as good as any; an unknown state is no end."""
    wild = msgspec.structs.replace(SLOW, dialect=Wild())
    bench = Bench(tmp_path, wild, looks(*({"do": word} for word in ("raise", "none", "other", "nonsense", "failed"))))
    job = bench.run()
    assert job.state == "failed"
    assert "canary" not in repr(job)
    assert all(len(note) <= sanitize.NOTE for note in job.warnings)


class Unhashable(Slow):
    """A plug-in as a data class makes it."""

    __hash__ = None  # type: ignore[assignment]
    word = "x"


ABILITIES = [kind for kind in vars(base).values() if getattr(kind, "_is_runtime_protocol", False)]


def test_a_guarded_dialect_keeps_its_halves() -> None:
    """What it can do is what it is asked for."""
    for row in builtin.ROWS:
        guarded = sanitize.sanitize_dialect(row.dialect)
        can = {ability for ability in ABILITIES if isinstance(guarded, ability)}
        assert can == {ability for ability in ABILITIES if isinstance(row.dialect, ability)}, row.name
    assert sanitize.sanitize_dialect(SLOW.dialect) is sanitize.sanitize_dialect(SLOW.dialect)
    assert sanitize.sanitize_dialect(Unhashable()).word == "x"
    assert {Looks, Uploads} < set(ABILITIES)
    assert issubclass(Slow, Dialect)
    assert RecursionError in UNREADABLE


@pytest.mark.parametrize("bad", ["..", ".", "", "a\r\nHost: x", "a\x1b[2J", "x" * 3000, "a\u202eb"])
def test_a_listed_id_that_walks_elsewhere_is_no_job(bad: str) -> None:
    """It would be asked for, shown and written down; the other rows stand."""
    page = Page([Listed(handle={"id": bad}), Listed(handle={"id": "good"})])
    assert [row.handle["id"] for row in sanitize.check_values(page).jobs] == ["good"]
    for name in ("openai", "indoxhub", "bifrost"):
        rows = [{"id": bad, "job_id": bad, "prompt": "x"}, {"id": "good", "job_id": "good", "prompt": "x"}]
        reply = Reply(200, {}, json.dumps({"data": rows, "jobs": rows}).encode())
        assert [row.handle["id"] for row in sanitize.sanitize_dialect(ROWS[name].dialect).read_page(reply).jobs] == [
            "good"
        ]


@pytest.mark.parametrize("bad", ["..", "", "a\r\nb", "\x1b[2J"])
def test_an_id_to_attach_is_checked_like_a_services(bad: str, shop: Shop) -> None:
    """A sentence, not an error of ours."""
    with pytest.raises(vg.InvalidRequest, match="not a job id"):
        vg.attach(bad, "openai", base_url=shop.url)


def test_an_integer_without_end_loses_no_job(tmp_path: Path) -> None:
    """In the very answer that says the job was taken."""

    def answer(call: Call) -> Reply:
        if call.method == "POST":
            huge = "9" * 400
            return Reply(200, {}, f'{{"id": "r1", "seconds": {huge}, "created_at": {huge}}}'.encode())
        return looks(DONE)(call) if call.url != "/clips/r1" else said(DONE)

    job = Bench(tmp_path, SLOW, answer).run()
    assert (job.state, job.handle) == ("succeeded", {"id": "r1"})


# ---- a task that died -------------------------------------------------------------------------------------------------


def test_a_search_that_breaks_is_taken_up_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After an error of our own the list is asked again; the page never says "looking" while nobody does."""
    caplog.set_level("DEBUG")
    redaction.add_secret(KEY)
    told: list[str] = []
    real = recovery.find_lost_job

    async def breaking(*given_: Any) -> Any:
        told.append("asked")
        if len(told) < 3:
            raise RuntimeError(KEY)
        return await real(*given_)

    monkeypatch.setattr("jupyter_videogen.runtime.recovery.find_lost_job", breaking)
    shop.deaf = True
    job = vg.Client("openai", base_url=shop.url, api_key="canary-1").submit("a kite", model="m")
    assert job.result(60).prompt == "a kite"
    assert len(told) == 3
    assert len(shop.book) == 1
    assert caplog.text.count("Internal error") == 2
    assert "canary-KKKK" not in caplog.text


def test_a_search_that_breaks_for_good_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what takes it up; nothing is sent again."""

    async def breaking(*_: Any) -> Any:
        raise RuntimeError(KEY)

    monkeypatch.setattr("jupyter_videogen.runtime.recovery.find_lost_job", breaking)
    shop.deaf = True
    job = vg.Client("openai", base_url=shop.url, api_key="canary-1").submit("a kite", model="m")
    with pytest.raises(vg.OutcomeUnknown, match=r"An internal error ended the search for the job \(RuntimeError\)"):
        job.result(60)
    assert (job.record.searching, job.state, len(shop.book)) == (False, "unknown_outcome", 1)
    monkeypatch.undo()


def test_watching_that_breaks_for_good_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job goes on at the provider, is kept, and is taken up by the next who asks for it."""
    shop.held.clear()

    async def breaking(*_: Any) -> Any:
        raise RuntimeError(KEY)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jupyter_videogen.runtime.poller.Poller.watch", breaking)
        job = vg.Client("openai", base_url=shop.url, api_key="canary-1").submit("a kite", model="m")
        assert shop.asked.wait(10)
        shop.held.set()
        assert job.settled(60)
        assert (job.state, job.record.failure and job.record.failure.code) == ("unreachable", "unreachable")
        assert job.record.failure is not None
        assert "stopped the watching (RuntimeError)" in job.record.failure.message
    assert vg.job(job.id).watch().result(30).prompt == "a kite"
    assert len(shop.book) == 1


def keep_listed(home: Path, url: str, price: float) -> None:
    """Write a list with one price into the home, as if it had been read so."""
    Listings(home).keep(url, [ListedModel(name="m", price=Price(per_clip=price))], now=4e9)


# ---- prices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said_", [-1000, 0, "-0.01", "nan", "inf", "1e999", 1e9, 10**400, True, None, "free", [], {"a": 1}]
)
def test_a_listed_price_is_above_zero(said_: Any, shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything else is no price, which is unknown: caps in dollars ask, and `max_cost` refuses."""
    reply = Reply(200, {}, json.dumps({"data": [{"id": "m", "pricing": {"request": said_}}]}).encode())
    assert sanitize.read_models(builtin.OPENAI.dialect, reply).models == (ListedModel(name="m"),)
    price = Price(per_clip=said_ if isinstance(said_, float | int) else 0.0)
    row = msgspec.structs.replace(builtin.OPENAI, prices={"m": price})
    assert Configuration(files.Config(), Registry()).price_of(row, "m") is None
    keep_listed(home, shop.url, -1000.0)
    lab = vg.Client("openai", base_url=shop.url, api_key="canary-1")
    for most in ({"max_cost": 0.01}, {"max_cost": 1000.0}):
        with pytest.raises(vg.BudgetExceeded, match="unknown"):
            lab.submit("a kite", model="m", **most)
    assert shop.book == []


def test_a_good_listed_price_counts(shop: Shop, home: Path) -> None:
    """As a price that somebody wrote down."""
    reply = Reply(200, {}, json.dumps({"data": [{"id": "m", "pricing": {"request": "0.25"}}]}).encode())
    (model,) = sanitize.read_models(builtin.OPENAI.dialect, reply).models
    assert model.price == Price(per_clip=0.25)
    keep_listed(home, shop.url, 0.25)
    assert vg.Client("openai", base_url=shop.url, api_key="canary-1").estimate("a kite", model="m").cost == 0.25
