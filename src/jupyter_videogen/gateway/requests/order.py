"""What a caller may ask of this gateway: the bounds of a clip, and the readers that hold fields to them."""

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jupyter_videogen.gateway.requests.error import Problem

DEFAULT_MODEL = "local/scenes"
DEFAULT_SIZE = "1280x720"
DEFAULT_SECONDS = 4
DEFAULT_FPS = 24
DRAFT_FPS = 12
PROMPT_CHARACTERS = 32_000
SECONDS = (1, 20)
COUNT = (1, 4)
FPS = (1, 60)
SEED = (0, 2**32 - 1)
SIDE = (144, 1920)
AREA = (256 * 144, 1920 * 1080)

RESOLUTIONS = {"360p": 360, "480p": 480, "540p": 540, "720p": 720, "1080p": 1080}
ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1), "4:3": (4, 3), "3:4": (3, 4), "21:9": (21, 9)}
FLAGS = {"true": True, "1": True, "false": False, "0": False}

_DIGITS = re.compile(r"[0-9]{1,10}")
_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Order:
    """One clip as it was asked for, every field within its bounds."""

    prompt: str
    model: str
    seconds: int
    width: int
    height: int
    fps: int
    seed: int
    count: int = 1
    source: str | None = None
    inline: bool = False
    image: str | None = None
    """A picture to begin with. This and the next ones are files: their names in the store, for an engine their paths."""
    last_frame: str | None = None
    """A picture to end on."""
    video: str | None = None
    """A clip to go on from, where it ends."""
    whole: bool = False
    """Whether that clip is the beginning of the new one."""
    audio: str | None = None
    """What is heard."""
    sound: bool = False
    """Whether the scene is heard, where no file is."""
    negative: str = ""
    """What is not to be seen."""
    enhance: bool = False
    """Whether the prompt may be enriched."""


@dataclass(frozen=True, slots=True)
class FieldNames:
    """What a dialect calls the fields that all read alike, None where it lacks one, and what they are when left out."""

    seconds: str = "seconds"
    fps: str | None = "fps"
    count: str | None = None
    sound: str | None = None
    negative: str | None = None
    enhance: str | None = None
    default_seconds: int = DEFAULT_SECONDS
    default_fps: int = DEFAULT_FPS


FILES = ("image", "last_frame", "video", "audio")
"""The fields of an order that name files."""


def invalid(param: str, message: str, code: str = "invalid_value") -> Problem:
    """Return the refusal of one field."""
    return Problem(400, code, message, param=param)


def read_order(
    fields: Mapping[str, Any], names: FieldNames, *, prompt: str, model: str, frame: tuple[int, int]
) -> Order:
    """Return an order; `frame` is width and height in pixels. Raises `Problem` for a field that is out of bounds."""
    return Order(
        prompt=prompt,
        model=model,
        seconds=read_whole(fields, names.seconds, SECONDS, names.default_seconds),
        width=frame[0],
        height=frame[1],
        fps=read_whole(fields, names.fps, FPS, names.default_fps) if names.fps else names.default_fps,
        seed=read_seed(fields),
        count=read_whole(fields, names.count, COUNT, 1) if names.count else 1,
        sound=names.sound is not None and read_flag(fields, names.sound, default=False),
        negative=read_negative(fields, names.negative) if names.negative else "",
        enhance=names.enhance is not None and read_flag(fields, names.enhance, default=False),
    )


def read_prompt(fields: Mapping[str, Any], name: str = "prompt") -> str:
    """Return the prompt, unchanged."""
    allowed = f"a text of 1 to {PROMPT_CHARACTERS} characters"
    value = fields.get(name)
    if value is None:
        raise invalid(name, f"{name} is required: {allowed}.", "missing_required_parameter")
    if not isinstance(value, str) or not 1 <= len(value) <= PROMPT_CHARACTERS:
        raise invalid(name, f"{name} must be {allowed}.")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise invalid(name, f"{name} must be valid Unicode text without NUL characters or lone surrogates.")
    return value


