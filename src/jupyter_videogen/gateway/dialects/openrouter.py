"""OpenRouter: asynchronous jobs at `/api/v1/videos`, a catalogue with prices, and the cost of each job.

Written from openrouter.ai/docs/api_reference/videos, docs/errors and the models of its Python SDK (PyPI `openrouter` 1.3.84).
A flagged prompt is refused at the create with a 403; there is no list of jobs, no cancel and no progress.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.dialects.base import MODELS_CREATED, GatewayDialect
from jupyter_videogen.gateway.jobs.scripted_models import CARDS
from jupyter_videogen.gateway.jobs.service import LINK_SECONDS
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import JSON, ignored_header, read_fields
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import InputFiles, read_inputs, read_media
from jupyter_videogen.gateway.requests.order import (
    ASPECTS,
    SECONDS,
    FieldNames,
    Order,
    invalid,
    read_frame,
    read_model,
    read_order,
    read_prompt,
    read_size,
    read_whole,
)

STAND_INS = ("google/veo-3.1",)
SIZES = ("1280x720", "720x1280", "720x720", "640x360", "360x640", "1920x1080", "1080x1920")
RESOLUTIONS = ("360p", "480p", "720p", "1080p")
CENTS_A_SECOND = {True: 4, False: 2}
"""With sound and without; what this gateway says that a clip costs. Nothing is charged."""

_FIELDS = FieldNames(seconds="duration", fps=None, sound="generate_audio")
_HONOURED = frozenset({"model", "prompt", "duration", "size", "resolution", "aspect_ratio", "seed", "generate_audio"})
_ROLES = {"first_frame": "image", "last_frame": "last_frame"}
_KINDS = {"image_url": "image", "audio_url": "audio", "video_url": "video"}
_INDEX = (0, 15)
_KEY: dict[str, Any] = {
    **dict.fromkeys(("usage", "usage_daily", "usage_weekly", "usage_monthly"), 0),
    **dict.fromkeys(("byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"), 0),
    **dict.fromkeys(("limit", "limit_remaining", "limit_reset", "expires_at", "effective_budget")),
    **dict.fromkeys(("creator_user_id", "organization_id", "workspace_id")),
    **dict.fromkeys(("is_free_tier", "is_management_key", "is_provisioning_key", "include_byok_in_limit"), False),
    "label": "local gateway",
    "allowed_data_regions": [],
    "budgets": [],
    "free_model_daily_requests": {"limit": 0, "remaining": 0, "used": 0},
    "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated."},
}
"""What is said of the key (SDK: `GetCurrentKeyData`): nothing is limited, and nothing is ever spent."""
_NOT_FOUND = 404


class Flagged(Problem):
    """A prompt that moderation refused."""

    def __init__(self, order: Order, reason: str) -> None:
        super().__init__(403, "moderation_blocked", f"{order.model} requires moderation, and your input was flagged.")
        self.metadata = {
            "reasons": [reason],
            "flagged_input": order.prompt[:100],
            "provider_name": "jupyter-videogen",
            "model_slug": order.model,
        }


def refuse(problem: Problem, _request_id: str) -> Response:
    """Answer with the status as the code, a message and, of a flagged prompt, what was flagged."""
    error: dict[str, Any] = {"code": problem.status, "message": problem.message}
    if isinstance(problem, Flagged):
        error["metadata"] = problem.metadata
    return JSONResponse({"error": error}, problem.status, problem.headers)


class OpenRouter(GatewayDialect):
    """The endpoints, over one provider."""

    statuses: ClassVar = {"queued": "pending"}

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(f"{prefix}/key", self.key),
            Route(f"{prefix}/videos", self.create, methods=["POST"]),
            Route(f"{prefix}/videos/models", self.models),
            Route(f"{prefix}/videos/{{id}}", self.retrieve, name="openrouter-video"),
            Route(f"{prefix}/videos/{{id}}/content", self.content, name="openrouter-content"),
        ]

    async def key(self, _request: Request) -> Response:
        """Say what the key is; the guard has looked at it."""
        return JSONResponse({"data": _KEY})

    async def models(self, _request: Request) -> Response:
        """List the models with what they take and cost."""
        return JSONResponse({"data": [_model(name) for name in self._service.names]})

    async def create(self, request: Request) -> Response:
        """Take an order; the answer is that it is pending, however quick the engine is."""
        fields = await read_fields(request, JSON)
        flat = _flatten(fields)
        order, inputs = parse_order(flat, self._service.names), read_files(flat)
        card = CARDS.get(order.model)
        if card is not None and card.error is not None and card.error[0] == "moderation_blocked":
            raise Flagged(order, card.error[1])
        job = await self._submit(request, order, fields, inputs, setting="resolution")
        body = self._brief_body(job, request) | {"status": "pending"}
        return JSONResponse(body, 202, ignored_header(flat, _HONOURED | inputs.names))

    async def retrieve(self, request: Request) -> Response:
        """Look at one job; one that this provider has forgotten has expired."""
        try:
            return await super().retrieve(request)
        except Problem as problem:
            forgotten = await run_in_threadpool(self._service.store.get, self._read_id(request))
            if problem.status != _NOT_FOUND or forgotten is None:
                raise
            return JSONResponse(self._brief_body(forgotten, request) | {"status": "expired", "error": "Job expired."})

    async def content(self, request: Request) -> Response:
        """Send one output of a completed job."""
        job = await self._service.job(self._read_id(request))
        if job.unfinished:
            raise Problem(409, "not_ready", "This video is not completed yet.")
        return await self._service.content(job, read_whole(request.query_params, "index", _INDEX, 0))

    def _waits(self, _job: Job) -> bool:
        return False

    async def _body(self, job: Job, request: Request) -> dict[str, Any]:
        body = self._brief_body(job, request)
        if job.status == "completed":
            body |= self._outputs(job, request)
        if job.error is not None:
            body["error"] = job.error["message"]
        return body

    def _outputs(self, job: Job, request: Request) -> dict[str, Any]:
        content = request.url_for("openrouter-content", id=self._write_id(job))
        count = self._service.count_clips(job)
        return {
            "generation_id": self._write_id(job),
            "unsigned_urls": [f"{content}?index={index}" for index in range(count)],
            "urls": self._service.links(job, request),
            "expires_at": int(self._service.now()) + LINK_SECONDS,
            "usage": {"cost": count * job.order.seconds * CENTS_A_SECOND[job.order.sound] / 100, "is_byok": False},
        }

    def _brief_body(self, job: Job, request: Request) -> dict[str, Any]:
        name = self._write_id(job)
        path = request.url_for("openrouter-video", id=name).path
        return {"id": name, "polling_url": path, "status": self._status(job)}

    def _write_id(self, job: Job) -> str:
        """Return `gen-vid-<timestamp>-<alphanumerics>`, as the SDK describes ids."""
        return f"gen-vid-{job.created_at}-{job.id.removeprefix('video_')}"

    def _read_id(self, request: Request) -> str:
        name: str = request.path_params["id"]
        return f"video_{name.rpartition('-')[2]}" if name.startswith("gen-vid-") else name


def parse_order(fields: Mapping[str, Any], models: tuple[str, ...]) -> Order:
    """Return what was asked for; a size stands for a resolution and a shape."""
    if fields.get("model") is None:
        raise invalid("model", "model is required.", "missing_required_parameter")
    frame = read_size(fields) if fields.get("size") is not None else read_frame(fields)
    return read_order(
        fields, _FIELDS, prompt=read_prompt(fields), model=read_model(fields, models, STAND_INS), frame=frame
    )


def read_files(fields: Mapping[str, Any]) -> InputFiles:
    """Return the media; pictures of what should appear are checked, and have no effect here."""
    for name in fields:
        if name.startswith("image_url_"):
            read_media(fields, name)
    return read_inputs(fields, _ROLES | {"audio_url_0": "audio", "video_url_0": "video"})


def _flatten(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with each medium under a name of its own; beside frames, references are ignored."""
    frames = dict(_parts(fields, "frame_images", "frame_type"))
    references: dict[str, str] = {}
    for kind, url in () if frames else _parts(fields, "input_references", "type"):
        references[f"{kind}_{sum(name.startswith(kind) for name in references)}"] = url
    dropped = {"frame_images"} | ({"input_references"} if not frames else set())
    return {name: value for name, value in fields.items() if name not in dropped} | frames | references


