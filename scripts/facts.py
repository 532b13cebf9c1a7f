"""Tables of the documents that are written from the code: providers, errors, states, public names."""

from __future__ import annotations

import ast
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import jupyter_videogen as vg
from jupyter_videogen import cli
from jupyter_videogen.catalog import builtin
from jupyter_videogen.core import errors
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.http import Reply
from jupyter_videogen.dialects import status
from jupyter_videogen.dialects.base import Cancels, ListsModels, Looks, can_find_lost
from jupyter_videogen.dialects.http_errors import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jupyter_videogen.catalog.capabilities import Capabilities
    from jupyter_videogen.catalog.provider import Provider

SOURCE = Path(vg.__file__).parent
SERVICES = (
    "qubax",
    "qubrid",
    "indoxhub",
    "aihubmix",
    "openrouter",
    "bifrost",
    "openai",
    "local",
    "comfyui",
    "comfycloud",
    "vllm-omni",
    "sglang",
)
SHAPE = ("duration", "size", "aspect", "resolution", "fps")
MEDIA = ("image", "last_frame", "references", "audio", "video")
MORE = ("negative", "seed", "sound", "draft", "enhance", "n", "steps", "guidance", "lora")
SEEN = (400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 429, 500, 502, 503, 504)
"""The HTTP statuses that the documents list."""
PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Their names in RFC 9110, which Python has had since 3.13."""
OTHERS = {
    "cancel": "*Cancel* in the form did not cancel the job.",
    "cancelled": "The job was cancelled, so there is no clip.",
    "confirm": "A budget needs your confirmation, and nobody could give it.",
    "inside_a_task": "A task of Dask, Ray or Prefect, which may run twice, creates no clips.",
    "frames_not_installed": "Frames of clips need PyAV and NumPy.",
    "c2pa_not_installed": "Signing a copy needs the extra `[c2pa]`.",
    "ledger": "Jobs can't be recorded, so none is sent.",
    "local_not_installed": "The local engine needs the extra `[local]`.",
    "use_await": "Python in a browser's tab can't wait here without stopping the page.",
    "untrusted": "A project's file asks for a key, and you have not agreed to that.",
}
"""What the codes mean that have no class of their own."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["--"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def code(words: Iterable[str]) -> str:
    """Return words as code."""
    return " ".join(f"`{word}`" for word in words) or "none"


# ---- providers ------------------------------------------------------------------------------------------------


def model(row: Provider) -> Capabilities:
    """Return what the models of a provider have in common: the row for those nobody listed, or the first."""
    return row.others or row.models[0]


def takes(row: Provider, names: Sequence[str]) -> str:
    """Return those of some fields that reach the models of a provider."""
    return code(name for name in names if name in model(row).takes)


def key(row: Provider) -> str:
    """Say where the key is."""
    if row.key_env is None:
        return "none"
    return f"`{row.key_env}`" + (", if it needs one" if row.key_optional else "")


def cancels(row: Provider) -> str:
    """Say whether a job can be cancelled."""
    if not isinstance(row.dialect, Cancels):
        return "no"
    return "while it is queued" if model(row).cancel == "queued" else "yes"


def yes(value: object) -> str:
    """Say yes or no."""
    return "yes" if value else "no"


FACTS: dict[str, Callable[[Provider], str]] = {
    "key variable": key,
    "address": lambda row: "on this machine" if row.name == "local" else f"`{row.base_url}`",
    "request": lambda row: "one call, open until the clip is ready" if model(row).synchronous else "a job",
    "percent": lambda row: yes(model(row).progress),
    "cancel": cancels,
    "found again after a restart": lambda row: yes(isinstance(row.dialect, Looks)),
    "a lost answer can be recovered": lambda row: yes(can_find_lost(row.dialect)),
    "list of models": lambda row: yes(isinstance(row.dialect, ListsModels)),
    "length and shape": lambda row: takes(row, SHAPE),
    "images, audio, video": lambda row: takes(row, MEDIA),
    "more": lambda row: takes(row, MORE),
}
"""The facts that each provider page states, read from the code."""


