"""Download the bytes at one address to a file, across broken connections.

A broken download goes on where it stopped (RFC 9110, section 14), but only under a strong validator: bytes of two
versions are never joined. Everything a server says of a range is checked, and what does not fit starts over.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jupyter_videogen.core import backoff
from jupyter_videogen.core.errors import DownloadError
from jupyter_videogen.core.http import GZIP, Forbidden, Lost, NotSent, Reply, is_film
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.http_errors import means_not_yet
from jupyter_videogen.media.container import check_size, corrupt_error, first_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from jupyter_videogen.core.clock import Clock
    from jupyter_videogen.core.http import Call
    from jupyter_videogen.media.partial_file import PartialFile
    from jupyter_videogen.transport.client import Stream, Transport

TRIES = 5
"""The most consecutive tries without new bytes."""
PROGRESS = 1024
"""Bytes that count as something new."""
WORDS = 30.0
"""Seconds that an error may take in place of a clip."""
WINDOW, SLOWEST = 60.0, 1024
"""Bytes per second; a connection slower than this for a minute is dropped."""
TRANSIENT = frozenset({408, 429, 500, 502, 503, 504, *range(520, 528), 529, 530})
"""Statuses of a failing connection or server; from 520 on they are Cloudflare's."""
COMPRESSED = GZIP | {"br", "zstd", "compress"}
"""Labels that mean compression; stores also label what is plain: `aws-chunked`, `utf-8`, `gzip` on an MP4."""
JSON = b"{"
OK = 200
ENOUGH = 12
"""Bytes of a body that show what it is."""
LARGEST_WORDS = 64 * 1024
"""Bytes that are read of a body that is no clip."""
RANGE = re.compile(r"bytes (?:([0-9]{1,18})-([0-9]{1,18})|\*)/([0-9]{1,18}|\*)", re.IGNORECASE)
ETAG = re.compile(r'"[\x21\x23-\x7e]*"')
"""A strong one (RFC 9110, section 8.8.3); a weak one begins with W/."""


