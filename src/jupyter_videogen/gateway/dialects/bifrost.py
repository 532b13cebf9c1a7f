"""Bifrost: one protocol in front of many upstream providers; natively in JSON, and at a mirror in the OpenAI SDK's form.

It answers as v1.5.2 does (tests/recordings): makers of the OpenAI kind have no `videos`, Google's and Runway's have their own
fields, what the maker says of a request comes with a `status_code`, and the mirror answers 500 to what it cannot read.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.dialects.base import MODELS_CREATED, VideosDialect
from jupyter_videogen.gateway.dialects.openai import POLL_AFTER, read_variant, video
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import FORM, JSON, ignored_header, media_type, read_fields
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import NO_INPUTS, InputFiles, read_inputs
from jupyter_videogen.gateway.requests.order import (
    DEFAULT_SECONDS,
    FieldNames,
    Order,
    read_choice,
    read_model,
    read_order,
    read_prompt,
    read_size,
    read_whole,
)

STAND_INS = (
    *("openai/sora-2", "openai/sora-2-pro", "gemini/veo-3.0-generate-001", "gemini/veo-3.1-generate-preview"),
    "runway/gen4.5",
)
OPENAI_KIND, OTHER_KINDS = ("openai", "local", "test"), ("gemini", "runway")
"""Makers: those that speak the OpenAI shape, ours among them, and those that the gateway translates for."""
SIZES = ("720x1280", "1280x720", "1024x1792", "1792x1024")
"""What OpenAI makes; the gateway puts the first in place of any other."""
USUAL_SECONDS = {"gemini": 8, "runway": 5}

_FIELDS = FieldNames(count="numberOfVideos", sound="audio", negative="negative_prompt")
_HONOURED = frozenset(
    {"model", "prompt", "seconds", "size", "seed", "fps", "numberOfVideos", "negative_prompt", "audio"}
)
_MEDIA = {"input_reference": "image", "input_reference.0": "image", "lastFrame": "last_frame", "video_uri": "video"}
_PAGE = (1, 100)
_DEFAULT_PAGE = 20
_MIRRORS_PAGE = 100
_INLINE = "gemini/veo-3.0"
"""The model whose clips come as bytes in the answer, as some of Gemini's do."""
_FAILURES = {"moderation_blocked": "content_filtered"}
_MAKERS_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class EnvelopeProblem(Problem):
    """A refusal with a complete body: the gateway's envelope."""

    def __init__(self, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, "", str(body["error"].get("message", "")), headers=headers)
        self.body = body


def refuse(problem: Problem, _request_id: str) -> Response:
    """Answer with the envelope of every error."""
    if isinstance(problem, EnvelopeProblem):
        return JSONResponse(problem.body, problem.status, problem.headers)
    return JSONResponse(_envelope(problem.status, _error(problem)), problem.status, problem.headers)


def _envelope(
    status: int | None,
    error: dict[str, Any],
    *,
    ours: bool = False,
    **extra: Any,
) -> dict[str, Any]:
    """Return an envelope; one without a `status_code` is no word of the request's maker."""
    code = {} if status is None else {"status_code": status}
    return {"is_bifrost_error": ours, **code, "error": error, "extra_fields": extra}


def _error(problem: Problem) -> dict[str, Any]:
    param = {} if problem.param is None else {"param": problem.param}
    return {"type": problem.kind, "code": problem.code, "message": problem.message} | param


@contextmanager
def _as_maker(request_type: str, provider: str, model: str | None = None) -> Iterator[None]:
    """Wrap what the maker says in the gateway's envelope, with the maker's own words beside it."""
    try:
        yield
    except EnvelopeProblem:
        raise
    except Problem as problem:
        raw = {"code": problem.code, "message": problem.message, "param": problem.param, "type": problem.kind}
        asked = {} if model is None else {"original_model_requested": model, "resolved_model_used": model}
        extra: dict[str, Any] = {"provider": provider, **asked, "request_type": request_type}
        extra["raw_response"] = {"error": raw}
        raise EnvelopeProblem(
            problem.status, _envelope(problem.status, _error(problem), **extra), problem.headers
        ) from None


