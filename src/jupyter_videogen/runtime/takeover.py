"""How a job stands when another process had it: judged after a death, shown without its key, in the way of a second one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import Failure, OutcomeUnknown
from jupyter_videogen.runtime.recovery import lost_answer_changes
from jupyter_videogen.runtime.running_job import in_doubt_failure

if TYPE_CHECKING:
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.transport.connection import Connection

UNSENT = Failure(
    code="unreachable",
    message="The kernel stopped before this was sent.",
    next="Run it again.",
    sent="no",
    charged="no",
)
UNANSWERED = frozenset({"draft", "submitting"})
"""States in which a provider has not answered yet."""
LOST = "The kernel stopped while this was being sent, and the answer is lost."


def judge_after_death(record: JobRecord, provider: Provider, *, can_search: bool) -> JobRecord:
    """Judge a job whose process died: nothing paid is sent on behalf of somebody who is not there."""
    match record.state:
        case "draft":
            if record.in_doubt:
                return record.after(state="unknown_outcome", failure=in_doubt_failure(UNSENT))
            return record.after(state="failed", failure=UNSENT)
        case "submitting":
            changes = lost_answer_changes(LOST, provider.dialect if can_search else None, sent="unknown")
            return record.after(state="unknown_outcome", **changes)
    return record


def without_key(record: JobRecord, connection: Connection) -> JobRecord:
    """Return the view of a job whose key is missing: it can't be checked from here, and nothing is recorded."""
    if record.ended or record.handle is None:
        return record
    failure = Failure(
        code="auth",
        message=f"{connection.provider.title} does not allow this job to be checked without its key.",
        next="The job itself continues.",
        sent="yes",
        charged="unknown",
    )
    return record.after(state="unreachable", failure=failure)


def unresolved_error(record: JobRecord) -> OutcomeUnknown:
    """Return the error that stands in the way of sending the same once more."""
    return OutcomeUnknown(
        f"The same request was sent as job {record.id}, and its answer was lost: the job may exist and may be charged.",
        next=f"{command_names.spell('resume', record.id)} looks for it, vg.job({record.id!r}).send_again() sends it again, "
        "and new=True (--new) makes a new job.",
        sent="no",
        charged="no",
    )