def limits(row: Provider) -> list[Sequence[str]]:
    """Return what is known of the values that a provider takes."""
    what = model(row)
    found = {
        "aspect ratios": ", ".join(what.aspects),
        "resolutions": ", ".join(what.resolutions),
        "sizes": ", ".join(what.sizes),
        "lengths": f"{what.shortest} to {what.longest} s" if what.default_duration else "",
        "clips per request": f"up to {what.most}" if what.most > 1 else "",
        "the start image": "must have exactly the requested size" if what.image_matches_size else "",
        "the prompt": "is optional" if what.prompt_optional else "",
    }
    return [pair for pair in found.items() if pair[1]]


def services() -> str:
    """Return every provider in a column of its own."""
    rows = [builtin.BUILT_IN[name] for name in SERVICES]
    head = ["", *(f"[{row.title}](services/{row.name}.md)" for row in rows)]
    short = {"request": lambda row: "one call" if model(row).synchronous else "a job"}
    facts = {name: short.get(name, say) for name, say in FACTS.items() if name not in {"address", "key variable"}}
    return table(head, ([name, *map(say, rows)] for name, say in facts.items()))


def service(name: str) -> str:
    """Return one provider, a line for each fact."""
    row = builtin.BUILT_IN[name]
    return table(["", row.title], [*([fact, say(row)] for fact, say in FACTS.items()), *limits(row)])


# ---- errors --------------------------------------------------------------------------------------------------


class Kind(NamedTuple):
    """One code an error can carry."""

    code: str
    name: str
    """The class that is raised."""
    words: str
    """What the class says of itself."""


def kinds() -> list[Kind]:
    """Return every code with the class it comes with: those of the classes, then those given where they are raised."""
    ours = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VideogenError)]
    found = {kind.code: Kind(kind.code, kind.__name__, (kind.__doc__ or "").strip()) for kind in ours}
    found["cancelled"] = Kind("cancelled", "VideogenError", OTHERS["cancelled"])  # an end without a failure is its code
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for name, word in _coded(node):
                found.setdefault(word, Kind(word, name, OTHERS.get(word, "")))
    return list(found.values())


def _coded(node: ast.AST) -> Iterable[tuple[str, str]]:
    """Return the class and the code of a call that names one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and hasattr(errors, node.func.id):
        for given in node.keywords:
            if given.arg == "code" and isinstance(given.value, ast.Constant):
                yield node.func.id, str(given.value.value)


def codes() -> str:
    """Return every code: its class, what it is, and the exit status of a command that ends so."""
    rows = (
        [f"[`{kind.code}`](#{kind.code})", f"`{kind.name}`", kind.words, str(cli.STATUS.get(kind.code, cli.FAILED))]
        for kind in kinds()
    )
    return table(["code", "class", "what it is", "exit status"], rows)


def answers() -> str:
    """Return what becomes of a create that is answered with each HTTP status, as the common reader reads it."""
    read = builtin.BUILT_IN["openai"].dialect.read_failure
    rows = []
    for number in SEEN:
        failure = read(Reply(number))
        refused = number in REFUSED
        rows.append(
            [
                f"{number} {PHRASES.get(number) or HTTPStatus(number).phrase}",
                f"`{failure.code}`" if refused else "`unknown_outcome`",
                failure.charged if refused else "unknown",
            ]
        )
    return table(["the provider answers", "the job's error", "charged"], rows)


def words() -> str:
    """Return the words of providers for the state of a job, and ours."""
    return table(["ours", "theirs"], ([f"`{ours}`", code(theirs.split())] for ours, theirs in status.WORDS.items()))


# ---- names ---------------------------------------------------------------------------------------------------


def usages() -> str:
    """Return the commands of the terminal."""
    rows = (
        [f"`jupyter videogen {name} {usage}`".replace(" `", "`"), said] for name, (usage, said) in cli.USAGES.items()
    )
    return table(["command", "does"], rows)
