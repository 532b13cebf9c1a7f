"""ComfyUI and Comfy Cloud, as comfy-api-proxy 0.1.6 and the Comfy API's document write their answers."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.http import Call, Lost, Malformed, Reply, Upload
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.base import Artifact, Listed, Page, Preview, StatusUpdate
from jupyter_videogen.dialects.comfyui import ComfyCloud, ComfyUI
from jupyter_videogen.dialects.sanitize import sanitize_dialect
from support.comfy_workflows import COMFY_CLOUD, COMFYUI, FILM, TEXT_TO_VIDEO
from support.fakes import MP4
from support.runner_bench import Bench, said
from support.speeches import reply

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider

JOB: dict[str, Any] = {
    "id": "0b6f",
    "status": "queued",
    "created_at": "2026-11-29T13:00:00+00:00",
    "started_at": None,
    "completed_at": None,
    "expires_at": "2026-11-30T13:00:00+00:00",
    "queue_position": None,
    "progress": None,
    "outputs": [],
    "error": None,
    "outputs_reused": False,
    "urls": {"self": "/api/v2/jobs/0b6f", "events": "/api/v2/jobs/0b6f/events", "cancel": "/api/v2/jobs/0b6f/cancel"},
}
HANDLE = {"id": "0b6f"}
USED = {"error": {"code": "idempotency_key_reuse", "message": "This Idempotency-Key has already been used."}}


def look(**facts: Any) -> StatusUpdate:
    return ComfyUI().read_look(reply({**JOB, **facts}), HANDLE)


def test_a_create_needs_a_workflow() -> None:
    """And says where one comes from."""
    with pytest.raises(InvalidRequest, match="there is none") as caught:
        ComfyUI().create(GenerationRequest(prompt="a kite"))
    assert (caught.value.field, caught.value.charged) == ("workflow", "no")


def test_only_a_server_of_ones_own_gets_a_label() -> None:
    """Comfy Cloud refuses `metadata`, and has no list in which it would stand."""
    call = ComfyUI().create(GenerationRequest(prompt="a kite", workflow=TEXT_TO_VIDEO))
    assert ComfyUI().mark(call, "key-1").json == {**call.json, "metadata": "key-1"}
    assert not hasattr(ComfyCloud(), "mark")
    assert not hasattr(ComfyCloud(), "page")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"queue_position": 3}, StatusUpdate("queued", status="3rd in the queue")),
        (
            {"status": "running", "progress": {"value": 0.0, "nodes_done": 0, "nodes_total": 0}},
            StatusUpdate("running"),
        ),
        (
            {"status": "running", "progress": {"value": 0.42, "nodes_done": 11, "nodes_total": 31, "step": 21, "steps": 50}},
            StatusUpdate("running", progress=42.0, status="step 21 of 50"),
        ),
        (
            {"status": "running", "progress": {"value": 7, "nodes_total": 3, "message": "KSampler 21/50"}},
            StatusUpdate("running", progress=100.0, status="KSampler 21/50"),
        ),
        ({"status": "canceling"}, StatusUpdate("running", status="canceling")),
        ({"status": "canceled"}, StatusUpdate("cancelled")),
        ({"status": "expired"}, StatusUpdate("expired")),
        ({"status": "succeeded"}, StatusUpdate("succeeded")),
        (
            {"status": "succeeded", "outputs": [{**FILM, "id": "a/b.c", "url": "http://127.0.0.1:8189/x"}]},
            StatusUpdate(
                "succeeded", artifacts=(Artifact("/assets/a%2Fb.c/content", others=("http://127.0.0.1:8189/x",)),)
            ),
        ),
        (
            {"status": "failed", "error": {"message": "CUDA out of memory", "node_id": "3", "class_type": "KSampler"}},
            StatusUpdate(
                "failed",
                failure=Failure(
                    code="provider", message="Node 3 (KSampler): CUDA out of memory", sent="yes", charged="unknown"
                ),
            ),
        ),
    ],
)  # fmt: skip
def test_a_look_is_what_the_server_says(facts: dict[str, Any], expected: StatusUpdate) -> None:
    """The place in the queue, real steps, films, the node that failed; nothing of no nodes is no percent."""
    assert look(**facts) == expected


TWO_SAMPLERS = {
    **TEXT_TO_VIDEO,
    "60": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "2": {"class_type": "KSamplerAdvanced", "inputs": {"steps": 20, "latent_image": ["3", 0], "x": "no link"}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["2", 0], "vae": ["39", 0]}},
}
"""Wan 2.2's pair: the second one goes on from the first."""


