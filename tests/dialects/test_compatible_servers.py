"""Other servers that speak `/v1/videos`: what each answers, in the words of its own source, read by our one dialect."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from jupyter_videogen.core.errors import Failure
from jupyter_videogen.dialects.base import Accepted, StatusUpdate
from jupyter_videogen.dialects.openai import OpenAI
from support.speeches import SPEECHES, reply

OURS = SPEECHES["openai"].clips
PAIR = (*OURS, msgspec.structs.replace(OURS[0], url=f"{OURS[0].url}?variant=1", poster=None))
THEIRS = tuple(msgspec.structs.replace(clip, others=("https://x/a.mp4",)) for clip in OURS)
HANDLE = {"id": "j1"}
LITELLM_ID = "video_bGl0ZWxsbTpjdXN0b21fbGxtX3Byb3ZpZGVyOm9wZW5haTs="


@pytest.mark.parametrize(
    ("server", "status", "body", "id_"),
    [
        ("LiteLLM", 200, {"id": LITELLM_ID, "object": "video", "status": "queued", "usage": {}}, LITELLM_ID),
        (
            "vLLM-Omni",
            200,
            {"id": "video_gen_ab12", "object": "video", "status": "queued", "progress": 0},
            "video_gen_ab12",
        ),
        ("SGLang", 200, {"id": "0b7c-uuid", "status": "queued", "seconds": "4"}, "0b7c-uuid"),
        ("new-api", 200, {"id": "dGFzaw==", "object": "video", "status": "NOT_START"}, "dGFzaw=="),
        ("Bifrost", 200, {"id": "models%2Fveo:gemini", "object": "video", "status": "queued"}, "models%2Fveo:gemini"),
        ("Merge", 202, {"id": "vid_1", "status": "queued", "size": "768P", "progress": None}, "vid_1"),
    ],
)
def test_their_creates_are_acceptances(server: str, status: int, body: dict[str, Any], id_: str) -> None:
    """The id as it came, whatever else is or is not there."""
    assert OpenAI().read_create(reply(body, status)) == Accepted({"id": id_}), server


@pytest.mark.parametrize(
    ("server", "body", "update"),
    [
        ("OpenAI", {"status": "expired"}, StatusUpdate("expired")),
        ("vLLM-Omni", {"status": "in_progress", "progress": 0}, StatusUpdate("running", progress=0)),
        ("vLLM-Omni", {"status": "completed", "progress": 100, "file_name": "a.mp4"}, StatusUpdate("succeeded", progress=100, artifacts=OURS)),
        ("vLLM-Omni", {"status": "failed", "error": {"code": 500, "message": "OOM"}}, StatusUpdate("failed", failure=Failure(code="provider", message="OOM", sent="yes", charged="unknown"))),
        ("SGLang", {"status": "completed", "num_outputs": 2, "urls": [None, None], "url": None, "file_paths": ["/o/1.mp4", "/o/2.mp4"]}, StatusUpdate("succeeded", artifacts=PAIR)),
        ("SGLang", {"status": "completed", "num_outputs": 1, "file_path": "/o/1.mp4"}, StatusUpdate("succeeded", artifacts=OURS)),
        ("SGLang", {"status": "deleted"}, StatusUpdate("expired")),
        ("SGLang", {"status": "failed", "error": {"message": "boom"}}, StatusUpdate("failed", failure=Failure(code="provider", message="boom", sent="yes", charged="unknown"))),
        ("new-api", {"status": "unknown"}, StatusUpdate("running", status="unknown")),
        ("new-api", {"status": "SUCCESS", "metadata": {"url": "https://x/a.mp4"}}, StatusUpdate("succeeded", artifacts=THEIRS)),
        ("new-api", {"status": "IN_PROGRESS", "progress": "42%"}, StatusUpdate("running", progress=42)),
        ("new-api", {"status": "failed", "metadata": {"url": "no frames"}}, StatusUpdate("failed", failure=Failure(code="provider", message="no frames", sent="yes", charged="unknown"))),
        ("new-api", {"status": "failed", "error": {"message": "boom"}, "metadata": {"url": "no frames"}}, StatusUpdate("failed", failure=Failure(code="provider", message="boom", sent="yes", charged="unknown"))),
        ("new-api", {"status": "failed", "metadata": {"url": "https://x/a.mp4"}}, StatusUpdate("failed", failure=Failure(code="provider", message="The provider gave no reason.", sent="yes", charged="unknown"))),
        ("new-api", {"status": "failed", "url": "content_policy violation", "error": None}, StatusUpdate("failed", failure=Failure(code="content_policy", message="content_policy violation", sent="yes", charged="unknown"))),
        ("Bifrost", {"status": "in_progress", "progress": 33.3}, StatusUpdate("running", progress=33.3)),
        ("Oxen", {"status": "succeeded", "result_url": "https://x/a.mp4"}, StatusUpdate("succeeded", artifacts=THEIRS)),
        ("LiteLLM", {"id": "another id at every look", "status": "completed"}, StatusUpdate("succeeded", artifacts=OURS)),
    ],
)  # fmt: skip
def test_their_looks_are_read(server: str, body: dict[str, Any], update: StatusUpdate) -> None:
    """Content is fetched by the create's id, also where a look names another."""
    assert OpenAI().read_look(reply(body), HANDLE) == update, server


NESTED = 'litellm.BadRequestError: OpenAIException - {"error": {"message": "Invalid size", "code": "invalid_value"}}'


@pytest.mark.parametrize(
    ("server", "status", "body", "code", "message"),
    [
        ("LiteLLM", 400, {"error": {"message": NESTED, "type": None, "param": None, "code": "400"}}, "invalid_request", "Invalid size"),
        ("LiteLLM without a key", 500, b"Internal Server Error", "provider", "Internal Server Error"),
        ("LiteLLM with a wrong key", 400, {"error": {"message": "No connected db.", "type": "no_db_connection", "code": "400"}}, "auth", "No connected db."),
        ("vLLM-Omni", 400, {"detail": "Model not loaded"}, "invalid_request", "Model not loaded"),
        ("SGLang", 404, {"detail": "Video still in-progress"}, "model_not_found", "Video still in-progress"),
        ("new-api", 400, {"code": "invalid", "message": "bad", "data": None}, "invalid_request", "bad"),
        ("new-api", 400, {"error": {"message": "Task is not completed yet, current status: X", "type": "x"}}, "invalid_request", "Task is not completed yet, current status: X"),
        ("new-api", 403, {"code": "insufficient_user_quota", "message": "No quota is left.", "data": None}, "out_of_credit", "No quota is left."),
        ("new-api", 503, {"error": {"message": "No available channel", "type": "new_api_error", "code": "model_not_found"}}, "model_not_found", "No available channel"),
        ("Merge", 422, {"error": {"message": "seconds", "param": "seconds"}}, "invalid_request", "seconds"),
    ],
)  # fmt: skip
def test_their_errors_are_sentences(server: str, status: int, body: Any, code: str, message: str) -> None:
    """Kind and words, also out of an error inside an error's message."""
    failure = OpenAI().read_failure(reply(body, status))
    assert (failure.code, failure.message) == (code, message), server
