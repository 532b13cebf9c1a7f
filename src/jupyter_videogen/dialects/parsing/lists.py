"""Lists of jobs and of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.http import Malformed
from jupyter_videogen.core.prices import Price
from jupyter_videogen.dialects.base import Listed, ListedModel, ModelList, Page
from jupyter_videogen.dialects.parsing.job_ids import find_id
from jupyter_videogen.dialects.parsing.values import (
    as_object,
    length,
    member,
    number,
    objects,
    percent,
    size,
    text,
    timestamp,
)
from jupyter_videogen.dialects.status import parse_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_videogen.core.http import Reply


def parse_listed_facts(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row of a list of jobs says of its request: the facts of a `Listed`, without its handle."""
    return {
        "prompt": text(row.get("prompt")),
        "model": text(row.get("model")),
        "duration": length(row.get("seconds")) or length(row.get("duration")),
        "size": size(row.get("size")),
        "created_at": timestamp(row.get("created_at")),
        **_parse_standing(row),
    }


def _parse_standing(row: dict[str, Any]) -> dict[str, Any]:
    """Return how far a listed job is; nothing where the row has no word for it."""
    if text(row.get("status")) is None:
        return {}
    state, word = parse_status(row["status"])
    return {"state": state, "status": word, "progress": percent(row.get("progress"))}


def cursor_page(reply: Reply) -> Page:
    """Read a page of videos as OpenAI and Bifrost give them; a cursor that comes with an empty page is no cursor."""
    body = as_object(reply)
    rows = [(name, row) for row in objects(body.get("data") or []) if (name := find_id(row))]
    jobs = [Listed(handle={"id": name}, **parse_listed_facts(row)) for name, row in rows]
    return Page(jobs, text(body.get("last_id")) if body.get("has_more") is True and jobs else None)


def parse_model_list(
    reply: Reply,
    read: Callable[[dict[str, Any]], ListedModel] | None = None,
    is_mispriced: Callable[[dict[str, Any]], bool] | None = None,
) -> ModelList:
    """Read a list of models in any of its shapes: objects with an `id`, names, or models by provider.

    `read` reads an object that has a name, and `is_mispriced` says whether its price is none; raises `Malformed` for what is
    no list.
    """
    rows = list(_walk_rows(_find_rows(reply.json)))
    named = [(name, row) for row in rows if (name := _name(row)) is not None]
    found = {
        name: (read or parse_listed_model)(row) if isinstance(row, dict) else ListedModel(name=name)
        for name, row in named
    }
    judge = is_mispriced or _is_mispriced
    mispriced = dict.fromkeys(name for name, row in named if isinstance(row, dict) and judge(row))
    return ModelList(tuple(found.values()), len(rows) - len(named), tuple(mispriced))


def parse_listed_model(row: dict[str, Any]) -> ListedModel:
    """Read a row that has a name; `pricing.request` is Bifrost's for dollars a clip, a number in a string."""
    price = number(member(row.get("pricing"), "request"))
    return ListedModel(name=_name(row) or "", price=Price(per_clip=price) if price is not None and price > 0 else None)


def _is_mispriced(row: dict[str, Any]) -> bool:
    """Return whether `pricing.request` is no price; a zero is usual there for what is paid by another measure."""
    said = member(row.get("pricing"), "request")
    price = number(said)
    return said is not None and (price is None or price < 0)


def _find_rows(body: object) -> list[Any]:
    """Return the rows of a list, wrapped or not; raises `Malformed`."""
    rows = body.get("data", body.get("models")) if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise Malformed("no list of models")
    return rows


def _name(row: object) -> str | None:
    """Return the name of a row of a list of models."""
    return text(row) or text(member(row, "id")) or text(member(row, "name"))


def _walk_rows(rows: list[Any]) -> Iterator[object]:
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("models"), list):
            yield from _walk_rows(row["models"])
        else:
            yield row
