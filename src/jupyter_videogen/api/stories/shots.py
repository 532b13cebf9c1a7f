"""What a shot asks for: fields as they are written down, how it starts, and the order that is sent for a take."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.api.access import access_for
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.grids.plan import plain
from jupyter_videogen.api.job import Job
from jupyter_videogen.api.request_builder import replace_jobs_by_clips, take_workflow
from jupyter_videogen.api.submission import build_order
from jupyter_videogen.catalog.continuation import continuation
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.core import environment
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.request import MEDIA, GenerationRequest, Media, pixels
from jupyter_videogen.core.story import Shot, Take
from jupyter_videogen.media import frames, inputs
from jupyter_videogen.runtime.order import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.access import Access
    from jupyter_videogen.catalog.capabilities import Capabilities
    from jupyter_videogen.catalog.continuation import Continuation
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.story import StartBy
    from jupyter_videogen.runtime.order import Order as CheckedOrder

WHERE = ("provider", "model", "base_url", "key_env")
"""Fields that say where a request goes."""
USUAL_SIZE = (1280, 720)
"""Of the picture that stands for a frame which is not made yet, where nobody says a size."""
SHEET = (3, 2)
"""Columns and rows of a reference sheet."""


class Start(NamedTuple):
    """What a take starts on."""

    picture: Media
    by: StartBy
    job: str | None
    """None where the picture only stands for a frame that is not made yet."""


class Given(NamedTuple):
    """A shot as a call gives it."""

    prompt: str
    fields: dict[str, Any]
    """As they are written down."""
    clip: ClipRecord | None = None
    caption: str = ""

    def source(self, shared: Mapping[str, Any]) -> str:
        """Return what names it in later calls: all that decides its clip, but not its place."""
        what = self.clip.sha256 if self.clip else [self.prompt, {**shared, **self.fields}]
        return hashlib.sha256(msgspec.json.encode(what, order="deterministic")).hexdigest()[:16]

    def shot(self, source: str = "", *, linked: bool) -> Shot:
        """Return the new shot that it is."""
        if self.clip is not None:
            return Shot(id=0, clip=self.clip, source=source, caption=self.caption)
        first = Take(number=1, prompt=self.prompt, fields=self.fields)
        return Shot(id=0, takes=(first,), linked=linked, source=source, caption=self.caption)


def read_shot(given: object, label: str) -> Given:
    """Read one shot of a call: a prompt, a dictionary with a prompt and fields of its own, a clip or a finished job.

    Raises `InvalidRequest`.
    """
    if isinstance(given, Job):
        return Given("", {}, given.clip)
    if isinstance(given, ClipRecord):
        return Given("", {}, Clip.of(given))
    if isinstance(given, Mapping) and isinstance(given.get("prompt"), str):
        own = store_fields({name: value for name, value in given.items() if name not in {"prompt", "caption"}})
        _check_no_credential(own, label)
        return Given(given["prompt"], own, caption=str(given.get("caption") or ""))
    if isinstance(given, str):
        return Given(given, {})
    raise InvalidRequest(
        f"{label} is a {type(given).__name__}, which is no shot.",
        next='Pass a prompt, {"prompt": "…", "duration": 4}, or a clip.',
        field="prompt",
    )


def _check_no_credential(stored: Mapping[str, Any], label: str) -> None:
    """Refuse a credential of one shot alone: it is written down nowhere, and would be missing when its turn comes."""
    if GenerationRequest(prompt="", extra=stored.get("extra") or {}).is_redacted:
        raise InvalidRequest(
            f"{label} has a credential in its own extra, which is stored nowhere.",
            next="Pass extra= for the whole story.",
            field="extra",
        )


def store_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as they are written down: media read, and no credential among `extra`; raises `InvalidRequest`."""
    read = inputs.collect(replace_jobs_by_clips(fields), environment.home())
    kept = {name: msgspec.to_builtins(value) if name in MEDIA else value for name, value in read.items()}
    if kept.get("extra"):
        kept["extra"] = GenerationRequest(prompt="", extra=dict(kept["extra"])).redacted().extra
    return plain({name: value for name, value in kept.items() if value is not None})


