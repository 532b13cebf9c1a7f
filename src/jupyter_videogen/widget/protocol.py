"""The protocol between the page and the kernel: traits of state, and small messages with an ack.

State goes to the page in traits (last value wins, redrawn after a reload). Requests go to the kernel as custom
messages that carry a `request_id`; each is answered by one `Ack`. The key is never a bare `id`: ipykernel 7.4
routes replies by that name. No bytes, no credentials and no absolute paths are ever in here.

`js/src/kernel/protocol.gen.ts` is generated from this file by `python scripts/protocol.py`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from jupyter_videogen.core.clip import CostSource
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.errors import Known
from jupyter_videogen.core.job import JobState
from jupyter_videogen.core.request import RequestSettings
from jupyter_videogen.runtime.key_check import Verdict

VERSION: Literal[1] = 1


class RateView(msgspec.Struct, frozen=True, kw_only=True):
    """Dollars a second under conditions; None is a condition that does not matter."""

    per_second: float
    resolution: str | None
    sound: bool | None
    image: bool | None


class PriceView(msgspec.Struct, frozen=True, kw_only=True):
    """What a model costs, in dollars, as far as somebody has written it down."""

    per_clip: float | None
    per_second: float | None
    by_size: dict[str, float]
    """Dollars per second at a size."""
    rates: tuple[RateView, ...]
    """Dollars per second by resolution, sound and start picture; with these, `per_second` is the highest of them, to show."""
    per_image: float | None
    """Dollars for each picture in the request."""


class SizeRangeView(msgspec.Struct, frozen=True, kw_only=True):
    """Which sizes a model makes beside those it offers; sides in pixels, sizes as "WxH"."""

    shortest_side: int
    longest_side: int
    multiple: int
    """Both sides are multiples of this."""
    smallest: str
    """The smallest and the largest in area."""
    largest: str


class InputView(msgspec.Struct, frozen=True, kw_only=True):
    """An input of a workflow that no field of the form fills; what the form sets of it goes into `extra` by its name."""

    name: str
    """As `set` names it: "12.steps"."""
    label: str
    node: str
    """What people call its node."""
    kind: Literal["text", "number", "boolean"]
    value: str
    """What the workflow has; a boolean is "yes" or "no"."""


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    """What the form needs to know of one model to check and to price a request; lengths in whole seconds, sizes as "WxH".

    None stands for what nobody knows.
    """

    id: str
    title: str
    takes: tuple[str, ...]
    """The request's fields that reach the model."""
    durations: tuple[int, ...]
    """Offered lengths; empty when every whole number from `shortest` to `longest` is taken."""
    shortest: int
    longest: int | None
    default_duration: int | None
    sizes: tuple[str, ...]
    """Offered sizes; empty when only the provider knows."""
    size_range: SizeRangeView | None
    """The bounds of further sizes, if it makes other sizes than those it offers."""
    default_size: str | None
    aspects: tuple[str, ...]
    resolutions: tuple[str, ...]
    slowest_fps: int | None
    fastest_fps: int | None
    most: int
    """How many clips one request may ask for."""
    image_matches_size: bool
    """The start image must have the requested size, pixel for pixel."""
    prompt_optional: bool
    longest_prompt: int
    """Characters, as Unicode code points."""
    largest_seed: int
    price: PriceView | None
    usual: float | None
    """Seconds that its last jobs took, the median of at least three; None where there were fewer."""
    runs: int
    inputs: tuple[InputView, ...] = ()
    """Of a workflow: its other inputs."""


class ProviderView(msgspec.Struct, frozen=True, kw_only=True):
    """One provider in the list of providers."""

    name: str
    label: str
    simulated: bool
    key: str
    """Where its key was found, in words; empty where there is none."""
    ready: bool
    """It has what it needs: a key, or no need of one."""
    asks: str
    """What this project's file would send where for it, as long as nobody has agreed to that; else empty."""


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """The prompt form: where requests go, which models are offered, and what it opens with."""

    provider: str
    provider_label: str
    simulated: bool
    """True for the local engine: the page says that clips are drawn, not AI-made."""
    free: bool
    """Nobody charges for its jobs."""
    providers: tuple[ProviderView, ...]
    models: tuple[ModelView, ...]
    retired: tuple[str, ...] = ()
    """Models that made clips before and that the provider does not list any more."""
    other: ModelView | None
    """What a model is taken to be that is not among `models`; None where the list is complete."""
    listed: bool
    """Whether the provider can be asked for its models."""
    listed_at: float | None = None
    """When it was asked last; seconds since the epoch."""
    tests: bool = False
    """The test models are asked for, and listed among the others."""
    shared: bool
    """This machine is shared: keys are kept in the kernel only."""
    keyring: bool = False
    """This machine can keep a key beyond the kernel."""
    improves: bool = False
    """The user has a chat endpoint that improves prompts."""
    guest: bool = False
    """The page is shown to visitors: no history, no other provider, no key, no code."""
    start: RequestView


