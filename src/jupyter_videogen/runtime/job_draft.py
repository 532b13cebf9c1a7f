"""The first record of a job: what is written down before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_videogen.core import environment
from jupyter_videogen.core.job import JobRecord, new_id
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.media import clip_store
from jupyter_videogen.runtime.fingerprint import fingerprint
from jupyter_videogen.runtime.order import SubmitOptions

if TYPE_CHECKING:
    from jupyter_videogen.runtime.order import Order
    from jupyter_videogen.transport.connection import Connection


def draft_job(order: Order, now: float) -> JobRecord:
    """Return the record of a job that nobody has sent; `now` in seconds since the epoch.

    The clip's path is chosen here, so that the notebook's output names it before the clip is there.
    """
    options, validated = order.options, order.validated
    record = _new_record(order.connection, validated.request, order.fingerprint, now, options)
    return record.after(
        grid=options.grid,
        agent=options.agent,
        cost=order.estimate.cost,
        name=options.name,
        template=options.template,
        filled=dict(options.filled),
        warnings=validated.warnings,
    )


def attached_job(connection: Connection, remote_id: str, handle: dict[str, Any], now: float) -> JobRecord:
    """Return the record of a job that was sent elsewhere and is going on at its provider under `remote_id`."""
    request = GenerationRequest(prompt=f"Attached {remote_id}")
    name = fingerprint(request, origin=connection.provider.base_url, account=connection.account)
    record = _new_record(connection, request, name, now)
    return record.after(state="queued", handle=handle, sent_at=now, accepted_at=now)


def _new_record(
    connection: Connection, request: GenerationRequest, name: str, now: float, options: SubmitOptions = SubmitOptions()
) -> JobRecord:
    job_id, folder, notebook = options.job_id or new_id(), environment.folder(), environment.notebook()
    provider = connection.provider
    return JobRecord(
        id=job_id,
        state="draft",
        request=request,
        provider=provider.name,
        base_url=provider.base_url,
        key_env=provider.key_env,
        model=request.model or "",
        path=str(clip_store.chosen_path(options.output, folder, request.prompt, job_id)),
        fingerprint=name,
        take=0,
        idempotency_key=str(uuid4()),
        created_at=now,
        account=connection.account,
        needs_kernel=connection.is_private,
        like=provider.like,
        notebook=str(notebook) if notebook else None,
        project=str(environment.project(folder)),
    )
