"""The OpenAI shape of `/v1/videos`, asked by a client that shares no code with it."""

import io
import json
import re
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from jupyter_videogen.gateway.engine.output.poster import jpeg
from jupyter_videogen.gateway.jobs.worker import poster_path
from support.gateway_app import CLIP, NOW, POSTER, SHEET, House

SIZE = (
    'size must be "WIDTHxHEIGHT" with even numbers of pixels, each side from 144 to 1920, '
    "no smaller in area than 256x144 and no larger than 1920x1080."
)


def video(job_id: str, **changes: object) -> dict[str, Any]:
    return {
        "id": job_id,
        "object": "video",
        "model": "local/scenes",
        "status": "queued",
        "progress": 0,
        "created_at": NOW,
        "completed_at": None,
        "expires_at": None,
        "prompt": "a sea",
        "size": "1280x720",
        "seconds": "4",
        "remixed_from_video_id": None,
        "error": None,
        "seed": 7,
        "fps": 24,
        "rendering": None,
    } | changes


def refusal(code: str, message: str, param: str | None = None, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def test_a_job_is_queued_then_in_progress_then_completed(house: House) -> None:
    """A job goes through the four words of the shape, whole at every look."""
    first = house.held()
    reply = house.create(prompt="a sea", seed=7)
    second = reply.json()["id"]
    assert re.fullmatch(r"video_[0-9a-f]{24}", second)
    assert (reply.status_code, reply.headers["openai-poll-after-ms"]) == (200, "400")
    assert reply.json() == video(second)

    look = house.get(f"/v1/videos/{first}")
    assert look.headers["openai-poll-after-ms"] == "400"
    assert look.json() == video(first, status="in_progress", progress=42)
    assert type(look.json()["progress"]) is int

    house.engine.gate.set()
    house.wait()
    house.wait()
    rendering = {"scene": "sea", "mood": "dawn", "words": ["sea", "dawn"], "frames": 24}
    done = house.get(f"/v1/videos/{first}")
    assert done.json() == video(first, status="completed", progress=100, completed_at=NOW, rendering=rendering)
    assert "openai-poll-after-ms" not in done.headers


def test_the_engine_gets_the_order_as_it_was_sent(house: House) -> None:
    """Text and number forms of a field reach the engine as the same whole numbers."""
    house.finished(prompt="a\nsea 🌊", seconds="20", size="720x1280", seed="4294967295", fps=12, model="local/scenes")
    (order,) = house.engine.orders
    assert (order.prompt, order.model, order.seconds) == ("a\nsea 🌊", "local/scenes", 20)
    assert (order.width, order.height, order.seed, order.fps) == (720, 1280, 4294967295, 12)


def test_a_seed_is_drawn_and_kept(house: House) -> None:
    """Without a seed one is drawn, shown, stored, and used."""
    house.engine.gate.clear()
    seeds = [house.create(prompt="a sea").json()["seed"] for _ in range(3)]
    assert len(set(seeds)) > 1
    house.engine.gate.set()
    for _ in seeds:
        house.wait()
    assert [order.seed for order in house.engine.orders] == seeds


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"seconds": 1}, {"seconds": "1"}),
        ({"seconds": None, "size": None, "fps": None, "model": None}, {}),
        ({"size": "256x144"}, {"size": "256x144"}),
        ({"size": "144x256"}, {"size": "144x256"}),
        ({"size": "1920x1080"}, {"size": "1920x1080"}),
        ({"size": "1440x1440"}, {"size": "1440x1440"}),
        ({"fps": "60", "seed": 0}, {"fps": 60, "seed": 0}),
        ({"prompt": "x" * 32_000}, {"prompt": "x" * 32_000}),
    ],
)
def test_the_edges_of_every_field_are_allowed(house: House, sent: dict[str, object], shown: dict[str, object]) -> None:
    """Values at their bounds are taken, and null means the default."""
    house.held()
    reply = house.create(**{"prompt": "a sea", "seed": 7} | sent).json()
    assert reply == video(reply["id"], **shown)


