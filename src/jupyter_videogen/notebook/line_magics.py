"""The work of the magic after parsing: send cells, and answer `%videogen jobs`, `models`, `wait` and the others.

Loaded with the first use of the magic, not with the extension: from here on the widget and the HTTP library come along.
"""

from __future__ import annotations

import base64
import re
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython import get_ipython
from IPython.display import publish_display_data

from jupyter_videogen.api import batch, listings, spending, waiting
from jupyter_videogen.api.batch import Prompt
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.improvement import improve
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.commands import (
    actions,
    arguments,
    dry_run,
    grid_lines,
    improvement,
    interpolation,
    job_references,
    options,
    request_fields,
    story_lines,
)
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import command_names, environment, secrets, terminal
from jupyter_videogen.core.errors import InvalidRequest, Unsupported, VideogenError
from jupyter_videogen.core.request import FIELDS
from jupyter_videogen.core.suggestions import near
from jupyter_videogen.diagnostics import doctor
from jupyter_videogen.media.clip_store import relative_path
from jupyter_videogen.notebook import display, shell_progress
from jupyter_videogen.runtime.order import SubmitOptions
from jupyter_videogen.widget.widget import VideoGen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_videogen.api.grids.grid import Grid
    from jupyter_videogen.api.job import Job
    from jupyter_videogen.api.stories.story import Story
    from jupyter_videogen.commands.arguments import Arguments
    from jupyter_videogen.commands.parser import ParsedLine
    from jupyter_videogen.config.configuration import Configuration

NO_PAGE = "The videogen form needs a browser page. Open this in JupyterLab, or write %%videogen above a prompt."
OF_IPYTHON = re.compile(r"_{1,3}|_i{1,3}|_i?\d+|_[oid]h")
"""Variables in which IPython keeps what was typed and what came out."""
LARGEST_EMBEDDED = 32 << 20
"""Bytes; a larger notebook no longer opens."""


