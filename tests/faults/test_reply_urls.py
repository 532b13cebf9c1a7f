"""Addresses that came in a reply: where they may lead, what goes along, and that what was checked is what is reached."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Call, Forbidden, NotSent
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.transport import client as lines
from jupyter_videogen.transport import url_policy
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.raw_server import RawServer, head, raw, says
from support.single_job import ETAG, HALF, KEY, LONG, Stage, done

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_videogen.core.http import Reply
    from support.raw_server import Line, Turn

GET = Call("GET", "/clip", timeout=2)
CLOUD = "169.254.169.254"


def names(monkeypatch: pytest.MonkeyPatch, *answers: dict[str, list[str]]) -> list[str]:
    """Have names lead somewhere: each look-up takes the next answer, the last for ever; returns the names looked up."""
    left, asked = list(answers), []

    async def resolve(host: str, _port: int | None) -> list[str]:
        known = left[0].get(host)
        if known is not None:
            asked.append(host)
            left[:] = left[1:] or left
        return [host] if known is None else known

    monkeypatch.setattr(url_policy, "resolve", resolve)
    return asked


def sent_to(base_url: str, call: Call, **endpoint: Any) -> Reply:
    async def run() -> Reply:
        transport = Transport(Fixed(Endpoint(base_url, Secret(KEY, source="test"), **endpoint)))
        try:
            return await transport.send(call)
        finally:
            await transport.close()

    return asyncio.run(run())


def redirected(to: str, status: int = 302) -> Turn:
    return says(b"", status, location=to)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_clip_elsewhere_is_fetched_without_a_key_on_every_try(status: int, tmp_path: Path) -> None:
    """Redirects, tries, the rest of a broken one, posters and cookies: the other origin never sees what is ours."""
    other = RawServer({"/cdn": [raw(head(content_length=len(LONG), etag=ETAG), LONG[:HALF])]})
    rest = says(LONG[HALF:], 206, content_range=f"bytes {HALF}-{len(LONG) - 1}/{len(LONG)}", etag=ETAG)
    other.routes["/cdn"].append(rest)
    stage = Stage(tmp_path)

    async def run() -> None:
        async with other.serving():
            stage.server.routes["/clip"] = [
                says(b"", status, location=f"{other.url}/cdn", set_cookie=f"k={KEY}; Domain=127.0.0.1")
            ]
            await stage._run()

    asyncio.run(run())
    stage.check_stored()
    assert [KEY in line.head.decode() for line in stage.server.lines] == [True] * len(stage.server.lines)
    assert [KEY in line.head.decode() for line in other.lines] == [False, False]
    assert [sorted(line.headers) for line in other.lines] == [
        ["accept", "accept-encoding", "connection", "host", "user-agent"],
        ["accept", "accept-encoding", "connection", "host", "if-range", "range", "user-agent"],
    ]
    assert not any("cookie" in line.headers for line in [*stage.server.lines, *other.lines])


def test_headers_of_ours_do_not_follow_a_redirect() -> None:
    """A call's own headers, too, are for the provider alone."""
    heard: list[Line] = []

    async def run() -> None:
        async with (
            RawServer({"/cdn": [says()]}).serving() as other,
            RawServer({"/clip": [redirected(f"{other.url}/cdn")]}).serving() as server,
        ):
            transport = Transport(Fixed(Endpoint(server.url, None, {"x-api-key": KEY})))
            await transport.send(Call("GET", "/clip", headers={"idempotency-key": "mine", "x-goog-api-key": KEY}))
            await transport.close()
            heard.extend([*server.lines, *other.lines])

    asyncio.run(run())
    assert ["mine" in line.head.decode() for line in heard] == [True, False]
    assert [line.head.decode().count(KEY) for line in heard] == [2, 0]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:video/mp4;base64,AAAA",
        "ftp://files.example/a.mp4",
        "gopher://files.example/a",
        "javascript:alert(1)",
        f"http://{CLOUD}/latest/meta-data",
        f"http://[::ffff:{CLOUD}]/latest",
    ],
)
@pytest.mark.parametrize("way", ["result", "redirect"])
def test_a_clip_at_an_address_that_is_none_is_not_fetched(url: str, way: str, tmp_path: Path) -> None:
    """Whether the result names it or a redirect: told, and the job is kept. It is tried once, but for a redirect to no URL."""
    stage = Stage(tmp_path, redirected(url), looks=[done(url if way == "result" else "/clip")])
    stage.run()
    nonsense = way == "redirect" and "://" not in url and lines.httpx.__name__ == "httpx"  # httpx2 lets us judge
    stage.check_kept(
        "The download broke off" if nonsense else "The clip could not be downloaded: the address was refused: "
    )
    assert len(stage.asked()) == (5 if nonsense else way == "redirect")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "localhost.", "10.1.2.3", "192.168.0.1", "172.16.0.1", "100.64.0.1", "0.0.0.0",  # noqa: S104 - an address to refuse
        CLOUD, "[::1]", "[::]", "[fc00::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "[64:ff9b::10.0.0.1]", "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[::127.0.0.1]", "[ff02::1]",
        "224.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
    ],
)  # fmt: skip
def test_a_public_service_cannot_send_us_to_a_private_address(host: str) -> None:
    """However it is written or wrapped: a refusal, before anything is connected."""
    with pytest.raises(url_policy.RefusedURL, match="private"):
        asyncio.run(url_policy.resolve_allowed(f"https://{host}/x", base_url="https://1.1.1.1/v1"))


