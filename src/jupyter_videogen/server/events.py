"""What a server tells its pages of jobs, by Jupyter's own events stream (`/api/events/subscribe`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen.ledger.stored_states import state_awake

if TYPE_CHECKING:
    from jupyter_videogen.ledger.glance import Seen

Event = dict[str, Any]
SCHEMA_ID = "https://events.jupyter.org/jupyter_videogen/job/v1"
_TEXT = {"type": "string"}
SCHEMA: dict[str, Any] = {
    "$id": SCHEMA_ID,
    "version": "1",
    "title": "A video job has changed",
    "description": "A job of the home is new, or its state, progress, star or watcher has changed.",
    "personal-data": True,
    "type": "object",
    "properties": {
        "id": {**_TEXT, "title": "The job's id"},
        "version": {"type": "integer", "title": "The number of writes of its record"},
        "state": {**_TEXT, "title": "One of the job states"},
        "over": {"type": "boolean", "title": "Whether nothing more will happen to it by itself"},
        "progress": {"type": ["number", "null"], "title": "Percent, where the provider reports it"},
        "provider": {**_TEXT, "title": "The provider's name"},
        "model": {**_TEXT, "title": "The model's name"},
        "prompt": {**_TEXT, "title": "The first 200 characters of its prompt"},
        "starred": {"type": "boolean", "title": "Whether it is starred"},
        "needs_kernel": {"type": "boolean", "title": "Whether only the kernel that sent it can watch it"},
        "watched_by": {"enum": ["", "kernel", "server", "terminal"], "title": "What kind of process watches it"},
    },
    "required": ["id", "version", "state", "over"],
}
"""Nothing in it opens a door: no key, no reference of a provider, no address, no path."""


def describe(job: Seen, watched_by: str) -> Event:
    """Return the event of a job."""
    return {
        "id": job.id,
        "version": job.version,
        "state": state_awake(job.state),
        "over": bool(job.over),
        "progress": job.progress,
        "provider": job.provider,
        "model": job.model,
        "prompt": job.prompt,
        "starred": bool(job.starred),
        "needs_kernel": bool(job.needs_kernel),
        "watched_by": watched_by,
    }
