"""Tab in a line of `%%videogen`: flags, providers, models, lengths and sizes of the model already typed, jobs, files, variables."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from IPython.core.completer import SimpleCompletion, context_matcher

from jupyter_videogen.commands import options, parser
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import VideogenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_videogen.catalog.capabilities import Capabilities
    from jupyter_videogen.commands.options import Option
    from jupyter_videogen.config.configuration import Configuration

MAGIC = re.compile(r"\s*%%?videogen(?=\s|$)")
LAST = re.compile(r"""(?:[^\s'"]|'[^']*'?|"[^"]*"?)*\Z""")
BRACE = re.compile(r"\{([^\W\d]\w*)?\Z")
ENDINGS = {
    "image": (".png", ".jpg", ".jpeg", ".webp"),
    "audio": (".wav", ".mp3", ".ogg", ".flac", ".m4a"),
    "video": (".mp4", ".webm"),
}
KINDS = {"image": "image", "last_frame": "image", "references": "image", "audio": "audio", "video": "video"}
SHAPES = {
    "aspect": ("16:9", "9:16", "1:1"),
    "fit": ("cover", "contain", "pad"),
    "seed": ("random",),
    "timeout": ("30m",),
}
LONGEST_LISTED = 60
"""Seconds; of a model that makes longer clips no lengths are listed."""
MOST_LENGTHS = 20
RATES = (12, 24, 25, 30, 50, 60)
"""Frames per second in common use."""
RECENT = 50
"""Jobs whose ids are offered."""
ALIKE = 0.6
"""From which likeness on a name is offered for another that was typed."""
PICTURES = ("Figure", "Image", "ndarray", "bytes", "Clip", "Job", "Path", "PosixPath", "WindowsPath", "JobGroup")
"""Types of variables that can be media."""
_matchers: dict[int, Callable[..., Any]] = {}


class Offer(NamedTuple):
    """What is offered in place of the last piece of the text."""

    fragment: str
    words: list[str]


class Before(NamedTuple):
    """The text up to the cursor: its first line without the magic's name, and whether the cursor is in the prompt."""

    line: str
    is_cell: bool
    in_prompt: bool


def install(shell: InteractiveShell) -> None:
    """Offer completions in a shell; once, however often the extension is loaded."""
    remove(shell)

    @context_matcher(identifier="videogen")  # type: ignore[untyped-decorator]  # IPython's own is not typed
    def videogen(context: CompletionContext) -> SimpleMatcherResult:
        text = "\n".join([*context.full_text.split("\n")[: context.cursor_line], context.text_until_cursor])
        offer = complete(text, shell.user_ns, shell.user_ns_hidden)
        if offer is None:
            return {"completions": [], "suppress": False}
        found = [_completion(word) for word in offer.words]
        return {"completions": found, "matched_fragment": offer.fragment, "suppress": True, "ordered": True}

    _matchers[id(shell)] = videogen
    shell.Completer.custom_matchers.append(videogen)


def remove(shell: InteractiveShell) -> None:
    """Offer nothing any more."""
    matcher = _matchers.pop(id(shell), None)
    if matcher in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(matcher)


def complete(text: str, names: Mapping[str, Any], hidden: Mapping[str, Any] | None = None) -> Offer | None:
    """Return the completions of a text that ends at the cursor; None if it is not a line of ours."""
    before = _before(text)
    if before is None:
        return None
    variables = {name: value for name, value in names.items() if name not in (hidden or {}) and name[0] != "_"}
    if before.in_prompt:
        return _variables(text, variables, media=False)
    word = LAST.search(before.line)
    last = word[0] if word else ""
    try:
        return _in_line(before, last, variables)
    except VideogenError:
        return Offer(last, [])


def _before(text: str) -> Before | None:
    magic = MAGIC.match(text)
    if magic is None:
        return None
    first, _, rest = text[magic.end() :].partition("\n")
    is_cell = "%%" in magic[0]
    in_prompt = "\n" in text[magic.end() :]
    while in_prompt and parser.CONTINUED.search(first):
        more, newline, rest = rest.partition("\n")
        first, in_prompt = f"{first.rstrip()[:-1]} {more}", bool(newline)
    return Before(first, is_cell, in_prompt) if first[:1] in {"", " ", "\t"} else None


def _in_line(before: Before, last: str, variables: Mapping[str, Any]) -> Offer | None:
    done = before.line[: len(before.line) - len(last)].split()
    if not before.is_cell and (not done or done[0] in options.BY_COMMAND):
        return Offer(last, _of_line(done, last, variables))
    flag, equals, value = last.partition("=")
    option = options.BY_FLAG.get(flag) if equals else options.BY_FLAG.get(done[-1] if done else "")
    if option is not None and option.takes_value:
        return _values(option, value if equals else last, before.line, variables)
    return Offer(last, _flags(last, done)) if last.startswith("-") or not last else None


def _of_line(done: list[str], last: str, variables: Mapping[str, Any]) -> list[str]:
    """Return what may stand on a line magic: first a command, or an option of the form, then what the command takes."""
    if done:
        return _of_command(done[0], last, variables)
    return _starting(last, [*options.BY_COMMAND, *(options.BY_FLAG if last.startswith("-") else ())])


def _flags(last: str, done: list[str]) -> list[str]:
    """Return the options that may still come: one that stands already does not come again."""
    used = {options.BY_FLAG[word].name for word in done if word in options.BY_FLAG}
    open_ = [one for one in options.OPTIONS if one.name not in used or one.kind in options.REPEATED]
    long = [flag for one in open_ for flag in one.flags if flag.startswith("--") or not one.flags[1:]]
    return _starting(last, long)


def _values(option: Option, last: str, line: str, variables: Mapping[str, Any]) -> Offer | None:
    """Return values for an option; the fragment is only what is replaced."""
    if option.kind in {"medium", "media"}:
        return _media(option, last, variables)
    if option.kind == "models":
        head, comma, piece = last.rpartition(",")
        return Offer(piece, [word for word in _models(piece, line) if word not in head.split(",") or not comma])
    if "{" in last:
        return _variables(last, variables, media=False)
    return Offer(last, _words(option, last, line, variables))


def _words(option: Option, last: str, line: str, variables: Mapping[str, Any]) -> list[str]:
    match option.name:
        case "provider":
            known = _providers()
        case "duration" | "size" | "aspect" | "resolution" | "fps":
            known = _valid(option.name, line)
        case "key_env":
            known = [row.key_env for row in _load_config().registry.providers.values() if row.key_env]
        case "name":
            known = [name for name, value in variables.items() if _of(value, ("Job", "JobGroup"))]
        case "output":
            known = _files(last, ENDINGS["video"])
        case _:
            known = list(SHAPES.get(option.name, ()))
    return _starting(last, known)


def _media(option: Option, last: str, variables: Mapping[str, Any]) -> Offer:
    if last.startswith("@"):
        kept = [f"@{name}" for name, value in variables.items() if _of(value, ("Job", "JobGroup", "Clip"))]
        return Offer(last, _starting(last, [*kept, "@last"]))
    if "{" in last:
        return _variables(last, variables, media=True) or Offer(last, [])
    bare = last.lstrip("'\"")
    return Offer(bare, _files(bare, ENDINGS[KINDS[option.name]]))


def _variables(text: str, variables: Mapping[str, Any], *, media: bool) -> Offer | None:
    """Return variables after an opening brace: media first where media are asked for, else plain values."""
    brace = BRACE.search(text)
    if brace is None:
        return None
    typed = brace[1] or ""
    named = [name for name in variables if name.startswith(typed)]
    fits = {name for name in named if _fits(variables[name], media=media)}
    ranked = sorted(named, key=lambda name: (name not in fits, name))
    return Offer(typed, [f"{name}}}" for name in ranked if media or name in fits])


def _fits(value: object, *, media: bool) -> bool:
    return _of(value, PICTURES) if media else isinstance(value, str | int | float)


def _of_command(name: str, last: str, variables: Mapping[str, Any]) -> list[str]:
    command = options.BY_COMMAND[name]
    if last.startswith("-"):
        return _starting(last, [*command.marks, *command.values])
    if name == "connect":
        return _starting(last, [row.name for row in _load_config().registry.providers.values() if row.key_env])
    if name == "help":
        return _starting(last, [*options.BY_COMMAND, *options.BY_NAME])
    if not command.takes_jobs:
        return _starting(last, [*command.marks, *command.values])
    kept = [name for name, value in variables.items() if _of(value, ("Job", "JobGroup", "Clip"))]
    return _starting(last, [*kept, "last", *(["all"] if name == "cancel" else []), *_jobs()])


def _jobs() -> list[str]:
    """Return the newest jobs' ids; a home without a ledger has none, and gets none by this."""
    path = environment.home() / "ledger.sqlite3"
    if not path.exists():
        return []
    from jupyter_videogen.ledger.ledger import Ledger

    return [record.id for record in Ledger.at(path).recent(limit=RECENT)]


def _load_config() -> Configuration:
    """Read the configuration; what reads it is loaded with the first Tab, not with the extension."""
    from jupyter_videogen.config.configuration import load_config

    return load_config()


def _providers() -> list[str]:
    return list(_load_config().registry.providers)


def _models(typed: str, line: str) -> list[str]:
    """Return models as far as they are known here: of the provider that is typed, else of all, with their provider."""
    from jupyter_videogen.catalog import builtin

    named, config = _typed(line, "provider"), _load_config()
    found: list[str] = []
    for name in [named] if named else config.registry.providers:
        row = config.find_provider_with_models(name)
        models = dict.fromkeys([*(one.model for one in row.models), *row.described, *row.listed])
        found += models if named or name == builtin.ENGINE.name else [f"{name}:{model}" for model in models]
    return _fuzzy(typed, found)


def _valid(field: str, line: str) -> list[str]:
    """Return what the model that is typed, or would be taken, offers for a field."""
    model = _model(line)
    if field == "duration":
        return [str(length) for length in model.durations or _lengths(model)]
    if field == "fps":
        least, most = model.fps or (RATES[0], RATES[-1])
        return [str(number) for number in RATES if least <= number <= most]
    offered = {"size": model.sizes, "aspect": model.aspects or SHAPES["aspect"], "resolution": model.resolutions}
    return list(offered[field])


def _lengths(model: Capabilities) -> range:
    """Return the shortest lengths of a model that makes any; none where so many are made that a list says nothing."""
    if model.longest is None or model.longest > LONGEST_LISTED:
        return range(0)
    return range(model.shortest, min(model.longest, MOST_LENGTHS) + 1)


def _model(line: str) -> Capabilities:
    from jupyter_videogen.catalog.provider import find_model

    config = _load_config()
    fields = {"model": (_typed(line, "model") or "").split(",")[0] or None, "provider": _typed(line, "provider")}
    where = config.pop_provider(fields)
    return find_model(fields["model"], config.find_provider_with_models(where))


def _typed(line: str, name: str) -> str | None:
    """Return what stands after an option on a line that may be unfinished."""
    option = options.BY_NAME[name]
    ways = "|".join(map(re.escape, option.flags))
    match = re.search(rf"(?:^|\s)(?:{ways})(?:=|\s+)([^\s'\"]+)", line)
    return match[1] if match else None


def _files(typed: str, endings: tuple[str, ...]) -> list[str]:
    """Return files of a kind, and folders, that begin as was typed."""
    head, _, tail = typed.rpartition("/")
    folder = Path(f"{head}/" if head or typed.startswith("/") else ".").expanduser()
    start = f"{head}/" if head or typed.startswith("/") else ""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    seen = [entry for entry in entries if entry.name.startswith(tail) and (tail or not entry.name.startswith("."))]
    folders = [f"{start}{entry.name}/" for entry in seen if entry.is_dir()]
    return [f"{start}{entry.name}" for entry in seen if entry.name.lower().endswith(endings)] + folders


def _fuzzy(typed: str, known: Iterable[str]) -> list[str]:
    """Return names that begin as was typed, then those that hold it, then those whose letters come in this order."""
    low, names = typed.lower(), list(known)
    in_order = re.compile(".*?".join(map(re.escape, low)), re.DOTALL)

    def rank(name: str) -> tuple[int, float]:
        name = name.lower()
        if name.startswith(low):
            return 0, 0.0
        if low in name:
            return 1, 0.0
        return (2 if in_order.search(name) else 3), -SequenceMatcher(None, low, name).ratio()

    ranked = sorted(((rank(name), name) for name in names), key=lambda pair: pair[0])
    return [name for (class_, likeness), name in ranked if class_ < 3 or -likeness >= ALIKE]  # noqa: PLR2004 - the last rank


def _starting(typed: str, known: Iterable[str]) -> list[str]:
    return [word for word in known if word.startswith(typed)]


def _of(value: object, names: tuple[str, ...]) -> bool:
    """Return whether a value is of a type of one of these names; nothing is loaded to find out."""
    return any(kind.__name__ in names for kind in type(value).__mro__)


def _completion(word: str) -> SimpleCompletion:
    return SimpleCompletion(word, type=_type(word))


def _type(word: str) -> str:
    """Name what stands after an option, in the few letters for which the page has room beside the word."""
    option = options.BY_FLAG.get(word)
    if option is None:
        return "videogen"
    return option.value.partition("[")[0] or "switch"