@pytest.mark.parametrize(
    ("name", "event", "graph", "expected"),
    [
        ("status", {"status": "queued", "queue_position": 12}, None, StatusUpdate("queued", status="12th in the queue")),
        ("status", {"status": "canceling"}, None, StatusUpdate("running", status="canceling")),
        ("status", {"status": "succeeded"}, None, StatusUpdate("succeeded")),
        ("progress", {"value": 0.1, "nodes_total": 0, "current_node": "3", "step": 3, "steps": 30}, TEXT_TO_VIDEO,
         StatusUpdate("running", progress=10.0, status="step 3 of 30")),
        ("progress", {"value": 0.9, "nodes_done": 6, "nodes_total": 7, "current_node": "3", "step": 3, "steps": 30}, TEXT_TO_VIDEO,
         StatusUpdate("running", progress=10.0, status="step 3 of 30")),
        ("progress", {"value": 0.42, "nodes_done": 4, "nodes_total": 11, "current_node": "3"}, TEXT_TO_VIDEO,
         StatusUpdate("running", progress=42.0)),
        ("progress", {"value": 1.0, "nodes_total": 0, "current_node": "3", "step": 30, "steps": 30}, TEXT_TO_VIDEO,
         StatusUpdate("running", progress=99.0, status="step 30 of 30")),
        ("progress", {"value": 0.5, "nodes_total": 0, "current_node": "8", "step": 1, "steps": 2}, TEXT_TO_VIDEO,
         StatusUpdate("running", status="step 1 of 2")),
        ("progress", {"value": 0.5, "nodes_total": 0, "current_node": "3", "step": 10, "steps": 20}, TWO_SAMPLERS,
         StatusUpdate("running", progress=25.0, status="step 10 of 20")),
        ("progress", {"value": 0.5, "nodes_total": 0, "current_node": "2", "step": 10, "steps": 20}, TWO_SAMPLERS,
         StatusUpdate("running", progress=75.0, status="step 10 of 20")),
        ("progress", {"value": 0.5, "nodes_total": 0, "current_node": "3", "step": 1, "steps": 2}, None,
         StatusUpdate("running", status="step 1 of 2")),
        ("preview", {"node_id": "3", "content_type": "image/jpeg", "data_base64": "/9j/4A=="}, None,
         Preview(b"\xff\xd8\xff\xe0")),
        ("output", FILM, None, None),
        ("log", {"level": "info", "message": "done"}, None, None),
    ],
)  # fmt: skip
def test_an_event_is_a_state_a_step_or_a_picture(
    name: str, event: dict[str, Any], graph: dict[str, Any] | None, expected: StatusUpdate | Preview | None
) -> None:
    """A percent is the share of the sampling that is done: what one node has done is not what the job has."""
    request = GenerationRequest(prompt="a kite", workflow=graph)
    assert ComfyUI().read_event(name, reply(event), request) == expected


@pytest.mark.parametrize(
    "picture",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff" + bytes(1 << 20), None],
    ids=["empty", "svg", "gif", "cut", "too-large", "no-base64"],
)
def test_a_preview_is_a_small_jpeg_png_or_webp(picture: bytes | None) -> None:
    """Whatever it is called; a browser would run nothing else of a provider."""
    data = "…" if picture is None else b64encode(picture).decode()
    event = reply({"node_id": "3", "content_type": "image/png", "data_base64": data})
    with pytest.raises(Malformed):
        sanitize_dialect(ComfyUI()).read_event("preview", event, GenerationRequest(prompt="a kite"))


@pytest.mark.parametrize("picture", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBPVP8 "])
def test_a_preview_is_what_its_bytes_are(picture: bytes) -> None:
    """JPEG, PNG and WebP by how they begin."""
    event = reply({"content_type": "text/html", "data_base64": b64encode(picture).decode()})
    found = sanitize_dialect(ComfyUI()).read_event("preview", event, GenerationRequest(prompt="a kite"))
    assert found == Preview(picture)


def test_the_stream_of_a_job_is_below_it() -> None:
    """And silence is waited out longer than the proxy is silent."""
    call = ComfyCloud().listen({"id": "a/b"})
    assert (call.method, call.url, call.timeout) == ("GET", "/jobs/a%2Fb/events", 45.0)


def test_a_picture_is_no_clip() -> None:
    """A job that ended without a film has failed, and says what it made."""
    update = look(status="succeeded", outputs=[{**FILM, "name": "a.png", "content_type": "image/png"}])
    assert update.state == "failed"
    assert update.failure is not None
    assert update.failure.message == "The workflow ended without a video. Its outputs are a.png."


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (
            {
                "37": {
                    "class_type": "UNETLoader",
                    "errors": [{"message": "Value not in list", "details": "unet_name: 'wan'"}],
                }
            },
            "Node 37 (UNETLoader): Value not in list: unet_name: 'wan'.",
        ),
        ({"12": [{"field": "model", "reason": "missing_input"}]}, "Node 12: model: missing_input."),
        ({"12": {"errors": [{"details": "x" * 999}]}}, f"Node 12: {'x' * 200}."),
    ],
)
def test_a_refusal_names_its_nodes(details: dict[str, Any], words: str) -> None:
    """In ComfyUI's own words, a list of every file cut short; nothing was made."""
    error = {"code": "invalid_workflow", "message": "Not valid.", "details": {"node_errors": details}}
    failure = ComfyUI().read_failure(reply({"error": error}, 422))
    assert (failure.code, failure.message, failure.charged) == ("invalid_request", f"Not valid. {words}", "no")


