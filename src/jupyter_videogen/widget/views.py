"""A job and a provider as the page draws them: pure functions from records to the values of `protocol`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.catalog.builtin import TEST
from jupyter_videogen.catalog.capabilities import Capabilities, SizeRange, can_cancel
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.catalog.validation import LARGEST_SEED, LONGEST_PROMPT
from jupyter_videogen.core.errors import OutOfCredit, VideogenError
from jupyter_videogen.core.request import MEDIA, SETTINGS, Media, pixels
from jupyter_videogen.core.timing import Usual
from jupyter_videogen.dialects import workflows
from jupyter_videogen.dialects.base import ListsModels
from jupyter_videogen.media import captions
from jupyter_videogen.media.clip_store import is_missing, relative_path
from jupyter_videogen.media.provenance.marks import credentials_words
from jupyter_videogen.widget.protocol import (
    ClipView,
    ErrorView,
    FormView,
    InputView,
    JobView,
    MediaView,
    ModelView,
    PriceView,
    ProviderView,
    RateView,
    RequestView,
    SizeRangeView,
    TileView,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.catalog.workflow_models import WorkflowFile
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.errors import Failure
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.prices import Price
    from jupyter_videogen.core.request import GenerationRequest

SHOWN_CREDENTIALS = frozenset({"yes", "damaged", "elsewhere"})
"""What a card says of content credentials; most clips have none, and a card tells what is there."""
TILE_PROMPT = 160
"""Characters of a prompt on a tile: more than its two lines hold."""
UNKNOWN = Capabilities(model="", takes=frozenset())

known: dict[str, Path] = {}
"""Files elsewhere on this machine that this kernel has shown to a page, by their SHA-256: the page can name no others."""


class JobExtras(NamedTuple):
    """What is known of a job beside its record."""

    detached: bool = False
    reused: bool = False
    starred: bool = False
    usual: Usual = Usual(None, 0)


def job_view(job: JobRecord, provider: Provider, *, folder: Path, aside: JobExtras = JobExtras()) -> JobView:
    """Return one job as the page draws it."""
    request = job.request
    model = _find_model(job, provider)
    clips = tuple(clip_view(clip, folder) for clip in job.clips)
    return JobView(
        id=job.id,
        state=job.state,
        detached=aside.detached,
        progress=job.progress,
        status=job.status,
        provider=job.provider,
        provider_label=provider.title,
        simulated=provider.simulated,
        free=provider.free,
        model=job.model,
        prompt=request.prompt,
        duration=request.duration,
        size=request.size,
        seed=request.seed,
        cost=job.best_cost,
        cost_source=job.cost_source,
        created_at=job.created_at,
        finished_at=job.finished_at,
        saved_bytes=job.saved_bytes,
        total_bytes=job.total_bytes,
        can_cancel=model is not None and can_cancel(job.state, model),
        synchronous=model is not None and model.synchronous,
        searching=job.searching,
        reused=aside.reused,
        starred=aside.starred,
        usual=aside.usual.seconds,
        runs=aside.usual.runs,
        slow=aside.usual.slow,
        next_look_at=job.next_look_at,
        clip=clips[0] if clips else None,
        clips=clips,
        saves_as=relative_path(job.path, folder),
        error=error_view(job.failure, provider) if job.failure else None,
        warnings=job.warnings,
        suggestions=job.suggestions,
        request=request_view(request, folder),
        needs_kernel=job.needs_kernel,
        can_share=True,
    )


def tile_view(job: JobRecord, folder: Path, *, starred: bool) -> TileView:
    """Return one job as a tile of the library."""
    return TileView(
        id=job.id,
        state=job.state,
        searching=job.searching,
        progress=job.progress,
        saved_bytes=job.saved_bytes,
        total_bytes=job.total_bytes,
        prompt=job.request.prompt[:TILE_PROMPT],
        model=job.model,
        duration=job.request.duration,
        cost=job.best_cost,
        cost_source=job.cost_source,
        created_at=job.created_at,
        starred=starred,
        error=job.failure.message[:TILE_PROMPT] if job.failure else None,
        clip=clip_view(job.clips[0], folder) if job.clips else None,
        gone=bool(job.clips) and is_missing(job),
    )


def _find_model(job: JobRecord, provider: Provider) -> Capabilities | None:
    """Return what a job's model can do; None for a model that is not listed any more."""
    try:
        return find_model(job.model, provider)
    except VideogenError:
        return None


