"""The clips in an answer: where they stand, or the bytes themselves."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.clip import Artifact
from jupyter_videogen.core.http import Malformed, is_film
from jupyter_videogen.dialects.parsing.envelopes import has_error
from jupyter_videogen.dialects.parsing.values import MOST_CLIPS, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.http import Reply

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


def find_clips(value: object) -> tuple[Artifact, ...]:
    """Find the clips in an object of a reply, in every place that servers are known to use; each once.

    An address is one that the web knows, a data URL, or a path; `gs://` and the like are of no use to us.
    """
    return tuple(dict.fromkeys(_walk_clips(value, "", 0)))[:MOST_CLIPS]


def _walk_clips(value: object, name: str, depth: int) -> Iterator[Artifact]:
    if isinstance(value, str) and is_place(value, name):
        yield artifact_at(value)
    elif isinstance(value, list) and depth < DEEPEST:
        for row in value:
            yield from _walk_clips(row, name, depth + 1)
    elif isinstance(value, dict) and depth < DEEPEST:
        found = [clip for inner in ADDRESSES for clip in _walk_clips(value.get(inner), inner, depth + 1)]
        inside = (content for place in BYTES if (content := text(value.get(place))))
        yield from found or (Artifact("", inline=content) for content in inside)


def is_place(value: str, name: str) -> bool:
    """Return whether a text is an address; a relative path only where the field is called one."""
    if WEB.match(value) or value[:5].lower() == "data:" or value.startswith(SPOOLED):
        return True
    if not value or "://" in value.partition("?")[0] or " " in value:
        return False
    return value.startswith("/") or name.startswith(("url", "uri")) or name.endswith(("url", "uri"))


def artifact_at(url: str) -> Artifact:
    """Return the clip at a URL from a reply: a data URL holds it, and a relative one is a path at the provider.

    One that begins with a slash is a path below the host, as in any page (RFC 3986, section 5.2).
    """
    if url[:5].lower() == "data:" or url.startswith(SPOOLED):
        return Artifact("", inline=url)
    if url.startswith("//"):
        return Artifact(f"https:{url}")
    if url.startswith("/"):
        return Artifact(f"^{url}")
    return Artifact(url if "://" in url.partition("?")[0] else f"/{url}")


def content_artifacts(content: Artifact, job: dict[str, Any]) -> tuple[Artifact, ...]:
    """Return the clips of a job whose first is at `content`, and perhaps elsewhere too, as the job itself says.

    What stands in a list of several is several clips; two addresses beside each other are two places of one.
    """
    rows = next(
        (found for name in ("videos", "urls", "data", "outputs") if len(found := find_clips(job.get(name))) > 1), ()
    )
    found = rows or find_clips(job)
    first = next((clip for clip in found if clip.inline), None) if not rows else rows[0]
    places = tuple(clip.url for clip in ((*rows[:1], *find_clips(job)) if rows else found) if clip.url)
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
    return find_clips(body.get("data") if has_error(body) else body)  # an error may name an address of its own


def video_body(reply: Reply) -> Artifact | None:
    """Return the clip that an answer is itself: a film where JSON was expected."""
    if reply.film:
        return Artifact("", inline=reply.film)
    return Artifact("", inline=b64encode(reply.body).decode()) if is_film(reply.body) else None
