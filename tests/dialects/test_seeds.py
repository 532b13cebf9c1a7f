"""The documents' own examples, cut out of them as they stand, read by the client half."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_videogen.catalog.builtin import BUILT_IN
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.dialects.base import Accepted, Artifact, Finished, StatusUpdate
from jupyter_videogen.dialects.bifrost import Bifrost
from jupyter_videogen.dialects.indoxhub import IndoxHub
from jupyter_videogen.dialects.openai import OpenAI
from jupyter_videogen.dialects.qubax import Qubax
from jupyter_videogen.dialects.qubrid import Qubrid
from support.speeches import reply

SEEDS = Path(__file__).parents[1] / "seeds"


def examples(name: str) -> list[Any]:
    """Every JSON object in a document, in order."""
    text, found, at = (SEEDS / name).read_text("utf-8"), [], 0
    decoder = json.JSONDecoder()
    while (at := text.find("{", at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            at += 1
        else:
            found.append(value)
    return found


def with_key(name: str, *keys: str) -> dict[str, Any]:
    """The first example of a document that has all these keys."""
    return next(value for value in examples(name) if isinstance(value, dict) and set(keys) <= set(value))


def test_qubax_creates_as_its_page_does() -> None:
    """The body of its curl is what we send for the same words."""
    body = with_key("000_qubax.txt", "model", "prompt")
    request = GenerationRequest(model=body["model"], prompt=body["prompt"])
    assert Qubax().create(request).json == body


def test_qubax_is_read_as_its_page_shows() -> None:
    """The completed and the failed status."""
    done, failed = with_key("000_qubax.txt", "output_count"), with_key("000_qubax.txt", "error")
    handle = {"id": done["id"]}
    artifacts = (Artifact("/media/artifacts/vg_abc123/0"),)
    assert Qubax().read_look(reply(done), handle) == StatusUpdate("succeeded", artifacts=artifacts)
    update = Qubax().read_look(reply(failed), handle)
    message = failed["error"]["message"]
    failure = Failure(code="content_policy", message=message, sent="yes", charged="unknown")
    assert update == StatusUpdate("failed", failure=failure)


def test_indoxhub_creates_as_its_page_does() -> None:
    """The body of its Python sample."""
    body = with_key("002_indoxhub.txt", "prompt", "aspect_ratio")
    request = GenerationRequest(prompt=body["prompt"], model=body["model"], aspect=body["aspect_ratio"])
    assert IndoxHub().create(request).json == body


def test_indoxhub_is_read_as_its_page_shows() -> None:
    """The completed job with the URL of its result."""
    job = with_key("002_indoxhub.txt", "job_id", "result")
    artifacts = (Artifact("https://cdn.example.com/videos/output.mp4"),)
    update = IndoxHub().read_look(reply(job), {"id": job["job_id"]})
    assert update == StatusUpdate("succeeded", progress=100, artifacts=artifacts, took=150.0)


def test_aihubmix_is_read_as_its_page_shows() -> None:
    """Its sample lacks a status and has a progress of 123: taken, watched, and nothing invented."""
    video = with_key("003_aihubmix.txt", "object", "remixed_from_video_id")
    assert OpenAI().read_create(reply(video)) == Accepted({"id": "<string>"})
    assert OpenAI().read_look(reply(video), {"id": "<string>"}) == StatusUpdate("running")


def test_bifrost_is_read_as_its_page_shows() -> None:
    """Queued, with every field filled with its type's name; a cache hit is noted, a sample's video is not taken for one."""
    text = (SEEDS / "004_bifrost.txt").read_text("utf-8")
    start = text.index('{\n"id"')
    video = json.JSONDecoder().raw_decode(text, start)[0]
    update = Bifrost().read_look(reply(video), {"id": "string"})
    assert update == StatusUpdate("queued", progress=0, notes=("This clip comes from the gateway's cache.",))
    assert Bifrost().read_create(reply(video)) == Accepted(
        {"id": "string"}, notes=("This clip comes from the gateway's cache.",)
    )


def test_qubrid_is_read_as_its_document_shows() -> None:
    """The finished answer, and every field of its request under its own name."""
    document = (SEEDS / "001_qubrid_openapi.txt").read_text("utf-8")
    born = Qubrid().read_create(reply({"created": 1, "data": [{"url": "https://cdn.qubrid.com/videos/output.mp4"}]}))
    assert born == Finished([Artifact("https://cdn.qubrid.com/videos/output.mp4")])
    full = GenerationRequest(
        prompt="a", model="p-video", duration=5, resolution="720p", fps=24, aspect="16:9", draft=False, sound=True, enhance=True
    )  # fmt: skip
    for field in Qubrid().create(full).json:
        assert field in document, field


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("qubax", "000_qubax.txt"),
        ("qubrid", "001_qubrid_openapi.txt"),
        ("indoxhub", "002_indoxhub.txt"),
        ("aihubmix", "003_aihubmix.txt"),
        ("bifrost", "004_bifrost.txt"),
    ],
)
def test_the_addresses_are_those_of_the_documents(name: str, seed: str) -> None:
    """Base URL and path of a create stand in the document."""
    row = BUILT_IN[name]
    call = row.dialect.create(GenerationRequest(prompt="a", model="m"))
    document = (SEEDS / seed).read_text("utf-8")
    assert row.base_url in document
    assert call.url in document
