"""ComfyUI: the Comfy API v2, where a model is a workflow and a clip is one of its outputs.

Sources: docs.comfy.org/api-reference/v2 with its OpenAPI document 2.0.0, and for a ComfyUI of one's own the source of
comfy-api-proxy 0.1.6, which serves the same API before it.

- `POST /jobs` takes an Idempotency-Key once: another request with it is refused with 422 `idempotency_key_reuse` and runs
  nothing. Comfy Cloud keeps a key for 24 hours. The proxy keeps it in memory, so that a restart forgets it, unless it was
  started with `--state-dir` (`Proxy._claim_idempotency` in app.py). A refusal never says which job has the key.
- `GET /jobs` is the proxy's own list; it has no prompts, but returns the `metadata` that a job was sent with, up to 1 KiB of
  text. Comfy Cloud refuses `metadata` and answers its list with 501.
- `GET /jobs/{id}` has `queue_position` while a job waits, and `progress` with a `value` from 0 to 1. The proxy's is 0 of 0
  nodes while a job runs (`_running_progress`): its steps are on the event stream alone.
- `GET /jobs/{id}/events` tells of a running job in server-sent events (`x-sse-events`), and sends a comment every 15 s where
  there is nothing to tell. The proxy's `value` is that of one node in one event, and in the next of the nodes that have begun,
  not of all (`_translate_progress` in realtime.py; ComfyUI leaves out nodes that wait). So a percent is the share of the
  sampling steps that are done, unless the event counts every node of the workflow.
- A `preview` event has the picture of a sampler in base64 as `data_base64`, at most two a second (`_on_binary` in realtime.py).
  ComfyUI draws them when it was started with `--preview-method auto`.
- A cancel of a job that has ended is answered with that job, as if nothing was wrong. One that runs is `canceling` first.
- An output's kind is the name under which ComfyUI lists it: SaveVideo lists its film among images. Its file says what it is.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

import msgspec

from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.http import Form, Upload
from jupyter_videogen.dialects.base import (
    Accepted,
    Artifact,
    Call,
    Dialect,
    Handle,
    Listed,
    Malformed,
    Page,
    Preview,
    Reply,
    StatusUpdate,
)
from jupyter_videogen.dialects.http_errors import read_failure
from jupyter_videogen.dialects.parsing.failures import with_failure
from jupyter_videogen.dialects.parsing.job_ids import check_id, find_id
from jupyter_videogen.dialects.parsing.values import (
    as_object,
    member,
    number,
    objects,
    parse_elapsed,
    poll_hint,
    text,
    timestamp,
)
from jupyter_videogen.dialects.status import parse_status
from jupyter_videogen.dialects.workflows import fill, find_samplers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_videogen.core.request import GenerationRequest, Media

CREATE_TIMEOUT, UPLOAD_TIMEOUT = 120.0, 600.0
PAGE = 100
"""Jobs asked for at once, the proxy's most."""
FILMS = (".mp4", ".webm", ".mov", ".mkv", ".m4v")
"""Names of outputs that are films, where their content type does not say so."""
HELD, AWAY = "idempotency_key_reuse", "upstream_unreachable"
SILENCE = 45.0
"""Seconds; the proxy says something at least every 15."""
ALMOST = 99.0
"""The percent of a job whose steps are all done: it is decoded and written yet."""
CHECK_TIMEOUT = 15.0
"""Seconds; the proxy waits 10 for ComfyUI to take a connection."""
MOST_ERRORS, DETAIL = 3, 200
"""Nodes that a refusal names at most, and characters of what each says: it may list every file that there is."""


