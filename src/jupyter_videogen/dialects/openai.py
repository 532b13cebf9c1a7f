"""The OpenAI `/v1/videos` shape, spoken by AIHubMix, many gateways and the local engine.

Source: AIHubMix's "Create a video" page and the openai SDK's `videos` resource. Bytes come from `/content`; servers that
have none there (aimock; SGLang with cloud storage; new-api) say an address in the video object. There is no cancel. Servers that take only multipart (vLLM-Omni, AIHubMix's page) and only JSON both exist: `multipart` chooses, and
a file always goes as multipart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.http import Form, Upload
from jupyter_videogen.dialects.base import (
    Artifact,
    Call,
    Handle,
    Reply,
    StatusUpdate,
)
from jupyter_videogen.dialects.parsing.clips import content_artifacts
from jupyter_videogen.dialects.parsing.failures import with_failure
from jupyter_videogen.dialects.parsing.values import (
    as_object,
    clip_count,
    drop_unset,
    form_text,
    length,
    parse_elapsed,
    percent,
    poll_hint,
    size,
)
from jupyter_videogen.dialects.status import parse_status
from jupyter_videogen.dialects.videos import CREATE_TIMEOUT, PAGE, VideosEndpoint, video_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.request import GenerationRequest


class OpenAI(VideosEndpoint):
    """`POST /videos`, `GET /videos/{id}`, `GET /videos/{id}/content`, list, delete, remix, edits, extensions."""

    files_only = frozenset({"image"})
    """OpenAI's own server takes an address; SGLang, vLLM-Omni, Bifrost's mirror and others pass it over without a word."""

    def __init__(self, *, multipart: bool = False) -> None:
        self._multipart = multipart

    def create(self, request: GenerationRequest) -> Call:
        """`seconds` is a string in this shape; what it has no field for goes along under our own names."""
        fields = plain_fields(request)
        image = request.image
        if image is None and not self._multipart:
            return Call("POST", "/videos", json=fields, timeout=CREATE_TIMEOUT, carries_clips=True)
        form: Form = {name: form_text(name, value) for name, value in fields.items()}
        if image is not None and image.path is not None:
            form["input_reference"] = Upload(image.path, image.name, image.content_type)
        elif image is not None and image.url is not None:
            form["input_reference[image_url]"] = image.url
        return Call("POST", "/videos", form=form, timeout=CREATE_TIMEOUT, carries_clips=True)

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:
        """Read one video object."""
        video = as_object(reply)
        state, word = parse_status(video.get("status"))
        update = StatusUpdate(
            state,
            progress=percent(video.get("progress")),
            artifacts=tuple(_clips(video, handle)) if state == "succeeded" else (),
            poll_after=poll_hint(reply),
            status=word,
            took=parse_elapsed(video),
        )
        return with_failure(update, video.get("error"), video)

    def list_query(self, _model: str) -> str:
        """Return the query of the one list, which holds all models."""
        return f"limit={PAGE}&order=desc"

    def extend(self, handle: Handle, prompt: str, duration: int) -> Call:
        """Go on after its end; answered as a create is, and its `seconds` are then the whole."""
        body = {"prompt": prompt, "seconds": str(duration), "video": {"id": handle["id"]}}
        return Call("POST", "/videos/extensions", json=body, timeout=CREATE_TIMEOUT)

    def edit(self, handle: Handle, prompt: str) -> Call:
        """Change what it shows; answered as a create is."""
        body = {"prompt": prompt, "video": {"id": handle["id"]}}
        return Call("POST", "/videos/edits", json=body, timeout=CREATE_TIMEOUT)


def plain_fields(request: GenerationRequest) -> dict[str, Any]:
    """Return what all servers of this shape call the same, and what the user adds in the server's own words."""
    return drop_unset(
        {
            "model": request.model,
            "prompt": request.prompt,
            "seconds": None if request.duration is None else str(request.duration),
            "size": request.size,
            "fps": request.fps,
            "seed": request.seed,
            "negative_prompt": request.negative,
            **request.extra,
        }
    )


def _clips(video: dict[str, Any], handle: Handle) -> Iterator[Artifact]:
    """Return the clips of a video object; SGLang has the further ones of `num_outputs` behind their number."""
    first = _content(video, handle)
    found = content_artifacts(first, video)
    yield from found
    for index in range(len(found), clip_count(video.get("num_outputs"))):
        yield msgspec.structs.replace(first, url=f"{first.url}?variant={index}", poster=None)


def _content(video: dict[str, Any], handle: Handle) -> Artifact:
    content = f"{video_path(handle)}/content"
    return Artifact(
        content,
        poster=f"{content}?variant=thumbnail",
        duration=length(video.get("seconds")),
        size=size(video.get("size")),
    )