PROMPT = "prompt must be a text of 1 to 32000 characters."
UNICODE = "prompt must be valid Unicode text without NUL characters or lone surrogates."
SECONDS = "seconds must be a whole number from 1 to 20."
SEED = "seed must be a whole number from 0 to 4294967295."
FPS = "fps must be a whole number from 1 to 60."


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("prompt", "", PROMPT),
        ("prompt", "x" * 32_001, PROMPT),
        ("prompt", 5, PROMPT),
        ("prompt", ["a sea"], PROMPT),
        ("prompt", "a\0sea", UNICODE),
        ("prompt", "a \ud800", UNICODE),
        ("model", 5, "model must be one of local/scenes."),
        *[("seconds", value, SECONDS) for value in (0, 21, 4.5, 4.0, "4.0", "", "+4", "four", True, [4], "٤")],
        *[("seed", value, SEED) for value in (-1, 2**32, 1.5, "-1", "x", False)],
        *[("fps", value, FPS) for value in (0, 61, 23.976, "24fps")],
        *[("size", value, SIZE) for value in (5, "", "auto", "720p", "1280X720", "1280x721", "1281x720", "142x400")],
        *[("size", value, SIZE) for value in ("144x144", "1922x1000", "1920x1082", "1440x1442", "0x0", "-2x-2")],
    ],
)
def test_a_bad_field_is_refused_by_name(house: House, field: str, value: object, message: str) -> None:
    """A refusal names the field and says what is allowed, and nothing is queued."""
    content = json.dumps({"prompt": "a sea"} | {field: value})
    reply = house.request("POST", "/v1/videos", content=content, headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()) == (400, refusal("invalid_value", message, field))
    assert house.get("/v1/videos").json()["data"] == []


@pytest.mark.parametrize("fields", [{}, {"prompt": None}])
def test_a_prompt_is_required(house: House, fields: dict[str, object]) -> None:
    """An order without a prompt is told that it needs one."""
    reply = house.create(**fields)
    message = "prompt is required: a text of 1 to 32000 characters."
    assert (reply.status_code, reply.json()) == (400, refusal("missing_required_parameter", message, "prompt"))


def test_an_unknown_model_is_told_the_known_ones(house: House) -> None:
    """A model that is not here is a 404 that lists those that are."""
    reply = house.create(prompt="a sea", model="sora-9")
    message = "No such model; model must be one of local/scenes."
    assert (reply.status_code, reply.json()) == (404, refusal("model_not_found", message, "model"))


