"""A request on its way to being sent: checked, priced, and with what is written down beside it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jupyter_videogen.runtime.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_videogen.catalog.validation import ValidatedRequest
    from jupyter_videogen.core.prices import Estimate
    from jupyter_videogen.core.request import GenerationRequest
    from jupyter_videogen.transport.connection import Connection


class SubmitOptions(NamedTuple):
    """What goes with a request and is not part of it: nothing here reaches the provider."""

    new: bool = False
    """Make another clip, though the same request has been made."""
    take: int = 1
    """Which of several clips of one request this is, from 1: each take is a job of its own."""
    output: str = ""
    """A file or folder of the user's choice for the clip."""
    name: str = ""
    """The variable that the job is kept in."""
    template: str = ""
    """The prompt before variables were filled in, where any were."""
    filled: Mapping[str, str] = MappingProxyType({})
    """The values that were filled in."""
    grid: str = ""
    """The grid that the job is a cell of."""
    agent: str = ""
    """The program that asks in a person's place, as it calls itself."""
    job_id: str = ""
    """The id that the job gets, where it was chosen before."""


class Order(NamedTuple):
    """A request that was checked and priced: it can be submitted."""

    connection: Connection
    asked: GenerationRequest
    """As it was asked for; a seed that was left open is still open here."""
    validated: ValidatedRequest
    """As it will be sent."""
    estimate: Estimate
    options: SubmitOptions = SubmitOptions()

    @property
    def fingerprint(self) -> str:
        """The request's name: by what is sent, where, for whom, and which take; a seed that was left open stays open.

        Naming a default and leaving it out ask for the same.
        """
        request = msgspec.structs.replace(self.validated.request, seed=self.asked.seed)
        connection = self.connection
        return fingerprint(
            request, origin=connection.provider.base_url, account=connection.account, take=self.options.take
        )
