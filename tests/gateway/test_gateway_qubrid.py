"""Qubrid's dialect: one request, held until the clip is there, and nine errors."""

import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx  # noqa: TID251 an independent client is the judge of a server
import pytest

from support.gateway_app import CLIP, NOW, House

CREATE = "/qubrid/v1/videos/generations"
PNG = b"\x89PNG\r\n\x1a\n and so on"
MP3 = b"ID3 and so on"


def create(house: House, **fields: object) -> httpx.Response:
    return house.request("POST", CREATE, json={"model": "local/scenes", "prompt": "a sea"} | fields)


def form(house: House, files: dict[str, Any] | None = None, **fields: str) -> httpx.Response:
    parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
    parts += list((files or {}).items())
    return house.request("POST", CREATE, files=[("model", (None, "local/scenes")), *parts])


def error(reply: httpx.Response) -> dict[str, Any]:
    """The error, after its id has been compared with the header."""
    body: dict[str, Any] = reply.json()
    assert set(body) == {"error"}
    assert body["error"].pop("request_id") == reply.headers["x-request-id"]
    return body["error"]


def test_the_answer_comes_when_the_clip_is_there(house: House) -> None:
    """The request is held while the engine draws, and its answer is whole."""
    house.engine.gate.clear()
    replies: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: replies.append(create(house)))
    thread.start()
    assert house.engine.started.wait(20)
    thread.join(0.3)
    assert replies == []
    house.engine.gate.set()
    thread.join(20)
    (reply,) = replies
    assert reply.status_code == 200
    (entry,) = reply.json()["data"]
    assert sorted(reply.json()) == ["created", "data"]
    assert type(reply.json()["created"]) is int
    assert list(entry) == ["url"]


def test_the_clip_needs_no_key(house: House) -> None:
    """The address alone gives the clip, and ranges of it."""
    url = create(house).json()["data"][0]["url"]
    assert url.startswith("http://127.0.0.1:4321/cdn/")
    reply = house.get(url, headers={"authorization": None})
    assert (reply.status_code, reply.content, reply.headers["content-type"]) == (200, CLIP, "video/mp4")
    part = house.get(url, headers={"authorization": None, "range": "bytes=90-"})
    assert (part.status_code, part.content) == (206, CLIP[90:])


def test_an_address_expires_and_cannot_be_changed(house: House) -> None:
    """After its hour an address is refused, and so is one whose hour, job or signature was touched."""
    url = create(house).json()["data"][0]["url"]
    expires = f"expires={NOW + 3600}"
    assert expires in url
    path = urlsplit(url).path
    changed = [
        url.replace(expires, f"expires={NOW + 7200}"),
        url.replace("0.mp4", "1.mp4"),
        url[:-1],
        path,
        f"{path}?{expires}&signature=é",
    ]
    for other in changed:
        assert house.get(other).status_code == 403
    house.time.seconds = NOW + 3601
    reply = house.get(url)
    assert (reply.status_code, reply.text) == (403, "Request has expired\n")


def test_the_fields_reach_the_engine(house: House) -> None:
    """Length, lines, pace and shape are drawn as asked; a model and nothing else is enough."""
    create(house, duration=2, resolution="480p", fps=12, aspect_ratio="1:1")
    house.request("POST", CREATE, json={"model": "local/scenes"})
    first, second = house.engine.orders
    assert (first.seconds, first.width, first.height, first.fps) == (2, 480, 480, 12)
    assert (second.prompt, second.width, second.height) == ("", 1280, 720)


@pytest.mark.parametrize(
    ("resolution", "aspect", "size"),
    [
        ("360p", "16:9", (640, 360)),
        ("480p", "9:16", (480, 852)),
        ("540p", "4:3", (720, 540)),
        ("720p", "3:4", (720, 960)),
        ("1080p", "16:9", (1920, 1080)),
        ("1080p", "1:1", (1080, 1080)),
        ("1080p", "21:9", (1920, 822)),
    ],
)
def test_lines_and_shape_are_a_size(house: House, resolution: str, aspect: str, size: tuple[int, int]) -> None:
    """The shorter side has as many pixels as the lines say, unless the longer one would be too long."""
    create(house, resolution=resolution, aspect_ratio=aspect)
    (order,) = house.engine.orders
    assert (order.width, order.height) == size


@pytest.mark.parametrize("word", ["true", "TRUE", "1"])
def test_a_draft_is_smaller(house: House, word: str) -> None:
    """A draft is drawn at half the size and half the pace, from JSON as from a form."""
    create(house, draft=True)
    form(house, prompt="a sea", draft=word)
    assert {(order.width, order.height, order.fps) for order in house.engine.orders} == {(640, 360, 12)}


@pytest.mark.parametrize("word", ["false", "0", "False", "FALSE"])
def test_a_form_says_no_in_words(house: House, word: str) -> None:
    """What a form says no to is not done, and not named as ignored."""
    reply = form(house, prompt="a sea", draft=word, save_audio=word, prompt_upsampling=word)
    assert reply.status_code == 200
    assert "x-videogen-ignored" not in reply.headers
    assert house.engine.orders[0].width == 1280