class ComfyCloud(Dialect):
    """`/jobs` and `/assets` as Comfy Cloud has them: jobs that are not listed."""

    files_only = frozenset({"image", "last_frame"})
    uploads = frozenset({"image", "last_frame"})
    """The media fields whose files are uploaded before the create."""

    def create(self, request: GenerationRequest) -> Call:
        """Send the workflow with the request in it; raises `InvalidRequest` for one that makes no video."""
        if request.workflow is None:
            raise InvalidRequest(
                "ComfyUI makes a clip from a workflow, and there is none.", next=WORKFLOW, field="workflow"
            )
        body = {"workflow": fill(request.workflow, request)}
        return Call("POST", "/jobs", json=body, timeout=CREATE_TIMEOUT)

    def read_create(self, reply: Reply) -> Accepted:
        """Read the job; raises `Malformed` for an answer without its id."""
        return Accepted({"id": check_id(as_object(reply).get("id"))}, poll_after=poll_hint(reply))

    def read_failure(self, reply: Reply) -> Failure:
        """Name the nodes at fault; a key that was used before says that a job of it may exist, not that nothing was made."""
        failure = read_failure(reply)
        error = member(_body(reply), "error")
        if member(error, "code") == HELD:
            return msgspec.structs.replace(failure, charged="unknown")
        words = "; ".join(_node_errors(member(member(error, "details"), "node_errors")))
        return msgspec.structs.replace(failure, message=f"{failure.message} {words}") if words else failure

    def look(self, handle: Handle) -> Call:
        """Look at the job."""
        return Call("GET", _path(handle))

    def read_look(self, reply: Reply, _handle: Handle) -> StatusUpdate:
        """Read the job: its place in the queue or the step it is at, its films, or the node that failed."""
        job = as_object(reply)
        state, word = parse_status(job.get("status"))
        update = StatusUpdate(
            state,
            progress=_percent(job.get("progress")) if state == "running" else None,
            artifacts=_films(job) if state == "succeeded" else (),
            poll_after=poll_hint(reply),
            status=_standing(job) or word,
            took=parse_elapsed(job),
        )
        if state == "succeeded" and not update.artifacts and objects(job.get("outputs") or []):
            return msgspec.structs.replace(update, state="failed", failure=_no_film(job))
        update = with_failure(update, job.get("error"), job)
        return msgspec.structs.replace(update, failure=_with_node(update.failure, job.get("error")))

    def listen(self, handle: Handle) -> Call:
        """Listen to the job."""
        headers = {"accept": "text/event-stream"}
        return Call("GET", f"{_path(handle)}/events", headers=headers, timeout=SILENCE)

    def read_event(self, name: str, event: Reply, request: GenerationRequest) -> StatusUpdate | Preview | None:
        """Read a state, a step or a preview; outputs and the log say nothing of the job. Raises `Malformed`."""
        if name not in {"status", "progress", "preview"}:
            return None
        told = as_object(event)
        if name == "preview":
            return _preview(told)
        if name == "progress":
            return StatusUpdate(
                "running", progress=_steps_done(told, request.workflow), status=_standing({"progress": told})
            )
        state, word = parse_status(told.get("status"))
        return StatusUpdate(state, status=_standing(told) or word)

    def cancel(self, handle: Handle) -> Call:
        """Cancel a job that waits or runs."""
        return Call("POST", f"{_path(handle)}/cancel")

    def read_cancel(self, reply: Reply) -> str | None:
        """Return why a 2xx to a cancel did not cancel the job: it had ended. None where it is cancelled, or is about to be."""
        word = text(as_object(reply).get("status")) or ""
        return f"It is {word} already." if word in {"succeeded", "failed", "expired"} else None

    def upload(self, medium: Media) -> Call:
        """Upload a file; the server keeps equal files once, by a hash of its own (BLAKE3)."""
        form: Form = {
            "file_path": f"videogen-{(medium.sha256 or '')[:32]}-{medium.name}",
            "content_type": medium.content_type,
            "file": Upload(medium.path or "", medium.name, medium.content_type),
        }
        return Call("POST", "/assets", form=form, timeout=UPLOAD_TIMEOUT)

    def read_upload(self, reply: Reply) -> str:
        """Return the id of an asset; raises `Malformed`."""
        return check_id(as_object(reply).get("id"))

    def find_upload(self, asset: str) -> Call:
        """Ask whether an asset is still there: a 2xx means that it is."""
        return Call("GET", f"/assets/{quote(asset, safe='')}")


class ComfyUI(ComfyCloud):
    """The same of a ComfyUI of one's own behind comfy-api-proxy: its jobs are listed, each with the key it was sent with."""

    def mark(self, call: Call, key: str) -> Call:
        """Return a create that carries its Idempotency-Key as a label too, by which the list gives its job again."""
        return msgspec.structs.replace(call, json={**call.json, "metadata": key})

    def check_server(self) -> Call:
        """Look at a job that nobody has: the proxy asks ComfyUI for it first (`get_job`), and its `/health` does not."""
        return Call("GET", f"/jobs/{UUID(int=0)}", timeout=CHECK_TIMEOUT)

    def read_server(self, reply: Reply) -> Failure | None:
        """Return that ComfyUI is not there. A create would be answered alike, but might have reached it."""
        if member(member(_body(reply), "error"), "code") != AWAY:
            return None
        words = "The proxy is there, but ComfyUI behind it can't be reached."
        return Failure(
            code="unreachable", message=words, next="Start ComfyUI, then try again.", sent="no", charged="no"
        )

    def check_key(self) -> Call:
        """Read the list, which a proxy that was started with `--token` refuses to a wrong one (auth.py)."""
        return Call("GET", "/jobs?limit=1")

    def page(self, _model: str, _cursor: str | None = None) -> Call:
        """List the newest jobs."""
        return Call("GET", f"/jobs?limit={PAGE}")

    def read_page(self, reply: Reply, _cursor: str | None = None) -> Page:
        """Read the one page that there is."""
        rows = objects(as_object(reply).get("jobs") or [])
        return Page([_listed(name, row) for row in rows if (name := find_id({"id": row.get("id")}))])


