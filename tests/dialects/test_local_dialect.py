"""The local engine's dialect: the OpenAI shape, and our own names for what it has no field for."""

from __future__ import annotations

import msgspec
import pytest

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.http import Upload
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.base import Call, Reply
from jupyter_videogen.dialects.local import Local

ASKED = GenerationRequest(prompt="a kite", model="local/scenes", duration=4, negative="rain")
FIELDS = {"model": "local/scenes", "prompt": "a kite", "seconds": "4", "negative_prompt": "rain"}


def medium(kind: str, content_type: str) -> Media:
    return Media(kind=kind, content_type=content_type, path=f"/p/{kind}", sha256="0")  # type: ignore[arg-type]


PICTURE, SONG, CLIP = medium("image", "image/png"), medium("audio", "audio/mpeg"), medium("video", "video/mp4")


def test_without_files_it_is_json() -> None:
    """Switches go under our own names, those that were left open not at all."""
    call = Local().create(msgspec.structs.replace(ASKED, sound=False, draft=True))
    assert call == Call(
        "POST", "/videos", json={**FIELDS, "sound": False, "draft": True}, timeout=120.0, carries_clips=True
    )


def test_files_make_it_a_form() -> None:
    """Every file in the field of its name, every other value as text."""
    call = Local().create(msgspec.structs.replace(ASKED, image=PICTURE, last_frame=PICTURE, audio=SONG, enhance=True))
    picture = Upload("/p/image", PICTURE.name, "image/png")
    files = {"input_reference": picture, "last_frame": picture, "audio": Upload("/p/audio", SONG.name, "audio/mpeg")}
    assert (call.json, call.form) == (None, {**FIELDS, "enhance": "true", **files})
    video = Local().create(msgspec.structs.replace(ASKED, video=CLIP)).form
    assert video == {**FIELDS, "video": Upload("/p/video", CLIP.name, "video/mp4")}


@pytest.mark.parametrize("field", ["image", "last_frame", "video", "audio"])
def test_an_address_is_refused(field: str) -> None:
    """Nothing is fetched, so nothing is sent."""
    link = Media(kind="image", url="https://example.com/x")
    with pytest.raises(InvalidRequest, match=f"downloads nothing, and {field} is a URL") as caught:
        Local().create(msgspec.structs.replace(ASKED, **{field: link}))
    assert caught.value.field == field


def test_two_beginnings_are_refused() -> None:
    """A picture, or the end of a video."""
    with pytest.raises(InvalidRequest, match="can start from an image"):
        Local().create(msgspec.structs.replace(ASKED, image=PICTURE, video=CLIP))


@pytest.mark.parametrize(
    ("told", "notes"),
    [("a kite, at dawn", ("Drawn from the enriched prompt: a kite, at dawn",)), (None, ()), (5, ()), ("", ())],
)
def test_an_enriched_prompt_is_a_note(told: object, notes: tuple[str, ...]) -> None:
    """What was drawn is said on the job; anything else in its place is passed over."""
    body = {"id": "video_1", "status": "completed", "revised_prompt": told}
    assert Local().read_look(Reply(200, {}, msgspec.json.encode(body)), {"id": "video_1"}).notes == notes


MISSING = {"words": ["cat", "piano"], "scene": "silk", "scenes": ["sea", "silk"], "suggestions": ["Waves at sunset"]}


@pytest.mark.parametrize(
    ("told", "notes", "suggestions"),
    [
        (MISSING, ('No scene for "cat" or "piano": drew silk. It can draw: sea, silk.',), ("Waves at sunset",)),
        (None, (), ()),
        ("cat", (), ()),
        ({"words": 5, "suggestions": {"a": 1}}, (), ()),
        ({"words": ["cat", 5], "scene": 5, "scenes": None, "suggestions": [5]}, ('No scene for "cat".',), ()),
    ],
)
def test_what_was_not_drawn_is_a_note_and_suggestions(
    told: object, notes: tuple[str, ...], suggestions: tuple[str, ...]
) -> None:
    """The sentence says the words, what was drawn instead, and what can be drawn; odd values are left out."""
    body = {"id": "video_1", "status": "completed", "not_drawn": told}
    update = Local().read_look(Reply(200, {}, msgspec.json.encode(body)), {"id": "video_1"})
    assert (tuple(update.notes), tuple(update.suggestions)) == (notes, suggestions)
