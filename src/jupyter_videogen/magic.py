"""`%%videogen`: a cell whose text becomes a clip, and `%videogen`: the form and what else one does with jobs.

The cell ends at once and the job goes on below it; with `--wait`, and where nobody watches (nbclient, papermill,
a terminal), the cell waits. The line is split by POSIX rules on every system, without expansion: a prompt is text.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import traceback
from typing import TYPE_CHECKING, Any, NoReturn

from IPython import get_ipython
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from . import checkup, client, connect, display, keys, settings, spending
from .capabilities import did_you_mean
from .errors import InvalidRequest, VideogenError
from .values import FIELDS
from .widget import VideoGen

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from .ticket import Job
    from .values import Clip

NO_PAGE = "The videogen form needs a page: open this in JupyterLab, or write %%videogen above a prompt."
KEY_IN_CELL = """\
videogen: something here looks like a key. What a cell holds is saved with the notebook and in IPython's history: take it
out, revoke it if the notebook has left your hands, and use %videogen connect NAME or an environment variable instead."""
LAST = "last"
HELP = """\
%%videogen [options]        the rest of the cell is the prompt
    -m, --model NAME        a model, or provider:model
    -p, --provider NAME     local, qubax, qubrid, indoxhub, aihubmix, bifrost, openai
    -d, --duration SECONDS  length of the clip
    --size WxH              for example 1280x720
    --aspect W:H            a shape instead of a size, with --resolution 720p
    --negative TEXT         what should not be seen
    --image FILE            the start image; also --last-frame, --references, --audio, --video; --fit cover
    --sound, --no-sound     likewise --draft and --enhance; -n N clips of one prompt
    --fps N   --seed N      frames per second; the same seed gives the same clip ("random": a new one)
    --new                   make another, though the same request has been made and paid for
    --max-cost DOLLARS      refuse what would cost more, or what nobody knows the price of
    --yes                   send it without the question that a budget asks
    --extra '{"key": 1}'    further fields for this service
    --as NAME               keep the job in a variable
    --wait                  wait here for the clip (an interrupt stops the waiting, not the job)
    --timeout 90s           with --wait: how long

