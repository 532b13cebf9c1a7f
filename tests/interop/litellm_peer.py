"""LiteLLM against the local gateway, as a library and as a proxy between it and the `openai` SDK."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

os.environ |= {"LITELLM_TELEMETRY": "False", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # noqa: TID251 read at its import

import litellm
from openai import OpenAI

warnings.simplefilter("ignore")
URL, TOKEN, OURS = sys.argv[1:4]
SMALL = {"seconds": "1", "size": "256x144"}
HERE = {"custom_llm_provider": "openai", "api_base": f"{URL}/v1", "api_key": TOKEN}
OUR_CLIENT = """
import sys, jupyter_videogen as vg
url, key = sys.argv[1:]
lab = vg.Client("openai", base_url=url, api_key=key, name="litellm")
assert [model.model for model in lab.models(refresh=True)] == ["ours"]
assert lab.estimate("a sea", model="ours", duration=4).cost == 0.4, lab.estimate("a sea", model="ours", duration=4)
clip = lab.generate("a sea", model="ours", duration=1, size="256x144")
assert open(clip.path, "rb").read()[4:8] == b"ftyp"
record = vg.job(clip.job_id).record  # LiteLLM's own price of a second of sora-2
assert (record.reported_cost, record.cost_source, clip.reported_cost) == (0.1, "reported", 0.1), record.reported_cost
try:
    vg.Client("openai", base_url=url, api_key="sk-wrong", name="litellm").generate("a sea", model="ours")
except vg.VideogenError as error:
    assert error.charged == "no", error
else:
    raise AssertionError("a wrong key was taken")
"""
MASTER = "sk-local-9f3c1d7a6b2e4f5091827364aabbccdd"
PATIENCE_SECONDS = 120


def pause(seconds: float) -> None:
    """Wait a little."""
    time.sleep(seconds)  # noqa: TID251 a script of its own


def check_library() -> None:
    """Create, look, fetch, list and remix, with the strict types of this peer."""
    video = litellm.video_generation(prompt="a sea", model="local/scenes", **SMALL, **HERE)
    until = time.monotonic() + PATIENCE_SECONDS
    while (look := litellm.video_status(video_id=video.id, **HERE)).status != "completed":
        assert look.status in ("queued", "in_progress")
        assert time.monotonic() < until
        pause(0.2)
    assert (type(look.progress), type(look.seconds), type(look.created_at)) == (int, str, int)
    assert litellm.video_content(video_id=video.id, **HERE)[4:8] == b"ftyp"
    picture = litellm.video_content(video_id=video.id, variant="thumbnail", **HERE)
    assert (picture[:4], picture[8:12]) == (b"RIFF", b"WEBP")
    assert litellm.video_list(**HERE)
    assert litellm.video_remix(video_id=video.id, prompt="a city", **HERE).status in ("queued", "in_progress")


def check_cards() -> None:
    """What our test models do to it: a failure is a failure, a refusal an exception."""
    for model, code in (("test/refused", "moderation_blocked"), ("test/no-progress", None)):
        video = litellm.video_generation(prompt="a sea", model=model, **SMALL, **HERE)
        while (look := litellm.video_status(video_id=video.id, **HERE)).status in ("queued", "in_progress"):
            pause(0.1)
        assert (look.error or {}).get("code") == code
    for model in ("test/bad-key", "test/bad-setting", "test/no-credit", "test/rate-limited"):
        try:
            litellm.video_generation(prompt="a sea", model=model, num_retries=0, **HERE)
        except Exception as error:  # noqa: BLE001 whichever it has for it
            assert getattr(error, "status_code", None) in (400, 401, 429), model  # noqa: PT017 no pytest here
        else:
            raise AssertionError(model)


@contextmanager
def proxy() -> Any:
    """Run the proxy in front of the gateway and give its address."""
    with create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    folder = Path(tempfile.mkdtemp())
    params = f'{{model: openai/sora-2, api_base: "{URL}/v1", api_key: "{TOKEN}"}}'
    (folder / "litellm.yaml").write_text(
        f"model_list:\n  - model_name: ours\n    litellm_params: {params}\n"
        f"general_settings: {{master_key: {MASTER}}}\nlitellm_settings: {{num_retries: 0}}\n"
    )
    program = str(Path(sys.executable).with_name("litellm"))
    command = [program, "--config", str(folder / "litellm.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            wait_for(f"http://127.0.0.1:{port}/health/liveliness", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody answers there."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the proxy has ended"
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            pause(0.5)
        else:
            return
    raise TimeoutError(url)


def check_proxy() -> None:
    """The SDK speaks to the proxy, the proxy to us; the id of the create is kept, because looks change it."""
    with proxy() as address:
        videos: Any = OpenAI(api_key=MASTER, base_url=f"{address}/v1", max_retries=0).videos
        video = videos.create(prompt="a sea", model="ours", **SMALL)
        until = time.monotonic() + PATIENCE_SECONDS
        while (look := videos.retrieve(video.id)).status != "completed":
            assert look.status in ("queued", "in_progress"), look
            assert time.monotonic() < until
            pause(0.2)
        assert videos.download_content(video.id).read()[4:8] == b"ftyp"
        assert videos.remix(video.id, prompt="a city").status in ("queued", "in_progress")
        check_our_client(address)


def check_our_client(address: str) -> None:
    """Our own client takes the proxy for any server of the shape: models, a clip, and a key that is refused."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "VIDEOGEN_HOME": folder}  # noqa: TID251 a script of its own
        command = [OURS, "-c", OUR_CLIENT, f"{address}/v1", MASTER]
        subprocess.run(command, check=True, cwd=folder, env=environment)


check_library()
check_cards()
check_proxy()
