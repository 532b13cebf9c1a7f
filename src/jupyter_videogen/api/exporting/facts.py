"""What may be handed out of a grid: its table as plain values without keys and paths, and the files beside it."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.api.tables.cells import state_of
from jupyter_videogen.api.tables.words import clip_size, column_words, made_seconds, reason_words, varied_words
from jupyter_videogen.core import environment, hidden_characters, redaction
from jupyter_videogen.core.command_names import spell
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media import clip_store, frames, receipt
from jupyter_videogen.media.export_files import Part, is_proven
from jupyter_videogen.media.provenance import copies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.tables.words import ModelFigures
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.grid import GridColumn, GridPlan
    from jupyter_videogen.ledger.grids import CellWithJob

LONGEST_VALUE = 200
"""Characters of a value of the user's table that are shown."""
NAMED_LOST = 3
"""Missing clips that a warning names."""


class StudyCell(NamedTuple):
    """A cell, and its clip where that is there, byte for byte."""

    one: CellWithJob
    clip: ClipRecord | None
    state: str
    """As `state_of`, and "gone" for a clip that is no longer at its place."""

    @property
    def reason(self) -> str:
        """Why there is no clip, in a few words; "" where there is one."""
        cell, job = self.one.cell, self.one.job if self.one.cell.state == "taken" else None
        if self.state == "gone":
            return "Moved or deleted"
        return reason_words(self.state, job, cell.failure or (job.failure if job else None)) or self.state.capitalize()


def proven_cells(cells: Sequence[CellWithJob]) -> list[StudyCell]:
    """Return the cells by row and column, their clips read and compared with what was stored.

    Raises `InvalidRequest` where no finished clip is left.
    """
    found = [_prove(one) for one in sorted(cells, key=lambda one: (one.cell.row, one.cell.column))]
    if not any(one.clip for one in found):
        raise InvalidRequest(
            "This grid has no finished clip to hand out.",
            next="Wait with .result(), or export its table as .csv, .jsonl or .parquet.",
            field="path",
        )
    return found


def _prove(one: CellWithJob) -> StudyCell:
    state = state_of(one)
    if state != "ready" or one.job is None or not one.job.clips:
        return StudyCell(one, None, state)
    clip = one.job.clips[0]
    return StudyCell(one, clip, state) if is_proven(clip) else StudyCell(one, None, "gone")


def loss_words(cells: Sequence[StudyCell]) -> str:
    """Return a sentence about the clips that are gone; "" where none is."""
    lost = [Path(cell.one.job.clips[0].path).name for cell in cells if cell.state == "gone" and cell.one.job]
    if not lost:
        return ""
    more = f" and {len(lost) - NAMED_LOST} more" if len(lost) > NAMED_LOST else ""
    clips = "1 clip is" if len(lost) == 1 else f"{len(lost)} clips are"
    return (
        f"{clips} not where stored, or changed since, and left out: {', '.join(lost[:NAMED_LOST])}{more}. "
        f"{spell('resume')} downloads them again where the provider still has them."
    )


class StudyFiles:
    """The files of an export: a clip and a poster for each finished cell, with names that every file system takes."""

    def __init__(self, cells: Sequence[StudyCell], folder: str) -> None:
        self._folder = folder
        self.parts: list[Part] = []
        self.clips: dict[tuple[int, int], str] = {}
        """The path of each clip, relative to the page, by row and column."""
        self.posters: dict[tuple[int, int], str] = {}
        for cell in cells:
            if cell.clip is not None:
                self._add(cell, cell.clip)

    def _add(self, cell: StudyCell, clip: ClipRecord) -> None:
        at = (cell.one.cell.row, cell.one.cell.column)
        stem = "-".join(
            filter(
                None, (f"{at[0] + 1:03}", clip_store.slug(clip.prompt), clip_store.slug(clip.model), f"{at[1] + 1:02}")
            )
        )
        suffix = Path(clip.path).suffix.lower()
        film = f"{stem}{suffix if suffix in clip_store.FILMS else '.mp4'}"
        self.clips[at] = f"{self._folder}/{film}"
        self.parts.append(Part(film, Path(clip.path), clip.sha256))
        if (picture := read_poster(clip)) is not None:
            still = f"{stem}.{clip_store.still_kind(picture)}"
            self.posters[at] = f"{self._folder}/{still}"
            self.parts.append(Part(still, picture))


