"""The providers we know, as rows of data."""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from jupyter_videogen.capabilities import Capabilities, Frame, did_you_mean
from jupyter_videogen.dialect import Provider
from jupyter_videogen.dialects.bifrost import Bifrost
from jupyter_videogen.dialects.indoxhub import IndoxHub
from jupyter_videogen.dialects.local import Local
from jupyter_videogen.dialects.openai import OpenAI
from jupyter_videogen.dialects.qubax import Qubax
from jupyter_videogen.dialects.qubrid import Qubrid
from jupyter_videogen.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jupyter_videogen.trust import Claim

LOCAL_ORIGIN = "local:"
"""Stands for the one local service of this VIDEOGEN_HOME, whatever port it has today."""

OPENAI_FIELDS = frozenset({"duration", "size", "fps", "seed", "negative", "image"})
LOCAL_FIELDS = OPENAI_FIELDS | {"last_frame", "video", "audio", "sound", "draft", "enhance"}
LOCAL_MODELS = (
    ("local/scenes", "Scenes"),
    ("local/ink", "Ink on paper"),
    ("local/grain", "Old film"),
    ("test/slow", "Test: takes 20 seconds"),
    ("test/queued-long", "Test: waits 10 seconds for its turn"),
    ("test/no-progress", "Test: does not tell its progress"),
    ("test/refused", "Test: the prompt is refused"),
    ("test/no-credit", "Test: no credit left"),
    ("test/rate-limited", "Test: too many requests"),
    ("test/bad-key", "Test: the key is not accepted"),
    ("test/bad-setting", "Test: a setting is not accepted"),
    ("test/upstream-error", "Test: the service fails"),
    ("test/flaky", "Test: every third look is spoilt"),
    ("test/gone", "Test: accepted, then unknown"),
    ("test/lost-answer", "Test: the answer is lost"),
    ("test/expired-link", "Test: the first link has expired"),
    ("test/empty-result", "Test: completed without a clip"),
    ("test/partly-filtered", "Test: one of three clips is held back"),
    ("test/never-finishes", "Test: never finishes"),
)
"""What the local engine offers: its styles, then test models that bring about each state; names and titles."""
LOCAL = Provider(
    "local",
    base_url=LOCAL_ORIGIN,
    key_env=None,
    dialect=Local(),
    label="Local engine",
    simulated=True,
    models=(
        *(
            Capabilities(
                model=model,
                title=title,
                takes=LOCAL_FIELDS,
                shortest=1,
                longest=20,
                default_duration=4,
                sizes=("1280x720", "720x1280", "720x720", "640x360", "360x640", "1920x1080", "1080x1920"),
                default_size="1280x720",
                frame=Frame((144, 1920), "256x144", "1920x1080"),
                fps=(12, 60),
                lists=True,
            )
            for model, title in LOCAL_MODELS
        ),
    ),
)
OPENAI = Provider(
    "openai",
    base_url="https://api.openai.com/v1",
    key_env="OPENAI_API_KEY",
    dialect=OpenAI(multipart=True),
    label="OpenAI shape",
    others=Capabilities(model="", takes=OPENAI_FIELDS, lists=True),
)
AIHUBMIX = Provider(
    "aihubmix",
    base_url="https://aihubmix.com/v1",
    key_env="AIHUBMIX_API_KEY",
    dialect=OpenAI(multipart=True),
    label="AIHubMix",
    others=Capabilities(model="", takes=frozenset({"duration", "size", "image"}), image_matches_size=True),
)
QUBAX = Provider(
    "qubax",
    base_url="https://api.qubax.ai/v1",
    key_env="QUBAX_API_KEY",
    dialect=Qubax(),
    label="Qubax",
    others=Capabilities(model="", takes=frozenset({"duration", "aspect", "seed"}), progress=False),
)
QUBRID = Provider(
    "qubrid",
    base_url="https://platform.qubrid.com/v1",
    key_env="QUBRID_API_KEY",
    dialect=Qubrid(),
    label="Qubrid",
    others=Capabilities(
        model="",
        takes=frozenset(
            {"duration", "resolution", "fps", "aspect", "image", "audio", "draft", "sound", "enhance", "seed"}
        ),
        prompt_optional=True,
        progress=False,
        synchronous=True,
    ),
)
INDOXHUB = Provider(
    "indoxhub",
    base_url="https://api.indoxhub.com/api/v1",
    key_env="INDOXHUB_API_KEY",
    dialect=IndoxHub(),
    label="IndoxHub",
    others=Capabilities(
        model="",
        takes=frozenset(
            {"duration", "size", "aspect", "resolution", "n", "fps", "seed", "negative", "image", "last_frame"}
            | {"references", "video", "sound"}
        ),
        aspects=("16:9", "9:16", "1:1"),
        resolutions=("720p", "1080p"),
        most=4,
        cancel="queued",
        lists=True,
    ),
)
BIFROST = Provider(
    "bifrost",
    base_url="http://localhost:8080/v1",
    key_env="BIFROST_API_KEY",
    dialect=Bifrost(),
    label="Bifrost",
    key_optional=True,
    others=Capabilities(
        model="",
        takes=frozenset({"duration", "size", "negative", "seed", "image", "last_frame", "video", "sound"}),
        lists=True,
    ),
)
ROWS = (QUBAX, QUBRID, INDOXHUB, AIHUBMIX, BIFROST, OPENAI, LOCAL)
BUILT_IN: dict[str, Provider] = {row.name: row for row in ROWS}
GROUP = "jupyter_videogen.providers"
"""The entry points by which other packages bring a provider: each names a `Provider`."""


