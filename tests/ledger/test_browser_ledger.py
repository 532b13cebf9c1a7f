"""The ledger of Python in a browser: worked on in memory, kept on the site's drive at every durable write.

A kernel's memory is a folder here, and its end is the end of that folder.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_videogen.core import environment, platform
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger import browser_presence
from jupyter_videogen.ledger.browser_presence import BrowserPresence
from jupyter_videogen.ledger.kept_copy import KeptCopy
from jupyter_videogen.ledger.ledger import Ledger
from support.fakes import SLOW
from support.runner_bench import draft as draft_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.job import JobRecord

NOW = 1_000.0


def draft(**facts: Any) -> JobRecord:
    return draft_of(SLOW, Path("lesson")).after(**facts)


@pytest.fixture
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(platform, "is_browser", lambda: True)
    monkeypatch.setattr(environment, "DRIVE", tmp_path)
    monkeypatch.delenv("VIDEOGEN_HOME", raising=False)
    return tmp_path


@pytest.fixture
def kernel(
    drive: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Ledger]:
    """Begin a kernel: its memory is empty."""

    def begin() -> Ledger:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("memory")))
        return Ledger(environment.home() / "ledger.sqlite3")

    return begin


def test_the_home_is_on_the_drive(drive: Path) -> None:
    assert environment.home() == drive / ".jupyter-videogen"


def test_without_a_drive_the_home_is_in_memory(drive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "DRIVE", drive / "none")
    assert drive not in environment.home().parents


def test_a_job_is_there_at_the_next_visit(kernel: Callable[[], Ledger]) -> None:
    first = kernel()
    job = first.add(draft())
    second = kernel()  # the first was not closed: nobody closes a tab's kernel
    assert second.find(job.id) == job
    first.close()
    second.close()


def test_what_is_to_be_sent_is_kept_before(kernel: Callable[[], Ledger]) -> None:
    first = kernel()
    sending = first.send(first.add(draft()).after(state="submitting", sent_at=NOW), now=NOW)
    second = kernel()
    assert second.find(sending.id).state == "submitting"
    first.close()
    second.close()


def test_a_job_that_the_drive_does_not_take_is_not_recorded(
    kernel: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = kernel()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(KeptCopy, "save", full)
    with pytest.raises(VideogenError, match="not sent"):
        ledger.add(draft())
    ledger.close()


def test_two_notebooks_keep_each_others_jobs(kernel: Callable[[], Ledger]) -> None:
    one, other = kernel(), kernel()
    first = one.add(draft())
    second = other.add(draft(id="00000002", idempotency_key="k2", fingerprint="f2"))
    done = one.save(first.after(state="submitting", sent_at=NOW))
    assert {job.id for job in kernel().unfinished()} == {first.id, second.id}
    assert kernel().find(first.id) == done
    other.save(second.after(state="submitting", sent_at=NOW))
    assert kernel().find(first.id) == done, "a later version is not written over"
    one.close()
    other.close()


def test_a_damaged_copy_is_kept_under_another_name(
    kernel: Callable[[], Ledger], drive: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = drive / ".jupyter-videogen"
    home.mkdir()
    (home / "ledger.sqlite3").write_bytes(b"no database at all" * 100)
    ledger = kernel()
    ledger.add(draft())
    (aside,) = home.glob("ledger-damaged-*.sqlite3")
    assert aside.read_bytes().startswith(b"no database")
    assert "damaged" in caplog.text
    ledger.close()


class Locks:
    """A browser's lock manager: names that are held, and queries that are answered when `answer` is called."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.waiting: list[Callable[[Any], None]] = []

    def request(self, name: str, held: Callable[[object], object]) -> None:
        self.names.add(name)
        held(None)

    def query(self) -> SimpleNamespace:
        return SimpleNamespace(then=self.waiting.append)

    def answer(self) -> None:
        for told in self.waiting:
            told(SimpleNamespace(held=[SimpleNamespace(name=name) for name in self.names], pending=[]))
        self.waiting.clear()


@pytest.fixture
def locks(monkeypatch: pytest.MonkeyPatch) -> Locks:
    locks = Locks()
    monkeypatch.setattr(browser_presence, "_once", lambda function: function)
    monkeypatch.setattr(browser_presence, "_promise", lambda: (None, locks.names.clear))
    return locks


def test_a_kernel_is_gone_only_once_the_browser_says_so(locks: Locks) -> None:
    one, other = BrowserPresence(locks), BrowserPresence(locks)
    other.show()
    assert not one.gone(str(other.owner))
    locks.answer()
    assert not one.gone(str(other.owner)), "it lives"
    locks.answer()
    other.close()
    assert not one.gone(str(other.owner)), "the answer is still on its way"
    locks.answer()
    assert one.gone(str(other.owner))


def test_without_locks_nobody_is_proven_gone() -> None:
    assert not BrowserPresence().gone(str(BrowserPresence().owner))
