"""The universal reader of HTTP errors."""

from __future__ import annotations

import msgspec
import pytest

from jupyter_videogen.core.errors import ContentPolicyError, Failure, OutOfCredit, from_failure, render_failure
from jupyter_videogen.core.http import Reply
from jupyter_videogen.dialects.http_errors import read_failure


@pytest.mark.parametrize(
    ("status", "body", "code", "message"),
    [
        (
            400,
            b'{"error": {"message": "bad", "type": "invalid_request_error", "param": "size"}}',
            "invalid_request",
            "bad",
        ),
        (401, b'{"error": "no key"}', "auth", "no key"),
        (402, b'{"detail": "Insufficient credits"}', "out_of_credit", "Insufficient credits"),
        (403, b'{"error": {"message": "no", "code": "insufficient_quota"}}', "permission", "no"),
        (403, b'{"code": "insufficient_user_quota", "message": "no quota", "data": null}', "out_of_credit", "no quota"),
        (403, b'{"code": "pre_consume_token_quota_failed", "message": "no"}', "out_of_credit", "no"),
        (403, b'{"error": {"code": "AccountOverdueError", "message": "overdue"}}', "out_of_credit", "overdue"),
        (403, b'{"error": {"code": "OperationDenied.ServiceOverdue", "message": "pay"}}', "out_of_credit", "pay"),
        (403, b'{"error": {"code": "OperationDenied.ServiceNotOpen", "message": "no"}}', "permission", "no"),
        (400, b'{"code": "Arrearage", "message": "Access denied."}', "out_of_credit", "Access denied."),
        (404, b'{"error": {"message": "gone"}}', "model_not_found", "gone"),
        (503, b'{"error": {"message": "no channel", "code": "model_not_found"}}', "model_not_found", "no channel"),
        (503, b'{"error": {"message": "Error: model_not_found?"}}', "provider", "Error: model_not_found?"),
        (422, b'{"detail": [{"loc": ["body", "n"], "msg": "too many"}]}', "invalid_request", "body.n: too many"),
        (429, b"", "rate_limited", "The provider answered HTTP 429."),
        (500, b"<html><b>Oh</b> no</html>", "provider", "Oh no"),
        (400, b'{"error": {"message": "blocked", "code": "content_policy_violation"}}', "content_policy", "blocked"),
        (400, b'{"code": 1, "message": "plain"}', "invalid_request", "plain"),
        (400, b"[]", "invalid_request", "The provider answered HTTP 400."),
        (500, b"\xff\xfe\x00", "provider", "\ufffd\ufffd"),
    ],
)
def test_every_known_shape_gives_a_kind_and_a_sentence(status: int, body: bytes, code: str, message: str) -> None:
    """Status decides first, then the words; nothing raises."""
    failure = read_failure(Reply(status, {}, body))
    assert (failure.code, failure.message.strip("\0")) == (code, message)


def test_a_refusal_costs_nothing_and_an_upset_server_may() -> None:
    """4xx of a refusal: not charged. 5xx: nobody knows."""
    assert read_failure(Reply(400)).charged == "no"
    assert read_failure(Reply(500)).charged == "unknown"


@pytest.mark.parametrize(
    ("status", "body", "charged"),
    [
        (503, b'{"error": {"message": "no channel", "code": "model_not_found"}}', "no"),
        (503, b'{"error": {"message": "model_not_found"}}', "unknown"),
        (503, b'{"error": {"message": "busy", "code": "overloaded"}}', "unknown"),
        (502, b'{"error": {"message": "no", "code": "model_not_found"}}', "unknown"),
    ],
)
def test_a_model_that_is_not_there_has_made_nothing(status: int, body: bytes, charged: str) -> None:
    """The code of a 503 is proof; its words alone, or a gateway's trouble with another server, are none."""
    assert read_failure(Reply(status, {}, body)).charged == charged


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("600", 600.0), ("1e99", 86_400.0), ("-3", 0.0), ("NaN", None), ("soon", None)],
)
def test_the_wait_a_service_asks_for_is_bounded(text: str, seconds: float | None) -> None:
    """Told as it was requested, a day at most."""
    assert read_failure(Reply(429, {"retry-after": text})).retry_after == seconds


