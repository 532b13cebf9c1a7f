"""Grids with many clips, put there in one go as if they had been made: what the page of a grid is asked to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.gateway.engine import Shot, render
from jupyter_videogen.ledger.ledger import Ledger
from support.full_library import draw_still, fill, make_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_videogen.core.grid import Cell
    from jupyter_videogen.core.job import JobRecord

PLAN = """import jupyter_videogen as vg
seen = vg.grid([f"Waves at sunset, take {{number}}" for number in range({rows})], models={models}, seeds={seeds}, name="{name}",
               duration=1, size="320x192", concurrency=1).pause()"""
"""A cell that plans a grid and sends next to nothing of it."""


def draw_clip(folder: Path) -> Path:
    """Draw the clip that all finished cells have."""
    path = folder / "videogen" / "clip.mp4"
    path.parent.mkdir(exist_ok=True)
    shot = Shot(prompt="Waves at sunset", width=320, height=192, seconds=1.0, fps=24, seed=4)
    render(shot, path, progress=lambda _: None, cancelled=lambda: False)
    return path


def fill_grid(home: Path, folder: Path, project: str, name: str, *, ready: int) -> None:
    """Give the first cells of a paused grid a finished job each, with a picture and a clip."""
    still = home / "posters" / "still.jpg"
    still.parent.mkdir(parents=True, exist_ok=True)
    still.write_bytes(draw_still())
    clip, ledger = draw_clip(folder), Ledger.at(home / "ledger.sqlite3")
    found = ledger.grids.find(project, name)
    assert found is not None
    waiting = [one.cell for one in ledger.grids.cells(found.id) if one.cell.state == "waiting"][:ready]
    records = list(_records(waiting, folder, clip, still))
    fill(ledger, records)
    with ledger._file.writing() as db:
        db.executemany(
            "UPDATE cells SET state = 'taken', job = ? WHERE grid = ? AND key = ?",
            [(record.id, found.id, cell.key) for cell, record in zip(waiting, records, strict=True)],
        )


def _records(cells: list[Cell], folder: Path, clip: Path, still: Path) -> Iterator[JobRecord]:
    for number, cell in enumerate(cells):
        record = make_record(number, folder, still=still)
        (made,) = record.clips
        own = msgspec.structs.replace(made, path=str(clip), bytes=clip.stat().st_size, duration=1.0, size="320x192")
        yield msgspec.structs.replace(record, clips=(own,), request=cell.request, accepted_at=record.created_at + 1)
