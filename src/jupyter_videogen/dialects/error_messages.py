"""Find the reason for a refusal or failure in any place of a provider's answer.

Known places: `error` as an object or a text, `errors[]` and other lists, `detail` (FastAPI), problem+json (RFC 9457),
`fail_reason` (new-api), `details`, and JSON that a message quotes. Of a page in HTML, its title or its visible words.
"""

from __future__ import annotations

import re
from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.http import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.http import Reply

LONGEST = 300
"""Characters of a reason that are kept."""
PAGE = 16 * 1024
"""Bytes of a page that are read for its words."""
DEEPEST = 6
"""Levels of a reply that are looked through."""
MOST_MARKS = 1000
"""Characters of codes and types that are looked at: what is searched stays short, whatever is sent."""
OUTER = ("error", "errors")
PLACES = (
    *("message", "msg", "detail", "details", "fail_reason", "failure_reason", "reason", "error_message", "error_msg"),
    *("error_description", "description", "title", "status_message", "failure"),
)
"""Where the words may stand, the more telling first."""
MARKS = ("code", "type", "error_code", "status", "reason")
"""Where a provider's own short name for what happened may stand."""
CONTENT_CODES = re.compile(
    r"moderat|content_?(polic|filter|violat)|sentinel_?block|data_?inspection|(?<!case_)(?<!case)sensitive|nsfw"
    r"|prohibited|flagged|inappropriate|unsafe|policy_?violation|responsible_?ai|\brai\b|rai_?(media|filter)"
    r"|\bsafety\b|safety_?(block|filter|violat|polic|system|error)|_safety\b",
    re.IGNORECASE,
)
"""Codes and types of filters: OpenAI's, Azure's, Google's (RAI), Alibaba's DataInspectionFailed, ByteDance's …Sensitive…"""
CONTENT_WORDS = re.compile(
    r"moderation|moderated|content.?(polic|filter|violation|guideline)|usage polic|sentinel_block|data.?inspection|nsfw"
    r"|\brai\b|rai_?media|inappropriate|unsafe content|sensitive\w* (\w+ )?(content|word|information|material|topic)"
    r"|sensitive\w*content|\bprohibited|\bflagged"
    r"|safety[ _-](system|filter|polic|guideline|setting|standard|violation|reason|concern|block|measure)"
    r"|(blocked|rejected|refused|removed|stopped) (by|for|due to) (\w+ )?safety|violat\w+ (\w+ )*(polic|guideline)",
    re.IGNORECASE,
)
INNOCENT = re.compile(
    r"(account|access|key|token|method|operation|action|address|ip)\b[^.]{0,24}\b(prohibited|flagged)"
    r"|out of memory|not installed|failed to load",
    re.IGNORECASE,
)
"""What else is prohibited or flagged, and what befalls a filter itself."""
OTHER_KINDS = re.compile(
    r"rate_?limit|quota|balance|authenti|permission|out_of_memory|\boom\b|time_?out", re.IGNORECASE
)
"""Codes that say plainly that it is something else."""
HIDDEN = frozenset({"style", "script", "noscript", "template", "svg", "head"})


class ErrorText(msgspec.Struct, frozen=True):
    """What a body says of an error."""

    words: str = ""
    marks: str = ""
    """Codes and types of all levels, one after another."""
    facts: dict[str, Any] = {}
    """The innermost object that speaks: `param`, `request_id` and the like."""

    @property
    def filtered(self) -> bool:
        """Whether a content filter refused it: judged by code and type first, then by its text."""
        if CONTENT_CODES.search(self.marks):
            return True
        other = OTHER_KINDS.search(self.marks) or INNOCENT.search(self.words)
        return not other and bool(CONTENT_WORDS.search(self.words))


def read_error(reply: Reply) -> ErrorText:
    """Read the error in a reply: JSON of any shape, a page, or plain text; never raises."""
    try:
        return read_error_value(reply.json)
    except Malformed:
        return ErrorText(page_text(reply.body))


