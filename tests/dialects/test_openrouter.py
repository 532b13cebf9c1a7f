"""OpenRouter: the shapes of its documents and of its SDK, and what they leave open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Base64, Lost
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.base import Accepted, Artifact, Call, Cancels, ListsJobs, ListsModels, StatusUpdate
from jupyter_videogen.dialects.openrouter import OpenRouter
from support.fakes import MP4
from support.scripted_provider import ROWS, Host, Shop, Street, answer
from support.speeches import HANDLE, reply
from support.whole_jobs import as_reply, bench

if TYPE_CHECKING:
    from support.scripted_provider import Asked

PICTURE = Media(kind="image", content_type="image/png", path="/a.png", sha256="0")
WEB = Media(kind="image", url="https://example.com/b.png")
NAME = "gen-vid-1772000000-abcdefghij0123456789"
CONTENT = f"https://openrouter.ai/api/v1/videos/{NAME}/content?index="
SIGNED = "https://storage.example/out.mp4?signature=s"


def create(**fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = (
        OpenRouter().create(GenerationRequest(prompt="a kite", model="google/veo-3.1", **fields)).json
    )
    assert (body.pop("prompt"), body.pop("model")) == ("a kite", "google/veo-3.1")
    return body


def test_the_create_of_the_page() -> None:
    """Numbers as numbers, nothing that was not asked for, one POST."""
    fields = {"duration": 8, "resolution": "720p", "aspect": "16:9", "seed": 42, "sound": False}
    wanted = {"duration": 8, "resolution": "720p", "aspect_ratio": "16:9", "seed": 42, "generate_audio": False}
    assert create(**fields) == wanted
    assert create(size="1280x720", extra={"provider": {"options": {}}}) == {
        "size": "1280x720",
        "provider": {"options": {}},
    }
    call = OpenRouter().create(GenerationRequest(prompt="x", model="m"))
    assert call == Call("POST", "/videos", json={"prompt": "x", "model": "m"}, timeout=120.0)


def test_pictures_to_begin_and_to_end_with() -> None:
    """`frame_images` with their roles: a file as a data URL, an address as it is."""
    data = Base64("/a.png", prefix="data:image/png;base64,")
    assert create(image=PICTURE, last_frame=WEB) == {
        "frame_images": [
            {"type": "image_url", "image_url": {"url": data}, "frame_type": "first_frame"},
            {"type": "image_url", "image_url": {"url": "https://example.com/b.png"}, "frame_type": "last_frame"},
        ]
    }


def test_references_are_pictures_and_sounds() -> None:
    """`input_references`, each as the part of its kind; a video to go on from is none, so none is sent."""
    sound = Media(kind="audio", url="https://example.com/c.mp3")
    film = Media(kind="video", url="https://example.com/d.mp4")
    body = create(references=(WEB,), audio=sound, video=film)
    assert [part["type"] for part in body.pop("input_references")] == ["image_url", "audio_url"]
    assert body == {}
    assert "video" not in (rows.OPENROUTER.others.takes if rows.OPENROUTER.others else ())


def test_frames_beside_references_are_refused_before_they_are_sent() -> None:
    """OpenRouter would drop the references without a word: nothing is sent, and the user is told."""
    with pytest.raises(vg.InvalidRequest, match="not both") as caught:
        create(image=WEB, references=(WEB,))
    assert (caught.value.field, caught.value.sent, caught.value.charged) == ("references", "no", "no")


def test_the_answer_to_a_create() -> None:
    """A 202 whose `polling_url` is the path by the id."""
    body = {"id": NAME, "polling_url": f"/api/v1/videos/{NAME}", "status": "pending"}
    assert OpenRouter().read_create(reply(body, 202)) == Accepted({"id": NAME})
    assert OpenRouter().look({"id": NAME}) == Call("GET", f"/videos/{NAME}")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pending", "queued"),
        ("in_progress", "running"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("expired", "expired"),
    ],
)
def test_every_documented_status(word: str, state: str) -> None:
    """Three of them are ends without a clip."""
    found = OpenRouter().read_look(reply({"id": NAME, "polling_url": "/x", "status": word}), HANDLE)
    assert (found.state, found.artifacts, found.cost) == (state, (), None)


def test_a_completed_job() -> None:
    """Content behind the key goes first; the signed copy is a second place of the same clip."""
    body = {
        "id": NAME,
        "generation_id": "gen-1",
        "polling_url": f"/api/v1/videos/{NAME}",
        "status": "completed",
        "unsigned_urls": [f"{CONTENT}0", f"{CONTENT}1"],
        "urls": [SIGNED],
        "expires_at": 1772600000,
        "usage": {"cost": 0.5, "is_byok": False},
    }
    clips = (
        Artifact(f"/videos/{NAME}/content?index=0", others=(SIGNED,)),
        Artifact(f"/videos/{NAME}/content?index=1"),
    )
    found = OpenRouter().read_look(reply(body), {"id": NAME})
    assert found == StatusUpdate("succeeded", artifacts=clips, cost=0.5)


@pytest.mark.parametrize(
    ("places", "clips"),
    [
        ({}, (Artifact("/videos/j1/content?index=0", presumed=True),)),
        ({"urls": None, "unsigned_urls": None}, (Artifact("/videos/j1/content?index=0", presumed=True),)),
        ({"urls": []}, ()),
        ({"urls": [7, "file:///etc/passwd"]}, ()),
        (
            {"unsigned_urls": ["https://another.example/v.mp4"]},
            (Artifact("/videos/j1/content?index=0", others=("https://another.example/v.mp4",)),),
        ),
    ],
)
def test_where_the_clips_are(places: dict[str, Any], clips: tuple[Artifact, ...]) -> None:
    """No list is no proof of no clip; an empty one is; what is no web address is none of ours."""
    found = OpenRouter().read_look(reply({"status": "completed", **places}), HANDLE)
    assert found == StatusUpdate("succeeded", artifacts=clips)


@pytest.mark.parametrize(
    ("status", "usage", "cost"),
    [
        ("completed", {"cost": 0}, 0.0),
        ("completed", {"cost": "0.25"}, 0.25),
        ("completed", {"cost": -1}, None),
        ("completed", {"cost": None}, None),
        ("completed", {"cost": 3, "is_byok": True}, None),
        ("completed", [], None),
        ("failed", {"cost": 0}, None),
        ("failed", {"cost": 0.1}, 0.1),
    ],
)
def test_what_a_job_cost(status: str, usage: object, cost: float | None) -> None:
    """As it is reported; a zero beside a failure proves nothing, and with one's own key it is not the whole."""
    found = OpenRouter().read_look(reply({"id": "j1", "status": status, "usage": usage}), HANDLE)
    assert found.cost == cost
    assert bool(found.notes) == (isinstance(usage, dict) and usage.get("is_byok", False))


