"""The interface between one HTTP protocol and everything else.

A dialect is pure functions between values: it does not wait, retry, log or know the time. Required are
`create` and `read_create`, and for jobs `look` and `read_look`; what a provider lacks is absent. `read_create` and
`read_look` are given 2xx replies only; other statuses are read by `read_failure`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from jupyter_videogen.core.clip import Artifact
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Call, Malformed, Reply
from jupyter_videogen.core.preview import Preview
from jupyter_videogen.core.prices import Price
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.http_errors import read_failure

__all__ = [
    "Accepted",
    "Artifact",
    "Call",
    "Dialect",
    "Finished",
    "GenerationRequest",
    "Malformed",
    "Preview",
    "Refused",
    "Reply",
    "StatusUpdate",
]


Handle = dict[str, Any]


UNREADABLE = (Malformed, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""The exceptions of a reader that meets an unexpected reply."""


RemoteState = Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"]


class Accepted(msgspec.Struct, frozen=True):
    """The provider took the work: look it up by `handle` (JSON)."""

    handle: Handle
    poll_after: float | None = None
    """Seconds after which the provider suggests the first look."""
    notes: Sequence[str] = ()
    """Warnings about how the request was accepted, a sentence each."""
    cost: float | None = None
    """Dollars that the provider says the job costs."""


class Finished(msgspec.Struct, frozen=True):
    """The create returned the finished clips; there is nothing to look up."""

    artifacts: Sequence[Artifact]


class Refused(msgspec.Struct, frozen=True):
    """A 2xx that refuses the request."""

    failure: Failure


class StatusUpdate(msgspec.Struct, frozen=True):
    """The state of a job, as one look shows it."""

    state: RemoteState
    progress: float | None = None
    """0 to 100."""
    artifacts: Sequence[Artifact] = ()
    poll_after: float | None = None
    """Seconds after which the provider suggests the next look."""
    failure: Failure | None = None
    status: str = ""
    """The provider's own word, where the vocabulary lacks it."""
    notes: Sequence[str] = ()
    """Warnings for the user, a sentence each."""
    suggestions: Sequence[str] = ()
    """Prompts that the model can show, where it could not show all of this one."""
    took: float | None = None
    """Seconds from when the provider took the job to its end, by the provider's own clock."""
    cost: float | None = None
    """Dollars that the provider says the job cost."""


class Dialect(ABC):
    """One HTTP protocol as pure functions.

    A provider with jobs also has `look(handle) -> Call` and `read_look(reply, handle) -> StatusUpdate`; one that answers
    a create with the finished clip has neither. `cancel(handle) -> Call` is there where a provider can.
    """

    files_only: frozenset[str] = frozenset()
    """The media fields that the provider takes as files: URLs are downloaded first."""
    lists_prompts: bool = True
    """Whether the rows of its list of jobs say their prompts; without them a lost answer can't be found there."""

    @abstractmethod
    def create(self, request: GenerationRequest) -> Call:
        """Return the paid call for a request whose model is chosen."""

    @abstractmethod
    def read_create(self, reply: Reply) -> Accepted | Finished | Refused:
        """Read a 2xx to a create; raises `Malformed`."""

    def fetch(self, artifact: Artifact) -> Call:
        """Return the call for the bytes of an artifact."""
        return Call("GET", artifact.url)

    def read_failure(self, reply: Reply) -> Failure:
        """Read a reply that is not a 2xx."""
        return read_failure(reply)


@runtime_checkable
class Looks(Protocol):
    """The part of a dialect that looks at accepted jobs."""

    def look(self, handle: Handle, /) -> Call:
        """Return the call that looks at accepted work."""
        ...

    def read_look(self, reply: Reply, handle: Handle, /) -> StatusUpdate:
        """Read a 2xx to a look; raises `Malformed`."""
        ...


@runtime_checkable
class Streams(Protocol):
    """A dialect whose provider tells of a running job in server-sent events; looks stay the source of truth."""

    def listen(self, handle: Handle, /) -> Call:
        """Return the call for the stream; its timeout is the longest silence, in seconds."""
        ...

    def read_event(self, name: str, event: Reply, request: GenerationRequest, /) -> StatusUpdate | Preview | None:
        """Read one event, its data as a body; None where it says nothing of the job. Raises `Malformed`."""
        ...


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a provider's own list of jobs; None is what the row does not say."""

    handle: Handle
    prompt: str | None = None
    model: str | None = None
    duration: float | None = None
    """Seconds."""
    size: str | None = None
    created_at: float | None = None
    """Seconds since the epoch, by the provider's clock."""
    state: RemoteState | None = None
    status: str = ""
    """The provider's own word, where the vocabulary lacks it."""
    progress: float | None = None
    """0 to 100."""
    key: str | None = None
    """The Idempotency-Key that it was sent with, where the list says it: then nothing else needs to be compared."""