def request_view(request: GenerationRequest, folder: Path) -> RequestView:
    """Return a request as the form holds it: without credentials, and with media by where they are found again."""
    safe = request.redacted()
    plain = {name: getattr(safe, name) for name in ("prompt", *SETTINGS)}
    media: dict[str, Any] = {
        name: _media_view(medium, folder) for name in MEDIA if isinstance(medium := getattr(safe, name), Media)
    }
    return RequestView(
        **plain,
        **media,
        model=safe.model or "",
        references=tuple(_media_view(medium, folder) for medium in safe.references),
        extra=msgspec.json.encode(safe.extra).decode() if safe.extra else "",
    )


def _media_view(medium: Media, folder: Path) -> MediaView:
    """Return a medium: an upload by its hash, a file near the notebook by its path, any other file by its hash."""
    if medium.path is None:
        source = name = medium.url or ""
    else:
        path = Path(medium.path)
        ours = path.parent.name == "inputs" and path.name == medium.sha256
        source = f"upload:{path.name}" if ours else _name_source(medium.path, medium.sha256 or "", folder)
        name = medium.name if ours else path.name
    return MediaView(source=source, kind=medium.kind, name=name, width=medium.width, height=medium.height)


def _name_source(path: str, sha256: str, folder: Path) -> str:
    """Name a file below the notebook's folder by its path there, any other by its hash, which only this kernel resolves."""
    if Path(path).is_relative_to(folder):
        return f"file:{relative_path(path, folder)}"
    known[sha256] = Path(path)
    return f"known:{sha256}"


def clip_view(clip: ClipRecord, folder: Path) -> ClipView:
    """Return a clip as the page plays it."""
    width, height = pixels(clip.size) if clip.size else (None, None)
    return ClipView(
        src=relative_path(clip.path, folder),
        bytes=clip.bytes,
        seconds=clip.duration,
        width=width,
        height=height,
        poster=clip.poster is not None,
        credentials=credentials_words(clip.marks) if clip.marks and clip.marks.credentials in SHOWN_CREDENTIALS else "",
        captions=captions.read_text(clip, largest=captions.LARGEST_EMBEDDED),
    )


def error_view(failure: Failure, provider: Provider | None = None) -> ErrorView:
    """Return a failure as the page tells it, with where its provider's users add credit."""
    return ErrorView(
        code=failure.code,
        message=failure.message,
        next=failure.next,
        field=failure.field,
        sent=failure.sent,
        charged=failure.charged,
        request_id=failure.request_id,
        retry_after=failure.retry_after,
        billing=provider.billing if provider and failure.code == OutOfCredit.code else "",
    )


class FormSurroundings(NamedTuple):
    """What the form shows beside its provider; `price` and `usual` are asked by model."""

    providers: tuple[ProviderView, ...] = ()
    price: Callable[[str], Price | None] = lambda _: None
    usual: Callable[[Capabilities], Usual] = lambda _: Usual(None, 0)
    used: Sequence[str] = ()
    """Models that made clips before."""
    shared: bool = False
    keyring: bool = False
    improves: bool = False
    tests: bool = False
    """Test models were asked for."""


def form_view(provider: Provider, start: RequestView, around: FormSurroundings = FormSurroundings()) -> FormView:
    """Return the form of a provider, opened with a request's values."""
    retired = _find_retired(around.used, provider)
    known = _list_models(start.model, retired, provider)

    def view(model: Capabilities) -> ModelView:
        found = model_view(model, around.price(model.model), around.usual(model))
        return msgspec.structs.replace(found, inputs=_workflow_inputs(provider.workflows.get(model.model)))

    return FormView(
        provider=provider.name,
        provider_label=provider.title,
        simulated=provider.simulated,
        free=provider.free,
        providers=around.providers,
        models=tuple(view(model) for model in known),
        retired=retired,
        other=model_view(provider.others) if provider.others is not None else None,
        listed=isinstance(provider.dialect, ListsModels),
        listed_at=provider.listed_at,
        tests=around.tests or start.model.startswith(TEST),
        shared=around.shared,
        keyring=around.keyring,
        improves=around.improves,
        start=msgspec.structs.replace(start, model=start.model or (known[0].model if known else "")),
    )


