"""The documents' own samples, run as they stand: only address and key are replaced."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx  # noqa: TID251 an independent client is the judge of a server
import pytest
import yaml

from support.gateway_processes import PATIENCE_SECONDS, Starter, ask, ready

SEEDS = Path(__file__).parent.parent / "seeds"
QUBAX, QUBRID, INDOXHUB, AIHUBMIX, BIFROST = (
    (SEEDS / name).read_text(encoding="utf-8")
    for name in ("000_qubax.txt", "001_qubrid_openapi.txt", "002_indoxhub.txt", "003_aihubmix.txt", "004_bifrost.txt")
)
HASTE = "import time; _sleep = time.sleep; time.sleep = lambda seconds: _sleep(seconds / 100)\n"
PNG = b"\x89PNG\r\n\x1a\n and so on"

Gateway = dict[str, Any]


@pytest.fixture
def gateway(starter: Starter) -> Gateway:
    return ready(starter.start("--pace", "0.05"))


def between(text: str, first: str, last: str) -> str:
    """The passage from the first words to the last, both included."""
    start = text.index(first)
    return text[start : text.index(last, start) + len(last)]


def python(code: str, folder: Path) -> str:
    command = [sys.executable, "-c", HASTE + code]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout


def shell(command: str, folder: Path) -> str:
    return subprocess.run(
        ["/bin/sh", "-c", command.replace("curl ", "curl --silent --show-error --noproxy '*' ", 1)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    ).stdout


@pytest.mark.parametrize("mount", ["", "/qubax"])
def test_qubax_in_python(gateway: Gateway, tmp_path: Path, mount: str) -> None:
    """The page's loop creates, looks, and stores the clip."""
    code = between(QUBAX, "import time\nimport requests", 'print("Done.")')
    assert "https://api.qubax.ai" in code
    out = python(
        code.replace("https://api.qubax.ai", gateway["url"] + mount).replace("qbx_live_...", gateway["token"]), tmp_path
    )
    assert out.endswith("status: completed\nDone.\n")
    (clip,) = tmp_path.glob("video_vg_*_0.mp4")
    assert clip.read_bytes() == b"ocean waves crashing on a reef at sunset"


def test_qubax_in_curl(gateway: Gateway, tmp_path: Path) -> None:
    """The page's three commands; the quote that its masked key has swallowed is put back with the key."""

    def sample(first: str, last: str, **ids: str) -> str:
        text = between(QUBAX, first, last).replace("***", f'{gateway["token"]}"')
        text = text.replace("https://api.qubax.ai", gateway["url"])
        for name, value in ids.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    created = shell(sample("curl https://api.qubax.ai/v1/video/generations \\", "}'"), tmp_path)
    (job_id,) = re.findall(r'"id":"(\w+)"', created)
    while '"completed"' not in (
        look := shell(sample("curl https://api.qubax.ai/v1/video/generations/{id}", "***", id=job_id), tmp_path)
    ):
        assert '"pending"' in look or '"processing"' in look
    shell(sample("curl https://api.qubax.ai/v1/media", "-o video.mp4", jobId=job_id), tmp_path)
    assert (tmp_path / "video.mp4").read_bytes() == b"ocean waves crashing on a reef at sunset"


def examples(kind: str) -> list[Any]:
    document = yaml.safe_load(between(QUBRID, "openapi: 3.0.3", "bearerFormat: API Key"))
    content = document["paths"]["/videos/generations"]["post"]["requestBody"]["content"][kind]
    return [example["value"] for example in content["examples"].values()]


@pytest.mark.parametrize("mount", ["/v1", "/qubrid/v1"])
def test_qubrid_in_both_bodies(gateway: Gateway, mount: str) -> None:
    """All four examples of the document are answered with a clip."""
    path = f"{mount}/videos/generations"
    sent: list[dict[str, Any]] = [{"json": body} for body in examples("application/json")]
    sent += [
        {"files": {name: (None, value) for name, value in body.items()}} for body in examples("multipart/form-data")
    ]
    assert len(sent) == 4
    for options in sent:
        reply = ask(gateway, "POST", path, timeout=PATIENCE_SECONDS, **options)
        assert (reply.status_code, sorted(reply.json())) == (200, ["created", "data"])
        (entry,) = reply.json()["data"]
        clip = httpx.get(entry["url"], trust_env=False).content
        assert clip == b"A butterfly flying through a flower garden"


@pytest.mark.parametrize("mount", ["", "/indoxhub"])
def test_indoxhub(gateway: Gateway, tmp_path: Path, mount: str) -> None:
    """The page's script and both of its commands."""

    def sample(first: str, last: str) -> str:
        text = between(INDOXHUB, first, last).replace("YOUR_API_KEY", gateway["token"])
        return text.replace("https://api.indoxhub.com", gateway["url"] + mount)

    out = python(sample("import requests", 'print(result["data"])'), tmp_path)
    assert re.fullmatch(r"\[\{'url': 'http://127.0.0.1:\d+/cdn/\S+'\}\]\n", out)
    listed = shell(sample('curl "https://', 'YOUR_API_KEY"'), tmp_path)
    assert '"total":1' in listed
    (job_id,) = re.findall(r'"job_id":"(\w+)"', listed)
    look = shell(sample("curl https://", 'YOUR_API_KEY"').replace("job_abc123", job_id), tmp_path)
    assert '"status":"completed"' in look
    assert '"result":{"url":"' in look


@pytest.mark.parametrize("mount", ["", "/aihubmix"])
def test_aihubmix(gateway: Gateway, tmp_path: Path, mount: str) -> None:
    """The page's command, with its strangely named file, and words where it has a place for them."""
    (tmp_path / "example-file").write_bytes(PNG)
    command = between(AIHUBMIX, "curl --request POST", "'@example-file'").replace("<token>", gateway["token"])
    command = command.replace("<string>", "a sea")  # to curl, "<" means a file
    out = shell(command.replace("https://aihubmix.com", gateway["url"] + mount), tmp_path)
    assert '"object":"video"' in out
    assert '"prompt":"a sea"' in out


def test_bifrost(gateway: Gateway, tmp_path: Path) -> None:
    """The page's command has a model without a provider, which is refused; with one, it is an order."""
    command = between(BIFROST, "curl -X POST", "}'").replace("\\ ", "")
    command = command.replace("http://localhost:8080", f"{gateway['url']}/bifrost")
    command = command.replace("curl ", f"curl --header 'Authorization: Bearer {gateway['token']}' ")
    assert "provider is required in model field (format: provider/model)" in shell(command, tmp_path)
    out = shell(command.replace('"model": "string"', '"model": "openai/sora-2"'), tmp_path)
    assert '"status":"queued"' in out or '"status":"in_progress"' in out or '"status":"completed"' in out
