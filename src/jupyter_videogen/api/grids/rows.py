"""Rows of prompts for a grid: from a list, a DataFrame or a file, with the columns that are fields of a request."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.core.request import FIELDS, MEDIA
from jupyter_videogen.core.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_ROWS = 100_000
COLUMN = re.compile(r"\{([^{}]+)\}")
"""A column's name in a template."""
WHOLE_NUMBERS = frozenset({"duration", "fps", "seed", "n", "steps"})
REALS = frozenset({"guidance"})
SWITCHES = frozenset({"sound", "draft", "enhance"})
YES, NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
OF_A_ROW = frozenset(FIELDS) - {"extra"} | {"fit"}
"""Fields that a table may have."""
BACKENDS: tuple[Literal["polars", "pandas", "pyarrow"], ...] = ("polars", "pandas", "pyarrow")


class Row(NamedTuple):
    """One row of the table."""

    label: str
    prompt: str
    fields: Mapping[str, Any]
    """Its own fields of the request."""
    carried: Mapping[str, Any]
    """Its other columns, which come along to the results."""


class Problem(NamedTuple):
    """What is wrong with one row."""

    row: str
    words: str


def read_rows(
    prompts: object, *, columns: Mapping[str, str] | None = None, template: str | None = None
) -> tuple[list[Row], list[Problem]]:
    """Return the rows of a table, and what is wrong with others.

    `prompts` is a list of strings or dictionaries, a pandas or Polars DataFrame, a path of a CSV, JSONL or Parquet file, or
    anything that gives rows. `columns` renames columns, `template` makes the prompt of a row out of its columns. Raises
    `InvalidRequest` for a table that is none.
    """
    folder, table = _read_table(prompts)
    records = [_record(number, entry) for number, entry in enumerate(_bounded(table), start=1)]
    if not records:
        raise InvalidRequest("There are no prompts: the table is empty.", next="Pass one row or more.", field="prompt")
    names = list(dict.fromkeys(name for record in records for name in record))
    renamed = _renaming(columns or {}, names)
    _check_prompt_column({renamed.get(name, name) for name in names}, template)
    rows, problems = [], []
    for number, record in enumerate(records, start=1):
        try:
            rows.append(_row(str(number), record, renamed, template, folder))
        except InvalidRequest as error:
            problems.append(Problem(str(number), error.message))
    return rows, problems


def _bounded(table: Iterable[Any]) -> Iterator[Any]:
    for number, entry in enumerate(table):
        if number >= MOST_ROWS:
            raise InvalidRequest(f"The table has more than {MOST_ROWS:,} rows.", next="Split it into several grids.")
        yield entry


def _read_table(prompts: object) -> tuple[Path | None, Iterable[Any]]:
    """Return the rows as they come, and the folder of the file they come from."""
    if isinstance(prompts, str | Path):
        path = Path(prompts).expanduser()
        return path.parent, _read_file(path, is_text=isinstance(prompts, str))
    if isinstance(prompts, Mapping):
        raise InvalidRequest("A dictionary is one row, or a table of columns.", next="Pass a list of dictionaries.")
    if (frame := _frame_rows(prompts)) is not None:
        return None, frame
    if isinstance(prompts, Iterable):
        return None, prompts
    raise InvalidRequest(
        f"Prompts can't be read from a {type(prompts).__name__}.",
        next="Pass a list, a DataFrame, or the path of a CSV, JSONL or Parquet file.",
        field="prompt",
    )


def _frame_rows(prompts: object) -> Iterable[Any] | None:
    """Return the rows of a DataFrame of any library; None for what is no DataFrame."""
    import narwhals  # noqa: PLC0415 - only where many clips are made

    frame = narwhals.from_native(prompts, pass_through=True)
    if isinstance(frame, narwhals.LazyFrame):
        frame = frame.collect()
    if not isinstance(frame, narwhals.DataFrame):
        return None
    rows: Iterable[Any] = frame.iter_rows(named=True)
    return rows


def _read_file(path: Path, *, is_text: bool) -> Iterable[Any]:
    if not path.is_file():
        what = f"There is no file {path}."
        words = 'Prompts are a list: vg.grid(["…"]). A grid that was made before: vg.grid(name="…").'
        raise InvalidRequest(what, next=words if is_text else "Check the path.", field="prompt")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InvalidRequest(
            f"{path.name} is no table that can be read.", next=f"Write it as {', '.join(sorted(READERS))}."
        )
    try:
        return reader(path)
    except (OSError, UnicodeDecodeError, csv.Error, msgspec.MsgspecError) as error:
        raise InvalidRequest(f"{path.name} can't be read: {error}.", next="Check the file.") from None


def _read_csv(path: Path) -> list[dict[str, Any]]:
    text = path.read_text("utf-8-sig")
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=separator, restkey="", strict=True)
    rows = []
    for number, row in enumerate(reader, start=1):
        if row.get(""):
            raise InvalidRequest(
                f"Row {number} of {path.name} has more values than columns.", next="Put quotes around commas."
            )
        rows.append({name.strip(): _typed(name.strip(), value) for name, value in row.items() if name})
    return rows


