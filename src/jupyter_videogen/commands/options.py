"""Everything that can be written on a line of `%%videogen`, as one table: the parser, help, completion and documents read it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.suggestions import did_you_mean

Kind = Literal[
    "text",
    "word",
    "models",
    "whole",
    "number",
    "dollars",
    "seed",
    "medium",
    "media",
    "json",
    "pair",
    "time",
    "switch",
    "mark",
]
SWITCHES: frozenset[Kind] = frozenset({"switch", "mark"})
"""Options that take no value; a switch also has a `--no-` form."""
REPEATED: frozenset[Kind] = frozenset({"media", "pair"})
"""Options that may be given more than once."""


class Option(NamedTuple):
    """One option: its Python keyword, how it is written, what it takes, and what it does in a sentence or two."""

    name: str
    flag: str
    kind: Kind
    group: str
    words: str
    value: str = ""
    """The placeholder of its value; empty for a switch."""
    short: str = ""
    example: str = ""

    @property
    def takes_value(self) -> bool:
        """Whether it needs a value."""
        return self.kind not in SWITCHES

    @property
    def flags(self) -> tuple[str, ...]:
        """Every spelling, the usual one first."""
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
        "The model, or several separated by commas: each makes its own clip. A model can include its provider, as in "
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
        "The provider that makes the clip. Default: the configured provider, else the only one with a key, else local.",
        "NAME",
        "-p",
        "local",
    ),
    Option(
        "base_url",
        "--base-url",
        "word",
        "where",
        "Another server that speaks the provider's protocol. The provider's own key is not sent there; name one with --key-env.",
        "URL",
        example="http://localhost:8080/v1",
    ),
    Option(
        "key_env",
        "--key-env",
        "word",
        "where",
        "The environment variable that holds the key. Never write the key itself into a cell.",
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
        "Aspect ratio, for providers that take one instead of a size.",
        "W:H",
        example="16:9",
    ),
    Option("resolution", "--resolution", "word", "shape", "Resolution, used with --aspect.", "NAME", example="720p"),
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
        f"The end image: a {X}. A clip means its last frame.",
        "X",
        example="end.png",
    ),
    Option(
        "references",
        "--references",
        "media",
        "media",
        f"A reference image of what should appear: a {X}. Repeatable.",
        "X",
        example="hero.png",
    ),
    Option("audio", "--audio", "medium", "media", f"Audio for the clip: a {X}.", "X", example="song.mp3"),
    Option("video", "--video", "medium", "media", f"A video to extend or edit: a {X}.", "X", example="@clip"),
    Option(
        "negative",
        "--negative",
        "text",
        "look",
        "What to keep out of the clip. Quote it if it contains spaces; quotes follow POSIX rules on every system.",
        "TEXT",
        example="'no text, blur'",
    ),
    Option(
        "seed",
        "--seed",
        "seed",
        "look",
        'If the model takes a seed, the same seed gives the same clip. "random" makes a new clip, which is charged again.',
        "N|random",
        example="7",
    ),
    Option("sound", "--sound", "switch", "look", "Make the clip with or without sound."),
    Option("draft", "--draft", "switch", "look", "Faster, at lower quality."),
    Option("enhance", "--enhance", "switch", "look", "Let the provider rewrite the prompt, or not."),
    Option(
        "steps",
        "--steps",
        "whole",
        "look",
        "Denoising steps, for servers of your own. More take longer.",
        "N",
        example="30",
    ),
    Option(
        "guidance",
        "--guidance",
        "number",
        "look",
        "How closely the clip follows the prompt: the guidance scale, for servers of your own.",
        "X",
        example="5.0",
    ),
    Option(
        "lora",
        "--lora",
        "text",
        "look",
        "The path of a LoRA adapter, as the server sees it.",
        "PATH",
        example="/models/lora/ink",
    ),
    Option(
        "n",
        "-n",
        "whole",
        "jobs",
        "Number of clips for each prompt. If the model makes one clip per request, one job is started per clip, and the seed increases by 1 each time.",
        "TAKES",
        example="3",
    ),
    Option(
        "name",
        "--as",
        "word",
        "jobs",
        "Store the job or job group in a variable. Line magics accept the name in place of an id.",
        "NAME",
        example="clip",
    ),
    Option(
        "grid",
        "--grid",
        "word",
        "jobs",
        "Make a grid of this name: every prompt with every model and take, in one output that can be paused and resumed. The "
        "same cell again sends only what is missing; an empty cell opens the grid.",
        "NAME",
        example="study-1",
    ),
    Option(
        "rows",
        "--rows",
        "text",
        "jobs",
        "With --grid: take the prompts from a CSV, JSONL or Parquet file. The cell, if it has text, is a template, as in "
        "A {animal} in the {place}.",
        "FILE",
        example="prompts.csv",
    ),
    Option(
        "story",
        "--story",
        "word",
        "jobs",
        "Make a story of this name: the prompts of the cell, divided by lines of ---, are shots, and each starts on the last "
        "frame of the one before. The same cell again makes only what is missing; an empty cell opens the story.",
        "NAME",
        example="harbour",
    ),
    Option(
        "chain",
        "--chain",
        "switch",
        "jobs",
        "With --story: let shots start on the last frame of the one before (the default). --no-chain makes them cuts.",
    ),
    Option(
        "output",
        "--output",
        "text",
        "jobs",
        "Where to save the clip: a file, or a folder that exists or ends in /. Nothing is overwritten.",
        "PATH",
        "-o",
        "clip.mp4",
    ),
    Option(
        "wait",
        "--wait",
        "switch",
        "jobs",
        "Wait in the cell for the clip. An interrupt stops the waiting, never the job. When no page is open (nbclient, "
        "papermill), cells always wait unless you give --no-wait.",
    ),
    Option(
        "timeout",
        "--timeout",
        "time",
        "jobs",
        "How long --wait waits. After that only the waiting ends; the job continues.",
        "TIME",
        example="30m",
    ),
    Option(
        "embed",
        "--embed",
        "mark",
        "jobs",
        "Wait, and embed the clip in the notebook, which grows by 4/3 of the clip's size.",
    ),
    Option("quiet", "--quiet", "mark", "jobs", "Show and print nothing. The job is in --as or `last`.", short="-q"),
    Option(
        "new",
        "--new",
        "mark",
        "money",
        "Make another clip of a request that was sent before, and pay again. Without it, you get the earlier job or clip.",
    ),
    Option(
        "max_cost",
        "--max-cost",
        "dollars",
        "money",
        "Send nothing if the cell would cost more than this in total, in dollars, or if a price is unknown.",
        "DOLLARS",
        example="2.00",
    ),
    Option("yes", "--yes", "mark", "money", "Send without the confirmation that a budget asks for."),
    Option(
        "dry_run",
        "--dry-run",
        "mark",
        "money",
        "Print the exact request as JSON, its estimate and its code, without credentials. Nothing is sent.",
    ),
    Option(
        "extra",
        "--extra",
        "json",
        "text",
        "Further fields for this provider: a JSON object, sent unchanged.",
        "JSON",
        example="""'{"style": "noir"}'""",
    ),
    Option(
        "set",
        "--set",
        "pair",
        "text",
        "One further field for this provider. The value is read as JSON if possible, else as text. Repeatable.",
        "KEY=VALUE",
        example="style=noir",
    ),
    Option(
        "improve",
        "--improve",
        "mark",
        "text",
        "Ask your own chat endpoint for a better prompt and put it into a new cell. Nothing is ordered until you run that cell.",
    ),
    Option(
        "raw",
        "--raw",
        "mark",
        "text",
        "Use the cell unchanged, as one prompt: {variables} are not filled in, and a line of three dashes is text.",
    ),
)
BY_NAME = {option.name: option for option in OPTIONS}
BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}
GROUPS = {
    "where": "Model and provider",
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
        "List your jobs, newest first. The value is a JobGroup with .df. --failed lists only jobs without a clip.",
        ("--all", "--failed"),
        ("-n",),
    ),
    Command(
        "library",
        "",
        "Open the library: every clip of this notebook, this project or all, to play, filter, use again and compare.",
    ),
    Command(
        "models",
        "[TEXT] [-p NAME] [--image] [--test] [--refresh]",
        "List models with lengths, sizes, inputs, known prices, and how long your jobs usually took. --image lists only "
        "models that take a start image. --test adds test models. --refresh asks the providers again.",
        ("--image", "--test", "--refresh"),
        ("-p", "--provider"),
    ),
    Command(
        "providers",
        "[--no-network]",
        "List the providers: where each key was found (never the key), the address, whether it responds, and whether "
        "jobs can be cancelled, listed and resumed.",
        ("--no-network",),
    ),
    Command(
        "connect",
        "NAME [--forget]",
        "Type a provider's key into a hidden input. It is tested by a free call, if the provider has one. --forget removes it.",
        ("--forget",),
    ),
    Command(
        "trust",
        "[NAME …] [--forget]",
        "Allow this project's videogen.toml to send a key to the address it names, and print both. --forget revokes that.",
        ("--forget",),
    ),
    Command("show", "ID", "Show a job and its clip.", takes_jobs=True),
    Command(
        "wait",
        "[ID …] [--timeout 30m]",
        "Wait for jobs; without an ID, for all unfinished ones. An interrupt stops the waiting, never a job.",
        (),
        ("--timeout",),
        takes_jobs=True,
    ),
    Command("resume", "[ID …]", "Watch jobs again; without an ID, all unfinished ones.", takes_jobs=True),
    Command(
        "cancel",
        "[ID …|all]",
        "Cancel jobs if the provider can. Otherwise only stop watching them. It reports which happened to each job.",
        takes_jobs=True,
    ),
    Command(
        "check",
        "[FILE|ID …] [--again]",
        "Check clips or files for faults that their pixels show: black, frozen, flicker, cuts, and what is missing of what was "
        "ordered. Without a name, the last job's. --again reads a clip anew that was checked before.",
        ("--again",),
        takes_jobs=True,
    ),
    Command(
        "cost",
        "[--by model|day|notebook]",
        "Show what was spent, what is in flight, and what your caps leave.",
        (),
        ("--by",),
    ),
    Command(
        "improve",
        "PROMPT",
        "Ask your own chat endpoint ([enhance] in your videogen.toml) for a better prompt, and put it into a new cell. Nothing "
        "is ordered. The endpoint may charge for its answer.",
    ),
    Command("config", "", "Show every setting and where its value comes from."),
    Command(
        "doctor",
        "[--local] [--storage] [--no-network]",
        "Check this installation. Sends nothing that is charged. --local also looks for servers of your own at this "
        "machine's usual ports: vLLM-Omni, SGLang, comfy-api-proxy, LiteLLM, Bifrost. --storage puts a small object into your "
        "[storage], reads it back and deletes it.",
        ("--local", "--storage", "--no-network"),
    ),
    Command("tb", "", "Print the full traceback of the last error."),
    Command(
        "help", "[TOPIC]", "Print this help, or help on an option, a command, or: variables, batches, ids, results."
    ),
)
BY_COMMAND = {command.name: command for command in COMMANDS}


def find_option(word: str) -> Option:
    """Return an option by a flag or its name; raises `InvalidRequest` with the nearest flag."""
    name = word.lstrip("-").replace("-", "_")
    found = BY_FLAG.get(word) or BY_NAME.get(name) or BY_FLAG.get(f"--{word}")
    if found is None:
        raise InvalidRequest(f"Unknown option {word}.", next=suggest_flag(word))
    return found


def suggest_flag(word: str) -> str:
    """Return a sentence with the flag nearest to a mistyped one."""
    long = [flag for flag in BY_FLAG if flag.startswith("--")]
    return did_you_mean(word, long)
