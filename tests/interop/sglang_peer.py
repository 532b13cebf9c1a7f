"""Our client against SGLang Diffusion: its own handlers of `/v1/videos` and `/v1/models`, with a stub for the engine below.

Real are the routes, the models of requests and replies, the checks of parameters, the store of jobs, the files that are
taken in and given out, and the upload to a bucket. Stubbed is what needs a graphics card: each stub is named in `stub_engine`.
"""

import asyncio
import logging
import os
import subprocess
import sys
import sysconfig
import tempfile
import threading
import types
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from kit import FILMS, PNG, Store, serving

OURS = sys.argv[3]
"""The Python that has our client."""
SITE = Path(sysconfig.get_path("purelib"))
GEN = "sglang.multimodal_gen"
BARE = ("sglang", "sglang.srt", "sglang.srt.utils", GEN, f"{GEN}.configs.sample")
"""Packages whose own `__init__` would load the engine: what lies in them is found without it."""
OUTCOME = (
    *("error", "output", "output_file_paths", "raw_frame_batches", "peak_memory_mb", "metrics", "usage"),
    *("action_pred", "lidar"),
)
PATIENCE_SECONDS = 120


class Engine:
    """Takes the place of the scheduler: a job is in progress until somebody has looked, then ends as its prompt says."""

    def __init__(self) -> None:
        self.seen: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.lists = 0
        self.clouds: set[str] = set()

    async def forward(self, batches: list[Any]) -> SimpleNamespace:
        """Make one clip, as `AsyncSchedulerClient.forward` is asked to."""
        from sglang.multimodal_gen.runtime.entrypoints.openai.video_progress import apply_progress  # noqa: PLC0415

        params = batches[0].sampling_params
        await apply_progress(params.request_id, 40)
        await self.seen[params.request_id].wait()
        if params.prompt == "a storm":
            return outcome(error="CUDA out of memory.")
        return self.draw(params)

    def draw(self, params: Any) -> SimpleNamespace:
        """Write the clip where it was requested."""
        if params.prompt == "a picture" and Path(params.image_path).read_bytes() != PNG:
            return outcome(error="The picture is not the one that was sent.")
        if params.prompt == "a video" and Path(params.video_path).read_bytes() != FILMS[0]:
            return outcome(error="The video is not the one that was sent.")
        tuned = (params.num_inference_steps, params.guidance_scale, params.seed)
        if params.prompt == "a tuned clip" and tuned != (12, 3.5, 7):
            return outcome(error=f"The settings are not those that were sent: {tuned}.")
        path = Path(params.output_file_path())
        paths = [path, *(path.with_stem(f"{path.stem}_{index}") for index in range(1, params.num_outputs_per_prompt))]
        for place, film in zip(paths, FILMS, strict=False):
            place.write_bytes(film)
        if params.prompt == "a cloud":
            self.clouds.add(path.name)
        return outcome(output_file_paths=[str(place) for place in paths])

    def show(self, names: list[str]) -> None:
        """Go on with jobs that somebody has looked at."""
        for name in names:
            self.seen[name].set()

    def upload_file(self, path: str, bucket: str, name: str, **_: object) -> None:
        """Take a clip for the bucket; other clips stay where they are, as they do when an upload fails."""
        if name not in self.clouds:
            raise OSError(name)


class Pipeline:
    """What the checks of parameters ask of a model that makes videos of words, and of a picture too."""

    dit_precision = vae_precision = "bf16"
    vae_config = None

    def __init__(self, task: Any) -> None:
        self.task_type = task

    def resolve_task_type(self, *_: object, **__: object) -> Any:
        return self.task_type

    def get_supported_task_types(self) -> list[Any]:
        return [self.task_type]

    def adjust_num_frames(self, frames: int) -> int:
        return frames


class Tracing:
    """A request that nobody traces."""

    def trace_req_finish(self) -> None:
        """Say nothing."""


def outcome(**facts: object) -> SimpleNamespace:
    """Return what the engine says of a batch: `OutputBatch`, as far as the handlers read it."""
    return SimpleNamespace(**(dict.fromkeys(OUTCOME) | facts))


def stub(name: str, **members: object) -> None:
    """Put a module of these members where another would be imported."""
    module = types.ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module


