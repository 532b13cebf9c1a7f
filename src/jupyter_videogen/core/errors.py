"""The errors, sorted by who must act, and what each says about money.

    VideogenError
    ├── you ──── InvalidRequest (field) · ModelNotFound (suggestions) · AuthError · PermissionDenied · OutOfCredit
    │            BudgetExceeded · Unsupported · NotReadyError · WaitTimeout (also a TimeoutError)
    ├── them ─── ContentPolicyError (reason) · ProviderError · RateLimited (retry_after) · ImproveError
    └── the line ─ OutcomeUnknown · Unreachable · DownloadError
                                                 └── ArtifactExpired

Every error answers the two questions a person with a bill asks: `.sent` and `.charged`, each "yes", "no" or
"unknown". `Failure` is the same facts as a value: it is what the ledger keeps and what the page is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec

from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.hidden_characters import escape_text

if TYPE_CHECKING:
    from collections.abc import Sequence

Known = Literal["yes", "no", "unknown"]


@prepare
class Failure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a job made no clip, as a value."""

    code: str
    message: str
    next: str = ""
    """What to do next, one sentence; may be empty."""
    field: str | None = None
    """The request field at fault."""
    sent: Known = "unknown"
    charged: Known = "unknown"
    request_id: str | None = None
    """The provider's own reference for support."""
    retry_after: float | None = None
    """Seconds the provider asked us to wait."""


class VideogenError(Exception):
    """Any error of this package. The message says what happened, what to do next, and whether anything was charged."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, next: str = "", **facts: object) -> None:  # noqa: A002 - the word the page uses too
        self.failure = msgspec.convert(
            {
                "code": self.code,
                "message": escape_text(message),
                "next": escape_text(next),
                "sent": "no",
                "charged": "no",
                **facts,
            },
            Failure,
        )
        self.provider: str | None = None
        self.job: object | None = None
        super().__init__(render_failure(self.failure))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy it as it is: made anew from its words, they would hold what to do next and the charge twice."""
        return _restore, (type(self), self.args, self.__dict__)

    @property
    def message(self) -> str:
        """What happened, one sentence."""
        return self.failure.message

    @property
    def field(self) -> str | None:
        """The request field at fault, where one is."""
        return self.failure.field

    @property
    def sent(self) -> Known:
        """Whether the paid request left this machine completely: "yes", "no" or "unknown"."""
        return self.failure.sent

    @property
    def charged(self) -> Known:
        """Whether the provider charged for it: "yes", "no" or "unknown"."""
        return self.failure.charged

    @property
    def request_id(self) -> str | None:
        """The provider's own reference for support."""
        return self.failure.request_id

    @property
    def retry_after(self) -> float | None:
        """Seconds the provider asked us to wait."""
        return self.failure.retry_after


def _restore(kind: type[VideogenError], args: tuple[Any, ...], facts: dict[str, Any]) -> VideogenError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


class InvalidRequest(VideogenError):
    """The request is not valid; `.field` names the field at fault."""

    code = "invalid_request"


class ModelNotFound(VideogenError):
    """The provider has no such model; `.suggestions` are the nearest names."""

    code = "model_not_found"

    def __init__(self, message: str, *, suggestions: Sequence[str] = (), **facts: object) -> None:
        super().__init__(message, **{"field": "model", **facts})  # type: ignore[arg-type]  # facts carry `next` through
        self.suggestions = tuple(suggestions)


class AuthError(VideogenError):
    """The key is missing or was not accepted."""

    code = "auth"


class PermissionDenied(VideogenError):
    """The key is valid, but does not permit this."""

    code = "permission"


class OutOfCredit(VideogenError):
    """The account has no credit left."""

    code = "out_of_credit"


class BudgetExceeded(VideogenError):
    """Your own budget stopped this."""

    code = "budget"


class Unsupported(VideogenError):
    """The provider, model or installation cannot do this."""

    code = "unsupported"


class NotReadyError(VideogenError):
    """The clip was requested before the job ended."""

    code = "not_ready"


class WaitTimeout(VideogenError, TimeoutError):
    """Only the waiting ended; the job continues and is still watched."""

    code = "wait_timeout"


class ContentPolicyError(VideogenError):
    """The provider refused the content of the request; `.message` holds its reason."""

    code = "content_policy"

    @property
    def reason(self) -> str:
        """The provider's own words."""
        return self.failure.message


class ProviderError(VideogenError):
    """The provider failed."""

    code = "provider"


class RateLimited(VideogenError):
    """The provider wants fewer requests; see `.retry_after`."""

    code = "rate_limited"


class ImproveError(VideogenError):
    """The chat endpoint gave no better prompt; nothing was sent to a video provider."""

    code = "improve"


class OutcomeUnknown(VideogenError):
    """The request was sent, but the answer was lost: the job may exist and may be charged."""

    code = "unknown_outcome"


class Unreachable(VideogenError):
    """The provider can't be reached; an accepted job can still be resumed."""

    code = "unreachable"


class DownloadError(VideogenError):
    """The clip exists but could not be downloaded completely; nothing is generated again."""

    code = "download"
    final = False
    """Whether an immediate retry would return the same."""


class ArtifactExpired(DownloadError):
    """The provider no longer has the clip."""

    code = "expired"


def _family(kind: type[VideogenError]) -> dict[str, type[VideogenError]]:
    """Every error class below `kind` by its code."""
    return {kind.code: kind} | {code: cls for sub in kind.__subclasses__() for code, cls in _family(sub).items()}


def from_failure(failure: Failure) -> VideogenError:
    """Return the exception for a stored failure; an unknown code gives the family's root."""
    kind = _family(VideogenError).get(failure.code, VideogenError)
    error = kind(failure.message)
    error.failure = failure
    error.args = (render_failure(failure),)
    return error


MONEY: dict[tuple[Known, Known], str] = {
    ("no", "no"): "Nothing was sent or charged.",
    ("yes", "no"): "Nothing was charged.",
    ("yes", "yes"): "The provider says it was charged.",
}


def describe_charge(failure: Failure) -> str:
    """Say in one sentence what is known about sending and charging."""
    if failure.code == ImproveError.code:  # what a chat endpoint charges is its own matter
        return "Nothing was sent to a video provider."
    unsure = (
        "We can't tell whether you were charged." if failure.sent == "yes" else "The job may exist and may be charged."
    )
    return MONEY.get((failure.sent, failure.charged), unsure)


def render_failure(failure: Failure) -> str:
    """Join what happened, what to do next and what it cost into one paragraph."""
    return " ".join(part for part in (failure.message, failure.next, describe_charge(failure)) if part)
