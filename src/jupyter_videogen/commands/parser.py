"""The parser of an option line: it splits by POSIX rules on every system, and locates each mistake on the line.

IPython's own splitter cuts quoted values apart and works differently on Windows; this one is `shlex` in its POSIX mode, so
`--negative="no text, blur"` is one option everywhere. An unquoted backslash escapes, as in a shell: write Windows paths in
single quotes.
"""

from __future__ import annotations

import io
import json
import math
import re
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.commands import options
from jupyter_videogen.commands.options import REPEATED, Option
from jupyter_videogen.core import command_names, secrets
from jupyter_videogen.core.errors import InvalidRequest, VideogenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

CONTINUED = re.compile(r"(?<!\\)(?:\\\\)*\\[ \t]*\Z")
SEPARATOR = re.compile(r"^---[ \t]*$", re.MULTILINE)
ATTACHED = re.compile(r"(-[A-Za-z])([^-].*)", re.DOTALL)
DASHES = ("\u2013", "\u2014", "\u2212")
QUOTES = "\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019"
END = "--"


class ParseError(Exception):
    """A line that can't be read: the error to show, and where on the line it is."""

    def __init__(self, error: VideogenError, start: int, end: int) -> None:
        super().__init__(error)
        self.error, self.start, self.end = error, start, end


class Token(NamedTuple):
    """One word of a line, unquoted, and where it stands."""

    text: str
    start: int
    end: int
    quoted: bool = False
    """Whether it starts with a quotation mark and so is not an option."""


class WrittenOption(NamedTuple):
    """One option as it was written."""

    option: Option
    flag: Token
    value: Token | None = None
    on: bool = True


class ParsedLine(NamedTuple):
    """A line that was read."""

    text: str
    values: dict[str, Any]
    """By Python keyword, converted."""
    written: tuple[WrittenOption, ...]
    words: tuple[Token, ...]
    """Words that are not options."""
    rest: str | None = None
    """Everything after `--`, unchanged."""

    def span(self, name: str | None) -> tuple[int, int] | None:
        """Return where an option of this name stands."""
        found = next((one for one in self.written if one.option.name == name), None)
        return found and (found.flag.start, (found.value or found.flag).end)


@contextmanager
def locate_errors(line: ParsedLine) -> Iterator[None]:
    """Give an error that is about an option its place on the line."""
    try:
        yield
    except VideogenError as error:
        span = line.span(error.field)
        if span is None:
            raise
        raise ParseError(error, *span) from error


def keep_text(text: str) -> object:
    """Take a word as it is."""
    return text


def join_lines(line: str, cell: str) -> tuple[str, str]:
    """Move the lines on which options go on, after one that ends in a backslash, from the cell to its first line."""
    while match := CONTINUED.search(line):
        more, newline, rest = cell.partition("\n")
        line = f"{line[: match.end()].rstrip()[:-1].rstrip()} {more.lstrip()}"
        cell = rest
        if not newline:
            break
    return line, cell


def split_prompts(cell: str, *, raw: bool) -> list[str]:
    """Return the prompts of a cell: its text without blank lines around it, cut at lines of three dashes; raw, all of it."""
    if raw:
        return [cell.removesuffix("\n")]
    return [_tidy(part) for part in SEPARATOR.split(cell)]


def _tidy(text: str) -> str:
    """Drop blank lines at the top and white space at the end."""
    return re.sub(r"\A(?:[ \t]*\r?\n)+", "", text).rstrip()


def parse_line(text: str, look: Callable[[str], Any] = keep_text) -> ParsedLine:
    """Read a line of options; raises `ParseError`.

    `look` returns what a word stands for: a text with variables filled in, or any object in its place.
    """
    tokens: list[Token] = []
    rest = _split(text, tokens)
    return _line(text, tokens, rest, look)


def parse_words(words: Sequence[str], look: Callable[[str], Any] = keep_text) -> ParsedLine:
    """Read words that a shell has split already; raises `ParseError`."""
    tokens, at = [], 0
    texts = [shlex.quote(word) for word in words]
    for word, quoted in zip(words, texts, strict=True):
        tokens.append(Token(word, at, at + len(quoted), quoted=not word.startswith("-") or word == "-"))
        at += len(quoted) + 1
    ends = next((number for number, token in enumerate(tokens) if token.text == END), len(tokens))
    rest = " ".join(words[ends + 1 :]) if ends < len(tokens) else None
    return _line(" ".join(texts), tokens[:ends], rest, look)


def _line(text: str, tokens: list[Token], rest: str | None, look: Callable[[str], Any]) -> ParsedLine:
    written, words = _match(tokens)
    _check_repeats(written)
    if any(one.option.name == "raw" for one in written):
        look = keep_text
    return ParsedLine(text, _values(written, look), tuple(written), tuple(words), rest)