class MediaView(msgspec.Struct, frozen=True, kw_only=True):
    """A picture, sound or video of a request, by what the kernel can find it again."""

    source: str
    """`upload:…`, an address, `variable:NAME`, or `clip:JOB` (as a picture: its last frame)."""
    kind: Literal["image", "audio", "video"]
    name: str
    width: int | None = None
    height: int | None = None


class RequestView(RequestSettings, frozen=True, kw_only=True, omit_defaults=False):
    """A request as the form holds it; None and empty leave the choice to the model's default."""

    prompt: str = ""
    model: str = ""
    image: MediaView | None = None
    last_frame: MediaView | None = None
    references: tuple[MediaView, ...] = ()
    audio: MediaView | None = None
    video: MediaView | None = None
    extra: str = ""
    """Further fields for this provider, as the text of a JSON object."""
    fit: Literal["cover", "contain", "pad"] | None = None
    """How the start image is made the size that is asked for."""


class ErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """An error in words for a person, and the three facts that matter about money."""

    code: str
    message: str
    next: str = ""
    """What to do now, one sentence; may be empty."""
    field: str | None = None
    """The request field at fault, where one is."""
    sent: Known = "unknown"
    charged: Known = "unknown"
    request_id: str | None = None
    """The provider's own reference, for its support."""
    retry_after: float | None = None
    """Seconds the provider asked us to wait."""
    billing: str = ""
    """Where credit is added, an https address, if that is what is missing and we know where."""


class ClipView(msgspec.Struct, frozen=True, kw_only=True):
    """A finished clip; `src` is relative to the notebook, in POSIX form and not percent-encoded."""

    src: str
    bytes: int
    seconds: float | None
    width: int | None
    height: int | None
    poster: bool
    """A still picture of it is kept; where there is none, the page may draw one."""
    credentials: str = ""
    """What to say of the content credentials (C2PA) in its file; empty where it has none."""
    captions: str = ""
    """WebVTT; empty where it has none."""


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """One job as the page draws it; times in seconds since the epoch by the kernel's clock."""

    id: str
    state: JobState
    detached: bool
    """We stopped watching on request; the job itself may go on."""
    progress: float | None
    """0 to 100 as the provider reported it, else None. Never invented."""
    status: str
    """The provider's own word for the state, where we do not know it; else empty."""
    provider: str
    provider_label: str
    simulated: bool
    free: bool
    """Nobody charges for it: it is drawn, or made by a server of the user's own."""
    model: str
    prompt: str
    duration: float | None
    size: str | None
    seed: int | None
    cost: float | None
    """Dollars; what the provider reported, else our estimate."""
    cost_source: CostSource
    created_at: float
    finished_at: float | None
    saved_bytes: int | None
    total_bytes: int | None
    can_cancel: bool
    synchronous: bool
    """The provider answers in one go, so the kernel has to be kept running."""
    searching: bool
    """The answer is lost, and the provider's list is being asked for the job."""
    reused: bool
    """It was there already when it was asked for: nothing was sent or charged."""
    starred: bool
    usual: float | None
    """Seconds that jobs like this took, the median of at least three; None where there were fewer."""
    runs: int
    slow: float | None
    """Seconds since the provider took it from which on it is slower than usual; None where nothing is known."""
    next_look_at: float | None
    """When the provider is looked at again, where that is worth telling: it is busy, or away."""
    clip: ClipView | None
    clips: tuple[ClipView, ...]
    saves_as: str
    """Where its clip will be, written as a clip's `src`: a page finds it there without a kernel."""
    error: ErrorView | None
    warnings: tuple[str, ...]
    suggestions: tuple[str, ...]
    """Prompts to try instead, where the model could not show all of this one; its warning says so."""
    request: RequestView
    """All that was asked for: to do it again, or something like it."""
    needs_kernel: bool
    """Only the kernel that sent it can watch it, since no other process has its key."""
    can_share: bool
    """The page may ask for its clip as a file to hand out; visitors may not."""