@pytest.mark.parametrize("row", [COMFYUI, COMFY_CLOUD])
def test_a_key_that_was_used_is_an_unknown_outcome(row: Provider, tmp_path: Path) -> None:
    """A job of it may exist: it is looked for where there is a list, and nothing is sent again."""
    one = Bench(tmp_path, row, lambda call: said(USED, 422) if call.method == "POST" else said({"jobs": []}))
    job = one.run()
    assert (job.state, one.transport.posts) == ("unknown_outcome", 1)
    assert job.failure is not None
    assert (job.failure.sent, job.failure.charged) == ("yes", "unknown")
    assert "already been used" in job.failure.message


def test_the_key_goes_along_and_finds_the_job_again(tmp_path: Path) -> None:
    """Beside another of the same time: the label tells them apart."""

    def answer(call: Call) -> Reply:
        if call.method == "POST":
            raise Lost("ReadTimeout")
        if call.url.startswith("/jobs?"):
            mine, other = (
                {"id": name, "status": "running", "metadata": key} for name, key in [("j1", "key-1"), ("j2", "k")]
            )
            return said({"jobs": [other, mine, {"id": "j3", "status": "running"}]})
        return said({**JOB, "status": "succeeded", "outputs": [FILM]} if call.url == "/jobs/j1" else MP4)

    one = Bench(tmp_path, COMFYUI, answer)
    job = one.run()
    assert (job.state, job.handle, one.transport.posts) == ("succeeded", {"id": "j1"}, 1)
    create = next(call for call in one.transport.calls if call.method == "POST")
    assert create.json["metadata"] == create.headers["idempotency-key"] == "key-1"


def test_a_comfyui_that_is_not_there_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """The proxy answers for it; a create would have an unknown outcome."""
    away = {"error": {"code": "upstream_unreachable", "message": "Could not reach ComfyUI."}}
    one = Bench(tmp_path, COMFYUI, lambda _call: said(away, 503))
    job = one.run()
    assert (job.state, one.transport.posts) == ("failed", 0)
    assert job.failure is not None
    assert (job.failure.code, job.failure.sent, job.failure.charged) == ("unreachable", "no", "no")
    assert "ComfyUI behind it can't be reached" in job.failure.message


def test_a_list_has_labels_and_no_prompts() -> None:
    """A row without an id is passed over."""
    row = {**JOB, "metadata": "key-1", "status": "running", "progress": {"value": 0.5, "nodes_total": 2}}
    page = ComfyUI().read_page(reply({"jobs": [row, {}, None], "truncated": False}))
    listed = Listed(handle=HANDLE, key="key-1", created_at=1_795_957_200.0, state="running", progress=50.0)
    assert page == Page([listed])


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("canceling", None),
        ("canceled", None),
        ("succeeded", "It is succeeded already."),
        ("failed", "It is failed already."),
    ],
)
def test_a_cancel_of_what_has_ended_is_none(status: str, words: str | None) -> None:
    """It is answered with the job, as if nothing was wrong."""
    assert ComfyUI().read_cancel(reply({**JOB, "status": status})) == words
    assert ComfyUI().cancel(HANDLE) == Call("POST", "/jobs/0b6f/cancel")


def test_a_file_goes_up_by_the_name_of_its_content() -> None:
    """No name of this machine is in it."""
    medium = Media(kind="image", content_type="image/png", path="/home/me/cat.png", sha256="ab" * 32)
    call = ComfyUI().upload(medium)
    assert call.form == {
        "file_path": f"videogen-{'ab' * 16}-image.png",
        "content_type": "image/png",
        "file": Upload("/home/me/cat.png", "image.png", "image/png"),
    }
    assert ComfyUI().read_upload(reply({"id": "a1"}, 201)) == "a1"
    assert ComfyUI().find_upload("a/1").url == "/assets/a%2F1"


@pytest.mark.parametrize(
    ("url", "free"),
    [
        ("http://127.0.0.1:8189/api/v2", True),
        ("http://[::1]:8189/api/v2", True),
        ("http://localhost:8189/api/v2", True),
        ("http://10.0.0.7:8189/api/v2", False),
        ("https://cloud.comfy.org/api/v2", False),
        ("http://localhost.example.com/api/v2", False),
    ],
)
def test_only_what_runs_on_this_machine_is_free(url: str, free: bool) -> None:  # noqa: FBT001 - a case
    """Whose bill another machine runs up is not known."""
    assert msgspec.structs.replace(rows.COMFYUI, base_url=url).free is free
    assert msgspec.structs.replace(rows.COMFY_CLOUD, base_url=url).free is False