def test_unknown_fields_are_ignored_aloud(house: House) -> None:
    """Fields that have no effect are listed in a header that no name can break out of."""
    reply = house.create(**{"prompt": "a sea", "style": 1, "a,b\r\nc: d": 2, "é" * 80: 3})
    assert reply.status_code == 200
    assert reply.headers["x-videogen-ignored"] == f"style,a?b??c??d,{'?' * 64}"
    assert "x-videogen-ignored" not in house.create(prompt="a sea").headers


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"a sea"', b"\xff", b'{"seed": NaN}', b"[" * 100_000, b"1" * 5000]
)
def test_a_body_that_is_no_json_object_is_refused(house: House, body: bytes) -> None:
    """What is not a JSON object never reaches the fields."""
    reply = house.request("POST", "/v1/videos", content=body, headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_json")


def test_a_body_of_another_type_is_refused(house: House) -> None:
    """A form without parts, which any web page can send, is not read."""
    reply = house.request("POST", "/v1/videos", data={"prompt": "a sea"})
    message = "The body must be JSON, sent as application/json or a form, sent as multipart/form-data."
    assert (reply.status_code, reply.json()) == (415, refusal("unsupported_media_type", message))


def test_a_body_has_a_largest_size(house: House) -> None:
    """More than 32 MiB is not read."""
    reply = house.create(prompt="a sea", padding="x" * 32 * 1024 * 1024)
    message = "The body must not be larger than 33554432 bytes."
    assert (reply.status_code, reply.json()) == (413, refusal("request_too_large", message))


def test_the_same_key_and_body_find_the_same_job(house: House) -> None:
    """A repeated create is answered with the job it made, as that job is now, and nothing is rendered twice."""
    key = {"idempotency-key": "one-click"}
    first = house.create(headers=key, prompt="a sea", size="640x360").json()
    house.wait()
    again = house.create(headers=key, size="640x360", prompt="a sea")
    assert (again.status_code, again.json()["id"], again.json()["status"]) == (200, first["id"], "completed")
    assert len(house.engine.orders) == 1


def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    """A key that comes back with another order is a conflict."""
    key = {"idempotency-key": "one-click"}
    house.create(headers=key, prompt="a sea")
    reply = house.create(headers=key, prompt="a city")
    message = "This Idempotency-Key was used before with another body; use a new key for a new clip."
    assert (reply.status_code, reply.json()) == (409, refusal("idempotency_key_reused", message))


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "a\tb"])
def test_a_bad_key_is_refused(house: House, key: str) -> None:
    """A key that cannot be kept is not silently dropped."""
    reply = house.create(headers={"idempotency-key": key}, prompt="a sea")
    message = "Idempotency-Key must be 1 to 255 visible ASCII characters."
    assert (reply.status_code, reply.json()) == (400, refusal("invalid_value", message, "Idempotency-Key"))


def test_work_in_flight_is_bounded(house: House) -> None:
    """The thirty-third unfinished job is refused with a time to come back, and a repeat of an old one is not."""
    house.held()
    key = {"idempotency-key": "one-click"}
    kept = house.create(headers=key, prompt="a sea").json()["id"]
    for _ in range(30):
        assert house.create(prompt="a sea").status_code == 200
    reply = house.create(prompt="a sea")
    message = "32 clips are already waiting; send this one again when some have finished."
    assert reply.json() == refusal("rate_limit_exceeded", message, kind="rate_limit_error")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "5")
    assert house.create(headers=key, prompt="a sea").json()["id"] == kept


def test_the_content_is_the_clip(house: House) -> None:
    """A completed video is sent whole, inline, under its own type."""
    job_id = house.finished()
    for query in ("", "?variant=video"):
        reply = house.get(f"/v1/videos/{job_id}/content{query}", headers={"accept": "application/binary"})
        assert (reply.status_code, reply.content) == (200, CLIP)
        assert reply.headers["content-type"] == "video/mp4"
        assert reply.headers["content-length"] == "100"
        assert reply.headers["accept-ranges"] == "bytes"
        assert reply.headers["content-disposition"] == f'inline; filename="{job_id}.mp4"'


@pytest.mark.parametrize("prefix", ["", "/aihubmix"])
def test_the_thumbnail_is_the_poster_as_webp(house: House, prefix: str) -> None:
    """The poster made at the end of the render: the same picture in the same colours, and in no more bytes."""
    job_id = house.finished()
    drawn = jpeg_of(np.tile(np.arange(0, 256, 2, np.uint8)[None, :, None], (72, 1, 3)))
    poster_path(house.folder / "clips", job_id).write_bytes(drawn)
    reply = house.get(f"{prefix}/v1/videos/{job_id}/content?variant=thumbnail")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/webp")
    assert reply.headers["content-disposition"] == f'inline; filename="{job_id}.webp"'
    assert reply.content[:4] + reply.content[8:12] == b"RIFFWEBP"
    assert len(reply.content) <= len(drawn)
    assert np.abs(pixels(reply.content) - pixels(drawn)).max() <= 6


def test_a_poster_that_no_webp_can_be_made_of_goes_as_it_is(house: House) -> None:
    """An engine of another package may draw what PyAV does not read."""
    reply = house.get(f"/v1/videos/{house.finished()}/content?variant=thumbnail")
    assert (reply.status_code, reply.content, reply.headers["content-type"]) == (200, POSTER, "image/jpeg")


