"""Long strings of a reply: on the disk while it arrives, and the very same text afterwards."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_videogen.transport import reply_spool

LIMIT = 16
"""Bytes from which a string is lifted, in these tests."""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=1) | st.text('ab/\\"\n+=', max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=1), inner, max_size=4),
    max_leaves=8,
)
"""Long strings of ASCII, as base64 is, among short ones of anything."""


@pytest.fixture(autouse=True, scope="module")
def small() -> Any:
    """Limits that small texts reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reply_spool, "LONG", LIMIT)
        patch.setattr(reply_spool, "PIECE", 7)
        patch.setattr(reply_spool, "KEPT", 1000)
        yield
    reply_spool.clear()


def spooled(body: bytes, cuts: list[int]) -> bytes:
    """Feed a body in pieces and give what stays in memory."""
    one, edges = reply_spool.Spool(), [0, *sorted(cuts), len(body)]
    for start, end in pairwise(edges):
        one.feed(body[start:end])
    one.close()
    assert one.size == len(body)
    return bytes(one.rest)


def put_back(value: Any) -> Any:
    """Replace every mark by the text behind it."""
    if isinstance(value, str):
        return "".join(reply_spool.chunks(value))
    if isinstance(value, list):
        return [put_back(item) for item in value]
    if isinstance(value, dict):
        return {put_back(name): put_back(item) for name, item in value.items()}
    return value


@given(VALUES, st.booleans(), st.lists(st.integers(0, 400), max_size=12))
def test_what_is_lifted_and_put_back_is_the_same_json(value: Any, plain: bool, cuts: list[int]) -> None:  # noqa: FBT001
    """Whatever the values, their escapes, and where the pieces end: nothing is lost, and long strings are not in memory."""
    body = json.dumps(value, ensure_ascii=plain).encode("utf-8", "surrogatepass")
    if plain and any(ord(sign) > 0xFFFF for sign in str(value)):
        return
    rest = spooled(body, [cut % (len(body) + 1) for cut in cuts])
    assert put_back(json.loads(rest)) == value


def test_an_escape_may_reach_over_two_pieces() -> None:
    """A quote that is escaped ends nothing, wherever the piece ends."""
    value = ['a"b\\' * 10, "\\", '"']
    body = json.dumps(value).encode()
    for cut in range(len(body)):
        assert put_back(json.loads(spooled(body, [cut]))) == value


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_what_is_no_json_ends_too(body: bytes, cuts: list[int]) -> None:
    """Any bytes are taken."""
    spooled(body, [cut % (len(body) + 1) for cut in cuts])


def test_a_long_string_leaves_a_mark() -> None:
    """Short ones stay as they are."""
    rest = json.loads(spooled(b'{"id": "r1", "b64": "QUJDREVGR0hJSktMTU5P"}', []))
    assert rest["id"] == "r1"
    assert rest["b64"].startswith("spooled:")
    assert "".join(reply_spool.chunks(rest["b64"])) == "QUJDREVGR0hJSktMTU5P"


def test_what_a_reply_says_twice_has_one_mark() -> None:
    """A clip that a result names in two places is one clip; another reply's is another."""
    long, other = b'"' + b"A" * 40 + b'"', b'"' + b"B" * 40 + b'"'
    once, twice, third = json.loads(spooled(b"[" + long + b"," + long + b"," + other + b"]", []))
    assert once == twice != third
    assert json.loads(spooled(long, [])) != once


def test_a_mark_that_a_service_makes_up_is_only_a_text() -> None:
    """Nothing of this machine is behind it."""
    made_up = "spooled:00000000000000000000000000000000"
    assert "".join(reply_spool.chunks(made_up)) == made_up


def test_what_nobody_reads_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many replies that nobody used, the oldest go."""
    monkeypatch.setattr(reply_spool, "KEPT", 2)
    marks = [json.loads(spooled(b'"' + b"A" * 20 + b'"', [])) for _ in range(3)]
    assert ["".join(reply_spool.chunks(mark)) == "A" * 20 for mark in marks] == [False, True, True]
    reply_spool.forget(marks[2])
    assert "".join(reply_spool.chunks(marks[2])) == marks[2]
