"""IndoxHub's dialect: clips at once from Google's models, jobs from all others, and FastAPI's errors."""

import base64
import re
from pathlib import Path
from typing import Any

import httpx  # noqa: TID251 an independent client is the judge of a server
import pytest

from support.gateway_app import CLIP, TOKEN, House

BASE = "/indoxhub/api/v1"
ISO = "2027-01-15T08:00:00Z"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and so on").decode()


def create(house: House, **fields: object) -> httpx.Response:
    fields = {"model": "local/scenes", "prompt": "a sea"} | fields
    return house.request("POST", f"{BASE}/videos/generations", json=fields)


def outside(job_id: str) -> str:
    return job_id.replace("video_", "job_")


def test_most_models_answer_with_a_job(house: House) -> None:
    """The envelope holds a job, which goes through the documented words, whole at every look."""
    held = outside(house.held())
    envelope = create(house).json()
    data, job_id = envelope.pop("data"), envelope["request_id"]
    assert re.fullmatch("[0-9a-f]{32}", job_id)
    assert envelope == {
        "request_id": job_id,
        "created_at": ISO,
        "duration_ms": None,
        "provider": "local",
        "model": "scenes",
        "success": True,
        "message": "",
        "usage": None,
        "raw_response": None,
    }
    assert data == {"is_async": True, "job_id": data["job_id"], "status": "pending"}
    job = {
        "job_id": data["job_id"],
        "status": "pending",
        "progress": 0,
        "provider": "local",
        "model": "scenes",
        "prompt": "a sea",
        "created_at": ISO,
        "completed_at": None,
        "result": None,
    }
    look = f"{BASE}/videos/jobs/{data['job_id']}"
    assert house.get(look).json() == job
    running = house.get(f"{BASE}/videos/jobs/{held}").json()
    assert (running["status"], running["progress"]) == ("in_progress", 42)
    house.engine.gate.set()
    house.wait()
    house.wait()
    done = house.get(look).json()
    result = done.pop("result")
    assert {"result": None} | done == job | {"status": "completed", "progress": 100, "completed_at": ISO}
    assert list(result) == ["url"]
    assert house.get(result["url"], headers={"authorization": None}).content == CLIP


@pytest.mark.parametrize(
    "named", [{}, {"model": "google/veo-3.0-generate-001"}, {"model": "veo-3.0-generate-001", "provider": "google"}]
)
def test_googles_models_answer_with_the_clip(house: House, named: dict[str, str]) -> None:
    """The default model, and Google's by name, hold the request and answer with addresses."""
    reply = house.request("POST", f"{BASE}/videos/generations", json={"prompt": "a sea"} | named).json()
    assert (reply["provider"], reply["model"], reply["duration_ms"]) == ("google", "veo-3.0-generate-001", 0.0)
    (entry,) = reply["data"]
    assert house.get(entry["url"], headers={"authorization": None}).content == CLIP


def test_several_clips_are_several_takes(house: House) -> None:
    """Every take has a seed of its own and an address of its own, or its bytes in the answer."""
    reply = create(house, model="google/veo-3.0-generate-001", n=3, additional_params={"seed": 4294967294}).json()
    assert [order.seed for order in house.engine.orders] == [4294967294, 4294967295, 0]
    assert len({entry["url"] for entry in reply["data"]}) == 3
    assert {house.get(entry["url"]).content for entry in reply["data"]} == {CLIP}
    house.wait()

    job_id = create(house, n=2, response_format="b64_json").json()["data"]["job_id"]
    house.wait()
    result = house.get(f"{BASE}/videos/jobs/{job_id}").json()["result"]
    text = base64.b64encode(CLIP).decode()
    assert result == {"b64_json": text, "data": [{"b64_json": text}, {"b64_json": text}]}


def test_takes_are_deleted_with_their_job(house: House) -> None:
    """Nothing of a deleted job stays on the disk."""
    job_id = create(house, n=2).json()["data"]["job_id"].replace("job_", "video_")
    house.wait()
    assert len(list((house.folder / "clips").iterdir())) == 3
    assert house.request("DELETE", f"/v1/videos/{job_id}").status_code == 200
    assert list((house.folder / "clips").iterdir()) == []


def test_the_fields_reach_the_engine_or_are_named(house: House) -> None:
    """Length, lines and shape are drawn as asked; what has no effect is named in the header and in the message."""
    known = {"aspect_ratio": "9:16", "resolution": "1080p", "duration": 8, "generate_audio": False}
    without = {"negative_prompt": "people", "input_image": PNG, "last_frame": f"data:image/png;base64,{PNG}"}
    secret = {"byok_api_key": "sk-someone"}
    reply = create(house, **known, **without, **secret, additional_params={"person_generation": "allow_all"})
    house.wait()
    (order,) = house.engine.orders
    assert (order.seconds, order.width, order.height) == (8, 1080, 1920)
    assert [Path(str(name)).read_bytes() for name in (order.image, order.last_frame)] == [base64.b64decode(PNG)] * 2
    assert (order.negative, order.sound) == ("people", False)
    assert reply.headers["x-videogen-ignored"] == "person_generation"
    assert reply.json()["message"] == "Ignored by this gateway: person_generation."