def test_a_lost_poster_is_a_404(house: House) -> None:
    """What somebody has taken away is not there, and says so."""
    job_id = house.finished()
    poster_path(house.folder / "clips", job_id).unlink()
    reply = house.get(f"/v1/videos/{job_id}/content?variant=thumbnail")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "content_missing")


def jpeg_of(picture: np.ndarray) -> bytes:
    """Draw uint8 (H, W, 3) as the engine draws its posters."""
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    return jpeg(frame.reformat(format="yuvj420p", dst_color_range=ColorRange.JPEG), 2)


def pixels(picture: bytes) -> np.ndarray:
    """Read a still picture: int16 (H, W, 3)."""
    with av.open(io.BytesIO(picture)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24").astype(np.int16)


def test_head_has_the_headers_and_no_body(house: House) -> None:
    """HEAD says how long the clip is and sends nothing of it."""
    reply = house.request("HEAD", f"/v1/videos/{house.finished()}/content")
    assert (reply.status_code, reply.headers["content-length"], reply.content) == (200, "100", b"")


@pytest.mark.parametrize(
    ("asked", "answered", "content"),
    [
        ("bytes=0-0", "bytes 0-0/100", CLIP[:1]),
        ("bytes=10-19", "bytes 10-19/100", CLIP[10:20]),
        ("bytes=90-", "bytes 90-99/100", CLIP[90:]),
        ("bytes=90-1000", "bytes 90-99/100", CLIP[90:]),
        ("bytes=-5", "bytes 95-99/100", CLIP[-5:]),
    ],
)
def test_a_range_is_that_part_of_the_clip(house: House, asked: str, answered: str, content: bytes) -> None:
    """Closed, open, and suffix ranges are answered with 206 and exactly those bytes."""
    reply = house.get(f"/v1/videos/{house.finished()}/content", headers={"range": asked})
    assert (reply.status_code, reply.headers["content-range"], reply.content) == (206, answered, content)
    assert reply.headers["content-length"] == str(len(content))


def test_a_range_beyond_the_end_is_not_satisfiable(house: House) -> None:
    """A range that begins after the end is a 416 that tells the length."""
    reply = house.get(f"/v1/videos/{house.finished()}/content", headers={"range": "bytes=100-"})
    assert (reply.status_code, reply.headers["content-range"], reply.content) == (416, "bytes */100", b"")


def test_unfinished_jobs_have_no_content(house: House) -> None:
    """Before completion the content is a 404 that says so."""
    first, second = house.held(), house.create(prompt="a sea").json()["id"]
    for job_id, status in ((first, "in_progress"), (second, "queued")):
        reply = house.get(f"/v1/videos/{job_id}/content")
        message = f"This video is {status}; its content is available when it is completed."
        assert (reply.status_code, reply.json()) == (404, refusal("not_ready", message))


def test_a_failed_job_says_why(house: House) -> None:
    """An engine's failure is the job's error, with its words and without its traceback, and the worker goes on."""
    house.engine.error = ValueError("no paint left")
    job_id = house.finished()
    error = {"code": "engine_error", "message": "ValueError: no paint left"}
    assert house.get(f"/v1/videos/{job_id}").json() == video(job_id, status="failed", progress=42, error=error)
    reply = house.get(f"/v1/videos/{job_id}/content")
    message = "This video failed, so it has no content: ValueError: no paint left"
    assert (reply.status_code, reply.json()) == (404, refusal("video_failed", message))

    house.engine.error = None
    assert house.get(f"/v1/videos/{house.finished()}").json()["status"] == "completed"
    assert sorted(path.name for path in (house.folder / "clips").glob(f"{job_id}*")) == []


def test_an_empty_clip_is_a_failure(house: House) -> None:
    """A file without bytes is never called a video."""
    house.engine.clip = b""
    error = {"code": "engine_error", "message": "RuntimeError: the engine wrote an empty file"}
    assert house.get(f"/v1/videos/{house.finished()}").json()["error"] == error


def test_a_clip_without_a_poster_is_a_clip(house: House) -> None:
    """A poster that cannot be made costs only the thumbnail."""
    house.engine.poster_error = ValueError("no frame")
    job_id = house.finished()
    assert house.get(f"/v1/videos/{job_id}/content").content == CLIP
    reply = house.get(f"/v1/videos/{job_id}/content?variant=thumbnail")
    message = "The thumbnail of this job is no longer on the disk."
    assert (reply.status_code, reply.json()) == (404, refusal("content_missing", message))


def test_an_unknown_variant_is_refused(house: House) -> None:
    """A variant that is not made here is named as such."""
    reply = house.get(f"/v1/videos/{house.finished()}/content?variant=hologram")
    assert (reply.status_code, reply.json()) == (
        400,
        refusal("invalid_value", "variant must be one of video, thumbnail, spritesheet.", "variant"),
    )


def test_a_finished_video_can_be_deleted(house: House) -> None:
    """Deleting forgets the job and takes both files away."""
    job_id = house.finished()
    reply = house.request("DELETE", f"/v1/videos/{job_id}")
    assert (reply.status_code, reply.json()) == (200, {"id": job_id, "deleted": True, "object": "video.deleted"})
    assert list((house.folder / "clips").iterdir()) == []
    gone = refusal("not_found", "No such video.")
    for method, path in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
        reply = house.request(method, f"/v1/videos/{job_id}{path}")
        assert (reply.status_code, reply.json()) == (404, gone)


def test_an_unfinished_video_cannot_be_deleted(house: House) -> None:
    """Queued and in-progress videos stay."""
    first, second = house.held(), house.create(prompt="a sea").json()["id"]
    for job_id, status in ((first, "in_progress"), (second, "queued")):
        reply = house.request("DELETE", f"/v1/videos/{job_id}")
        message = f"Only a completed or failed video can be deleted; this one is {status}."
        assert (reply.status_code, reply.json()) == (409, refusal("not_finished", message))
        assert house.get(f"/v1/videos/{job_id}").status_code == 200


def test_the_list_is_paged_by_cursor(house: House) -> None:
    """Pages follow one another in either order until nothing more follows."""
    house.held()
    for _ in range(4):
        house.create(prompt="a sea")
    everything = house.get("/v1/videos").json()
    ids = [entry["id"] for entry in everything["data"]]
    assert everything == {
        "object": "list",
        "data": [house.get(f"/v1/videos/{job_id}").json() for job_id in ids],
        "first_id": ids[0],
        "last_id": ids[-1],
        "has_more": False,
    }
    assert len(ids) == 5
    for order, expected in (("desc", ids), ("asc", ids[::-1])):
        pages, after = [], ""
        while True:
            page = house.get(f"/v1/videos?limit=2&order={order}{after}").json()
            pages.append([entry["id"] for entry in page["data"]])
            if not page["has_more"]:
                break
            after = f"&after={page['last_id']}"
        assert pages == [expected[:2], expected[2:4], expected[4:]]


def test_the_list_after_the_last_is_empty(house: House) -> None:
    """A cursor at the end is answered with an empty page."""
    job_id = house.finished()
    page = {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}
    assert house.get(f"/v1/videos?after={job_id}").json() == page


@pytest.mark.parametrize(
    ("query", "param", "message"),
    [
        ("limit=0", "limit", "limit must be a whole number from 1 to 100."),
        ("limit=101", "limit", "limit must be a whole number from 1 to 100."),
        ("limit=x", "limit", "limit must be a whole number from 1 to 100."),
        ("order=up", "order", "order must be asc or desc."),
        ("after=video_0", "after", "after must be the id of an existing video."),
    ],
)
def test_a_bad_page_is_refused(house: House, query: str, param: str, message: str) -> None:
    """The fields of a page are held to their bounds like those of an order."""
    reply = house.get(f"/v1/videos?{query}")
    assert (reply.status_code, reply.json()) == (400, refusal("invalid_value", message, param))


def test_models_are_listed(house: House) -> None:
    """The models that can be asked for are listed in the OpenAI shape."""
    first, *cards = house.get("/v1/models").json()["data"]
    assert first == {"id": "local/scenes", "object": "model", "created": 1767225600, "owned_by": "jupyter-videogen"}
    assert {card["id"].partition("/")[0] for card in cards} == {"test"}


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/videos/", "/v1/videos/a/b", "/v1/videos/%2e%2e/content", "/v2/videos"]
)
def test_an_unknown_address_is_refused_in_the_same_shape(house: House, path: str) -> None:
    """Nothing is redirected, and no path reaches the disk."""
    reply = house.get(path)
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")


