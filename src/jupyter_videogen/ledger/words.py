"""The words of prompts, for searching: one FTS5 index that is filled when somebody searches, never while a job is sent.

FTS5 reads the newest jobs of a word first and stops when it has enough, but of the beginning of a word it first gathers all jobs. Therefore
the words are also in a table, and a beginning is asked as the words that it stands for.

FTS5 is part of SQLite as python.org, conda, Debian and uv build it; where it is not, a search reads every record, and says so.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.ledger.packing import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 2_000
"""The newest hits that a search shows."""
AT_ONCE = 2_000
"""Jobs that are read in one transaction."""
SHORTEST = 3
"""Letters from which on a word may be only begun."""
WIDEST = 200
"""Words that a beginning is asked as; FTS5 takes 40 microseconds for each, and where there are more, it gathers them itself."""
MOMENT = 1.0
"""Seconds that a search waits for other programs; it goes on with the words that are there."""
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts that write no spaces between words: Thai, Lao, Burmese, Khmer, Japanese and Chinese. Two neighbours count as a word."""
SPLITTING = frozenset(map(chr, (*range(0x19B0, 0x19C1), 0x19C8, 0x19C9, 0x1CF2, 0x1CF3)))
"""Letters of New Tai Lue and of the Vedas that FTS5 takes as spaces; they are marks in the Unicode that it knows."""
RUN = rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+"
"""Compiled at the first search: 4 ms."""
CREATE = """
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (text, content = '', columnsize = 0, detail = none, tokenize = 'unicode61 remove_diacritics 0')
"""
NEWEST = "SELECT coalesce(max(number), 0) FROM jobs"
CREATE_TERMS = "CREATE TABLE IF NOT EXISTS terms (term TEXT PRIMARY KEY) WITHOUT ROWID"
MARK = "SELECT coalesce((SELECT value FROM marks WHERE name = '{name}'), 0)"
INDEXED, LISTED = MARK.format(name="words"), MARK.format(name="terms")
"""The last job whose words are in the index, and in the table: another version of this package fills the index alone."""
VOCABULARY = "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, words, row)"
BEGUN = "SELECT term FROM terms WHERE term >= ? AND term < ? LIMIT ?"
HITS = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?"
SCAN = "SELECT number FROM jobs WHERE has_words(content, ?) ORDER BY number DESC LIMIT ?"


class _Request(msgspec.Struct):
    prompt: str | None = ""


@prepare
class _Record(msgspec.Struct):
    request: _Request
    model: str = ""


def runs(text: str) -> list[str]:
    """Split a text into its words, without case and accents; what is written without spaces stays together."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(RUN, "".join(sign for sign in plain if not unicodedata.combining(sign)))


def searchable(content: bytes) -> str:
    """Return the words of a job's prompt and model, as they are indexed."""
    record = msgspec.json.decode(unpack(content), type=_Record)
    return " ".join(
        term for run in runs(f"{record.request.prompt or ''} {record.model}") for term in _terms(run, whole=True)
    )


def expression(search: str, known: Callable[[str], Sequence[str]] = lambda _: ()) -> str:
    """Return what FTS5 is asked, empty where no word is typed: every word typed begins a word of the job, in any order.

    One or two letters are a whole word: what they begin is nearly everything. `known` returns the words that a beginning stands for, or
    none where FTS5 has to find them.
    """
    return " AND ".join(_asked(term, known) for run in runs(search) for term in _terms(run))


def list_known(db: sqlite3.Connection, beginning: str) -> list[str]:
    """Return the words of all jobs with a beginning; none where the table is not up to date, or they are more than `WIDEST`."""
    ((indexed,), (listed,)) = (db.execute(query).fetchone() for query in (INDEXED, LISTED))
    if indexed != listed or not indexed:
        return []
    found = [term for (term,) in db.execute(BEGUN, (beginning, f"{beginning}{chr(0x10FFFF)}", WIDEST + 1))]
    return found if len(found) <= WIDEST and all(map(_is_one_token, found)) else []


def is_asked_singly(search: str) -> bool:
    """Return whether FTS5 can be asked for each word: it takes a few letters of Python's as spaces, and a phrase needs another index."""
    return not any(set(run) & SPLITTING for run in runs(search))


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


def is_behind(db: sqlite3.Connection) -> bool:
    """Return whether a job is not indexed yet, or its words are not in the table."""
    newest, indexed, listed = (db.execute(query).fetchone()[0] for query in (NEWEST, INDEXED, LISTED))
    return bool(newest > indexed or indexed != listed)


def index_some(db: sqlite3.Connection) -> int:
    """Index the next jobs in the transaction that is open; returns how many."""
    for create in (CREATE, CREATE_TERMS):
        db.execute(create)
    ((indexed,), (listed,)) = (db.execute(query).fetchone() for query in (INDEXED, LISTED))
    rows = db.execute("SELECT number, content FROM jobs WHERE number > ? ORDER BY number LIMIT ?", (indexed, AT_ONCE))
    texts = [(number, searchable(content)) for number, content in rows.fetchall()]
    db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", texts)
    terms = {term for _, text in texts for term in text.split()}
    db.executemany("INSERT OR IGNORE INTO terms (term) VALUES (?)", [(term,) for term in sorted(terms)])
    if indexed != listed:
        _list_all(db)
    last = texts[-1][0] if texts else indexed
    db.executemany("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", [("words", last), ("terms", last)])
    return len(texts)


def _list_all(db: sqlite3.Connection) -> None:
    """Fill the table out of the index: half a second for a million jobs."""
    db.execute(VOCABULARY)
    db.execute("INSERT OR IGNORE INTO terms (term) SELECT term FROM temp.vocabulary")
    db.execute("DROP TABLE temp.vocabulary")


def forget(db: sqlite3.Connection, number: int, content: bytes) -> None:
    """Take a job that is about to be deleted out of the index, in the transaction that is open."""
    (indexed,) = db.execute(INDEXED).fetchone()
    if number <= indexed:
        db.execute("INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)", (number, searchable(content)))


def _asked(term: str, known: Callable[[str], Sequence[str]]) -> str:
    """Return what FTS5 is asked for one term."""
    if not _begins(term):
        return f'"{term}"'
    meant = " OR ".join(f'"{one}"' for one in known(term))
    return f"({meant})" if meant else f'"{term}" *'


def _is_one_token(term: str) -> bool:
    """Return whether any FTS5 takes a word as one: each knows other letters than Python, but all of Unicode 3.2."""
    return term.isascii() or all(unicodedata.ucd_3_2_0.category(sign)[0] in "LN" for sign in term)


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