@given(st.ip_addresses())
def test_no_private_ipv4_address_hides_in_an_ipv6_one(address: IPv4Address | IPv6Address) -> None:
    """Wrapped as mapped, NAT64 or 6to4, an address is judged as the one inside."""
    public = url_policy.is_public(str(address))
    inner = address.sixtofour if isinstance(address, IPv6Address) else None  # Python 3.13 calls no 6to4 address global
    judged = inner or address
    assert not public or (judged.is_global and not judged.is_multicast)
    if isinstance(address, IPv4Address):
        number = int(address)
        wrapped = [0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80]
        assert [url_policy.is_public(str(IPv6Address(one))) for one in wrapped] == [public] * 3


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with both could lead either way."""
    names(monkeypatch, {"cdn.example": ["1.1.1.1", "127.0.0.1"]})
    with pytest.raises(url_policy.RefusedURL):
        asyncio.run(url_policy.resolve_allowed("https://cdn.example/x", base_url="https://8.8.8.8/v1"))


def test_a_name_is_looked_up_once_and_what_was_checked_is_what_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look-up would lead elsewhere; there is none. The provider still sees the name."""
    heard: list[Line] = []

    async def run() -> None:
        async with RawServer({"/cdn": [says(b"here")]}).serving() as other, RawServer({}).serving() as server:
            asked = names(monkeypatch, {"cdn.example": ["127.0.0.1"]}, {"cdn.example": ["127.0.0.9"]})
            transport = Transport(Fixed(Endpoint(server.url, Secret(KEY, source="test"))))
            port = other.url.rpartition(":")[2]
            reply = await transport.send(Call("GET", f"http://cdn.example:{port}/cdn"))
            await transport.close()
            assert (reply.body, asked) == (b"here", ["cdn.example"])
            assert other.lines[0].headers["host"] == f"cdn.example:{port}"
            heard.extend(other.lines)

    asyncio.run(run())
    assert KEY not in heard[0].head.decode()


