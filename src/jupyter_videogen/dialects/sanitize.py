"""Validate and clean everything that a provider sends: all its text passes through here.

Every reading of a reply is done behind a guard: whatever goes wrong in it is `Malformed`, which is a missed look or a lost
answer, never the end of the watching. What was read is bounded, without the keys that were sent, and with hidden characters
written out. Values are judged after they were read, for an escape can stand for any sign.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from jupyter_videogen.core import hidden_characters, redaction
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Malformed, Reply
from jupyter_videogen.core.preview import Preview, check_preview
from jupyter_videogen.core.prices import clean_price, is_price
from jupyter_videogen.core.request import FIELDS
from jupyter_videogen.dialects.base import (
    Accepted,
    Finished,
    Listed,
    ListedModel,
    ModelList,
    Page,
    Refused,
    StatusUpdate,
)
from jupyter_videogen.dialects.http_errors import SLOWEST, read_failure
from jupyter_videogen.dialects.parsing.envelopes import has_error
from jupyter_videogen.dialects.parsing.job_ids import check_id, find_job_id, id_from_location
from jupyter_videogen.dialects.parsing.lists import parse_listed_facts, parse_model_list
from jupyter_videogen.dialects.parsing.values import MOST_CLIPS, SIZE, as_object
from jupyter_videogen.dialects.status import STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jupyter_videogen.core.clip import Artifact
    from jupyter_videogen.dialects.base import Dialect, Handle

READ = 8192
"""Characters of one string of a reply that are read as words."""
SHOWN, NOTE, STATUS = 600, 300, 80
"""Characters of a message, a note and a status that are kept."""
MOST_NOTES, MOST_ROWS, MOST_NAMES = 8, 1000, 5000
LONGEST_URL, LONGEST_NAME, LONGEST_HANDLE = 16_384, 256, 4096
MOST_VALUES, LONGEST_CLIP = 200, 3600
"""Values of one setting that a listed model may have, and the seconds that none exceeds."""
ASPECT = re.compile(r"[1-9][0-9]{0,2}:[1-9][0-9]{0,2}")
WORD = re.compile(r"[A-Za-z0-9]{1,16}")
CODE = re.compile(r"[a-z][a-z_]{0,39}")
KNOWN = ("yes", "no", "unknown")
LATEST_HINT = 3600.0
"""Seconds; a provider that asks for more patience is looked at all the same."""
KINDS: dict[str, tuple[type, ...]] = {
    "read_create": (Accepted, Finished, Refused),
    "read_look": (StatusUpdate,),
    "read_event": (StatusUpdate, Preview, type(None)),
    "read_page": (Page,),
    "read_failure": (Failure,),
    "read_models": (ModelList,),
    "read_details": (ModelList,),
}


def sanitize_dialect(dialect: Dialect) -> Any:  # noqa: ANN401 - whatever protocols the dialect keeps, this keeps too
    """Return a dialect whose readers are guarded: it has the same methods and raises only `Malformed`."""
    try:
        return _guard(dialect)
    except TypeError:  # a plug-in's may have no hash
        return _guard.__wrapped__(dialect)


@lru_cache(maxsize=64)
def _guard(dialect: Dialect) -> object:
    public = {name: getattr(dialect, name, None) for name in dir(dialect) if not name.startswith("_")}
    # Data too: from Python 3.12 on, `isinstance` with a protocol does not ask `__getattr__`.
    members: dict[str, Any] = {
        name: staticmethod(_guarded(name, value)) if callable(value) else value for name, value in public.items()
    }
    members["__getattr__"] = lambda _, name: getattr(dialect, name)
    return type(type(dialect).__name__, (), members)()


def _guarded(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    return partial(_read, name, method) if name.startswith("read_") else method


def _read(name: str, read: Callable[..., Any], *given: Any) -> Any:  # noqa: ANN401 - whatever the dialect reads
    try:
        found = read(*given)
        if isinstance(found, KINDS.get(name, (object,))):
            return check_values(found)
        why = f"{type(found).__name__} from {name}"
    except Malformed as error:
        why = str(error)
    except Exception as error:
        why = type(error).__name__
    if name == "read_failure" and isinstance(given[0], Reply):
        return read_failure(Reply(given[0].status))  # by its status alone
    raise Malformed(why)


def read_any_failure(reply: Reply) -> Failure:
    """Read any reply that is not a 2xx, of whichever provider."""
    found: Failure = _read("read_failure", read_failure, reply)
    return found


def objection(reply: Reply) -> str | None:
    """Return why a 2xx does not mean "done": a refusal in its body, or an unreadable body; None if it means "done"."""
    try:
        refused = bool(reply.body) and has_error(reply.json)
    except Malformed:
        return "Its response could not be read."
    return read_any_failure(reply).message if refused else None


def read_location(reply: Reply) -> str | None:
    """Return the id at the end of a reply's Location, where there is one that can be used."""
    try:
        return _id(id_from_location(reply))
    except Exception:
        return None


