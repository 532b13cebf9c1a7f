"""A start image that stands at an address, at providers that take files only."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.http import Base64, Lost, NotSent, Upload
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.media.url_inputs import fetch_inputs
from jupyter_videogen.testing import FakeTransport
from support.fakes import MP4
from support.png import png
from support.runner_bench import Bench, said

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.core.http import Call, Reply

LINK = Media(kind="image", url="https://pictures.example/cat.png")


def service(picture: Reply | Exception) -> Any:
    """A provider of one job, and a stranger who has a picture."""

    def answer(call: Call) -> Reply:
        if call.url.startswith("https://pictures"):
            if isinstance(picture, Exception):
                raise picture
            return picture
        if call.method == "POST":
            return said({"id": "j1"})
        return said(MP4) if call.url.endswith("/content") else said({"id": "j1", "status": "completed"})

    return answer


def bench(folder: Path, row: Any, picture: Any, **fields: Any) -> Bench:
    one = Bench(folder, row, service(picture))
    request = msgspec.structs.replace(one.job.request, **(fields or {"image": LINK}))
    one.job = one.job.after(request=request)
    return one


@pytest.mark.parametrize("row", [rows.AIHUBMIX, rows.OPENAI])
def test_a_start_image_by_address_goes_as_a_file(row: Any, tmp_path: Path) -> None:
    """Servers of the OpenAI shape pass an address over without a word: it is fetched first, and the file is sent."""
    one = bench(tmp_path, row, said(png(4, 2)))
    assert one.run().state == "succeeded"
    first, create = one.transport.calls[:2]
    assert (first.method, first.url, first.headers) == ("GET", LINK.url, {})
    assert create.form is not None
    sent = create.form["input_reference"]
    assert isinstance(sent, Upload)
    assert (sent.name, sent.content_type) == ("image.png", "image/png")
    assert one.job.request.image == LINK


@pytest.mark.parametrize("field", ["image", "last_frame"])
def test_bifrost_gets_a_data_url(field: str, tmp_path: Path) -> None:
    """It answers an address with a 500."""
    one = bench(tmp_path, rows.BIFROST, said(png(4, 2)), **{field: LINK})
    assert one.run().state == "succeeded"
    sent = one.transport.calls[1].json[{"image": "input_reference", "last_frame": "lastFrame"}[field]]
    assert isinstance(sent, Base64)
    assert sent.prefix == "data:image/png;base64,"


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (said(b"", 404), "HTTP 404"),
        (said(b"", 302), "HTTP 302"),
        (NotSent("ConnectError"), "ConnectError"),
        (Lost("ReadTimeout"), "ReadTimeout"),
        (said(b"<html>Sign in</html>"), "what was given is not a supported image file"),
        (said(png(40, 40)[:60]), "is truncated"),
    ],
)
def test_what_cannot_be_fetched_is_told_before_anything_is_sent(picture: Any, words: str, tmp_path: Path) -> None:
    """The request fails with its field; no create leaves, and nothing is charged."""
    one = bench(tmp_path, rows.AIHUBMIX, picture)
    failure = one.run().failure
    assert failure is not None
    assert (failure.code, failure.field, failure.sent, failure.charged) == ("invalid_request", "image", "no", "no")
    assert words in failure.message
    assert one.transport.posts == 0


def test_a_file_has_its_limits_here_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more of an address is read than a file may have."""
    monkeypatch.setattr("jupyter_videogen.media.url_inputs.LARGEST", {"image": 1 << 20})
    request = GenerationRequest(prompt="x", image=LINK)
    transport: Any = FakeTransport(lambda _call: said(bytes(2 << 20)))
    with pytest.raises(InvalidRequest, match="it is larger than 1 MB"):
        asyncio.run(fetch_inputs(request, {"image"}, transport, tmp_path))


@pytest.mark.parametrize("row", [rows.QUBRID, rows.INDOXHUB])
def test_a_service_that_takes_addresses_gets_them(row: Any, tmp_path: Path) -> None:
    """Its own document says so."""
    request = GenerationRequest(prompt="x", image=LINK)
    transport: Any = FakeTransport(lambda _call: said(b"", 500))
    assert asyncio.run(fetch_inputs(request, row.dialect.files_only, transport, tmp_path)) == request
    assert transport.calls == []
