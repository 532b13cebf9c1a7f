"""SGLang Diffusion: the OpenAI `/v1/videos` shape with its own fields for diffusion and several clips of one request.

Source: `sglang` 0.5.23, `multimodal_gen/runtime/entrypoints/openai`: `create_video` (the form), `VideoGenerationsRequest`,
`VideoResponse` (no prompt: a lost answer can't be told apart in its list) and `delete_video` (drops the record alone;
"support aborting a job" is a TODO there, so there is no cancel here). An adapter is set for all requests of the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core.http import Upload
from jupyter_videogen.dialects.openai import OpenAI
from jupyter_videogen.dialects.parsing.values import as_object, drop_unset, text

if TYPE_CHECKING:
    from jupyter_videogen.core.request import GenerationRequest, Media
    from jupyter_videogen.dialects.base import Call, Handle, Reply, StatusUpdate


class SGLang(OpenAI):
    """`/videos` of an SGLang server that makes videos."""

    files_only = frozenset({"image", "video"})
    """It would download addresses itself, from wherever it is."""
    lists_prompts = False

    def __init__(self) -> None:
        super().__init__(multipart=True)

    def create(self, request: GenerationRequest) -> Call:
        """Add what the shape has no field for."""
        own = drop_unset(
            {
                "n": request.n,
                "num_inference_steps": request.steps,
                "guidance_scale": request.guidance,
                "enhance_prompt": request.enhance,
            }
        )
        call = super().create(msgspec.structs.replace(request, extra={**own, **request.extra}))
        return msgspec.structs.replace(call, form={**(call.form or {}), **_video(request.video)})

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:
        """Tell the enhanced prompt too, where there is one."""
        update, revised = super().read_look(reply, handle), text(as_object(reply).get("revised_prompt"))
        notes = (f"Made from the enhanced prompt: {revised}",) if revised else ()
        return msgspec.structs.replace(update, notes=(*update.notes, *notes))


def _video(video: Media | None) -> dict[str, str | Upload]:
    if video is None:
        return {}
    if video.path is None:
        return {"video_url": video.url or ""}
    return {"video_reference": Upload(video.path, video.name, video.content_type)}
