"""The events of a job, as values: `async for event in job.events()`."""

from jupyter_videogen.api.events import Done, Event, Failed, Queued, Running, Saving

__all__ = ["Done", "Event", "Failed", "Queued", "Running", "Saving"]
