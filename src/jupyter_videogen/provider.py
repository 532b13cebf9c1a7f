"""The providers we know, as rows of data."""

from __future__ import annotations

from .capabilities import Capabilities, did_you_mean
from .dialect import Provider
from .dialects.openai import OpenAI
from .errors import InvalidRequest

LOCAL_ORIGIN = "local:"
"""Stands for the one local service of this VIDEOGEN_HOME, whatever port it has today."""

LOCAL = Provider(
    "local",
    base_url=LOCAL_ORIGIN,
    key_env=None,
    dialect=OpenAI(),
    label="Local engine",
    simulated=True,
    models=(
        Capabilities(
            model="local/scenes",
            title="Scenes",
            shortest=1,
            longest=20,
            default_duration=4,
            sizes=("1280x720", "720x1280", "720x720", "640x360", "360x640", "1920x1080", "1080x1920"),
            default_size="1280x720",
            fps=(12, 60),
            seed=True,
            thumbnail=True,
        ),
    ),
)
OPENAI = Provider(
    "openai", base_url="https://api.openai.com/v1", key_env="OPENAI_API_KEY", dialect=OpenAI(), label="OpenAI shape"
)
PROVIDERS: dict[str, Provider] = {row.name: row for row in (LOCAL, OPENAI)}


def find(name: str) -> Provider:
    """Give a provider by name; raises `InvalidRequest` with the nearest names."""
    if name in PROVIDERS:
        return PROVIDERS[name]
    raise InvalidRequest(
        f"There is no provider named {name}.", next=did_you_mean(name, list(PROVIDERS)), field="provider"
    )
