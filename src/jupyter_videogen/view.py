"""A job and a provider as the page draws them: pure functions from records to the values of `messages`."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from .capabilities import Capabilities, can_cancel, find, pixels
from .errors import VideogenError
from .messages import ClipView, ErrorView, FormView, JobView, ModelView, RequestView

if TYPE_CHECKING:
    from .dialect import Provider
    from .errors import Failure
    from .values import Clip, GenerationRequest, JobRecord


def relative(path: str, folder: Path) -> str:
    """Give a clip's place relative to the notebook's folder, in POSIX form: how a saved notebook finds it.

    On another drive there is no way to it but its full path.
    """
    try:
        return Path(path).relative_to(folder, walk_up=True).as_posix()  # type: ignore[call-arg]  # 3.12
    except TypeError:
        return posixpath.relpath(Path(path).as_posix(), folder.as_posix())
    except ValueError:
        return Path(path).as_posix()


def job_view(job: JobRecord, provider: Provider, *, folder: Path, detached: bool = False) -> JobView:
    """Give one job as the page draws it."""
    request = job.request
    return JobView(
        id=job.id,
        state=job.state,
        detached=detached,
        progress=job.progress,
        status=job.status,
        provider=job.provider,
        provider_label=provider.title,
        simulated=provider.simulated,
        model=job.model,
        prompt=request.prompt,
        duration=request.duration,
        size=request.size,
        seed=request.seed,
        created_at=job.created_at,
        finished_at=job.finished_at,
        saved_bytes=job.saved_bytes,
        total_bytes=job.total_bytes,
        can_cancel=_can_cancel(job, provider),
        clip=clip_view(job.clips[0], folder) if job.clips else None,
        error=error_view(job.failure) if job.failure else None,
        warnings=job.warnings,
    )


def _can_cancel(job: JobRecord, provider: Provider) -> bool:
    try:
        return can_cancel(job.state, find(job.model, provider))
    except VideogenError:
        return False  # a model of before, which is not listed any more


def clip_view(clip: Clip, folder: Path) -> ClipView:
    """Give a clip as the page plays it."""
    width, height = pixels(clip.size) if clip.size else (None, None)
    return ClipView(
        src=relative(clip.path, folder), bytes=clip.bytes, seconds=clip.duration, width=width, height=height
    )


def error_view(failure: Failure) -> ErrorView:
    """Give a failure as the page tells it."""
    return ErrorView(
        code=failure.code,
        message=failure.message,
        next=failure.next,
        field=failure.field,
        sent=failure.sent,
        charged=failure.charged,
    )


def form_view(provider: Provider, start: GenerationRequest) -> FormView:
    """Give the form of a provider, opened with a request's values; a provider that lists no models needs one named."""
    models = provider.models or (find(start.model, provider),)
    return FormView(
        provider=provider.name,
        provider_label=provider.title,
        simulated=provider.simulated,
        models=tuple(_model_view(model) for model in models),
        start=RequestView(
            prompt=start.prompt,
            model=start.model or models[0].model,
            duration=start.duration,
            size=start.size,
            seed=start.seed,
        ),
    )


def _model_view(model: Capabilities) -> ModelView:
    return ModelView(
        id=model.model,
        title=model.title,
        durations=model.durations,
        shortest=model.shortest,
        longest=model.longest,
        default_duration=model.default_duration or model.shortest,
        sizes=model.sizes,
        default_size=model.default_size or "",
        seed="seed" in model.takes,
    )