class WidgetState(msgspec.Struct, frozen=True, kw_only=True):
    """The synced traits of the widget: a card has a job and no form; the form's job is the one that its result shows."""

    form: FormView | None
    job: JobView | None
    queue: tuple[JobView, ...]
    """The form's other jobs that are being made, or that have ended and were not shown since; oldest first."""
    compared: tuple[JobView, ...] | None
    """Jobs that are seen side by side, and nothing else."""
    grid: GridView | None
    """A grid, and nothing else."""
    vote: VoteView | None
    """A blind vote, and nothing else."""
    story: StoryView | None
    """A story, and nothing else."""
    library: bool = False
    """The library is shown, and a form above it only when somebody makes something of a clip."""


class Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """A message from the page. `request_id` is made by the page and names the ack."""

    v: Literal[1]
    request_id: str


class Hello(Request, frozen=True, kw_only=True, tag="hello"):
    """A view was drawn, or has heard nothing of an open job for a while: the job is told once more.

    The ack's `now` corrects the page's clock.
    """

    strips_views: bool = False
    """The host keeps widgets out of saved notebooks, as our JupyterLab extension does: a card may stay when its job has ended."""


class Generate(Request, frozen=True, kw_only=True, tag="generate"):
    """The primary button was pressed: one click, one `request_id`, at most one job.

    Refused with the code "confirm" where a budget wants a yes, which is then sent as `yes`.
    """

    request: RequestView
    new: bool = False
    """Make another, though the same request has been made."""
    yes: bool = False
    aside: bool = False
    """Others are being made: leave the result on the job that it shows, and put this one in the queue."""


class Show(Request, frozen=True, kw_only=True, tag="show"):
    """Show a job of the queue in the form's result; nothing about the job changes."""

    job_id: str


class Cancel(Request, frozen=True, kw_only=True, tag="cancel"):
    """Ask the provider to cancel (offered only where `can_cancel`)."""

    job_id: str


class Detach(Request, frozen=True, kw_only=True, tag="detach"):
    """Stop watching a job, which itself goes on: the button reads Stop watching."""

    job_id: str


class Watch(Request, frozen=True, kw_only=True, tag="watch"):
    """Watch a detached job again, look for one whose answer was lost, fetch a clip that is missing."""

    job_id: str


class Resend(Request, frozen=True, kw_only=True, tag="resend"):
    """Send a job of unknown outcome once more, on purpose: it may charge twice."""

    job_id: str


class Edit(Request, frozen=True, kw_only=True, tag="edit"):
    """Open the form of a job that is shown without one, filled with its request."""

    job_id: str


class Recall(Request, frozen=True, kw_only=True, tag="recall"):
    """A clip of ours, or the receipt of one, was dropped on the form: ask how it was made; the ack has it as `recalled`."""

    name: str
    receipt: str = ""
    """The receipt's text, where that is what was dropped."""


class Choose(Request, frozen=True, kw_only=True, tag="choose"):
    """Take another provider, or ask this one for its models now; a new form comes back in the trait."""

    provider: str
    refresh: bool = False


class Connect(Request, frozen=True, kw_only=True, tag="connect"):
    """Hand over a key: to this kernel's memory, or with `keep` to the system's keyring. It comes back nowhere."""

    provider: str
    key: str
    keep: bool = False


class Trust(Request, frozen=True, kw_only=True, tag="trust"):
    """Agree that this project's file may send a provider's key where it says; `asks` is what the person was shown."""

    provider: str
    asks: str


class FindServers(Request, frozen=True, kw_only=True, tag="servers"):
    """Look for servers that make videos on this machine: one free question at each usual port; the ack has `servers`."""


class Upload(Request, frozen=True, kw_only=True, tag="upload"):
    """One piece of a file, its bytes in the message's buffer; the last piece's ack has the file as `medium`."""

    upload_id: str
    field: Literal["image", "last_frame", "references", "audio", "video"]
    name: str
    offset: int
    total: int


