"""What the magic does once a line is read: it sends cells, and answers `%videogen jobs`, `models`, `wait` and the others.

Loaded with the first use of the magic, not with the extension: from here on the widget and the HTTP library come along.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.display import publish_display_data

from jupyter_videogen.api import batch, client, listings, spending
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.api.submission import Remarks, ask_user, submit_orders
from jupyter_videogen.commands import (
    arguments,
    connect,
    dry_run,
    interpolation,
    job_references,
    options,
    request_fields,
)
from jupyter_videogen.config import resolve
from jupyter_videogen.core import environment, secrets, terminal
from jupyter_videogen.core.clip import Clip
from jupyter_videogen.core.errors import InvalidRequest, Unsupported, VideogenError
from jupyter_videogen.core.job import UNPAID
from jupyter_videogen.core.request import FIELDS
from jupyter_videogen.core.suggestions import near
from jupyter_videogen.diagnostics import doctor
from jupyter_videogen.media import clip_store
from jupyter_videogen.media.clip_store import relative_path
from jupyter_videogen.notebook import display
from jupyter_videogen.widget.widget import VideoGen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.api.table import Table
    from jupyter_videogen.commands.arguments import Arguments
    from jupyter_videogen.commands.parser import ParsedLine

NO_PAGE = "The videogen form needs a page: open this in JupyterLab, or write %%videogen above a prompt."
AT = re.compile(r"@([^\W\d]\w*|-1)(?:\[(-?\d+)\])?")
OF_IPYTHON = re.compile(r"_{1,3}|_i{1,3}|_i?\d+|_[oid]h")
"""Variables in which IPython keeps what was typed and what came out."""
OF_A_REQUEST = frozenset({*FIELDS[1:], "provider", "fit", "new", "yes", "max_cost", "output", "base_url", "key_env"})
LARGEST_EMBEDDED = 32 << 20
"""Bytes; a notebook that is larger than this does not open any more."""
UNFINISHED = "all"


class Commands:
    """Answers lines and cells, with the user's variables at hand."""

    def __init__(self, names: dict[str, Any], hidden: Mapping[str, Any]) -> None:
        self._names, self._hidden = names, hidden
        self._commands: dict[str, Callable[[Arguments], object]] = {
            "jobs": self._jobs,
            "models": self._models,
            "providers": lambda given: listings.providers(network="--no-network" not in given.marks),
            "connect": self._connect,
            "trust": self._trust,
            "show": lambda given: display.show_whole(self._find(given.words or ("last",))),
            "wait": self._wait_for,
            "resume": lambda given: self._resume(given.words),
            "cancel": self._cancel,
            "cost": lambda given: spending.table(given.values.get("--by", "model")),
            "config": lambda _: listings.settings_table(),
            "doctor": lambda given: doctor.doctor(network="--no-network" not in given.marks),
        }

    def run(self, name: str, text: str) -> object:
        """Do what a line magic says; raises as its parts do."""
        given = arguments.parse_arguments(options.BY_COMMAND[name], arguments.split_words(text))
        return self._commands[name](given)

    def form(self, line: ParsedLine) -> VideoGen | None:
        """Return the form; where no page can draw it, words instead: a widget would only swell the saved notebook."""
        if not (environment.has_viewer() and environment.in_kernel()):
            terminal.print_out(NO_PAGE)
            return None
        given = request_fields.collect_fields(line, self._names)
        given["model"] = (given["model"] or [None])[0]
        return VideoGen(**{name: given[name] for name in (*FIELDS[1:], "provider", "fit") if name in given})

    # ---- making ---------------------------------------------------------------------------------------------

    def look(self, text: str) -> Any:  # noqa: ANN401 - whatever the user's variable is
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

    def make(self, line: ParsedLine, prompts: list[str]) -> object:
        """Send what a cell asks for, and give what the cell is worth: a job, a group, or with `--wait` clips."""
        values = line.values
        name = request_fields.check_variable_name(values.get("name"))
        fields = request_fields.collect_fields(line, self._names)
        texts, remarks = self._filled(prompts, name, raw=bool(values.get("raw")), quiet=bool(values.get("quiet")))
        only_looked_at = bool(values.get("dry_run"))
        orders = request_fields.number_orders(
            list(batch.expand_prompts(remarks, texts, fields, keyless=only_looked_at)), name
        )
        if only_looked_at:
            terminal.print_out(dry_run.render_json(orders))
            return None
        jobs = submit_orders(orders, yes=bool(values.get("yes")), most=values.get("max_cost"), ask=ask_user)
        for job in (job for job in jobs if job.reused and job.clips):
            clip_store.copy_to_output(job.clip, str(values.get("output") or ""))
        kind = batch.group_kind(len(texts), len(fields["model"] or [""]))
        result: Job | JobGroup = jobs[0] if len(jobs) == 1 else JobGroup(jobs, kind=kind, label=texts[0])
        if name:
            self._names[name] = result
        return self._shown(result, values)

    def _shown(self, result: Job | JobGroup, values: dict[str, Any]) -> object:
        """Wait for what was sent, where that is asked for or nobody would see it come; then give what the cell is worth."""
        quiet, embed = bool(values.get("quiet")), bool(values.get("embed"))
        if embed or should_wait(values.get("wait")):
            finished = wait(result, values.get("timeout"), quiet=quiet or embed)
            if embed:
                for clip in [finished] if isinstance(finished, Clip) else finished.clips:
                    show_embedded(clip)
                return None
            return None if quiet else finished
        return None if quiet else result

    def _filled(self, prompts: list[str], name: str, *, raw: bool, quiet: bool) -> tuple[list[str], list[Remarks]]:
        """Fill the user's variables into prompts, and say what was left as it was though it looks like one."""
        texts, remarks = [], []
        for prompt in prompts:
            filled = interpolation.Filled(prompt, {}) if raw else interpolation.fill_template(prompt, self.variables)
            texts.append(filled.text)
            template = prompt if filled.text != prompt else ""
            remarks.append(Remarks(name, template, filled.values))
            for note in () if quiet else filled.notes:
                terminal.print_err(f"videogen: {note}")
        return texts, remarks

    # ---- line magics ----------------------------------------------------------------------------------------

    def _find(self, names: Iterable[str]) -> JobGroup:
        return job_references.find_jobs(names, self._names)

    def _jobs(self, given: Arguments) -> JobGroup:
        jobs = client.jobs(limit=10**9 if given.marks else given.number("-n", 20))
        if "--failed" not in given.marks:
            return jobs
        failed = [job for job in jobs if job.state in UNPAID or job.state == "unknown_outcome"]
        return JobGroup(failed[: None if "--all" in given.marks else given.number("-n", 20)])

    def _models(self, given: Arguments) -> Table:
        provider = given.values.get("-p") or given.values.get("--provider")
        marks = given.marks
        return listings.models(
            " ".join(given.words), provider=provider, image="--image" in marks, refresh="--refresh" in marks
        )

    def _connect(self, given: Arguments) -> None:
        resolve.load_config()  # it may declare providers
        terminal.print_out(connect.connect(" ".join([*given.words, *given.marks])))

    def _trust(self, given: Arguments) -> None:
        resolve.load_config()
        terminal.print_out(connect.update_trust(given.words, forget="--forget" in given.marks))

    def _wait_for(self, given: Arguments) -> object:
        jobs = self._find(given.words) if given.words else client.jobs("unfinished")
        if not jobs:
            terminal.print_out("No job is unfinished.")
            return None
        return wait(jobs[0] if len(jobs) == 1 else jobs, given.values.get("--timeout"))

    def _resume(self, names: tuple[str, ...]) -> object:
        jobs = (self._find(names) if names else client.jobs("unfinished")).watch()
        if not jobs:
            terminal.print_out("No job is unfinished.")
            return None
        return jobs[0] if len(jobs) == 1 else JobGroup(jobs, kind="takes")

    def _cancel(self, given: Arguments) -> None:
        everything = given.words == (UNFINISHED,)
        for job in client.jobs("unfinished") if everything else self._find(given.words or ("last",)):
            terminal.print_out(job_references.cancel_job(job, "%videogen resume"))


