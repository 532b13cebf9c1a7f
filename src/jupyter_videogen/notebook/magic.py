"""`%%videogen`: a cell whose text becomes a clip, and `%videogen`: the form and what else one does with jobs.

The cell ends at once and the job goes on below it; with `--wait`, and where nobody watches (nbclient, papermill,
a terminal), the cell waits. This module is all that `%load_ext` loads; the rest comes with the first use.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from traitlets import Bool, Float, HasTraits, Int, Unicode, Union

from jupyter_videogen.commands import error_text, help, options, parser  # noqa: A004 - the word the command has
from jupyter_videogen.commands.error_text import TypedLine
from jupyter_videogen.core import environment, secrets, terminal
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.request import SETTINGS
from jupyter_videogen.notebook import completion, tracebacks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import TraitType

    from jupyter_videogen.commands.options import Option
    from jupyter_videogen.commands.parser import ParsedLine
    from jupyter_videogen.notebook.line_magics import Commands

KEY_IN_CELL = """\
videogen: this cell seems to contain a key. A cell is saved in the notebook and in IPython's history: remove the key,
revoke it if anybody else has seen the notebook, and use %videogen connect NAME or an environment variable instead."""
PREFIX = "default_"


def _setting(trait: TraitType[Any, Any], words: str) -> TraitType[Any, Any]:
    trait.help = words
    return trait.tag(config=True)


def _word(words: str) -> TraitType[Any, Any]:
    return _setting(Unicode(None, allow_none=True), words)


def _switch(words: str) -> TraitType[Any, Any]:
    return _setting(Bool(None, allow_none=True), words)


def _of_option(option: Option) -> TraitType[Any, Any]:
    """Return the default of one of a request's settings."""
    if option.kind == "switch":
        return _switch(option.words)
    if option.kind in {"whole", "seed"}:
        return _setting(Int(None, allow_none=True), option.words)
    if option.kind == "number":
        return _setting(Float(None, allow_none=True), option.words)
    return _word(option.words)


def _dollars(words: str) -> TraitType[Any, Any]:
    return _setting(Float(None, allow_none=True), words)


def _cap(words: str) -> TraitType[Any, Any]:
    return _setting(Union([Float(), Unicode()], default_value=None, allow_none=True), words)


_defaults = {f"{PREFIX}{name}": _of_option(options.BY_NAME[name]) for name in SETTINGS}
RequestDefaults: type[HasTraits] = type("RequestDefaults", (HasTraits,), _defaults)


class Settings(RequestDefaults):  # type: ignore[misc, valid-type]  # one trait for each setting of a request
    """What `%config VideogenMagics` takes; it goes before the environment and the files."""

    default_provider = _word("The provider that makes clips.")
    default_model = _word("The model, as a name or as provider:model.")
    default_fit = _word("How start images are fitted to the size: cover, contain or pad.")
    default_output = _word("The folder for clips.")
    default_wait = _switch("Whether cells wait for their clips.")
    default_timeout = _word('How long cells wait, such as "30m".')
    default_max_cost = _dollars("The most that one cell or call may cost, in dollars.")
    per_notebook = _cap(
        'The most that the jobs of one notebook may cost in total, in dollars, or a number such as "20 jobs".'
    )
    per_day = _cap('The most that the jobs of 24 hours may cost in total, in dollars, or a number such as "20 jobs".')
    confirm_above = _dollars("The cost in dollars above which you are asked before anything is sent.")


