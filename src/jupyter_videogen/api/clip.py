"""A finished clip as its owner holds it: save it, look at its frames, go on from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from jupyter_videogen.api import checking, clip_origin
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.media import animation, clip_store, frames
from jupyter_videogen.media import captions as caption_files
from jupyter_videogen.media.provenance.copies import warn_of_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from os import PathLike

    import numpy as np

    from jupyter_videogen.core.checks import CheckReport
    from jupyter_videogen.media.captions import Cue

    Array = np.ndarray[Any, np.dtype[np.uint8]]

extenders: list[Callable[..., Clip]] = []
"""What makes a clip that goes on from another. `api.client` adds itself: clips start jobs, and jobs give clips."""


class Clip(ClipRecord, frozen=True, kw_only=True, omit_defaults=True):
    """A finished video on this disk, and how it was made."""

    @classmethod
    def of(cls, record: ClipRecord) -> Self:
        """Return the clip to what is written down of it."""
        return cls(**msgspec.structs.asdict(record))

    @property
    def provenance(self) -> dict[str, Any]:
        """How the clip was made: request, provider, times, hash; from the receipt beside it, else from the ledger.

        `content_credentials` says whether there are C2PA manifests in the file. With the extra `[c2pa]` it is their state
        ("trusted", "valid", "invalid", "unreadable"), and `credentials` has who signed and what they claim; the whole file
        is read then.
        """
        return clip_origin.provenance(self)

    def save(self, path: str | PathLike[str], *, sign: bool = False, overwrite: bool = False) -> Path:
        """Copy the clip, its receipt and its captions to a file or into an existing folder; return the copy's path.

        With `sign` the copy gets a manifest (C2PA) of yours with this clip as its parent, signed with the certificate and the
        key of `[provenance]` in your `videogen.toml`; needs the extra `[c2pa]`, and warns of a self-signed certificate. The
        clip itself stays as it is. Raises `InvalidRequest` if the clip is gone, if the target exists and `overwrite` is
        False, or where certificate or key can't be used; `Unsupported` without the extra, or for a WebM.
        """
        copier = clip_origin.save_signed if sign else clip_store.copy
        target = copier(self, path, overwrite=overwrite)
        caption_files.copy(self, target, overwrite=overwrite)
        return target

    @property
    def captions(self) -> tuple[Cue, ...]:
        """Its captions, from the WebVTT file beside it: each `start` and `end` in seconds, and its `text`; may be empty."""
        return caption_files.read(self)

    def save_captions(
        self, text: str | PathLike[str] | Iterable[tuple[float, float, str]], *, overwrite: bool = False
    ) -> Path:
        """Write captions as a `.vtt` file beside the clip, which is not altered; return the file's path.

        `text` is WebVTT or SubRip, as text or in a file, or cues: (start, end, words), times in seconds. Cards, records and
        exported pages that are made from then on show them. Raises `InvalidRequest` with the line for captions that can't be
        read, where the clip is gone, and where it has captions, unless `overwrite`.
        """
        return caption_files.save(self, text, overwrite=overwrite)

    def export(self, path: str | PathLike[str], *, embed: bool | None = None, overwrite: bool = False) -> Path:
        """Write it to hand out: a `.html` page, or a `.gif` or `.webp` with its receipt beside it; return the file's path.

        A page holds the clip inside up to 25 MB, else in a folder beside it; `embed` True or False decides that. GIF and
        WebP are made as by `to_gif` and `to_webp`. Raises `InvalidRequest` for another name or one that is taken, and as
        `frame` does.
        """
        from jupyter_videogen.api.exporting import clip as exporting  # noqa: PLC0415 - only here

        return exporting.export(self, Path(path), embed=embed, overwrite=overwrite)

    def extend(self, prompt: str, **fields: Any) -> Clip:
        """Make a clip that continues this one, with the same model unless you name another, and wait for it.

        Fields as for `vg.generate`; `duration` is that of the new clip. Raises `Unsupported`, which names models that can,
        for a model that takes no video; what `vg.generate` raises otherwise.
        """
        return extenders[0](self, prompt, **fields)

    def frame(self, t: float) -> Array:
        """Return the frame nearest to `t` seconds as uint8 (H, W, 3); a negative `t` counts from the end.

        Raises `InvalidRequest`, with the clip's length, for a time outside it, or where the clip is gone; `Unsupported`
        without PyAV (`pip install 'jupyter-videogen[frames]'`).
        """
        warn_of_lost([self], "its frames")
        return frames.frame(self, t)

    @property
    def last_frame(self) -> Array:
        """The last frame as uint8 (H, W, 3): `image=clip.last_frame` continues from it. Raises as `frame` does."""
        warn_of_lost([self], "its frames")
        return frames.last_frame(self)

    def frames(self, every: float | None = None) -> Array:
        """Return all frames, or with `every` the nearest to 0, every, 2·every … seconds, as uint8 (N, H, W, 3).

        The array takes N · H · W · 3 bytes and is allocated once (1 s of 1280x720 at 24 fps is 66 MB); beside it there
        are only a few decoded pictures. More than 2 GB are refused. Raises as `frame` does.
        """
        warn_of_lost([self], "its frames")
        return frames.sample_frames(self, every)

    def contact_sheet(self, columns: int = 4, rows: int = 3) -> Array:
        """Return evenly spaced frames, row by row, as one picture of at most 1280 pixels' width, uint8 (H, W, 3)."""
        warn_of_lost([self], "its frames")
        return frames.sheet(self, columns, rows)

    def check(self, *, again: bool = False) -> CheckReport:
        """Look for faults that its pixels show: black, frozen, flicker, cuts, and what is missing of what was ordered.

        What was found is kept; `again` reads the clip anew. Raises as `frame` does.
        """
        return checking.check_clip(self, again=again)

    def to_gif(self, path: str | PathLike[str], width: int = 480, *, overwrite: bool = False) -> Path:
        """Write it as an endless GIF of at most `width` pixels and 12.5 frames a second; returns the file's path.

        Its 256 colours are chosen from the whole clip. Raises as `frame` does, and `InvalidRequest` where another file
        has the name, unless `overwrite`.
        """
        return animation.gif(self, path, width, overwrite=overwrite)

    def to_webp(self, path: str | PathLike[str], width: int = 480, *, overwrite: bool = False) -> Path:
        """Write it as an endless WebP of at most `width` pixels and 25 frames a second; else as `to_gif`."""
        return animation.webp(self, path, width, overwrite=overwrite)