def test_an_unknown_method_is_told_the_known_ones(house: House) -> None:
    """A method that has no meaning is a 405 with every method that has one."""
    reply = house.request("PUT", "/v1/videos")
    message = "Method Not Allowed: PUT is not supported at this address."
    assert (reply.status_code, reply.json()) == (405, refusal("method_not_allowed", message))
    assert {name.strip() for name in reply.headers["allow"].split(",")} == {"GET", "HEAD", "POST"}


PNG = b"\x89PNG\r\n\x1a\n and so on"


@pytest.mark.parametrize("name", ["input_reference", "input_reference.0"])
def test_a_form_is_an_order_too(house: House, name: str) -> None:
    """The SDK sends a form, with a file under either name; the file is what the engine begins with."""
    fields = {"prompt": "a sea", "seconds": "8", "size": "720x1280", "seed": "7"}
    files = {field: (None, value) for field, value in fields.items()} | {name: ("a.png", PNG, "image/png")}
    reply = house.request("POST", "/v1/videos", files=files)
    assert reply.json() == video(reply.json()["id"], **{**reply.json(), "seconds": "8", "size": "720x1280", "seed": 7})
    house.wait()
    (order,) = house.engine.orders
    assert Path(str(order.image)).read_bytes() == PNG
    assert "x-videogen-ignored" not in reply.headers