@magics_class
class VideogenMagics(Magics, Settings):
    """The magic, once per shell."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._loaded: Commands | None = None
        self._shell = shell
        names = list(Settings.class_trait_names(config=True))
        self.observe(lambda _: self._keep(names), names=names)
        self._keep(names)

    def _keep(self, names: list[str]) -> None:
        """Hand on what is set here; what is not set says nothing."""
        values = {name.removeprefix(PREFIX): getattr(self, name) for name in names}
        environment.session.clear()
        environment.session.update({name: value for name, value in values.items() if value is not None})

    @property
    def _commands(self) -> Commands:
        """What does the work, loaded with its first use."""
        if self._loaded is None:
            from jupyter_videogen.notebook.line_magics import Commands

            self._loaded = Commands(self._shell.user_ns, self._shell.user_ns_hidden)
        return self._loaded

    @no_var_expand
    @line_cell_magic
    def videogen(self, line: str, cell: str | None = None) -> object:  # noqa: D102 - written from the options, below
        if secrets.KEYLIKE.search(f"{line}\n{cell or ''}"):
            terminal.print_err(KEY_IN_CELL)
        if cell is not None:
            line, cell = parser.join_lines(line, cell)
        typed = TypedLine("%videogen " if cell is None else "%%videogen ", line)
        try:
            return self._line(line) if cell is None else self._cell(line, cell)
        except parser.ParseError as misread:
            error: BaseException = misread.error
            typed = typed._replace(span=(misread.start, misread.end))
            tracebacks.keep(misread)  # an error that was never raised itself has no frames
        except (VideogenError, KeyboardInterrupt) as raised:
            error = raised
            tracebacks.keep(error)
        words = error_text.render_error(error, typed)
        error._render_traceback_ = lambda: [words]  # type: ignore[attr-defined]  # IPython's hook for one's own look
        raise error

    videogen.__doc__ = help.short()

    def _line(self, text: str) -> object:
        command, _, rest = text.strip().partition(" ")
        if command == "tb":
            terminal.print_out(tracebacks.last())
            return None
        if command in {"help", "-h", "--help"}:
            self._help(rest.strip())
            return None
        if command in options.BY_COMMAND:
            return self._commands.run(command, rest)
        line = self._read(text)
        prompt = line.rest or " ".join(word.text for word in line.words)
        if not prompt and ("grid" in line.values or "story" in line.values):
            with parser.locate_errors(line):
                return self._commands.make(line, [])
        if not prompt:
            with parser.locate_errors(line):
                return self._commands.form(line)
        if line.words and (line.rest is not None or not all(word.quoted for word in line.words)):
            raise self._stray(line)
        with parser.locate_errors(line):
            return self._commands.make(line, [prompt])

    def _cell(self, text: str, cell: str) -> object:
        if text.strip() in {"-h", "--help"}:
            self._help("")
            return None
        line = self._read(text)
        if line.words or line.rest:
            raise parser.stray_words_error(line.words or (parser.Token(line.rest or "", text.find("--"), len(text)),))
        with parser.locate_errors(line):
            return self._commands.make(line, parser.split_prompts(cell, raw=bool(line.values.get("raw"))))

    def _read(self, text: str) -> ParsedLine:
        return parser.parse_line(text, self._fill)

    def _fill(self, word: str) -> object:
        return self._commands.look(word) if "{" in word else word

    def _stray(self, line: ParsedLine) -> BaseException:
        """Refuse words that stand where only a quoted prompt may: a mistyped command must not be paid for."""
        from jupyter_videogen.notebook.line_magics import unknown_command

        first = next(word for word in line.words if line.rest is not None or not word.quoted)
        return parser.ParseError(unknown_command(first.text), first.start, first.end)

    def _help(self, word: str) -> None:
        terminal.print_out(terminal.fit(help.topic(word) if word else help.short(), terminal.width()))


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magic; open jobs of before are watched again, said in one quiet line."""
    shell.register_magics(VideogenMagics(shell))
    completion.install(shell)
    tracebacks.install()
    _teach(shell)
    if not (environment.home() / "ledger.sqlite3").exists():
        return
    try:
        open_jobs = _unfinished()
    except VideogenError as error:
        terminal.print_out(f"videogen: {error}")  # loading goes on, and says what it could not do
        return
    if open_jobs:
        terminal.print_out(f"videogen: {count_open_jobs(open_jobs, environment.notebook())}")


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magic away; jobs go on."""
    completion.remove(shell)
    tracebacks.remove()
    environment.session.clear()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("videogen", None)


def count_open_jobs(notebooks: Sequence[str | None], here: Path | None) -> str:
    """Return in one sentence how many videos are being made; `notebooks` are those that the jobs belong to.

    Where there is no notebook, as in a terminal, all count alike.
    """
    own = len(notebooks) if here is None else sum(one == str(here) for one in notebooks)
    others = len(notebooks) - own
    place = "" if here is None else " of this notebook"
    if not own:
        return f"{_videos(others)} of other notebooks {_are(others)} still being made."
    rest = f", and {others} of other notebooks" if others else ""
    return f"{_videos(own)}{place} {_are(own)} still being made{rest}."


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count} videos"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _unfinished() -> list[str | None]:
    """Watch open jobs again, and return the notebooks they belong to; what watches them is loaded only where there are any."""
    from jupyter_videogen.ledger.ledger import Ledger

    if not Ledger.at(environment.home() / "ledger.sqlite3").unfinished():
        return []
    from jupyter_videogen.api.client import jobs

    return [job.record.notebook for job in jobs("unfinished")]


def _teach(shell: InteractiveShell) -> None:
    """Teach IPython to show jobs, clips and forms, by name: what draws them is loaded when there is one."""
    if "jupyter_videogen.api.client" in sys.modules:
        from jupyter_videogen.notebook import display

        display.install()
        return
    formatter: Any = shell.display_formatter
    shows = {
        ("api.grids.grid", "Grid"): "show_grid",
        ("api.stories.story", "Story"): "show_story",
        ("api.job", "Job"): "show_job",
        ("api.job_group", "JobGroup"): "show_group",
        ("api.clip", "Clip"): "show_clip",
        ("widget.widget", "VideoGen"): "show_form",
    }
    for (module, name), function in shows.items():
        formatter.ipython_display_formatter.for_type_by_name(f"jupyter_videogen.{module}", name, _shower(function))


def _shower(function: str) -> object:
    def show(value: object) -> None:
        from jupyter_videogen.notebook import display

        display.install()
        getattr(display, function)(value)

    return show
