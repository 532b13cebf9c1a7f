"""The check of a request before anything is sent."""

from __future__ import annotations

import pytest

from jupyter_videogen.catalog.builtin import LOCAL
from jupyter_videogen.catalog.registry import Registry
from jupyter_videogen.catalog.validation import validate
from jupyter_videogen.core.errors import InvalidRequest, ModelNotFound, VideogenError
from jupyter_videogen.core.request import GenerationRequest as Ask
from support.fakes import SLOW


def test_what_is_left_open_is_filled_in() -> None:
    """The first model and its own defaults; a seed stays open."""
    assert validate(Ask(prompt="a kite"), LOCAL).request == Ask(
        prompt="a kite", model="local/scenes", duration=4, size="1280x720"
    )


def test_what_is_given_is_kept() -> None:
    """Values are never changed behind the user's back."""
    asked = Ask(prompt="a kite", model="local/scenes", duration=7, size="720x720", fps=30, seed=0, extra={"a": 1})
    assert validate(asked, LOCAL)[:2] == (asked, ())


@pytest.mark.parametrize(
    ("asked", "field", "message"),
    [
        (Ask(prompt=" \n"), "prompt", "The prompt is empty. Describe the video you want."),
        (Ask(prompt="x" * 32_001), "prompt", "The prompt is too long: 32,001 characters. Use at most 32,000."),
        (
            Ask(prompt="a\0b"),
            "prompt",
            "The prompt contains characters that are not text (NUL or half a surrogate pair). Remove them.",
        ),
        (
            Ask(prompt="a\ud800"),
            "prompt",
            "The prompt contains characters that are not text (NUL or half a surrogate pair). Remove them.",
        ),
        (
            Ask(prompt="a", duration=30),
            "duration",
            "local/scenes can't make a 30-second clip. Supported lengths: 1 to 20 s. Nearest: 20.",
        ),
        (
            Ask(prompt="a", duration=0),
            "duration",
            "local/scenes can't make a 0-second clip. Supported lengths: 1 to 20 s. Nearest: 1.",
        ),
        (Ask(prompt="a", fps=99), "fps", "local/scenes makes 12 to 60 frames per second."),
        (Ask(prompt="a", seed=-1), "seed", "The seed -1 is out of range. Use 0 to 4294967295."),
    ],
)
def test_a_bad_value_is_refused_with_the_nearest_good_one(asked: Ask, field: str, message: str) -> None:
    """What was wrong, what to do, and that nothing was sent, in one sentence each."""
    with pytest.raises(InvalidRequest) as caught:
        validate(asked, LOCAL)
    assert str(caught.value) == f"{message} Nothing was sent or charged."
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("size", "nearest"),
    [("1920x1088", "1920x1080"), ("701x1301", "720x1280"), ("511x511", "720x720"), ("144x200", "360x640")],
)
def test_the_nearest_size_has_the_nearest_shape(size: str, nearest: str) -> None:
    """A portrait is answered with a portrait."""
    with pytest.raises(InvalidRequest, match=f"Nearest: {nearest}"):
        validate(Ask(prompt="a", size=size), LOCAL)


@pytest.mark.parametrize("size", ["800x600", "256x144", "144x256", "1920x1080", "1440x1440"])
def test_any_size_within_the_bounds_is_taken(size: str) -> None:
    """What is offered is not all there is."""
    assert validate(Ask(prompt="a", size=size), LOCAL).request.size == size


@pytest.mark.parametrize(
    "size",
    ["big", "800", "0x600", "800x-600", "800x600x2", "800x600 ", "８００x６００", "800X600", "8_00x600"],  # noqa: RUF001 - wide digits
)
def test_what_is_no_size_is_refused(size: str) -> None:
    """Before bounds are looked at."""
    with pytest.raises(InvalidRequest, match=f'"{size}" is not a valid size. Write it as 1280x720'):
        validate(Ask(prompt="a", size=size), LOCAL)


def test_an_unknown_model_is_answered_with_its_neighbour() -> None:
    """A typo in a name costs nothing but a sentence."""
    with pytest.raises(ModelNotFound) as caught:
        validate(Ask(prompt="a", model="local/scene"), LOCAL)
    assert caught.value.suggestions == ("local/scenes", "local/ink", "local/grain")
    assert caught.value.message == "Local engine has no model named local/scene."


def test_a_provider_without_known_models_takes_any_but_needs_one() -> None:
    """Where only the provider knows, everything goes through but a request without a model."""
    asked = Ask(prompt="a", model="anything", duration=999, size="7x7")
    assert validate(asked, SLOW) == (asked, (), SLOW.dialect.create(asked))
    with pytest.raises(InvalidRequest, match="needs a model name"):
        validate(Ask(prompt="a"), SLOW)


def test_an_unknown_provider_is_answered_with_its_neighbour() -> None:
    """So is a typo in a provider."""
    with pytest.raises(VideogenError, match=r"Did you mean local\?"):
        Registry().find("lokal")


def test_several_clips_of_a_model_that_makes_one_are_told_how() -> None:
    """A number that is not used says what to do instead; one clip of one is what it makes."""
    (warning,) = validate(Ask(prompt="a", n=3), LOCAL).warnings
    assert warning.endswith("For 3 clips: vg.compare(prompt, models=['local:local/scenes'], n=3).")
    assert validate(Ask(prompt="a", n=1), LOCAL).warnings == ()
    assert validate(Ask(prompt="a", n=0), LOCAL).warnings == ("n isn't used by local/scenes at Local engine.",)
