"""What our client orders from vLLM-Omni's form, whose address it is given: run by `vllm_omni_peer.py`."""

import json
import os
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from kit import FILM, KEY, PNG, ending

URL = sys.argv[1]
MODEL = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
os.environ["VIDEOGEN_HOME"] = tempfile.mkdtemp()  # noqa: TID251 - it is a program of its own
os.chdir(tempfile.mkdtemp())

import jupyter_videogen as vg  # noqa: E402 - its home is settled first

SMALL: dict[str, Any] = {"model": MODEL, "duration": 2, "size": "832x480"}
SENT = {"model": MODEL, "seconds": "2", "size": "832x480", "num_outputs_per_prompt": 1}


def book() -> list[dict[str, Any]]:
    """Return what the form has read out of every request."""
    with urllib.request.urlopen(f"{URL}/book") as answer:
        return list(json.load(answer))


def order(lab: vg.Client, prompt: str, media: list[int], **fields: Any) -> dict[str, Any]:
    """Order a clip and get it; return what the form read beside what all requests say."""
    job = lab.submit(prompt, **SMALL, **fields)
    assert Path(job.result(timeout=60).path).read_bytes() == FILM
    heard = book()[-1]
    assert heard.pop("media") == media, heard
    assert {name: heard.pop(name) for name in SENT} == SENT
    assert heard.pop("prompt") == prompt
    return heard


def order_all(lab: vg.Client) -> None:
    """Every field that the dialect sends is one that the form knows, with the value that was meant."""
    tuned = order(lab, "a sea", [0, 0, 0], negative="blur", seed=7, sound=True, steps=12, guidance=3.5, lora="/models/ink",
                  extra={"flow_shift": 5.0, "extra_params": {"sampler": "unipc"}})  # fmt: skip
    assert tuned == {
        "negative_prompt": "blur",
        "seed": 7,
        "generate_sound": True,
        "num_inference_steps": 12,
        "guidance_scale": 3.5,
        "lora": {"name": "ink", "path": "/models/ink"},
        "flow_shift": 5.0,
        "extra_params": {"sampler": "unipc"},
    }, tuned
    Path("one.png").write_bytes(PNG)
    Path("one.mp4").write_bytes(FILM)
    assert order(lab, "a picture", [1, 0, 0], image="one.png") == {}
    assert order(lab, "two pictures", [2, 0, 0], image="one.png", last_frame="one.png") == {}
    assert order(lab, "references", [2, 0, 0], references=["one.png", "one.png"]) == {}
    assert order(lab, "a video", [0, 1, 0], video="one.mp4") == {}
    song = {"audio_reference": {"audio_url": "https://cdn.example/a.mp3"}}
    assert order(lab, "a song", [0, 0, 1], audio="https://cdn.example/a.mp3") == song


def check_refusals(lab: vg.Client) -> None:
    """What the form refuses is a refusal here, in its words."""
    before = len(book())
    for fields, words in (
        ({"extra": {"short_edge": 0}}, "greater than or equal to 1"),
        ({"model": "another"}, "Model mismatch"),
    ):
        error = ending(
            lambda fields=fields: lab.generate("a wall", **{**SMALL, **fields}, timeout=60), vg.InvalidRequest
        )  # type: ignore[misc]
        assert words in error.message, error
        assert (error.sent, error.charged) == ("yes", "no"), error
    assert len(book()) == before


def check_ends(lab: vg.Client) -> None:
    """A job that fails says why; one that is deleted is cancelled."""
    error = ending(lambda: lab.generate("a storm", **SMALL, timeout=60), vg.ProviderError)
    assert "CUDA out of memory." in error.message, error
    job = lab.submit("for ever", **SMALL)
    while not job.record.handle:
        job.settled(0.1)
    assert job.cancel().cancelled
    assert job.state == "cancelled"


def main() -> None:
    """Everything, at a server with one model."""
    lab = vg.Client("vllm-omni", base_url=f"{URL}/v1", api_key=KEY)
    order_all(lab)
    check_refusals(lab)
    check_ends(lab)
    print("vllm_omni: every field and kind of media, refusals, a failure, a cancel")  # noqa: T201 it talks to its terminal


main()
sys.stdout.flush()
os._exit(0)  # jobs' own threads need no farewell here
