"""Everything that can be written on a line of `%%videogen`, as one table: grammar, help, completion and documents read it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.suggestions import did_you_mean

Kind = Literal[
    "text", "word", "models", "whole", "dollars", "seed", "medium", "media", "json", "pair", "time", "switch", "mark"
]
SWITCHES: frozenset[Kind] = frozenset({"switch", "mark"})
"""Options that take no value; a switch also has a `--no-` form."""
REPEATED: frozenset[Kind] = frozenset({"media", "pair"})
"""Options that may stand more than once."""


class Option(NamedTuple):
    """One option: its Python keyword, how it is written, what it takes, and what it does in a sentence or two."""

    name: str
    flag: str
    kind: Kind
    group: str
    words: str
    value: str = ""
    """What stands after it; empty for a switch."""
    short: str = ""
    example: str = ""

    @property
    def takes_value(self) -> bool:
        """Whether something has to stand after it."""
        return self.kind not in SWITCHES

    @property
    def flags(self) -> tuple[str, ...]:
        """Every way to write it, the usual one first."""
        off = f"--no-{self.flag.removeprefix('--')}" if self.kind == "switch" else ""
        return tuple(filter(None, (self.short, self.flag, off)))

    @property
    def usage(self) -> str:
        """How it is written, as help and error messages show it."""
        return f"{self.short or self.flag} {self.value}".strip()


X = "path, URL, {variable}, @clip or @takes[-1]"
OPTIONS: tuple[Option, ...] = (
    Option(
        "model",
        "--model",
        "models",
        "where",
        "The model, or several with commas between them: each makes its own clip. A model may carry its provider, as in "
        "aihubmix:wan-2.7.",
        "MODEL[,MODEL]",
        "-m",
        "local/scenes",
    ),
    Option(
        "provider",
        "--provider",
        "word",
        "where",
        "The service that makes the clip. Without it: the configured one, else the one that has a key, else local.",
        "NAME",
        "-p",
        "local",
    ),
    Option(
        "base_url",
        "--base-url",
        "word",
        "where",
        "Another server of the provider's kind. A provider's own key is not sent there: name one with --key-env.",
        "URL",
        example="http://localhost:8080/v1",
    ),
    Option(
        "key_env",
        "--key-env",
        "word",
        "where",
        "The environment variable that holds the key. Never write a key itself into a cell.",
        "VARIABLE",
        example="LAB_KEY",
    ),
    Option("duration", "--duration", "whole", "shape", "Length of the clip in seconds.", "SECONDS", "-d", "4"),
    Option("size", "--size", "word", "shape", "Width and height in pixels.", "WxH", example="1280x720"),
    Option(
        "aspect",
        "--aspect",
        "word",
        "shape",
        "A shape, where a service has shapes instead of sizes.",
        "W:H",
        example="16:9",
    ),
    Option("resolution", "--resolution", "word", "shape", "How fine, beside --aspect.", "NAME", example="720p"),
    Option("fps", "--fps", "whole", "shape", "Frames per second.", "N", example="24"),
    Option(
        "fit",
        "--fit",
        "word",
        "shape",
        "Make the start image exactly the clip's size: cover fills and crops, contain adds bars, pad never enlarges.",
        "HOW",
        example="cover",
    ),
    Option("image", "--image", "medium", "media", f"The start image: a {X}.", "X", example="cat.png"),
    Option(
        "last_frame",
        "--last-frame",
        "medium",
        "media",
        f"The picture to end on: a {X}. A clip stands for its last frame.",
        "X",
        example="end.png",
    ),
    Option(
        "references",
        "--references",
        "media",
        "media",
        f"A picture of what should appear: a {X}. May stand several times.",
        "X",
        example="hero.png",
    ),
    Option("audio", "--audio", "medium", "media", f"A sound to go with: a {X}.", "X", example="song.mp3"),
    Option("video", "--video", "medium", "media", f"A video to continue or change: a {X}.", "X", example="@clip"),
    Option(
        "negative",
        "--negative",
        "text",
        "look",
        "What should not be seen. Put it in quotes when it holds spaces: they are read by POSIX rules on every system.",
        "TEXT",
        example="'no text, blur'",
    ),
    Option(
        "seed",
        "--seed",
        "seed",
        "look",
        'The same seed gives the same clip where the model takes one; "random" makes a new clip, paid for again.',
        "N|random",
        example="7",
    ),
    Option("sound", "--sound", "switch", "look", "Whether the clip has sound."),
    Option("draft", "--draft", "switch", "look", "Faster and rougher."),
    Option("enhance", "--enhance", "switch", "look", "Whether the service may enrich the prompt."),
    Option(
        "n",
        "-n",
        "whole",
        "jobs",
        "How many clips of one prompt. If the model makes one clip per request, one job is started per clip, and the seed increases by 1 each time.",
        "TAKES",
        example="3",
    ),
    Option(
        "name",
        "--as",
        "word",
        "jobs",
        "Keep the job, or the group of jobs, in a variable; line magics take the name as they take an id.",
        "NAME",
        example="clip",
    ),
    Option(
        "output",
        "--output",
        "text",
        "jobs",
        "Where the clip goes: a file, or a folder that is there or ends in /. Nothing is overwritten.",
        "PATH",
        "-o",
        "clip.mp4",
    ),
    Option(
        "wait",
        "--wait",
        "switch",
        "jobs",
        "Wait in the cell for the clip; an interrupt stops the waiting, never the job. Where nobody watches (nbclient, "
        "papermill) cells wait by themselves, unless --no-wait is given.",
    ),
    Option(
        "timeout",
        "--timeout",
        "time",
        "jobs",
        "With --wait: how long. Only the waiting ends then, and the job goes on.",
        "TIME",
        example="30m",
    ),
    Option(
        "embed",
        "--embed",
        "mark",
        "jobs",
        "Wait, and keep the clip's bytes in the notebook, which grows by a third more than the clip's size.",
    ),
    Option(
        "quiet", "--quiet", "mark", "jobs", "Show nothing and say nothing: the job is in --as or `last`.", short="-q"
    ),
    Option(
        "new",
        "--new",
        "mark",
        "money",
        "Make another, and pay again, though the same request has been made. Without it the job or clip of before is given.",
    ),
    Option(
        "max_cost",
        "--max-cost",
        "dollars",
        "money",
        "Refuse what would cost more than this in dollars, all clips of the cell together, or what nobody knows the price of.",
        "DOLLARS",
        example="2.00",
    ),
    Option("yes", "--yes", "mark", "money", "Send it without the question that a budget asks."),
    Option(
        "dry_run",
        "--dry-run",
        "mark",
        "money",
        "Print the exact request as JSON, without credentials, with its estimate and as code; nothing is sent.",
    ),
    Option(
        "extra",
        "--extra",
        "json",
        "text",
        "Further fields for this service, a JSON object that is sent as it is.",
        "JSON",
        example="""'{"style": "noir"}'""",
    ),
    Option(
        "set",
        "--set",
        "pair",
        "text",
        "One further field for this service; the value is JSON where it can be read as such, else text. May stand several "
        "times.",
        "KEY=VALUE",
        example="style=noir",
    ),
    Option(
        "raw",
        "--raw",
        "mark",
        "text",
        "Take the cell as it is, one prompt: no {variables}, and a line of three dashes is text.",
    ),
)
BY_NAME = {option.name: option for option in OPTIONS}
BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}
GROUPS = {
    "where": "Model and service",
    "shape": "Length and shape",
    "media": "Media",
    "look": "Look and sound",
    "jobs": "Jobs",
    "money": "Money",
    "text": "Text",
}
"""The groups in which options are shown."""


class Command(NamedTuple):
    """One `%videogen` line magic: its name, how it is written, and what it does."""

    name: str
    usage: str
    words: str
    marks: tuple[str, ...] = ()
    """Options without a value."""
    values: tuple[str, ...] = ()
    """Options with one."""
    takes_jobs: bool = False


COMMANDS: tuple[Command, ...] = (
    Command(
        "jobs",
        "[--all] [--failed] [-n 20]",
        "Your jobs, newest first, as a table; the value is a JobGroup with .df. --failed: only those that gave no clip.",
        ("--all", "--failed"),
        ("-n",),
    ),
    Command(
        "models",
        "[TEXT] [-p NAME] [--image] [--refresh]",
        "Models with their lengths, sizes, inputs, price where one is known, and how long they usually took you. --image: "
        "those that take a start image. --refresh asks the services again.",
        ("--image", "--refresh"),
        ("-p", "--provider"),
    ),
    Command(
        "providers",
        "[--no-network]",
        "The services: where each key was found (never the key), the address, whether anybody answers there, and whether "
        "jobs can be cancelled, listed and resumed.",
        ("--no-network",),
    ),
    Command(
        "connect",
        "NAME [--forget]",
        "Type a service's key into a box that shows nothing; --forget drops it.",
        ("--forget",),
    ),
    Command(
        "trust",
        "[NAME …] [--forget]",
        "Agree that this project's videogen.toml may send a key where it says, and print what that is; --forget takes it back.",
        ("--forget",),
    ),
    Command("show", "ID", "A job and its clip.", takes_jobs=True),
    Command(
        "wait",
        "[ID …] [--timeout 30m]",
        "Wait for jobs; without an ID for all that are unfinished. An interrupt stops the waiting, never a job.",
        (),
        ("--timeout",),
        takes_jobs=True,
    ),
    Command("resume", "[ID …]", "Watch jobs again; without an ID all that are unfinished.", takes_jobs=True),
    Command(
        "cancel",
        "[ID …|all]",
        "Cancel jobs where the service can; it says which were really cancelled and which are only not watched any more.",
        takes_jobs=True,
    ),
    Command(
        "cost",
        "[--by model|day|notebook]",
        "What was spent, what is in flight, and what your caps leave.",
        (),
        ("--by",),
    ),
    Command("config", "", "Every setting and where its value came from."),
    Command(
        "doctor",
        "[--no-network]",
        "Look at what can go wrong here; sends nothing that is paid for.",
        ("--no-network",),
    ),
    Command("tb", "", "The full traceback of the last error."),
    Command("help", "[TOPIC]", "This, or a paragraph on an option, a command, or: variables, batches, ids, results."),
)
BY_COMMAND = {command.name: command for command in COMMANDS}


def find_option(word: str) -> Option:
    """Return an option by a flag or its name; raises `InvalidRequest` with the nearest flag."""
    name = word.lstrip("-").replace("-", "_")
    found = BY_FLAG.get(word) or BY_NAME.get(name) or BY_FLAG.get(f"--{word}")
    if found is None:
        raise InvalidRequest(f"There is no option {word}.", next=suggest_flag(word))
    return found


def suggest_flag(word: str) -> str:
    """Return a sentence with the flag nearest to a mistyped one."""
    long = [flag for flag in BY_FLAG if flag.startswith("--")]
    return did_you_mean(word, long)
