"""The values everything else is about: a request, a clip, and our record of one job."""

from __future__ import annotations

import re
import secrets
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from jupyter_videogen.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from pathlib import Path

    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.uint8]]

JobState = Literal[
    "draft",
    "submitting",
    "queued",
    "running",
    "saving",
    "succeeded",
    "failed",
    "cancelled",
    "expired",
    "unknown_outcome",
    "unreachable",
]
STATES: tuple[JobState, ...] = get_args(JobState)
ENDED: frozenset[JobState] = frozenset({"succeeded", "failed", "cancelled", "expired", "unknown_outcome"})
"""States nobody watches any more. `unreachable` is not one: it resumes by itself."""
UNPAID: frozenset[JobState] = frozenset({"failed", "cancelled", "expired"})
"""Ends that gave nothing to keep: the same request again is a new job."""


CREDENTIAL = re.compile(r"key|token|secret|password|authorization", re.IGNORECASE)
"""Names of fields that hold one, such as IndoxHub's `byok_api_key`."""


class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture, a sound or a video that goes into a request: a file that was checked, or somebody's URL."""

    kind: Literal["image", "audio", "video"]
    content_type: str = ""
    """Empty for a URL: nobody looked."""
    path: str | None = None
    sha256: str | None = None
    url: str | None = None
    width: int | None = None
    height: int | None = None

    @property
    def name(self) -> str:
        """The file's name as a service may see it: nothing of this machine but its kind."""
        return f"{self.kind}.{self.content_type.rpartition('/')[2] or 'bin'}"


class GenerationRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the user wants. None leaves the choice to the model."""

    prompt: str
    model: str | None = None
    duration: int | None = None
    """Seconds."""
    size: str | None = None
    """"WxH" in pixels."""
    aspect: str | None = None
    """"W:H", where a service has shapes instead of sizes."""
    resolution: str | None = None
    """Such as "720p", beside `aspect`."""
    fps: int | None = None
    seed: int | None = None
    n: int | None = None
    """How many clips of one prompt."""
    negative: str | None = None
    """What should not be seen."""
    image: Media | None = None
    """The start image."""
    last_frame: Media | None = None
    references: tuple[Media, ...] = ()
    audio: Media | None = None
    video: Media | None = None
    """A video to continue or change."""
    sound: bool | None = None
    """Whether the clip should have sound."""
    draft: bool | None = None
    """Faster and rougher."""
    enhance: bool | None = None
    """Whether the service may enrich the prompt."""
    extra: dict[str, Any] = {}
    """Further fields for this service, sent as they are."""

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in msgspec.structs.asdict(self.redacted()).items() if value]
        return f"GenerationRequest({', '.join(given)})"

    def redacted(self) -> GenerationRequest:
        """Give the request without what looks like a credential among `extra`: as it is written down and shown."""
        return msgspec.structs.replace(self, extra=_redacted(self.extra))


def _redacted(value: Any) -> Any:  # noqa: ANN401 - JSON is any
    """Give a JSON value without what its fields' names, at any depth, call a credential."""
    if isinstance(value, dict):
        return {name: "…" if CREDENTIAL.search(str(name)) else _redacted(inner) for name, inner in value.items()}
    return [_redacted(inner) for inner in value] if isinstance(value, list | tuple) else value


