"""`videogen.toml`: prices and a budget, from the project's file and below it the user's."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import msgspec

from .budget import Budget
from .capabilities import did_you_mean
from .errors import InvalidRequest
from .prices import Price

if TYPE_CHECKING:
    from pathlib import Path

NAME = "videogen.toml"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the files say."""

    prices: dict[str, Price] = {}
    """By `provider:model`."""
    budget: Budget = Budget()


def load(home: Path, project: Path) -> Config:
    """Give what the project's file says, and for the rest the user's; raises `InvalidRequest` with the file at fault."""
    user, here = _read(home / NAME), _read(project / NAME)
    return Config(
        prices={**user.prices, **here.prices},
        budget=Budget(**{**_given(user.budget), **_given(here.budget)}),
    )


def _read(path: Path) -> Config:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{path} can't be read: {error}.", next="Mend the file, or move it away.") from None
    try:
        return msgspec.convert(said, Config)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{path}: {error}.", next=_nearest(said)) from None


def _nearest(said: dict[str, Any]) -> str:
    """Name the nearest section or setting to the first that is none."""
    sections = Config.__struct_fields__
    for section, settings in said.items():
        if section not in sections:
            return did_you_mean(section, sections)
        rows = [settings] if section == "budget" else list(settings.values())
        known = (Budget if section == "budget" else Price).__struct_fields__
        for name in (name for row in rows if isinstance(row, dict) for name in row if name not in known):
            return did_you_mean(name, known)
    return "Check that value."


def _given(budget: Budget) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(budget).items() if value is not None}
