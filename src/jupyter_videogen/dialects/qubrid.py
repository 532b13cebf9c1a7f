"""Qubrid: one synchronous `POST /videos/generations`, held open until the clip exists. No job, no look, no list.

Source: Qubrid's OpenAPI document. A 504 means that its own polling window ran out: the work may be done, and charged, all
the same. URLs of clips are on another host and never see the key. Files go as multipart, where every value is text. An answer with
no clip and no error is an outcome that nobody knows: servers of this shape exist that make jobs of what takes long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.http import Upload
from jupyter_videogen.dialects.base import Call, Dialect, Finished, Malformed, Reply
from jupyter_videogen.dialects.parsing.clips import find_clips, parse_artifacts, video_body
from jupyter_videogen.dialects.parsing.values import as_object, drop_unset, form_text

if TYPE_CHECKING:
    from jupyter_videogen.core.request import GenerationRequest

CREATE_TIMEOUT = 1200.0


class Qubrid(Dialect):
    """The one call there is."""

    def create(self, request: GenerationRequest) -> Call:
        """JSON, or multipart as soon as a file goes along."""
        fields = drop_unset(
            {
                "model": request.model,
                "prompt": request.prompt or None,
                "duration": request.duration,
                "resolution": request.resolution,
                "fps": request.fps,
                "aspect_ratio": request.aspect,
                "image": request.image.url if request.image else None,
                "audio": request.audio.url if request.audio else None,
                "draft": request.draft,
                "save_audio": request.sound,
                "prompt_upsampling": request.enhance,
                "seed": request.seed,
                **request.extra,
            }
        )
        files = _files(request)
        if not files:
            return Call("POST", "/videos/generations", json=fields, timeout=CREATE_TIMEOUT, carries_clips=True)
        for name in files:
            if (twice := name.removesuffix("_file")) in fields:
                raise InvalidRequest(f"{twice} was given twice: as a file, and as a URL in extra.", field=twice)
        form = {name: form_text(name, value) for name, value in fields.items()}
        return Call("POST", "/videos/generations", form={**form, **files}, timeout=CREATE_TIMEOUT, carries_clips=True)

    def read_create(self, reply: Reply) -> Finished:
        """Return the finished clips; raises `Malformed` for a 200 without any, which proves neither success nor failure."""
        found = (
            parse_artifacts(reply)
            if video_body(reply)
            else find_clips(as_object(reply).get("data")) or parse_artifacts(reply)
        )
        if not found:
            raise Malformed("no clip")
        return Finished(list(found))


def _files(request: GenerationRequest) -> dict[str, str | Upload]:
    media = {"image_file": request.image, "audio_file": request.audio}
    return {name: Upload(one.path, one.name, one.content_type) for name, one in media.items() if one and one.path}