def _find_retired(used: Sequence[str], provider: Provider) -> tuple[str, ...]:
    """Return the used models that the provider no longer lists; none where its list is unknown or old."""
    if not provider.listed_lately:
        return ()
    offered = {*provider.listed, *provider.described, *(model.model for model in provider.models)}
    return tuple(name for name in used if name not in offered)


def _list_models(opening: str, retired: Sequence[str], provider: Provider) -> tuple[Capabilities, ...]:
    """Return the models of the form: those that are known here, else the opening one and those that the provider lists.

    What the user's configuration says of one goes before everything else, as it does where a request is checked.
    """
    known = {model.model: model for model in provider.models}
    names = known or [name for name in (opening, *provider.listed) if name and name not in retired]
    template = provider.others or UNKNOWN
    listed = {**provider.published, **known}
    named = {name: listed.get(name) or msgspec.structs.replace(template, model=name, title=name) for name in names}
    return tuple({**named, **provider.described}.values())


def model_view(model: Capabilities, price: Price | None = None, usual: Usual = Usual(None, 0)) -> ModelView:
    """Return one model as the form needs it."""
    return ModelView(
        id=model.model,
        title=model.title or model.model,
        takes=tuple(sorted(model.takes)),
        durations=model.durations,
        shortest=model.shortest,
        longest=model.longest,
        default_duration=model.default_duration,
        sizes=model.sizes,
        size_range=_size_range(model.frame) if model.frame else None,
        default_size=model.default_size,
        aspects=model.aspects,
        resolutions=model.resolutions,
        slowest_fps=model.fps[0] if model.fps else None,
        fastest_fps=model.fps[1] if model.fps else None,
        most=model.most,
        image_matches_size=model.image_matches_size,
        prompt_optional=model.prompt_optional,
        longest_prompt=LONGEST_PROMPT,
        largest_seed=LARGEST_SEED,
        price=_price_view(price) if price else None,
        usual=usual.seconds,
        runs=usual.runs,
    )


def _workflow_inputs(file: WorkflowFile | None) -> tuple[InputView, ...]:
    """Return what the form shows of a workflow's other inputs; nothing of one that can't be used."""
    settings = [] if file is None or file.problem else workflows.list_settings(file.usable())
    return tuple(_workflow_input(one) for one in settings if len(str(one.value)) <= SHOWN_VALUE)


def _workflow_input(setting: workflows.Setting) -> InputView:
    value = setting.value
    return InputView(
        name=str(setting.slot),
        label=setting.slot.name.replace("_", " ")[:SHOWN_NAME],
        node=setting.node[:SHOWN_NAME],
        kind="boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number",
        value=("no", "yes")[value] if isinstance(value, bool) else str(value),
    )


SHOWN_NAME, SHOWN_VALUE = 80, 2000
"""Characters of a node's name, and of an input's value: a longer one is changed by `set`."""


def _size_range(frame: SizeRange) -> SizeRangeView:
    shortest, longest = frame.side
    return SizeRangeView(
        shortest_side=shortest,
        longest_side=longest,
        multiple=frame.multiple,
        smallest=frame.smallest,
        largest=frame.largest,
    )


def _price_view(price: Price) -> PriceView:
    highest = max((rate.per_second for rate in price.rates), default=price.per_second)
    rates = tuple(RateView(**msgspec.structs.asdict(rate)) for rate in price.rates)
    return PriceView(
        per_clip=price.per_clip,
        per_second=highest,
        by_size=price.by_size,
        rates=rates,
        per_image=price.per_image,
    )