def test_pace_and_sound_are_drawn_as_asked(house: House) -> None:
    """What the provider takes under `additional_params`, and its word for sound; an address is not fetched, and named."""
    fields = {"generate_audio": True, "video": "https://example.com/a.mp4", "reference_image": PNG}
    reply = create(house, **fields, additional_params={"fps": 30, "seed": 3})
    house.wait()
    (order,) = house.engine.orders
    assert (order.fps, order.seed, order.sound, order.video) == (30, 3, True, None)
    assert reply.headers["x-videogen-ignored"] == "video,reference_image"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"n": 5}, "n"),
        ({"response_format": "gif"}, "response_format"),
        ({"duration": 0}, "duration"),
        ({"aspect_ratio": "2:1"}, "aspect_ratio"),
        ({"input_image": "!"}, "input_image"),
        ({"input_image": base64.b64encode(b"text").decode()}, "input_image"),
        ({"video": PNG}, "video"),
        ({"additional_params": []}, "additional_params"),
    ],
)
def test_a_bad_field_is_unprocessable(house: House, fields: dict[str, object], param: str) -> None:
    """A refusal is a list with the place of the field."""
    reply = create(house, **fields)
    assert reply.status_code == 422
    (entry,) = reply.json()["detail"]
    assert (entry["loc"], entry["type"]) == (["body", param], "value_error")


def test_other_refusals_are_a_sentence(house: House) -> None:
    """A key, a model and an address that are not known are told in one text."""
    for reply, status in (
        (house.get(f"{BASE}/videos/jobs", headers={"authorization": None}), 401),
        (create(house, model="google/veo-9"), 404),
        (house.get(f"{BASE}/videos/jobs/job_0"), 404),
        (house.get(f"{BASE}/nothing"), 404),
    ):
        assert (reply.status_code, type(reply.json()["detail"])) == (status, str)


def test_a_key_is_exchanged_for_a_pass(house: House) -> None:
    """The vendor's client sends its key once, and then a pass, which is refused when touched or expired."""
    keyless: dict[str, Any] = {"authorization": None}
    reply = house.request("POST", f"{BASE}/auth/api-key", headers=keyless | {"x-api-key": TOKEN})
    token = reply.json()["access_token"]
    assert token.count(".") == 2
    path = f"{BASE}/videos/jobs"
    assert house.get(path, headers={"authorization": f"Bearer {token}"}).status_code == 200
    link = create(house, model="veo-3.0-generate-001").json()["data"][0]["url"]
    stolen = "{}.{}".format(*re.findall(r"(/cdn.*)&signature=(.*)", link.replace("expires=", ""))[0])
    for other in (stolen, token[:-2], f"x{token}", f"..{token}", "a.b.c", ""):
        assert house.get(path, headers={"authorization": f"Bearer {other}"}).status_code == 401
    wrong = house.request("POST", f"{BASE}/auth/api-key", headers=keyless | {"x-api-key": "wrong"})
    assert wrong.status_code == 401


def test_an_expired_pass_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass is good for an hour."""
    token = house.request("POST", f"{BASE}/auth/api-key").json()["access_token"]
    monkeypatch.setattr("jupyter_videogen.gateway.jobs.signing.PASS_SECONDS", 0)
    monkeypatch.setattr("jupyter_videogen.gateway.jobs.signing.time.time", lambda: 9_999_999_999.0)
    assert house.get(f"{BASE}/videos/jobs", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_jobs_are_paged_by_offset(house: House) -> None:
    """The newest come first; the total counts all."""
    house.held()
    ids = [create(house).json()["data"]["job_id"] for _ in range(4)][::-1]
    page = house.get(f"{BASE}/videos/jobs?limit=2&skip=1").json()
    assert (page["total"], [job["job_id"] for job in page["jobs"]]) == (5, ids[1:3])
    assert len(house.get(f"{BASE}/videos/jobs").json()["jobs"]) == 5
    assert house.get(f"{BASE}/videos/jobs?limit=0").status_code == 422


def test_only_a_pending_job_can_be_cancelled(house: House) -> None:
    """A pending job is called off for good; a running, a finished and an unknown one are not."""
    running = outside(house.held())
    pending = create(house).json()["data"]["job_id"]
    reply = house.request("POST", f"{BASE}/videos/jobs/{pending}/cancel")
    assert (reply.status_code, reply.json()) == (200, {"message": "Job cancelled.", "job_id": pending})
    job = house.get(f"{BASE}/videos/jobs/{pending}").json()
    assert (job["status"], job["error"]) == ("failed", "The job was cancelled before it started.")

    for job_id, status, word in ((running, 409, "in_progress"), (pending, 409, "cancelled"), ("job_0", 404, None)):
        reply = house.request("POST", f"{BASE}/videos/jobs/{job_id}/cancel")
        assert reply.status_code == status
        assert word is None or word in reply.json()["detail"]
    house.engine.gate.set()
    house.wait()
    assert len(house.engine.orders) == 1
    assert house.get(f"/v1/videos/{pending.replace('job_', 'video_')}").json()["status"] == "failed"


@pytest.mark.parametrize("path", ["/models", "/models/"])
def test_models_are_listed_by_provider(house: House, path: str) -> None:
    """Providers with their models, the test cards last."""
    first, last = house.get(f"{BASE}{path}").json()
    assert (first["name"], [model["id"] for model in first["models"]]) == ("local", ["local/scenes"])
    assert last["name"] == "test"
    assert all(model["description"] for model in last["models"])
