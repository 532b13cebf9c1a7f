"""Replies that no provider should send, for half a minute: see `tests/soak/fuzz.py`, which goes on for ten."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import fuzz
from jupyter_videogen.catalog import builtin

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = float(os.environ.get("VIDEOGEN_FUZZ_SECONDS", "15"))  # noqa: TID251 - how long the tests may take is the caller's


@pytest.mark.parametrize("seed", [7, 2026])
def test_no_reply_breaks_a_job_or_brings_a_key_back(seed: int, tmp_path: Path) -> None:
    """No raw error, no long turn of the loop, no key in message, cell, widget, ledger, receipt, log or code."""
    book = fuzz.fuzz(tmp_path, seconds=SECONDS, seed=seed, least=8 * len(builtin.ROWS))
    assert book.faults == []
    assert {"succeeded", "failed", "unknown_outcome"} <= set(book.ends)


def test_the_search_finds_what_comes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the door every sink sings."""
    monkeypatch.setattr(fuzz.redaction, "redact", lambda text: text)
    monkeypatch.setattr(fuzz.hidden_characters, "escape_text", lambda text: text)
    book = fuzz.fuzz(tmp_path, seconds=0.0, seed=7, least=400)
    assert {"message", "cell", "widget", "record"} <= book.sinks
