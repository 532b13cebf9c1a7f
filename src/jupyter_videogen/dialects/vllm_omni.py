"""vLLM-Omni: the OpenAI `/v1/videos` shape by multipart, with its own fields for diffusion and a delete that cancels.

Source: `vllm_omni` 0.30.0, `entrypoints/openai`: `_parse_video_form` (fields), `VideoGenerationRequest` (their meaning),
`delete_video` (aborts a job that is queued or in progress) and `generate_video_bytes` (several outputs are made, and only
the first is kept: hence no `n` here). Progress is 0 until the clip exists.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.http import Form, Upload
from jupyter_videogen.dialects.base import Call, Handle, Reply, StatusUpdate
from jupyter_videogen.dialects.openai import OpenAI, plain_fields
from jupyter_videogen.dialects.parsing.values import drop_unset, form_text
from jupyter_videogen.dialects.videos import CREATE_TIMEOUT, video_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.core.request import GenerationRequest, Media


class VllmOmni(OpenAI):
    """`/videos` of a vLLM-Omni server."""

    files_only = frozenset({"image", "last_frame", "references", "video"})
    """It would download addresses itself, from wherever it is; sound it takes from an address alone too."""

    def __init__(self) -> None:
        super().__init__(multipart=True)

    def create(self, request: GenerationRequest) -> Call:
        """Add what the shape has no field for; raises `InvalidRequest` for pictures whose roles the server could not tell apart."""
        _check_roles(request)
        own = drop_unset(
            {
                "generate_sound": request.sound,
                "num_inference_steps": request.steps,
                "guidance_scale": request.guidance,
                "lora": _lora(request.lora),
            }
        )
        fields = {**own, **plain_fields(request)}
        form: Form = {name: _text(name, value) for name, value in fields.items()}
        return Call("POST", "/videos", form={**form, **_media(request)}, timeout=CREATE_TIMEOUT, carries_clips=True)

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:
        """Read one video object; a progress of 0 says nothing, for it is never another before the end."""
        update = super().read_look(reply, handle)
        return msgspec.structs.replace(update, progress=update.progress or None)

    def cancel(self, handle: Handle) -> Call:
        """Abort a job in the engine and forget it; a clip that is ready by then goes too."""
        return Call("DELETE", video_path(handle))


def _lora(path: str | None) -> dict[str, str] | None:
    """Return an adapter as the server names it: it needs a name beside the path."""
    return None if path is None else {"name": PurePosixPath(path.replace("\\", "/")).name or path, "path": path}


def _text(name: str, value: object) -> str:
    """Return a form field's text; objects, such as `extra_params`, go as JSON in it."""
    return json.dumps(value) if isinstance(value, dict | list) else form_text(name, value)


def _check_roles(request: GenerationRequest) -> None:
    """Refuse a last frame without a first, and frames beside references: only the order of pictures says what they are."""
    if request.last_frame is not None and request.image is None:
        raise InvalidRequest(
            "vLLM-Omni takes a last frame only beside a start image.", next="Add image=….", field="last_frame"
        )
    if request.references and request.image is not None:
        raise InvalidRequest(
            "vLLM-Omni can't tell a start image from a reference.", next="Pass one or the other.", field="references"
        )


def _media(request: GenerationRequest) -> dict[str, Any]:
    """Return the media: one picture or video as every model takes it, several as MiniMax H3 does, in their order."""
    seen = [one for one in (request.image, request.last_frame, *request.references, request.video) if one is not None]
    uploads = _uploads([*seen, *([request.audio] if request.audio else [])])
    if len(uploads) == 1 and request.audio is None:
        files: dict[str, Any] = {"input_reference": uploads[0]}
    else:
        files = {"input_references": uploads} if uploads else {}
    return {**files, **_addresses(seen, request.audio)}


def _uploads(media: Sequence[Media]) -> tuple[Upload, ...]:
    return tuple(Upload(one.path, one.name, one.content_type) for one in media if one.path is not None)


def _addresses(seen: Sequence[Media], audio: Media | None) -> dict[str, str]:
    """Return addresses as JSON: that of sound goes out so; those of pictures and videos are files when they are sent."""
    found: dict[str, list[dict[str, str]]] = {}
    for one in (*seen, *([audio] if audio else [])):
        if one.url is not None and one.path is None:
            found.setdefault(f"{one.kind}_reference", []).append({f"{one.kind}_url": one.url})
    return {name: json.dumps(urls[0] if len(urls) == 1 else urls) for name, urls in found.items()}
