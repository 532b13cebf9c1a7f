"""The receipt beside a clip: a small JSON file that says how it was made, and can be shown to anybody.

No key, no signed URL and no place on this machine is in it: media stand there by name and SHA-256, links without
their query. Losing it loses nothing; the ledger knows the same.
"""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec

from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.secrets import KEYLIKE
from jupyter_videogen.core.version import VERSION
from jupyter_videogen.filesystem import bounded_read
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.media.provenance import copies, xmp
from jupyter_videogen.media.provenance.marks import credentials_words, read_marks

if TYPE_CHECKING:
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.request import GenerationRequest

GENERATOR = "jupyter-videogen"
LARGEST = 1 << 20
"""Bytes; a longer file beside a clip is no receipt."""
LINK = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
DATA = re.compile(r"data:([\w.+/-]+);base64,[A-Za-z0-9+/=_-]{32,}")
TIMES = ("created_at", "sent_at", "accepted_at", "finished_at")


def receipt_path(clip: Path) -> Path:
    """Return where a clip's receipt is: beside it, under the same name."""
    return clip.with_suffix(".json")


def keep_receipt(clip: ClipRecord, record: JobRecord) -> list[str]:
    """Write a clip's receipt; if that fails, return a warning, because the clip itself is kept."""
    try:
        write_receipt(Path(clip.path), describe_clip(clip, record) | {"versions": _versions()})
    except (OSError, TypeError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return [f"The receipt beside the clip could not be written ({why})."]
    return []


def keep_story_receipt(clip: ClipRecord, story: dict[str, object]) -> None:
    """Write the receipt of a film that was joined of others, with all that it is made of; raises `OSError`."""
    facts = describe_clip(clip, None) | {"story": public_value(story), "versions": _versions()}
    write_receipt(Path(clip.path), facts)


def receipt_paths(clip: Path) -> tuple[Path, Path]:
    """Return where a clip's receipt may be: the first, and where that is another file, the second."""
    return receipt_path(clip), clip.with_name(f"{clip.name}.json")


def write_receipt(clip: Path, facts: dict[str, Any], *, overwrite: bool = False) -> None:
    """Write facts beside a clip, whole or not at all; no file of anybody else's is replaced, and no link followed.

    A receipt of the same job is replaced, with `overwrite` that of any clip of this name. Raises `OSError`.
    """
    temporary = clip.with_name(f".videogen-{uuid4().hex}.part")
    text = msgspec.json.format(msgspec.json.encode(facts | {"path": clip.name}), indent=2)
    try:
        with temporary.open("xb") as file:
            file.write(text + b"\n")
        for target in receipt_paths(clip):
            if _is_ours(target, clip, None if overwrite else facts.get("job_id")) or _took(target):
                temporary.replace(target)
                return
        raise FileExistsError(errno.EEXIST, "other files already use its name")
    finally:
        temporary.unlink(missing_ok=True)


def note_rating(clip: ClipRecord, rating: int | None) -> None:
    """Write a clip's rating into its own receipt, or take it out; a receipt that is not there is not made for it."""
    path = Path(clip.path)
    facts = read_receipt(path)
    if facts is None or facts.get("job_id") != clip.job_id:
        return
    kept = {name: value for name, value in facts.items() if name != "rating"}
    with suppress(OSError):  # the ledger has it
        write_receipt(path, kept | ({} if rating is None else {"rating": rating}))


def _took(file: Path) -> bool:
    """Take a name that is free; raises `OSError` for a folder, as for a full disk."""
    try:
        file.open("xb").close()
    except FileExistsError:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from None
        return False
    return True


def _is_ours(file: Path, clip: Path, job_id: object) -> bool:
    """Return whether a file is the receipt of a clip of this name, and of this job where one is named."""
    facts = None if file.is_symlink() else _facts(file)
    return facts is not None and facts.get("path") == clip.name and job_id in (None, facts.get("job_id"))


def read_receipt(clip: Path, sha256: str | None = None) -> dict[str, Any] | None:
    """Read the receipt beside a clip, first one of these bytes or this name; None where there is only another program's file."""
    found = [facts for file in receipt_paths(clip) if (facts := _facts(file))]
    wanted = [("sha256", sha256), ("path", clip.name)]
    told = (facts for name, value in wanted for facts in found if facts.get(name) == value)
    return next(told, found[0] if found else None)


def _facts(file: Path) -> dict[str, Any] | None:
    try:
        return parse_receipt(bounded_read.read_bounded(file, LARGEST))
    except OSError:
        return None


def parse_receipt(text: bytes) -> dict[str, Any] | None:
    """Read the text of a receipt; None for anything else."""
    try:
        facts = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None
    return facts if isinstance(facts, dict) and facts.get("generator") == GENERATOR else None


def provenance(clip: ClipRecord) -> dict[str, Any]:
    """Return how a clip was made: by the receipt beside it, else by the ledger, else as far as the clip itself knows.

    Only a receipt tells the versions.
    """
    facts = read_receipt(Path(clip.path), clip.sha256)
    return facts if facts and facts.get("sha256") == clip.sha256 else describe_clip(clip, _find_record(clip.job_id))


def describe_clip(clip: ClipRecord, record: JobRecord | None) -> dict[str, Any]:
    """Return all that is known of how a clip was made and may be told to anybody."""
    facts = _public_fields(clip)
    facts.pop("poster", None)
    facts.pop("marks", None)
    stored_at = facts.pop("created_at", None)
    times = {name: getattr(record, name) for name in TIMES if getattr(record, name, None)}
    request = {} if record is None else {"request": _request(record)}
    return {
        "generator": GENERATOR,
        **facts,
        "cost_source": clip.cost_source,
        **_describe_origin(clip),
        "path": Path(clip.path).name,
        **request,
        "times": times | ({"stored_at": stored_at} if stored_at else {}),
    }


def _describe_origin(clip: ClipRecord) -> dict[str, str]:
    """Return what the clip is by our own knowledge, and what its file says of that."""
    return {
        "origin": copies.origin_words(clip),
        "digital_source_type": xmp.source_type_uri(copies.source_type(clip)),
        "content_credentials": credentials_words(copies.marks_of(clip)),
    }


def describe_copy(clip: ClipRecord, made: Path) -> dict[str, Any]:
    """Return a clip's receipt with the facts of a file that was made of it; the clip's own stand under `source`.

    Raises `OSError`.
    """
    with made.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    told = credentials_words(read_marks(made))
    source = {
        "name": Path(clip.path).name,
        "bytes": clip.bytes,
        "sha256": clip.sha256,
        "content_credentials": credentials_words(copies.marks_of(clip)),
    }
    return provenance(clip) | {
        "bytes": made.stat().st_size,
        "sha256": sha256,
        "content_credentials": told,
        "source": source,
    }


def _request(record: JobRecord) -> dict[str, Any]:
    """Return the parameters, the media among them by name and hash."""
    return _public_fields(record.request.redacted())


def _public_fields(value: ClipRecord | GenerationRequest) -> dict[str, Any]:
    """Return the fields that may be told to anybody."""
    fields: dict[str, object] = msgspec.to_builtins(value)
    return {name: public_value(field) for name, field in fields.items()}


def public_value(value: object) -> object:
    """Return a JSON value without private data: keys, signatures of links, paths and bytes of media."""
    if isinstance(value, str):
        text = DATA.sub(r"data:\1;base64,…", LINK.sub(_bare, value))
        return KEYLIKE.sub("…", text)
    if isinstance(value, dict):
        named: dict[str, object] = {"name": Path(value["path"]).name} if "kind" in value and value.get("path") else {}
        kept = {name: public_value(inner) for name, inner in value.items() if not (named and name == "path")}
        return named | kept
    return [public_value(inner) for inner in value] if isinstance(value, list | tuple) else value


def _bare(link: re.Match[str]) -> str:
    """Return a link without query, fragment and user: where signatures and passwords stand."""
    try:
        parts = urlsplit(link[0])
    except ValueError:
        return "…"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _versions() -> dict[str, str]:
    return {GENERATOR: VERSION, "python": platform.python_version()}


def _find_record(job_id: str) -> JobRecord | None:
    """Look a job up in the ledger, if there is one; nothing is watched or started for it."""
    file = environment.home() / "ledger.sqlite3"
    if not file.exists():
        return None
    with suppress(VideogenError):
        record = Ledger.at(file).find(job_id)
        return record if record.id == job_id else None
    return None