def _typed(name: str, text: str | None) -> Any:  # noqa: ANN401 - a text stands for any value
    """Return what a text of a CSV file stands for, by the field it is for; an empty one for nothing."""
    if text is None or not text.strip():
        return None
    if name in WHOLE_NUMBERS | REALS:
        try:
            return float(text)
        except ValueError:
            return text
    if name in SWITCHES and text.strip().lower() in YES | NO:
        return text.strip().lower() in YES
    return text


def _read_jsonl(path: Path) -> list[Any]:
    lines = path.read_bytes().splitlines()
    return [msgspec.json.decode(line) for line in lines if line.strip()]


def _read_json(path: Path) -> list[Any]:
    found = msgspec.json.decode(path.read_bytes())
    if not isinstance(found, list):
        raise InvalidRequest(f"{path.name} is not a list of rows.", next="Write a list, or one row a line as JSONL.")
    return found


def _read_parquet(path: Path) -> Iterable[Any]:
    import narwhals  # noqa: PLC0415 - only where many clips are made

    for backend in BACKENDS:
        try:
            return _frame_rows(narwhals.read_parquet(str(path), backend=backend)) or ()
        except ImportError:
            continue
        except Exception as error:  # noqa: BLE001 - each library has errors of its own for a damaged file
            raise InvalidRequest(f"{path.name} can't be read: {error}.", next="Check the file.") from None
    raise Unsupported("A Parquet file needs Polars, pandas or PyArrow.", next="pip install polars.")


READERS: dict[str, Callable[[Path], Iterable[Any]]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".json": _read_json,
    ".parquet": _read_parquet,
}


def _record(number: int, entry: object) -> dict[str, Any]:
    if isinstance(entry, str):
        return {"prompt": entry}
    if isinstance(entry, Mapping):
        return {str(name): _value(value) for name, value in entry.items()}
    raise InvalidRequest(
        f"Row {number} is a {type(entry).__name__}.",
        next="A row is a string, or a dictionary of columns.",
        field="prompt",
    )


def _value(value: Any) -> Any:  # noqa: ANN401 - a table holds anything
    """Return nothing for a missing value, as pandas writes it, and plain values for NumPy's."""
    item = getattr(value, "item", None)
    value = item() if callable(item) and getattr(value, "ndim", None) == 0 else value
    missing = isinstance(value, float) and math.isnan(value)
    return None if missing or type(value).__name__ in {"NAType", "NaTType"} else value


def _renaming(columns: Mapping[str, str], names: list[str]) -> dict[str, str]:
    """Check the renaming of columns: from a column that is there to a field of a row."""
    for old, new in columns.items():
        if old not in names:
            raise InvalidRequest(
                f"The table has no column {old}.", next=f"It has: {', '.join(names[:12])}.", field="columns"
            )
        if new not in OF_A_ROW:
            raise InvalidRequest(
                f"columns renames {old} to {new}, which is no field of a row.",
                next=did_you_mean(new, sorted(OF_A_ROW)),
                field="columns",
            )
    return dict(columns)


def _check_prompt_column(names: set[str], template: str | None) -> None:
    if template is None and "prompt" not in names:
        some = ", ".join(sorted(names)[:12])
        raise InvalidRequest(
            f"The table has no column prompt; it has: {some}.",
            next='Pass columns={"…": "prompt"}, or template="A {animal} in the {place}".',
            field="prompt",
        )
    missing = [name for name in COLUMN.findall(template or "") if name not in names]
    if missing:
        raise InvalidRequest(
            f"The template names a column {missing[0]} that the table does not have.",
            next=did_you_mean(missing[0], sorted(names)),
            field="template",
        )


def _row(label: str, record: dict[str, Any], renamed: dict[str, str], template: str | None, folder: Path | None) -> Row:
    named = {renamed.get(name, name): value for name, value in record.items()}
    fields = {name: value for name, value in named.items() if name in OF_A_ROW and value is not None}
    carried = {name: value for name, value in record.items() if renamed.get(name, name) not in OF_A_ROW}
    prompt = fields.pop("prompt", "")
    if template is not None:
        prompt = COLUMN.sub(lambda match: str(named[match[1]]), template)
    if not isinstance(prompt, str):
        raise InvalidRequest(f"The prompt is a {type(prompt).__name__}.", field="prompt")
    return Row(label, prompt, {name: _placed(name, value, folder) for name, value in fields.items()}, carried)


def _placed(name: str, value: Any, folder: Path | None) -> Any:  # noqa: ANN401 - a table holds anything
    """Return a file of a table's row beside the table, where it is not in the working directory."""
    if name not in MEDIA or folder is None or not isinstance(value, str) or "://" in value:
        return value
    beside = folder / value
    return str(beside) if not Path(value).exists() and beside.exists() else value
