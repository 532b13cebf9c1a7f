"""Bifrost's dialect: providers before models, ids that are escaped, and its OpenAI-shaped mirror."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx  # noqa: TID251 an independent client is the judge of a server
import pytest

from support.gateway_app import CLIP, NOW, POSTER, SHEET, House

VIDEOS = "/bifrost/v1/videos"
MIRROR = "/bifrost/openai/v1/videos"
PNG = b"\x89PNG\r\n\x1a\n and so on"
MP4 = b"\0\0\0\x18ftypmp42 and so on"


LACKS = "provider is required in model field (format: provider/model) \N{EM DASH} no providers found for model"


def create(house: House, path: str = VIDEOS, **fields: object) -> httpx.Response:
    return house.request("POST", path, json={"model": "local/scenes", "prompt": "a sea"} | fields)


def message(reply: httpx.Response) -> str:
    """What is wrong, after the envelope has been looked at."""
    body: dict[str, Any] = reply.json()
    assert (body["status_code"], body["is_bifrost_error"]) == (reply.status_code, False)
    assert set(body) == {"status_code", "is_bifrost_error", "error", "extra_fields"}
    return str(body["error"]["message"])


def test_a_job_by_its_escaped_id(house: House) -> None:
    """What is null is left out; a completed video has its content; the id works escaped once, twice, or not at all."""
    house.engine.gate.clear()
    job = create(house, seconds="2", size="720x1280").json()
    native, provider = job["id"].split(":")
    assert (native[:6], provider) == ("video_", "local")
    queued = {
        "id": job["id"],
        "object": "video",
        "model": "scenes",
        "status": job["status"],
        "progress": job["progress"],
        "prompt": "a sea",
        "seconds": "2",
        "size": "720x1280",
        "created_at": NOW,
    }
    asked = {"original_model_requested": "scenes", "resolved_model_used": "scenes"}
    extra = {"provider": "local", "latency": 0, "chunk_index": 0}
    headers = job["extra_fields"].pop("provider_response_headers")
    assert headers["Openai-Poll-After-Ms"] == "400"
    assert job == queued | {"extra_fields": extra | asked | {"request_type": "video_generation"}}
    assert type(job["progress"]) is int
    house.engine.gate.set()
    house.wait()
    for spelt in (quote(job["id"], safe=""), job["id"], quote(quote(job["id"], safe=""), safe="")):
        done = house.get(f"{VIDEOS}/{spelt}").json()
        ended = {"status": "completed", "progress": 100, "completed_at": NOW}
        assert "Openai-Poll-After-Ms" not in done["extra_fields"].pop("provider_response_headers")
        assert done == queued | ended | {"extra_fields": extra | {"request_type": "video_retrieve"}}
        assert house.get(f"{VIDEOS}/{spelt}/content").content == CLIP


def test_one_provider_answers_with_bytes(house: House) -> None:
    """Where the provider gives bytes, the answer holds them."""
    job = create(house, model="gemini/veo-3.0-generate-001").json()
    house.wait()
    (output,) = house.get(f"{VIDEOS}/{quote(job['id'], safe='')}").json()["videos"]
    assert output == {"type": "base64", "base64": base64.b64encode(CLIP).decode(), "content_type": "video/mp4"}


def test_several_clips_are_several_outputs(house: House) -> None:
    """Gemini's way to ask for more than one is heeded."""
    job = create(house, model="gemini/veo-3.0-generate-001", numberOfVideos=3).json()
    house.wait()
    assert len(house.get(f"{VIDEOS}/{quote(job['id'], safe='')}").json()["videos"]) == 3


def test_content_has_its_variants(house: House) -> None:
    """A poster and a sheet come like the clip."""
    job_id = quote(create(house).json()["id"], safe="")
    house.wait()
    assert house.get(f"{VIDEOS}/{job_id}/content?variant=thumbnail").content == POSTER
    assert house.get(f"{VIDEOS}/{job_id}/content?variant=spritesheet").content == SHEET


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"model": "string"}, f'{LACKS} "string" in model catalog to auto-resolve'),
        ({"model": "/x"}, f'{LACKS} "/x" in model catalog to auto-resolve'),
        ({"model": ""}, f'{LACKS} "" in model catalog to auto-resolve'),
        ({"prompt": ""}, "prompt cannot be empty"),
        ({"seconds": "0"}, "seconds must be a whole number from 1 to 20."),
        ({"input_reference": "data:image/png;base64,eA=="}, "input_reference must be a PNG, JPEG, WebP or GIF."),
    ],
)
def test_a_bad_field_is_refused_in_its_envelope(house: House, fields: dict[str, object], words: str) -> None:
    """Refusals have the words of the provider where it has some."""
    reply = create(house, **fields)
    assert (reply.status_code, message(reply)) == (400, words)


