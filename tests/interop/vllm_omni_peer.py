"""Our client against vLLM-Omni's own form: what its `/v1/videos` reads out of a request, and the models of its answers.

Real are `_parse_video_form` with every check of fields and files, `VideoGenerationRequest`, the job that is made of it, its
states, and the answers' models. Stubbed is what needs a graphics card or vLLM itself: see `stub_engine`. The routes are ours,
since those of the wheel stand in one file with all of vLLM's.
"""

import asyncio
import subprocess
import sys
import sysconfig
import threading
import types
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Response
from kit import FILM
from PIL import Image

OURS = sys.argv[3]
"""The Python that has our client."""
SITE = Path(sysconfig.get_path("purelib"))
OMNI = "vllm_omni.entrypoints.openai"
BARE = ("vllm_omni", "vllm_omni.entrypoints", OMNI, f"{OMNI}.protocol")
"""Packages whose own `__init__` would load the engine: what lies in them is found without it."""
MODEL = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
PATIENCE_SECONDS = 120


class Handler:
    """What the form asks of `OmniOpenAIServingVideo`: a model that takes several pictures, as MiniMax H3 does."""

    model_name, stage_configs = MODEL, None
    supports_mixed_reference_inputs, supports_latent_mask_editing = True, False
    supported_control_upload_types: frozenset[str] = frozenset()

    def set_stage_configs_if_missing(self, _configs: object) -> None:
        """Need none."""


def reference(*names: str) -> type:
    """Return a class that holds what the form found in a file."""

    def __init__(self: Any, **facts: object) -> None:  # noqa: N807 - a class that is made by its fields
        vars(self).update(dict.fromkeys(names, ()) | facts)

    return type("Reference", (), {"__init__": __init__})


async def decode(_image: object, _video: object, content: bytes | None, **_: object) -> object:
    """Return a picture as one, and anything else as a video at a place; addresses are not looked up here."""
    return Image.new("RGB", (1, 1)) if content and content.startswith(b"\x89PNG") else Frames()


class Frames(list[object]):
    """A video that was decoded: `VideoFrames`."""

    source_path = "/tmp/none.mp4"  # noqa: S108 - nothing is there


def decode_spec(max_frames: int | None = None, keep: str | None = None) -> SimpleNamespace:
    """Return how much of a video is read."""
    return SimpleNamespace(max_frames=max_frames, keep=keep)


async def decode_address(url: str) -> str:
    """Return where sound from an address would lie."""
    return f"/none/{url}"


def stub(name: str, **members: object) -> None:
    """Put a module of these members where another would be imported."""
    module = types.ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module


def stub_engine(handler: Handler) -> None:
    """Put stubs where vLLM and the engine would be imported."""
    for name in BARE:
        stub(name, __path__=[str(SITE.joinpath(*name.split(".")))])
    failures = [
        type(name, (Exception,), {}) for name in ("InvalidInputReferenceError", "OmniClientError", "EngineDeadError")
    ]
    logger = SimpleNamespace(**dict.fromkeys(("info", "warning", "exception", "debug"), lambda *_, **__: None))
    stub("vllm.entrypoints.launchers.launcher", terminate_if_errored=None)
    stub("vllm.entrypoints.serve", create_error_response=None)
    stub("vllm.logger", init_logger=lambda _: logger)
    stub("vllm.v1.engine.exceptions", EngineDeadError=failures[2], EngineGenerateError=failures[2])
    stub("vllm_omni.errors", OmniClientError=failures[1])
    stub("vllm_omni.inputs.data", DIFFUSION_QUALITY_LEVELS=("lossless", "high"))
    stub("vllm_omni.diffusion.models.interface", ReferenceVideoDecodeSpec=decode_spec)
    stub(f"{OMNI}.app_state", Omnivideo=lambda _request: handler)
    stub(f"{OMNI}.errors", InvalidInputReferenceError=failures[0])
    stub(f"{OMNI}.storage", STORAGE_MANAGER=None)
    stub(f"{OMNI}.utils", get_stage_type=None)
    stub(
        f"{OMNI}.serving_video",
        LatentEditInput=reference(),
        OmniOpenAIServingVideo=Handler,
        ReferenceAudio=reference("path", "cleanup_paths"),
        ReferenceImage=reference("data"),
        ReferenceVideo=reference("data", "cleanup_paths"),
        _stage_diffusion_model_class_name=lambda _stage: "",
    )
    stub(
        f"{OMNI}.video_api_utils",
        VideoFrames=Frames,
        decode_audio_url=decode_address,
        decode_input_reference=decode,
        _decode_image_bytes=lambda *_, **__: Image.new("RGB", (1, 1)),
        _validate_image_pixel_limit=lambda _image: None,
    )


def count(found: Any, name: str) -> int:
    """Return how many pictures, videos or sounds the form made of the request's media."""
    data = getattr(found, name, ())
    return len(data) if isinstance(data, list) else int(data != ())


def application() -> FastAPI:
    """Return the routes; a job has ended when somebody looks at it, as its prompt says, or goes on until it is deleted."""
    stub_engine(Handler())
    from vllm_omni.entrypoints.openai.protocol import videos  # noqa: PLC0415 - after the stubs
    from vllm_omni.entrypoints.openai.video.generation import helpers  # noqa: PLC0415 - the same

    app, jobs, book = FastAPI(), {}, []

    @app.post("/v1/videos")
    async def create(found: Annotated[Any, Depends(helpers._parse_video_form)]) -> videos.VideoResponse:
        request, _, model, pictures, clips, sounds, *_ = found
        told = request.model_dump(mode="json", exclude_unset=True)
        book.append({**told, "media": [count(pictures, "data"), count(clips, "data"), count(sounds, "path")]})
        job = helpers.video_response_from_request(model, request)
        jobs[job.id] = job
        return job

    @app.get("/v1/videos/{name}")
    async def look(name: str) -> videos.VideoResponse:
        job = jobs.get(name)
        if job is None:
            raise HTTPException(404, detail="Video not found")
        status = videos.VideoGenerationStatus
        if job.prompt == "a storm":
            error = videos.VideoError(code="internal_error", message="CUDA out of memory.")
            return job.model_copy(update={"status": status.FAILED, "error": error})
        going = job.prompt == "for ever"
        return job.model_copy(
            update={"status": status.IN_PROGRESS if going else status.COMPLETED, "progress": 0 if going else 100}
        )

    @app.get("/v1/videos/{name}/content")
    async def content(name: str) -> Response:
        return Response(FILM, media_type=jobs[name].media_type)

    @app.delete("/v1/videos/{name}")
    async def delete(name: str) -> videos.VideoDeleteResponse:
        return videos.VideoDeleteResponse(id=jobs.pop(name).id, deleted=True)

    @app.get("/book")
    async def read() -> list[dict[str, Any]]:
        return book

    return app


def main() -> None:
    """Run the form, and our client beside it."""
    server = uvicorn.Server(uvicorn.Config(application(), port=0, log_level="warning"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
        assert thread.is_alive(), "the server has ended"
    port = server.servers[0].sockets[0].getsockname()[1]
    client = [OURS, str(Path(__file__).with_name("vllm_omni_client.py")), f"http://127.0.0.1:{port}"]
    try:
        subprocess.run(client, check=True, timeout=PATIENCE_SECONDS)
    finally:
        server.should_exit = True
        thread.join(10)


main()
