"""What the user asks for: the prompt, its settings and its media."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from jupyter_videogen.core.decoding import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator


class Shortened(str):
    """Text that stands for a value too long to show."""

    __slots__ = ()
    __repr__ = str.__str__


REDACTED = "…"
"""What stands in the place of a credential."""
CREDENTIAL = re.compile(r"key|token|secret|password|authorization", re.IGNORECASE)
"""Names of fields that hold one, such as IndoxHub's `byok_api_key`."""


@prepare
class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture, a sound or a video that goes into a request: a file that was checked, or somebody's URL."""

    kind: Literal["image", "audio", "video"]
    content_type: str = ""
    """Empty for a URL, which is not read."""
    path: str | None = None
    sha256: str | None = None
    url: str | None = None
    width: int | None = None
    height: int | None = None

    @property
    def name(self) -> str:
        """The file name that a provider sees: only its type, nothing about this machine."""
        return f"{self.kind}.{self.content_type.rpartition('/')[2] or 'bin'}"


class RequestSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a request may say of its clip in plain values; None leaves the choice to the model.

    A new setting is declared here, with its label in the form; requests, defaults and the form take it from
    here, in this order.
    """

    duration: Annotated[int | None, Meta(title="Length")] = None
    """Seconds."""
    size: Annotated[str | None, Meta(title="Size")] = None
    """"WxH" in pixels."""
    aspect: Annotated[str | None, Meta(title="Shape")] = None
    """"W:H", where a provider has shapes instead of sizes."""
    resolution: Annotated[str | None, Meta(title="Resolution")] = None
    """Such as "720p", beside `aspect`."""
    negative: Annotated[str | None, Meta(title="Avoid")] = None
    """What to keep out of the clip."""
    n: Annotated[int | None, Meta(title="How many")] = None
    """The number of clips of one request."""
    fps: Annotated[int | None, Meta(title="Frames per second")] = None
    seed: Annotated[int | None, Meta(title="Seed")] = None
    sound: Annotated[bool | None, Meta(title="Sound")] = None
    """Whether the clip has sound."""
    draft: Annotated[bool | None, Meta(title="Draft")] = None
    """Faster, at lower quality."""
    enhance: Annotated[bool | None, Meta(title="Enhance the prompt")] = None
    """Whether the provider may rewrite the prompt."""
    steps: Annotated[int | None, Meta(title="Steps")] = None
    """Denoising steps: more take longer."""
    guidance: Annotated[float | None, Meta(title="Guidance")] = None
    """How closely the clip follows the prompt: the scale of classifier-free guidance."""
    lora: Annotated[str | None, Meta(title="LoRA")] = None
    """The path of a LoRA adapter, as the server sees it."""


@prepare
class GenerationRequest(RequestSettings, frozen=True, kw_only=True, omit_defaults=True):
    """What the user wants. None leaves the choice to the model."""

    prompt: str
    model: str | None = None
    image: Media | None = None
    """The start image."""
    last_frame: Media | None = None
    references: tuple[Media, ...] = ()
    audio: Media | None = None
    video: Media | None = None
    """A video to extend or edit."""
    extra: dict[str, Any] = {}
    """Further fields for this provider, sent as they are."""
    workflow: dict[str, Any] | None = None
    """What runs, where the model is a workflow: nodes by their ids."""

    def __repr__(self) -> str:
        facts = msgspec.structs.asdict(self.redacted())
        facts["workflow"] = None if self.workflow is None else Shortened(f"<{len(self.workflow)} nodes>")
        given = [f"{name}={value!r}" for name, value in facts.items() if value]
        return f"GenerationRequest({', '.join(given)})"

    @property
    def seconds(self) -> int | None:
        """The seconds of video that it asks for, of all its clips; None where the model chooses the length."""
        return None if self.duration is None else self.duration * (self.n or 1)

    def redacted(self) -> GenerationRequest:
        """Return the request without what looks like a credential among `extra`: as it is written down and shown."""
        return msgspec.structs.replace(self, extra=_redacted(self.extra))

    @property
    def is_redacted(self) -> bool:
        """Whether a credential was taken out of `extra`: such a request can be shown, and not be sent again."""
        return REDACTED in credentials(self.extra)


def _redacted(value: object) -> object:
    """Return a JSON value without what its fields' names, at any depth, call a credential."""
    if isinstance(value, dict):
        return {name: REDACTED if CREDENTIAL.search(str(name)) else _redacted(inner) for name, inner in value.items()}
    return [_redacted(inner) for inner in value] if isinstance(value, list | tuple) else value


def credentials(value: object, *, named: bool = False) -> Iterator[str]:
    """Return the texts of a JSON value that stand in fields whose names, at any depth, call them credentials."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from credentials(inner, named=named or CREDENTIAL.search(str(name)) is not None)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from credentials(inner, named=named)
    elif named and isinstance(value, str):
        yield value


MEDIA = {"image": "image", "last_frame": "image", "references": "image", "audio": "audio", "video": "video"}
"""The fields that hold media, and of which kind."""
SETTINGS = RequestSettings.__struct_fields__
FIELDS = ("prompt", "model", *SETTINGS, *MEDIA, "extra")
SIZE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")


def pixels(size: str) -> tuple[int, int]:
    """Split "WxH" into width and height; raises ValueError for anything else: zero, spaces, digits that are not ASCII."""
    match = SIZE.fullmatch(size)
    if match is None:
        raise ValueError(size)
    return int(match[1]), int(match[2])
