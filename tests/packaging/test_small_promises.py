"""What pages and plain text promise: certificates of one's own, escaped records, named errors, nothing of the home in a repr."""

from __future__ import annotations

import asyncio
import re
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.catalog import registry
from jupyter_videogen.core.http import Call, Forbidden
from jupyter_videogen.media import receipt
from jupyter_videogen.notebook import saved_output
from jupyter_videogen.transport import client, endpoint
from jupyter_videogen.widget import dropped_clip
from jupyter_videogen.widget.protocol import Recall
from support.fakes import SLOW
from support.runner_bench import draft

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = {"v": 1, "request_id": "r"}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    client._load_certificates.cache_clear()
    yield
    client._load_certificates.cache_clear()


def ask() -> None:
    async def run() -> None:
        line = client.Transport(endpoint.Fixed(endpoint.Endpoint("https://127.0.0.1:9/v1")))
        try:
            await line.send(Call("GET", "/x", timeout=2))
        finally:
            await line.close()

    asyncio.run(run())


def test_certificates_of_ones_own_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the page on trouble promises: those of SSL_CERT_FILE are believed, and no others."""
    import certifi  # noqa: PLC0415 - it comes with the HTTP library

    first = re.search(r"-----BEGIN.*?END CERTIFICATE-----", Path(certifi.where()).read_text("utf-8"), re.DOTALL)
    assert first is not None
    (tmp_path / "ca.pem").write_text(first[0])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    mine = client._ssl_context()
    assert len(mine.get_ca_certs()) == 1
    monkeypatch.delenv("SSL_CERT_FILE")
    assert client._ssl_context() is not mine
    assert client._ssl_context() is client._ssl_context()


@pytest.mark.parametrize("content", [None, "no certificate", ""])
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE"])
def test_certificates_that_cannot_be_read_are_named(
    variable: str, content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent, and the variable stands in the sentence."""
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    monkeypatch.setenv(variable, str(tmp_path / "ca.pem"))
    with pytest.raises(Forbidden, match="SSL_CERT_FILE or SSL_CERT_DIR can't be read") as caught:
        ask()
    assert caught.value.failure is not None
    assert caught.value.failure.sent == "no"


@pytest.mark.parametrize(
    "prompt",
    [
        "](javascript:alert(1)) [x",
        "<img src=x onerror=alert(1)>",
        "**bold** _it_ `code` $x$ ~a~ #h | !",
        "a\u202eb\x1b[2J",
    ],
)
def test_a_record_in_markdown_is_text(prompt: str, tmp_path: Path) -> None:
    """A prompt is no link, no picture, no HTML and no formula."""
    job = draft(SLOW, tmp_path)
    job = job.after(request=msgspec.structs.replace(job.request, prompt=prompt), model="m[x](y)")
    bundle = saved_output.mime_bundle(job, SLOW, "videogen/a.mp4")
    text = bundle["text/markdown"]
    unescaped = re.sub(r"\\.", "", text)
    assert unescaped.count("](") == 1
    assert "<" not in text
    assert not set("*_`$~#|!") & set(unescaped)
    assert not any("\x1b" in form or "\u202e" in form for form in bundle.values() if form is not bundle["text/html"])


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"generator": "jupyter-videogen", "request": ' + '{"a":' * 50_000,
        '{"a": ' * 100_000 + "1" + "}" * 100_000,
    ],
)
def test_a_receipt_that_is_nested_without_end_is_no_receipt(text: str) -> None:
    """A named error, whatever was dropped."""
    assert receipt.parse_receipt(text.encode()) is None
    with pytest.raises(vg.InvalidRequest, match="No record here says"):
        dropped_clip.recall_request(Recall(**HEAD, name="x.json", receipt=text))


@pytest.mark.parametrize("name", ["..", "", ".", "/", "a/..", "\x00", "a\x00b", "\udc80", "x" * 5000])
def test_no_name_of_a_clip_is_an_error_of_ours(name: str) -> None:
    """Nor a way to another folder."""
    with pytest.raises(vg.InvalidRequest, match="No record here says"):
        dropped_clip.recall_request(Recall(**HEAD, name=name))


def test_a_clip_in_plain_text_says_nothing_of_the_home(tmp_path: Path) -> None:
    """A saved notebook is shown to others."""
    clip = Clip(
        path=f"{tmp_path}/videogen/a.mp4", bytes=1, sha256="", job_id="k3q7x2ma", prompt="p", provider="local", model="m",
        poster=f"{tmp_path}/home/posters/a.jpg",
    )  # fmt: skip
    assert repr(clip) == "<Clip a.mp4: 'p' by local:m, job k3q7x2ma>"
    job = draft(SLOW, tmp_path).after(clips=(clip,))
    assert str(tmp_path) not in repr(job)


def test_a_plug_in_that_cannot_be_loaded_is_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The others work, and the doctor names it."""
    entries = [
        EntryPoint("slow", "support.fakes:SLOW", registry.GROUP),
        EntryPoint("bad", "no_such_module:X", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries if group == registry.GROUP else [])
    registry.installed_providers.cache_clear()
    try:
        assert vg.Client("slow").provider.name == "slow"
        assert "The provider plug-in bad could not be loaded (ModuleNotFoundError)." in caplog.messages
        findings = {finding.name: finding.words for finding in vg.doctor(network=False)}
        assert findings["Plug-in"] == "bad could not be loaded (ModuleNotFoundError)."
    finally:
        registry.installed_providers.cache_clear()
        registry._broken.clear()