@pytest.mark.parametrize(
    ("status", "error", "code", "message"),
    [
        (401, {"code": 401, "message": "No auth credentials found"}, "auth", "No auth credentials found"),
        (402, {"code": 402, "message": "Insufficient credits"}, "out_of_credit", "Insufficient credits"),
        (404, {"code": 404, "message": "No endpoints found for m."}, "model_not_found", "No endpoints found for m."),
        (429, {"code": 429, "message": "Rate limit exceeded"}, "rate_limited", "Rate limit exceeded"),
        (
            403,
            {
                "code": 403,
                "message": "m requires moderation.",
                "metadata": {"reasons": ["violence", "hate"], "flagged_input": "a …", "model_slug": "m"},
            },
            "content_policy",
            "m requires moderation. (violence, hate)",
        ),
        (
            403,
            {"code": 403, "message": "A guardrail blocked this.", "metadata": None},
            "permission",
            "A guardrail blocked this.",
        ),
        (
            400,
            {
                "code": 400,
                "message": "Provider returned error",
                "metadata": {"provider_name": "G", "raw": '{"error": {"message": "Blocked by the safety filter."}}'},
            },
            "content_policy",
            "Blocked by the safety filter.",
        ),
        (
            400,
            {"code": 400, "message": "Provider returned error", "metadata": {"raw": "duration must be 4, 6 or 8"}},
            "invalid_request",
            "duration must be 4, 6 or 8",
        ),
    ],
)
def test_an_error_says_what_its_metadata_says(status: int, error: dict[str, Any], code: str, message: str) -> None:
    """One envelope; who refused it and why may stand beside the message. Each is a refusal before any work."""
    found = OpenRouter().read_failure(reply({"error": error}, status))
    assert found == Failure(code=code, message=message, sent="yes", charged="no")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"metadata": [1]}}'])
def test_an_error_of_another_shape_is_still_one(body: bytes) -> None:
    """A 502 of somebody else's proxy: no claim about the bill."""
    assert OpenRouter().read_failure(reply(body, 502)).charged == "unknown"


def test_what_openrouter_cannot_do() -> None:
    """No list of jobs and no cancel; the models are at an address of their own."""
    dialect = OpenRouter()
    assert not isinstance(dialect, ListsJobs)
    assert not isinstance(dialect, Cancels)
    assert isinstance(dialect, ListsModels)
    assert dialect.models() == Call("GET", "/videos/models")


def test_a_lost_answer_can_only_be_told(tmp_path: Path) -> None:
    """Nothing is searched, nothing is sent again: one POST, and words that say where to look."""
    one = bench(tmp_path, rows.OPENROUTER, lambda _call: as_reply(Lost("ReadTimeout")))
    job = one.run()
    assert (job.state, [call.method for call in one.transport.calls]) == ("unknown_outcome", ["POST"])
    assert job.failure is not None
    assert (job.failure.sent, job.failure.charged) == ("yes", "unknown")
    assert job.failure.next.startswith("The provider has no list of jobs to search. Check your account there")


def test_a_signed_address_gets_no_key(tmp_path: Path) -> None:
    """Content has no clip: the signed copy at another host is fetched, and sees nothing of the key."""
    with Host(lambda _asked: answer(MP4)) as store:
        shop = Shop("openrouter", clip=answer({"error": {"code": 410, "message": "gone"}}, 410))

        def serve(asked: Asked) -> bytes | None:
            urls = {"urls": [f"{store.origin}/out.mp4?signature=s"]}
            looked = asked.method == "GET" and not asked.target.endswith("index=0")
            return answer({**shop.done, **urls}) if looked else shop(asked)

        with Host(serve) as host:
            shop.host = host
            job = Street(tmp_path, ROWS["openrouter"], host.url).run()
    assert (job.state, Path(job.path).read_bytes()) == ("succeeded", MP4)
    assert [one.headers.get("authorization") for one in store.asked] == [None] * len(store.asked)
    assert all(one.headers["authorization"].startswith("Bearer ") for one in host.asked)
