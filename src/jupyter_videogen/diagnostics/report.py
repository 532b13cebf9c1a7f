"""The doctor's findings and its report: in words, with what to do, and without names, keys or paths of a home."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from jupyter_videogen.core import terminal
from jupyter_videogen.core.secrets import KEYLIKE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

State = Literal["ok", "note", "problem"]
MARKS: dict[State, str] = {"ok": "✓", "note": "·", "problem": "✗"}
CELL = "text-align:left;vertical-align:top;padding:1px 12px 1px 0"
HEAD = "jupyter-videogen doctor: nothing that is charged was sent."


class Finding(NamedTuple):
    """The result of one check."""

    name: str
    state: State
    words: str
    """What is so, one sentence."""
    next: str = ""
    """What to do, one sentence; may be empty."""


class Report:
    """All findings in order; `report.problems` are those that need action."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(map(_redact, findings))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings that need doing something about."""
        return self._select("problem")

    def _select(self, state: State) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.state == state)

    @property
    def summary(self) -> str:
        """The result in one sentence."""
        problems, notes = len(self.problems), len(self._select("note"))
        parts = [
            _count_noun(problems, "problem") if problems else "no problem",
            *([_count_noun(notes, "note")] if notes else []),
        ]
        return f"{' and '.join(parts).capitalize()}."

    def __repr__(self) -> str:
        width = max((len(finding.name) for finding in self.findings), default=0)
        lines = [_format_line(finding, width) for finding in self.findings]
        return terminal.fit("\n".join([HEAD, "", *lines, "", self.summary]), terminal.width())

    def _repr_html_(self) -> str:
        rows = "".join(map(_format_row, self.findings))
        return (
            f'<div class="videogen-doctor" style="max-width:760px;font-size:13px;line-height:1.5"><div>{escape(HEAD)}</div>'
            f'<table style="margin:8px 0;border-collapse:collapse;font-size:inherit">{rows}</table>'
            f"<div><b>{escape(self.summary)}</b></div></div>"
        )


def shorten_home(path: Path) -> str:
    """Return a path as one's own: the home directory is ~."""
    home = Path.home()
    return str(Path("~", path.relative_to(home))) if path.is_relative_to(home) else str(path)


def format_bytes(count: int) -> str:
    """Return a number of bytes with a decimal unit, as disks are sold: 1.5 GB."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def _redact(finding: Finding) -> Finding:
    """Return a finding without the home directory's name and without anything that looks like a key."""
    home = str(Path.home())
    words, todo = (
        KEYLIKE.sub("…", text.replace(home, "~") if home != "/" else text) for text in (finding.words, finding.next)
    )
    return finding._replace(words=words, next=todo)


def _format_line(finding: Finding, width: int) -> str:
    todo = f"\n  {'':{width + 4}}→ {finding.next}" if finding.next else ""
    return f"  {MARKS[finding.state]} {finding.name:<{width}}  {finding.words}{todo}"


def _format_row(finding: Finding) -> str:
    todo = f"<br><b>→ {escape(finding.next)}</b>" if finding.next else ""
    mark = f'<span title="{finding.state}">{MARKS[finding.state]}</span>'
    name = f'<span style="white-space:nowrap">{escape(finding.name)}</span>'
    cells = (mark, name, f"{escape(finding.words)}{todo}")
    return "<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>"


def _count_noun(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
