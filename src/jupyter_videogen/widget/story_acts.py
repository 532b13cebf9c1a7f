"""What a page asks of a story: one function for each action of `StoryAct`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.api import client
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.request import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from jupyter_videogen.api.stories.story import Story
    from jupyter_videogen.widget.protocol import StoryAct


def act(story: Story, message: StoryAct, find_medium: Callable[[str], object]) -> Future[str] | None:
    """Do what a page asks; where it takes a while, the future has the name of the file that is written.

    `find_medium` gives a sound by its `source`. Raises `VideogenError`, such as `BudgetExceeded` for a token
    that was used.
    """
    if message.action == "join":
        return story.begin_join()
    if message.action == "audio":
        medium = message.medium
        sound = find_medium(medium) if medium else medium
        story.set_audio(sound, volume=message.volume, fade=message.fade)
    else:
        ACTIONS[message.action](story, message)
    return None


def _places(story: Story, message: StoryAct) -> list[int]:
    """Return the places of the shots that a message names: they may have moved since it was sent."""
    record = story.record
    return [record.number_of(shot) for shot in (message.shots or ((message.shot,) if message.shot else ()))]


def _place(story: Story, message: StoryAct) -> int:
    places = _places(story, message)
    if len(places) != 1:
        raise InvalidRequest("One shot has to be named.", field="shot")
    return places[0]


def _fields(message: StoryAct) -> dict[str, object]:
    """Return the settings of a message: a page sets nothing else, and JSON has no whole numbers of its own."""
    for name in message.fields:
        if name not in {*SETTINGS, "model"}:
            raise InvalidRequest(f"{name} can't be set here.", next="Call story.retake in a cell.", field=name)
    values = message.fields.items()
    return {name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in values}


def _retake(story: Story, message: StoryAct) -> None:
    places = _places(story, message)
    if not places or (message.prompt and len(places) > 1):
        raise InvalidRequest("One shot has to be named.", field="shot")
    story.retake_offered(places, message.token, message.prompt or None, _fields(message))


def _insert(story: Story, message: StoryAct) -> None:
    shot = client.job(message.job_id) if message.job_id else message.prompt
    story.insert_on_page(message.to, shot, _fields(message))


def _retry(story: Story, message: StoryAct) -> None:
    story.retry_offered(_places(story, message), message.token, undecided=message.undecided)


ACTIONS: dict[str, Callable[[Story, StoryAct], object]] = {
    "send": lambda story, message: story.agree(message.token),
    "decline": lambda story, _: story.decline(),
    "pause": lambda story, _: story.pause(),
    "resume": lambda story, _: story.send(),
    "cancel": lambda story, _: story.cancel(),
    "retry": _retry,
    "look": lambda story, message: story.look(*_places(story, message)),
    "move": lambda story, message: story.move(_place(story, message), message.to),
    "cut": lambda story, message: story.make_cut(_place(story, message)),
    "link": lambda story, message: story.link(_place(story, message)),
    "keep": lambda story, message: story.make_cut(_place(story, message)),
    "remove": lambda story, message: story.remove(_place(story, message)),
    "restore": lambda story, _: story.restore(),
    "retake": _retake,
    "choose": lambda story, message: story.choose(_place(story, message), message.take),
    "insert": _insert,
    "caption": lambda story, message: story.set_caption(_place(story, message), message.caption),
    "captions": lambda story, message: story.show_captions(on=message.on),
}
