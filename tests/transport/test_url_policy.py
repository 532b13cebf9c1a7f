"""Whose a URL is, and where a reply may not send us."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_videogen.transport.url_policy import RefusedURL, resolve_allowed, same_origin


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("https://a.example/x", "https://a.example:443/v1", True),
        ("https://a.example", "https://A.EXAMPLE", True),
        ("https://a.example.", "https://a.example", True),
        ("http://a.example", "https://a.example", False),
        ("https://cdn.a.example", "https://a.example", False),
        ("https://a.example:8443", "https://a.example", False),
    ],
)
def test_one_origin_is_scheme_host_and_port(one: str, other: str, *, alike: bool) -> None:
    """A sub-domain is a stranger."""
    assert same_origin(one, other) is alike


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.example/x",
        "data:video/mp4;base64,AAAA",
        "javascript:alert(1)",
        "//no-scheme.example/x",
        "http://1.1.1.1/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[fe80::1]/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://100.64.0.1/x",
        "https://a.example:port/x",
    ],
)
def test_a_reply_must_not_send_us_there(url: str) -> None:
    """No other scheme, no way down to http, no private address however it is written."""
    with pytest.raises(RefusedURL):
        asyncio.run(resolve_allowed(url, base_url="https://1.1.1.1/v1"))


def test_the_configured_origin_is_the_users_own_word() -> None:
    """A gateway on one's own machine may serve its clips from beside it."""
    asyncio.run(resolve_allowed("http://127.0.0.1:8080/v1/x", base_url="http://127.0.0.1:8080/v1"))
    asyncio.run(resolve_allowed("http://127.0.0.1:9090/cdn/x", base_url="http://127.0.0.1:8080/v1"))
    asyncio.run(resolve_allowed("https://1.1.1.1/x", base_url="https://8.8.8.8/v1"))