class Commands:
    """Answers lines and cells, with the user's variables at hand."""

    def __init__(self, names: dict[str, Any], hidden: Mapping[str, Any]) -> None:
        self._names, self._hidden = names, hidden
        shell_progress.install()
        self._commands: dict[str, Callable[[Arguments], object]] = {
            "jobs": actions.list_jobs,
            "library": lambda _: display.show_library(),
            "models": actions.list_models,
            "providers": lambda given: listings.providers(network="--no-network" not in given.marks),
            "connect": lambda given: terminal.print_out(actions.connect(given)),
            "trust": lambda given: terminal.print_out(actions.update_trust(given)),
            "show": self._show,
            "wait": self._wait,
            "resume": self._resume,
            "cancel": self._cancel,
            "check": self._check,
            "cost": lambda given: spending.table(given.values.get("--by", "model")),
            "config": lambda _: listings.settings_table(),
            "doctor": lambda given: doctor.doctor(
                network="--no-network" not in given.marks,
                local="--local" in given.marks,
                storage="--storage" in given.marks,
            ),
        }

    def run(self, name: str, text: str) -> object:
        """Do what a line magic says; raises as its parts do."""
        if name == "improve":  # a prompt is no list of words
            self._improve("", [self._fill_prompt(improvement.read_prompt(text)).text])
            return None
        given = arguments.parse_arguments(options.BY_COMMAND[name], arguments.split_words(text))
        return self._commands[name](given)

    def form(self, line: ParsedLine) -> VideoGen | None:
        """Return the form; where no page can draw it, words instead: a widget would only swell the saved notebook."""
        if not (environment.has_viewer() and environment.in_kernel()):
            terminal.print_out(NO_PAGE)
            return None
        given = request_fields.collect_fields(line, self._names)
        given["model"] = (given["model"] or [None])[0]
        return VideoGen(**{name: given[name] for name in (*FIELDS, "provider", "fit") if name in given})

    # ---- making ---------------------------------------------------------------------------------------------

    def look(self, text: str) -> object:
        """Return what a word of an option stands for: a variable as it is, or a text with variables filled in."""
        alone, value = interpolation.whole_value(text, self.variables)
        return value if alone else interpolation.fill_template(text, self.variables).text

    @property
    def variables(self) -> dict[str, Any]:
        """What the user has, without what IPython put there."""
        return {
            name: value
            for name, value in self._names.items()
            if name not in self._hidden and not OF_IPYTHON.fullmatch(name)
        }

    def make(self, line: ParsedLine, texts: list[str]) -> object:
        """Send what a cell asks for, and give what the cell is worth: a job, a group, or with `--wait` clips."""
        if line.values.get("improve"):
            self._improve(improvement.options_of(line), [self._fill_line(text, line).text for text in texts])
            return None
        if "story" in line.values:
            return self._story(line, texts)
        if "grid" in line.values or "rows" in line.values:
            return self._grid(line, texts)
        config = load_config()
        prompts = [self._fill_line(text, line) for text in texts]
        orders = actions.plan_orders(line, prompts, self._names, config)
        if actions.is_dry_run(line):
            terminal.print_out(dry_run.render_json(orders))
            return None
        jobs = actions.submit(line, orders, config)
        list(actions.copy_reused_clips(line, jobs))
        kind = batch.group_kind(len(prompts), len(line.values.get("model") or [""]))
        result: Job | JobGroup = jobs[0] if len(jobs) == 1 else JobGroup(jobs, kind=kind, label=prompts[0].text)
        if name := line.values.get("name"):
            self._names[name] = result
        return self._value_of_cell(result, line.values, config)

    def _grid(self, line: ParsedLine, texts: list[str]) -> Grid | None:
        """Make the grid of a cell; with `--rows`, variables are columns of the table and not the user's."""
        display.install()  # its page asks for the cost
        rows = "rows" in line.values
        prompts = texts if rows else [self._fill_line(text, line).text for text in texts]
        if actions.is_dry_run(line):
            terminal.print_out(grid_lines.describe_cell(line, prompts, self._names))
            return None
        made = grid_lines.grid_of_cell(line, prompts, self._names)
        if name := line.values.get("name"):
            self._names[name] = made
        if should_wait(line.values.get("wait"), load_config()):
            made.result(line.values.get("timeout"))
        return None if line.values.get("quiet") else made

    def _story(self, line: ParsedLine, texts: list[str]) -> Story | None:
        """Make the story of a cell."""
        display.install()  # its page asks for the cost
        shots = [self._fill_line(text, line).text for text in texts]
        if actions.is_dry_run(line):
            terminal.print_out(story_lines.describe_cell(line, shots, self._names))
            return None
        made = story_lines.story_of_cell(line, shots, self._names)
        if name := line.values.get("name"):
            self._names[name] = made
        if should_wait(line.values.get("wait"), load_config()):
            made.result(line.values.get("timeout"))
        return None if line.values.get("quiet") else made

    def _value_of_cell(self, result: Job | JobGroup, values: dict[str, Any], config: Configuration) -> object:
        """Wait for what was sent, where that is asked for or nobody would see it come; then give what the cell is worth."""
        quiet, embed = bool(values.get("quiet")), bool(values.get("embed"))
        if not embed and not should_wait(values.get("wait"), config):
            return None if quiet else result
        finished = wait(result, values.get("timeout"), config, quiet=quiet or embed)
        if not embed:
            return None if quiet else finished
        for clip in [finished] if isinstance(finished, Clip) else finished.clips:
            show_embedded(clip)
        return None

    def _improve(self, written: str, prompts: list[str]) -> None:
        """Put better prompts into the next cell, and order nothing."""
        better = [improve(prompt) for prompt in prompts]
        terminal.print_out("\n\n".join(better))
        terminal.print_err("videogen: nothing was ordered. Run the new cell to order it.")
        if (shell := get_ipython()) is not None:
            shell.set_next_input(improvement.render_cell(written, better))

    def _fill_line(self, text: str, line: ParsedLine) -> Prompt:
        """Fill a prompt as its line says."""
        return self._fill_prompt(text, raw=bool(line.values.get("raw")), quiet=bool(line.values.get("quiet")))

    def _fill_prompt(self, text: str, *, raw: bool = False, quiet: bool = False) -> Prompt:
        """Fill the user's variables into a prompt, and report text that was left unchanged although it looks like one."""
        if raw:
            return Prompt(text)
        filled = interpolation.fill_template(text, self.variables)
        for note in () if quiet else filled.notes:
            terminal.print_err(f"videogen: {note}")
        return Prompt(filled.text, SubmitOptions(template=text if filled.text != text else "", filled=filled.values))

    # ---- line magics ----------------------------------------------------------------------------------------

    def _show(self, given: Arguments) -> None:
        display.show_whole(job_references.find_jobs(given.words or ("last",), self._names))

    def _check(self, given: Arguments) -> object:
        reports = actions.check_clips(given, self._names)
        return reports[0] if len(reports) == 1 else reports

    def _wait(self, given: Arguments) -> object:
        jobs = actions.select_jobs(given.words, self._names)
        if not jobs:
            terminal.print_out("There are no unfinished jobs.")
            return None
        return wait(jobs[0] if len(jobs) == 1 else jobs, given.values.get("--timeout"), load_config())

    def _resume(self, given: Arguments) -> object:
        jobs = actions.select_jobs(given.words, self._names).watch()
        if not jobs:
            terminal.print_out("There are no unfinished jobs.")
            return None
        return jobs[0] if len(jobs) == 1 else JobGroup(jobs, kind="takes")

    def _cancel(self, given: Arguments) -> None:
        _, sentences = actions.cancel_jobs(given.words or ("last",), self._names)
        for sentence in sentences:
            terminal.print_out(sentence)