def test_an_encrypted_line_asks_for_the_name_not_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is that of the name, so the name is what the greeting asks for, at the checked address."""
    greetings: list[bytes] = []

    async def greeted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greetings.append(await reader.read(4096))
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(greeted, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            names(monkeypatch, {"cdn.example": ["127.0.0.1"]})
            transport = Transport(Fixed(Endpoint("http://127.0.0.1:9")))
            with pytest.raises(NotSent, match="the connection was refused"):
                await transport.send(Call("GET", f"https://cdn.example:{port}/cdn", timeout=5))
            await transport.close()

    asyncio.run(run())
    assert b"cdn.example" in greetings[0]


def test_every_checked_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first does not answer (as IPv6 does not everywhere): the next does."""

    async def run() -> bytes:
        async with RawServer({"/cdn": [says(b"here")]}).serving() as other, RawServer({}).serving() as server:
            names(monkeypatch, {"cdn.example": ["127.0.0.9", "127.0.0.1"]})
            transport = Transport(Fixed(Endpoint(server.url)))
            port = other.url.rpartition(":")[2]
            reply = await transport.send(Call("GET", f"http://cdn.example:{port}/cdn"))
            await transport.close()
            return reply.body

    assert asyncio.run(run()) == b"here"


def test_an_unknown_name_is_certainly_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody by that name: nothing left."""
    names(monkeypatch, {"no.example.invalid": []})
    with pytest.raises(NotSent, match="the connection was refused"):
        sent_to("http://127.0.0.1:9", Call("GET", "https://no.example.invalid/x", timeout=5))


def test_a_key_does_not_travel_in_the_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http to a public host: refused before anything is connected, and it says how to allow it."""
    names(monkeypatch, {"api.example": ["1.1.1.1"]})
    with pytest.raises(Forbidden) as caught:
        sent_to("http://api.example/v1", Call("POST", "/videos", json={}))
    assert caught.value.failure == Failure(
        code="invalid_request",
        message="api.example is reached without encryption, so others on the network could read the key.",
        next="Use its https address, or pass allow_insecure=True.",
        field="base_url",
        sent="no",
        charged="no",
    )


