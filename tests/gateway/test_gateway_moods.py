"""The OpenAI shape in the moods of real servers, each at an address of its own."""

from typing import Any

import pytest

from jupyter_videogen.gateway.dialects.moods import MOODS
from support.gateway_app import CLIP, NOW, House


def finished(house: House, mood: str, **fields: object) -> tuple[str, dict[str, Any]]:
    """Order at a mood's address; returns the video's address and the object of its create."""
    base = f"/moods/{mood}/v1/videos"
    made = house.request("POST", base, json={"prompt": "a sea", **fields}).json()
    house.wait()
    return f"{base}/{made['id']}", made


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_takes_an_order_and_lists_models(house: House, mood: str) -> None:
    """But for the one thing, it is the shape as it is."""
    _, made = finished(house, mood)
    assert (made["object"], made["error"]) == ("video", None)
    assert house.get(f"/moods/{mood}/v1/models").json() == house.get("/v1/models").json()


def test_a_cloud_says_where_its_clips_are(house: House) -> None:
    """An address that needs no key, and nothing at content."""
    address, _ = finished(house, "cloud")
    assert house.get(f"{address}/content").status_code == 404
    url = house.get(address).json()["url"]
    assert house.get(url, headers={"authorization": None}).content == CLIP


def test_a_failed_look_is_a_500_with_the_video(house: House) -> None:
    """Its object is the body; a good one is a 200."""
    house.engine.error = RuntimeError("no")
    address, made = finished(house, "failed-look")
    reply = house.get(address)
    assert (reply.status_code, reply.json()["id"], reply.json()["status"]) == (500, made["id"], "failed")
    assert reply.json()["error"]
    house.engine.error = None
    assert house.get(finished(house, "failed-look")[0]).status_code == 200


def test_late_content_is_a_202_at_first(house: House) -> None:
    """Three times, with the time to come back; a thumbnail is there at once."""
    address, _ = finished(house, "late-content")
    assert house.get(f"{address}/content?variant=thumbnail").status_code == 200
    replies = [house.get(f"{address}/content") for _ in range(4)]
    assert [reply.status_code for reply in replies] == [202, 202, 202, 200]
    assert (replies[0].headers["retry-after"], replies[3].content) == ("1", CLIP)


def test_a_look_may_be_an_error_in_a_200(house: House) -> None:
    """Three times, and then the video."""
    address, made = finished(house, "error-in-200")
    bodies = [house.get(address).json() for _ in range(4)]
    assert [sorted(body) for body in bodies[:3]] == [["error"]] * 3
    assert bodies[3]["id"] == made["id"]


def test_a_list_may_be_late(house: House) -> None:
    """What has just begun is in no list; a while later it is."""
    finished(house, "late-list")
    assert house.get("/moods/late-list/v1/videos").json()["data"] == []
    house.time.seconds = NOW + 11
    assert len(house.get("/moods/late-list/v1/videos").json()["data"]) == 1
