"""Qubax's dialect: the bodies of its page, and what else its half promises."""

import base64
from pathlib import Path
from typing import Any

import pytest

from support.gateway_app import CLIP, NOW, House

CREATE = "/qubax/v1/video/generations"
PNG = b"\x89PNG\r\n\x1a\n and so on"


def create(house: House, **fields: object) -> Any:
    return house.request("POST", CREATE, json={"model": "local/scenes", "prompt": "a sea"} | fields)


def test_a_job_is_pending_then_processing_then_completed(house: House) -> None:
    """The life of a job in the words of the page, whole at every look."""
    held = house.held().replace("video_", "vg_")
    job = create(house, model="runway-gen4-5-text").json()
    assert job == {"id": job["id"], "model": "runway-gen4-5-text", "status": "pending", "created_at": NOW}
    assert job["id"].startswith("vg_")
    assert house.get(f"{CREATE}/{held}").json()["status"] == "processing"
    early = house.get(f"/qubax/v1/media/artifacts/{held}/0")
    message = "This job is not completed yet."
    assert (early.status_code, early.json()) == (
        409,
        {"error": {"message": message, "type": "invalid_request_error"}},
    )
    house.engine.gate.set()
    house.wait()
    house.wait()
    done = {"status": "completed", "output_count": 1, "completed_at": NOW}
    assert house.get(f"{CREATE}/{job['id']}").json() == job | done
    reply = house.get(f"/qubax/v1/media/artifacts/{job['id']}/0")
    assert (reply.content, reply.headers["content-type"], reply.headers["content-length"]) == (CLIP, "video/mp4", "100")


@pytest.mark.parametrize("index", ["1", "-1", "x", "99999999999", "one"])
def test_an_index_out_of_range_is_not_found(house: House, index: str) -> None:
    """Artifacts are counted from zero, and no other index has one."""
    job_id = house.finished().replace("video_", "vg_")
    reply = house.get(f"/qubax/v1/media/artifacts/{job_id}/{index}")
    error = {"message": "This job has no such artifact.", "type": "invalid_request_error"}
    assert (reply.status_code, reply.json()) == (404, {"error": error})


@pytest.mark.parametrize("path", [f"{CREATE}/vg_0", "/qubax/v1/media/artifacts/vg_0/0", "/v1/video/generations/vg_0"])
def test_an_unknown_job_is_not_found(house: House, path: str) -> None:
    """Every address of a job that is not here says so, in two words."""
    reply = house.get(path)
    error = {"message": "No such video.", "type": "invalid_request_error"}
    assert (reply.status_code, reply.json()) == (404, {"error": error})


def test_a_key_is_required_everywhere(house: House) -> None:
    """Without the token even the clip is refused, in this dialect's shape."""
    reply = house.get("/qubax/v1/media/artifacts/vg_1/0", headers={"authorization": None})
    message = "The gateway's token is required, as the header Authorization: Bearer TOKEN."
    assert (reply.status_code, reply.json()) == (401, {"error": {"message": message, "type": "authentication_error"}})


@pytest.mark.parametrize(
    ("fields", "param"), [({"model": None}, "model"), ({"prompt": None}, "prompt"), ({"duration": 99}, "duration")]
)
def test_a_bad_field_is_refused(house: House, fields: dict[str, object], param: str) -> None:
    """A refusal names the field in its sentence, because the shape has no other place for it."""
    reply = create(house, **fields)
    assert reply.status_code == 400
    assert reply.json()["error"]["message"].startswith(param)


def test_parameters_are_used_or_named(house: House) -> None:
    """Duration, shape and seed reach the engine; what has no effect is named in a header."""
    reply = create(house, duration="2", aspect_ratio="9:16", seed=7, image="https://example.com/a.png", style="oil")
    house.wait()
    (order,) = house.engine.orders
    assert (order.seconds, order.width, order.height, order.seed) == (2, 720, 1280, 7)
    assert reply.headers["x-videogen-ignored"] == "image,style"


def test_a_picture_in_the_request_is_where_the_clip_begins(house: House) -> None:
    """A data address needs no fetching."""
    reply = create(house, image=f"data:image/png;base64,{base64.b64encode(PNG).decode()}")
    house.wait()
    (order,) = house.engine.orders
    assert Path(str(order.image)).read_bytes() == PNG
    assert "x-videogen-ignored" not in reply.headers


def test_a_failed_job_has_an_error_of_two_words(house: House) -> None:
    """A failure has a message and a type, as on the page."""
    house.engine.error = ValueError("no paint left")
    job_id = house.finished().replace("video_", "vg_")
    job = house.get(f"{CREATE}/{job_id}").json()
    assert (job["status"], job["error"]) == (
        "failed",
        {"message": "ValueError: no paint left", "type": "server_error"},
    )


def test_models_are_listed_with_the_cards_last(house: House) -> None:
    """The model that draws comes first."""
    names = [entry["id"] for entry in house.get("/qubax/v1/models").json()["data"]]
    assert (names[0], {name[:5] for name in names[1:]}) == ("local/scenes", {"test/"})
