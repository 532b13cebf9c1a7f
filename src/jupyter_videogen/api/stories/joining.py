"""The joined film of a story: a clip in the library's folder, with a receipt that names every shot and take."""

from __future__ import annotations

import hashlib
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.api.stories.cues import cues
from jupyter_videogen.api.stories.recipe import made_of
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import InvalidRequest, NotReadyError
from jupyter_videogen.core.job import new_id
from jupyter_videogen.core.story import Film
from jupyter_videogen.media import captions, clip_store, frames, receipt
from jupyter_videogen.media.export_files import free_targets, is_taken
from jupyter_videogen.media.film import JoinedFilm, Track, write_film

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.stories.standing import ShotStanding
    from jupyter_videogen.core.story import Audio, StoryRecord

FILM = "film-"
"""How the name of a film begins where clips have the ids of their jobs."""
LINE = "\n---\n"
"""What divides the prompts of shots, as in a cell."""


def check_ready(shots: Sequence[ShotStanding]) -> list[ClipRecord]:
    """Return the clips of shots that can be joined; raises `NotReadyError` for the first that can't, or `InvalidRequest`."""
    if not shots:
        raise InvalidRequest("The story has no shots.", next='Add one: story.insert(1, "…").', field="shot")
    for one in shots:
        if one.state == "gone":
            take = f", take {one.shot.chosen}," if one.shot.take is not None else ""
            raise InvalidRequest(
                f"The clip of shot {one.number}{take} was moved or deleted.",
                next="Put it back, choose another take, or remake the shot.",
                field="shot",
            )
        if one.state != "ready":
            raise NotReadyError(
                f"Shot {one.number} is not ready, so that the story can't be joined yet.",
                next="Wait with .result(), or see .df for what it waits for.",
            )
    return [one.clip for one in shots if one.clip is not None]


class Places(NamedTuple):
    """Where a film goes."""

    folder: Path
    """The notebook's."""
    posters: Path
    now: float
    """Seconds since the epoch."""


def join(name: str, story: StoryRecord, shots: Sequence[ShotStanding], places: Places) -> Film:
    """Write the film into the folder of clips, under a name that is free, with its receipt; raises as `write_film` does."""
    clips = check_ready(shots)
    target, joined = _written(name, clips, places.folder, story.audio)
    clip = _film_clip(clips, shots, target, joined, places)
    try:
        receipt.keep_story_receipt(clip, _facts(name, story, shots, joined))
        if story.captions and (spoken := cues(shots)):
            captions.save(clip, spoken)
    except (OSError, InvalidRequest) as error:
        warnings.warn(f"What belongs beside the film could not be written ({error}).", stacklevel=2)
    return Film(clip=clip, made_of=made_of(story, shots), words=joined.words)


def _written(name: str, clips: Sequence[ClipRecord], folder: Path, audio: Audio | None) -> tuple[Path, JoinedFilm]:
    """Write the film; of two who want a name, the later one gets the next."""
    track = None if audio is None else Track(_present(audio), audio.volume, audio.fade)
    for target in free_targets(folder / clip_store.FOLDER, clip_store.slug(name) or "story", "mp4"):
        if receipt.receipt_path(target).exists() or target.with_suffix(captions.SUFFIX).exists():
            continue
        try:
            return target, write_film(clips, target, track)
        except InvalidRequest:
            if not is_taken(target):
                raise
    raise InvalidRequest("There is no free name for the film.", next="Remove films that you don't need.", field="path")


def _present(audio: Audio) -> Path:
    """Return the file of a track; raises `InvalidRequest` where it is gone or another one."""
    path = Path(audio.path)
    with suppress(OSError):
        if _sha256(path) == audio.sha256:
            return path
    raise InvalidRequest(
        f"The sound {audio.name} was moved, deleted or changed.", next="Pass it again: set_audio(path).", field="audio"
    )


def _film_clip(
    clips: Sequence[ClipRecord], shots: Sequence[ShotStanding], path: Path, joined: JoinedFilm, places: Places
) -> ClipRecord:
    name = f"{FILM}{new_id()}"
    providers, models = ({getattr(clip, field) for clip in clips} for field in ("provider", "model"))
    costs = [clip.cost if clip.reported_cost is None else clip.reported_cost for clip in clips]
    return ClipRecord(
        path=str(path),
        bytes=path.stat().st_size,
        sha256=_sha256(path),
        job_id=name,
        prompt=LINE.join(one.shot.prompt for one in shots),
        provider=providers.pop() if len(providers) == 1 else "several",
        model=models.pop() if len(models) == 1 else "several",
        duration=round(joined.seconds, 3),
        size="{}x{}".format(*joined.size),
        cost=None if None in costs else sum(cost or 0.0 for cost in costs),
        poster=_poster(path, places.posters / name),
        created_at=places.now,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _poster(path: Path, poster: Path) -> str | None:
    """Keep a still picture of a film; None where none can be made."""
    picture = frames.poster(path)
    return None if picture is None else clip_store.write_poster(picture, poster)


def _facts(name: str, story: StoryRecord, shots: Sequence[ShotStanding], joined: JoinedFilm) -> dict[str, object]:
    """Return what a receipt tells of a film: every shot and take, its job and its hash, and the sound."""
    audio = story.audio
    track = (
        {}
        if audio is None
        else {"name": audio.name, "sha256": audio.sha256, "volume": audio.volume, "fade": audio.fade}
    )
    return {
        "name": name,
        "shots": [_shot_facts(one) for one in shots],
        **({"audio": track} if track else {}),
        **({"joined": joined.words} if joined.words else {}),
    }


def _shot_facts(one: ShotStanding) -> dict[str, Any]:
    clip, take = one.clip, one.shot.take
    assert clip is not None  # noqa: S101 - it was checked that all are ready
    started = {} if take is None or take.starts_on is None else {"starts_on": take.starts_on, "by": take.by}
    return {
        "shot": one.number,
        "take": take.number if take is not None else None,
        "job_id": clip.job_id,
        "sha256": clip.sha256,
        "prompt": one.shot.prompt,
        "provider": clip.provider,
        "model": clip.model,
        "seed": clip.seed,
        "duration": clip.duration,
        **started,
    }
