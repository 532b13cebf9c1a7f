"""`vg.compare`: the same clip with several models, or clips that are there already, side by side."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_videogen.api import client
from jupyter_videogen.api.access import access_for
from jupyter_videogen.api.batch import Prompt, expand_prompts
from jupyter_videogen.api.job import Job
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.api.submission import ask_user, submit_orders
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import file_types
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import InvalidRequest, VideogenError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jupyter_videogen.config.configuration import Configuration

SEEDS = 1_000_000
"""A drawn seed is below this: short enough to be read and typed."""
HEAD = 256
"""Bytes that show whether a file is a video."""


def compare(
    *clips: str | Job | ClipRecord | Iterable[Job | ClipRecord],
    models: Sequence[str] = (),
    files: Iterable[str | os.PathLike[str]] = (),
    **fields: Any,
) -> JobGroup:
    """Show clips side by side under one clock; returns a `JobGroup` at once, with `.df` and `.result()`.

    With a prompt and `models`, makes the same clip with each: `compare("A paper boat", models=["a", "lab:b"], duration=4)`. A
    model can include its provider. Every request is checked and priced before any is sent, and `max_cost=` applies to the
    total. Without `seed=`, all models that take one get the same, drawn from the prompt. Fields as for `generate`; a field that a
    model does not take is a warning on its job. With jobs, clips, a grid's row or `files=["a.mp4"]`, nothing is made.
    Raises `InvalidRequest`, and what `generate` raises before anything is sent.
    """
    if clips and isinstance(clips[0], str):
        return _compare_models(clips, models, fields, files)
    if models or fields:
        raise InvalidRequest(
            "models and settings need a prompt.", next='Pass a prompt first: vg.compare("…", models=["…"]).'
        )
    jobs, found = [*_jobs(clips)], [*map(_file, files)]
    if len(jobs) + len(found) < 2:  # noqa: PLR2004 - one is beside nothing
        raise InvalidRequest("A comparison needs two clips.", next="Pass jobs, clips, a grid's row, or files=[…].")
    return JobGroup(jobs, kind="compare", files=found)


def _compare_models(
    prompts: Sequence[object], models: Sequence[str], fields: Mapping[str, Any], files: Iterable[object]
) -> JobGroup:
    prompt = prompts[0]
    if isinstance(models, str) or not models or len(prompts) > 1 or not isinstance(prompt, str):
        raise InvalidRequest("models must be a list of names.", next='Pass models=["…", "…"].', field="model")
    if list(files):
        raise InvalidRequest("files are compared with jobs, not with what is still to be made.", field="files")
    config = load_config()
    orders = [
        order
        for model in models
        for order in expand_prompts([Prompt(prompt)], _with_seed({**fields, "model": model}, prompt, config), config)
    ]
    jobs = submit_orders(orders, config, yes=bool(fields.get("yes")), max_cost=fields.get("max_cost"), ask=ask_user)
    return JobGroup(jobs, kind="compare", label=prompt)


def _with_seed(fields: dict[str, Any], prompt: str, config: Configuration) -> dict[str, Any]:
    """Give a model that takes a seed the one that this prompt has: the same call asks for the same clips."""
    asked = dict(fields)
    provider = access_for(asked, config, keyless=True).provider
    known = config.with_defaults(provider, asked)
    try:
        takes = find_model(known.get("model"), provider).takes
    except VideogenError:
        return fields  # refused with the others, before anything is sent
    if "seed" in known or "seed" not in takes:
        return fields
    return {**fields, "seed": int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:8], "big") % SEEDS}


def _jobs(given: Iterable[Any]) -> Iterator[Job]:
    for one in given:
        if isinstance(one, Job):
            yield one
        elif isinstance(one, ClipRecord):
            yield client.job(one.job_id)
        elif isinstance(one, str) or not hasattr(one, "__iter__"):
            raise InvalidRequest(
                f"{one!r} is neither a job nor a clip.",
                next="Pass jobs, clips, a grid's row, or files=[…].",
                field="clips",
            )
        else:
            yield from _jobs(one)


def _file(given: str | os.PathLike[str]) -> ClipRecord:
    """Return a file as a clip of no job; raises `InvalidRequest` for one that is gone or no video."""
    path = Path(given).expanduser().resolve()
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        size = path.stat().st_size
    except OSError as error:
        raise InvalidRequest(
            f"{path.name} can't be read: {error.strerror}.", next="Check the path.", field="files"
        ) from None
    if not file_types.begins_as_video(head):
        raise InvalidRequest(f"{path.name} is no video.", next="Pass MP4 or WebM files.", field="files")
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
    return ClipRecord(
        path=str(path), bytes=size, sha256="", job_id=f"file-{name}", prompt=path.name, provider="", model=path.stem
    )
