"""Render the text of `%%videogen?` and `%videogen help` from the table of options."""

from __future__ import annotations

from textwrap import fill

from jupyter_videogen.commands.options import BY_COMMAND, BY_FLAG, BY_NAME, COMMANDS, GROUPS, OPTIONS, Option
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.suggestions import near

WIDTH = 110
COLUMN = 18
HEAD = """\
Turn a cell into a video. The cell ends at once, and the clip appears below it. With --wait the cell waits.

    %%videogen                                %%videogen -m local/scenes -d 8 --image cat.png --as clip
    A paper boat crossing a neon puddle       The cat turns and winks at the camera

    %videogen -d 4 -- on one line, the prompt follows two hyphens or is in quotes
"""
TAIL = """\
A line of three dashes starts the next prompt. A line of options that ends in \\ continues on the next line.
{name} in a prompt is filled in if you have such a variable, and left unchanged otherwise.
%videogen alone shows the form. ID is a job's id, the start of one, `last`, or the name from --as.
X is a path, a URL, a {variable} (figure, image, array, bytes), @clip, or @takes[-1]: a clip of a job group.
For more, see %videogen help WORD, with any word above, or: variables, batches, ids, results."""
TOPICS = {
    "variables": "{name}, {name.attr}, {name[key]}, with !r and :format, are filled in if `name` is one of your variables; "
    "functions are never called. Everything else in braces stays unchanged, so JSON, LaTeX and code are safe. {{name}} "
    "becomes {name} where {name} would be filled in. --raw turns this off. In --image and other media options, a {variable} "
    "is passed as an object: a figure, an array, an image, bytes.",
    "batches": "Separate several prompts in one cell by a line of three dashes. -m a,b asks several models; -n 3 "
    "makes three takes. The whole cell is checked and priced before anything is sent, --max-cost covers all of it, and "
    "the value of the cell is a JobGroup: a list of jobs with .result(), .cancel() and .df.",
    "ids": "A job has an id of eight characters. Commands take the id, the start of it, `last` or -1, or the name from --as. "
    "Jobs continue when the kernel stops; %load_ext watches them again.",
    "results": "The value of a cell is a Job: .state, .progress, .clip, .result(), await, .cancel(). With --wait it is a "
    "Clip: .path, .seed, .cost. Running the same cell again attaches to the running job or shows the stored clip, and charges "
    "nothing; --new or --seed random makes a new clip.",
}


def short() -> str:
    """Return the help that a person reads: examples, every option and every command."""
    rows = [_row(title, _usages(group)) for group, title in GROUPS.items()]
    commands = fill(
        "  ".join(command.name for command in COMMANDS),
        WIDTH,
        initial_indent=f"{'%videogen':<{COLUMN}}",
        subsequent_indent=" " * COLUMN,
    )
    return "\n".join([HEAD, *rows, commands, "", TAIL])


def topic(word: str) -> str:
    """Return one paragraph on an option, a command or a topic; raises `InvalidRequest` with the nearest word."""
    name = word.removeprefix("%videogen").strip()
    bare = name.lstrip("-").replace("-", "_")
    option = BY_FLAG.get(name) or BY_NAME.get(bare) or BY_FLAG.get(f"--{name}")
    if name in BY_COMMAND:
        command = BY_COMMAND[name]
        return f"%videogen {command.name} {command.usage}".rstrip() + "\n" + fill(command.words, WIDTH)
    if option is not None:
        return _paragraph(option)
    if name in TOPICS:
        return fill(TOPICS[name], WIDTH)
    known = [*BY_COMMAND, *BY_NAME, *TOPICS]
    close = near(bare, known)
    cure = f"Did you mean {close[0]}?" if close else "%videogen help lists the topics."
    raise InvalidRequest(f"No help for {word}.", next=cure)


def table() -> str:
    """Return the options as a table in Markdown, for the documents."""
    rows = [f"| {_code(option)} | {option.words.replace('|', chr(92) + '|')} |" for option in OPTIONS]
    return "\n".join(["| option | what it does |", "|--|--|", *rows])


def commands_table() -> str:
    """Return the line magics as a table in Markdown, for the documents."""
    rows = []
    for command in COMMANDS:
        usage = f"%videogen {command.name} {command.usage}".rstrip().replace("|", "\\|")
        rows.append(f"| `{usage}` | {command.words.replace('|', chr(92) + '|')} |")
    return "\n".join(["| magic | what it does |", "|--|--|", *rows])


def _paragraph(option: Option) -> str:
    ways = ", ".join(option.flags) + (f" {option.value}" if option.value else "")
    example = f"\nFor example: %%videogen {option.short or option.flag} {option.example}" if option.example else ""
    python = (
        ""
        if option.name in {"raw", "quiet", "name", "set", "dry_run", "improve", "embed", "wait"}
        else f"; in Python {option.name}="
    )
    return f"{ways}{python}\n{fill(option.words, WIDTH)}{example}"


def _code(option: Option) -> str:
    ways = ", ".join(f"`{flag}`" for flag in option.flags)
    return f"{ways} `{option.value}`".replace("|", "\\|") if option.value else ways


def _usages(group: str) -> list[str]:
    return [_usage(option) for option in OPTIONS if option.group == group]


def _usage(option: Option) -> str:
    if option.kind == "switch":
        return f"--[no-]{option.flag.removeprefix('--')}"
    names = f"{option.short}/{option.flag}" if option.short else option.flag
    return f"{names} {option.value}".strip()


def _row(title: str, usages: list[str]) -> str:
    """Return one group, wrapped between options and never inside one."""
    glued = "  ".join(usage.replace(" ", "\0") for usage in usages)
    lines = fill(
        glued, WIDTH, initial_indent=f"{title:<{COLUMN}}", subsequent_indent=" " * COLUMN, break_on_hyphens=False
    )
    return lines.replace("\0", " ")
