"""OpenRouter's dialect: the bodies of its documents, and what else its half promises."""

import base64
from pathlib import Path
from typing import Any

import pytest

from support.gateway_app import CLIP, NOW, House

CREATE = "/openrouter/api/v1/videos"
PNG = b"\x89PNG\r\n\x1a\n and so on"
DATA = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


def create(house: House, **fields: object) -> Any:
    return house.request("POST", CREATE, json={"model": "local/scenes", "prompt": "a sea"} | fields)


def name_of(job_id: str) -> str:
    return job_id.replace("video_", f"gen-vid-{NOW}-")


def part(url: str, kind: str = "image_url", **more: str) -> dict[str, object]:
    return {"type": kind, kind: {"url": url}, **more}


def test_a_job_is_pending_then_in_progress_then_completed(house: House) -> None:
    """The life of a job, whole at every look; content is a 409 before its time."""
    held = name_of(house.held())
    reply = create(house, model="google/veo-3.1")
    job = reply.json()
    assert reply.status_code == 202
    assert job == {"id": job["id"], "polling_url": f"{CREATE}/{job['id']}", "status": "pending"}
    assert house.get(f"{CREATE}/{held}").json()["status"] == "in_progress"
    early = house.get(f"{CREATE}/{held}/content")
    error = {"code": 409, "message": "This video is not completed yet."}
    assert (early.status_code, early.json()) == (409, {"error": error})
    house.engine.gate.set()
    house.wait()
    house.wait()
    done = house.get(job["polling_url"]).json()
    assert (done["status"], done["usage"]) == ("completed", {"cost": 0.08, "is_byok": False})
    assert done["unsigned_urls"] == [f"http://127.0.0.1:4321{CREATE}/{job['id']}/content?index=0"]
    for url, key in ((done["unsigned_urls"][0], {}), (done["urls"][0], {"authorization": None})):
        fetched = house.get(url.removeprefix("http://127.0.0.1:4321"), headers=key)
        assert (fetched.content, fetched.headers["content-type"]) == (CLIP, "video/mp4")


def test_content_needs_the_key(house: House) -> None:
    """An unsigned address is nothing without it."""
    reply = house.get(f"{CREATE}/{name_of(house.finished())}/content?index=0", headers={"authorization": None})
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, 401)


@pytest.mark.parametrize(("index", "status"), [("1", 404), ("-1", 400), ("x", 400), ("99", 400)])
def test_an_index_out_of_range(house: House, index: str, status: int) -> None:
    """Outputs are counted from zero."""
    reply = house.get(f"{CREATE}/{name_of(house.finished())}/content?index={index}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, status)


@pytest.mark.parametrize("path", ["gen-vid-1-0", "x", "gen-vid-1-0/content"])
def test_an_unknown_job_is_not_found(house: House, path: str) -> None:
    """In the one envelope."""
    reply = house.get(f"{CREATE}/{path}")
    assert (reply.status_code, reply.json()) == (404, {"error": {"code": 404, "message": "No such video."}})


def test_a_cancelled_job_says_so(house: House) -> None:
    """There is no cancel here; one that was cancelled elsewhere is seen as such."""
    job_id = house.finished(model="test/queued-long")
    cancel = f"/indoxhub/api/v1/videos/jobs/{job_id.replace('video_', 'job_')}/cancel"
    assert house.request("POST", cancel).status_code == 200
    assert house.get(f"{CREATE}/{name_of(job_id)}").json()["status"] == "cancelled"
    assert house.request("DELETE", f"{CREATE}/{name_of(job_id)}").status_code == 405


def test_a_forgotten_job_has_expired(house: House) -> None:
    """It is known by its id, and has no outputs."""
    job_id = house.create(prompt="a sea", model="test/gone").json()["id"]
    house.time.seconds = NOW + 100
    job = house.get(f"{CREATE}/{name_of(job_id)}").json()
    assert (job["status"], job["error"], "urls" in job) == ("expired", "Job expired.", False)


def test_a_flagged_prompt_is_refused_with_what_was_flagged(house: House) -> None:
    """403, with the metadata of docs/errors, and no job."""
    reply = create(house, model="test/refused")
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (403, 403)
    assert error["metadata"] == {
        "reasons": ["Content policy violation in prompt."],
        "flagged_input": "a sea",
        "provider_name": "jupyter-videogen",
        "model_slug": "test/refused",
    }


def test_a_model_that_is_gone_is_not_found(house: House) -> None:
    """A retired name is a 404 of the create."""
    reply = create(house, model="google/veo-2.0")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, 404)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"prompt": None}, "prompt"),
        ({"duration": 99}, "duration"),
        ({"resolution": "8K"}, "resolution"),
        ({"frame_images": "x"}, "frame_images"),
        ({"frame_images": [part(DATA, frame_type="middle")]}, "frame_images"),
        ({"frame_images": [{"type": "image_url", "frame_type": "first_frame"}]}, "frame_images"),
        ({"input_references": [{"type": "text", "text": {"url": "x"}}]}, "input_references"),
    ],
)
def test_a_bad_field_is_refused(house: House, fields: dict[str, object], param: str) -> None:
    """A refusal names the field in its sentence."""
    reply = create(house, **fields)
    assert reply.status_code == 400
    assert reply.json()["error"]["message"].startswith(param)


def test_parameters_are_used_or_named(house: House) -> None:
    """Length, shape, sound and seed reach the engine; what has no effect is named in a header."""
    reply = create(
        house,
        duration=2,
        resolution="720p",
        aspect_ratio="9:16",
        seed=7,
        generate_audio=True,
        callback_url="https://x.y",
    )
    house.wait()
    (order,) = house.engine.orders
    assert (order.seconds, order.width, order.height, order.seed, order.sound) == (2, 720, 1280, 7, True)
    assert reply.headers["x-videogen-ignored"] == "callback_url"


def test_frames_reach_the_engine_and_references_beside_them_do_not(house: House) -> None:
    """First and last frame by their roles; frames go before references."""
    frames = [part(DATA, frame_type="last_frame"), part(DATA, frame_type="first_frame")]
    reply = create(house, frame_images=frames, input_references=[part(DATA)])
    house.wait()
    (order,) = house.engine.orders
    assert [Path(str(file)).read_bytes() for file in (order.image, order.last_frame)] == [PNG, PNG]
    assert reply.headers["x-videogen-ignored"] == "input_references"


def test_a_key_can_be_tested_for_nothing(house: House) -> None:
    """The catalogue of the real provider is public, so there is a call of its own for this."""
    assert house.get("/openrouter/api/v1/key").json()["data"]["label"] == "local gateway"
    wrong = house.get("/openrouter/api/v1/key", headers={"authorization": "Bearer sk-or-wrong"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, 401)


def test_the_catalogue_says_what_models_take_and_cost(house: House) -> None:
    """Prices are texts, as in the SDK; the model that draws comes first."""
    first, *cards = house.get(f"{CREATE}/models").json()["data"]
    assert (first["id"], first["supported_frame_images"]) == ("local/scenes", ["first_frame", "last_frame"])
    assert first["pricing_skus"] == {
        "duration_seconds_with_audio": "0.04",
        "duration_seconds_without_audio": "0.02",
    }
    assert {card["id"][:5] for card in cards} == {"test/"}