def read_facts(reply: Reply) -> dict[str, Any]:
    """Return what a reply says of its job; raises `Malformed`."""
    found: dict[str, Any] = _read("facts", lambda: parse_listed_facts(as_object(reply)))
    return found


def read_models(dialect: Dialect, reply: Reply) -> ModelList:
    """Return a provider's list of models, as its dialect reads it or in any usual shape; raises `Malformed`."""
    own = hasattr(dialect, "read_models")
    found: ModelList = sanitize_dialect(dialect).read_models(reply) if own else _read("models", parse_model_list, reply)
    return found


def read_guarded(read: Callable[[Reply], Any], reply: Reply) -> Any:  # noqa: ANN401 - whatever is read
    """Return what a function of `parsing` finds in an unusual reply; None if it finds nothing valid."""
    try:
        found = read(reply)
        if isinstance(found, tuple):
            return _artifacts(found)
        return check_values(found) if not isinstance(found, str) or read is not find_job_id else _id(found)
    except Exception:
        return None


def clean_text(text: object, most: int = SHOWN) -> str:
    """Return text of a provider: limited in length, without sent keys or hidden characters."""
    said = hidden_characters.escape_text(redaction.redact(str(text)[:READ]))
    return said if len(said) <= most else f"{said[: most - 1]}…"


def check_values(found: object) -> Any:  # noqa: ANN401 - one of the values that a dialect reads
    """Return a read value after validation; raises `Malformed`."""
    judge = JUDGES.get(type(found))
    return found if judge is None else judge(found)


def _sanitize_accepted(said: Accepted) -> Accepted:
    hint = _number(said.poll_after, most=LATEST_HINT)
    notes, cost = _notes(said.notes), _cost(said.cost)
    return replace(said, handle=_handle(said.handle), poll_after=hint, notes=notes, cost=cost)


def _page(said: Page) -> Page:
    rows = (_row(row) for row in said.jobs[:MOST_ROWS])
    cursor = said.cursor if isinstance(said.cursor, str) and len(said.cursor) <= LONGEST_HANDLE else None
    return replace(said, jobs=[row for row in rows if row is not None], cursor=cursor)


def _failure(said: Failure) -> Failure:
    return replace(
        said,
        code=said.code if isinstance(said.code, str) and CODE.fullmatch(said.code) else "provider",
        message=clean_text(said.message),
        next=clean_text(said.next, NOTE),
        field=clean_text(said.field, LONGEST_NAME) if said.field is not None else None,
        sent=said.sent if said.sent in KNOWN else "unknown",
        charged=said.charged if said.charged in KNOWN else "unknown",
        request_id=clean_text(said.request_id, LONGEST_NAME) if said.request_id is not None else None,
        retry_after=_number(said.retry_after, most=SLOWEST),
    )


def _update(said: StatusUpdate) -> StatusUpdate:
    return replace(
        said,
        state=said.state if said.state in STATES.values() else "running",
        progress=_number(said.progress, most=100.0),
        artifacts=_artifacts(said.artifacts),
        poll_after=_number(said.poll_after, most=LATEST_HINT),
        failure=None if said.failure is None else _failure(said.failure),
        status=clean_text(said.status, STATUS),
        notes=_notes(said.notes),
        suggestions=_notes(said.suggestions),
        took=_number(said.took),
        cost=_cost(said.cost),
    )


def _artifacts(said: Iterable[Artifact]) -> tuple[Artifact, ...]:
    return tuple(_artifact(one) for one in list(said)[:MOST_CLIPS])


