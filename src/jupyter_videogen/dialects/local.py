"""The local engine: the OpenAI `/v1/videos` shape, with names of our own for what that shape has no field for.

Files go as multipart. The engine fetches nothing, so an address is refused before anything is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.http import Upload
from jupyter_videogen.dialects.openai import OpenAI
from jupyter_videogen.dialects.parsing.values import as_object, drop_unset, form_text, text

if TYPE_CHECKING:
    from jupyter_videogen.core.request import GenerationRequest, Media
    from jupyter_videogen.dialects.base import Call, Handle, Reply, StatusUpdate

FILES = {"image": "input_reference", "last_frame": "last_frame", "video": "video", "audio": "audio"}
"""The form's names for a request's media."""


class Local(OpenAI):
    """`/videos` of the gateway that comes with this package."""

    files_only = frozenset()
    """It refuses addresses: nothing is fetched for what works without a network."""

    def create(self, request: GenerationRequest) -> Call:
        """Add media, sound, draft and enrichment to what the shape has; raises `InvalidRequest` for what cannot go."""
        switches = drop_unset({"sound": request.sound, "draft": request.draft, "enhance": request.enhance})
        plain = msgspec.structs.replace(request, image=None, extra={**switches, **request.extra})
        media = {name: medium for name in FILES if (medium := getattr(request, name)) is not None}
        _check(media)
        call = super().create(plain)
        if not media:
            return call
        fields: dict[str, str | Upload] = {name: form_text(name, value) for name, value in (call.json or {}).items()}
        files = {FILES[name]: Upload(one.path, one.name, one.content_type) for name, one in media.items()}
        return msgspec.structs.replace(call, json=None, form={**fields, **files})

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:
        """Tell the enriched prompt too, where there is one, and what was not drawn."""
        update, video = super().read_look(reply, handle), as_object(reply)
        revised = text(video.get("revised_prompt"))
        told = video.get("not_drawn")
        missing = told if isinstance(told, dict) else {}
        enriched = f"Drawn from the enriched prompt: {revised}" if revised else ""
        notes = [note for note in (_not_drawn(missing), enriched) if note]
        suggestions = tuple(_texts(missing.get("suggestions")))
        return msgspec.structs.replace(update, notes=(*update.notes, *notes), suggestions=suggestions)


def _not_drawn(missing: dict[str, Any]) -> str:
    """Say which words of a prompt the engine has no scene for, what it drew instead, and what it can draw."""
    words = " or ".join(f'"{word}"' for word in _texts(missing.get("words")))
    if not words:
        return ""
    scene, scenes = text(missing.get("scene")), ", ".join(_texts(missing.get("scenes")))
    drew, offer = f": drew {scene}" if scene else "", f" It can draw: {scenes}." if scenes else ""
    return f"No scene for {words}{drew}.{offer}"


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _check(media: dict[str, Media]) -> None:
    """Refuse what the engine would not see, and two beginnings."""
    for name, medium in media.items():
        if medium.path is None:
            raise InvalidRequest(
                f"The local engine downloads nothing, and {name} is a URL.",
                next="Download the file and pass its path.",
                field=name,
            )
    if "image" in media and "video" in media:
        raise InvalidRequest(
            "A clip can start from an image or from the end of a video, not from both.",
            next="Remove one of them.",
            field="video",
        )