def test_the_native_route_reads_json_only(house: House) -> None:
    """A form is a bad request at the native route, and an order at the mirror."""
    reply = house.request("POST", VIDEOS, files={"prompt": (None, "a sea")})
    assert (reply.status_code, message(reply)) == (
        400,
        "Invalid request format: The body must be JSON, sent as application/json.",
    )
    mirrored = house.request("POST", MIRROR, files={"prompt": (None, "a sea"), "model": (None, "sora-2")})
    assert mirrored.status_code == 200
    assert mirrored.json()["id"].endswith(":openai")
    assert mirrored.json()["extra_fields"]["provider"] == "openai"


def test_the_list_is_one_providers(house: House) -> None:
    """A provider has to be named, and only its videos are listed."""
    house.held()
    mine = [create(house, model="openai/sora-2").json()["id"] for _ in range(3)]
    page = house.get(f"{VIDEOS}?provider=openai&limit=2").json()
    assert ([entry["id"] for entry in page["data"]], page["has_more"]) == (mine[:0:-1], True)
    assert not any("videos" in entry for entry in page["data"])
    rest = house.get(f"{VIDEOS}?provider=openai&after={quote(page['last_id'])}&order=desc").json()
    assert [entry["id"] for entry in rest["data"]] == mine[:1]
    assert len(house.get(MIRROR).json()["data"]) == 3
    for query, words in (
        ("", "provider query parameter is required"),
        ("?provider=openai&limit=x", "invalid limit parameter"),
    ):
        reply = house.get(f"{VIDEOS}{query}")
        assert reply.status_code == 400
        assert message(reply).startswith(words)


def test_a_video_can_be_remixed_and_deleted(house: House) -> None:
    """A remix names its source and keeps all but the prompt; a deleted video is gone."""
    source = create(house, seed=5).json()["id"]
    house.wait()
    address = f"{VIDEOS}/{quote(source, safe='')}"
    remix = house.request("POST", f"{address}/remix", json={"prompt": "a city"}).json()
    house.wait()
    assert remix["remixed_from_video_id"] == source
    assert [(order.prompt, order.seed) for order in house.engine.orders] == [("a sea", 5), ("a city", 5)]
    empty = house.request("POST", f"{address}/remix", json={})
    assert (empty.status_code, message(empty)) == (400, "prompt is required")
    deleted = house.request("DELETE", address).json()
    assert {name: deleted[name] for name in ("id", "deleted", "object")} == {
        "id": source,
        "deleted": True,
        "object": "video.deleted",
    }
    assert house.get(address).status_code == 404


@pytest.mark.parametrize("job_id", ["x", "x:", ":x"])
def test_an_id_names_its_provider(house: House, job_id: str) -> None:
    """An id without its two halves is a bad request."""
    reply = house.get(f"{VIDEOS}/{job_id}")
    assert (reply.status_code, message(reply)) == (400, "video_id must be in id:provider format")


def test_what_has_no_effect_is_named(house: House) -> None:
    """Fields of the provider, and of the providers behind it, are named when the engine cannot heed them."""
    fields = {"negative_prompt": "people", "audio": True, "fallbacks": ["x/y"], "video_uri": "gs://a/b", "seed": 1}
    assert create(house, **fields).headers["x-videogen-ignored"] == "fallbacks,video_uri"
    assert "x-videogen-ignored" not in create(house, audio=False).headers


def test_media_and_wishes_reach_the_engine(house: House) -> None:
    """Data addresses become files that the engine can open; sound and what is not to be seen go along."""
    picture, end = (f"data:image/png;base64,{base64.b64encode(data).decode()}" for data in (PNG, PNG + b"!"))
    reply = create(house, input_reference=picture, lastFrame=end, negative_prompt="people", audio=True)
    house.wait()
    (order,) = house.engine.orders
    assert (order.negative, order.sound, order.video, order.audio) == ("people", True, None, None)
    assert [Path(str(name)).read_bytes() for name in (order.image, order.last_frame)] == [PNG, PNG + b"!"]
    assert "x-videogen-ignored" not in reply.headers


def test_two_beginnings_are_refused(house: House) -> None:
    """A picture and a video: a clip begins with one of them, and nothing is kept of a refused order."""
    video = f"data:video/mp4;base64,{base64.b64encode(MP4).decode()}"
    reply = create(house, input_reference=f"data:image/png;base64,{base64.b64encode(PNG).decode()}", video_uri=video)
    assert reply.status_code == 400
    assert message(reply) == "Send input_reference or video_uri, not both: a clip can start from only one."
    assert list((house.folder / "clips").iterdir()) == []


def test_a_missing_key_is_told_in_the_envelope(house: House) -> None:
    """The door speaks the dialect too; a virtual key may come in its own header."""
    reply = house.get(f"{VIDEOS}?provider=openai", headers={"authorization": None})
    assert reply.status_code == 401
    assert message(reply).startswith("The gateway's token is required")
    headers = {"authorization": None, "x-bf-vk": house.headers["authorization"].removeprefix("Bearer ")}
    assert house.get(f"{VIDEOS}?provider=openai", headers=headers).status_code == 200
