"""What the end of a cell's job means: a table of ends, and what a queue may do after each."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest

from jupyter_videogen.core.errors import Failure, Known
from jupyter_videogen.core.grid import HOLDING, RETRYABLE, cell_state, judge
from jupyter_videogen.core.job import ENDED, JobRecord
from jupyter_videogen.core.request import GenerationRequest

CODES = sorted(
    {*HOLDING, *RETRYABLE, "invalid_request", "content_policy", "model_not_found", "unknown_outcome", "download"}
)


def job(state: str, code: str, sent: Known, charged: Known) -> JobRecord:
    return JobRecord(
        id="k3q7x2ma",
        state=state,  # type: ignore[arg-type]
        request=GenerationRequest(prompt="the sea"),
        provider="p",
        base_url="http://p",
        key_env=None,
        model="m",
        path="clip.mp4",
        fingerprint="f",
        take=1,
        idempotency_key="k",
        created_at=0.0,
        failure=Failure(code=code, message="Why.", sent=sent, charged=charged),
    )


ENDS = [
    job(state, code, sent, charged)
    for state, code, sent, charged in itertools.product(
        sorted(ENDED - {"succeeded", "cancelled"}), CODES, get_args(Known), get_args(Known)
    )
]


@pytest.mark.parametrize("free", [False, True])
def test_nothing_that_may_be_charged_is_sent_again_by_itself(free: bool) -> None:  # noqa: FBT001 - a column
    """Whatever the provider called it."""
    for one in ENDS:
        verdict = judge(one, free=free, tries=1, retries=4)
        if verdict.kind in {"retry", "hold"}:
            assert free or (one.failure is not None and one.failure.charged == "no")
            assert free or one.state != "unknown_outcome"
            assert one.failure is not None
            of_words = one.failure.code in {"content_policy", "invalid_request", "model_not_found"}
            assert not of_words or one.failure.sent == "no" or one.state == "unknown_outcome"


def test_retries_come_to_an_end() -> None:
    """Whatever the end: after so many tries a person decides."""
    for one in ENDS:
        assert judge(one, free=True, tries=4, retries=4).kind in {"left", "hold"}


def test_what_is_asked_for_is_waited_for() -> None:
    """Retry-After; else longer with every try."""
    busy = job("failed", "rate_limited", "yes", "no")
    assert [judge(busy, free=False, tries=tries, retries=9).wait for tries in (1, 2, 3)] == [1.0, 2.0, 4.0]


def test_states_of_cells() -> None:
    """Unknown and perhaps charged ones are a person's to decide."""
    states = {(one.state, one.charged): cell_state(one) for one in ENDS}
    assert {state for (name, _), state in states.items() if name == "unknown_outcome"} == {"undecided"}
    assert states["failed", True] == "undecided"
    assert states["failed", False] == "failed"