log = logging.getLogger("jupyter_videogen")
_declared: dict[str, Provider] = {}
"""Rows that the user's and the project's `videogen.toml` bring, by name."""
_claims: dict[str, Claim] = {}
"""Which of them come from a project's file and ask for a key, by name."""
_foreign: set[str] = set()
"""Which of them come from a project's file, by name."""
_broken: dict[str, str] = {}
"""Plug-ins that could not be loaded, and the kind of error each gave."""


@cache
def packaged() -> dict[str, Provider]:
    """Give ours, and those of other packages, which cannot replace ours; a plug-in that fails is left out, and said."""
    found = {}
    for entry in entry_points(group=GROUP):
        if entry.name in BUILT_IN:
            continue
        try:
            row = entry.load()
        except Exception as error:  # noqa: BLE001 - somebody else's code, and no reason for ours not to work
            _broken[entry.name] = type(error).__name__
            log.warning("The provider plug-in %s could not be loaded (%s).", entry.name, type(error).__name__)
            continue
        if isinstance(row, Provider):
            found[entry.name] = row
    return {**BUILT_IN, **found}


def broken() -> dict[str, str]:
    """Give the plug-ins that could not be loaded, by name, each with the kind of its error."""
    packaged()
    return dict(_broken)


@cache
def known() -> dict[str, Provider]:
    """Give every provider by name: the packaged ones, and what the user or the project declared."""
    packaged.cache_clear()
    return {**packaged(), **_declared}


def declare(
    rows: Mapping[str, Provider], claims: Mapping[str, Claim] | None = None, foreign: Collection[str] = ()
) -> None:
    """Take the rows of the configuration in place of those that it brought before.

    `foreign` are those of a project's file, `claims` what they ask for.
    """
    _foreign.clear()
    _foreign.update(foreign)
    _claims.clear()
    _claims.update(claims or {})
    if rows != _declared:
        _declared.clear()
        _declared.update(rows)
        known.cache_clear()


def claim(name: str) -> Claim | None:
    """Give what a provider of a project's file asks for; None for every other provider."""
    return _claims.get(name)


def is_foreign(name: str) -> bool:
    """Whether a provider's address is the word of a project's file, and not the user's own."""
    return name in _foreign


def claimed() -> tuple[Claim, ...]:
    """Give all that this project's file asks for."""
    return tuple(_claims.values())


def is_declared(name: str) -> bool:
    """Whether a row comes from the configuration: keys that were typed or kept for a name are not for its address."""
    return name in _declared


def find(name: str) -> Provider:
    """Give a provider by name; raises `InvalidRequest` with the nearest names."""
    if name in known():
        return known()[name]
    raise InvalidRequest(
        f"There is no provider named {name}.", next=did_you_mean(name, list(known())), field="provider"
    )
