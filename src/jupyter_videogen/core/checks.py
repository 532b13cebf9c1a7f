"""What the checks of a clip found, as values: each finding with its figure, its place in the clip and its limit."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from jupyter_videogen.core import terminal
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.hidden_characters import escape_text
from jupyter_videogen.core.request import pixels

if TYPE_CHECKING:
    from jupyter_videogen.core.request import GenerationRequest

VERSION = 1
"""Of the checks: results of another version are not used any more. Raise it when a limit or a measure changes."""
FindingName = Literal[
    "gone",
    "changed",
    "unreadable",
    "no_picture",
    "single_frame",
    "undecodable",
    "black",
    "blown_out",
    "frozen",
    "dropped_frames",
    "flicker",
    "hard_cut",
    "letterboxed",
    "no_sound",
    "silent",
    "shorter",
    "smaller",
]
PASSED = "ok"
"""What stands for a clip that was checked and in which nothing was found."""
CELL = "text-align:left;vertical-align:top;padding:2px 14px 6px 0"


class Expected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was ordered of a clip, as far as its file can be held to it; None for what was left open."""

    duration: float | None = None
    """Seconds."""
    size: str | None = None
    """"WxH" in pixels."""
    lines: int | None = None
    """Pixels of the shorter side, where a resolution such as "720p" was ordered."""
    sound: bool | None = None

    @classmethod
    def of(cls, request: GenerationRequest) -> Expected:
        """Return what a request ordered. A draft may be smaller than it says."""
        resolution = (request.resolution or "").lower()
        lines = int(resolution[:-1]) if resolution[:-1].isascii() and resolution[:-1].isdigit() else None
        return cls(
            duration=request.duration,
            size=None if request.draft else _known_size(request.size),
            lines=None if request.draft or request.size or not resolution.endswith("p") else lines,
            sound=request.sound or None,
        )

    @property
    def key(self) -> str:
        """A text that is the same for the same order."""
        return msgspec.json.encode(self).decode()


def _known_size(size: str | None) -> str | None:
    """Return a size that is one, and None for what only a provider understands."""
    try:
        pixels(size or "")
    except ValueError:
        return None
    return size


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong with a clip, or may be."""

    name: FindingName
    value: float
    """How much of it there is, in `unit`."""
    unit: str
    limit: float
    """The value, in `unit`, from which on it counts; docs/checks.md has the reason for each."""
    short: str
    """A few words, such as "frozen 2.1 s"."""
    words: str
    """One sentence."""
    at: float | None = None
    """Seconds from the first frame to where it begins; None where it is about the whole clip."""
    until: float | None = None
    """Seconds from the first frame to where it ends."""
    frame: int | None = None
    """The number of the frame, from 0, with which it begins."""
    picture: bytes | None = None
    """The worst moment as a JPEG of at most 240 pixels' width."""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a file is, as it was read."""

    frames: int = 0
    seconds: float = 0.0
    """To the end of the last picture."""
    width: int = 0
    """Pixels, as shown."""
    height: int = 0
    """Pixels, as shown."""
    fps: float = 0.0
    """Frames a second, on average."""
    slowest: float = 0.0
    """Frames a second at the longest picture, where the rate varies; else 0."""
    codec: str = ""
    bits: int = 8
    """Of a colour channel."""
    turned: bool = False
    """Whether players turn or mirror the coded pictures."""
    sound: bool = False
    """Whether it has a sound track."""

    def __str__(self) -> str:
        rate = f"{self.fps:.4g} frames/s"
        if self.slowest:
            rate = f"variable rate, {rate} on average"
        parts = [
            f"{self.width}×{self.height}",
            f"{self.seconds:.2f} s",
            f"{self.frames} frame{'' if self.frames == 1 else 's'}",
            rate,
            f"{self.codec}, {self.bits} bit",
            "turned by players" if self.turned else "",
            "with sound" if self.sound else "without sound",
        ]
        return " · ".join(filter(None, parts))


@prepare
class CheckReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the checks of one clip found, the worst first; it shows itself as text and as HTML."""

    clip: str
    """The file's name, without its folder."""
    findings: tuple[Finding, ...] = ()
    facts: Facts = Facts()
    job_id: str = ""
    """The job that made the clip, where it is one of ours."""
    version: int = VERSION

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def short(self) -> str:
        """All findings in a few words, such as "frozen 2.1 s, cut at 3.0 s", or "ok"."""
        return ", ".join(finding.short for finding in self.findings) or PASSED

    def to_dict(self, *, pictures: bool = False) -> dict[str, Any]:
        """Return it as plain values; with `pictures`, the pictures come along as base64."""
        kept = self if pictures else msgspec.structs.replace(self, findings=tuple(map(_without_picture, self.findings)))
        return {"ok": self.ok, **msgspec.to_builtins(kept)}

    def __repr__(self) -> str:
        head = f"{escape_text(self.clip)}: {self._count()}"
        width = max((len(_place(finding)) for finding in self.findings), default=0)
        lines = [f"  {_place(finding):<{width}}  {finding.words}" for finding in self.findings]
        facts = [f"  {self.facts}"] if self.facts.frames else []
        return terminal.fit("\n".join([head, *facts, *lines]), terminal.width())

    def _count(self) -> str:
        count = len(self.findings)
        return "nothing found" if self.ok else "1 finding" if count == 1 else f"{count} findings"

    def _repr_html_(self) -> str:
        rows = "".join(map(_row, self.findings))
        table = f'<table style="margin:8px 0;border-collapse:collapse;font-size:inherit">{rows}</table>' if rows else ""
        facts = f"<div>{escape(str(self.facts))}</div>" if self.facts.frames else ""
        return (
            '<div class="videogen-checks" style="max-width:760px;font-size:13px;line-height:1.5">'
            f"<div><b>{escape(escape_text(self.clip))}</b>: {escape(self._count())}</div>{facts}{table}</div>"
        )


class CheckReports(list[CheckReport]):
    """Reports of several clips; those with findings are shown one by one."""

    @property
    def ok(self) -> bool:
        """Whether nothing was found in any of them."""
        return all(report.ok for report in self)

    @property
    def found(self) -> list[CheckReport]:
        """Those with findings."""
        return [report for report in self if not report.ok]

    @property
    def summary(self) -> str:
        """How many clips there are, and in how many something was found, in one sentence."""
        clips = "1 clip was" if len(self) == 1 else f"{len(self):,} clips were"
        return (
            f"{clips} checked; {f'something was found in {len(self.found):,}' if self.found else 'nothing was found'}."
        )

    def __repr__(self) -> str:
        return "\n".join([*map(repr, self.found), self.summary])

    def _repr_html_(self) -> str:
        shown = "".join(report._repr_html_() for report in self.found)
        return f'{shown}<div style="font-size:13px;line-height:1.5"><b>{escape(self.summary)}</b></div>'


def _without_picture(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, picture=None)


def _place(finding: Finding) -> str:
    """Return where a finding is, for a person."""
    if finding.at is None:
        return "whole clip"
    return f"{finding.at:.2f} s" if finding.frame is None else f"{finding.at:.2f} s, frame {finding.frame}"


def _row(finding: Finding) -> str:
    name = f"<b>{escape(finding.short)}</b><br>{escape(_place(finding))}"
    cells = (_image(finding), name, escape(finding.words))
    return "<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>"


def _image(finding: Finding) -> str:
    if finding.picture is None:
        return ""
    data = b64encode(finding.picture).decode()
    return f'<img src="data:image/jpeg;base64,{data}" alt="{escape(finding.short)}" style="width:120px;max-width:none">'