class Bifrost(VideosDialect):
    """The endpoints, over one provider; the mirror reads forms too, and thinks of OpenAI where no provider is named."""

    def __init__(self, service: GatewayService, *, mirror: bool = False) -> None:
        super().__init__(service)
        self._mirror = mirror

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the routes; an id may hold slashes, so it comes last."""
        return [
            Route(f"{prefix}/models", self.models),
            Route(f"{prefix}/videos", self.videos, methods=["GET", "POST"]),
            Route(f"{prefix}/videos/{{id:path}}/content", self.content),
            Route(f"{prefix}/videos/{{id:path}}/remix", self.remix, methods=["POST"]),
            Route(f"{prefix}/videos/{{id:path}}", self.video, methods=["GET", "DELETE"]),
        ]

    async def models(self, _request: Request) -> Response:
        """List the models that can be asked for."""
        kind = {"object": "model"} if self._mirror else {}
        facts = {"created": MODELS_CREATED, "owned_by": "jupyter-videogen"}
        rows = [{"id": name} | kind | facts for name in self._service.names]
        if self._mirror:
            return JSONResponse({"object": "", "data": rows})
        keys = [{"key_id": "0", "status": "success", "provider": provider} for provider in OPENAI_KIND]
        extra = {"request_type": "list_models", "latency": 0, "chunk_index": 0}
        return JSONResponse({"data": rows, "extra_fields": extra, "key_statuses": keys})

    async def create(self, request: Request) -> Response:
        """Handle a create."""
        fields = await self._read(request)
        provider, model = self._read_model(fields)
        self._check_image(fields, provider, model)
        with _as_maker("video_generation", provider, model):
            order = parse_order(fields, f"{provider}/{model}", self._service.names)
            inputs = read_inputs(_unwrap_last_frame(fields), _MEDIA)
            return await self._answer(request, order, fields, "video_generation", inputs)

    async def remix(self, request: Request) -> Response:
        """Handle a remix: the same clip with another prompt."""
        provider, native = self._read_ids(request)
        fields = await self._read(request)
        if not fields.get("prompt"):
            raise self._bad("prompt is required", mirrored={"message": "Invalid request type"})
        with _as_maker("video_remix", provider):
            source = await self._source(native)
            order = replace(source.order, prompt=read_prompt(fields), source=source.id)
            return await self._answer(request, order, fields, "video_remix")

    async def _answer(
        self, request: Request, order: Order, fields: dict[str, Any], request_type: str, inputs: InputFiles = NO_INPUTS
    ) -> Response:
        """Take an order and answer with its video."""
        job = await self._submit(request, order, fields, inputs)
        body = _write_created(job) | self._extra(job, request, request_type)
        return JSONResponse(body, headers=ignored_header(fields, _HONOURED | inputs.names))

    async def retrieve(self, request: Request) -> Response:
        """Look at one video."""
        provider, _ = self._read_ids(request, "video_retrieve")
        with _as_maker("video_retrieve", provider):
            return await super().retrieve(request)

    def _read_id(self, request: Request) -> str:
        return read_id(request.path_params["id"])[1]

    def _write_id(self, job: Job) -> str:
        return _id(job)

    async def content(self, request: Request) -> Response:
        """Send the bytes of a video, of its poster, or of a sheet of its frames."""
        provider, native = self._read_ids(request, "video_download")
        with _as_maker("video_download", provider):
            job = await self._service.job(native)
            if provider in OTHER_KINDS and job.status != "completed":
                words = {"message": f"video not ready, current status: {job.status}"}
                extra = {"provider": provider, "request_type": "video_download"}
                raise EnvelopeProblem(500, _envelope(None, words, ours=True, **extra))
            variant = read_variant(request)
            return await (self._service.content(job) if variant == "video" else self._service.picture(job, variant))

    async def page(self, request: Request) -> Response:
        """Look at a page of one maker's videos; the mirror lists OpenAI's, whatever it is asked."""
        query = request.query_params
        provider = "openai" if self._mirror else query.get("provider", "")
        if not provider:
            raise self._bad("provider query parameter is required")
        if provider not in (*OPENAI_KIND, *OTHER_KINDS):
            raise self._unknown_provider(provider, "video_list")
        limit = _MIRRORS_PAGE if self._mirror else self._limit(query)
        descending = read_choice({} if self._mirror else query, "order", ("asc", "desc"), "desc") == "desc"
        after = None if self._mirror or "after" not in query else await self._service.job(read_id(query["after"])[1])
        jobs, more = await self._service.page(limit, after, descending=descending, models=f"{provider}/")
        ends = {"first_id": _id(jobs[0]), "has_more": more, "last_id": _id(jobs[-1])} if jobs else {"has_more": more}
        extra = {"request_type": "video_list", "provider": provider} | _exchange_facts(request, provider)
        return JSONResponse(
            {"object": "list", "data": [_write_job(job) for job in jobs], **ends, "extra_fields": extra}
        )

    async def delete(self, request: Request) -> Response:
        """Forget a finished video."""
        provider, _ = self._read_ids(request, "video_delete")
        with _as_maker("video_delete", provider):
            return await super().delete(request)

    # ---- what is asked for -----------------------------------------------------------------------------------

    async def _read(self, request: Request) -> dict[str, Any]:
        kinds = (JSON, FORM) if self._mirror else (JSON,)
        try:
            fields = await read_fields(request, *kinds)
        except Problem as problem:
            if problem.status not in {400, 415}:
                raise
            words = "Invalid request format: " + problem.message
            raise self._bad(words, mirrored={"error": problem.message, "message": "failed to parse request"}) from None
        if media_type(request) == JSON and isinstance(fields.get("seconds"), int | float):
            words = "Invalid request format: Mismatch type string with value number"
            unread = {"error": "json: cannot unmarshal number into seconds of type string"}
            raise self._bad(words, mirrored={**unread, "message": "failed to parse request"})
        return fields

    def _read_model(self, fields: Mapping[str, Any]) -> tuple[str, str]:
        """Return the maker and the model that were asked for."""
        for name, words in (("model", "model is required"), ("prompt", "prompt cannot be empty")):
            if not fields.get(name) and not (name == "model" and "model" in fields and not self._mirror):
                unread = {"error": f"{name} field is required", "message": "failed to parse request"}
                raise self._bad(words, mirrored=unread)
        model = str(fields.get("model") or "")
        provider, slash, name = model.partition("/")
        if slash and name and provider in (*OPENAI_KIND, *OTHER_KINDS):
            return provider, name
        if self._mirror:
            return "openai", model
        found = f'no providers found for model "{model}" in model catalog to auto-resolve'
        raise self._bad(f"provider is required in model field (format: provider/model) \N{EM DASH} {found}")

    def _check_image(self, fields: Mapping[str, Any], provider: str, model: str) -> None:
        """Refuse a start image by address: natively the translation fails, at the mirror the reading."""
        image = fields.get("input_reference")
        if not isinstance(image, str) or image.startswith("data:"):
            return
        if self._mirror:
            error = {"error": "illegal base64 data at input byte 5", "message": "failed to parse request"}
            raise EnvelopeProblem(500, _envelope(None, error))
        error = {
            "error": "input_reference must be a base64 data URL (e.g. data:image/png;base64,...)",
            "message": f"failed to convert video generation request to {_family(provider)} format",
        }
        asked = {"original_model_requested": model, "resolved_model_used": model}
        extra: dict[str, Any] = {"provider": provider, **asked, "request_type": "video_generation"}
        raise EnvelopeProblem(500, _envelope(None, error, ours=True, **extra))

    def _read_ids(self, request: Request, request_type: str = "video_remix") -> tuple[str, str]:
        """Return the maker and our own id."""
        provider, native = read_id(request.path_params["id"])
        if not provider or not native:
            words = "video_id must be in id:provider format"
            failed = {"error": words, "message": f"failed to execute pre-request callback: {words}"}
            raise self._bad(words, mirrored=failed)
        if provider not in (*OPENAI_KIND, *OTHER_KINDS):
            raise self._unknown_provider(provider, request_type)
        return provider, native

    def _limit(self, query: Mapping[str, Any]) -> int:
        try:
            return read_whole(query, "limit", _PAGE, _DEFAULT_PAGE)
        except Problem:
            raise self._bad("invalid limit parameter") from None

    def _bad(self, words: str, *, mirrored: dict[str, str] | None = None) -> EnvelopeProblem:
        """Return the gateway's refusal of what it cannot read: a 400 natively, a 500 at the mirror."""
        if self._mirror and mirrored:
            return EnvelopeProblem(500, _envelope(None, dict(mirrored)))
        return EnvelopeProblem(400, _envelope(400, {"message": words}))

    def _unknown_provider(self, provider: str, request_type: str) -> EnvelopeProblem:
        words = "failed to get config for provider: not found"
        extra: dict[str, Any] = {"provider": provider, "request_type": request_type}
        return EnvelopeProblem(
            500 if self._mirror else 400, _envelope(None, {"error": words, "message": words}, **extra)
        )

    # ---- what is answered ------------------------------------------------------------------------------------

    async def _body(self, job: Job, request: Request) -> dict[str, Any]:
        body = _write_status(job, measured=self._service.shows_progress(job))
        outputs = await self._outputs(job, request) if job.status == "completed" else []
        if outputs:
            body["videos"] = outputs
        filtered = self._service.count_filtered(job) or int(body.get("error", {}).get("code") == "content_filtered")
        if filtered and job.error is not None:
            body["content_filter"] = {"filtered_count": filtered, "reasons": [job.error["message"]]}
        if self._service.count_filtered(job):
            del body["error"]
        return body | self._extra(job, request, "video_retrieve")

    async def _outputs(self, job: Job, request: Request) -> list[dict[str, str]]:
        """Return the rows of a finished job; a maker of the OpenAI kind has none for a single clip."""
        if _provider(job) in OPENAI_KIND and self._service.count_clips(job) <= 1:
            return []
        if job.order.model.startswith(_INLINE):
            texts = [base64.b64encode(data).decode() for data in await self._service.read(job)]
            return [{"type": "base64", "base64": text, "content_type": "video/mp4"} for text in texts]
        links = self._service.links(job, request)
        return [{"type": "url", "url": url, "content_type": "video/mp4"} for url in links]

    def _extra(self, job: Job, request: Request, request_type: str) -> dict[str, Any]:
        provider, _, model = job.order.model.partition("/")
        born = request_type == "video_generation"
        asked = {"original_model_requested": model, "resolved_model_used": model} if born else {}
        exchange = _exchange_facts(request, provider, remixed=request_type == "video_remix", unfinished=job.unfinished)
        return {"extra_fields": {"request_type": request_type, "provider": provider, **asked, **exchange}}


