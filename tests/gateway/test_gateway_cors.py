"""Pages of other origins: let in where `--cors` names them, with the token, and nowhere else."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import httpx  # noqa: TID251 an independent client is the judge of a server
import pytest

from jupyter_videogen.gateway.cors import parse_origin
from support.gateway_processes import PATIENCE_SECONDS, Starter, ask, ready

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = "https://notes.example"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}


@pytest.fixture
def gateway(starter: Starter) -> dict[str, Any]:
    return ready(starter.start("--cors", PAGE))


def send(gateway: dict[str, Any], method: str, path: str, headers: Mapping[str, str]) -> httpx.Response:
    return httpx.request(method, gateway["url"] + path, headers=dict(headers), trust_env=False)


def marks(reply: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name.startswith("access-control-")}


def test_a_named_origin_may_ask_and_read(gateway: dict[str, Any]) -> None:
    """Its preflight is answered without a token, as browsers send none; its request is answered with one."""
    preflight = send(gateway, "OPTIONS", "/v1/videos", {"origin": PAGE, **PREFLIGHT})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == PAGE
    assert preflight.headers["access-control-allow-headers"] == "authorization,content-type"
    reply = ask(gateway, "GET", "/v1/videos")
    assert marks(reply) == {}
    own = {"origin": PAGE, "sec-fetch-site": "cross-site", "authorization": f"Bearer {gateway['token']}"}
    reply = send(gateway, "GET", "/v1/videos", own)
    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, PAGE)
    assert reply.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in reply.headers


def test_the_token_is_asked_for_all_the_same(gateway: dict[str, Any]) -> None:
    """A named page without the token is refused, and may read why."""
    reply = send(gateway, "GET", "/v1/videos", {"origin": PAGE, "sec-fetch-site": "cross-site"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "invalid_api_key")
    assert reply.headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize(
    "origin",
    ["http://notes.example", "https://notes.example:8443", "https://notes.example.evil.test", "https://a.test", "null"],
)
def test_every_other_origin_is_refused(gateway: dict[str, Any], origin: str) -> None:
    """Another scheme, port or host is another origin; its preflight fails, its request too, and it reads neither."""
    assert send(gateway, "OPTIONS", "/v1/videos", {"origin": origin, **PREFLIGHT}).status_code == 400
    own = {"origin": origin, "authorization": f"Bearer {gateway['token']}"}
    reply = send(gateway, "GET", "/v1/videos", own)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in marks(reply)


def test_two_origins_in_one_request_are_refused(gateway: dict[str, Any]) -> None:
    """No browser sends two."""
    headers = [("origin", PAGE), ("origin", "https://a.test"), ("authorization", f"Bearer {gateway['token']}")]
    reply = httpx.get(gateway["url"] + "/v1/videos", headers=headers, trust_env=False)
    assert reply.status_code == 403


def test_a_gateway_that_runs_without_it_is_not_taken_for_one_with_it(starter: Starter) -> None:
    """Its address would lead to refusals: say which process to end."""
    running = ready(starter.start())
    second = starter.start("--cors", PAGE)
    said, why = second.communicate(timeout=PATIENCE_SECONDS)
    assert (second.returncode, said) == (1, "")
    assert str(running["pid"]) in why


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://Notes.example/", PAGE),
        ("https://notes.example:443", PAGE),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_written_as_browsers_do(given: str, origin: str) -> None:
    """In lower case, without a path and without the scheme's own port."""
    assert parse_origin(given) == origin


@pytest.mark.parametrize(
    "given", ["*", "null", "", "notes.example", "https://a.test/page", "https://u:p@a.test", "ftp://a.test"]
)
def test_what_is_no_origin_is_refused_at_the_start(given: str) -> None:
    """A star would let every page in that has got hold of a token."""
    with pytest.raises(argparse.ArgumentTypeError, match="is not one origin"):
        parse_origin(given)
