"""A finished clip, and where a service keeps its bytes."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.uint8]]


class Artifact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where finished bytes can be had, and what the service says of them."""

    url: str
    """A path below the provider's base URL, or below its host where a "^" stands before it ("^/media/a.mp4"), or an
    absolute URL (a stranger: it never sees a key)."""
    poster: str | None = None
    """Where a still picture can be had, if anywhere."""
    duration: float | None = None
    """Seconds."""
    size: str | None = None
    """"WxH"."""
    inline: str | None = None
    """The bytes themselves in base64, where a reply carries them."""
    presumed: bool = False
    """Whether the reply says nothing of a clip, so that a refusal of this place is an empty result."""
    others: tuple[str, ...] = ()
    """Other places of the same clip, as `url`; tried in their order where the first has none."""


class Clip(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finished video on this disk, with where it came from."""

    path: str
    """Absolute."""
    bytes: int
    sha256: str
    job_id: str
    prompt: str
    provider: str
    model: str
    duration: float | None = None
    """Seconds, as the service reported or the request asked."""
    size: str | None = None
    seed: int | None = None
    cost: float | None = None
    """The estimate at its submit, in dollars, for all clips of its job; None where no price is known."""
    poster: str | None = None
    """Absolute path of a still picture, where the service gave one."""
    created_at: float = 0.0
    """When it was stored; seconds since the epoch."""

    def __repr__(self) -> str:
        size = f", {self.size}" if self.size else ""
        name = re.split(r"[/\\]", self.path)[-1]  # saved notebooks are shown to others: the home's path is not theirs
        return f"<Clip {name}{size}: {self.prompt[:60]!r} by {self.provider}:{self.model}, job {self.job_id}>"

    @property
    def provenance(self) -> dict[str, Any]:
        """How it was made: request, service, times, hash; from the receipt beside it, else from the ledger."""
        return _use("media.receipt").provenance(self)  # type: ignore[no-any-return]

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
        """Copy it and its receipt to a file, or into a folder that is there; returns the copy's path.

        Raises `InvalidRequest` where the clip is gone, or the place is taken and `overwrite` does not say so.
        """
        return _use("media.clip_store").copy(self, path, overwrite=overwrite)  # type: ignore[no-any-return]

    def extend(self, prompt: str, **fields: Any) -> Clip:  # noqa: ANN401 - a request's
        """Make a clip that goes on where this one ends, by the same model unless another is named, and wait for it.

        Fields as for `vg.generate`; `duration` is that of the new clip. Raises `Unsupported`, which names models that can,
        for a model that takes no video; what `vg.generate` raises otherwise.
        """
        return _use("api.client").extend(self, prompt, **fields)  # type: ignore[no-any-return]

    def frame(self, t: float) -> Array:
        """Return the frame nearest to `t` seconds as uint8 (H, W, 3); a negative `t` counts from the end.

        Raises `InvalidRequest`, with the clip's length, for a time outside it, or where the clip is gone; `Unsupported`
        without PyAV (`pip install 'jupyter-videogen[frames]'`).
        """
        return _use("media.frames").frame(self, t)  # type: ignore[no-any-return]

    @property
    def last_frame(self) -> Array:
        """The last frame as uint8 (H, W, 3): `image=clip.last_frame` goes on from there. Raises as `frame` does."""
        return _use("media.frames").last_frame(self)  # type: ignore[no-any-return]

    def frames(self, every: float | None = None) -> Array:
        """Return all frames, or with `every` the nearest to 0, every, 2·every … seconds, as uint8 (N, H, W, 3).

        The array takes N · H · W · 3 bytes and is allocated once (1 s of 1280x720 at 24 fps is 66 MB); beside it there
        are only a few decoded pictures. More than 2 GB are refused. Raises as `frame` does.
        """
        return _use("media.frames").sample_frames(self, every)  # type: ignore[no-any-return]

    def contact_sheet(self, columns: int = 4, rows: int = 3) -> Array:
        """Return evenly spaced frames, row by row, as one picture of at most 1280 pixels' width, uint8 (H, W, 3)."""
        return _use("media.frames").sheet(self, columns, rows)  # type: ignore[no-any-return]

    def to_gif(self, path: str | PathLike[str], width: int = 480, *, overwrite: bool = False) -> Path:
        """Write it as an endless GIF of at most `width` pixels and 12.5 frames a second; returns the file's path.

        Its 256 colours are chosen from the whole clip. Raises as `frame` does, and `InvalidRequest` where another file
        has the name, unless `overwrite`.
        """
        return _use("media.animation").gif(self, path, width, overwrite=overwrite)  # type: ignore[no-any-return]

    def to_webp(self, path: str | PathLike[str], width: int = 480, *, overwrite: bool = False) -> Path:
        """Write it as an endless WebP of at most `width` pixels and 25 frames a second; else as `to_gif`."""
        return _use("media.animation").webp(self, path, width, overwrite=overwrite)  # type: ignore[no-any-return]


def _use(module: str) -> Any:  # noqa: ANN401 - a module of ours
    """Load what does the work when it is asked for: a value itself knows of no disk and no decoder."""
    return import_module(f"jupyter_videogen.{module}")