def _split(text: str, tokens: list[Token]) -> str | None:
    """Split as a POSIX shell does into `tokens`, up to a bare `--`; what follows that is not split but given."""
    source = io.StringIO(text)
    lexer: Any = shlex.shlex(source, posix=True)  # its `state` is there, and in no type stub
    lexer.whitespace_split, lexer.commenters = True, ""
    while True:
        start = _skip(text, source.tell())
        try:
            word = lexer.get_token()
        except ValueError:
            error = InvalidRequest("The options can't be read: a quote is not closed.", next="Close the quote.")
            raise ParseError(error, start, len(text)) from None
        if word is None:
            return None
        end = source.tell() - (lexer.state == " ")  # the blank that ended the word has been read too
        quoted = text[start] in "'\""
        if word == END and not quoted:
            return text[end:].strip()
        tokens.append(Token(word, start, end, quoted))


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _match(tokens: list[Token]) -> tuple[list[WrittenOption], list[Token]]:
    """Tell options from words, and give each option its value."""
    written: list[WrittenOption] = []
    words: list[Token] = []
    left = iter(enumerate(tokens))
    for number, token in left:
        if token.quoted or not token.text.startswith("-") or token.text == "-":
            words.append(token)
            continue
        name, inside = _name_and_value(token)
        option = options.BY_FLAG.get(name)
        if option is None:
            cure = (
                options.suggest_flag(name)
                if name.startswith("--")
                else f"{command_names.spell('help')} lists the options."
            )
            raise _misread(f"Unknown option {name}.", cure, token)
        if not option.takes_value:
            if inside is not None:
                raise _misread(f"{name} takes no value.", f"Write {name} without a value.", token)
            written.append(WrittenOption(option, token, on=not name.startswith("--no-")))
            continue
        value = inside
        if value is None and number + 1 < len(tokens) and _is_value(tokens[number + 1]):
            _, value = next(left)
        if value is None:
            raise _misread(f"{name} needs a value.", f"Write it as {name} {option.example}.", token)
        written.append(WrittenOption(option, token, value))
    return written, words


def _name_and_value(token: Token) -> tuple[str, Token | None]:
    """Take `--size=1280x720` and `-d8` apart."""
    if token.text.startswith("--"):
        name, equals, value = token.text.partition("=")
    else:
        match = ATTACHED.fullmatch(token.text)
        name, value = (match[1], match[2].removeprefix("=")) if match else (token.text, "")
        equals = "=" if match and name in options.BY_FLAG else ""
        name = name if equals else token.text
    return name, token._replace(text=value) if equals else None


def _is_value(token: Token) -> bool:
    """Return whether a word can be a value: what looks like an option is one, unless it is quoted or a negative number."""
    return token.quoted or not token.text.startswith("-") or bool(re.fullmatch(r"-(\d.*)?", token.text))


def _check_repeats(written: Iterable[WrittenOption]) -> None:
    seen: set[str] = set()
    for one in written:
        name = one.option.name
        if name in seen and one.option.kind not in REPEATED:
            raise _misread(
                f"{one.option.short or one.option.flag} was given twice.", "Keep one of them.", one.flag, one.value
            )
        seen.add(name)


def _values(written: Iterable[WrittenOption], look: Callable[[str], Any]) -> dict[str, Any]:
    """Convert every option's value by its kind."""
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for one in written:
        name, kind = one.option.name, one.option.kind
        value = _converted(one, look)
        if kind == "pair":
            extra |= value
        elif kind == "media":
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    if extra:
        values["extra"] = secrets.Hidden({**values.get("extra", {}), **extra})
    return values


def _converted(one: WrittenOption, look: Callable[[str], Any]) -> Any:  # noqa: ANN401 - by the option's kind
    if one.value is None:
        return one.on
    try:
        return CONVERT[one.option.kind](look(one.value.text))
    except InvalidRequest as error:
        named = f"{one.option.short or one.option.flag} {error.failure.message}"
        raise _misread(
            named, error.failure.next or f"Write it as {_example(one.option)}.", one.flag, one.value
        ) from None


def _example(option: Option) -> str:
    return f"{option.short or option.flag} {option.example}"


def _text(value: object) -> str:
    return str(value)


def _whole(value: Any) -> int:  # noqa: ANN401 - a variable may be anything
    try:
        return int(value) if not isinstance(value, float) else int(str(value))
    except (TypeError, ValueError):
        raise InvalidRequest(f"takes a whole number, not {_quoted(value)}.") from None