def test_a_form_takes_files(house: House) -> None:
    """A picture, a sound and the wish for a richer prompt reach the engine."""
    files = {"image_file": ("a.png", PNG, "image/png"), "audio_file": ("a.mp3", MP3, "audio/mpeg")}
    reply = form(house, files, prompt="a sea", save_audio="true", prompt_upsampling="true")
    assert reply.status_code == 200
    (order,) = house.engine.orders
    assert [Path(str(name)).read_bytes() for name in (order.image, order.audio)] == [PNG, MP3]
    assert (order.sound, order.enhance) == (True, True)
    assert "x-videogen-ignored" not in reply.headers


def test_sound_that_is_not_wanted_is_left_out(house: House) -> None:
    """`save_audio` is no: the file has done its work, and the clip is silent."""
    form(house, {"audio_file": ("a.mp3", MP3, "audio/mpeg")}, prompt="a sea", save_audio="false")
    (order,) = house.engine.orders
    assert (order.audio, order.sound) == (None, False)


@pytest.mark.parametrize(
    ("sent", "files", "param"),
    [
        ({"draft": "yes"}, {}, "draft"),
        ({"duration": "4.5"}, {}, "duration"),
        ({"resolution": "8k"}, {}, "resolution"),
        ({"aspect_ratio": "2:1"}, {}, "aspect_ratio"),
        ({"image": "https://example.com/a.png"}, {"image_file": ("a.png", PNG)}, "image"),
        ({"audio": "https://example.com/a.mp3"}, {"audio_file": ("a.mp3", MP3)}, "audio"),
        ({}, {"image_file": ("a.png", MP3)}, "image_file"),
        ({}, {"audio_file": ("a.mp3", b"")}, "audio_file"),
        ({"image": "cat.png"}, {}, "image"),
    ],
)
def test_a_bad_field_is_refused_by_name(house: House, sent: dict[str, str], files: dict[str, Any], param: str) -> None:
    """A refusal names the field, and nothing is drawn."""
    reply = form(house, files, **sent)
    problem = error(reply)
    assert (reply.status_code, problem["type"], problem["code"]) == (400, "invalid_request_error", "invalid_request")
    assert problem["param"] == param
    assert house.engine.orders == []


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("model", 5, "string"),
        ("prompt", None, "string"),
        ("duration", "5", "integer"),
        ("duration", 5.0, "integer"),
        ("fps", True, "integer"),
        ("draft", "false", "boolean"),
        ("prompt_upsampling", None, "boolean"),
        ("audio", {}, "string"),
    ],
)
def test_json_has_the_types_of_the_document(house: House, field: str, value: object, kind: str) -> None:
    """What only a form may send as text is refused in JSON."""
    reply = create(house, **{field: value})
    problem = error(reply)
    assert (reply.status_code, problem["param"]) == (400, field)
    assert problem["message"] == f"{field} must be of type {kind}."


def test_a_model_is_required(house: House) -> None:
    """The one required field, in the document's own words."""
    reply = house.request("POST", CREATE, json={"prompt": "a sea"})
    assert error(reply) == {
        "message": "Missing required parameter: 'model'.",
        "type": "invalid_request_error",
        "code": "invalid_request",
        "param": "model",
    }


@pytest.mark.parametrize(
    ("status", "options", "kind", "code"),
    [
        (401, {"headers": {"authorization": None}, "json": {}}, "authentication_error", "missing_api_key"),
        (404, {"json": {"model": "p-video-ultra"}}, "invalid_request_error", "model_not_found"),
        (400, {"content": b"{", "headers": {"content-type": "application/json"}}, None, "invalid_request"),
        (400, {"content": b"x", "headers": {"content-type": "text/plain"}}, None, "invalid_request"),
        (
            400,
            {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=a"}},
            None,
            "invalid_request",
        ),
        (400, {"content": b"x", "headers": {"content-type": "multipart/form-data"}}, None, "invalid_request"),
    ],
)
def test_every_refusal_is_documented(
    house: House, status: int, options: dict[str, Any], kind: str | None, code: str
) -> None:
    """What is wrong with the key, the model or the body has its line in the table of errors."""
    reply = house.request("POST", CREATE, **options)
    problem = error(reply)
    assert (reply.status_code, problem["type"], problem["code"]) == (status, kind or "invalid_request_error", code)


def test_an_engine_that_fails_is_an_internal_error(house: House) -> None:
    """A clip that cannot be drawn is the fault of the server."""
    house.engine.error = ValueError("no paint left")
    reply = create(house)
    message = "ValueError: no paint left"
    known = {"message": message, "type": "server_error", "code": "internal_error", "param": None}
    assert (reply.status_code, error(reply)) == (500, known)


def test_json_and_form_are_one(house: House) -> None:
    """The same wishes in both forms are the same order, but for the seed."""
    wishes = {"duration": "5", "resolution": "720p", "fps": "24", "aspect_ratio": "16:9", "seed": "3"}
    form(house, prompt="a sea", **wishes)
    create(house, **{name: int(value) if value.isdigit() else value for name, value in wishes.items()})
    first, second = house.engine.orders
    assert json.dumps(repr(first)) == json.dumps(repr(second))