@pytest.mark.parametrize(
    ("address", "endpoint"), [("127.0.0.1", {}), ("1.1.1.1", {"allow_insecure": True}), ("192.168.1.7", {})]
)
def test_at_home_or_when_allowed_plain_http_is_good(
    address: str, endpoint: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One's own machine, one's own network, or one's own word: the call goes out (here, to a closed port)."""
    names(monkeypatch, {"localhost": [address]})
    with pytest.raises(NotSent) as caught:
        sent_to("http://localhost:9/v1", Call("POST", "/videos", json={}), **endpoint)
    assert not isinstance(caught.value, Forbidden)


@pytest.mark.parametrize(
    "base_url",
    ["http://api.example:port/v1", "http://[api/v1", "http://api.example:99999/v1", "https://me:word@api.example/v1"],
)
def test_a_base_url_that_is_none_is_certainly_not_sent(base_url: str) -> None:
    """A slip of the hand in a setting: told, and nothing left."""
    with pytest.raises(NotSent):
        sent_to(base_url, Call("POST", "/videos", json={}))


PLACES = st.text(max_size=30) | st.builds(
    "{}:{}{}{}".format,
    st.sampled_from(["http", "https", "file", "HTTP", "ht tp"]),
    st.sampled_from(["//", "/", "", "//[", "//u:p@", "//127.0.0.1:"]),
    st.text(max_size=12),
    st.sampled_from(["", "/x", "]", ":0", ":99999", "?a#b", "\x00", "\ud800"]),
)


@settings(deadline=None)
@given(PLACES, st.booleans())
def test_any_text_in_place_of_an_address_is_followed_or_not(place: str, redirect: bool) -> None:  # noqa: FBT001
    """As a result, or as where a redirect leads: no text whatever does more than go unsent, or be answered."""

    async def run() -> None:
        transport = Transport(Fixed(Endpoint("http://127.0.0.1:9", Secret(KEY, source="test"))))
        try:
            url = url_policy.resolve_location("http://127.0.0.1:9/a", place) if redirect else place
            await transport.send(Call("GET", url, timeout=5))
        except (NotSent, url_policy.RefusedURL):
            pass
        finally:
            await transport.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(url_policy, "resolve", nowhere)
        asyncio.run(run())


SIGNS = st.text("@:/\\?#[]. %x", max_size=8)


@given(SIGNS, SIGNS, SIGNS)
def test_whoever_reads_an_address_of_ours_reads_ours(before: str, between: str, after: str) -> None:
    """The key goes where the URL is taken for ours: the library that connects takes it for ours, too."""
    url = f"https://{before}evil.example{between}api.example{after}"
    try:
        ours = url_policy.same_origin(url, "https://api.example")
    except url_policy.RefusedURL:
        return
    if ours:
        assert lines.httpx.URL(url).host == "api.example"


@pytest.mark.parametrize("url", ["https://a@evil.example@api.example/x", "https://api.example@evil.example/x"])
def test_an_address_that_names_a_user_is_refused(url: str) -> None:
    """One reader takes the first "@" for the end of the name, another the last."""
    with pytest.raises(url_policy.RefusedURL, match="contains a user name"):
        url_policy.same_origin(url, "https://api.example/v1")


async def nowhere(_host: str, _port: int | None) -> list[str]:
    return []


PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own settings are no part of a test."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def through_a_proxy(monkeypatch: pytest.MonkeyPatch, base_url: Callable[[str], str], **env: str) -> list[str]:
    """Return the targets that a proxy named by the environment is asked for in one look."""

    async def run() -> list[str]:
        async with RawServer({}).serving() as proxy:
            proxy._turn = lambda line: says(b"{}", 403 if line.method == "CONNECT" else 200)  # type: ignore[method-assign]
            for name in ("http_proxy", "https_proxy"):
                monkeypatch.setenv(name, proxy.url)
            for name, value in env.items():
                monkeypatch.setenv(name, value)
            transport = Transport(Fixed(Endpoint(base_url(proxy.url))))
            try:
                await transport.send(Call("POST", "/look", json={}, timeout=5))
            except NotSent:
                pass  # a closed port, or a proxy that opens no tunnel: nothing left
            finally:
                await transport.close()
            return [line.target for line in proxy.lines]

    return asyncio.run(run())


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """In offices there is no other way out; the proxy looks the name up."""
    names(monkeypatch, {"api.example": []})
    assert through_a_proxy(monkeypatch, lambda _: "http://api.example/v1") == ["http://api.example/v1/look"]
    assert through_a_proxy(monkeypatch, lambda _: "https://api.example/v1") == ["api.example:443"]
    assert through_a_proxy(monkeypatch, lambda _: "http://api.example/v1", no_proxy="api.example") == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.8.8", "[::1]", "me.localhost"])
def test_no_proxy_sees_what_is_meant_for_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway on loopback is never reached through somebody else."""
    assert through_a_proxy(monkeypatch, lambda _: f"http://{host}:9/v1") == []


@pytest.mark.parametrize("value", ["socks5://proxy.example:1", "nonsense://proxy.example"])
def test_a_proxy_that_cannot_be_used_is_told(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not gone around: nothing leaves."""
    monkeypatch.setenv("http_proxy", value)
    with pytest.raises(NotSent, match="the proxy in this machine's settings can't be used"):
        sent_to("http://10.0.0.1/v1", GET)


def test_the_key_goes_nowhere_else_in_a_whole_job(tmp_path: Path) -> None:
    """Create, look, poster, clip: every path of a job, with the poster and the clip elsewhere."""
    other = RawServer({"/clip": [says(LONG)]})
    stage = Stage(tmp_path)

    async def run() -> None:
        async with other.serving():
            body = {"state": "succeeded", "urls": [f"{other.url}/clip"]}
            stage.server.routes["/clips/r1"] = [says(msgspec.json.encode(body))]
            await stage._run()

    asyncio.run(run())
    stage.check_stored()
    assert [KEY in line.head.decode() for line in stage.server.lines] == [True, True]
    assert [KEY in line.head.decode() for line in other.lines] == [False]
