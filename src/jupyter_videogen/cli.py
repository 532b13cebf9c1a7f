"""`jupyter videogen`: clips, jobs and providers from a terminal.

    jupyter videogen generate "A paper boat in the rain" -o clip.mp4

Results go to standard output, progress to standard error; `--json` prints one JSON value instead. The exit
status says how it ended:

    0  done                                     4  the outcome is unknown: it may exist and may be charged
    1  the job gave no clip, or doctor or       5  your own budget stopped it
       check found something                    6  still going: only the waiting ended
    2  it can't be done as it is written        130  interrupted: the job goes on
    3  the key or the account was refused       141  the pipe it wrote to was closed: the job goes on
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.api import listings, spending
from jupyter_videogen.api.batch import Prompt
from jupyter_videogen.commands import actions, arguments, error_text, grid_lines, options
from jupyter_videogen.commands import ledger as compacting
from jupyter_videogen.commands import upload as uploading
from jupyter_videogen.commands import watch as watching
from jupyter_videogen.commands.error_text import TypedLine
from jupyter_videogen.commands.parser import ParseError, locate_errors, parse_words
from jupyter_videogen.commands.progress import GridProgress, Progress
from jupyter_videogen.config import trust
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import command_names, environment, terminal
from jupyter_videogen.core.errors import InvalidRequest, Unsupported, VideogenError
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.core.terminal import print_err, print_out
from jupyter_videogen.transport.local_gateway import check_installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.api.grids.grid import Grid
    from jupyter_videogen.api.job import Job
    from jupyter_videogen.commands.arguments import Arguments
    from jupyter_videogen.commands.parser import ParsedLine
    from jupyter_videogen.config.configuration import Configuration

DONE, FAILED, INTERRUPTED, CLOSED = 0, 1, 130, 141
STATUS = {
    "invalid_request": 2,
    "model_not_found": 2,
    "unsupported": 2,
    "local_not_installed": 2,
    "auth": 3,
    "untrusted": 3,
    "permission": 3,
    "out_of_credit": 3,
    "unknown_outcome": 4,
    "budget": 5,
    "confirm": 5,
    "wait_timeout": 6,
    "not_ready": 6,
    "unreachable": 6,
}
"""The exit status by an error's code; every other is 1."""
USAGES = {
    "generate": (
        "[OPTIONS] PROMPT",
        "make a clip and wait for it; -o sets the path, - reads the prompt from standard input",
    ),
    "grid": (grid_lines.OWN.usage, grid_lines.OWN.words),
    "improve": (
        "PROMPT",
        "print a better prompt from your own chat endpoint ([enhance] in your videogen.toml); orders nothing",
    ),
    "jobs": ("[--all] [--failed] [-n 20]", "list your jobs, newest first"),
    "resume": ("[ID …]", "watch jobs again and wait for their clips; without an ID, all unfinished ones"),
    "watch": (watching.OWN.usage, watching.OWN.words),
    "upload": (uploading.OWN.usage, uploading.OWN.words),
    "cancel": ("[ID …|all]", "cancel jobs, if the provider can"),
    "models": ("[TEXT] [-p NAME] [--image] [--test] [--refresh]", "list models with lengths, sizes, inputs and prices"),
    "providers": ("[--no-network]", "list providers, where their keys were found, and what they can do"),
    "cost": ("[--by model|day|notebook]", "show what was spent and what is left"),
    "check": (
        "[FILE|ID …] [--again]",
        "check clips or files for black, frozen, flickering and damaged pictures; the exit status is 1 if something is found",
    ),
    "ledger": (compacting.OWN.usage, compacting.OWN.words),
    "config": ("", "show every setting and where it comes from"),
    "connect": (
        "NAME [--forget]",
        "type a provider's key into a hidden input; it is tested for free and kept in the keyring",
    ),
    "trust": ("[NAME …] [--forget]", "allow this project's videogen.toml to send a key to the address it names"),
    "doctor": (
        "[--local] [--storage] [--no-network]",
        "check this installation; --local looks for servers of your own, and --storage puts a small object into your storage and deletes it; sends nothing that is charged",
    ),
    "mcp": (
        "",
        "serve the tools for agents on standard input and output, for a host of the Model Context Protocol",
    ),
    "serve": (
        "[--host 127.0.0.1] [--port 0] [--cors ORIGIN]",
        "run the local gateway; the first line it prints is {url, token, pid} as JSON; --cors lets pages of that origin call it",
    ),
}
JSON = "--json"