def stub_engine(engine: Engine, settings: SimpleNamespace) -> None:
    """Put stubs where the engine would be imported."""
    for name in BARE:
        stub(name, __path__=[str(SITE.joinpath(*name.split(".")))])
    runtime = f"{GEN}.runtime"
    stub("torch")
    stub("boto3", client=lambda *_, **__: engine)
    stub("sglang.srt.observability.trace", extract_trace_headers=dict)
    stub(f"{GEN}.registry", get_model_info=model_info, get_pipeline_config_classes=None, get_pipeline_class=None)
    stub(f"{runtime}.server_args", ServerArgs=SimpleNamespace, get_global_server_args=lambda: settings)
    stub(f"{runtime}.scheduler_client", AsyncSchedulerClient=Engine, async_scheduler_client=engine)
    stub(f"{runtime}.pipelines_core.schedule_batch", Req=SimpleNamespace, OutputBatch=SimpleNamespace)
    stub(f"{runtime}.pipelines_core.request_utils", split_output_request_id=lambda _: None)
    stub(f"{runtime}.entrypoints.utils", prepare_request=batch, format_lora_message=None, save_outputs=None)


def model_info(*_: object, **__: object) -> SimpleNamespace:
    """Name the parameters of the model that is served: those that all models have."""
    from sglang.multimodal_gen.configs.sample.sampling_params import SamplingParams  # noqa: PLC0415 - after the stubs

    return SimpleNamespace(sampling_param_cls=SamplingParams, pipeline_cls=None)


def batch(sampling_params: Any, **_: object) -> SimpleNamespace:
    """Return a `Req` as far as the handlers read it."""
    return SimpleNamespace(
        sampling_params=sampling_params,
        prompt=sampling_params.prompt,
        num_outputs_per_prompt=sampling_params.num_outputs_per_prompt,
        extra={},
        trace_ctx=Tracing(),
    )


def application(engine: Engine, settings: SimpleNamespace) -> FastAPI:
    """Return SGLang's own routes; whoever looks at a job lets the engine go on with it."""
    stub_engine(engine, settings)
    from sglang.multimodal_gen.configs.task_type import ModelTaskType  # noqa: PLC0415 - after the stubs
    from sglang.multimodal_gen.runtime.entrypoints.openai import common_api, video_api  # noqa: PLC0415 - the same
    from sglang.multimodal_gen.runtime.entrypoints.openai.stores import VIDEO_STORE  # noqa: PLC0415 - the same

    settings.pipeline_config = Pipeline(ModelTaskType.TI2V)
    app = FastAPI()
    app.include_router(common_api.router)
    app.include_router(video_api.router)

    @app.middleware("http")
    async def notice(request: Request, answer: Any) -> Any:
        reply = await answer(request)
        match request.method, request.url.path.split("/")[2:]:
            case "GET", ["videos"]:
                engine.lists += 1
                engine.show([row["id"] for row in (await VIDEO_STORE.list_page(limit=100))["data"]])
            case "GET", ["videos", name]:
                engine.show([name])
        return reply

    return app


def settings_in(folder: Path) -> SimpleNamespace:
    """Return the arguments of a server with one model and one card."""
    return SimpleNamespace(
        model_path="Wan-AI/Wan2.2-TI2V-5B-Diffusers",
        served_model_name="wan2.2-ti2v",
        pipeline_class_name=None,
        backend=None,
        model_id=None,
        num_gpus=1,
        comfyui_mode=False,
        batching_max_size=1,
        output_path=str(folder / "outputs"),
        input_save_path=str(folder / "uploads"),
    )


def main() -> None:
    """Run the handlers and the bucket, and our client between them."""
    logging.disable()  # a failed job is written there with its traceback
    engine, folder = Engine(), Path(tempfile.mkdtemp())
    os.chdir(folder)
    with serving(Store) as bucket:
        os.environ |= {  # noqa: TID251 - SGLang's settings are read at its import
            "SGLANG_CLOUD_STORAGE_TYPE": "s3",
            "SGLANG_S3_BUCKET_NAME": "clips",
            "SGLANG_S3_ENDPOINT_URL": bucket,
        }
        server = uvicorn.Server(uvicorn.Config(application(engine, settings_in(folder)), port=0, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.05)
            assert thread.is_alive(), "the server has ended"
        port = server.servers[0].sockets[0].getsockname()[1]
        client = [OURS, str(Path(__file__).with_name("sglang_client.py")), f"http://127.0.0.1:{port}/v1"]
        try:
            subprocess.run(client, check=True, timeout=PATIENCE_SECONDS)
        finally:
            server.should_exit = True
            thread.join(10)
    assert engine.lists, "nobody has read the list"
    assert Store.keys == [""], "the key went to a stranger"


main()