def test_a_form_without_a_file_is_an_order(house: House) -> None:
    """As the SDK sends it when there is nothing but words."""
    reply = house.request("POST", "/v1/videos", files={"prompt": (None, "a sea")})
    assert (reply.status_code, "x-videogen-ignored" in reply.headers) == (200, False)


@pytest.mark.parametrize(
    "reference",
    [
        {"image_url": "https://example.com/a.png"},
        {"file_id": "file_1"},
        "https://example.com/a.png",
    ],
)
def test_a_reference_that_would_have_to_be_fetched_is_refused(house: House, reference: object) -> None:
    """An address and the id of a file: a clip without its picture is not what was requested."""
    reply = house.create(prompt="a sea", input_reference=reference)
    error = reply.json()["error"]
    assert (reply.status_code, error["param"], error["code"]) == (400, "input_reference", "unsupported_value")
    assert "send the image itself" in error["message"]


@pytest.mark.parametrize("reference", [{}, {"image_url": 5}, [], 5, "cat.png", {"image_url": "data:;base64,eA=="}])
def test_a_reference_has_to_be_one(house: House, reference: object) -> None:
    """What is neither an address nor a picture is refused by the name of its field."""
    reply = house.create(prompt="a sea", input_reference=reference)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "input_reference")


@pytest.mark.parametrize("data", [b"", b"text", b"<svg/>"])
def test_a_file_that_is_no_picture_is_refused(house: House, data: bytes) -> None:
    """A file is looked at before it is taken."""
    files = {"prompt": (None, "a sea"), "input_reference": ("a.png", data, "image/png")}
    reply = house.request("POST", "/v1/videos", files=files)
    message = "input_reference must be a PNG, JPEG, WebP or GIF."
    assert (reply.status_code, reply.json()) == (400, refusal("invalid_value", message, "input_reference"))