def _parts(fields: Mapping[str, Any], name: str, label: str) -> list[tuple[str, str]]:
    """Return the addresses in a list of content parts, each with its label; raises `Problem` for what is no such list."""
    parts = fields.get(name)
    if parts is None:
        return []
    known = _ROLES if label == "frame_type" else _KINDS
    try:
        found = [(part[label], part[part["type"]]["url"]) for part in parts]
    except (TypeError, KeyError):
        raise invalid(name, f"{name} must be a list of {{type, image_url: {{url}}}} objects.") from None
    if any(key not in known or not isinstance(url, str) for key, url in found):
        raise invalid(name, f"{name}: {label} must be one of {', '.join(known)}.")
    return found


def _model(name: str) -> dict[str, Any]:
    """Return a model as the catalogue has it (SDK: `VideoModel`)."""
    story = {"description": CARDS[name].story} if name in CARDS else {}
    return story | {
        "id": name,
        "canonical_slug": name,
        "name": name,
        "created": MODELS_CREATED,
        "supported_durations": list(range(SECONDS[0], SECONDS[1] + 1)),
        "supported_resolutions": list(RESOLUTIONS),
        "supported_aspect_ratios": list(ASPECTS),
        "supported_sizes": list(SIZES),
        "supported_frame_images": list(_ROLES),
        "generate_audio": True,
        "seed": True,
        "creativity": None,
        "upscale_factor": None,
        "allowed_passthrough_parameters": [],
        "pricing_skus": {
            f"duration_seconds_{word}_audio": f"{CENTS_A_SECOND[sound] / 100:.2f}"
            for word, sound in (("with", True), ("without", False))
        },
    }
