"""Reading what services send: every function takes anything and gives a value of one kind, or nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import msgspec

from jupyter_videogen.core.clip import Artifact
from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.http import Malformed, Reply, is_film
from jupyter_videogen.dialects.base import Listed, Page
from jupyter_videogen.dialects.error_messages import LONGEST, ErrorText, read_error_value
from jupyter_videogen.dialects.status import parse_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.dialects.base import StatusUpdate

LONGEST_ID = 2048
IDS = ("id", "task_id", "job_id", "video_id", "generation_id", "request_id")
"""How services name a job, the more usual first; `request_id` is xAI's and fal's."""
BOXES = ("data", "task", "job", "video", "result", "output")
"""Where a job may stand inside an answer."""
ADDRESSES = (
    *("url", "video_url", "result_url", "download_url", "output_url", "file_url", "mp4_url", "uri", "urls"),
    *("video", "videos", "generated_videos", "data", "content", "metadata", "result", "results", "output", "outputs"),
    *("artifacts", "assets", "files"),
)
"""Where a clip, or an object that holds one, stands: OpenAI's and its relatives', SGLang, new-api, DeepInfra, Replicate."""
BYTES = ("b64_json", "base64", "video_base64", "b64")
WEB = re.compile(r"https?://", re.IGNORECASE)
SPOOLED = "spooled:"
"""How the mark of a text begins that stands in a file (`transport.reply_spool`)."""
DEEPEST = 5
"""Levels of a reply in which clips are looked for."""
PLAIN = {
    "out_of_credit": re.compile(
        r"insufficient.{0,12}(quota|balance|credit|fund)|balance.{0,20}(low|insufficient)", re.IGNORECASE
    ),
    "auth": re.compile(r"invalid.?(api.?)?(key|token)|unauthori|authenticat", re.IGNORECASE),
    "rate_limited": re.compile(r"rate.?limit|too many requests", re.IGNORECASE),
    "model_not_found": re.compile(r"model.?(not.?found|not.?exist)|no such model", re.IGNORECASE),
    "invalid_request": re.compile(
        r"invalid.?(request|param|argument|value|size|prompt)|missing.?(required|param)", re.IGNORECASE
    ),
}
"""How a 2xx says plainly that a request was refused, and what it then is."""
NO_LOOKS = frozenset({401, 402, 403, 429})
"""Refusals that say nothing of the job that was asked for."""
ENDS = frozenset({"failed", "cancelled", "canceled", "completed", "succeeded", "expired"})
"""Words for a job's end that no envelope of an error uses for itself."""
MILLISECONDS = 1e11
"""No number of seconds is as large for the next thousand years; one of milliseconds is."""
SIZE = re.compile(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}")
NO_REASON = "The service gave no reason."
MOST_CLIPS = 16
"""What one job may have; a larger number in a reply is a mistake."""


