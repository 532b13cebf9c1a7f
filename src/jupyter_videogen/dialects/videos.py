"""What OpenAI's `/videos` and Bifrost's share: answers to a create, a list in which each page names the next, and the models."""

from __future__ import annotations

from abc import abstractmethod
from urllib.parse import quote

from jupyter_videogen.dialects.base import Accepted, Call, Dialect, Finished, Handle, Page, Reply
from jupyter_videogen.dialects.parsing.clips import parse_artifacts, video_body
from jupyter_videogen.dialects.parsing.failures import maker_notes
from jupyter_videogen.dialects.parsing.job_ids import find_id, read_job_id
from jupyter_videogen.dialects.parsing.lists import cursor_page
from jupyter_videogen.dialects.parsing.values import as_object, header_cost, poll_hint

CREATE_TIMEOUT = 120.0
PAGE = 50
"""Jobs asked for at once; both providers allow 100."""


class VideosEndpoint(Dialect):
    """`/videos` and `/models`."""

    def read_create(self, reply: Reply) -> Accepted | Finished:
        """Read the video object that answers a create; its id is the one to keep (gateways change it on looks).

        Servers that make the clip while the create is held open answer with the film, or with it in `data`.
        """
        if film := video_body(reply):
            return Finished([film])
        video = as_object(reply)
        if find_id(video) is None and (found := parse_artifacts(reply)):
            return Finished(found)
        handle, notes = {"id": read_job_id(video)}, maker_notes(video)
        return Accepted(handle, poll_after=poll_hint(reply), notes=notes, cost=header_cost(reply))

    def look(self, handle: Handle) -> Call:
        """Retrieve by id; a finished video may come along in base64."""
        return Call("GET", video_path(handle), carries_clips=True)

    @abstractmethod
    def list_query(self, model: str) -> str:
        """Return the query of a list of jobs like those of a model, newest first."""

    def page(self, model: str, cursor: str | None = None) -> Call:
        """Return the call for one page of jobs."""
        after = f"&after={quote(cursor, safe='')}" if cursor else ""
        return Call("GET", f"/videos?{self.list_query(model)}{after}")

    def read_page(self, reply: Reply, _cursor: str | None = None) -> Page:
        """Read a page of the list, which names the next."""
        return cursor_page(reply)

    def delete(self, handle: Handle) -> Call:
        """Delete a completed or failed video."""
        return Call("DELETE", video_path(handle))

    def remix(self, handle: Handle, prompt: str) -> Call:
        """Make it again with other words; answered as a create is."""
        return Call("POST", f"{video_path(handle)}/remix", json={"prompt": prompt}, timeout=CREATE_TIMEOUT)

    def models(self) -> Call:
        """List the provider's models."""
        return Call("GET", "/models")


def video_path(handle: Handle) -> str:
    """Return the path of one video; an id may hold slashes and colons."""
    return f"/videos/{quote(handle['id'], safe='')}"
