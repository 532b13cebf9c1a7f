"""Where the words of an error stand, and whether a filter of contents speaks."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_videogen.core.http import Reply
from jupyter_videogen.dialects.error_messages import page_text, read_error, read_error_value
from jupyter_videogen.dialects.http_errors import read_failure
from jupyter_videogen.dialects.parsing.clips import find_clips, parse_artifacts
from jupyter_videogen.dialects.parsing.envelopes import error_text
from jupyter_videogen.dialects.parsing.failures import is_ended_job, parse_failure, parse_refusal
from jupyter_videogen.dialects.parsing.job_ids import find_job_id

QUOTED = 'OpenAIException - {"error": {"message": "Invalid size", "code": "invalid_value"}}'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "no"}}, "no"),
        ({"error": "no"}, "no"),
        ({"error": {"code": "bad", "details": "4k needs a paid plan"}}, "4k needs a paid plan"),
        ({"error": {"code": "bad", "detail": {"msg": "too long"}}}, "too long"),
        ({"errors": [{"code": 1000, "message": "no 12 second clips"}]}, "no 12 second clips"),
        ({"errors": [{"message": "one"}, {"detail": "two"}, "three"]}, "one; two; three"),
        ({"fail_reason": "prompt too long for this model"}, "prompt too long for this model"),
        ({"failure_reason": "out of memory"}, "out of memory"),
        ({"reason": "busy"}, "busy"),
        ({"msg": "no balance"}, "no balance"),
        ({"detail": [{"loc": ["body", "n"], "msg": "too many"}]}, "body.n: too many"),
        ({"type": "about:blank", "title": "Out of credit", "status": 403}, "Out of credit"),
        ({"title": "Out of credit", "detail": "Your balance is 30."}, "Your balance is 30."),
        ({"error": "insufficient_balance", "message": "Your balance is too low."}, "Your balance is too low."),
        ({"error": True, "message": "broken"}, "broken"),
        ({"error": {"message": QUOTED}}, "Invalid size"),
        ({"error": {"error": "HTTP 500 from maker", "message": "could not convert"}}, "could not convert: HTTP 500 from maker"),
        ([{"error": {"message": "Google answers lists"}}], "Google answers lists"),
        ("plain words", "plain words"),
        ({"error": "<html><title>502 Bad Gateway</title><body>cloudflare</body></html>"}, "502 Bad Gateway"),
        ({}, ""),
        ({"error": {}}, ""),
        (None, ""),
        (7, ""),
    ],
)  # fmt: skip
def test_the_words_are_found_wherever_they_stand(body: Any, words: str) -> None:
    """Objects, texts, lists, problem+json, JSON inside a text; nothing gives nothing."""
    assert read_error_value(body).words == words


def test_no_depth_is_endless() -> None:
    """A reply that nests for ever is read to a depth, and no further."""
    body: Any = "deep"
    for _ in range(400):
        body = {"error": body}
    assert read_error_value(body).words == ""


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"<html><head><title>Just a moment...</title><style>*{a:b}</style></head><body>x</body>", "Just a moment..."),
        (b"<html><style>p{}</style><script>var a=1;</script><p>Access &amp; denied</p></html>", "Access & denied"),
        (b"<html><body>Provider&nbsp;is <b>down</b></body></html>", "Provider is down"),
        (b"<!DOCTYPE html><title></title><h1>502</h1><noscript>Enable it</noscript>", "502"),
        (b"<title>Caf\xc3\xa9 closed</title>", "Caf\u00e9 closed"),
        (b"upstream connect error", "upstream connect error"),
        (b"a < b and b > c", "a < b and b > c"),
        (b"", ""),
        (b"<script>while(1){}</script>", ""),
        (b"<p>Sign in.</p><![\x0bc", "Sign in."),
    ],
)
def test_a_page_is_its_title_or_what_is_seen_of_it(page: bytes, words: str) -> None:
    """Never its style sheet or its script, and with its entities undone."""
    assert page_text(page) == words
    assert read_error(Reply(503, {}, page)).words == words


@pytest.mark.parametrize(
    "error",
    [
        {"code": "DataInspectionFailed", "message": "Input text data may contain inappropriate content."},
        {"code": "OutputVideoSensitiveContentDetected", "message": "See the rules."},
        {"code": "InputTextSensitiveContentDetected.PolicyViolation", "message": "no"},
        {"code": "nsfw_content", "message": "NSFW content detected in output."},
        {"message": "Potential NSFW content was detected."},
        {"code": "PROHIBITED_CONTENT", "message": "stopped"},
        {"type": "safety", "message": "stopped"},
        {"code": "content_filter", "message": "x"},
        {"code": "ResponsibleAIPolicyViolation", "message": "x"},
        {"message": "Your prompt was flagged by our checks."},
        {"message": "The prompt has prohibited words."},
        {"message": "Rejected by the safety system."},
        {"message": "The text holds sensitive content."},
        {"message": "This violates our usage policies."},
        "Blocked by RAI filters",
    ],
)
def test_a_filters_refusal_is_one_of_content(error: Any) -> None:
    """By code and type first, then by its words, as the makers behind the gateways write them."""
    assert parse_failure(error).code == "content_policy"
    assert read_failure(Reply(400, {}, msgspec.json.encode({"error": error}))).code == "content_policy"


@pytest.mark.parametrize(
    "error",
    [
        {"message": "A safety car on a wet track could not be drawn."},
        {"message": "safety_checker out of memory"},
        {"code": "out_of_memory", "message": "safety filter stopped"},
        {"code": "rate_limit_exceeded", "message": "Your account was flagged for its rate."},
        {"message": "Access to this model is prohibited for your key."},
        {"message": "Model names are case-sensitive."},
        {"code": "case_sensitive_name", "message": "bad name"},
        {"message": "A rainy street failed"},
        {"message": "Internal error while making it."},
    ],
)
def test_words_that_only_sound_so_are_no_filter(error: Any) -> None:
    """A car, a checker that broke, a key that may not: whoever is refused so must not be told to change the prompt."""
    assert parse_failure(error).code == "provider"


def test_the_type_of_a_row_counts_too() -> None:
    """FastAPI's rows say by their type what happened."""
    body = {"detail": [{"loc": ["body", "prompt"], "msg": "Not taken.", "type": "content_policy_violation"}]}
    failure = read_failure(Reply(422, {}, msgspec.json.encode(body)))
    assert (failure.code, failure.message) == ("content_policy", "body.prompt: Not taken.")


NAMES = st.sampled_from(
    [
        "error",
        "errors",
        "message",
        "detail",
        "loc",
        "msg",
        "code",
        "type",
        "status",
        "data",
        "id",
        "task_id",
        "url",
        "urls",
        "video",
        "videos",
        "result",
        "output",
        "metadata",
        "b64_json",
        "fail_reason",
        "title",
        "request_id",
        "x",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ['{"error": "x"}', "<p>x</p>", "https://x/a.mp4", "/a", "data:,x", "failed", "{", "<!--", "&#x;"]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@given(VALUES)
def test_nothing_that_a_service_sends_breaks_the_readers(value: Any) -> None:
    """Whatever stands wherever: words, clips, ids and ends are found or not, and nothing else is raised."""
    reply = Reply(200, {}, json.dumps(value).encode())
    assert len(read_error_value(value).words) <= 300
    assert all(clip.url or clip.inline for clip in find_clips(value))
    for reads in (error_text, find_job_id, parse_artifacts, is_ended_job, parse_refusal, read_error):
        reads(reply)


@given(st.binary(max_size=400))
def test_no_page_breaks_the_reader(body: bytes) -> None:
    """Bytes of any kind in place of a page."""
    assert len(page_text(b"<" + body)) <= 300