def main(given: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    command_names.speak_as_terminal()
    terminal.prepare(sys.stdout, sys.stderr)
    try:
        return _answer(sys.argv[1:] if given is None else list(given))
    except BrokenPipeError:  # `jobs | head -1` has read enough; what was sent goes on
        terminal.close_quietly()
        return CLOSED


def _answer(words: list[str]) -> int:
    if not words or words[0] in {"-h", "--help"}:
        print_out(_fitted(usage()))
        return DONE if words else STATUS["invalid_request"]
    given = Invocation(tuple(word for word in words[1:] if word != JSON), as_json=JSON in words)
    typed = TypedLine(f"{command_names.PROGRAM} {words[0]} ", shlex.join(given.words))
    try:
        return _run(words[0], given)
    except ParseError as misread:
        return _refused(misread.error, typed._replace(span=(misread.start, misread.end)))
    except VideogenError as error:
        return _refused(error, typed)
    except BrokenPipeError:
        raise
    except OSError as error:
        print_err(f"✗ {error}")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


class Invocation(NamedTuple):
    """What was written after a command's name."""

    words: tuple[str, ...]
    as_json: bool


def _run(name: str, given: Invocation) -> int:
    if name not in USAGES:
        raise InvalidRequest(f"Unknown command {name}.", next=did_you_mean(name, list(USAGES)))
    if {"-h", "--help"} & set(given.words):
        print_out(_fitted(usage(name)))
        return DONE
    if name in OWN_ARGUMENTS:
        return OWN_ARGUMENTS[name](given)
    command = options.BY_COMMAND["wait" if name == "resume" else name]
    return COMMANDS[name](arguments.parse_arguments(command, list(given.words)), given.as_json)


def usage(name: str = "") -> str:
    """Return the help on one command, or on all."""
    rows = {name: USAGES[name]} if name else USAGES
    lines = [f"{command_names.PROGRAM} {command} {how}\n    {what}" for command, (how, what) in rows.items()]
    if name in {"generate", "grid"}:
        lines += [
            f"    {', '.join(one.flags)} {one.value}\n        {one.words}"
            for one in options.OPTIONS
            if one.name not in UNFIT
        ]
    return "\n".join(
        [
            *lines,
            "",
            "--json prints JSON to standard output.",
            *([] if name else [(__doc__ or "").partition("\n\n")[2]]),
        ]
    )


def _fitted(words: str) -> str:
    return terminal.fit(words, terminal.width())


UNFIT = {"embed", "raw", "grid", "rows"}
"""Options that apply only to notebook cells."""


# ---- commands ---------------------------------------------------------------------------------------------------


def _generate(given: Invocation) -> int:
    line = parse_words(given.words)
    with locate_errors(line):
        return _make(line, as_json=given.as_json)


def _make(line: ParsedLine, *, as_json: bool) -> int:
    if unfit := UNFIT & set(line.values):
        raise InvalidRequest(f"--{min(unfit)} works only in notebook cells.", next="Remove it.", field=min(unfit))
    if line.values.get("improve"):
        return _print_improved(_prompt(line), as_json=as_json)
    config = load_config()
    orders = actions.plan_orders(line, [Prompt(_prompt(line))], {}, config)
    if actions.is_dry_run(line):
        from jupyter_videogen.commands import dry_run  # noqa: PLC0415 - only here

        print_out(dry_run.render_json(orders))
        return DONE
    jobs, values = actions.submit(line, orders, config), line.values
    if values.get("wait") is False:
        print_out(_json(jobs) if as_json else "\n".join(job.id for job in jobs))
        return DONE
    status = _follow(jobs, values.get("timeout"), config, as_json=as_json, quiet=bool(values.get("quiet")))
    for path in actions.copy_reused_clips(line, jobs):
        print_err(f"note: made before, not charged again: {path}")
    return status


def _improve(given: Invocation) -> int:
    return _print_improved(_prompt(parse_words(given.words)), as_json=given.as_json)


def _print_improved(prompt: str, *, as_json: bool) -> int:
    """Print a better prompt; nothing is ordered."""
    from jupyter_videogen.api.improvement import improve  # noqa: PLC0415 - only here

    better = improve(prompt)
    print_out(terminal.as_json({"prompt": better}) if as_json else better)
    return DONE


def _prompt(line: ParsedLine) -> str:
    words = [word.text for word in line.words]
    if words == ["-"]:
        return sys.stdin.read().strip()
    return " ".join([*words, *([line.rest] if line.rest else [])])


def _follow(
    jobs: list[Job], timeout: float | str | None, config: Configuration, *, as_json: bool, quiet: bool = False
) -> int:
    """Wait for jobs, print the result of each, and return the worst exit status."""
    limit = config.defaults.timeout if timeout is None else timeout
    try:
        Progress(sys.stderr, quiet=quiet).follow(jobs, limit)
    except KeyboardInterrupt:
        going = " ".join(job.id for job in jobs if not job.record.ended)
        print_err(f"\nStopped waiting. The job continues; watch it with: {command_names.spell('resume', going)}")
        return INTERRUPTED
    finally:
        if as_json:
            print_out(_json(jobs))
    return max(_told(job, as_json=as_json) for job in jobs)


def _told(job: Job, *, as_json: bool) -> int:
    """Print the result of one job: its clips, or its error; return the exit status."""
    try:
        clips = (job.result(timeout=0), *job.clips[1:])
    except VideogenError as error:
        print_err(error_text.render_error(error))
        return _status(error)
    for warning in job.record.warnings:
        print_err(f"note: {warning}")
    if not as_json:
        print_out("\n".join(clip.path for clip in clips))
    return DONE


def _grid(given: Invocation) -> int:
    """Make a grid, or go on with it, and wait for it; an interrupt ends the sending, not what is being made."""
    from jupyter_videogen.api.grids import call as grids  # noqa: PLC0415 - few commands need grids

    read = grid_lines.read_words(given.words)
    with locate_errors(read.line):
        if actions.is_dry_run(read.line):
            print_out(grids.describe(read.file, **read.given))
            return DONE
        made = grids.grid(read.file, **read.given)
    status = _follow_grid(made, read.line.values.get("timeout"), quiet=bool(read.line.values.get("quiet")))
    if read.export is not None:
        print_err(f"written: {made.export(read.export)}")
    print_out(terminal.as_json(made.facts()) if given.as_json else repr(made))
    return status


def _follow_grid(made: Grid, timeout: float | str | None, *, quiet: bool) -> int:
    """Wait for a grid with one line of progress; return the exit status."""
    try:
        GridProgress(sys.stderr, quiet=quiet).follow(made, timeout)
    except KeyboardInterrupt:
        made.pause()
        again = f"{command_names.PROGRAM} grid --name {shlex.quote(made.name)}"
        print_err(f"\nStopped. What is being made goes on; the rest waits for: {again}")
        return INTERRUPTED
    except VideogenError as error:
        print_err(error_text.render_error(error))
        return _status(error)
    counts = made.counts
    return STATUS["unknown_outcome"] if counts.undecided else FAILED if counts.ready < counts.clips else DONE


def _list_jobs(given: Arguments, as_json: bool) -> int:
    jobs = actions.list_jobs(given)
    print_out(_json(jobs, many=True) if as_json else repr(jobs))
    return DONE


def _resume(given: Arguments, as_json: bool) -> int:
    jobs = actions.select_jobs(given.words, {}).watch()
    if not jobs:
        print_out("[]" if as_json else "There are no unfinished jobs.")
        return DONE
    return _follow(jobs, given.values.get("--timeout"), load_config(), as_json=as_json)


def _watch(invocation: Invocation) -> int:
    """Watch what no kernel watches; the exit status is 6 where something is left that can't be watched from here."""
    given = arguments.parse_arguments(watching.OWN, list(invocation.words))
    quiet = not given.marks.isdisjoint({"-q", "--quiet"})
    ended = watching.watch(sys.stderr, once="--once" in given.marks, quiet=quiet)
    if invocation.as_json:
        print_out(terminal.as_json(dict(ended.standing)))
    if ended.interrupted:
        return INTERRUPTED
    return STATUS["not_ready"] if ended.standing else DONE


def _compact(invocation: Invocation) -> int:
    given = arguments.parse_arguments(compacting.OWN, list(invocation.words))
    done = compacting.compact(given, load_config().keep)
    print_out(terminal.as_json(done._asdict()) if invocation.as_json else compacting.describe(done))
    return DONE


def _upload(invocation: Invocation) -> int:
    """Upload clips; the exit status is 1 where some are not there yet."""
    given = arguments.parse_arguments(uploading.OWN, list(invocation.words))
    done = uploading.upload(given.words, load_config().storage)
    print_out(terminal.as_json(done._asdict()) if invocation.as_json else uploading.describe(done))
    return FAILED if done.left else DONE


def _cancel(given: Arguments, as_json: bool) -> int:
    if not given.words:
        raise InvalidRequest(
            "No job given to cancel.", next=f"Give its id, or use {command_names.spell('cancel', 'all')}."
        )
    jobs, sentences = actions.cancel_jobs(given.words, {})
    print_out(_json(jobs, many=True) if as_json else "\n".join(sentences))
    return DONE


def _doctor(given: Arguments, as_json: bool) -> int:
    """Print the report; the exit status is 1 where there is a problem."""
    from jupyter_videogen.diagnostics.doctor import doctor  # noqa: PLC0415 - only here

    marks = given.marks
    report = doctor(network="--no-network" not in marks, local="--local" in marks, storage="--storage" in marks)
    print_out(terminal.as_json([finding._asdict() for finding in report]) if as_json else str(report))
    return FAILED if report.problems else DONE


def _check(given: Arguments, as_json: bool) -> int:
    """Print what is wrong with clips; the exit status is 1 where something is."""
    reports = actions.check_clips(given, {})
    shown = repr(reports[0]) if len(reports) == 1 else repr(reports)
    print_out(terminal.as_json([report.to_dict() for report in reports]) if as_json else shown)
    return DONE if reports.ok else FAILED


def _connect(given: Arguments, as_json: bool) -> int:
    summary = actions.connect(given)
    print_out(terminal.as_json({"summary": summary}) if as_json else summary)
    return DONE


def _trust(given: Arguments, as_json: bool) -> int:
    summary = actions.update_trust(given)
    claims = [msgspec.to_builtins(claim) for claim in sorted(trust.load_trusted(environment.home()))]
    print_out(terminal.as_json(claims) if as_json else summary)
    return DONE


def _serve(invocation: Invocation) -> int:
    parser = argparse.ArgumentParser(prog=f"{command_names.PROGRAM} serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--cors", action="append", default=[], metavar="ORIGIN")
    given = parser.parse_args(invocation.words)
    check_installed()
    where = ["--home", str(environment.home()), "--host", given.host, "--port", str(given.port)]
    where += [word for origin in given.cors for word in ("--cors", origin)]
    command = [sys.executable, "-m", "jupyter_videogen.gateway", *where]
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own module
    except KeyboardInterrupt:
        return DONE


def _mcp(invocation: Invocation) -> int:
    """Serve the tools for agents until the host leaves; what is being made goes on."""
    if invocation.words:
        raise InvalidRequest("mcp takes no words.", next=f"Run {command_names.PROGRAM} mcp.")
    if find_spec("mcp") is None:
        raise Unsupported(
            "The library of the protocol isn't installed.", next="Install it with: pip install 'jupyter-videogen[mcp]'."
        )
    if sys.stdin.isatty():
        print_err("This speaks MCP with a program, which starts it by itself: see docs/agents.md. Ctrl+C ends it.")
    import_module("jupyter_videogen.agents.server").serve()
    return DONE


def _table_of(rows: Callable[[Arguments], list[dict[str, Any]]]) -> Callable[[Arguments, bool], int]:
    """Return the command that shows a table."""
    return lambda given, as_json: _table(rows(given), as_json=as_json)


OWN_ARGUMENTS: dict[str, Callable[[Invocation], int]] = {
    "generate": _generate,
    "grid": _grid,
    "improve": _improve,
    "ledger": _compact,
    "mcp": _mcp,
    "serve": _serve,
    "upload": _upload,
    "watch": _watch,
}
"""Commands that read their words themselves."""
COMMANDS: dict[str, Callable[[Arguments, bool], int]] = {
    "jobs": _list_jobs,
    "resume": _resume,
    "cancel": _cancel,
    "check": _check,
    "models": _table_of(actions.list_models),
    "providers": _table_of(lambda given: listings.providers(network="--no-network" not in given.marks)),
    "cost": _table_of(lambda given: spending.table(given.values.get("--by", "model"))),
    "config": _table_of(lambda _: listings.settings_table()),
    "connect": _connect,
    "trust": _trust,
    "doctor": _doctor,
}


def _table(rows: list[dict[str, Any]], *, as_json: bool) -> int:
    print_out(terminal.as_json(list(rows)) if as_json else repr(rows))
    return DONE


def _json(jobs: list[Job], *, many: bool = False) -> str:
    """Return jobs as JSON: an object for one, a list for several; no key is in it."""
    found = [_facts(job) for job in jobs]
    return terminal.as_json(found if many or len(found) != 1 else found[0])


def _facts(job: Job) -> dict[str, Any]:
    record = job.record.redacted()
    failure = record.failure
    return {
        "id": job.id,
        "state": job.state,
        "progress": job.progress,
        "provider": record.provider,
        "model": record.model,
        "prompt": record.request.prompt,
        "agent": record.agent,
        "cost": record.best_cost,
        "cost_source": record.cost_source,
        "created_at": record.created_at,
        "reused": job.reused,
        "clips": msgspec.to_builtins(record.clips),
        "warnings": list(record.warnings),
        "suggestions": list(record.suggestions),
        "error": None if failure is None else msgspec.to_builtins(failure),
    }


def _refused(error: VideogenError, typed: TypedLine) -> int:
    print_err(error_text.render_error(error, typed))
    return _status(error)


def _status(error: VideogenError) -> int:
    return STATUS.get(error.failure.code, FAILED)


if __name__ == "__main__":
    sys.exit(main())
