"""Tables of prompts: every way to hand them over gives the same rows, and what is none is told by its row."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.grids.rows import Row, read_rows

ROWS: list[dict[str, Any]] = [
    {"prompt": "A fox, asleep", "duration": 4, "negative": None, "id": 7, "note": "=1+1"},
    {"prompt": 'Gulls say "kee"\nat sea', "duration": None, "negative": "text", "id": 8, "note": "ünï"},
]
READ = [
    Row("1", "A fox, asleep", {"duration": 4}, {"id": 7, "note": "=1+1"}),
    Row("2", 'Gulls say "kee"\nat sea', {"negative": "text"}, {"id": 8, "note": "ünï"}),
]


def csv() -> Path:
    pd.DataFrame(ROWS).to_csv("rows.csv", index=False)
    return Path("rows.csv")


def tsv() -> str:
    pd.DataFrame(ROWS).to_csv("rows.tsv", index=False, sep="\t")
    return "rows.tsv"


def excel_csv() -> Path:
    """As a spreadsheet writes it: with a mark of byte order."""
    Path("excel.csv").write_bytes(
        b"\xef\xbb\xbf" + pd.DataFrame(ROWS).to_csv(index=False, lineterminator="\r\n").encode()
    )
    return Path("excel.csv")


def jsonl() -> Path:
    pl.DataFrame(ROWS).write_ndjson("rows.jsonl")
    return Path("rows.jsonl")


def json() -> str:
    pd.DataFrame(ROWS).to_json("rows.json", orient="records")
    return "rows.json"


def parquet() -> Path:
    pl.DataFrame(ROWS).write_parquet("rows.parquet")
    return Path("rows.parquet")


WAYS = {
    "list": lambda: ROWS,
    "generator": lambda: (row for row in ROWS),
    "tuple": lambda: tuple(ROWS),
    "pandas": lambda: pd.DataFrame(ROWS),
    "polars": lambda: pl.DataFrame(ROWS),
    "lazy": lambda: pl.LazyFrame(ROWS),
    "csv": csv,
    "tsv": tsv,
    "excel": excel_csv,
    "jsonl": jsonl,
    "json": json,
    "parquet": parquet,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_same_rows(way: str) -> None:
    """Missing values are nothing; numbers are numbers; other columns come along as they are in the table."""
    found, problems = read_rows(WAYS[way]())
    assert problems == []
    as_text = way in {"csv", "tsv", "excel"}
    wanted = (
        [row._replace(carried={name: str(value) for name, value in row.carried.items()}) for row in READ]
        if as_text
        else READ
    )
    assert found == wanted


def test_columns_are_renamed_and_templates_filled() -> None:
    """The columns of a template come along as well."""
    table = [{"animal": "fox", "place": "wood", "secs": 4}, {"animal": "gull", "place": "{bay}", "secs": math.nan}]
    found, _ = read_rows(table, template="A {animal} in the {place}", columns={"secs": "duration"})
    assert [row.prompt for row in found] == ["A fox in the wood", "A gull in the {bay}"]
    assert [dict(row.fields) for row in found] == [{"duration": 4}, {}]
    assert found[0].carried == {"animal": "fox", "place": "wood"}


def test_pictures_of_a_file_lie_beside_it() -> None:
    """Where they are not in the working folder."""
    Path("data").mkdir()
    Path("data/cat.png").write_bytes(b"x")
    Path("data/rows.csv").write_text("prompt,image\na cat,cat.png\na dog,https://host/dog.png\n")
    found, _ = read_rows("data/rows.csv")
    assert [row.fields["image"] for row in found] == ["data/cat.png", "https://host/dog.png"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"prompt\n\xff\xfe\n", "a.csv can't be read"),
        ("a.csv", b"prompt,id\na,b,c\n", "Row 1 of a.csv has more values than columns"),
        ("a.csv", b"", "the table is empty"),
        ("a.csv", b"prompt\n", "the table is empty"),
        ("a.jsonl", b"{", "a.jsonl can't be read"),
        ("a.json", b'{"prompt": "x"}', "not a list of rows"),
        ("a.jsonl", b"[1]\n", "Row 1 is a list"),
        ("a.parquet", b"PAR1", "a.parquet can't be read"),
        ("a.xlsx", b"PK", "no table that can be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused(name: str, content: bytes, words: str) -> None:
    """In the words of what it is."""
    Path(name).write_bytes(content)
    with pytest.raises(vg.InvalidRequest, match=words) as caught:
        read_rows(name)
    assert (caught.value.sent, caught.value.charged) == ("no", "no")


def test_a_row_without_words_is_a_problem_of_that_row() -> None:
    """The others are read."""
    found, problems = read_rows([{"prompt": "x"}, {"prompt": 5}])
    assert len(found) == 1
    assert [(one.row, one.words) for one in problems] == [("2", "The prompt is a int.")]
