"""What a grid can be written as, by the name of the file or folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.api.exporting import vbench
from jupyter_videogen.api.exporting.facts import StudyFiles, loss_words, proven_cells, public_text, study_facts
from jupyter_videogen.api.exporting.page import study_page
from jupyter_videogen.api.tables import cells as grid_cells
from jupyter_videogen.api.tables.words import column_words
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media import export_files, mosaic
from jupyter_videogen.media.embedding import check_embedding, embedded
from jupyter_videogen.media.export_files import Part
from jupyter_videogen.media.provenance.copies import lost_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jupyter_videogen.api.exporting.facts import StudyCell
    from jupyter_videogen.api.judging.vote import Vote
    from jupyter_videogen.api.tables.words import ModelFigures
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.grid import GridPlan
    from jupyter_videogen.ledger.grids import CellWithJob


VOTES = "votes.jsonl"
"""The name of a file of votes; any other `.jsonl` is the table."""


class GridExport(NamedTuple):
    """What is written, and how."""

    name: str
    plan: GridPlan
    cells: Sequence[CellWithJob]
    figures: Sequence[ModelFigures]
    notes: list[str]
    """Gets what to tell of the export when it is written."""
    overwrite: bool = False
    embed: bool = False
    vote: Vote | None = None
    """Its votes; None where nothing can be compared."""
    rows: Callable[[], list[dict[str, Any]]] | None = None
    """Gives the rows of its table, with what functions made of its clips; None where none did."""

    def proven(self) -> list[StudyCell]:
        """Return the cells, their clips compared with what was stored; raises `InvalidRequest` where there is none."""
        cells = proven_cells(self.cells)
        self.notes.extend(filter(None, [loss_words(cells)]))
        return cells

    def note_lost_marks(self, sources: Sequence[ClipRecord], target: Path) -> None:
        """Tell of content credentials that are not in a film or picture of all clips."""
        self.notes.extend(filter(None, [lost_words(sources, target.name)]))


def export(grid: GridExport, path: str | Path) -> Path:
    """Write a grid by the name of the target; raises `InvalidRequest` for a name that says nothing, or one that is taken."""
    target = Path(path).expanduser()
    writer = _writer(target)
    if grid.embed and writer is not _write_page:
        raise InvalidRequest(
            "Only a page can hold clips inside.", next="Export to .html with embed=True.", field="embed"
        )
    if target.suffix:
        export_files.check_target(target, overwrite=grid.overwrite)
    writer(grid, target)
    return target


def _writer(target: Path) -> Callable[[GridExport, Path], None]:
    if target.name.lower().endswith(vbench.FOLDER) and not target.suffix:
        return _write_vbench
    if target.name.lower() == VOTES:
        return _write_votes
    if target.suffix.lower() in WRITERS:
        return WRITERS[target.suffix.lower()]
    known = f"{', '.join((*WRITERS, VOTES))}, and a folder that ends in {vbench.FOLDER}/"
    raise InvalidRequest(f"A grid can't be written as {target.name}.", next=f"Known are {known}.", field="path")


def _write_table(grid: GridExport, target: Path) -> None:
    write = grid_cells.WRITERS[target.suffix.lower()]
    rows = [grid_cells.facts(grid.plan, one) for one in grid.cells] if grid.rows is None else grid.rows()
    content = write(rows)
    export_files.write_file(target, content, overwrite=grid.overwrite)


def _write_votes(grid: GridExport, target: Path) -> None:
    """Write the votes of everybody who has finished, a line each."""
    rows = grid.vote.votes if grid.vote else []
    export_files.write_file(target, grid_cells.write_jsonl(rows), overwrite=grid.overwrite)


def _write_page(grid: GridExport, target: Path) -> None:
    """Write `study.html`, and its clips into `study_files/` or into the page."""
    if grid.embed:
        export_files.write_file(target, _page_with_clips(grid), overwrite=grid.overwrite)
        return
    folder = export_files.files_beside(target)
    export_files.check_folder(folder, overwrite=grid.overwrite)
    cells = grid.proven()
    files = StudyFiles(cells, folder.name)
    page = _page(grid, cells, files.clips, files.posters)
    export_files.write_folder(folder, files.parts, page=(target, page), overwrite=grid.overwrite)


def _write_archive(grid: GridExport, target: Path) -> None:
    """Write what `_write_page` does into an archive, in a folder of the archive's name."""
    cells = grid.proven()
    files = StudyFiles(cells, f"{target.stem}_files")
    page = Part(f"{target.stem}/{target.stem}.html", _page(grid, cells, files.clips, files.posters))
    inner = [part._replace(name=f"{target.stem}/{target.stem}_files/{part.name}") for part in files.parts]
    export_files.write_archive(target, [page, *inner], overwrite=grid.overwrite)


def _page_with_clips(grid: GridExport) -> bytes:
    """Return a page that holds its clips; raises `InvalidRequest` where they are too many bytes."""
    cells = grid.proven()
    check_embedding(sum(cell.clip.bytes for cell in cells if cell.clip))
    files = StudyFiles(cells, "inside")
    urls = {f"inside/{part.name}": embedded(part) for part in files.parts}
    clips, posters = ({at: urls[name] for at, name in one.items()} for one in (files.clips, files.posters))
    return _page(grid, cells, clips, posters)


def _page(
    grid: GridExport,
    cells: Sequence[StudyCell],
    clips: Mapping[tuple[int, int], str],
    posters: Mapping[tuple[int, int], str],
) -> bytes:
    facts = study_facts(grid.name, grid.plan, cells, grid.figures)
    return study_page(facts, clips, posters, grid.vote.leaderboard if grid.vote else None)


def _write_film(grid: GridExport, target: Path) -> None:
    cells = grid.proven()
    sources = [cell.clip for cell in cells if cell.clip]
    mosaic.write_film(target, _lines(grid, cells), overwrite=grid.overwrite, sources=sources)
    grid.note_lost_marks(sources, target)


def _write_sheet(grid: GridExport, target: Path) -> None:
    cells = grid.proven()
    mosaic.write_sheet(target, _lines(grid, cells), overwrite=grid.overwrite)
    grid.note_lost_marks([cell.clip for cell in cells if cell.clip], target)


def _lines(grid: GridExport, cells: Sequence[StudyCell]) -> list[mosaic.Line]:
    """Return a line of tiles for each row."""
    lines = []
    for number, row in enumerate(grid.plan.rows):
        own = [cell for cell in cells if cell.one.cell.row == number]
        tiles = tuple(
            mosaic.Tile(
                caption=public_text(column_words(grid.plan.columns[cell.one.cell.column], grid.plan)),
                film=Path(cell.clip.path) if cell.clip else None,
                words=cell.reason,
            )
            for cell in own
        )
        lines.append(mosaic.Line(public_text(row.prompt), tiles))
    return lines


def _write_vbench(grid: GridExport, target: Path) -> None:
    parts = vbench.parts(grid.plan, grid.proven())
    export_files.write_folder(target, parts, overwrite=grid.overwrite)


WRITERS: dict[str, Callable[[GridExport, Path], None]] = {
    ".html": _write_page,
    ".zip": _write_archive,
    ".csv": _write_table,
    ".jsonl": _write_table,
    ".parquet": _write_table,
    ".mp4": _write_film,
    ".webp": _write_film,
    ".png": _write_sheet,
}
