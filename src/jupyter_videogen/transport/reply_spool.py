"""Long strings of a JSON reply, lifted into files while it arrives: a clip in base64 is never held in memory.

What is left is the same JSON with a mark in place of each; `chunks` gives the text behind a mark. A body that is no JSON
but a film goes to a file whole, in base64. The files have no
name: they are gone with the process, or as soon as newer ones take their place.
"""

from __future__ import annotations

import atexit
import re
import tempfile
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

import msgspec

from jupyter_videogen.core.file_types import begins_as_video
from jupyter_videogen.core.http import is_film

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 64 * 1024
"""Bytes from which a string is lifted."""
PIECE = 256 * 1024
OPENING, HEAD = 512, 24
"""Bytes of a string, and of its base64, that show whether it is a film."""
FIRST = 12
"""Bytes after which a body shows whether it is a film."""
KEPT = 64
"""Strings that may wait for their reader; the oldest goes first."""
STOP = re.compile(rb'["\\]')
WHOLE = re.compile(rb"(?:[^\\]+|\\u.{4}|\\[^u])*", re.DOTALL)
"""Signs and whole escapes; one at the end may go on in the next piece."""
_lifted: dict[str, BinaryIO] = {}


class Spool:
    """JSON as it arrives; `rest` is what stays in memory, `size` all that came, `words` what was lifted and is no film."""

    def __init__(self) -> None:
        self.rest, self.size, self.words = bytearray(), 0, 0
        self._film = False
        """Whether the string that is being lifted begins as a film in base64 does."""
        self._begin: int | None = None
        """Where in `rest` the string began that is being read; None between strings."""
        self._file: BinaryIO | None = None
        self._digest = sha256()
        self._id = uuid4().hex
        self._escaped = False
        self._whole: BinaryIO | None = None
        self._head: bytes | None = b""
        """The first bytes, until they show what is coming; in a film what is left of a group of three."""

    def feed(self, piece: bytes) -> None:
        """Take the next bytes; raises `OSError` where the disk does not."""
        self.size += len(piece)
        if self._whole is not None:
            self._add(piece)
        elif self._head is None:
            self._read(piece)
        elif len(self._head) + len(piece) < FIRST:
            self._head += piece
        elif is_film(self._head + piece):
            self._whole = self._fresh()
            self._add(piece)
        else:
            self._read(self._unread() + piece)

    def end(self) -> str:
        """Take in that nothing more comes; returns the mark of a film, empty for anything else."""
        if self._whole is None:
            self._read(self._unread())
            return ""
        self._whole.write(b64encode(self._head or b""))
        film, self._whole = self._whole, None
        return _keep(film, f"spooled:{self._id}film")

    def _add(self, piece: bytes) -> None:
        """Add to a film; base64 goes by groups of three bytes."""
        together = (self._head or b"") + piece
        whole = len(together) // 3 * 3
        self._whole.write(b64encode(together[:whole]))  # type: ignore[union-attr]  # it is there
        self._head = together[whole:]

    def _unread(self) -> bytes:
        head, self._head = self._head or b"", None
        return head

    def _read(self, piece: bytes) -> None:
        at = 0
        while at < len(piece):
            at = self._between(piece, at) if self._begin is None else self._inside(piece, at, self._begin)

    def close(self) -> None:
        """Let go of a string that did not come whole."""
        if self._whole is None:
            self._read(self._unread())
        for file in (self._file, self._whole):
            if file:
                file.close()

    def _between(self, piece: bytes, at: int) -> int:
        quote = piece.find(b'"', at)
        end = len(piece) if quote < 0 else quote + 1
        self.rest += piece[at:end]
        self._begin = None if quote < 0 else len(self.rest)
        return end

    def _inside(self, piece: bytes, at: int, begin: int) -> int:
        end = self._end(piece, at)
        self.rest += piece[at:end]
        if self._file or len(self.rest) - begin > LONG:
            self._film = self._film if self._file else _begins_a_film(self.rest, begin)
            self.words += 0 if self._film else len(self.rest) - begin
            self._file = self._file or self._fresh()
            self._file.write(self.rest[begin:])
            self._digest.update(self.rest[begin:])
            del self.rest[begin:]
        if end == len(piece):
            return end
        if self._file:
            self.rest += _keep(self._file, f"spooled:{self._id}{self._digest.hexdigest()}").encode()
        self.rest += b'"'
        self._file, self._begin = None, None
        return end + 1

    def _fresh(self) -> BinaryIO:
        self._digest = sha256()
        return tempfile.TemporaryFile()

    def _end(self, piece: bytes, at: int) -> int:
        """Return where the string ends in a piece, or the piece's own end; an escape may reach over it."""
        at += self._escaped
        self._escaped = False
        while stop := STOP.search(piece, at):
            if stop[0] == b'"':
                return stop.start()
            at = stop.end() + 1
            self._escaped = at > len(piece)
        return len(piece)


def _begins_a_film(rest: bytearray, begin: int) -> bool:
    """Return whether a string of JSON begins as the base64 of a film, or as a data URL of one."""
    text = bytes(rest[begin : begin + OPENING]).replace(b"\\/", b"/").replace(b"\\n", b"").replace(b"\\r", b"")
    body = text.partition(b",")[2] if text.startswith(b"data:") else text
    try:
        return begins_as_video(b64decode(body.translate(None, b" ")[:HEAD]))
    except ValueError:
        return False


def _keep(file: BinaryIO, mark: str) -> str:
    """Keep a file under a mark that no provider can guess; a text that a reply says twice has one mark."""
    if mark in _lifted:
        file.close()
        return mark
    while len(_lifted) >= KEPT:
        _lifted.pop(next(iter(_lifted))).close()
    _lifted[mark] = file
    return mark


def chunks(text: str) -> Iterator[str]:
    """Return a text piece by piece: the one behind a mark, or what is no mark itself.

    Raises `ValueError` where what was lifted is not ASCII, as base64 is, or broken JSON.
    """
    file = _lifted.get(text)
    if file is None:
        yield from (text[at : at + PIECE] for at in range(0, len(text), PIECE))
        return
    file.seek(0)
    left = b""
    while piece := file.read(PIECE):
        left += piece
        cut = WHOLE.match(left).end()  # type: ignore[union-attr]  # it matches anything
        yield _unescape(left[:cut])
        left = left[cut:]
    yield _unescape(left)


def forget(text: str) -> None:
    """Let go of the text behind a mark, once it is not needed any more."""
    if text in _lifted:
        _lifted.pop(text).close()


def clear() -> None:
    """Let go of everything."""
    for mark in list(_lifted):
        forget(mark)


atexit.register(clear)


def _unescape(body: bytes) -> str:
    try:
        return msgspec.json.decode(b'"' + body + b'"', type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("not ASCII, or broken JSON") from None