class Fetch(Request, frozen=True, kw_only=True, tag="fetch"):
    """Ask for a piece of a clip, where the page can't reach its file; the ack has the bytes as its buffer."""

    job_id: str
    take: int
    """Which of the job's clips, from 0."""
    offset: int
    length: int


class Poster(Request, frozen=True, kw_only=True, tag="poster"):
    """A still picture of a clip that has none, drawn by the page: a JPEG in the message's buffer."""

    job_id: str
    take: int


class Module(Request, frozen=True, kw_only=True, tag="module"):
    """Ask for a module of the page that most widgets never need, when it is first wanted; the ack has its source as `text`."""

    name: Literal["parts", "grid", "vote", "story"]
    build: str
    """The hash of the source that fits this page: a kernel with another one refuses."""


class History(Request, frozen=True, kw_only=True, tag="history"):
    """Ask for jobs, newest first, as tiles; the ack has them as `page`. The filters combine."""

    scope: Literal["notebook", "project", "all"] = "project"
    search: str = ""
    starred: bool = False
    model: str = ""
    """Only this model's; empty for all."""
    stages: tuple[Literal["ready", "making", "failed"], ...] = ("ready", "making")
    offset: int = 0
    """How many newer jobs are left out."""
    limit: int = 60


class Detail(Request, frozen=True, kw_only=True, tag="detail"):
    """Ask for all of one job; the ack has it as `job`."""

    job_id: str


class Posters(Request, frozen=True, kw_only=True, tag="posters"):
    """Ask for the still pictures of jobs; the ack has one buffer for each, empty where there is none."""

    job_ids: tuple[str, ...]


class Star(Request, frozen=True, kw_only=True, tag="star"):
    """Star a job, or remove the star."""

    job_id: str
    on: bool


class Remove(Request, frozen=True, kw_only=True, tag="remove"):
    """Take a job out of the history, or with `undo` put it back; its clip stays on the disk."""

    job_id: str
    undo: bool = False


class Improve(Request, frozen=True, kw_only=True, tag="improve"):
    """Ask the user's own chat endpoint for a better prompt, which may cost them; the ack has it as `text`. Nothing is ordered."""

    prompt: str


class Code(Request, frozen=True, kw_only=True, tag="code"):
    """Ask for a job, or what the form holds, as code; the ack has it as `text`."""

    language: Literal["magic", "python", "async", "curl", "json"]
    request: RequestView


class Share(Request, frozen=True, kw_only=True, tag="share"):
    """Write a clip beside the notebook, to hand out; the ack has the file's name as `text`, when it is written."""

    job_id: str
    take: int
    kind: Literal["html", "gif", "webp"]


class GridRows(Request, frozen=True, kw_only=True, tag="grid_rows"):
    """Ask for rows of the grid that come into view; the ack has them as `rows`. From now on their changes are told.

    The filter `search` is matched against prompts; empty for all. Both filters combine. Each view of the page has rows of its
    own, until it asks for none.
    """

    view: str = ""
    """Names the view, as the page does."""
    offset: int
    limit: int
    search: str = ""
    only: Literal["", "failed", "undecided"] = ""
    """Only rows with such a cell; `failed` has those that are undecided, too."""


class GridAct(Request, frozen=True, kw_only=True, tag="grid_act"):
    """Act on the whole grid, or on some of its cells.

    `pause` sends nothing more, and what is being made goes on; `resume` sends again, or asks where nobody has agreed to the
    cost; `send` and `decline` answer that question, by its `token`; `retry` repeats failed cells that were
    not charged, or with `undecided` those whose outcome is unknown or that may be charged: that may pay twice; `look` looks
    for lost answers; `cancel` ends what waits and asks providers to cancel the rest.
    """

    action: Literal["pause", "resume", "send", "decline", "retry", "look", "cancel"]
    cells: tuple[int, ...] = ()
    """Positions; empty for all that the action fits."""
    undecided: bool = False
    token: str = ""


class Rate(Request, frozen=True, kw_only=True, tag="rate"):
    """Rate a clip from 1 to 5; 0 takes the rating back."""

    job_id: str
    rating: int


