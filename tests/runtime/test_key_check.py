"""A key is tested before anything is paid: what counts is that the provider refuses a wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.dialects.base import ListedModel
from jupyter_videogen.runtime import key_check, process
from support.scripted_provider import EVERY, KEY, ROWS, Host, answer

if TYPE_CHECKING:
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.runtime.key_check import KeyCheck
    from support.scripted_provider import Asked

LIST = {"data": [{"id": "wan-2.7"}, {"id": "veo-3.1"}]}
TESTABLE = {name: row for name, row in ROWS.items() if key_check.free_call(row)}
WORDS = {"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}


def check(url: str, row: Provider, key: str = KEY) -> KeyCheck:
    here = msgspec.structs.replace(row, base_url=url)
    return process.runtime().check_key(here, Secret(key, source="a test"))


def by_key(right: bytes, wrong: bytes) -> Host:
    """A provider that answers the one key so, and every other so."""

    def reply(asked: Asked) -> bytes:
        return right if asked.headers.get("authorization") == f"Bearer {KEY}" else wrong

    return Host(reply)


@pytest.mark.parametrize("row", TESTABLE.values(), ids=TESTABLE)
def test_a_key_is_valid_where_a_wrong_one_is_refused(row: Provider) -> None:
    """Two GETs, no POST; the list that came with the answer is kept."""
    with by_key(answer(LIST), answer(WORDS, 401)) as host:
        found = check(host.url, row)
        assert (found.verdict, [model.name for model in found.models]) == ("valid", ["wan-2.7", "veo-3.1"])
        assert [one.method for one in host.asked] == ["GET", "GET"]
        keys = [one.headers["authorization"] for one in host.asked]
        assert keys[0] == f"Bearer {KEY}"
        assert KEY[:9] not in keys[1]


@pytest.mark.parametrize("row", TESTABLE.values(), ids=TESTABLE)
def test_a_public_list_is_no_test(row: Provider) -> None:
    """A provider that answers everybody says nothing of a key: it is not called valid."""
    with by_key(answer(LIST), answer(LIST)) as host:
        found = check(host.url, row)
    listed = (ListedModel(name="wan-2.7"), ListedModel(name="veo-3.1"))
    assert found == key_check.KeyCheck("untested", key_check.PUBLIC, listed)


@pytest.mark.parametrize(
    ("right", "wrong", "verdict", "reason"),
    [
        (answer(WORDS, 401), b"", "refused", "Incorrect API key provided."),
        (answer(WORDS, 403), answer(WORDS, 403), "refused", "Incorrect API key provided."),
        (
            answer({"error": {"message": "Missing scopes: api.model.read"}}, 403),
            answer(WORDS, 401),
            "untested",
            "scopes",
        ),
        (answer({"error": {"message": "Add credit."}}, 402), b"", "no_credit", "Add credit."),
        (answer({}, 503), b"", "unreachable", "503"),
        (answer(b"<html>hello</html>"), answer(b"", 401), "valid", ""),
        (answer({}, 404), b"", "untested", "404"),
        (answer(LIST), answer({}, 429), "untested", "a wrong key got HTTP 429"),
    ],
    ids=["wrong", "wrong-403", "restricted", "no-credit", "broken", "no-list", "no-such-path", "limited"],
)
def test_what_an_answer_says_of_a_key(right: bytes, wrong: bytes, verdict: str, reason: str) -> None:
    """In the provider's own words."""
    with by_key(right, wrong) as host:
        found = check(host.url, ROWS["openai"])
    assert found.verdict == verdict
    assert reason in found.reason


def test_a_provider_that_is_away_says_nothing_of_a_key() -> None:
    """Nor one that hangs up."""
    with Host(lambda _: None) as host:
        assert check(host.url, ROWS["openai"]).verdict == "unreachable"
    assert check(host.url, ROWS["openai"]).verdict == "unreachable"


def test_a_provider_without_a_free_call_is_not_asked() -> None:
    """Its only call is the one that is paid."""
    with Host(lambda _: answer({})) as host:
        assert check(host.url, EVERY["qubrid"]) == key_check.KeyCheck("untested", key_check.NO_CALL)
        assert host.asked == []
