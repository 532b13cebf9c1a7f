"""What checks found is kept by hash, order and version."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from jupyter_videogen.core import checks
from jupyter_videogen.core.checks import CheckReport, Expected, Finding
from jupyter_videogen.ledger import checks as kept_checks
from jupyter_videogen.ledger import database
from jupyter_videogen.ledger.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FROZEN = Finding(
    name="frozen", value=2.1, unit="s", limit=1, short="frozen 2.1 s", words="w", at=1.0, frame=24, picture=b"\xff\xd8"
)
REPORT = CheckReport(clip="a.mp4", findings=(FROZEN,))
ORDER = Expected(duration=4, size="1280x720")


def test_a_report_comes_back_as_it_was(tmp_path: Path) -> None:
    """With its picture; for this order and no other."""
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.checks.keep("a" * 64, ORDER, REPORT)
    assert ledger.checks.find("a" * 64, ORDER) == REPORT
    assert ledger.checks.find("a" * 64, Expected()) is None
    assert ledger.checks.find("b" * 64, ORDER) is None
    ledger.checks.keep("a" * 64, ORDER, CheckReport(clip="a.mp4"))
    assert ledger.checks.words(["a" * 64, "b" * 64]) == {("a" * 64, ORDER.key): "ok"}
    ledger.close()


def test_words_of_thousands_of_clips(tmp_path: Path) -> None:
    """More than SQLite takes at once."""
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.checks.keep("7" * 64, ORDER, REPORT)
    assert ledger.checks.words([f"{number:064}" for number in range(40_000)] + ["7" * 64]) == {
        ("7" * 64, ORDER.key): "frozen 2.1 s"
    }
    ledger.close()


def test_another_version_of_the_checks_reads_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its limits may be others."""
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.checks.keep("a" * 64, ORDER, REPORT)
    monkeypatch.setattr(kept_checks, "VERSION", checks.VERSION + 1)
    assert ledger.checks.find("a" * 64, ORDER) is None
    assert ledger.checks.words(["a" * 64]) == {}
    ledger.close()


def test_a_ledger_of_before_gets_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The migration is its own, and is made once."""
    path = tmp_path / "ledger.sqlite3"
    before = database.MIGRATIONS[: database.MIGRATIONS.index(database.CHECKS)]
    with monkeypatch.context() as old:
        old.setattr(database, "MIGRATIONS", before)
        old.setattr(database, "VERSION", len(before))
        Ledger(path).close()
    ledger = Ledger(path)
    ledger.checks.keep("a" * 64, ORDER, REPORT)
    ledger.close()
    db = sqlite3.connect(path)
    assert db.execute("SELECT short FROM checks").fetchall() == [("frozen 2.1 s",)]
    db.close()
