"""Lists of jobs and of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen.dialects.base import Listed, Page
from jupyter_videogen.dialects.parsing.job_ids import find_id
from jupyter_videogen.dialects.parsing.values import as_object, length, number, objects, percent, size, text, timestamp
from jupyter_videogen.dialects.status import parse_status

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def model_names(reply: Reply) -> list[str]:
    """Return the names in a list of models, in any of its shapes: objects with an `id`, names, or models by provider."""
    body = reply.json
    rows = body.get("data", body.get("models", [])) if isinstance(body, dict) else body
    return list(dict.fromkeys(_walk_names(rows)))


def model_prices(reply: Reply) -> dict[str, float]:
    """Return dollars a clip by model, where a list of models says so: Bifrost's `pricing.request`, a number in a string."""
    body = reply.json
    rows = objects(body.get("data")) if isinstance(body, dict) else []
    found = {
        str(row.get("id")): number((row.get("pricing") or {}).get("request"))
        for row in rows
        if isinstance(row.get("pricing"), dict)
    }
    return {model: price for model, price in found.items() if price}


def _walk_names(rows: object) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, str):
            yield row
        elif isinstance(row, dict) and isinstance(row.get("models"), list):
            yield from _walk_names(row["models"])
        elif isinstance(row, dict) and (name := text(row.get("id")) or text(row.get("name"))):
            yield name
