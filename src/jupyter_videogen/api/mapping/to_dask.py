"""A table as a dataframe of Dask, whose partitions are some clips each."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from jupyter_videogen.core.errors import InvalidRequest, Unsupported

CLIPS = 16
"""Clips of a partition."""


def to_dask(rows: list[dict[str, Any]], clips: int) -> Any:  # noqa: ANN401 - Dask is no dependency
    """Return rows as a dataframe of Dask, sorted by path; raises `Unsupported` without Dask, `InvalidRequest` without clips."""
    if clips < 1:
        raise InvalidRequest(f"{clips} clips are no partition.", next="Pass 1 or more.", field="clips")
    try:
        pandas, frames = import_module("pandas"), import_module("dask.dataframe")
    except ImportError:
        raise Unsupported(
            "A dataframe of Dask needs Dask with its dataframes.", next="pip install 'dask[dataframe,distributed]'."
        ) from None
    if not rows:
        raise InvalidRequest("No clip is finished yet.", next="Wait for one, with .result().")
    table = pandas.DataFrame(sorted(rows, key=lambda row: str(row["path"]))).set_index("path", drop=False)
    return frames.from_pandas(table.rename_axis(None), chunksize=clips)