def _read_fields(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as they were before they were written down."""
    made = dict(stored)
    for name in made.keys() & MEDIA.keys() - {"references"}:
        made[name] = msgspec.convert(made[name], Media)
    if "references" in made:
        made["references"] = msgspec.convert(made["references"], tuple[Media, ...])
    return made


def last_frame(clip: ClipRecord) -> Media:
    """Return the last frame of a clip, kept as a file; raises `InvalidRequest` where the clip is gone."""
    return inputs.load_media(frames.last_frame(clip), "image", "image", environment.home())


def start_on(clip: ClipRecord, by: StartBy) -> Start:
    """Return what a take starts on to go on from a clip; raises `InvalidRequest` where that is gone."""
    if by == "image":
        return Start(last_frame(clip), by, clip.job_id)
    sheet = frames.sheet(clip, *SHEET)
    return Start(inputs.load_media(sheet, "image", "references", environment.home()), by, clip.job_id)


class Planner:
    """Makes orders of takes, by the configuration of one moment; what it opens to ask providers it opens once."""

    def __init__(self, config: Configuration, extra: Mapping[str, Any] | None = None) -> None:
        self._config, self._extra = config, extra
        self._opened: dict[tuple[Any, ...], tuple[Access, str | None]] = {}

    def fields(self, shared: Mapping[str, Any], take: Take) -> dict[str, Any]:
        """Return all fields of a take."""
        fields = _read_fields({**shared, **take.fields})
        if self._extra and "extra" in shared and "extra" not in take.fields:
            fields["extra"] = dict(self._extra)
        if GenerationRequest(prompt="", extra=fields.get("extra") or {}).is_redacted:
            raise InvalidRequest(
                "The request has a credential in extra, which is stored nowhere.",
                next="Run the story's own call again, with that credential.",
                field="extra",
            )
        return fields

    def model(self, fields: Mapping[str, Any]) -> Capabilities:
        """Return what the model of these fields can do; raises `VideogenError` where there is none."""
        access, model = self._open(fields)
        asked = {**fields, "model": model or self._config.with_defaults(access.provider, {}).get("model")}
        named = {name: value for name, value in asked.items() if value is not None}
        provider = take_workflow(named, access.provider)
        return find_model(named.get("model"), provider)

    def continues(self, fields: Mapping[str, Any]) -> Continuation:
        """Return how a shot of these fields goes on from another; one with a start image of its own begins there."""
        return "cut" if fields.get("image") is not None else continuation(self.model(fields))

    def order(self, shared: Mapping[str, Any], take: Take, start: Start | None, nth: int = 1) -> CheckedOrder:
        """Check and price a take; `nth` tells the same request apart from others. Raises `VideogenError`."""
        fields = self.fields(shared, take)
        access, model = self._open(fields)
        asked = {name: value for name, value in fields.items() if name not in WHERE}
        if model is not None:
            asked["model"] = model
        if start is not None:
            asked |= self._started(fields, start)
        return build_order(access, take.prompt, asked, self._config, SubmitOptions(take=nth))

    def _started(self, fields: Mapping[str, Any], start: Start) -> dict[str, Any]:
        if start.by == "references":
            return {"references": (*fields.get("references", ()), start.picture)}
        fits = {} if fields.get("fit") or not self.model(fields).image_matches_size else {"fit": "cover"}
        return {"image": start.picture, **fits}

    def stand_in(self, shared: Mapping[str, Any], take: Take) -> Start | None:
        """Return what stands for the frame that a linked take will start on; None where its model takes none."""
        fields = self.fields(shared, take)
        by = self.continues(fields)
        if by == "cut":
            return None
        size = fields.get("size") or self.model(fields).default_size
        try:
            width, height = pixels(size) if size else USUAL_SIZE
        except ValueError:
            width, height = USUAL_SIZE  # the order says what is wrong with it
        return Start(inputs.blank_picture(width, height, environment.home()), by, None)

    def _open(self, fields: Mapping[str, Any]) -> tuple[Access, str | None]:
        where = tuple(fields.get(name) for name in WHERE)
        if where not in self._opened:
            named = {name: fields[name] for name in WHERE if fields.get(name) is not None}
            access = access_for(named, self._config)
            if access.lacking:
                raise access.lacking
            self._opened[where] = access, named.get("model")
        return self._opened[where]


def size_words(order: CheckedOrder) -> str:
    """Return the shape that an order asks for; "" where it leaves that to the provider."""
    request = order.validated.request
    if request.size:
        return request.size.replace("x", "×")
    return " ".join(filter(None, (request.aspect, request.resolution)))


def check_sizes(requests: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return which shots, of (number, shape), cannot be joined to the first of known shape, and why."""
    known = [(number, shape) for number, shape in requests if shape]
    return [
        (number, f"is {shape}, and shot {known[0][0]} is {known[0][1]}: joined shots need one size")
        for number, shape in known[1:]
        if shape != known[0][1]
    ]