def read_error_value(value: object) -> ErrorText:
    """Read the error in a JSON value."""
    speaking = dict(_speaking(value))
    return ErrorText(_words(value)[:LONGEST], " ".join(_marks(value))[:MOST_MARKS], speaking)


def page_text(body: bytes) -> str:
    """Return the title of a page, else its visible words, else the first words of a plain text.

    Markup that Python's parser gives up on ends the page there: it raises `AssertionError` for a broken `<![` (CPython,
    `Lib/_markupbase.py`).
    """
    text = body[:PAGE].decode("utf-8", "replace")
    page = _Page()
    with suppress(AssertionError):
        page.feed(text)
        page.close()
    found = (" ".join("".join(part).split()) for part in (page.title, page.words))
    return next((words for words in found if words), "")[:LONGEST]


class _Page(HTMLParser):
    """Collects a page's title and what a reader would see of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.words: list[str] = []
        self._hidden: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base's form
        self._in_title = tag == "title"
        self.words.append(" ")
        if tag in HIDDEN - {"head"}:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        self.words.append(" ")
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._hidden:
            self.words.append(data)


def _words(value: object, depth: int = 0) -> str:
    """Return the words of a value: a text as it is, the telling member of an object, the rows of a list joined."""
    if depth > DEEPEST:
        return ""
    if isinstance(value, str):
        return _text(value, depth)
    if isinstance(value, list):
        return "; ".join(filter(None, (_words(row, depth + 1) for row in value[:8])))
    return _of_object(value, depth) if isinstance(value, dict) else ""


def _of_object(value: dict[str, Any], depth: int) -> str:
    outer = next(filter(None, (_words(value.get(name), depth + 1) for name in OUTER)), "")
    inner = next(filter(None, (_words(value.get(name), depth + 1) for name in PLACES)), "")
    if isinstance(value.get("loc"), list):  # a row of FastAPI's: where, and what
        return f"{'.'.join(map(str, value['loc']))}: {inner}"
    if isinstance(value.get("error"), str) and outer and inner and outer not in inner:
        # Bifrost puts its maker's words beside its own; others put a code there
        return f"{inner}: {outer}" if " " in outer.strip() and depth else _clearer(outer, inner)
    return outer or inner


def _clearer(error: str, other: str) -> str:
    """Return the text that is a sentence: some providers put a code into `error`, others a sentence."""
    return error if " " in error.strip() or " " not in other.strip() else other


def _text(value: str, depth: int) -> str:
    """Return a text without the JSON or the page that it quotes, whose words are clearer."""
    quoted = _parse_quoted(value)
    inner = _words(quoted, depth + 1) if quoted is not None else ""
    if inner:
        return inner
    return page_text(value.encode()) if value.lstrip()[:1] == "<" and ">" in value else value.strip()


def _parse_quoted(value: str) -> object:
    """Return the JSON object that a text ends with, as LiteLLM's messages do; None where there is none."""
    _, brace, rest = value.partition("{")
    if not brace:
        return None
    try:
        return msgspec.json.decode(brace + rest)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _levels(value: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Return the objects that speak of an error, from the outermost in."""
    if depth > DEEPEST:
        return
    if isinstance(value, str) and (quoted := _parse_quoted(value)) is not None:
        yield from _levels(quoted, depth + 1)
    elif isinstance(value, list):
        for row in value[:8]:
            yield from _levels(row, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in (*OUTER, *PLACES):
            yield from _levels(value.get(name), depth + 1)


def _marks(value: object) -> Iterator[str]:
    for level in _levels(value):
        yield from (str(level[name]) for name in MARKS if isinstance(level.get(name), str | int))
        if isinstance(level.get("error"), str) and " " not in level["error"].strip():
            yield level["error"]


def _speaking(value: object) -> Iterator[tuple[str, Any]]:
    for level in _levels(value):
        yield from ((name, fact) for name, fact in level.items() if fact is not None)
