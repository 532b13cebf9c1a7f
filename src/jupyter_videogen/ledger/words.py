"""The words of prompts, for searching: one FTS5 index that is filled when somebody searches, never while a job is sent.

FTS5 is part of SQLite as python.org, conda, Debian and uv build it; where it is not, a search reads every record, and says so.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata

import msgspec

from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.ledger.packing import unpack

MOST = 2_000
"""The newest hits that a search shows."""
AT_ONCE = 2_000
"""Jobs that are read in one transaction."""
SHORTEST = 3
"""Letters from which on a word may be only begun."""
MOMENT = 1.0
"""Seconds that a search waits for other programs; it goes on with the words that are there."""
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts that write no spaces between words: Thai, Lao, Burmese, Khmer, Japanese and Chinese. Two neighbours count as a word."""
RUN = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+")
CREATE = """
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (text, content = '', columnsize = 0, detail = none, tokenize = 'unicode61 remove_diacritics 0')
"""
INDEXED = "SELECT coalesce((SELECT value FROM marks WHERE name = 'words'), 0)"
HITS = "number IN (SELECT rowid FROM words WHERE words MATCH :words ORDER BY rowid DESC LIMIT :most)"
SCAN = "number IN (SELECT number FROM jobs WHERE has_words(content, :search) ORDER BY number DESC LIMIT :most)"


class _Request(msgspec.Struct):
    prompt: str | None = ""


@prepare
class _Record(msgspec.Struct):
    request: _Request
    model: str = ""


def runs(text: str) -> list[str]:
    """Split a text into its words, without case and accents; what is written without spaces stays together."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return RUN.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))


def searchable(content: bytes) -> str:
    """Return the words of a job's prompt and model, as they are indexed."""
    record = msgspec.json.decode(unpack(content), type=_Record)
    return " ".join(
        term for run in runs(f"{record.request.prompt or ''} {record.model}") for term in _terms(run, whole=True)
    )


def expression(search: str) -> str:
    """Return what FTS5 is asked, empty where no word is typed: every word typed begins a word of the job, in any order.

    One or two letters are a whole word: what they begin is nearly everything.
    """
    return " AND ".join(f'"{term}"{" *" if _begins(term) else ""}' for run in runs(search) for term in _terms(run))


def has_words(content: bytes, search: str) -> bool:
    """Return whether a job is found by a search: what FTS5 answers, without it."""
    asked, there = [term for run in runs(search) for term in _terms(run)], searchable(content).split()
    found = (any(word == term or (_begins(term) and word.startswith(term)) for word in there) for term in asked)
    return bool(asked) and all(found)


def has_index(db: sqlite3.Connection) -> bool:
    """Return whether this Python's SQLite has FTS5."""
    try:
        db.execute("CREATE VIRTUAL TABLE temp.try_words USING fts5 (text)")
        db.execute("DROP TABLE temp.try_words")
    except sqlite3.OperationalError:
        return False
    return True


def index_some(db: sqlite3.Connection) -> int:
    """Index the next jobs in the transaction that is open; returns how many."""
    db.execute(CREATE)
    (indexed,) = db.execute(INDEXED).fetchone()
    rows = db.execute("SELECT number, content FROM jobs WHERE number > ? ORDER BY number LIMIT ?", (indexed, AT_ONCE))
    texts = [(number, searchable(content)) for number, content in rows.fetchall()]
    db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", texts)
    if texts:
        db.execute("INSERT OR REPLACE INTO marks (name, value) VALUES ('words', ?)", (texts[-1][0],))
    return len(texts)


def forget(db: sqlite3.Connection, number: int, content: bytes) -> None:
    """Take a job that is about to be deleted out of the index, in the transaction that is open."""
    (indexed,) = db.execute(INDEXED).fetchone()
    if number <= indexed:
        db.execute("INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)", (number, searchable(content)))


def _begins(term: str) -> bool:
    """Return whether a term may be the beginning of a word."""
    return len(term) >= SHORTEST or (len(term) == 1 and _is_unspaced(term))


def _is_unspaced(run: str) -> bool:
    return re.match(f"[{UNSPACED}]", run) is not None


def _terms(run: str, *, whole: bool = False) -> list[str]:
    """Return what of a run is indexed or asked for: a word, or each two neighbours of what is written without spaces.

    The `whole` of it also ends in its last character, so that this is found alone.
    """
    if not _is_unspaced(run) or len(run) == 1:
        return [run]
    pairs = [run[at : at + 2] for at in range(len(run) - 1)]
    return [*pairs, run[-1]] if whole else pairs
