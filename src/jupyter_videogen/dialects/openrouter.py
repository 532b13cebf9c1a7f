"""OpenRouter's `/api/v1/videos`: one asynchronous protocol in front of many makers, with the real cost in its answer.

Sources: openrouter.ai/docs/api_reference/videos, its guide "Video Generation", and the models of its Python SDK (PyPI
`openrouter` 1.3.84: `VideoGenerationRequest`, `VideoGenerationResponse`, `VideoModel`).

There is no list of jobs and no cancel: a create whose answer was lost can't be looked for, only told. `polling_url` is the
path of the job by its id, so the id alone is kept. A clip is at `content?index=N` behind the key for as long as it is there;
`urls` are signed copies, which are had without a key.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import msgspec

from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.http import Base64, Malformed
from jupyter_videogen.core.prices import Price, Rate
from jupyter_videogen.dialects.base import (
    Accepted,
    Artifact,
    Call,
    Dialect,
    Finished,
    Handle,
    ListedModel,
    ModelList,
    Reply,
    StatusUpdate,
)
from jupyter_videogen.dialects.error_messages import read_error_value
from jupyter_videogen.dialects.http_errors import read_failure
from jupyter_videogen.dialects.parsing.clips import find_clips, parse_artifacts
from jupyter_videogen.dialects.parsing.failures import with_failure
from jupyter_videogen.dialects.parsing.job_ids import find_id, read_job_id
from jupyter_videogen.dialects.parsing.lists import parse_model_list
from jupyter_videogen.dialects.parsing.values import (
    MOST_CLIPS,
    as_object,
    drop_unset,
    member,
    number,
    parse_elapsed,
    percent,
    poll_hint,
    text,
)
from jupyter_videogen.dialects.status import RemoteState, parse_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.request import GenerationRequest, Media

CREATE_TIMEOUT = 120.0
SKU = re.compile(
    r"(?:(?P<mode>text|image)_to_video_)?(?P<unit>duration_seconds|cents_per_(?:video_output_second|second_output))"
    r"(?:_(?P<sound>with|without)_audio)?(?:_(?P<resolution>[0-9]{3,4}p|[0-9]k))?(?:_(?P<sound_last>with|without)_audio)?"
)
"""The names of prices a second in `pricing_skus`, as the catalogue has them; the documents have no list of them."""
VAGUE = "provider returned error"
"""What OpenRouter itself says where only `metadata.raw` has the maker's words ("Provider Errors" of docs/errors)."""