class Export(Request, frozen=True, kw_only=True, tag="export"):
    """Write the grid beside the notebook; the ack has the file's path, relative to the notebook, as `text`."""

    kind: Literal["html", "zip", "png", "csv", "jsonl", "parquet"]


class CastVote(Request, frozen=True, kw_only=True, tag="cast_vote"):
    """Vote on the pair that the page shows, by its token: the kernel refuses a token that is not the newest."""

    token: str
    choice: Literal["left", "right", "tie", "bad"]
    seconds: float
    """From when both clips could play to the vote."""


class VoteAct(Request, frozen=True, kw_only=True, tag="vote_act"):
    """Act on the vote.

    `undo` takes the last vote back; `finish` ends the rater's vote and shows names; `more` goes on after that; `rater` lets
    another vote, whose `name` it is; `skip_left` and `skip_right` leave a clip out that this browser can't play.
    """

    action: Literal["undo", "finish", "more", "rater", "skip_left", "skip_right"]
    token: str = ""
    name: str = ""


class BlindPiece(Request, frozen=True, kw_only=True, tag="blind_piece"):
    """Ask for a piece of a clip of the pair on view; the ack has the bytes as its buffer, fewer than asked for at its end."""

    token: str
    side: Literal["left", "right"]
    offset: int
    length: int


class StoryAct(Request, frozen=True, kw_only=True, tag="story_act"):
    """Act on the story, or on one of its shots.

    `send` and `decline` answer the open question, by its `token`. `retake` makes new takes of `shots`; with the view's `offer` as
    `token` the price on its button is agreed to, else it is asked about; so it is for `retry`. `pause`, `resume`, `cancel` and `look` are as for a
    grid; `retry` repeats what failed and was not charged, or with `undecided` what may then be charged twice: of `shots`, or of
    all. The others edit the list, which costs nothing: `move` to the place `to`, `cut`, `link`, `keep` (as a cut), `remove`,
    `restore` (the last one that was removed), `choose` a `take`, `insert` a `prompt` or the clip of `job_id`, or of a file of that name, at the place `to`,
    `audio` and `captions`, and `caption` of a shot. `join` writes the film; the ack comes when it is written.
    """

    action: Literal[
        "send",
        "decline",
        "pause",
        "resume",
        "cancel",
        "retry",
        "look",
        "move",
        "cut",
        "link",
        "keep",
        "remove",
        "restore",
        "retake",
        "choose",
        "insert",
        "join",
        "audio",
        "caption",
        "captions",
    ]
    token: str = ""
    shot: int = 0
    """The shot's `id`, which never changes; its place does."""
    shots: tuple[int, ...] = ()
    """Of several shots, their ids."""
    to: int = 0
    """A place, from 1; 0 for the end."""
    take: int = 0
    prompt: str = ""
    """For `retake` of one shot, its new prompt; empty leaves it as it was. For `insert`, the new shot's."""
    fields: dict[str, str | float | bool] = {}
    """Settings of a new take or shot, by the names of a request's fields."""
    job_id: str = ""
    undecided: bool = False
    medium: str | None = None
    """For `audio`: the `source` of an uploaded sound; "" takes the track away, None leaves it."""
    volume: float | None = None
    """For `audio`: 1 is as loud as it is; None leaves it."""
    fade: float | None = None
    """For `audio`: seconds in which it begins and ends; None leaves it."""
    on: bool = True
    """For `captions`."""
    caption: str = ""
    """For `caption`: what is said while the shot is shown; empty for what its clip says itself."""


class StoryFrames(Request, frozen=True, kw_only=True, tag="story_frames"):
    """Ask for the first or last pictures of clips of the story; the ack has one buffer for each, empty where there is none."""

    job_ids: tuple[str, ...]
    which: Literal["first", "last"]


PageMessage = (
    Hello
    | Generate
    | Show
    | Cancel
    | Detach
    | Watch
    | Resend
    | Edit
    | Recall
    | Choose
    | Connect
    | Trust
    | FindServers
    | Upload
    | Fetch
    | Poster
    | Module
    | History
    | Detail
    | Posters
    | Star
    | Remove
    | Improve
    | Code
    | Share
    | GridRows
    | GridAct
    | Rate
    | Export
    | CastVote
    | VoteAct
    | BlindPiece
    | StoryAct
    | StoryFrames
)
prepare(PageMessage)


