"""The local engine: the OpenAI `/v1/videos` shape, with names of our own for what that shape has no field for.

Files go as multipart. The engine fetches nothing, so an address is refused before anything is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        """Tell the enriched prompt too, where there is one."""
        update = super().read_look(reply, handle)
        revised = text(as_object(reply).get("revised_prompt"))
        note = f"Drawn from the enriched prompt: {revised}"
        return msgspec.structs.replace(update, notes=(*update.notes, note)) if revised else update


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