class OpenRouter(Dialect):
    """`POST /videos`, `GET /videos/{id}`, `GET /videos/{id}/content?index=`, `GET /videos/models`."""

    def create(self, request: GenerationRequest) -> Call:
        """Return the create; raises `InvalidRequest` for frames beside references, of which it would drop the references."""
        frames, references = list(_frames(request)), list(_references(request))
        if frames and references:
            raise InvalidRequest(
                "OpenRouter takes a start or end picture, or references, not both: it would ignore the references.",
                next="Leave out one of them.",
                field="references",
            )
        fields = {
            "model": request.model,
            "prompt": request.prompt,
            "duration": request.duration,
            "size": request.size,
            "aspect_ratio": request.aspect,
            "resolution": request.resolution,
            "seed": request.seed,
            "generate_audio": request.sound,
            "frame_images": frames or None,
            "input_references": references or None,
            **request.extra,
        }
        return Call("POST", "/videos", json=drop_unset(fields), timeout=CREATE_TIMEOUT)

    def read_create(self, reply: Reply) -> Accepted | Finished:
        """Read the 202 with its `id`; a clip where no job is named is the finished work."""
        job = as_object(reply)
        if find_id(job) is None and (found := parse_artifacts(reply)):
            return Finished(found)
        return Accepted({"id": read_job_id(job)}, poll_after=poll_hint(reply))

    def look(self, handle: Handle) -> Call:
        """Look at a job by its id."""
        return Call("GET", _path(handle))

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:
        """Read a job: its state and, when it is completed, its clips."""
        job = as_object(reply)
        state, word = parse_status(job.get("status"))
        update = StatusUpdate(
            state,
            progress=percent(job.get("progress")),
            artifacts=tuple(_artifacts(job, handle)) if state == "succeeded" else (),
            poll_after=poll_hint(reply),
            status=word,
            took=parse_elapsed(job),
            notes=tuple(_notes(job)),
            cost=_cost(job, state),
        )
        return with_failure(update, job.get("error"), job)

    def read_failure(self, reply: Reply) -> Failure:
        """Read `{error: {code, message, metadata}}`; for a flagged prompt or a maker's refusal, `metadata` says what it was.

        Source: openrouter.ai/docs/errors, "Moderation Errors" (403 with `reasons` and `flagged_input`) and "Provider Errors"
        (`raw`).
        """
        failure = read_failure(reply)
        metadata = _metadata(reply)
        if reply.status == HTTPStatus.FORBIDDEN and metadata.get("flagged_input") is not None:
            reasons = ", ".join(filter(None, map(text, metadata.get("reasons") or [])))
            message = f"{failure.message} ({reasons})" if reasons else failure.message
            return msgspec.structs.replace(failure, code="content_policy", message=message)
        told = read_error_value(metadata.get("raw"))
        if not told.words or failure.message.strip().rstrip(".").lower() != VAGUE:
            return failure
        code = "content_policy" if told.filtered else failure.code
        return msgspec.structs.replace(failure, code=code, message=told.words)

    def models(self) -> Call:
        """List the video models; the list is public, so it is no test of a key."""
        return Call("GET", "/videos/models")

    def read_models(self, reply: Reply) -> ModelList:
        """Read the catalogue: what each model takes and costs; raises `Malformed`."""
        return parse_model_list(reply, _model, _is_mispriced)

    def check_key(self) -> Call:
        """Ask what the key is, which is free; a wrong one gets a 401 (SDK: `api_keys.get_current_key_metadata`)."""
        return Call("GET", "/key")


def _model(row: dict[str, Any]) -> ListedModel:
    """Read a row (SDK: `VideoModel`); null is not published, and an empty list of frame roles is none."""
    frames = row.get("supported_frame_images")
    roles = {"image": "first_frame", "last_frame": "last_frame"}
    lacks = {field for field, role in roles.items() if isinstance(frames, list) and role not in frames}
    lacks |= {field for field, name in (("sound", "generate_audio"), ("seed", "seed")) if row.get(name) is False}
    return ListedModel(
        name=row.get("id") or row.get("name") or "",
        title=text(row.get("name")) or "",
        durations=tuple(_values(row.get("supported_durations"), int)),
        sizes=tuple(_values(row.get("supported_sizes"), str)),
        aspects=tuple(_values(row.get("supported_aspect_ratios"), str)),
        resolutions=tuple(_values(row.get("supported_resolutions"), str)),
        lacks=frozenset(lacks),
        price=_price(row.get("pricing_skus")),
    )


def _values(value: object, kind: type) -> list[Any]:
    return [one for one in value if type(one) is kind] if isinstance(value, list) else []


def _price(skus: object) -> Price | None:
    """Return the price that `pricing_skus` says, each amount a text; None where a part of it can't be read.

    A part that is left out would make the clip seem cheaper: video tokens, a least price, an amount that is none.
    """
    if not isinstance(skus, dict) or not skus:
        return None
    rates: list[Rate] = []
    image: float | None = None
    for name, value in skus.items():
        amount, found = number(value), SKU.fullmatch(str(name))
        if amount is None or amount <= 0:
            return None
        if name == "cents_per_image_input":
            image = amount / 100
        elif found is None:
            return None
        else:
            rates.append(_rate(found, amount))
    return Price(rates=tuple(rates), per_image=image) if rates else None


def _is_mispriced(row: dict[str, Any]) -> bool:
    """Return whether an amount of a row is none: text, zero or negative."""
    skus = row.get("pricing_skus")
    amounts = map(number, skus.values()) if isinstance(skus, dict) else ()
    return any(amount is None or amount <= 0 for amount in amounts)