class GridColumnView(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a grid: what its clips have in common beside each row's own values."""

    model: str
    provider: str
    seed: int | None
    take: int
    """Which of several clips of the same request, from 1: where a model takes no seed."""
    values: tuple[str, ...]
    """The varied settings, in words, such as "1280×720"."""


class GridCellView(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of a grid as a tile."""

    position: int
    """Its place in the grid's order, which names it in messages."""
    row: int
    column: int
    job_id: str | None
    state: Literal["waiting", "sending", "making", "ready", "failed", "undecided", "cancelled", "gone"]
    """`undecided`: the outcome is unknown, or it failed and may be charged; `gone`: the clip's file is not where it was."""
    progress: float | None
    """0 to 100 as reported, else None."""
    status: str
    """What is waited for, such as "2nd in line"; may be empty."""
    reason: str
    """Why it has no clip, in about four words; empty for others."""
    error: str
    """The whole of it."""
    step: Literal["", "retry", "resend", "look"] = ""
    """The next step that fits: `retry` what was not charged, `resend` what may then be charged twice, `look` for a lost answer."""
    price: float | None
    """Dollars that a retry is estimated at; None where no price is known, 0 where it is free."""
    started_at: float | None
    seconds: float | None
    """How long it took to make, without waiting here."""
    clip: ClipView | None
    rating: int | None
    starred: bool
    checks: str = ""
    """What the checks of its clip found, in a few words such as "frozen 2.1 s"; empty for nothing, and where it was not checked."""
    aspect: float = 16 / 9
    """Width by height, as it was asked for."""


class GridRowView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a grid: its prompt, and its cells in the order of the columns."""

    row: int
    label: str
    """The row's name in the table it came from, else its number from 1."""
    prompt: str
    cells: tuple[GridCellView, ...]


class GridPage(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a grid that fit the filter."""

    rows: tuple[GridRowView, ...]
    offset: int
    total: int
    """Rows that fit the filter."""


class GridFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the foot of the table says of one model."""

    model: str
    rating: float | None
    """The mean of those that are rated."""
    rated: int
    seconds: float | None
    """The median time to make a clip, without waiting here."""
    cost: float | None
    """Dollars of a clip, the mean; None where it is not known."""
    ready: int


class GridQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is asked before a grid is sent."""

    token: str
    """Goes back with the answer, and counts once."""
    words: str
    clips: int
    cost: float
    """Dollars, of the clips with a known price."""
    unpriced: int


class GridWork(msgspec.Struct, frozen=True, kw_only=True):
    """How far a function is that is called for the clips of a grid."""

    name: str
    done: int
    total: int
    failed: int


class GridView(msgspec.Struct, frozen=True, kw_only=True):
    """A grid's header, in a trait; its cells come in messages."""

    name: str
    guest: bool = False
    """The page is shown to visitors, who look and play."""
    state: Literal["planned", "running", "paused", "ended", "cancelled", "elsewhere"]
    """`elsewhere`: another kernel sends; this one shows. `paused`, too, where it waits for a person after a restart; `planned`
    while a question is open."""
    question: GridQuestion | None = None
    prompt: str
    """The prompt, where all rows have the same."""
    shared: str
    """The settings that all cells share, in words."""
    columns: tuple[GridColumnView, ...]
    rows: int
    clips: int
    ready: int
    making: int
    waiting: int
    failed: int
    undecided: int
    cancelled: int
    progress: float
    """0 to 100: clips done, and the percent that providers reported of those being made, over all that did not fail."""
    spent: float
    estimate: float
    """Dollars of all cells with a known price."""
    unpriced: int
    """Cells of unknown price."""
    free: bool
    left: float | None
    """Seconds until all is done, estimated; None where nothing is known."""
    retry_cost: float | None
    """Dollars that retrying the failed cells is estimated at; None where a price is not known."""
    resend_cost: float | None = None
    """The same for the undecided ones."""
    notices: tuple[str, ...]
    """What holds cells back, such as a refused key."""
    figures: tuple[GridFigures, ...]
    work: tuple[GridWork, ...] = ()
    """Functions that are called for its clips."""
    aspect: float = 16 / 9
    """Width by height of the box of a tile; 1 where tiles of several shapes share it."""


class CellsChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="cells"):
    """Cells of the rows that the page last asked for have changed."""

    v: Literal[1]
    cells: tuple[GridCellView, ...]


class StandingView(msgspec.Struct, frozen=True, kw_only=True):
    """How one contestant did."""

    name: str
    score: float
    low: float
    """The 95 % interval of the score."""
    high: float
    share: float
    """Of its votes won, 0 to 1; ties are half a win."""
    seconds: float | None
    cost: float | None
    cost_per_win: float | None


class MeetingView(msgspec.Struct, frozen=True, kw_only=True):
    """How often one contestant beat another."""

    name: str
    other: str
    wins: int
    ties: int
    losses: int


class LeaderboardView(msgspec.Struct, frozen=True, kw_only=True):
    """What the votes come to."""

    votes: int
    raters: tuple[str, ...]
    verdict: str
    advice: str
    standings: tuple[StandingView, ...]
    """The strongest first; empty while there are too few votes."""
    meetings: tuple[MeetingView, ...]
    notes: tuple[str, ...]


class VoteView(msgspec.Struct, frozen=True, kw_only=True):
    """A blind vote, in a trait: nothing in it says whose clips are on view."""

    name: str
    by: str
    rater: str
    raters: tuple[str, ...]
    done: int
    total: int
    left: float | None
    """About how many seconds the rest takes."""
    token: str
    """Names the pair on view; empty where there is none."""
    prompt: str
    last: Literal["", "left", "right", "tie", "bad"]
    """The last vote that can be taken back."""
    notes: tuple[str, ...]
    leaderboard: LeaderboardView | None
    """None until the rater has finished."""


ShotState = Literal["planned", "waiting", "sending", "making", "ready", "failed", "undecided", "cancelled", "gone"]
"""`planned`: nobody has agreed to its cost; `waiting`: for a place, or for the shot before; the others as a grid's cells."""


class TakeView(msgspec.Struct, frozen=True, kw_only=True):
    """One take of a shot."""

    number: int
    """From 1."""
    job_id: str | None
    state: ShotState


class ShotView(msgspec.Struct, frozen=True, kw_only=True):
    """One shot of a story, as its chosen take stands."""

    id: int
    """Names it in messages; it stays when the shot moves."""
    number: int
    """Its place, from 1."""
    prompt: str
    prompt_is_whole: bool
    """False where it was cut: of many shots only so much is told."""
    caption: str | None
    """Its own; empty where there is none, or where its clip says what is said; None where it is too long to be told."""
    state: ShotState
    words: str
    """How it stands, one sentence such as "Waits for shot 2."; empty where it is ready and nothing is to be said."""
    percent: float | None
    """0 to 100 as reported, else None."""
    seconds_left: float | None
    seconds: float
    """Its length: that of its clip, else as it was asked for."""
    cost: float | None
    """Dollars of the chosen take; None where no price is known, 0 where it is free."""
    job_id: str | None
    take: int | None
    """The number of the chosen take; None for a clip that became a shot."""
    takes: tuple[TakeView, ...]
    link: Literal["first", "linked", "stale", "cut", "waiting"]
    """How it hangs on the shot before: `linked` starts on its last frame, `stale` on an older one; `waiting` has not started."""
    starts_on: str | None
    """The job whose last frame its chosen take starts on."""
    starts_by: Literal["image", "references"] | None
    """How: on that frame as it is, or on a sheet of frames as a reference."""
    can_link: bool
    """Whether its model can continue another clip."""
    facts: tuple[str, ...]
    """Its settings, in words."""
    remake: tuple[int, ...]
    """What *Remake* makes anew, by ids: this shot; empty where it cannot be made anew."""
    remake_cost: float | None
    """Dollars of that; 0 where it is free, None where no price is known."""
    remake_with: tuple[int, ...]
    """The same together with the shots after it that are linked one by one; empty where none is."""
    remake_with_cost: float | None
    failure: str
    """Why there is no clip, in words; empty where nothing failed."""
    step: Literal["", "retry", "resend", "look"]
    """As for a grid's cell."""
    clip: ClipView | None


class FilmView(msgspec.Struct, frozen=True, kw_only=True):
    """The joined film."""

    job_id: str
    """Names it in `fetch` and `posters`, as a job does; it is no job."""
    clip: ClipView
    current: bool
    """False where the shots or the sound have changed since."""
    words: str
    """What to say of it, such as that its shots were coded anew; may be empty."""


class AudioView(msgspec.Struct, frozen=True, kw_only=True):
    """The narration or music under a story."""

    name: str
    volume: float
    """1 is as loud as the file."""
    fade: float
    """Seconds."""


class StoryView(msgspec.Struct, frozen=True, kw_only=True):
    """A story, in a trait."""

    name: str
    guest: bool = False
    """The page is shown to visitors, who look and play."""
    facts: str
    """What its shots have in common, such as "local/scenes · 1280×720"."""
    state: Literal["planned", "running", "paused", "ended", "cancelled", "elsewhere"]
    """As a grid's."""
    question: GridQuestion | None
    offer: str
    """Goes back with `retake`, and counts once: who presses a button with a price has agreed to it."""
    shots: tuple[ShotView, ...]
    seconds: float
    """Of all shots."""
    spent: float
    """Dollars of all takes that ended and count as charged, used or not."""
    in_flight: float
    """Dollars of those being made."""
    unused: int
    """Finished takes that are not chosen, or whose shots were removed."""
    unused_cost: float
    free: bool
    film: FilmView | None
    can_join: bool
    waits_for: int | None
    """The number of the first shot that joining waits for; None where all are ready."""
    can_restore: bool
    """A shot was removed and can be put back."""
    audio: AudioView | None
    captions: bool
    has_captions: bool
    """There are cues to show."""
    aspect: float
    """Width by height of the film."""
    notices: tuple[str, ...]


class PreviewShown(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="preview"):
    """A picture of a clip that is being made, in the message's buffer: a JPEG, PNG or WebP. It is kept nowhere else."""

    v: Literal[1]
    job_id: str


class TileView(msgspec.Struct, frozen=True, kw_only=True):
    """One job as a tile of the library: of `JobView` what a tile draws, with a prompt that is cut."""

    id: str
    state: JobState
    searching: bool
    progress: float | None
    saved_bytes: int | None
    total_bytes: int | None
    prompt: str
    model: str
    duration: float | None
    cost: float | None
    cost_source: CostSource
    created_at: float
    starred: bool
    error: str | None
    """Why it failed, in words."""
    clip: ClipView | None
    gone: bool
    """The clip's file is not where it was."""


class ModelCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many jobs of a model the other filters leave."""

    model: str
    jobs: int


class HistoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some tiles of the library, and what its filters leave of it."""

    tiles: tuple[TileView, ...]
    offset: int
    total: int
    """Tiles under all filters."""
    spent: float
    """Dollars that the charged ones of them came to."""
    ready: int
    """How many jobs of each state the other filters leave."""
    making: int
    failed: int
    models: tuple[ModelCount, ...]


class Changed(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="changed"):
    """Something was written to the ledger, here or in another notebook: a page that shows the library asks again."""

    v: Literal[1]


class Recalled(msgspec.Struct, frozen=True, kw_only=True):
    """How a clip was made."""

    provider: str
    request: RequestView
    missing: tuple[str, ...] = ()
    """Fields whose files are not here."""


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """What the free test of a key found, and where the key is now."""

    verdict: Verdict
    text: str


class ServerView(msgspec.Struct, frozen=True, kw_only=True):
    """What answers at one of this machine's usual ports."""

    title: str
    address: str
    words: str
    """What it is and serves, or why it is none of ours."""
    provider: str = ""
    """The provider that goes there as it is; empty where a click can't choose it."""
    model: str = ""
    """The model that it serves, where it names one."""
    cell: str = ""
    """The line of a cell that uses it, where `provider` is empty and there is one."""


class Ack(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="ack"):
    """The kernel's answer to one message."""

    v: Literal[1]
    request_id: str
    ok: bool
    now: float
    """The kernel's clock, seconds since the epoch."""
    error: ErrorView | None = None
    key: KeyView | None = None
    page: HistoryPage | None = None
    rows: GridPage | None = None
    job: JobView | None = None
    medium: MediaView | None = None
    text: str | None = None
    recalled: Recalled | None = None
    servers: tuple[ServerView, ...] | None = None
    found: bool = False
    """The request of a click was a job already: nothing was sent or charged for this click."""
