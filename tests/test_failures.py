"""The universal reader of HTTP errors."""

from __future__ import annotations

import pytest

from jupyter_videogen.errors import ContentPolicyError, Failure, OutOfCredit, explain, from_failure
from jupyter_videogen.failures import read_failure
from jupyter_videogen.wire import Reply


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
        (404, b'{"error": {"message": "gone"}}', "model_not_found", "gone"),
        (422, b'{"detail": [{"loc": ["body", "n"], "msg": "too many"}]}', "invalid_request", "body.n: too many"),
        (429, b"", "rate_limited", "The service answered HTTP 429."),
        (500, b"<html><b>Oh</b> no</html>", "provider", "Oh no"),
        (400, b'{"error": {"message": "blocked", "code": "content_policy_violation"}}', "content_policy", "blocked"),
        (400, b'{"code": 1, "message": "plain"}', "invalid_request", "plain"),
        (400, b"[]", "invalid_request", "The service answered HTTP 400."),
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
    ("text", "seconds"), [("7", 7.0), ("0.5", 0.5), ("1e99", 120.0), ("-3", 0.0), ("NaN", None), ("soon", None)]
)
def test_the_wait_a_service_asks_for_is_bounded(text: str, seconds: float | None) -> None:
    """At most two minutes, whatever the header says."""
    assert read_failure(Reply(429, {"retry-after": text})).retry_after == seconds


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
        explain(Failure(code="x", message="A.", next="B.", sent="no", charged="no"))
        == "A. B. Nothing was sent or charged."
    )
    assert explain(Failure(code="x", message="A.", sent="yes")) == "A. We can't tell whether you were charged."
    assert ContentPolicyError("No faces.").reason == "No faces."