def _exchange_facts(
    request: Request, provider: str, *, remixed: bool = False, unfinished: bool = False
) -> dict[str, Any]:
    """Return what the gateway reports of its exchange with the upstream provider, without that provider's headers."""
    facts: dict[str, Any] = {"latency": 0, "chunk_index": 0}
    if provider in OPENAI_KIND and not remixed:
        poll = {"Openai-Poll-After-Ms": POLL_AFTER["openai-poll-after-ms"]} if unfinished else {}
        sign = {"X-Request-Id": str(request.scope.get("videogen.request_id", ""))}
        facts["provider_response_headers"] = _MAKERS_HEADERS | poll | sign
    return facts


def _family(provider: str) -> str:
    return "openai" if provider in OPENAI_KIND else provider


def _provider(job: Job) -> str:
    return job.order.model.partition("/")[0]


def _write_job(job: Job) -> dict[str, Any]:
    """Return a job of the OpenAI kind without what is null, as a Go structure is written."""
    known = ("object", "status", "progress", "prompt", "seconds", "size", "created_at", "completed_at")
    values = {name: value for name, value in video(job).items() if name in known}
    values |= {"id": _id(job), "model": job.order.model.partition("/")[2]}
    if job.order.source:
        values["remixed_from_video_id"] = _id(replace(job, id=job.order.source))
    return {name: value for name, value in values.items() if value is not None} | _write_error(job)