@pytest.mark.parametrize(
    ("asked", "now", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:07 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 7.0),
        ("Wed, 21 Oct 2026 09:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 7200.0),
        ("Wed, 21 Oct 2026 07:00:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2026 07:28:07 GMT", "", None),
        ("Wed, 99 Oct 2026 07:28:07 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("Wed, 21 Oct 2026 07:28:07", "Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_a_moment_to_come_back_is_read_by_the_services_own_clock(asked: str, now: str, seconds: float | None) -> None:
    """A date is a wait only beside the date of the reply, so that a clock of ours that is wrong costs nothing."""
    assert read_failure(Reply(429, {"retry-after": asked, "date": now})).retry_after == seconds


@pytest.mark.parametrize(
    ("body", "headers", "request_id"),
    [
        (b'{"error": {"message": "m", "request_id": "a"}, "request_id": "b"}', {"x-request-id": "c"}, "a"),
        (b'{"error": {"message": "m"}, "request_id": "b"}', {"x-request-id": "c"}, "b"),
        (b'{"detail": "m", "request_id": "b"}', {}, "b"),
        (b'{"error": {"message": "m", "event_id": "e"}}', {"x-request-id": "c"}, "c"),
        (b'{"error": {"message": "m"}}', {"x-litellm-call-id": "d"}, "d"),
        (b'{"error": {"message": "m"}, "event_id": "e"}', {}, "e"),
        (b'{"error": {"message": "m"}}', {}, None),
    ],
)
def test_the_reference_for_support_is_found(body: bytes, headers: dict[str, str], request_id: str | None) -> None:
    """In the error, beside it, in a header."""
    failure = Failure(code="provider", message="m", sent="yes", charged="unknown", request_id=request_id)
    assert read_failure(Reply(500, headers, body)) == failure


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Blocked by RAI filters", "content_policy"),
        ("raiMediaFilteredCount: 1", "content_policy"),
        ("A rainy street is fine", "invalid_request"),
    ],
)
def test_googles_filter_is_known_by_its_name(words: str, code: str) -> None:
    """RAI is a filter; rain is weather."""
    body = msgspec.json.encode({"error": {"message": words}})
    assert read_failure(Reply(400, {}, body)) == Failure(code=code, message=words, sent="yes", charged="no")


def test_a_long_error_is_cut() -> None:
    """Three hundred characters say enough, of five megabytes of page or of JSON."""
    page = Failure(code="provider", message="word " * 60, sent="yes", charged="unknown")
    assert read_failure(Reply(500, {}, b"<p>word </p>" * 400_000)) == page
    body = msgspec.json.encode({"error": {"message": "x" * 5_000_000}})
    assert read_failure(Reply(400, {}, body)) == Failure(
        code="invalid_request", message="x" * 300, sent="yes", charged="no"
    )


def test_a_stored_failure_becomes_the_error_it_was() -> None:
    """From the ledger back to an exception: class, words and facts."""
    failure = Failure(code="out_of_credit", message="Empty.", sent="yes", charged="no", request_id="r")
    error = from_failure(failure)
    assert isinstance(error, OutOfCredit)
    assert (str(error), error.charged, error.request_id) == ("Empty. Nothing was charged.", "no", "r")


def test_an_unknown_code_is_still_one_of_ours() -> None:
    """A failure of a newer version is read as the family's root."""
    assert type(from_failure(Failure(code="new", message="?"))).__name__ == "VideogenError"


def test_every_error_tells_about_money() -> None:
    """Known, unknown and nothing: one sentence each."""
    assert (
        render_failure(Failure(code="x", message="A.", next="B.", sent="no", charged="no"))
        == "A. B. Nothing was sent or charged."
    )
    assert render_failure(Failure(code="x", message="A.", sent="yes")) == "A. We can't tell whether you were charged."
    assert ContentPolicyError("No faces.").reason == "No faces."
