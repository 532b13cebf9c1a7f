"""Save a finished job's clips as files beside the notebook, from a link or from inside the answer.

A failed download can be repeated; nothing is ever generated again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core import backoff, file_types
from jupyter_videogen.core.clip import Artifact, ClipRecord
from jupyter_videogen.core.errors import ArtifactExpired, DownloadError, render_failure
from jupyter_videogen.core.http import Call, Forbidden
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.http_errors import LATE, means_not_yet
from jupyter_videogen.media import clip_store, frames, receipt
from jupyter_videogen.media.download import Answered, Download
from jupyter_videogen.media.partial_file import Stored, open_partial, remove_stale
from jupyter_videogen.media.provenance.marks import read_marks
from jupyter_videogen.transport import reply_spool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from jupyter_videogen.core.clock import Clock
    from jupyter_videogen.runtime.running_job import RunningJob

    Fresh = Callable[[], Awaitable[Sequence[Artifact]]]

GRACE = 60.0
"""Seconds for which a finished clip may not yet be at its address."""
PATIENCE = 15 * 60.0
"""The longest wait for a clip that a provider may ask for, in seconds."""
REFRESHES = 2
"""How often a new link is requested for an expired one."""
NONE = frozenset(range(400, 500)) - {401, 402, 403, 429}
"""Statuses that mean that there is no clip at a presumed place."""
EXPIRED = frozenset({400, 403, 410})
"""The statuses of storage servers for an expired link; some use 404."""
UNVERIFIED = "Length unverified: the provider did not state the length of the file, and the file itself would not show a truncation."
REPORT_EVERY = 1 << 20
"""Bytes between two reports of a download."""


class NoClip(Exception):
    """A job that was called finished has none: its provider did not say so, and gives out nothing."""


class Saver:
    """Saves the artifacts of one job as clips."""

    def __init__(self, job: RunningJob) -> None:
        self._job = job
        self._dialect, self._transport, self._context = job.dialect, job.transport, job.context

    async def save(self, fresh: Fresh) -> None:
        """Save every clip; some are better than none, and none at all is an error after which the download can be repeated.

        `fresh` looks once for where the clips are now. Raises `DownloadError`; the job stays `saving` then. Raises
        `NoClip` where there never was any.
        """
        self._fresh = fresh
        clips, errors = [], []
        for number in range(1, len(self._job.artifacts) + 1):
            try:
                clips.append(await self._fetch(number))
            except DownloadError as error:
                error.failure = sanitize.check_values(error.failure)  # it may quote what was sent in place of a clip
                error.args = (render_failure(error.failure),)
                errors.append(error)
        if not clips:
            self._job.move("saving", failure=errors[0].failure, saved_bytes=None, total_bytes=None)
            raise errors[0]
        lost = (
            f"{len(errors)} of {len(self._job.artifacts)} clips could not be downloaded: {errors[0].message}"
            if errors
            else ""
        )
        changes: dict[str, Any] = {"clips": tuple(clips), "artifacts": (), "failure": None, "progress": 100.0}
        self._job.note(filter(None, [lost]))
        if self._context.uploads:  # before: a process that dies in between leaves the upload to the next
            self._context.uploads.expect(self._job.record.id)
        self._job.move("succeeded", finished_at=self._context.clock.now(), **changes)
        self._context.failpoint("stored")
        if self._context.uploads:
            self._context.uploads.begin(self._job.record.id)

    async def _fetch(self, number: int) -> ClipRecord:
        """Bring one clip to its planned place; the second and later get `-2`, `-3`."""
        path = Path(self._job.record.path)
        path = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        remove_stale(path.parent, now=self._context.clock.now())
        try:
            inside = self._job.artifacts[number - 1].inline
            stored = await self._unpack(number, path) if inside else await self._download(number, path)
        except Forbidden as error:
            raise _unfetched(f"{error}.") from None
        artifact = self._job.artifacts[number - 1]
        clip = self._clip(artifact, stored, await self._poster(artifact, stored.path, number))
        self._job.note(receipt.keep_receipt(clip, self._job.record))
        self._job.note(filter(None, [file_types.describe_unplayable(stored.path)]))
        return clip

    async def _unpack(self, number: int, path: Path) -> Stored:
        """Write a clip that came inside a reply; where it is broken, the next look may hold a better one."""
        for _ in range(REFRESHES if self._job.record.handle is not None else 0):
            with suppress(DownloadError):
                return await self._decode(self._job.artifacts[number - 1], path)
            await self._look_again()
        return await self._decode(self._job.artifacts[number - 1], path)

    async def _decode(self, artifact: Artifact, path: Path) -> Stored:
        """Write a clip that came inside a reply."""
        text = artifact.inline or ""
        stored = await clip_store.store(
            clip_store.decode_base64(text),
            path,
            expected=None,
            report=lambda written: self._report(written, None),
            clock=self._context.clock,
            job_id=self._job.record.id,
        )
        reply_spool.forget(text)
        return stored

    async def _download(self, number: int, path: Path) -> Stored:
        """Fetch a clip by its link, and by the next one where that is too early or has expired."""
        with open_partial(path, self._job.record.id) as part:
            download = Download(self._transport, self._context.clock, part, self._report)
            patience, refreshes = Patience(self._context.clock), 0
            while True:
                artifact = self._job.artifacts[number - 1]
                try:
                    proven = await self._anywhere(download, artifact)
                except Answered as answered:
                    failure = self._dialect.read_failure(answered.reply)
                    if not (means_not_yet(answered.reply) and patience.lasts(failure.retry_after)):
                        refreshes += 1
                        if self._job.record.handle is None or refreshes > REFRESHES:
                            raise self._gone(answered.reply.status, failure.message, artifact) from None
                    await self._look_again(failure.retry_after)
                    continue
                if not (proven or download.inflated or download.total is not None):
                    self._job.note([UNVERIFIED])
                return await part.publish(self._context.clock)

    async def _anywhere(self, download: Download, artifact: Artifact) -> bool:
        """Try each place of a clip once; where none has it, what the first one said is what is told."""
        refused: Exception | None = None
        for place in (artifact.url, *artifact.others):
            try:
                return await download.fetch(self._dialect.fetch(msgspec.structs.replace(artifact, url=place)))
            except (Answered, DownloadError, Forbidden) as error:
                refused = refused or error
        raise refused or _unfetched("no address was given for it.")

    async def _look_again(self, asked: float | None = None) -> None:
        """Wait, as long as was asked for, and look once for where the clips are now."""
        await self._context.clock.sleep(max(backoff.PACE, asked or 0.0))
        fresh = await self._fresh()
        if len(fresh) >= len(self._job.artifacts):
            self._job.artifacts = fresh

    def _gone(self, status: int, words: str, artifact: Artifact) -> Exception:
        """Return the error for a clip that the provider does not give out: expired for good, or never there."""
        stranger = "://" in artifact.url
        if artifact.presumed and status in NONE and len(self._job.artifacts) == 1:
            return NoClip(words)
        if status in EXPIRED or "expired" in words.lower() or (stranger and status in LATE):
            return ArtifactExpired(
                f"The provider no longer offers the clip of job {self._job.record.id}: {words}",
                next="Nothing is generated again automatically.",
                sent="yes",
                charged="unknown",
            )
        return _unfetched(words)

    async def _poster(self, artifact: Artifact, clip: Path, number: int) -> str | None:
        """Return a still picture from the provider, else from the clip where PyAV is there; a clip without is still a clip."""
        place = self._context.posters / f"{self._job.record.id}-{number - 1}"  # two clips may have one name
        with suppress(Exception):  # a picture is worth no clip: whatever is wrong with it
            reply = await self._transport.send(Call("GET", artifact.poster)) if artifact.poster else None
            if reply is not None and reply.ok and (offered := clip_store.write_poster(reply.body, place)):
                return offered
        with suppress(Exception):
            drawn = await asyncio.to_thread(frames.poster, clip)
            return clip_store.write_poster(drawn, place) if drawn else None
        return None

    def _clip(self, artifact: Artifact, stored: Stored, poster: str | None) -> ClipRecord:
        request = self._job.record.request
        return ClipRecord(
            path=str(stored.path),
            bytes=stored.bytes,
            sha256=stored.sha256,
            job_id=self._job.record.id,
            prompt=request.prompt,
            provider=self._job.record.provider,
            model=self._job.record.model,
            duration=artifact.duration or request.duration,
            size=artifact.size or request.size,
            seed=request.seed,
            cost=self._job.record.cost,
            reported_cost=self._job.record.reported_cost,
            poster=poster,
            marks=read_marks(stored.path),
            created_at=self._context.clock.now(),
        )

    def _report(self, written: int, total: int | None) -> None:
        """Report the progress at intervals."""
        if written - (self._job.record.saved_bytes or 0) >= REPORT_EVERY or written == total:
            self._job.change(saved_bytes=written, total_bytes=total)
            self._job.tell()


class Patience:
    """How long to wait for a clip that is not ready yet: a minute, or as long as the provider asks."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._since = clock, clock.monotonic()
        self._until = self._since + GRACE

    def lasts(self, asked: float | None) -> bool:
        """Return whether to come back once more, `asked` being the seconds that the provider named, if any."""
        now = self._clock.monotonic()
        if asked:
            self._until = max(self._until, min(now + asked + backoff.PACE, self._since + PATIENCE))
        return now < self._until


def _unfetched(words: str) -> DownloadError:
    return DownloadError(f"The clip could not be downloaded: {words}", sent="yes", charged="unknown")