class Answered(Exception):
    """The provider answered, and it is no clip: `reply` is what it says."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Slow(Lost):
    """A connection that is almost dead: its bytes are kept, but the connection is dropped."""


class Span(NamedTuple):
    """What `Content-Range` says; `first` and `end` are None where nothing was sent, `total` where it is not known."""

    first: int | None
    end: int | None
    """One past the last byte."""
    total: int | None


def read_range(text: str) -> Span | None:
    """Read a `Content-Range`; None for one that makes no sense."""
    match = RANGE.fullmatch(text.strip())
    if match is None:
        return None
    first, last, total = (int(part) if part and part.isdecimal() else None for part in match.groups())
    if first is None or last is None:
        return None if total is None else Span(None, None, total)
    return Span(first, last + 1, total) if first <= last and (total is None or last < total) else None


class Download:
    """One clip on its way into a `Part`; it outlives an expired link, for the next one may lead to the same bytes."""

    def __init__(
        self, transport: Transport, clock: Clock, part: PartialFile, report: Callable[[int, int | None], None]
    ) -> None:
        self._transport, self._clock, self._part, self._report = transport, clock, part, report
        self.total: int | None = None
        """The clip's whole length, once it is known."""
        self.inflated = False
        """Whether it came compressed, with an end and a checksum of its own."""
        self._etag, self._place = "", ""
        self._refused_encoding = False
        self._label = ""
        """What the server calls the coding of bytes that are plain."""
        self._wait: float | None = None

    async def fetch(self, call: Call) -> bool:
        """Download the whole clip; return whether the file itself proves that its end is complete.

        Raises `Answered` where the provider says that there is no clip here, `Forbidden` for an address that is not
        followed, `OSError` for a disk that does not take it, and `DownloadError` after five tries that brought nothing.
        """
        tries, best = 0, self._part.size
        while True:
            slow = False
            try:
                await self._once(call)
                return await self._part.finish(self.total)
            except Forbidden:
                raise
            except NotSent as error:
                await self._transport.renew()
                failed = _broken_download(f"clip could not be requested ({error})")
            except Lost as error:
                slow = isinstance(error, Slow)
                failed = _broken_download(f"download broke off ({error})")
            except DownloadError as error:
                if error.final:
                    raise
                failed = error
                self._forget()
            tries = 0 if self._part.size >= best + PROGRESS and not slow else tries + 1
            best = max(best, self._part.size)
            if tries >= TRIES:
                raise failed
            await self._clock.sleep(backoff.after_miss(2 * tries, retry_after=self._wait))

    async def _once(self, call: Call) -> None:
        """Ask once for all that is missing, and add what comes."""
        self._wait = None
        asked = self._conditions(call)
        async with self._transport.stream(_with(call, asked)) as stream:
            pieces = self._watch_pace(stream.pieces())
            end = await self._begin(stream, asked=bool(asked))
            if end is not None and end == self._part.size:
                return
            if stream.status == OK:
                head = await _head(pieces)
                end = await self._judge(stream, head, pieces, end)
                pieces = _join_pieces(head, pieces)
            async for piece in stream.inflate(pieces) if self.inflated else pieces:
                self._part.append(piece)
                self._report(self._part.size, self.total)
        if end is not None and self._part.size > end:
            raise corrupt_error("is longer than announced")
        if self.total is not None and self._part.size < self.total:
            raise Lost(f"{self._part.size:,} of {self.total:,} bytes arrived")

    def _conditions(self, call: Call) -> dict[str, str]:
        """Ask for the rest where it is certain to be the rest of the same bytes, else start over."""
        place = call.url.partition("?")[0]  # a signature may change
        if self._etag and self._part.size and place == self._place:
            return {"range": f"bytes={self._part.size}-", "if-range": self._etag}
        self._place = place
        self._forget()
        return {}

    def _forget(self) -> None:
        if self._part.size:
            self._part.restart()
        self.total, self._etag = None, ""

    async def _begin(self, stream: Stream, *, asked: bool) -> int | None:
        """Judge a reply by its head; returns how long the clip will be with it, where that is known."""
        match stream.status:
            case 200:
                return self._take_whole(stream.headers)
            case 206 if asked:
                return self._take_rest(stream.headers)
            case 206:
                return self._take_all(stream.headers)
            case 416 if asked:
                return self._take_nothing(stream.headers)
        try:
            async with asyncio.timeout(WORDS):
                reply = await stream.reply()
        except TimeoutError:
            raise Lost(f"HTTP {stream.status}, and no complete answer in time") from None
        if stream.status not in TRANSIENT:
            raise Answered(reply)
        failure = sanitize.read_any_failure(reply)
        self._wait = failure.retry_after
        raise Lost(f"HTTP {stream.status}: {failure.message}")

    def _take_whole(self, headers: dict[str, str]) -> int | None:
        """Take a whole clip: also where the rest was asked for, which then starts over."""
        self._forget()
        self.inflated, self._label = False, ""
        if _encoding(headers):
            return None  # what it is, its first bytes will show
        return self._plain(headers)

    def _plain(self, headers: dict[str, str]) -> int | None:
        """Take a body whose bytes are those of the clip."""
        etag = headers.get("etag", "").strip()
        self._etag = etag if ETAG.fullmatch(etag) else ""
        self.total = _length(headers)
        if self.total is not None:
            self._part.reserve(self.total)
        return self.total

    def _take_all(self, headers: dict[str, str]) -> int | None:
        """Take a part that nobody asked for, and that is everything: some stores always answer so."""
        span = read_range(headers.get("content-range", ""))
        if span is None or span.first != 0 or span.end is None or span.end != span.total:
            raise corrupt_error("is a part that was not requested")
        return self._take_whole({**headers, "content-length": str(span.total)})

    async def _judge(self, stream: Stream, head: bytes, pieces: AsyncIterator[bytes], end: int | None) -> int | None:
        """Judge a body by its beginning: a word that the clip is not ready, or how it is coded; returns its length."""
        if head.lstrip()[:1] == JSON:
            reply = Reply(stream.status, stream.headers, await _all(head, pieces))
            if means_not_yet(reply):
                raise Answered(reply)
            raise corrupt_error(f"is not a video: {first_line(reply.body)!r}")
        label = _encoding(stream.headers)
        if not label:
            return end
        self.inflated = label in COMPRESSED and not is_film(head)
        if self.inflated:
            self._judge_encoding(label)
            return None
        self._label = label
        return self._plain(stream.headers)

    def _judge_encoding(self, encoding: str) -> None:
        """Bytes were asked for as they are: a server that compresses them is asked once more, then taken as it is."""
        if not self._refused_encoding or encoding not in GZIP:
            self._refused_encoding = True
            raise corrupt_error(f"is compressed ({encoding}), which was not requested")

    def _take_rest(self, headers: dict[str, str]) -> int:
        """Take the rest of a clip: of the same one, from just where it stopped."""
        span = read_range(headers.get("content-range", ""))
        if span is None or span.end is None or span.first != self._part.size or _encoding(headers) != self._label:
            raise corrupt_error("is not the part that was requested")
        if self.total is not None and span.total not in {None, self.total}:
            raise corrupt_error("has changed its length")
        if headers.get("etag", self._etag) != self._etag:
            raise corrupt_error("has changed")
        self.total = self.total if span.total is None else span.total
        return span.end

    def _take_nothing(self, headers: dict[str, str]) -> int:
        """Nothing is left to send: good when it is all here."""
        span = read_range(headers.get("content-range", ""))
        if span is None or span.total is None:
            raise corrupt_error("is not the part that was requested")
        check_size(self._part.size, span.total)
        self.total = span.total
        return span.total

    async def _watch_pace(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass on pieces; raises `Lost` for a connection that is too slow."""
        since, arrived = self._clock.monotonic(), 0
        async for piece in pieces:
            arrived += len(piece)
            if self._clock.monotonic() - since >= WINDOW:
                if arrived < WINDOW * SLOWEST:
                    raise Slow("almost nothing arrived for a minute")
                since, arrived = self._clock.monotonic(), 0
            yield piece


async def _head(pieces: AsyncIterator[bytes]) -> bytes:
    """Read as much of a body as shows what it is."""
    head = b""
    async for piece in pieces:
        head += piece
        if len(head) >= ENOUGH:
            break
    return head


async def _join_pieces(head: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Return a body whose beginning was looked at, from its beginning."""
    if head:
        yield head
    async for piece in pieces:
        yield piece


async def _all(head: bytes, pieces: AsyncIterator[bytes]) -> bytes:
    """Read a body that is no clip, up to what a reply may have."""
    async for piece in pieces:
        head += piece
        if len(head) > LARGEST_WORDS:
            break
    return head


def _with(call: Call, headers: dict[str, str]) -> Call:
    return msgspec.structs.replace(call, headers={**call.headers, **headers})


def _encoding(headers: dict[str, str]) -> str:
    encoding = headers.get("content-encoding", "").strip().lower()
    return "" if encoding == "identity" else encoding


def _length(headers: dict[str, str]) -> int | None:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() else None


def _broken_download(what: str) -> DownloadError:
    return DownloadError(f"The {what}.", sent="yes", charged="unknown")