def wait(
    result: Job | JobGroup, timeout: float | str | None, config: Configuration, *, quiet: bool = False
) -> Clip | JobGroup:
    """Wait for one job or several, in view; an interrupt stops the waiting, and says how to come back to it."""
    limit = config.defaults.timeout if timeout is None else timeout
    group = result if isinstance(result, JobGroup) else JobGroup([result])
    watched = environment.has_viewer() and environment.in_kernel()
    if watched and not quiet:
        display.show_jobs(group)
    try:
        with waiting.unseen() if quiet else nullcontext():
            clips = group.result(limit)
    except KeyboardInterrupt as stop:
        names = " ".join(job.id for job in group)
        stop.args = (f"Stopped waiting. The job continues; watch it with: {command_names.spell('wait', names)}",)
        raise
    except VideogenError:
        if not watched and not quiet and len(group) > 1:
            display.show_jobs(group)  # what came of the others; a cell that fails shows no value
        raise
    return result if isinstance(result, JobGroup) else clips[0]


def should_wait(asked: bool | None, config: Configuration) -> bool:  # noqa: FBT001 - the option's own value
    """Return whether a cell waits: as its line says, else as was configured, else where nobody would see the clip come."""
    if asked is not None:
        return asked
    configured = config.defaults.wait
    return bool(configured) if configured is not None else not (environment.has_viewer() and environment.in_kernel())


def show_embedded(clip: Clip) -> None:
    """Show a clip with its bytes, which the notebook then keeps; raises `Unsupported` for one that is too large."""
    if clip.bytes > LARGEST_EMBEDDED:
        raise Unsupported(
            f"The clip has {clip.bytes >> 20} MB; a notebook can embed at most {LARGEST_EMBEDDED >> 20} MB.",
            next=f"The clip is saved at {clip.path}.",
            sent="yes",
            charged="unknown",
        )
    content = base64.b64encode(Path(clip.path).read_bytes()).decode()
    video = f'<video controls preload="metadata" style="max-width:100%" src="data:video/mp4;base64,{content}"></video>'
    publish_display_data({"text/html": video, "text/plain": relative_path(clip.path, environment.folder())})  # type: ignore[no-untyped-call]


def unknown_command(word: str) -> InvalidRequest:
    """Return the error for a word that is neither a command nor a quoted prompt; sending it could cost money."""
    close = near(word, list(options.BY_COMMAND))
    guess = f"Did you mean %videogen {close[0]}? " if close else ""
    return InvalidRequest(
        f"Unknown command {secrets.KEYLIKE.sub('…', word)[:60]}.",
        next=f"{guess}On one line, put the prompt in quotes or after `--`.",
    )