def _rate(sku: re.Match[str], amount: float) -> Rate:
    sound = sku["sound"] or sku["sound_last"]
    return Rate(
        per_second=amount / 100 if sku["unit"].startswith("cents") else amount,
        resolution=sku["resolution"],
        sound=None if sound is None else sound == "with",
        image=None if sku["mode"] is None else sku["mode"] == "image",
    )


def _path(handle: Handle) -> str:
    return f"/videos/{quote(handle['id'], safe='')}"


def _frames(request: GenerationRequest) -> Iterator[dict[str, Any]]:
    """Return `frame_images`: the picture to begin with and the one to end on (SDK: `FrameImage`)."""
    for medium, role in ((request.image, "first_frame"), (request.last_frame, "last_frame")):
        if medium is not None:
            yield _part(medium) | {"frame_type": role}


def _references(request: GenerationRequest) -> Iterator[dict[str, Any]]:
    """Return `input_references`; a sound is honoured by some makers only (SDK: `InputReference`).

    A video there only guides the new clip. `request.video` is one to go on from, which is another thing.
    """
    for medium in (*request.references, request.audio):
        if medium is not None:
            yield _part(medium)


def _part(medium: Media) -> dict[str, Any]:
    """Return a medium as a content part: its address, or its bytes as a data URL."""
    kind = f"{medium.kind}_url"
    url = medium.url if medium.path is None else Base64(medium.path, prefix=f"data:{medium.content_type};base64,")
    return {"type": kind, kind: {"url": url}}


def _artifacts(job: dict[str, Any], handle: Handle) -> Iterator[Artifact]:
    """Return the clips: first at content with the key, then wherever else the job says.

    A job without the two lists is asked for its first clip all the same; one with empty lists has none.
    """
    lists = [found for name in ("unsigned_urls", "urls") if (found := _urls(job.get(name))) is not None]
    for index in range(max(map(len, lists), default=0)):
        content = _content(handle, index)
        named = (url for found in lists for url in found[index : index + 1])
        yield Artifact(content, others=tuple(url for url in named if not _is_content(url, content)))
    if not lists:
        others = tuple(clip.url for clip in find_clips(job) if clip.url)
        yield Artifact(_content(handle, 0), others=others, presumed=not others)


def _content(handle: Handle, index: int) -> str:
    return f"{_path(handle)}/content?index={index}"


def _urls(value: object) -> list[str] | None:
    """Return the web addresses of a list; None where there is no list."""
    if not isinstance(value, list):
        return None
    return [url for url in value[:MOST_CLIPS] if isinstance(url, str) and url.startswith(("https://", "http://"))]


def _is_content(url: str, content: str) -> bool:
    """Return whether an address is that of the content call itself."""
    parts, path = urlsplit(url), content.partition("?")[0]
    return f"{parts.path}?{parts.query}".endswith(content) or (not parts.query and parts.path.endswith(path))


def _cost(job: dict[str, Any], state: RemoteState) -> float | None:
    """Return `usage.cost` in dollars (SDK: `VideoGenerationUsage`); None where it is not the whole cost, or not settled.

    It is there when the job has completed; a zero of one that failed is no proof that nothing was charged. With a key of
    one's own at the maker (`is_byok`), it is only what OpenRouter takes.
    """
    usage = job.get("usage")
    found = None if member(usage, "is_byok") is True else number(member(usage, "cost"))
    return found if found is not None and (found > 0 or (found == 0 and state == "succeeded")) else None


def _notes(job: dict[str, Any]) -> Iterator[str]:
    if member(job.get("usage"), "is_byok") is True:
        yield "Made with your own key at the model's maker, who charges you; OpenRouter does not report that cost."


def _metadata(reply: Reply) -> dict[str, Any]:
    """Return what an error says beside its message; empty where it says nothing."""
    try:
        found = member(member(reply.json, "error"), "metadata")
    except Malformed:
        return {}
    return found if isinstance(found, dict) else {}