WORKFLOW = 'Set workflows = "FOLDER" below [providers.comfyui] in videogen.toml, or pass workflow="file.json".'


def _path(handle: Handle) -> str:
    return f"/jobs/{quote(handle['id'], safe='')}"


def _body(reply: Reply) -> object:
    try:
        return reply.json
    except Malformed:
        return None


def _node_errors(nodes: object) -> list[str]:
    """Return what a refusal says of each node: ComfyUI's own errors, or Comfy Cloud's fields with reasons."""
    told = []
    for node, error in list(nodes.items())[:MOST_ERRORS] if isinstance(nodes, dict) else ():
        kind = text(member(error, "class_type"))
        errors = objects(member(error, "errors") or error)
        words = ", ".join(filter(None, map(_input_error, errors[:MOST_ERRORS])))
        told.append(f"Node {node}{f' ({kind})' if kind else ''}: {words or 'not valid'}.")
    return told


def _input_error(error: dict[str, Any]) -> str:
    said = [text(error.get(name)) for name in ("message", "details", "field", "reason")]
    return ": ".join(words[:DETAIL] for words in said if words)


def _with_node(failure: Failure | None, error: object) -> Failure | None:
    """Return what ended a job, with its node where it names one."""
    node, kind = text(member(error, "node_id")), text(member(error, "class_type"))
    if failure is None or not node:
        return failure
    return msgspec.structs.replace(failure, message=f"Node {node}{f' ({kind})' if kind else ''}: {failure.message}")


def _no_film(job: dict[str, Any]) -> Failure:
    names = ", ".join(str(output.get("name")) for output in objects(job["outputs"])[:MOST_ERRORS])
    words = f"The workflow ended without a video. Its outputs are {names}."
    return Failure(code="provider", message=words, next="End it in Save Video.", sent="yes", charged="unknown")


def _preview(told: dict[str, Any]) -> Preview:
    try:
        return Preview(b64decode(text(told.get("data_base64")) or "", validate=True))
    except ValueError as error:
        raise Malformed(f"a preview: {error}") from None


def _percent(progress: object) -> float | None:
    """Return the percent of a running job; 0 of no nodes means that the server does not know."""
    value, nodes = number(member(progress, "value")), number(member(progress, "nodes_total"))
    return None if value is None or (value == 0 and not nodes) else min(max(value, 0.0), 1.0) * 100


def _steps_done(progress: dict[str, Any], graph: Mapping[str, Any] | None) -> float | None:
    """Return the percent that an event tells of; None where it is about one node of many that we can't weigh."""
    total = number(progress.get("nodes_total")) or 0.0
    if graph is None:
        return None
    if total >= len(graph):
        return _percent(progress)
    samplers, node = find_samplers(dict(graph)), progress.get("current_node")
    step, steps = number(progress.get("step")), number(progress.get("steps"))
    if node not in samplers or step is None or not steps:
        return None
    done = samplers.index(node) + min(max(step / steps, 0.0), 1.0)
    return min(100.0 * done / len(samplers), ALMOST)


def _standing(job: dict[str, Any]) -> str:
    """Return where a job is: its place in the queue, or what its node is at."""
    place, progress = number(job.get("queue_position")), job.get("progress")
    if place:
        return f"{_ordinal(int(place))} in the queue"
    if told := text(member(progress, "message")):
        return told
    step, steps = number(member(progress, "step")), number(member(progress, "steps"))
    return f"step {step:.0f} of {steps:.0f}" if step is not None and steps else ""


def _ordinal(place: int) -> str:
    """Return a place as English writes it: 1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if place % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def _films(job: dict[str, Any]) -> tuple[Artifact, ...]:
    return tuple(_artifact(output) for output in objects(job.get("outputs") or []) if _is_film(output))


def _is_film(output: dict[str, Any]) -> bool:
    kind, name = text(output.get("content_type")) or "", text(output.get("name")) or ""
    return kind.startswith("video/") or name.lower().endswith(FILMS)


def _artifact(output: dict[str, Any]) -> Artifact:
    """Return a film by its asset, which needs the key; its short-lived address comes second, without one."""
    asset = check_id(output.get("id"))
    url = text(output.get("url"))
    return Artifact(f"/assets/{quote(asset, safe='')}/content", others=(url,) if url else ())


def _listed(name: str, row: dict[str, Any]) -> Listed:
    state, word = parse_status(row.get("status"))
    return Listed(
        handle={"id": name},
        key=text(row.get("metadata")),
        created_at=timestamp(row.get("created_at")),
        state=state,
        status=_standing(row) or word,
        progress=_percent(row.get("progress")),
    )
