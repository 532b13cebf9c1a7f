"""What functions made of clips, as columns of a table, and the start of a map, which has to find its column free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen.api.mapping.clip_map import ClipMap
from jupyter_videogen.api.mapping.executors import choose
from jupyter_videogen.api.mapping.function import describe
from jupyter_videogen.api.mapping.sender import Sender
from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from jupyter_videogen.api.mapping.executors import Executor, Way
    from jupyter_videogen.api.mapping.source import Source
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.ledger.results import Results
    from jupyter_videogen.runtime.uploads import Uploads

ERROR = "_error"
"""What follows the name of a function in the name of the column of its errors."""


class ClipMaps:
    """The maps of one grid or group in this process, and what is kept of earlier ones."""

    def __init__(self, results: Results, uploads: Uploads) -> None:
        self._results, self._uploads = results, uploads
        self._maps: dict[str, ClipMap] = {}

    @property
    def shown(self) -> tuple[ClipMap, ...]:
        """The maps of this process, the newest of each name."""
        return tuple(self._maps.values())

    def start(  # noqa: PLR0913 - what a person says of a map
        self,
        source: Source,
        taken: Collection[str],
        function: Callable[..., Any],
        *,
        executor: Executor | str | None,
        name: str | None,
        version: str | None,
        clips: Way,
    ) -> ClipMap:
        """Start a map; one of the same name is ended. Raises `InvalidRequest`, also where the table has such a column."""
        what = describe(function, name, version)
        if clash := [column for column in (what.name, what.name + ERROR) if column in taken]:
            raise InvalidRequest(
                f"The table has a column {clash[0]} already.", next='Pass another name="…".', field="name"
            )
        place = choose(executor, what.call, what.name, clips)
        if (before := self._maps.pop(what.name, None)) is not None:
            before.cancel()
        started = self._maps[what.name] = ClipMap(
            source, what, place, self._results, Sender(clips, place, self._uploads)
        )
        return started.start()

    def add_to(self, rows: Iterable[tuple[dict[str, Any], ClipRecord | None]]) -> list[dict[str, Any]]:
        """Return rows of a table with a column for each function, and one for the errors of each that this process has run."""
        rows = list(rows)
        kept = self._results.newest(clip.sha256 for _, clip in rows if clip is not None)
        names = [name for name in kept if name not in self._maps and rows and name not in rows[0][0]]
        return [{**row, **self._columns(clip, names, kept)} for row, clip in rows]

    def _columns(
        self, clip: ClipRecord | None, names: Iterable[str], kept: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        sha256 = "" if clip is None else clip.sha256
        found: dict[str, Any] = {name: kept[name].get(sha256) for name in names}
        for one in self.shown:
            found |= {one.name: one.value_of(sha256), one.name + ERROR: one.error_of(sha256)}
        return found
