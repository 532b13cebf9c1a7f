"""The door: token, Host, Origin, and the marks on every answer."""

import logging

import pytest

from jupyter_videogen.gateway.auth import hosts
from support.gateway_app import TOKEN, House


@pytest.mark.parametrize(
    "sent",
    [None, "", TOKEN, "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer é"],
)
@pytest.mark.parametrize("path", ["/health", "/v1/videos", "/nowhere"])
def test_nothing_is_answered_without_the_token(house: House, path: str, sent: str | None) -> None:
    """Every address, even one that is not there, wants the token first."""
    reply = house.get(path, headers={"authorization": sent if sent is None else sent.encode()})
    message = "The gateway's token is required, as the header Authorization: Bearer TOKEN."
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}
    assert (reply.status_code, reply.json()) == (401, {"error": error})
    assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("host", ["127.0.0.1:4321", "localhost:4321", "LOCALHOST:4321", "[::1]:4321"])
def test_the_names_of_this_computer_are_hosts(house: House, host: str) -> None:
    """The loopback names with the right port are let in."""
    reply = house.get("/health", headers={"host": host})
    assert (reply.status_code, reply.json()) == (200, {"status": "ok", "pid": 77})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:80", "evil.example:4321", "localhost.evil.example:4321", ""])
def test_another_host_is_refused(house: House, host: str) -> None:
    """A name that was rebound to this computer gets nothing, token or not."""
    reply = house.get("/health", headers={"host": host})
    assert (reply.status_code, reply.json()["error"]["code"]) == (421, "invalid_host")


def test_a_host_that_was_bound_on_purpose_is_a_host() -> None:
    """The address given to --host is a name too, and port 80 may be left out."""
    assert hosts("10.0.0.5", 99) == {"127.0.0.1:99", "localhost:99", "[::1]:99", "10.0.0.5:99"}
    assert hosts("::1", 80) == {name + port for name in ("127.0.0.1", "localhost", "[::1]") for port in ("", ":80")}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8888"},
        {"origin": "https://127.0.0.1:4321"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://127.0.0.1:4321", "sec-fetch-site": "cross-site"},
    ],
)
def test_other_web_pages_are_refused(house: House, headers: dict[str, str]) -> None:
    """A page of another origin gets nothing, and no header that would let it read the answer."""
    reply = house.get("/health", headers=headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "origin_refused")
    assert [name for name in reply.headers if name.startswith("access-control-")] == []


@pytest.mark.parametrize(
    "headers", [{"origin": "http://127.0.0.1:4321"}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}]
)
def test_our_own_origin_is_let_in(house: House, headers: dict[str, str]) -> None:
    """What a browser sends to its own origin, or by hand, is not refused."""
    assert house.get("/health", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/health", {}),
        ("GET", "/nowhere", {}),
        ("PUT", "/v1/videos", {}),
        ("GET", "/health", {"authorization": None}),
        ("GET", "/health", {"host": "evil.example"}),
    ],
)
def test_every_answer_carries_its_marks(house: House, method: str, path: str, headers: dict[str, str]) -> None:
    """Good or bad, an answer has an id and stays with its own origin."""
    replies = [house.request(method, path, headers=headers) for _ in range(2)]
    assert [
        (reply.headers["x-content-type-options"], reply.headers["cross-origin-resource-policy"]) for reply in replies
    ] == [("nosniff", "same-origin")] * 2
    first, second = (reply.headers["x-request-id"] for reply in replies)
    assert first.startswith("req_")
    assert first != second


def test_a_failure_of_ours_is_a_500_in_the_same_shape(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A bug is answered politely, and logged with its place and without its words."""
    house.store.close()
    prompt = "a secret prompt"
    with caplog.at_level(logging.ERROR):
        reply = house.create(prompt=prompt)
    message = "The gateway failed; see its log."
    error = {"message": message, "type": "server_error", "param": None, "code": "internal_error"}
    assert (reply.status_code, reply.json()) == (500, {"error": error})
    assert f"POST {reply.headers['x-request-id']}: ProgrammingError\n" in caplog.text
    assert [word for word in (prompt, "Cannot operate on a closed database") if word in caplog.text] == []


def test_a_gateway_that_is_leaving_takes_nothing_more(house: House) -> None:
    """Between the decision to leave and the end, a request is told to come back to the next gateway."""
    house.app._leaving = lambda: True
    reply = house.create(prompt="a sea")
    message = "The gateway is shutting down; start it again."
    error = {"message": message, "type": "server_error", "param": None, "code": "shutting_down"}
    assert (reply.status_code, reply.json()) == (503, {"error": error})
    assert house.store.page(1) == ([], False)
