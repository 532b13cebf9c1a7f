"""Test models, like the test cards of a payment provider: each name causes one behaviour of a provider.

They are seen through the clock: an ordinary job is kept (and, where there is a clip in the end, rendered), and its card
says what callers see of it. All times are in seconds at pace 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.error import Problem

_LOOK_LATER = 2
_BEFORE_COMPLETION = 99


@dataclass(frozen=True, slots=True)
class ScriptedModel:
    """What happens at create, at looks, and when the clip is fetched."""

    story: str
    refusal: tuple[int, str, str] | None = None
    """At create: HTTP status, code and message."""
    lost: bool = False
    """At create: the job is accepted, and the connection breaks before the first byte of the answer."""
    waits: bool = False
    """At create: the answer comes when the clip exists, as from a synchronous provider."""
    queued: float = 0.5
    running: float = 1.5
    fate: str = "completed"
    """The final state at looks: completed, failed, gone, or never."""
    error: tuple[str, str] | None = None
    """At looks: the code and message of a failure, or of what is missing from a success."""
    measured: bool = True
    """At looks: whether progress is reported."""
    flaky: bool = False
    """At looks: every third answer is broken."""
    expires: bool = False
    """At content: the first link has expired."""
    outputs: int | None = None
    """At content: how many clips there are, whatever was requested."""
    filtered: int = 0
    """At content: how many were withheld."""

    @property
    def renders(self) -> bool:
        """Whether the job makes a clip."""
        return self.refusal is None and self.fate == "completed" and self.outputs != 0


_MODERATED = ("moderation_blocked", "Content policy violation in prompt.")
_UPSTREAM = ("upstream_error", "The upstream provider had an error while making this video.")
_TIMEOUT = ("timeout", "Video generation timed out.")
_HELD_BACK = ("content_filtered", "1 of 3 videos was withheld by the safety filter.")

CARDS: Mapping[str, ScriptedModel] = {
    "test/refused": ScriptedModel("The prompt is refused: a content policy.", fate="failed", error=_MODERATED),
    "test/bad-key": ScriptedModel("The key is not accepted.", (401, "invalid_api_key", "Incorrect API key provided.")),
    "test/bad-setting": ScriptedModel(
        "A setting is not accepted.", (400, "invalid_value", "{} has a value that test/bad-setting does not take.")
    ),
    "test/no-credit": ScriptedModel(
        "There is no credit left.",
        (402, "insufficient_quota", "Insufficient credits to process this request. Please recharge your account."),
    ),
    "test/rate-limited": ScriptedModel(
        "Too many requests, always.", (429, "rate_limit_exceeded", "Rate limit exceeded. Please try again later.")
    ),
    "test/upstream-error": ScriptedModel("The upstream provider fails.", fate="failed", error=_UPSTREAM),
    "test/flaky": ScriptedModel("Every third look fails: a 502, a web page, half a JSON.", running=6, flaky=True),
    "test/gone": ScriptedModel("The job is accepted, and then unknown.", fate="gone"),
    "test/no-progress": ScriptedModel("Runs without reporting progress.", running=5, measured=False),
    "test/slow": ScriptedModel("Takes 20 seconds, with progress.", running=20),
    "test/queued-long": ScriptedModel("Waits 10 seconds in the queue.", queued=10),
    "test/lost-answer": ScriptedModel("The job is accepted, but the connection breaks before the answer.", lost=True),
    "test/expired-link": ScriptedModel("The first link to the clip has expired.", expires=True),
    "test/empty-result": ScriptedModel("Completed, without a clip.", outputs=0),
    "test/partly-filtered": ScriptedModel("One of three clips is withheld.", error=_HELD_BACK, outputs=2, filtered=1),
    "test/sync": ScriptedModel("The create answers when the clip exists.", waits=True),
    "test/sync-timeout": ScriptedModel("The create times out.", waits=True, running=5, fate="failed", error=_TIMEOUT),
    "test/never-finishes": ScriptedModel("Is in progress until it is deleted.", fate="never"),
}


def refuse(card: ScriptedModel, setting: str) -> None:
    """Raise the test model's refusal of a create, if any; `setting` is a field of the dialect."""
    if card.refusal is None:
        return
    status, code, message = card.refusal
    param = setting if code == "invalid_value" else None
    headers = {"retry-after": str(_LOOK_LATER)} if code == "rate_limit_exceeded" else None
    raise Problem(status, code, message.format(setting), param=param, headers=headers)


def apply_script(job: Job, now: float, pace: float) -> Job | None:
    """Return a job as its test model shows it at a time, or None while it is invisible."""
    card = CARDS.get(job.order.model)
    if card is None or job.status in ("cancelled", "failed"):
        return job
    age = (now - job.born) / pace
    if age < card.queued:
        return replace(job, status="queued", progress=0, completed_at=None, rendering=None)
    percent = int(100 * (age - card.queued) / card.running)
    if percent <= _BEFORE_COMPLETION or job.unfinished or card.fate == "never":
        shown = min(_BEFORE_COMPLETION, percent)
        return replace(job, status="in_progress", progress=shown, completed_at=None, rendering=None)
    return _end_job(job, card, int(job.born + (card.queued + card.running) * pace))


def _end_job(job: Job, card: ScriptedModel, earliest: int) -> Job | None:
    error = dict(zip(("code", "message"), card.error, strict=True)) if card.error else None
    if card.fate == "failed":
        return replace(job, status="failed", progress=_BEFORE_COMPLETION, completed_at=None, error=error)
    return None if card.fate == "gone" else replace(job, completed_at=max(earliest, job.completed_at or 0), error=error)