def read_negative(fields: Mapping[str, Any], name: str = "negative_prompt") -> str:
    """Return the negative prompt; empty if it was not sent."""
    return read_prompt(fields, name) if fields.get(name) else ""


def read_model(
    fields: Mapping[str, Any], known: Collection[str], stand_ins: Collection[str] = (), default: str = DEFAULT_MODEL
) -> str:
    """Return the name of a model this gateway has; it also accepts a few names of other providers, which it does not list."""
    name = "model"
    value = fields.get(name)
    if value is None:
        return default
    choices = ", ".join(model for model in known if not model.startswith("test/"))
    if not isinstance(value, str):
        raise invalid(name, f"{name} must be one of {choices}.")
    if value not in known and value not in stand_ins:
        message = f"No such model; {name} must be one of {choices}."
        raise Problem(404, "model_not_found", message, param=name)
    return value


def read_whole(fields: Mapping[str, Any], name: str, bounds: tuple[int, int], default: int) -> int:
    """Return a whole number, sent as a number or as its digits."""
    low, high = bounds
    value = fields.get(name)
    if value is None:
        return default
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise invalid(name, f"{name} must be a whole number from {low} to {high}.")
    return value


def read_seed(fields: Mapping[str, Any], name: str = "seed") -> int:
    """Return the seed, drawn at random when none was sent."""
    return read_whole(fields, name, SEED, secrets.randbelow(SEED[1] + 1))


def read_size(fields: Mapping[str, Any], name: str = "size") -> tuple[int, int]:
    """Return width and height in pixels."""
    value = fields.get(name)
    if value is None:
        value = DEFAULT_SIZE
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    even = width % 2 == height % 2 == 0
    sides = all(SIDE[0] <= side <= SIDE[1] for side in (width, height))
    if not (match and even and sides and AREA[0] <= width * height <= AREA[1]):
        raise invalid(
            name,
            f'{name} must be "WIDTHxHEIGHT" with even numbers of pixels, each side from {SIDE[0]} to {SIDE[1]}, '
            "no smaller in area than 256x144 and no larger than 1920x1080.",
        )
    return width, height


def read_draft(fields: Mapping[str, Any], size: tuple[int, int]) -> tuple[tuple[int, int], int]:
    """Return width and height, and the usual pace: of a draft half of each, though no smaller than this gateway draws."""
    width, height = size
    if not read_flag(fields, "draft", default=False):
        return size, DEFAULT_FPS
    share = min(1.0, max(0.5, SIDE[0] / min(size), (AREA[0] / (width * height)) ** 0.5))
    return (_floor_to_even(width * share), _floor_to_even(height * share)), DRAFT_FPS


def read_frame(
    fields: Mapping[str, Any], resolution: str = "resolution", aspect: str = "aspect_ratio"
) -> tuple[int, int]:
    """Return width and height of a shape and a number of lines, no larger than this gateway draws."""
    short = RESOLUTIONS[read_choice(fields, resolution, RESOLUTIONS, "720p")]
    across, down = ASPECTS[read_choice(fields, aspect, ASPECTS, "16:9")]
    unit = min(short / min(across, down), SIDE[1] / max(across, down))
    return _floor_to_even(across * unit), _floor_to_even(down * unit)


def _floor_to_even(pixels: float) -> int:
    return int(pixels) // 2 * 2


def read_choice(fields: Mapping[str, Any], name: str, choices: Collection[str], default: str) -> str:
    """Return one of a few words."""
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value not in choices:
        raise invalid(name, f"{name} must be one of {', '.join(choices)}.")
    return value


def read_flag(fields: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Return a yes or no, sent as a boolean or as the word a form has for it."""
    value = fields.get(name)
    if value is None:
        return default
    if isinstance(value, str):
        value = FLAGS.get(value.strip().lower())
    if not isinstance(value, bool):
        raise invalid(name, f"{name} must be true or false.")
    return value