def read_poster(clip: ClipRecord) -> bytes | None:
    """Return a clip's still picture: the kept one, else a frame of it; None where there is neither."""
    if clip.poster:
        try:
            picture = Path(clip.poster).read_bytes()
        except OSError:
            picture = b""
        if clip_store.still_kind(picture):
            return picture
    return frames.poster(Path(clip.path))


def study_facts(
    name: str, plan: GridPlan, cells: Sequence[StudyCell], figures: Sequence[ModelFigures]
) -> dict[str, Any]:
    """Return the table as plain values: columns grouped by model, and rows with what is known of each cell."""
    by_row = {row: list(ones) for row, ones in groupby(cells, key=lambda cell: cell.one.cell.row)}
    rows = [
        {
            "label": public_text(row.label),
            "prompt": public_text(row.prompt),
            "carried": _carried(row.carried),
            "cells": [_cell(plan, cell) for cell in by_row.get(number, ())],
        }
        for number, row in enumerate(plan.rows)
    ]
    clips = [cell.clip for cell in cells if cell.clip]
    return {
        "name": public_text(name),
        "models": _models(plan, figures),
        "columns": _columns(plan),
        "rows": rows,
        "origins": sorted({public_text(copies.origin_words(clip)) for clip in clips}),
        "source_types": sorted(set(map(copies.source_type, clips))),
    }


def _columns(plan: GridPlan) -> list[str]:
    """Return what each column differs in from the others of its model."""
    takes = any(column.take > 1 for column in plan.columns)
    return [public_text(" · ".join(filter(None, _own_words(column, plan, takes=takes)))) for column in plan.columns]


def _own_words(column: GridColumn, plan: GridPlan, *, takes: bool) -> tuple[str, ...]:
    seed = f"seed {column.seed}" if column.seed is not None else f"take {column.take}" if takes else ""
    return (seed, *varied_words(column, plan))


def _models(plan: GridPlan, figures: Sequence[ModelFigures]) -> list[dict[str, Any]]:
    """Return the models with their first column, the number of columns and their figures."""
    known = {one.model: one._asdict() | {"model": public_text(one.model)} for one in figures}
    groups = groupby(enumerate(plan.columns), key=lambda at: (at[1].provider, at[1].model))
    return [
        {"name": public_text(_model_words(columns[0][1], plan)), "first": columns[0][0], "count": len(columns)}
        | {"figures": known[columns[0][1].model]}
        for columns in (list(group) for _, group in groups)
    ]


def _model_words(column: GridColumn, plan: GridPlan) -> str:
    """Return a model's name; where two providers have it, with the provider's."""
    shared = any(one.model == column.model and one.provider != column.provider for one in plan.columns)
    return f"{column.model} · {column.provider}" if shared else column.model


def _cell(plan: GridPlan, cell: StudyCell) -> dict[str, Any]:
    one, clip = cell.one, cell.clip
    width, height = clip_size(clip)
    return {
        "column": one.cell.column,
        "name": public_text(column_words(plan.columns[one.cell.column], plan)),
        "state": cell.state,
        "reason": "" if clip else cell.reason,
        "rating": one.rating,
        "starred": one.starred,
        "made": made_seconds(one.job) if clip else None,
        "cost": one.job.best_cost if clip and one.job else None,
        "seed": clip.seed if clip else None,
        "seconds": clip.duration if clip else None,
        "bytes": clip.bytes if clip else None,
        "width": width,
        "height": height,
    }


def _carried(values: dict[str, Any]) -> dict[str, str]:
    """Return the columns of the user's own table that are short and plain; of a file, its name."""
    plain = {name: _name_of(str(value)) for name, value in values.items() if isinstance(value, str | int | float)}
    return {public_text(name): public_text(value) for name, value in plain.items() if len(value) <= LONGEST_VALUE}


def _name_of(value: str) -> str:
    kinds = (PurePosixPath, PureWindowsPath)
    return next((kind(value).name for kind in kinds if kind(value).is_absolute()), value)


def public_text(text: str) -> str:
    """Return a text without keys, signatures of links, hidden characters and places on this machine."""
    words = redaction.redact(str(receipt.public_value(text)))
    for folder in (Path.home(), environment.home(), Path.cwd()):
        if folder.name:
            words = re.sub(re.escape(str(folder)) + r"(?=[/\\\s]|$)", "…", words)
    return hidden_characters.escape_text(words)