def credentials(value: Any, *, named: bool = False) -> Iterator[str]:  # noqa: ANN401 - JSON is any
    """Give the texts of a JSON value that stand in fields whose names, at any depth, call them credentials."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from credentials(inner, named=named or CREDENTIAL.search(str(name)) is not None)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from credentials(inner, named=named)
    elif named and isinstance(value, str):
        yield value


FIELDS = GenerationRequest.__struct_fields__
MEDIA = {"image": "image", "last_frame": "image", "references": "image", "audio": "audio", "video": "video"}
"""The fields that hold media, and of which kind."""


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
        return _use("receipt").provenance(self)  # type: ignore[no-any-return]

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
        """Copy it and its receipt to a file, or into a folder that is there; gives the copy's path.

        Raises `InvalidRequest` where the clip is gone, or the place is taken and `overwrite` does not say so.
        """
        return _use("clipstore").copy(self, path, overwrite=overwrite)  # type: ignore[no-any-return]

    def extend(self, prompt: str, **fields: Any) -> Clip:  # noqa: ANN401 - a request's
        """Make a clip that goes on where this one ends, by the same model unless another is named, and wait for it.

        Fields as for `vg.generate`; `duration` is that of the new clip. Raises `Unsupported`, which names models that can,
        for a model that takes no video; what `vg.generate` raises otherwise.
        """
        return _use("client").extend(self, prompt, **fields)  # type: ignore[no-any-return]

    def frame(self, t: float) -> Array:
        """Give the frame nearest to `t` seconds as uint8 (H, W, 3); a negative `t` counts from the end.

        Raises `InvalidRequest`, with the clip's length, for a time outside it, or where the clip is gone; `Unsupported`
        without PyAV (`pip install 'jupyter-videogen[frames]'`).
        """
        return _use("frames").frame(self, t)  # type: ignore[no-any-return]

    @property
    def last_frame(self) -> Array:
        """The last frame as uint8 (H, W, 3): `image=clip.last_frame` goes on from there. Raises as `frame` does."""
        return _use("frames").last(self)  # type: ignore[no-any-return]

    def frames(self, every: float | None = None) -> Array:
        """Give all frames, or with `every` the nearest to 0, every, 2·every … seconds, as uint8 (N, H, W, 3).

        The array takes N · H · W · 3 bytes and is allocated once (1 s of 1280x720 at 24 fps is 66 MB); beside it there
        are only a few decoded pictures. More than 2 GB are refused. Raises as `frame` does.
        """
        return _use("frames").every(self, every)  # type: ignore[no-any-return]

    def contact_sheet(self, columns: int = 4, rows: int = 3) -> Array:
        """Give evenly spaced frames, row by row, as one picture of at most 1280 pixels' width, uint8 (H, W, 3)."""
        return _use("frames").sheet(self, columns, rows)  # type: ignore[no-any-return]

    def to_gif(self, path: str | PathLike[str], width: int = 480, *, overwrite: bool = False) -> Path:
        """Write it as an endless GIF of at most `width` pixels and 12.5 frames a second; gives the file's path.

        Its 256 colours are chosen from the whole clip. Raises as `frame` does, and `InvalidRequest` where another file
        has the name, unless `overwrite`.
        """
        return _use("animation").gif(self, path, width, overwrite=overwrite)  # type: ignore[no-any-return]

    def to_webp(self, path: str | PathLike[str], width: int = 480, *, overwrite: bool = False) -> Path:
        """Write it as an endless WebP of at most `width` pixels and 25 frames a second; else as `to_gif`."""
        return _use("animation").webp(self, path, width, overwrite=overwrite)  # type: ignore[no-any-return]


def _use(module: str) -> Any:  # noqa: ANN401 - a module of ours
    """Load what does the work when it is asked for: a value itself knows of no disk and no decoder."""
    return import_module(f".{module}", __package__)


class CancelResult(msgspec.Struct, frozen=True):
    """What came of asking a service to cancel."""

    cancelled: bool
    reason: str
    """One sentence, the truth about charges included."""


class JobRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Our record of one request, from before it is sent to its end. `after` makes the next one."""

    id: str
    state: JobState
    request: GenerationRequest
    provider: str
    base_url: str
    key_env: str | None
    """The variable the key came from; never the key."""
    model: str
    path: str
    """Where the clip will be, chosen before anything is sent."""
    fingerprint: str
    take: int
    idempotency_key: str
    created_at: float
    account: str = ""
    """A short hash of the key it was sent with, to tell accounts apart; no key can be found from it."""
    cost: float | None = None
    """The estimate at its submit, in dollars; None where no price is known."""
    name: str = ""
    """The variable it was kept in (`--as`); members of a group are `name[0]`, `name[1]`."""
    template: str = ""
    """The prompt before variables were filled in, where any were."""
    filled: dict[str, str] = {}
    """What they were filled in with."""
    like: str = ""
    """The built-in provider whose dialect a provider of the user's configuration speaks."""
    notebook: str | None = None
    project: str | None = None
    sent_at: float | None = None
    accepted_at: float | None = None
    finished_at: float | None = None
    handle: dict[str, Any] | None = None
    """The service's reference, opaque outside its dialect, fixed at create."""
    artifacts: tuple[Artifact, ...] = ()
    """Kept only for work that finished at its create and so cannot be looked up again; cleared when stored."""
    progress: float | None = None
    status: str = ""
    """The service's own word for the state, where the vocabulary lacks it."""
    clips: tuple[Clip, ...] = ()
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()
    saved_bytes: int | None = None
    total_bytes: int | None = None
    next_look_at: float | None = None
    """When the service is asked again, where that is worth telling: it is busy, or away."""
    searching: bool = False
    """The outcome is unknown, and the service's list is being asked for it."""
    in_doubt: bool = False
    """It was sent before, with an unknown outcome, and is sent again on purpose: the first may exist all the same."""
    version: int = 0
    """How often it was written since it was added: a write by an older record is refused."""

    def __repr__(self) -> str:
        return f"<JobRecord {self.id} {self.state} at {self.provider}:{self.model}: {self.request.prompt[:60]!r}>"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in ENDED and not self.searching

    @property
    def charged(self) -> bool:
        """Whether it counts as spent: unless it is known to have cost nothing."""
        free = self.cost == 0 or self.state == "cancelled"
        return not free and not (self.failure is not None and self.failure.charged == "no")

    def redacted(self) -> JobRecord:
        """Give the record as it is written down: no credential is in it."""
        return self.after(request=self.request.redacted())

    def after(self, **changes: Any) -> JobRecord:  # noqa: ANN401 - any field
        """Give the record with these fields changed."""
        return msgspec.structs.replace(self, **changes)


ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_id() -> str:
    """Give a job id: eight lower-case base32 characters, 40 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))