def as_object(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of a reply; raises `Malformed` for anything else."""
    body = reply.json
    if not isinstance(body, dict):
        raise Malformed("not an object")
    return body


def check_id(value: object) -> str:
    """Return an id that may become one path segment; raises `Malformed` for one that could walk elsewhere.

    A whole number is an id too.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.isprintable() or value in {"", ".", ".."} or len(value) > LONGEST_ID:
        raise Malformed("no usable id")
    return value


def find_id(job: object) -> str | None:
    """Return the id of a job by whatever name it has in an object; None where it has none."""
    for name in IDS if isinstance(job, dict) else ():
        with suppress(Malformed):
            return check_id(_member(job, name))
    return None


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def job_id(body: object, *, first: tuple[str, ...] = ()) -> str:
    """Return the id of the job in an answer to a create: in itself, or in what it wraps; raises `Malformed`.

    `first` are names that the dialect's document has, which go before all others. A `request_id` beside an error is that of
    the exchange.
    """
    levels = [_unnumbered(level) if has_error(body) else level for level in (body, *_wrapped(body))]
    ours = (row.get(name) for row in levels if isinstance(row, dict) for name in first)
    for value in ours:
        with suppress(Malformed):
            return check_id(value)
    found = next(filter(None, map(find_id, levels)), None)
    return check_id(found)


def _unnumbered(body: object) -> object:
    """Return an object without the id of its exchange."""
    return {name: value for name, value in body.items() if name != "request_id"} if isinstance(body, dict) else body


def _wrapped(body: object) -> Iterator[object]:
    """Return the objects in which an answer may keep its job; the first of a list."""
    for name in BOXES:
        yield from objects(_member(body, name))[:1]
    if isinstance(body, list):
        yield from objects(body)[:1]


def text(value: object) -> str | None:
    """Return a string that says something."""
    return value if isinstance(value, str) and value else None


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list, or of one object that stands for a list of one."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def number(value: object) -> float | None:
    """Return a number that may come as a string; never NaN, infinity or a boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):  # an integer of hundreds of digits
        return None
    return found if abs(found) < float("inf") else None


def percent(value: object) -> float | None:
    """Return a number from 0 to 100, also of "62%". No dialect's document counts from 0 to 1."""
    told = isinstance(value, str) and value.strip().endswith("%")
    found = number(str(value).strip()[:-1] if told else value)
    return found if found is not None and 0 <= found <= 100 else None  # noqa: PLR2004 - a percent


def moment(value: object) -> float | None:
    """Return a time in seconds since the epoch, out of seconds, milliseconds or ISO 8601 (UTC where it names no zone)."""
    found = number(value)
    if found is not None:
        return (found / 1000 if found > MILLISECONDS else found) or None
    try:
        read = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def length(value: object) -> float | None:
    """Return a clip's length in seconds; nothing that no clip can have."""
    found = number(value)
    return found if found and found > 0 else None


def size(value: object) -> str | None:
    """Return a size as "WxH"; services also answer "auto" or "768P", which say nothing of the picture."""
    return value if isinstance(value, str) and SIZE.fullmatch(value) else None


def artifact_at(url: str) -> Artifact:
    """Return the clip at a URL from a reply: a data URL holds it, and a relative one is a path at the service.

    One that begins with a slash is a path below the host, as in any page (RFC 3986, section 5.2).
    """
    if url[:5].lower() == "data:" or url.startswith(SPOOLED):
        return Artifact("", inline=url)
    if url.startswith("//"):
        return Artifact(f"https:{url}")
    if url.startswith("/"):
        return Artifact(f"^{url}")
    return Artifact(url if "://" in url.partition("?")[0] else f"/{url}")


def clips(value: object) -> tuple[Artifact, ...]:
    """Find the clips in an object of a reply, in every place that servers are known to use; each once.

    An address is one that the web knows, a data URL, or a path; `gs://` and the like are of no use to us.
    """
    return tuple(dict.fromkeys(_clips(value, "", 0)))[:MOST_CLIPS]


def _clips(value: object, name: str, depth: int) -> Iterator[Artifact]:
    if isinstance(value, str) and _is_place(value, name):
        yield artifact_at(value)
    elif isinstance(value, list) and depth < DEEPEST:
        for row in value:
            yield from _clips(row, name, depth + 1)
    elif isinstance(value, dict) and depth < DEEPEST:
        found = [clip for inner in ADDRESSES for clip in _clips(value.get(inner), inner, depth + 1)]
        inside = (content for place in BYTES if (content := text(value.get(place))))
        yield from found or (Artifact("", inline=content) for content in inside)


def _is_place(value: str, name: str) -> bool:
    """Return whether a text is an address; a relative path only where the field is called one."""
    if WEB.match(value) or value[:5].lower() == "data:" or value.startswith(SPOOLED):
        return True
    if not value or "://" in value.partition("?")[0] or " " in value:
        return False
    return value.startswith("/") or name.startswith(("url", "uri")) or name.endswith(("url", "uri"))


def content_artifacts(content: Artifact, job: dict[str, Any]) -> tuple[Artifact, ...]:
    """Return the clips of a job whose first is at `content`, and perhaps elsewhere too, as the job itself says.

    What stands in a list of several is several clips; two addresses beside each other are two places of one.
    """
    rows = next((found for name in ("videos", "urls", "data", "outputs") if len(found := clips(job.get(name))) > 1), ())
    found = rows or clips(job)
    first = next((clip for clip in found if clip.inline), None) if not rows else rows[0]
    places = tuple(clip.url for clip in ((*rows[:1], *clips(job)) if rows else found) if clip.url)
    others = tuple(place for place in dict.fromkeys(places) if place not in {clip.url for clip in rows[1:]})
    whole = msgspec.structs.replace(content, inline=first.inline if first else None, others=others)
    facts = {"duration": content.duration, "size": content.size}
    return (whole, *(msgspec.structs.replace(clip, **facts) for clip in rows[1:]))


def parse_artifacts(reply: Reply) -> tuple[Artifact, ...]:
    """Return the clips in an answer of any shape: it is a film itself, or says where they are, or holds them."""
    film = video_body(reply)
    try:
        body = reply.json
    except Malformed:
        return (film,) if film else ()
    return clips(body.get("data") if has_error(body) else body)  # an error may name an address of its own


def has_empty_result(reply: Reply) -> bool:
    """Return whether an answer has the place of a finished clip (`data`), and nothing there."""
    try:
        body = reply.json
    except Malformed:
        return False
    return isinstance(body, dict) and ("data" in body or "created" in body)


def find_job_id(reply: Reply) -> str | None:
    """Return the id of the job in an answer of any shape; None where it names none, or but the exchange itself."""
    try:
        body = reply.json
        return job_id(_unnumbered(body))
    except Malformed:
        return None


def video_body(reply: Reply) -> Artifact | None:
    """Return the clip that an answer is itself: a film where JSON was expected."""
    if reply.film:
        return Artifact("", inline=reply.film)
    return Artifact("", inline=b64encode(reply.body).decode()) if is_film(reply.body) else None


def maker_notes(video: dict[str, Any]) -> tuple[str, ...]:
    """Say who made it, where that is not what was asked for, and whether a cache answered, as Bifrost tells it.

    Names of Bifrost v1.5 (`original_model_requested`, `resolved_model_used`) and of those before it.
    """
    extra = video.get("extra_fields")
    if not isinstance(extra, dict):
        return ()
    asked = text(extra.get("original_model_requested")) or text(extra.get("model_requested"))
    used = text(extra.get("resolved_model_used")) or text(extra.get("model_deployment"))
    cache = extra.get("cache_debug")
    hit = isinstance(cache, dict) and cache.get("cache_hit") is True
    made = f"Made by {text(extra.get('provider')) or 'the provider'} with {used}, where {asked} was asked for."
    return tuple(
        filter(None, (made if asked and used and asked != used else "", "From the gateway's cache." if hit else ""))
    )


def clip_count(value: object) -> int:
    """Return a number of clips: 1 where none is said, within 0 to 16."""
    found = 1 if value is None else number(value)
    return 1 if found is None else int(min(max(found, 0), MOST_CLIPS))


def poll_hint(reply: Reply) -> float | None:
    """Return the seconds after which `openai-poll-after-ms` suggests to look again."""
    milliseconds = number(reply.headers.get("openai-poll-after-ms"))
    return None if milliseconds is None else milliseconds / 1000


def parse_elapsed(job: dict[str, Any]) -> float | None:
    """Return the seconds from a job's creation to its completion, where it says both and they are in order."""
    created, completed = moment(job.get("created_at")), moment(job.get("completed_at"))
    return completed - created if created and completed and completed > created > 0 else None


def parse_failure(error: object) -> Failure:
    """Read the `error` of a failed job: an object, a string or nothing. No claim is made about the bill."""
    told = error if isinstance(error, ErrorText) else read_error_value(error)
    kind = "content_policy" if told.filtered else "provider"
    return Failure(code=kind, message=(told.words or NO_REASON)[:LONGEST], sent="yes", charged="unknown")


def failure_reason(job: dict[str, Any]) -> ErrorText | None:
    """Return what a failed job says of itself in any place but its `error`; None where it says nothing.

    new-api writes a failed task's reason where the address of its clip would stand (model/task.go, `GetResultURL`).
    """
    told = read_error_value({name: value for name, value in job.items() if name != "status"})
    places = (job.get("url"), job.get("result_url"), _member(job.get("metadata"), "url"))
    words = (place for place in map(text, places) if place and not _is_place(place, ""))
    return told if told.words else next(map(read_error_value, words), None)


def with_failure(update: StatusUpdate, error: object, job: dict[str, Any] | None = None) -> StatusUpdate:
    """Add what a job's `error` says of its end; a failed one's `job` may say it in another place.

    A failed job has a reason, however little is said. One that is called finished and has an error all the same keeps its
    clips, with a note; where there are none, the error is what became of it.
    """
    if update.state == "failed":
        return msgspec.structs.replace(
            update, failure=parse_failure(error if _says(error) else failure_reason(job or {}) or error)
        )
    if update.state != "succeeded" or not (any(error.values()) if isinstance(error, dict) else error):
        return update
    failure = parse_failure(error)
    if not update.artifacts:
        return msgspec.structs.replace(update, state="failed", failure=failure)
    note = f"The service also reported an error: {failure.message}"
    return msgspec.structs.replace(update, notes=(*update.notes, note))


def _says(error: object) -> bool:
    """Return whether an `error` has words or a code of its own."""
    told = read_error_value(error)
    return bool(told.words)


def parse_refusal(reply: Reply) -> Failure | None:
    """Read a 2xx that holds neither clip nor job as a refusal; None where it says nothing plain of the request.

    What speaks of trouble at the service, or of nothing, is no refusal: the work may have begun.
    """
    try:
        body = reply.json
    except Malformed:
        return None
    told = read_error_value(body)
    marks = f"{told.marks} {told.words}"
    code = (
        "content_policy" if told.filtered else next((kind for kind, word in PLAIN.items() if word.search(marks)), None)
    )
    if code is None or not told.words or not has_error(body):
        return None
    return Failure(code=code, message=told.words, sent="yes", charged="unknown")


def error_text(reply: Reply, *, looked: bool = False) -> str:
    """Return the words of a 2xx that holds an error and no job; empty where it complains of nothing.

    In a look the object of a job has a `status`, and its error is the job's.
    """
    try:
        body = reply.json
    except Malformed:
        return ""
    a_job = looked and isinstance(body, dict) and text(body.get("status")) is not None
    return read_error_value(body).words if not a_job and has_error(body) else ""


def has_error(body: object) -> bool:
    """Return whether an object is about an error: it has one, says that it did not succeed, or a code that is no success."""
    if not isinstance(body, dict) or (text(body.get("status")) and parse_status(body["status"])[0] != "failed"):
        return False
    code = str(body.get("code", "")).lower()
    wrong = code not in {"", "0", "200", "success", "ok", "none"} and not isinstance(body.get("data"), dict)
    return bool(body.get("error") or body.get("errors") or body.get("success") is False or wrong)


def is_ended_job(reply: Reply) -> bool:
    """Return whether an error's body is the object of a job that has ended; the envelope of an error is none.

    A refusal for want of a key or of credit is none either, whatever it calls itself.
    """
    try:
        job = reply.json
    except Malformed:
        return False
    if (
        not isinstance(job, dict)
        or reply.status in NO_LOOKS
        or parse_status(job.get("status"))[0] in {"queued", "running"}
    ):
        return False
    whole = find_id({name: job.get(name) for name in IDS if name != "request_id"}) or job.get("object") == "video"
    return bool(whole) or (reply.status != 404 and str(job["status"]).lower() in ENDS)  # noqa: PLR2004 - not found


def form_text(name: str, value: object) -> str:
    """Return a form field's text; raises `InvalidRequest` for what a form cannot hold."""
    if isinstance(value, dict | list):
        raise InvalidRequest(
            f"{name} is a list or an object, and a form holds only text.", next="Give it as text.", field="extra"
        )
    return str(value).lower() if isinstance(value, bool) else str(value)


def drop_unset(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not given, so that the service's own defaults hold."""
    return {name: value for name, value in fields.items() if value is not None}


def parse_listed_facts(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row of a list of jobs says of its request: the facts of a `Listed`, without its handle."""
    return {
        "prompt": text(row.get("prompt")),
        "model": text(row.get("model")),
        "duration": length(row.get("seconds")) or length(row.get("duration")),
        "size": size(row.get("size")),
        "created_at": moment(row.get("created_at")),
        **_standing(row),
    }


def _standing(row: dict[str, Any]) -> dict[str, Any]:
    """Return how far a listed job is; nothing where the row has no word for it."""
    if text(row.get("status")) is None:
        return {}
    state, word = parse_status(row["status"])
    return {"state": state, "status": word, "progress": percent(row.get("progress"))}


def id_from_location(reply: Reply) -> str | None:
    """Return the id at the end of a Location, which is all that some answers to a create hold."""
    segment = urlsplit(reply.headers.get("location", "")).path.rstrip("/").rpartition("/")[2]
    try:
        return check_id(unquote(segment))
    except Malformed:
        return None


def cursor_page(reply: Reply) -> Page:
    """Read a page of videos as OpenAI and Bifrost give them; a cursor that comes with an empty page is no cursor."""
    body = as_object(reply)
    rows = [(name, row) for row in objects(body.get("data") or []) if (name := find_id(row))]
    jobs = [Listed(handle={"id": name}, **parse_listed_facts(row)) for name, row in rows]
    return Page(jobs, text(body.get("last_id")) if body.get("has_more") is True and jobs else None)


def model_names(reply: Reply) -> list[str]:
    """Return the names in a list of models, in any of its shapes: objects with an `id`, names, or models by provider."""
    body = reply.json
    rows = body.get("data", body.get("models", [])) if isinstance(body, dict) else body
    return list(dict.fromkeys(_names(rows)))


def model_prices(reply: Reply) -> dict[str, float]:
    """Return dollars a clip by model, where a list of models says so: Bifrost's `pricing.request`, a number in a string."""
    body = reply.json
    rows = objects(body.get("data")) if isinstance(body, dict) else []
    found = {
        str(row.get("id")): number((row.get("pricing") or {}).get("request"))
        for row in rows
        if isinstance(row.get("pricing"), dict)
    }
    return {model: price for model, price in found.items() if price}


def _names(rows: object) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, str):
            yield row
        elif isinstance(row, dict) and isinstance(row.get("models"), list):
            yield from _names(row["models"])
        elif isinstance(row, dict) and (name := text(row.get("id")) or text(row.get("name"))):
            yield name
