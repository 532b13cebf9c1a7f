"""A grid as a table: a row a clip, as a DataFrame, a file and text."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.api.tables import table
from jupyter_videogen.api.tables.words import clip_size
from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.core.grid import cell_state
from jupyter_videogen.core.prices import format_dollars
from jupyter_videogen.media.provenance import copies, xmp
from jupyter_videogen.media.provenance.marks import credentials_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.grid import Counts, GridPlan
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.grids import CellWithJob

FRAMES = ("pandas", "polars")
SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell (OWASP, CSV injection)."""


def facts(plan: GridPlan, one: CellWithJob) -> dict[str, Any]:
    """Return a cell as a dictionary of plain values: its row's columns, its request, and what became of it.

    A column of the table that is called as a result is, such as `state`, comes along as `table_state`.
    """
    cell, job = one.cell, one.job if one.cell.state == "taken" else None
    row, column = plan.rows[cell.row], plan.columns[cell.column]
    values = {name: column.values.get(name) for name in plan.varied}
    head = {"row": row.label, "prompt": row.prompt}
    results = {
        "model": column.model,
        "provider": column.provider,
        "seed": column.seed if job is None else job.request.seed,
        "take": column.take,
        **values,
        "state": state_of(one),
        **_outcome(one),
        **_times(job),
        **_cost(one),
        **_clip(job),
        "rating": one.rating,
        "starred": one.starred,
        "checks": one.checks,
        "created_at": None if job is None else datetime.fromtimestamp(job.created_at, UTC),
        "job_id": None if job is None else job.id,
    }
    taken = head.keys() | results.keys()
    carried = {f"table_{name}" if name in taken else name: value for name, value in row.carried.items()}
    return {**head, **carried, **results}


def state_of(one: CellWithJob) -> str:
    """Return the state of a cell."""
    if one.cell.state == "taken":
        return "sending" if one.job is None else cell_state(one.job)
    return one.cell.state


def _outcome(one: CellWithJob) -> dict[str, Any]:
    failure = one.cell.failure or (one.job.failure if one.job and one.cell.state == "taken" else None)
    ready = one.job is not None and one.job.state == "succeeded"
    sent = failure.sent if failure else "no" if one.job is None or one.job.sent_at is None else "yes"
    charged = (
        failure.charged
        if failure
        else "no"
        if one.job is None or not one.job.charged
        else "yes"
        if ready
        else "unknown"
    )
    return {"error": failure.message if failure else None, "sent": sent, "charged": charged}


def _times(job: JobRecord | None) -> dict[str, Any]:
    if job is None or job.accepted_at is None:
        return {"seconds_queued": None, "seconds_made": None}
    ended = job.finished_at if job.state == "succeeded" else None
    return {
        "seconds_queued": job.accepted_at - job.created_at,
        "seconds_made": None if ended is None else ended - job.accepted_at,
    }


def _cost(one: CellWithJob) -> dict[str, Any]:
    job = one.job if one.cell.state == "taken" else None
    cost = one.cell.cost if job is None else job.best_cost
    if job is not None and job.reported_cost is not None:
        return {"cost": cost, "cost_is": "known"}
    return {"cost": cost, "cost_is": "unknown" if cost is None else "known" if cost == 0 else "estimated"}


def _clip(job: JobRecord | None) -> dict[str, Any]:
    clip = job.clips[0] if job is not None and job.clips else None
    width, height = clip_size(clip)
    return {
        "path": clip.path if clip else None,
        "sha256": clip.sha256 if clip else None,
        "storage_url": clip.storage_url if clip else None,
        "width": width,
        "height": height,
        "duration": clip.duration if clip else None,
        **origin_columns(clip),
    }


def origin_columns(clip: ClipRecord | None) -> dict[str, str | None]:
    """Return where a clip comes from, in words and as a URI of IPTC, and whether its file has content credentials."""
    return {
        "origin": copies.origin_words(clip) if clip else None,
        "digital_source_type": xmp.source_type_uri(copies.source_type(clip)) if clip else None,
        "content_credentials": credentials_words(copies.marks_of(clip)) if clip else None,
    }


def frame_of(rows: list[dict[str, Any]], *, empty: str) -> Any:  # noqa: ANN401 - pandas and Polars are no dependencies
    """Return rows as a pandas DataFrame, else a Polars one, else a list that prints as a table, or as `empty`."""
    for name in FRAMES:
        try:
            return import_module(name).DataFrame(rows)
        except ImportError:
            continue
    return table.Table(
        rows,
        shown=[{name: "" if value is None else str(value) for name, value in row.items()} for row in rows],
        empty=empty,
    )


def _write_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    text = StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(text)
    writer.writerow(map(_as_csv, names))
    writer.writerows([_as_csv(row.get(name)) for name in names] for row in rows)
    return text.getvalue().encode()


def _as_csv(value: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    """Return a value that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(SPREADSHEET):
        return f"'{value}"
    return value.isoformat() if isinstance(value, datetime) else value


def write_jsonl(rows: Sequence[dict[str, Any]]) -> bytes:
    """Return rows as JSON, a line each."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _write_parquet(rows: Sequence[dict[str, Any]]) -> bytes:
    from io import BytesIO  # noqa: PLC0415 - only here

    buffer = BytesIO()
    for name, method in (("polars", "write_parquet"), ("pandas", "to_parquet")):
        try:
            frame = import_module(name).DataFrame(rows)
            getattr(frame, method)(buffer)
        except ImportError:
            continue
        return buffer.getvalue()
    raise Unsupported("A Parquet file needs Polars, or pandas with PyArrow.", next="pip install polars.")


WRITERS: dict[str, Callable[[Sequence[dict[str, Any]]], bytes]] = {
    ".csv": _write_csv,
    ".jsonl": write_jsonl,
    ".parquet": _write_parquet,
}


def to_text(plan: GridPlan, name: str, state: str, counts: Counts, held: Sequence[str]) -> str:
    """Return a grid as a few lines for a terminal."""
    size = f"{len(plan.rows)} × {len(plan.columns)} = {counts.clips} clips"
    return "\n".join([f"Grid {name}: {size} · {state}", line(counts), *held])


def line(counts: Counts) -> str:
    """Return how far a grid is, in one honest line."""
    parts = [f"{counts.ready} of {counts.clips} ready"]
    words = {
        "making": "being made",
        "waiting": "waiting",
        "failed": "failed",
        "undecided": "need your decision",
        "cancelled": "cancelled",
    }
    parts += [f"{count} {text}" for field, text in words.items() if (count := getattr(counts, field))]
    if counts.spent or counts.in_flight or counts.estimate:
        parts.append(f"{format_dollars(counts.spent)} of ≈ {format_dollars(counts.estimate)}")
    return ", ".join(parts)