%videogen                   the form            %videogen jobs        your jobs, newest first
%videogen show ID           a job and its clip  %videogen wait ID     wait for it
%videogen resume ID         watch it again      %videogen cancel ID   cancel it, where the service can
%videogen cost              spent, in flight, and what is left; --by model, day or notebook
%videogen connect NAME      type a service's key into a box; --forget drops it
%videogen doctor            look at what can go wrong here; sends nothing that is paid for
%videogen tb                the full traceback of the last error
ID is a job's id, the beginning of one, or "last".
"""


class Grammar(argparse.ArgumentParser):
    """Options of one line; mistakes leave as `InvalidRequest` with the nearest word."""

    def __init__(self) -> None:
        super().__init__(prog="%%videogen", add_help=False, allow_abbrev=False)
        self.add_argument("-m", "--model")
        self.add_argument("-p", "--provider")
        self.add_argument("-d", "--duration", type=int)
        self.add_argument("--size")
        for word in (
            "--aspect",
            "--resolution",
            "--negative",
            "--image",
            "--last-frame",
            "--audio",
            "--video",
            "--fit",
        ):
            self.add_argument(word)
        self.add_argument("--references", action="append")
        self.add_argument("-n", type=int)
        for word in ("--sound", "--draft", "--enhance"):
            self.add_argument(word, action=argparse.BooleanOptionalAction)
        self.add_argument("--fps", type=int)
        self.add_argument("--seed", type=_seed)
        self.add_argument("--extra", type=_extra)
        self.add_argument("--new", action="store_true")
        self.add_argument("--max-cost", type=float)
        self.add_argument("--yes", action="store_true")
        self.add_argument("--as", dest="name")
        self.add_argument("--wait", action="store_true")
        self.add_argument("--timeout")
        self.add_argument("-h", "--help", action="store_true")

    def read(self, line: str) -> tuple[argparse.Namespace, list[str]]:
        """Split and read one line; gives the options and the words that are none."""
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise InvalidRequest(f"The options can't be read: {error}.", next="Close the quotation.") from None
        options, rest = self.parse_known_args(words)
        for word in rest:
            if word.startswith("--") and word != "--":
                raise self._unknown(word.partition("=")[0])
        return options, [word for word in rest if word != "--"]

    def _unknown(self, word: str) -> InvalidRequest:
        known = [option for option in self._option_string_actions if option.startswith("--")]
        return InvalidRequest(f"There is no option {word}.", next=did_you_mean(word, known))

    def error(self, message: str) -> NoReturn:
        """Refuse as we refuse everything."""
        raise InvalidRequest(f"{message[:1].upper()}{message[1:]}.", next="%videogen help lists the options.")


@magics_class
class VideogenMagics(Magics):
    """The magic, once per shell."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._grammar = Grammar()
        self._last_error = "No error yet."
        self._commands: dict[str, Callable[[str], object]] = {
            "jobs": self._jobs,
            "show": lambda ref: display.show_again(client.job(ref or LAST)),
            "wait": lambda ref: self._wait(client.job(ref or LAST), None),
            "resume": lambda ref: client.job(ref or LAST).watch(),
            "connect": lambda words: print(connect.connect(words)),  # noqa: T201 - the answer
            "doctor": lambda words: checkup.doctor(network="--no-network" not in words.split()),
            "cost": lambda words: print(spending.table(_by(words))),  # noqa: T201 - the answer
            "cancel": lambda ref: print(client.job(ref or LAST).cancel().reason),  # noqa: T201 - the answer
            "help": lambda _: print(HELP),  # noqa: T201 - it is asked for
            "tb": lambda _: print(self._last_error),  # noqa: T201 - the same
        }

    @no_var_expand
    @line_cell_magic
    def videogen(self, line: str, cell: str | None = None) -> object:
        """Turn the cell's text into a video; `%videogen help` lists the options."""
        if keys.KEYLIKE.search(f"{line}\n{cell or ''}"):
            print(KEY_IN_CELL, file=sys.stderr)  # noqa: T201 - a warning that belongs to this cell
        try:
            return self._line(line) if cell is None else self._cell(line, cell)
        except (VideogenError, KeyboardInterrupt) as error:
            self._last_error = traceback.format_exc()
            words = _lines(error)
            error._render_traceback_ = lambda: words  # type: ignore[union-attr]  # IPython's hook for one's own look
            raise

    def _line(self, line: str) -> object:
        command, _, rest = line.strip().partition(" ")
        if command in self._commands:
            return self._commands[command](rest.strip())
        options, words = self._grammar.read(line)
        if options.help:
            return self._commands["help"]("")
        if not words:
            return self._form(options)
        return self._make(options, " ".join(words))

    def _form(self, options: argparse.Namespace) -> VideoGen | None:
        """Give the form; where no page can draw it, words instead: a widget would only swell the saved notebook."""
        if settings.watched():
            given = _fields(options)
            return VideoGen(**{name: given[name] for name in given if name not in {"new", "yes", "max_cost"}})
        print(NO_PAGE)  # noqa: T201 - the answer to what was typed
        return None

    def _cell(self, line: str, cell: str) -> object:
        options, words = self._grammar.read(line)
        if words:
            raise InvalidRequest(
                f"The options hold words that are none: {keys.KEYLIKE.sub('…', ' '.join(words))}.",
                next="The prompt goes below the first line.",
            )
        return self._commands["help"]("") if options.help else self._make(options, cell.strip())

    def _make(self, options: argparse.Namespace, prompt: str) -> Job | Clip:
        job = client.submit(prompt, **_fields(options))
        if options.name:
            get_ipython().user_ns[options.name] = job
        if options.wait or not (settings.watched() and display.in_kernel()):
            return self._wait(job, options.timeout)
        return job

    def _wait(self, job: Job, timeout: str | None) -> Clip:
        if settings.watched() and display.in_kernel():
            display.show_job(job)
        try:
            return job.result(timeout)
        except KeyboardInterrupt as stop:
            stop.args = (f"Stopped waiting. The job goes on; get it back with: %videogen wait {job.id}",)
            raise

    def _jobs(self, _: str) -> None:
        for job in client.jobs(limit=20):
            print(f"{job.id}  {job.state:<16} {job.record.model:<14} {job.request.prompt[:70]!r}")  # noqa: T201 - a listing


def _fields(options: argparse.Namespace) -> dict[str, Any]:
    """Give the request's fields that were written on the line."""
    names = ("provider", *FIELDS[1:], "fit", "max_cost")
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    return {**given, **{name: True for name in ("new", "yes") if getattr(options, name)}}


def _extra(word: str) -> object:
    """Read JSON; tracebacks can show an option, and one of these may be a key."""
    try:
        value = json.loads(word)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"its JSON can't be read ({error.msg}, character {error.pos})") from None
    return keys.Hidden(value) if isinstance(value, dict) else value


def _seed(word: str) -> int | str:
    return word if word == "random" else int(word)


def _by(words: str) -> str:
    """Read `--by GROUP`; by model where nothing is said."""
    parts = words.split()
    return parts[-1].removeprefix("--by=") if parts and parts[0].startswith("--by") else "model"


def _lines(error: BaseException) -> list[str]:
    """Give an error's own words in place of a traceback."""
    sign = "✗ videogen:" if isinstance(error, VideogenError) else "videogen:"
    return [f"{sign} {error}"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magic; open jobs of before are watched again, said in one quiet line."""
    shell.register_magics(VideogenMagics(shell))
    display.install()
    if not (settings.home() / "ledger.sqlite3").exists():
        return
    try:
        open_jobs = client.jobs("unfinished")
    except VideogenError as error:
        print(f"videogen: {error}")  # noqa: T201 - loading goes on, and says what it could not do
        return
    if open_jobs:
        print(f"videogen: watching {len(open_jobs)} unfinished job(s) again: {' '.join(job.id for job in open_jobs)}")  # noqa: T201


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magic away; jobs go on."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("videogen", None)