def _artifact(said: Artifact) -> Artifact:
    """Return where a clip can be had; our own key in its address is not sent there, nor written down."""
    return replace(
        said,
        url=_address(said.url),
        others=tuple(_address(one) for one in said.others[:MOST_CLIPS]),
        poster=None if said.poster is None else _address(said.poster),
        duration=_number(said.duration) or None,
        size=said.size if isinstance(said.size, str) and SIZE.fullmatch(said.size) else None,
        inline=said.inline if isinstance(said.inline, str) else None,
    )


def _address(url: object) -> str:
    if not isinstance(url, str) or len(url) > LONGEST_URL:
        raise Malformed("no usable address")
    return redaction.redact(url)


def _model_list(said: ModelList) -> ModelList:
    """Return a list of models whose values can be checked against and shown."""
    models = tuple(_model(one) for one in list(said.models)[:MOST_NAMES] if _is_name(one.name))
    unread = said.unread if isinstance(said.unread, int) and said.unread >= 0 else 0
    return ModelList(models, unread, tuple(name for name in list(said.mispriced)[:MOST_NAMES] if _is_name(name)))


def _model(said: ListedModel) -> ListedModel:
    return replace(
        said,
        title=clean_text(said.title, LONGEST_NAME),
        durations=tuple(one for one in said.durations[:MOST_VALUES] if type(one) is int and 0 < one <= LONGEST_CLIP),
        sizes=tuple(one for one in said.sizes[:MOST_VALUES] if isinstance(one, str) and SIZE.fullmatch(one)),
        aspects=tuple(one for one in said.aspects[:MOST_VALUES] if isinstance(one, str) and ASPECT.fullmatch(one)),
        resolutions=tuple(
            one for one in said.resolutions[:MOST_VALUES] if isinstance(one, str) and WORD.fullmatch(one)
        ),
        lacks=said.lacks & frozenset(FIELDS),
        price=None if said.price is None else clean_price(said.price),
    )


def _row(said: Listed) -> Listed | None:
    """Return a listed job; one whose id could not be asked for is none of ours."""
    try:
        handle = _handle(said.handle)
    except Malformed:
        return None
    state = said.state if said.state in STATES.values() else None
    return replace(
        said,
        **{
            name: value if isinstance(value := getattr(said, name), str) else None
            for name in ("prompt", "model", "size", "key")
        },
        handle=handle,
        state=state,
        status=clean_text(said.status, STATUS),
        progress=_number(said.progress, most=100.0),
        created_at=_number(said.created_at),
        duration=_number(said.duration),
    )


def _cost(said: object) -> float | None:
    """Return a reported cost in dollars: nothing that no clip can cost."""
    found = _number(said)
    return found if found is not None and is_price(found, free=True) else None


def _handle(said: Handle) -> Handle:
    """Return a provider's reference; every text in it may become a part of an address, and is written down."""
    if not isinstance(said, dict) or not said or len(msgspec.json.encode(said)) > LONGEST_HANDLE:
        raise Malformed("no usable reference")
    for value in said.values():
        if isinstance(value, str):
            _id(value)
    return said


def _id(value: str | None) -> str | None:
    if value is not None and redaction.has_secret(check_id(value)):
        raise Malformed("no usable id")
    return value


def _is_name(name: object) -> bool:
    printable = isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST_NAME
    return printable and not redaction.has_secret(str(name))


def _notes(said: Iterable[object]) -> tuple[str, ...]:
    return tuple(clean_text(note, NOTE) for note in list(said)[:MOST_NOTES])


def _number(value: object, *, most: float = math.inf) -> float | None:
    """Return a number from 0 up, cut at `most`; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        return None
    return float(min(value, most if most < math.inf else 1e15))


JUDGES: dict[type, Callable[[Any], Any]] = {
    Failure: _failure,
    StatusUpdate: _update,
    Accepted: _sanitize_accepted,
    Finished: lambda said: replace(said, artifacts=_artifacts(said.artifacts)),
    Refused: lambda said: replace(said, failure=_failure(said.failure)),
    Page: _page,
    ModelList: _model_list,
    Preview: check_preview,
}