def test_a_picture_has_a_largest_size(house: House) -> None:
    """More than 20 MiB of picture is refused by the name of its field."""
    files = {"prompt": (None, "a sea"), "input_reference": ("a.png", PNG + bytes(20 * 1024 * 1024))}
    reply = house.request("POST", "/v1/videos", files=files)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "input_reference")


def test_the_same_key_with_another_file_is_refused(house: House) -> None:
    """Files are part of what makes a create the same."""
    key = {"idempotency-key": "one-click"}
    replies = [
        house.request(
            "POST", "/v1/videos", files={"prompt": (None, "a sea"), "input_reference": ("a.png", data)}, headers=key
        )
        for data in (PNG, PNG, PNG + b"!")
    ]
    assert [reply.status_code for reply in replies] == [200, 200, 409]


def test_a_remix_is_a_new_job_of_a_new_prompt(house: House) -> None:
    """A remix keeps all but the prompt, and names its source."""
    source = house.finished(seconds="8", size="720x1280")
    remix = house.request("POST", f"/v1/videos/{source}/remix", json={"prompt": "a city"}).json()
    house.wait()
    assert (remix["remixed_from_video_id"], remix["prompt"], remix["seconds"]) == (source, "a city", "8")
    first, second = house.engine.orders
    assert (second.prompt, second.seed, second.width) == ("a city", first.seed, first.width)


@pytest.mark.parametrize("body", [{"json": {"video": {"id": "{}"}}}, {"files": {"video[id]": (None, "{}")}}])
def test_an_edit_and_an_extension_name_their_source(house: House, body: dict[str, Any]) -> None:
    """Both are new jobs; an extension is as long as both together."""
    source = house.finished(seconds="4")

    def send(path: str, **fields: str) -> dict[str, Any]:
        if "json" in body:
            options: dict[str, Any] = {"json": {"video": {"id": source}, **fields}}
        else:
            parts = {name: (None, value) for name, value in fields.items()}
            options = {"files": {"video[id]": (None, source)} | parts}
        answer: dict[str, Any] = house.request("POST", path, **options).json()
        return answer

    edit = send("/v1/videos/edits", prompt="a city")
    extension = send("/v1/videos/extensions", prompt="on and on", seconds="8")
    assert (edit["remixed_from_video_id"], edit["seconds"]) == (source, "4")
    assert (extension["remixed_from_video_id"], extension["seconds"]) == (source, "12")
    house.wait()
    house.wait()
    *_, order = house.engine.orders
    assert (order.whole, order.prompt, order.seconds) == (True, "on and on", 12)
    assert Path(order.video or "").read_bytes() == house.request("GET", f"/v1/videos/{source}/content").content
    refused = send("/v1/videos/extensions", prompt="on and on", seconds="20")
    message = "The extended video would last 24 s; 20 s is the longest."
    assert refused == refusal("invalid_value", message, "seconds")


def test_an_extension_needs_the_clip_itself(house: House) -> None:
    """It begins with all of it, so one that somebody took away is missed at once."""
    source = house.finished()
    (house.folder / "clips" / f"{source}.mp4").unlink()
    reply = house.request("POST", "/v1/videos/extensions", json={"prompt": "on", "video": {"id": source}})
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "content_missing")


def test_an_edit_may_bring_its_video(house: House) -> None:
    """A video that is sent is looked at, and then named as without effect."""
    parts: dict[str, Any] = {"prompt": (None, "a city"), "video": ("a.mp4", b"\0\0\0\x18ftypmp42")}
    reply = house.request("POST", "/v1/videos/edits", files=parts)
    assert (reply.status_code, reply.headers["x-videogen-ignored"]) == (200, "video")
    reply = house.request("POST", "/v1/videos/edits", files=parts | {"video": ("a.mp4", PNG)})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "video")


