"""The widget of a story: all of it in one trait, its frames and clips in messages."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.api.stories import frames
from jupyter_videogen.api.stories.sound import Handed
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media.export_files import named_target
from jupyter_videogen.runtime import process
from jupyter_videogen.widget import dropped_clip, visitors
from jupyter_videogen.widget.base import BaseWidget
from jupyter_videogen.widget.form import Uploads
from jupyter_videogen.widget.history import MOST_POSTERS, read_piece, read_poster, read_posters
from jupyter_videogen.widget.protocol import (
    Export,
    Fetch,
    Hello,
    Module,
    PageMessage,
    Posters,
    StoryAct,
    StoryFrames,
    Upload,
)
from jupyter_videogen.widget.story_acts import act
from jupyter_videogen.widget.story_view import story_view

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from jupyter_videogen.api.stories.story import Story
    from jupyter_videogen.core.clip import ClipRecord

PACE = 0.4
"""Seconds between two updates of the page."""


class StoryWidget(BaseWidget):
    """A story, as long as its page is open."""

    def __init__(self, story: Story) -> None:
        self._shown = story
        self._uploads = Uploads(environment.home())
        self._visited = environment.is_published()
        super().__init__(story=self._view())
        story.follow(self._tell, every=PACE)
        self._renew()  # a shot may have ended since the story was looked at

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        """Do what the page asks of the story; the rest is every widget's."""
        match message:
            case StoryAct():
                return self._act(message)
            case StoryFrames():
                return self._answer_later(message.request_id, self._draw(message), "buffers")
            case Export():
                return self._answer_later(message.request_id, self._export(message.kind))
            case Upload() | Fetch() | Posters() if (found := self._find(message, buffers)) is not None:
                return found
        return super()._handle(message, buffers)

    def _find(self, message: Upload | Fetch | Posters, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        """Take a piece of a sound, or give a piece or the pictures of clips; None for a clip that is not the story's."""
        match message:
            case Upload():
                return {"medium": self._uploads.take(message, bytes(buffers[0]))}
            case Posters():
                return {"buffers": self._read_posters(message.job_ids)}
        clip = self._clip(message.job_id)
        return None if clip is None else {"buffers": [read_piece(clip, message)]}

    def _admitted(self, message: PageMessage) -> PageMessage:
        """Let visitors look at the story and play it; the rest is its owner's."""
        match message:
            case Hello() | Module():
                return message
            case Posters() | StoryFrames():  # of a clip that is not on view there is no picture
                known = self._own
                seen = tuple(job if job in known else "" for job in message.job_ids)
                return msgspec.structs.replace(message, job_ids=seen)
            case Fetch() if message.job_id in self._own:
                return message
        raise visitors.refused()

    @property
    def _own(self) -> set[str]:
        """The clips on view: those of the shots, those that they start on, and the film."""
        view = self.story or {}
        film, shots = view.get("film"), view.get("shots", ())
        shown = {shot[name] for shot in shots for name in ("job_id", "starts_on")}
        return {name for name in (*shown, film and film["job_id"]) if name}

    def _act(self, message: StoryAct) -> dict[str, Any] | None:
        """Do what was pressed; the page has what came of it before it has the answer."""
        if message.action == "insert" and message.job_id:
            job_id = dropped_clip.find_job_id(message.job_id)
            message = msgspec.structs.replace(message, job_id=job_id)
        later = act(self._shown, message, self._find_medium)
        self._renew()
        if later is None:
            return None
        return self._answer_later(message.request_id, self._then_renew(later))

    def _then_renew(self, later: Future[str]) -> Future[str]:
        """Return a future whose outcome the page has on view when it is there."""

        async def wait() -> str:
            try:
                return await asyncio.wrap_future(later)
            finally:
                self._renew()

        return process.runtime().loop.submit(wait)

    def _find_medium(self, source: str) -> Handed:
        """Return a sound that was handed over here; raises `InvalidRequest` for any other."""
        name = self._uploads.names.get(source)
        if name is None:
            raise InvalidRequest("That sound was not handed over here.", next="Choose the file again.", field="audio")
        return Handed(environment.home() / "inputs" / source.removeprefix("upload:"), name)

    def _export(self, kind: str) -> Future[str]:
        """Write the story beside the notebook under a name that is free, while the kernel does other things."""
        target = named_target(environment.folder(), self._shown.name, kind)

        async def write() -> str:
            return (await asyncio.to_thread(self._shown.export, target)).name

        return process.runtime().loop.submit(write)

    # ---- pictures and clips -----------------------------------------------------------------------------------

    def _clip(self, job_id: str) -> ClipRecord | None:
        return self._shown.clip_of(job_id) if job_id else None

    def _read_posters(self, job_ids: Sequence[str]) -> list[bytes]:
        film = self._shown.film
        asked = job_ids[:MOST_POSTERS]
        found = read_posters(asked)
        return [
            read_poster((film.clip,)) if film is not None and job_id == film.clip.job_id else picture
            for job_id, picture in zip(asked, found, strict=True)
        ]

    def _draw(self, asked: StoryFrames) -> Future[list[bytes]]:
        """Draw frames in another thread: sixty of them take seconds."""
        clips = [self._clip(job_id) for job_id in asked.job_ids[:MOST_POSTERS]]

        def draw() -> list[bytes]:
            return [b"" if clip is None else frames.picture(clip, asked.which) for clip in clips]

        return process.runtime().loop.submit(partial(asyncio.to_thread, draw))

    # ---- telling the page ----------------------------------------------------------------------------------

    def _tell(self) -> None:
        if self.comm is not None:
            self._renew()

    def _tell_again(self) -> None:
        self._renew()
        self.send_state("story")

    def _renew(self) -> None:
        with (
            self._lock
        ):  # a page's message and the story's own news come on two threads; the later look is the one to stay
            self.story = self._view()

    def _view(self) -> dict[str, Any]:
        view = msgspec.to_builtins(story_view(self._shown, guest=self._visited))
        return dict(visitors.visitor_view(view) if self._visited else view)
