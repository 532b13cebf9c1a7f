"""Brings a finished job's clips here: from a link, or from inside the answer, to files beside the notebook.

A clip that cannot be fetched stays fetchable; nothing is ever generated again because of it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from . import clipstore, polling
from .errors import ArtifactExpired, DownloadError
from .values import Artifact, Clip, JobRecord
from .wire import Call, Lost, NotSent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from .dialect import Dialect
    from .runner import Parts
    from .transport import Transport

    Fresh = Callable[[], Awaitable[Sequence[Artifact]]]

FETCH_TRIES = 12
"""Enough for a clip that is a minute late."""
PATIENT = 5
"""Tries after which each wait is as long as between looks."""
GONE = 410
REPORT_EVERY = 1 << 20
"""Bytes between two reports of a download."""


class Saver:
    """Takes one job from its artifacts to its clips."""

    def __init__(
        self,
        job: JobRecord,
        dialect: Dialect,
        transport: Transport,
        parts: Parts,
        publish: Callable[[JobRecord], None],
    ) -> None:
        self.job = job
        self._dialect, self._transport, self._publish = dialect, transport, publish
        self._ledger, self._clock, self._posters, self._failpoint = parts
        self._artifacts: Sequence[Artifact] = ()

    async def save(self, artifacts: Sequence[Artifact], fresh: Fresh) -> JobRecord:
        """Bring every clip here; some are better than none, and none at all is an error that can be mended.

        `fresh` looks once for where the clips are now. Raises `DownloadError`; the job stays `saving` then.
        """
        self._artifacts, self._fresh = artifacts, fresh
        clips, errors = [], []
        for number in range(1, len(self._artifacts) + 1):
            try:
                clips.append(await self._fetch(number))
            except DownloadError as error:
                errors.append(error)
        if not clips:
            self._move("saving", failure=errors[0].failure)
            raise errors[0]
        lost = (
            f"{len(errors)} of {len(self._artifacts)} clips could not be fetched: {errors[0].message}" if errors else ""
        )
        changes = {"clips": tuple(clips), "artifacts": (), "failure": None, "progress": 100.0}
        self._note(filter(None, [lost]))
        self._move("succeeded", finished_at=self._clock.now(), **changes)
        self._failpoint("stored")
        return self.job

    async def _fetch(self, number: int) -> Clip:
        """Bring one clip to its planned place; the second and later get `-2`, `-3`. Links that expired are renewed."""
        path = Path(self.job.path)
        path = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        tries = PATIENT if self.job.handle is None else FETCH_TRIES
        for attempt in range(1, tries + 1):
            artifact = self._artifacts[min(number, len(self._artifacts)) - 1]
            try:
                return await self._fetch_once(artifact, path)
            except NotSent as error:
                await self._transport.renew()
                failed = clipstore.bad(f"could not be asked for ({error})")
            except Lost as error:
                failed = clipstore.bad(f"broke off ({error})")
            except DownloadError as error:
                failed = error
            await self._before_another_try(attempt)
        raise failed

    async def _before_another_try(self, attempt: int) -> None:
        """Wait, and look once for a fresh link where there is a job to look at."""
        await self._clock.sleep(polling.after_miss(attempt) if attempt < PATIENT else polling.PACE)
        self._artifacts = await self._fresh() or self._artifacts

    async def _fetch_once(self, artifact: Artifact, path: Path) -> Clip:
        if artifact.inline is not None:
            stored = await clipstore.store(
                clipstore.decoded(artifact.inline), path, expected=None, report=self._reporter(None)
            )
        else:
            stored = await self._download(artifact, path)
        clip = self._clip(artifact, path, stored, await self._poster(artifact))
        try:
            clipstore.write_receipt(clip, self.job)
        except OSError as error:
            self._note([f"The receipt beside the clip could not be written ({error.strerror})."])
        return clip

    async def _download(self, artifact: Artifact, path: Path) -> clipstore.Stored:
        async with self._transport.stream(self._dialect.fetch(artifact)) as stream:
            if stream.status != 200:  # noqa: PLR2004 - OK
                failure = self._dialect.read_failure(await stream.reply())
                gone = stream.status == GONE or "expired" in failure.message.lower()
                kind = ArtifactExpired if gone else DownloadError
                raise kind(f"The clip could not be fetched: {failure.message}", sent="yes", charged="unknown")
            expected = _length(stream.headers)
            return await clipstore.store(stream.pieces(), path, expected=expected, report=self._reporter(expected))

    async def _poster(self, artifact: Artifact) -> str | None:
        """A still picture from the service, where it offers one; a clip without is still a clip."""
        if artifact.poster is None:
            return None
        with suppress(NotSent, Lost, OSError):
            reply = await self._transport.send(Call("GET", artifact.poster))
            if reply.ok:
                return clipstore.write_poster(reply.body, self._posters / f"{self.job.id}.jpg")
        return None

    def _clip(self, artifact: Artifact, path: Path, stored: clipstore.Stored, poster: str | None) -> Clip:
        request = self.job.request
        return Clip(
            path=str(path),
            bytes=stored.bytes,
            sha256=stored.sha256,
            job_id=self.job.id,
            prompt=request.prompt,
            provider=self.job.provider,
            model=self.job.model,
            duration=artifact.duration or request.duration,
            size=artifact.size or request.size,
            seed=request.seed,
            poster=poster,
            created_at=self._clock.now(),
        )

    def _reporter(self, total: int | None) -> Callable[[int], None]:
        def report(written: int) -> None:
            if written - (self.job.saved_bytes or 0) >= REPORT_EVERY or written == total:
                self.job = self.job.after(saved_bytes=written, total_bytes=total)
                self._publish(self.job)

        return report

    def _move(self, state: str, **changes: object) -> None:
        """Write the next state down, then tell everybody."""
        self.job = self.job.after(state=state, **changes)
        self._ledger.save(self.job)
        self._publish(self.job)

    def _note(self, notes: Iterable[str]) -> None:
        """Add what the user should know, once each; it is told with the next step."""
        new = [note for note in notes if note not in self.job.warnings]
        self.job = self.job.after(warnings=(*self.job.warnings, *new))


def _length(headers: dict[str, str]) -> int | None:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else None