def wait(result: Job | JobGroup, timeout: float | str | None, *, quiet: bool = False) -> Clip | JobGroup:
    """Wait for one job or several, in view; an interrupt stops the waiting, and says how to come back to it."""
    limit = resolve.load_config().defaults.timeout if timeout is None else timeout
    group = result if isinstance(result, JobGroup) else JobGroup([result])
    watched = environment.has_viewer() and environment.in_kernel()
    if watched and not quiet:
        display.show_jobs(group)
    try:
        clips = group.result(limit)
    except KeyboardInterrupt as stop:
        names = " ".join(job.id for job in group)
        stop.args = (f"Stopped waiting. The job goes on; get it back with: %videogen wait {names}",)
        raise
    except VideogenError:
        if not watched and not quiet and len(group) > 1:
            display.show_jobs(group)  # what came of the others; a cell that fails shows no value
        raise
    return result if isinstance(result, JobGroup) else clips[0]


def should_wait(asked: bool | None) -> bool:  # noqa: FBT001 - the option's own value
    """Return whether a cell waits: as its line says, else as was configured, else where nobody would see the clip come."""
    if asked is not None:
        return asked
    configured = resolve.load_config().defaults.wait
    return bool(configured) if configured is not None else not (environment.has_viewer() and environment.in_kernel())


def show_embedded(clip: Clip) -> None:
    """Show a clip with its bytes, which the notebook then keeps; raises `Unsupported` for one that is too large."""
    if clip.bytes > LARGEST_EMBEDDED:
        raise Unsupported(
            f"The clip has {clip.bytes >> 20} MB; at most {LARGEST_EMBEDDED >> 20} MB go into a notebook.",
            next=f"It is there all the same: {clip.path}.",
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
        f"There is no command {secrets.KEYLIKE.sub('…', word)[:60]}.",
        next=f"{guess}On one line, put the prompt in quotes or after `--`.",
    )