class Page(msgspec.Struct, frozen=True):
    """One page of that list, newest first, and where the next one begins."""

    jobs: Sequence[Listed]
    cursor: str | None = None


@runtime_checkable
class ListsJobs(Protocol):
    """A dialect whose provider lists its jobs, so that one whose answer was lost can be found again."""

    def page(self, model: str, cursor: str | None = None, /) -> Call:
        """Return the call for one page of jobs like those of a model (some gateways list by provider)."""
        ...

    def read_page(self, reply: Reply, cursor: str | None = None, /) -> Page:
        """Read a 2xx to it; raises `Malformed`."""
        ...


def can_find_lost(dialect: object) -> bool:
    """Return whether a job whose answer was lost can be told apart in the provider's own list."""
    return isinstance(dialect, ListsJobs) and getattr(dialect, "lists_prompts", True)


class ListedModel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model of a provider's own list. What the list does not say is None, or empty: not published."""

    name: str
    title: str = ""
    durations: tuple[int, ...] = ()
    """Seconds."""
    sizes: tuple[str, ...] = ()
    """"WxH"."""
    aspects: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    lacks: frozenset[str] = frozenset()
    """Fields of a request that the list says it does not take."""
    price: Price | None = None


class ModelList(msgspec.Struct, frozen=True):
    """A provider's list of models, and what of it could not be read."""

    models: Sequence[ListedModel]
    unread: int = 0
    """Rows that name no model."""
    mispriced: Sequence[str] = ()
    """Models whose price is none: text, zero, negative."""


@runtime_checkable
class ListsModels(Protocol):
    """A dialect whose provider lists its models.

    It may have `read_models(reply) -> ModelList`, which raises `Malformed`; else `parsing.lists.parse_model_list` reads the
    usual shapes.
    """

    def models(self) -> Call:
        """Return the call for the list."""
        ...


@runtime_checkable
class DetailsModels(Protocol):
    """A dialect of servers of which some say more of their models in a second list."""

    def details(self) -> Call:
        """Return the call for that list; a server without it answers with an error, and nothing is told of that."""
        ...

    def read_details(self, reply: Reply, /) -> ModelList:
        """Read a 2xx to it; raises `Malformed`."""
        ...


@runtime_checkable
class ChecksKeys(Protocol):
    """A dialect with a free call that needs a key; for others the list of models is tried."""

    def check_key(self) -> Call:
        """Return the call; a 2xx says that the key is good."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """A dialect whose provider can cancel."""

    def cancel(self, handle: Handle, /) -> Call:
        """Return the call that cancels; a 2xx without a refusal in its body means that it worked."""
        ...


@runtime_checkable
class ReadsCancels(Protocol):
    """A dialect whose provider may answer a cancel with a 2xx though it did not cancel."""

    def read_cancel(self, reply: Reply, /) -> str | None:
        """Return why a 2xx did not cancel the job, one sentence; None where it did. Raises `Malformed`."""
        ...


@runtime_checkable
class MarksCreates(Protocol):
    """A dialect whose provider returns a label of the job in its list."""

    def mark(self, call: Call, key: str, /) -> Call:
        """Return a create with its Idempotency-Key as the label; the list gives it as `Listed.key`."""
        ...


@runtime_checkable
class Uploads(Protocol):
    """A dialect whose provider takes files by a free call of their own, before the create.

    The create then gets each of them as a `Media` whose `url` is the reference that `read_upload` gave.
    """

    uploads: frozenset[str]
    """The media fields that are uploaded; among `files_only` as well."""

    def upload(self, medium: Media, /) -> Call:
        """Return the call that uploads a file."""
        ...

    def read_upload(self, reply: Reply, /) -> str:
        """Return the provider's reference to the file, out of a 2xx; raises `Malformed`."""
        ...

    def find_upload(self, reference: str, /) -> Call:
        """Return the call whose 2xx says that a file of an earlier upload is still there."""
        ...


@runtime_checkable
class ChecksServer(Protocol):
    """A dialect that can ask, for nothing and before a create, whether what stands behind its server is there."""

    def check_server(self) -> Call:
        """Return the call."""
        ...

    def read_server(self, reply: Reply, /) -> Failure | None:
        """Return why a create would come to nothing; None where it may go well. Any reply is read."""
        ...