def _number(value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidRequest(f"takes a number, not {_quoted(value)}.")
    return number


def _dollars(value: object) -> float:
    try:
        amount = float(str(value).removeprefix("$"))
    except ValueError:
        raise InvalidRequest(f"takes an amount in dollars, not {_quoted(value)}.") from None
    if not 0 <= amount < float("inf"):
        raise InvalidRequest(f"takes an amount in dollars, not {_quoted(value)}.")
    return amount


def _seed(value: object) -> int | str:
    try:
        return "random" if value == "random" else _whole(value)
    except InvalidRequest:
        raise InvalidRequest(f'takes a whole number or "random", not {_quoted(value)}.') from None


def _models(value: object) -> list[str]:
    named = [word.strip() for word in str(value).split(",")]
    if not all(named):
        raise InvalidRequest(f"has no model name in {_quoted(value)}.", next="Write it as -m MODEL or -m MODEL,MODEL.")
    return named


def _json(value: object) -> object:
    """Read a JSON object, hidden: tracebacks can show an option, and one of its fields may be a key."""
    try:
        given = json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError as error:
        raise InvalidRequest(
            f"holds JSON that can't be read ({error.msg}, character {error.pos}).",
            next="""Put it in single quotes: --extra '{"key": 1}'.""",
        ) from None
    if not isinstance(given, dict):
        raise InvalidRequest("takes a JSON object.", next="""Write it as --extra '{"key": 1}'.""")
    return secrets.Hidden(given)


def _pair(value: object) -> object:
    name, equals, text = str(value).partition("=")
    if not (name and equals):
        raise InvalidRequest("takes KEY=VALUE.")
    try:
        return secrets.Hidden({name: json.loads(text)})
    except json.JSONDecodeError:
        return secrets.Hidden({name: text})


CONVERT: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "word": _text,
    "time": _text,
    "models": _models,
    "whole": _whole,
    "number": _number,
    "dollars": _dollars,
    "seed": _seed,
    "medium": keep_text,
    "media": keep_text,
    "json": _json,
    "pair": _pair,
}


def stray_words_error(words: Sequence[Token]) -> ParseError:
    """Return the error for words in the options of a cell, with a guess at how they came there."""
    text = " ".join(word.text for word in words)
    guess = "Put the prompt below the first line."
    if words[0].text.startswith(DASHES):
        guess = "Options begin with two hyphens (--), not with a dash."
    elif any(quote in text for quote in QUOTES):
        guess = "Quote values with straight quotation marks, ' or \"."
    error = InvalidRequest(f"Unexpected text after the options: {secrets.KEYLIKE.sub('…', text)}.", next=guess)
    return ParseError(error, words[0].start, words[-1].end)


def displayable(text: str, span: tuple[int, int] | None = None) -> tuple[str, tuple[int, int] | None]:
    """Return a line as it may be shown, and where a place of it then is.

    Further fields, and whatever follows an option that is none, may be keys: they are left out.
    """
    for start, end in reversed(_secretive(text)):
        text = f"{text[:start]}…{text[end:]}"
        span = span and _moved(span, start, end)
    return (text, span) if not secrets.KEYLIKE.search(text) else (secrets.KEYLIKE.sub("…", text), None)


def _moved(span: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    """Return a place of a line after what stood from start to end has become one character."""
    first, last = (at if at <= start else max(start + 1, at - (end - start) + 1) for at in span)
    return first, last


def _secretive(text: str) -> list[tuple[int, int]]:
    """Return the places of a line that may hold a key."""
    tokens, end = _as_far_as_it_goes(text)
    hidden, open_ = [], True
    for token in tokens:
        if token.quoted or not token.text.startswith("-"):
            if not open_:
                hidden.append((token.start, token.end))
            continue
        name, inside = _name_and_value(token)
        option = options.BY_FLAG.get(name)
        open_ = option is not None and option.kind not in {"json", "pair"}
        if inside is not None and not open_:
            hidden.append((token.start + len(name) + 1, token.end))
    return [*hidden, *([(end, len(text))] if end < len(text) else [])]


def _as_far_as_it_goes(text: str) -> tuple[list[Token], int]:
    """Split a line that may be broken; returns the words, and from where on it can't be read."""
    tokens: list[Token] = []
    try:
        _split(text, tokens)
    except ParseError as broken:
        return tokens, broken.start
    return tokens, len(text)


def _quoted(value: object) -> str:
    text = str(value)
    return f"'{secrets.KEYLIKE.sub('…', text[:40])}'"


def _misread(message: str, todo: str, first: Token, last: Token | None = None) -> ParseError:
    return ParseError(InvalidRequest(message, next=todo), first.start, (last or first).end)
