"""An HTTP request and its answer as plain values: no socket, no library."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from jupyter_videogen.core.errors import Failure

GZIP = frozenset({"gzip", "x-gzip", "deflate"})
"""Content codings that can be decoded, in case a server compresses without being asked."""
BOM = b"\xef\xbb\xbf"
EBML = b"\x1aE\xdf\xa3"
"""How WebM and Matroska begin."""
SAFE = frozenset({"GET", "HEAD"})
"""Methods of calls that only read, and so cost nothing (RFC 9110, section 9.2.1)."""
UNNUMBERS = (b"NaN", b"Infinity")
"""What Python's own writer makes of floats that JSON has no word for; they are read as null."""


def is_film(head: bytes) -> bool:
    """Return whether a body begins as an MP4 or a WebM does; 8 bytes are enough."""
    return head[4:8] == b"ftyp" or head.startswith(EBML)


class Upload(msgspec.Struct, frozen=True):
    """A file that goes into a request: read when it is sent, never held."""

    path: str
    name: str
    content_type: str


Form = dict[str, str | Upload | tuple[Upload, ...]]
"""A multipart body: texts and files by name."""


class Base64:
    """A file that stands in JSON as text: encoded when it is sent. `prefix` makes a data URL of it.

    A plain class on purpose: what the JSON library knows by itself would be written as an object.
    """

    __slots__ = ("path", "prefix")

    def __init__(self, path: str, prefix: str = "") -> None:
        self.path, self.prefix = path, prefix

    def __repr__(self) -> str:
        return f"Base64({self.path!r}, {self.prefix!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Base64) and (self.path, self.prefix) == (other.path, other.prefix)

    def __hash__(self) -> int:
        return hash((self.path, self.prefix))


class Call(msgspec.Struct, frozen=True):
    """One HTTP request. `url` is a path below the provider's base URL, or absolute."""

    method: str
    url: str
    json: Any = None
    """A JSON body; may hold `Base64` values."""
    headers: dict[str, str] = {}
    form: Form | None = None
    """A multipart body, instead of `json`; several files go as parts of the same name, in their order."""
    timeout: float = 30.0
    """Seconds for the whole exchange; for a download, between two pieces of it."""
    carries_clips: bool = False
    """The reply may hold clips in base64, and so be large."""
    stays: bool = False
    """Whether a redirect is the answer, and not followed."""

    def __repr__(self) -> str:
        return f"<Call {self.method} {self.url.partition('?')[0]}>"  # bodies and queries may hold keys


class Reply(msgspec.Struct, frozen=True, dict=True):
    """One HTTP answer; header names are in lower case."""

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""
    film: str = ""
    """The spool's mark of a body that is a film itself, in base64; `body` is empty then."""

    @property
    def ok(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the meaning of 2xx

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - JSON is any
        """The body as JSON, a byte order mark before it or not; raises `Malformed` when it is none."""
        body = self.body.removeprefix(BOM)
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            if any(word in body for word in UNNUMBERS):
                return _loose(body)
            raise Malformed(str(error)) from None


def _loose(body: bytes) -> Any:  # noqa: ANN401 - JSON is any
    """Read JSON with NaN and infinities in it, as nulls; raises `Malformed`."""
    try:
        return json.loads(body, parse_constant=lambda _word: None)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None


class Malformed(Exception):
    """A reply that its dialect cannot read: a missed look, or a create whose outcome is unknown."""


class NotSent(Exception):
    """The request certainly did not reach the provider completely."""

    def __init__(self, reason: str, *, failure: Failure | None = None) -> None:
        super().__init__(reason)
        self.failure = failure
        """A more specific failure, if known."""


class Forbidden(NotSent):
    """The address is one that we do not follow, however often it is asked for."""


class Lost(Exception):
    """The request may have arrived; its answer did not."""