def _write_error(job: Job) -> dict[str, Any]:
    if job.error is None:
        return {}
    code = _FAILURES.get(job.error["code"], job.error["code"])
    return {"error": {"code": code, "message": job.error["message"]}}


def _write_created(job: Job) -> dict[str, Any]:
    """Return a job as its create is answered."""
    if _provider(job) in OPENAI_KIND:
        return _write_job(job)
    whole = _write_job(job)
    kept = ("id", "model", "object", "seconds", "status", *(("created_at",) if _provider(job) == "gemini" else ()))
    return {name: whole[name] for name in kept} | _write_error(job)


def _write_status(job: Job, *, measured: bool) -> dict[str, Any]:
    """Return the answer to a look: for translated upstream providers little more than the state."""
    whole = _write_job(job)
    if _provider(job) in OPENAI_KIND:
        return whole if measured else {name: value for name, value in whole.items() if name != "progress"}
    return {name: whole[name] for name in ("id", "created_at", "object", "status")} | _write_error(job)


def _unwrap_last_frame(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with Google's way to hand over a last picture made one of ours."""
    frame = fields.get("lastFrame")
    if not isinstance(frame, Mapping):
        return fields
    return {**fields, "lastFrame": f"data:{frame.get('mimeType')};base64,{frame.get('bytesBase64Encoded')}"}


def parse_order(fields: Mapping[str, Any], model: str, models: tuple[str, ...]) -> Order:
    """Return what was asked for, as its maker reads it."""
    provider = model.partition("/")[0]
    sized = {**fields, "size": SIZES[0]} if provider == "openai" and fields.get("size") not in SIZES else fields
    frame = read_size(sized)
    name = model if provider in OTHER_KINDS or model in STAND_INS else model.removeprefix("openai/")
    known = read_model({"model": name}, models, STAND_INS)
    names = replace(_FIELDS, default_seconds=USUAL_SECONDS.get(provider, DEFAULT_SECONDS))
    model, prompt = known if "/" in known else model, read_prompt(fields)
    return read_order(fields, names, prompt=prompt, model=model, frame=frame)


def read_id(text: str) -> tuple[str, str]:
    """Return the maker and our own id from one in the form `<escaped native id>:<provider>`; empty where one is missing."""
    native, _, provider = unquote(unquote(text)).partition(":")
    return provider, native.rpartition("/")[2]


def _id(job: Job) -> str:
    provider, _, model = job.order.model.partition("/")
    native = f"models/{model}/operations/{job.id}" if provider == "gemini" else job.id
    return f"{quote(native, safe='')}:{provider}"