def test_a_source_has_to_be_completed(house: House) -> None:
    """What is not there yet cannot be the beginning of something else."""
    held = house.held()
    for path, fields in (
        (f"/v1/videos/{held}/remix", {}),
        ("/v1/videos/edits", {"video": {"id": held}}),
        ("/v1/videos/extensions", {"video": {"id": held}}),
    ):
        reply = house.request("POST", path, json={"prompt": "a city", **fields})
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "not_completed")
    assert house.request("POST", "/v1/videos/video_0/remix", json={"prompt": "a city"}).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("GET", "/char_1")])
def test_there_are_no_characters(house: House, method: str, path: str) -> None:
    """What this gateway does not have is a 501 in the shape."""
    reply = house.request(method, f"/v1/videos/characters{path}")
    message = "This gateway does not support characters."
    assert (reply.status_code, reply.json()) == (501, refusal("not_supported", message, kind="server_error"))


def test_the_sheet_is_made_of_the_clip(house: House) -> None:
    """A sheet of frames is a variant like the others."""
    reply = house.get(f"/v1/videos/{house.finished()}/content?variant=spritesheet")
    assert (reply.status_code, reply.content, reply.headers["content-type"]) == (200, SHEET, "image/jpeg")


def test_aihubmix_has_defaults_of_its_own(house: House) -> None:
    """What its page says of an order that leaves a field out, or says null."""
    reply = house.request("POST", "/aihubmix/v1/videos", json={"prompt": "a sea", "size": None}).json()
    assert (reply["model"], reply["size"], reply["seconds"]) == ("sora-2", "720x1280", "4")


def test_a_form_may_name_a_reference(house: House) -> None:
    """The forms that the SDK gives to an object with an address or the id of a file: refused, not passed over."""
    for name, value in (("input_reference[image_url]", "https://example.com/a.png"), ("input_reference[file_id]", "f")):
        reply = house.request("POST", "/v1/videos", files={"prompt": (None, "a sea"), name: (None, value)})
        assert (reply.status_code, reply.json()["error"]["param"]) == (400, name)


@pytest.mark.parametrize("prefix", ["/v1", "/aihubmix/v1"])
def test_the_shape_is_spoken_at_two_addresses(house: House, prefix: str) -> None:
    """AIHubMix's address has the same videos."""
    job_id = house.finished(model="sora-2")
    job = house.get(f"{prefix}/videos/{job_id}").json()
    assert (job["model"], house.get(f"{prefix}/videos/{job_id}/content").content) == ("sora-2", CLIP)


def test_one_model_can_be_asked_for(house: House) -> None:
    """As it stands in the list; an unknown one is not found."""
    listed = house.get("/v1/models").json()["data"]
    for model in listed[:3]:
        assert house.get(f"/v1/models/{model['id']}").json() == model
    unknown = house.get("/v1/models/nobody/x")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize("path", ["extensions", "edits"])
def test_a_source_may_be_named_in_json_inside_a_form(house: House, path: str) -> None:
    """The SDK writes an object into a form as its JSON."""
    source = house.finished()
    fields = {"prompt": (None, "and on"), "video": (None, f'{{"id": "{source}"}}')}
    reply = house.request("POST", f"/v1/videos/{path}", files=fields)
    assert (reply.status_code, reply.json()["remixed_from_video_id"]) == (200, source)
    broken = house.request("POST", f"/v1/videos/{path}", files={**fields, "video": (None, "{no")})
    assert broken.status_code == 404


def test_a_clip_that_is_sent_can_be_extended(house: House) -> None:
    """What comes after it is made: it begins where the clip ends."""
    video = b"\0\0\0\x18ftypmp42 and so on"
    files = {"prompt": (None, "and on"), "seconds": (None, "2"), "video": ("a.mp4", video, "video/mp4")}
    reply = house.request("POST", "/v1/videos/extensions", files=files)
    assert (reply.status_code, reply.json()["seconds"]) == (200, "2")
    house.wait()
    (order,) = house.engine.orders
    assert order.video is not None
