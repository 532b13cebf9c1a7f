"""`vg.story`: shots in order, each of which can start on the last frame of the one before. Its takes are cells of a grid."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from jupyter_videogen.api import pacing, waiting
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.grids.cost import Question, confirm
from jupyter_videogen.api.grids.grid import OpenQuestion, open_grid
from jupyter_videogen.api.job import seconds
from jupyter_videogen.api.stories import export, joining, sound, table, words
from jupyter_videogen.api.stories.cues import cues, read_caption
from jupyter_videogen.api.stories.joining import Places
from jupyter_videogen.api.stories.pricing import Pricing
from jupyter_videogen.api.stories.recipe import made_of
from jupyter_videogen.api.stories.shots import read_shot, store_fields
from jupyter_videogen.api.stories.standing import ShotStanding, Standing
from jupyter_videogen.api.stories.starting import CENT, Starter
from jupyter_videogen.catalog.validation import LARGEST_SEED
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment
from jupyter_videogen.core import story as edits
from jupyter_videogen.core.clock import wait_for_event
from jupyter_videogen.core.errors import BudgetExceeded, InvalidRequest, Unsupported, VideogenError, WaitTimeout
from jupyter_videogen.media import clip_store
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.loop import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from jupyter_videogen.core.errors import Failure
    from jupyter_videogen.core.grid import GridRecord
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.story import Film, StoryRecord
    from jupyter_videogen.ledger.stories import Stories
    from jupyter_videogen.media.captions import Cue
    from jupyter_videogen.runtime.runtime import Runtime

log = logging.getLogger("jupyter_videogen")
OBSERVE = 2.0
"""Seconds between two looks at the story while something goes on: what another process edited is seen by then."""
_open: dict[tuple[Runtime, int], Story] = {}
"""The stories of this process, by the numbers of their grids."""
pages: list[Callable[[], Callable[[Story], None] | None]] = []
"""Each returns what shows a story to a person who can answer its question there, or None where no page listens."""


class Story:
    """Shots in order. Displays itself in a notebook; prints as text elsewhere."""

    def __init__(self, record: GridRecord) -> None:
        self._run = process.runtime()
        self.grid = open_grid(record)
        """What sends its takes."""
        self.question: OpenQuestion | None = None
        """What a person is asked before anything is sent; in this process alone."""
        self.notes: tuple[str, ...] = ()
        """What to know of the last call."""
        self.offer = token_urlsafe(12)
        """Goes with a press of a button that shows a price, and counts once."""
        self._starter = Starter(self.grid, self._stories, self._ask_anew)
        self._extra: Mapping[str, Any] | None = None
        self._pricing: Pricing | None = None
        self._joining = threading.Lock()
        self._turn, self._ending = threading.RLock(), threading.Lock()
        self._driving, self._asked = False, 0
        self._news = asyncio.Event()
        self._future: Future[None] = Future()
        self._future.set_result(None)
        self._listeners: list[Callable[[JobRecord | None], None]] = []
        self.grid.subscribe(self._heard)

    # ---- what it is ----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name by which it is found again."""
        return self.grid.name

    @property
    def record(self) -> StoryRecord:
        """The list of shots as the ledger has it now."""
        return self._stories.get(self.grid.record.id)

    @property
    def standing(self) -> Standing:
        """The list of shots, and the jobs of their takes, at this moment."""
        cells = {one.cell.key: one for one in self.grid.cells()}
        story = self.record
        return Standing(story, cells, self._starter.agreed_in(story))

    @property
    def shots(self) -> tuple[ShotStanding, ...]:
        """The shots in order, as they stand."""
        return tuple(self.standing.shots())

    @property
    def refused(self) -> Mapping[tuple[int, int], Failure]:
        """Takes, by shot and number, that could not be started, and why: nothing was sent for them."""
        return self._starter.refused

    @property
    def state(self) -> Literal["planned", "running", "paused", "ended", "cancelled", "elsewhere"]:
        """As a grid's: "planned" while a question is open, "ended" also where shots wait for a person."""
        if self.question is not None:
            return "planned"
        state = self.grid.state
        record = self._run.ledger.grids.get(self.grid.record.id)
        if state == "ended" and record.state == "paused" and edits.unstarted(self.record):
            return "paused"
        return "running" if state == "ended" and not self._future.done() else state

    @property
    def duration(self) -> float:
        """Seconds of all shots, as long as they are known."""
        return sum(one.seconds for one in self.shots)

    @property
    def cost(self) -> float:
        """Dollars of all takes that ended and count as charged, chosen or not."""
        return self.grid.counts.spent

    @property
    def notices(self) -> tuple[str, ...]:
        """What to know of it: which shots are cuts because of their model, and what holds shots back."""
        return (*self.notes, *self.grid.held)

    @property
    def df(self) -> Any:  # noqa: ANN401 - pandas and Polars are no dependencies
        """A row a shot: a pandas DataFrame, else a Polars one, else a list that prints as a table."""
        return table.to_frame(self.facts())

    def facts(self) -> list[dict[str, Any]]:
        """Return a dictionary of plain values for each shot."""
        return table.facts(self.grid.plan, ((one, self.words_of(one)) for one in self.shots))

    @property
    def film(self) -> Film | None:
        """The film that was joined last; None where none was, or its file is gone."""
        film = self.record.film
        return film if film is not None and clip_store.is_there(film.clip) else None

    def clip_of(self, job_id: str) -> Clip | None:
        """Return the clip of one of its jobs, or the joined film by its own name; None for any other."""
        film = self.film
        if film is not None and film.clip.job_id == job_id:
            return Clip.of(film.clip)
        found = self.standing.clip_of(job_id)
        return None if found is None else Clip.of(found)

    def __repr__(self) -> str:
        shots = self.shots
        head = f"Story {self.name}: {len(shots)} shots · {self.state}"
        asked = () if self.question is None else (f"{self.question.asked.words} Press Send, or call .resume().",)
        left = [f"Shot {one.number}: {said}" for one in shots if (said := self.words_of(one))]
        return "\n".join([head, words.line(shots, self.grid.counts), *left, *self.notices, *asked])

    def words_of(self, one: ShotStanding) -> str:
        """Return how a shot stands, in one sentence; "" where nothing is to be said."""
        return words.standing_words(one, self.refusal_of(one))

    def refusal_of(self, one: ShotStanding) -> Failure | None:
        """Return why the chosen take of a shot could not be started."""
        take = one.shot.take
        return None if take is None or take.key else self.refused.get((one.shot.id, take.number))

    # ---- the joined film -----------------------------------------------------------------------------------------------

    @property
    def clip(self) -> Clip:
        """The joined film, made anew only where shots or sound have changed; raises as `join` does."""
        return self.join()

    def join(self, folder: Path | None = None) -> Clip:
        """Join the shots into one film in the folder of clips, which is free; returns it, as it is where nothing has changed.

        Raises `NotReadyError` where a shot is not ready, `InvalidRequest` where a clip is gone, `Unsupported` without PyAV.
        """
        with self._joining:
            standing, film = self.standing, self.film
            shots = standing.shots()
            if film is None or film.made_of != made_of(standing.story, shots):
                places = Places(folder or environment.folder(), self._run.posters, self._run.clock.now())
                film = joining.join(self.name, standing.story, shots, places)
                self._stories.change(self.grid.record.id, lambda story: msgspec.structs.replace(story, film=film))
                self._heard(None)
            return Clip.of(film.clip)

    def begin_join(self) -> Future[str]:
        """Join the shots while the kernel does other things; the future has the name of the file, or raises as `join` does."""
        folder = environment.folder()  # here: another thread does not know the notebook
        return self._run.loop.submit(lambda: asyncio.to_thread(lambda: Path(self.join(folder).path).name))

    def set_audio(self, audio: object = None, *, volume: float | None = None, fade: float | None = None) -> Story:
        """Lay a narration or music under the joined film: a path, bytes or an open file; "" takes it away.

        `volume` 1 is as loud as the file; `fade` in seconds. What is None stays as it is. Raises `InvalidRequest`.
        """
        before = self.record.audio
        if before is None and audio is None:
            raise InvalidRequest("The story has no sound of its own yet.", next="Pass a path.", field="audio")
        track = None if audio == "" else before
        if audio is not None and audio != "":
            track = sound.read_audio(audio, *(1.0, 0.0) if before is None else (before.volume, before.fade))
        levelled = None if track is None else sound.with_levels(track, volume, fade)
        return self._edit(lambda story: sound.set_audio(story, levelled))

    @property
    def captions(self) -> tuple[Cue, ...]:
        """What is said while each shot is shown: its `caption`, else the captions of its clip; in seconds of the film."""
        return cues(self.shots)

    def show_captions(self, *, on: bool) -> Story:
        """Put captions into the film, or leave them out."""
        return self._edit(lambda story: msgspec.structs.replace(story, captions=on))

    def export(self, path: str | Path, *, embed: bool = False, overwrite: bool = False) -> Path:
        """Write it as what the name says; returns the file's path.

        `.mp4`: the joined film. `.webp`: the same, as a moving picture. `.csv`, `.jsonl`, `.parquet`: the table. `.html`: a
        page with the shots, their clips in a folder beside it or with `embed` inside; `.zip`: page and clips. `.png`: a
        contact sheet. Raises as a grid's `export`, and as `join`.
        """
        what = export.StoryExport(self.name, self.shots, self.facts(), self.join, embed=embed, overwrite=overwrite)
        return export.export(what, Path(path))

    # ---- edits, which cost nothing -------------------------------------------------------------------------------------

    def choose(self, shot: int, take: int) -> Story:
        """Show another take of a shot. Shots and takes count from 1."""
        return self._edit(lambda story: edits.choose(story, shot, take))

    def make_cut(self, shot: int) -> Story:
        """Let a shot begin without the frame of the one before."""
        return self._edit(lambda story: edits.make_cut(story, shot))

    def link(self, shot: int) -> Story:
        """Let a shot start on the last frame of the one before, when it is made again; raises `Unsupported` where its model can't."""
        story = self.record
        take = story.shot(shot).take
        if take is not None and not self.pricing.can_link(story, take):
            raise Unsupported(
                f"The model of shot {shot} takes no start image.",
                next="Leave it a cut, or remake it with another model.",
            )
        return self._edit(lambda story: edits.link(story, shot))

    def move(self, shot: int, to: int) -> Story:
        """Move a shot to another place."""
        return self._edit(lambda story: edits.move(story, shot, to))

    def remove(self, shot: int) -> Story:
        """Take a shot out; its takes stay in the library, and one that waits for its turn is not sent."""
        return self._edit(lambda story: edits.remove(story, shot))

    def restore(self) -> Story:
        """Put the shot back that was removed last."""
        return self._edit(edits.restore)

    def set_caption(self, shot: int, text: str) -> Story:
        """Say something else while a shot is shown; "" for what its clip says itself. Raises `InvalidRequest`."""
        return self._edit(lambda story: edits.set_caption(story, shot, read_caption(text)))

    def _edit(self, edit: Callable[[StoryRecord], StoryRecord]) -> Story:
        changed = self._stories.change(self.grid.record.id, edit)
        self._heard(None)
        return self.start() if edits.unstarted(changed) else self

    # ---- what may cost something ---------------------------------------------------------------------------------------

    def insert(self, place: int, shot: object, *, linked: bool = True, yes: bool = False, **fields: Any) -> Story:
        """Put a new shot at a place, 0 for the end: a prompt, a dictionary, or a clip. Else as `retake`."""
        return self._ask_for(self._inserted(place, shot, fields, linked=linked), yes=yes)

    def insert_on_page(self, place: int, shot: object, fields: Mapping[str, Any]) -> Story:
        """Put in a new shot as a page asks; what may cost something is asked about there."""
        self._plan(self._inserted(place, shot, fields, linked=True))
        return self.send()

    def _inserted(
        self, place: int, shot: object, fields: Mapping[str, Any], *, linked: bool
    ) -> Callable[[StoryRecord], StoryRecord]:
        """Return the edit that puts a new shot in: linked, where its model continues others."""
        given = read_shot(shot, f"Shot {place}")
        new = given._replace(fields={**given.fields, **store_fields(fields)}).shot(linked=False)
        if linked and new.take is not None:
            new = msgspec.structs.replace(new, linked=self.pricing.can_link(self.record, new.take))
        return lambda story: edits.insert(story, place, new)

    def retake(self, *shots: int, prompt: str | None = None, yes: bool = False, **fields: Any) -> Story:
        """Make new takes of these shots; the old ones stay and can be chosen again. Returns at once.

        Several that are linked are made one after another. A seed that was fixed goes on to the next one. Where a page is open,
        what may cost something is asked about there; elsewhere at the keyboard, or agreed to by `yes=True`. Raises
        `InvalidRequest`, and `BudgetExceeded` on a no.
        """
        if not shots:
            raise InvalidRequest(
                "Which shot is to be made anew?", next="Pass its number: story.retake(2).", field="shot"
            )
        if prompt is not None and len(shots) > 1:
            raise InvalidRequest("One prompt is for one shot.", next="Remake them one by one.", field="prompt")
        own = store_fields(fields)
        return self._ask_for(lambda story: self._retaken(story, shots, prompt, own), yes=yes)

    def retake_offered(self, shots: Sequence[int], token: str, prompt: str | None, fields: Mapping[str, Any]) -> Story:
        """Make new takes by a press of a button with a price: with the newest `offer` as its token, that price is agreed to."""
        own = store_fields(fields)
        edit = partial(self._plan, lambda story: self._retaken(story, shots, prompt, own))
        return self._do_offered(shots, token, edit)

    def retry_offered(self, shots: Sequence[int], token: str, *, undecided: bool) -> Story:
        """Send failed takes again, as `retry`, by a press of a button with a price; the token as of `retake_offered`."""
        return self._do_offered(shots, token, partial(self._put_back_anew, shots, undecided=undecided))

    def _put_back_anew(self, shots: Sequence[int], *, undecided: bool) -> None:
        """Let takes wait again; what somebody agreed to for them before counts no more, at what they cost now."""
        self.renew_pricing()
        story = self.record
        chosen = map(story.shot, shots or range(1, len(story.shots) + 1))
        self._starter.forget((shot.id, shot.chosen) for shot in chosen)
        self.put_back(*shots, undecided=undecided)

    def _do_offered(self, shots: Sequence[int], token: str, do: Callable[[], object]) -> Story:
        """Do what a button with a price stands for, and send it where its token is the newest and it costs no more than shown."""
        with self._turn:
            good, self.offer = token == self.offer, token_urlsafe(12)
        if token and not good:
            raise BudgetExceeded("This price is not offered any more.", next="Press the button again.", code="confirm")
        shown = self.pricing.remake(self.record, shots)
        others = self._find_question()
        do()
        now = self._find_question()
        agreed = good and others is None and now is not None and shown is not None and now.cost <= shown + CENT
        return self.send(now if agreed and not (now and now.unpriced) else None)

    def _retaken(
        self, story: StoryRecord, shots: Sequence[int], prompt: str | None, fields: Mapping[str, Any]
    ) -> StoryRecord:
        for number in shots:
            own = {**self._next_seed(story, number), **fields}
            story = edits.retake(story, [number], prompt=prompt, fields=own)
        return story

    @staticmethod
    def _next_seed(story: StoryRecord, number: int) -> dict[str, int]:
        """Return the seed of the next take where seeds are fixed: takes have consecutive seeds."""
        takes = story.shot(number).takes
        seeds = [{**story.fields, **take.fields}.get("seed") for take in takes if take.key]
        known = [seed for seed in seeds if isinstance(seed, int)]
        return {"seed": (max(known) + 1) % (LARGEST_SEED + 1)} if known else {}

    def _ask_for(self, edit: Callable[[StoryRecord], StoryRecord], *, yes: bool) -> Story:
        """Check and price what an edit asks for, write it down, and send it when somebody has agreed."""
        self._plan(edit)
        question = self._find_question()
        if question is None or yes:
            return self.send(question)
        if show := next(filter(None, (find_page() for find_page in pages)), None):
            self.ask(question)
            show(self)
            return self
        try:
            confirm(question)
        except BudgetExceeded:
            self.decline()
            raise
        return self.send(question)

    def _plan(self, edit: Callable[[StoryRecord], StoryRecord]) -> None:
        """Write an edit down, after everything that it asks for was checked and priced; raises what the check raises."""
        self.renew_pricing()
        self.pricing.planned(edit(self.record))
        self._stories.change(self.grid.record.id, edit)
        self._heard(None)

    def ask(self, question: Question) -> Story:
        """Put a question to the person before the page; nothing is sent before the answer."""
        self.question = OpenQuestion(token_urlsafe(12), question)
        return self.start()

    def agree(self, token: str) -> Story:
        """Send what was asked about, as the question with this token; raises `BudgetExceeded` for any other, and by a cap.

        A token counts once. Where more would be sent by now than was asked about, it is asked about anew.
        """
        with self._turn:
            question = self.question
            good = question is not None and question.token == token
            self.question = None if good else question
        if question is None or not good:
            raise BudgetExceeded("This question is not open any more.", next="Run the cell again.", code="confirm")
        return self.send(question.asked)

    def _ask_anew(self) -> None:
        """Ask about what costs more by now than was agreed to."""
        self.renew_pricing()
        if (question := self._find_question()) is not None:
            self.question = OpenQuestion(token_urlsafe(12), question)

    def decline(self) -> Story:
        """Take the question back: takes that were asked for and not started are withdrawn where a shot has others."""
        self.question = None
        return self._edit(edits.withdraw)

    def send(self, agreed: Question | None = None) -> Story:
        """Send what waits, as far as somebody has agreed to it; where more would be sent than that, ask."""
        with self._turn:
            # Written once more, so that what nobody wants any more is left away.
            story = self._stories.change(self.grid.record.id, lambda story: story)
            now = self._find_question(story)
            if now is not None and (agreed is None or not agreed.covers(now)):
                return self.ask(now)
            self.question = None
            self._starter.agree(story, self.pricing)
        self.grid.resume()
        return self.start()

    def pause(self) -> Story:
        """Send nothing more; what is being made goes on."""
        self.grid.pause()
        return self

    def resume(self) -> Story:
        """Send what waits."""
        self.renew_pricing()
        return self.send(self._find_question())

    def cancel(self) -> Story:
        """End what waits, and ask providers to cancel what is being made; where one can't, it goes on."""
        self.question = None
        self._starter.forget()
        self.grid.cancel()
        self._heard(None)
        return self

    def retry(self, *shots: int, undecided: bool = False) -> Story:
        """Send failed takes again that were not charged: those of these shots, or all.

        `undecided` also sends those again whose outcome is unknown or that may be charged. That may pay twice.
        """
        return self.put_back(*shots, undecided=undecided).resume()

    def put_back(self, *shots: int, undecided: bool = False) -> Story:
        """Let the takes that `retry` means wait to be sent again."""
        self._starter.refused.clear()
        self.grid.put_back(self._positions(shots), undecided=undecided)
        return self

    def look(self, *shots: int) -> Story:
        """Look for jobs whose answers were lost, in their providers' lists; nothing is sent."""
        self.grid.look(self._positions(shots))
        return self.start()

    def reopen(self) -> Story:
        """Go on after a restart: what costs nothing is sent, what may cost something waits for `resume`."""
        if self._future.done() and self.grid.idle:
            try:
                question = self._find_question()
            except VideogenError:  # such as a missing key: what is made is there all the same
                return self.start()
            if question is None:
                return self.send() if self._has_more() else self.start()
            self._run.ledger.grids.set_state(self.grid.record.id, "paused")
        return self.start()

    def keep_secrets(self, extra: Mapping[str, Any] | None) -> None:
        """Keep `extra` with a credential, in memory alone."""
        self._extra = extra
        self.renew_pricing()

    # ---- prices --------------------------------------------------------------------------------------------------------

    @property
    def pricing(self) -> Pricing:
        """What its takes cost, by the configuration as it was read last."""
        return self._pricing or self.renew_pricing()

    def renew_pricing(self) -> Pricing:
        """Read the configuration anew: a key may be there by now, or another price."""
        self._pricing = made = Pricing(load_config(), self._extra)
        return made

    def _find_question(self, story: StoryRecord | None = None) -> Question | None:
        """Return what to ask about all that is not sent yet and nobody agreed to; raises `BudgetExceeded` by a cap."""
        now = story or self.record
        waiting = [one.cell for one in self.grid.cells() if one.cell.state in {"waiting", "cancelled"}]
        plan = self.grid.plan
        missing = self.pricing.missing(now, waiting, plan, self.grid.record, self._starter.agreed_in(now))
        return self.pricing.question(missing, plan)

    def _has_more(self) -> bool:
        return bool(edits.unstarted(self.record)) or self.grid.counts.waiting > 0

    # ---- waiting -------------------------------------------------------------------------------------------------------

    def result(self, timeout: float | str | None = None) -> tuple[Clip, ...]:
        """Wait until nothing happens by itself any more, and return the clips of the shots that are ready.

        A failed shot does not raise: see `.df`. Raises `WaitTimeout` when only the waiting ended, and the reason where shots
        wait for a person. `timeout` in seconds, or as "90s", "30m", "2h".
        """
        if self.question is not None:
            raise BudgetExceeded(
                self.question.asked.words, next="Press Send in the story, or call .resume().", code="confirm"
            )
        try:
            wait_for(self._future, None if timeout is None else seconds(timeout))
        except TimeoutError:
            ready = sum(one.state == "ready" for one in self.shots)
            raise WaitTimeout(
                f"Stopped waiting for the story {self.name}: {ready} of {len(self.shots)} shots are ready. It goes on.",
                next="Wait again with .result().",
                sent="yes",
                charged="unknown",
            ) from None
        if self.grid.held and self.grid.counts.waiting:
            raise VideogenError(
                f"Shots of the story {self.name} wait: {' '.join(self.grid.held)}",
                next="Mend that, then call .resume().",
            )
        return tuple(Clip.of(one.clip) for one in self.shots if one.state == "ready" and one.clip is not None)

    def settled(self, timeout: float) -> bool:
        """Wait for at most so many seconds; return whether nothing happens by itself any more."""
        return waiting.settled(self._future, timeout)

    def __await__(self) -> Generator[object, None, tuple[Clip, ...]]:
        return self._result().__await__()

    async def _result(self) -> tuple[Clip, ...]:
        await asyncio.wait([asyncio.wrap_future(self._future)])
        return self.result(timeout=0)

    def subscribe(self, listener: Callable[[JobRecord | None], None]) -> None:
        """Call `listener(record)` when one of its jobs changes, `listener(None)` when anything else does, from any thread."""
        self._listeners.append(listener)

    def follow(self, tell: Callable[[], object], *, every: float) -> None:
        """Call `tell()` after changes, in this context, at most once in so many seconds, and once more at the end."""
        pacing.follow(self.subscribe, self._run, tell, every=every)

    # ---- inside --------------------------------------------------------------------------------------------------------

    @property
    def _stories(self) -> Stories:
        return self._run.ledger.stories

    def _positions(self, shots: Sequence[int]) -> list[int]:
        """Return where the cells of the chosen takes are: of these shots, or of all."""
        standing = self.standing
        wanted = {standing.story.shot(number).id for number in shots}
        chosen = (one for one in standing.shots() if one.shot.id in wanted or not shots)
        return [one.one.cell.position for one in chosen if one.one is not None]

    def _wake(self) -> None:
        self._run.loop.soon(self._news.set)

    def _heard(self, record: JobRecord | None) -> None:
        self._wake()
        for listener in tuple(self._listeners):
            try:
                listener(record)
            except Exception:
                log.exception("A listener of the story %s failed.", self.name)

    def start(self) -> Story:
        """See to it that shots are started when those before them are ready."""
        self.grid.start().when_idle(self._wake)
        with self._ending:
            self._asked += 1
            was_driving, self._driving = self._driving, True
        self._wake()
        if not was_driving:
            self._future = self._run.loop.submit(self._drive)
        return self

    async def _drive(self) -> None:
        """Start takes until nothing happens by itself any more, and nobody has asked for more meanwhile."""
        try:
            while True:
                # Asked before the shots are read: a shot that gets ready in between is read in the next round.
                asked, idle = self._asked, self.grid.idle
                self._news.clear()
                if await asyncio.to_thread(self._advance):
                    self.grid.start().when_idle(self._wake)
                    continue
                if idle and self._may_end(asked):
                    return
                await wait_for_event(self._news, self._run.clock, OBSERVE)
        except BaseException:
            self._driving = False
            raise
        finally:
            self._heard(None)

    def _may_end(self, asked: int) -> bool:
        with self._ending:
            self._driving = asked != self._asked
            return not self._driving

    def _advance(self) -> bool:
        """Start the takes whose shots before them are ready; returns whether there was one."""
        with self._turn:
            try:
                if self._run.ledger.grids.get(self.grid.record.id).state != "running":
                    return False
                return self._starter.advance(self.standing, self.pricing)
            except VideogenError as error:  # the ledger cannot be used now: nothing is started without it
                if error.failure.code != "ledger":
                    raise
                log.warning("The story %s waits: %s", self.name, error.message)
                return False


def open_story(record: GridRecord) -> Story:
    """Return this process's story of a grid's record."""
    where = (process.runtime(), record.id)
    if where not in _open:
        _open[where] = Story(record)
    _open[where].grid.renew(record)
    return _open[where]
