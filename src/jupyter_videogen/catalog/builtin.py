"""The providers we know, as rows of data."""

from __future__ import annotations

import msgspec

from jupyter_videogen.catalog.capabilities import Capabilities, SizeRange
from jupyter_videogen.catalog.provider import Provider
from jupyter_videogen.core import platform
from jupyter_videogen.dialects.bifrost import Bifrost
from jupyter_videogen.dialects.browser import Browser
from jupyter_videogen.dialects.comfyui import ComfyCloud, ComfyUI
from jupyter_videogen.dialects.compatible import Compatible
from jupyter_videogen.dialects.indoxhub import IndoxHub
from jupyter_videogen.dialects.local import Local
from jupyter_videogen.dialects.openai import OpenAI
from jupyter_videogen.dialects.openrouter import OpenRouter
from jupyter_videogen.dialects.qubax import Qubax
from jupyter_videogen.dialects.qubrid import Qubrid
from jupyter_videogen.dialects.sglang import SGLang
from jupyter_videogen.dialects.vllm_omni import VllmOmni

LOCAL_ORIGIN = "local:"
"""Stands for the local provider of this VIDEOGEN_HOME, on whatever port it runs."""


OPENAI_FIELDS = frozenset({"duration", "size", "fps", "seed", "negative", "image"})


LOCAL_FIELDS = OPENAI_FIELDS | {"last_frame", "video", "audio", "sound", "draft", "enhance"}


TEST = "test/"
"""How the names of test models begin."""


LOCAL_MODELS = (
    ("local/scenes", "Scenes"),
    ("local/ink", "Ink on paper"),
    ("local/grain", "Old film"),
    ("test/slow", "Test: takes 20 seconds"),
    ("test/queued-long", "Test: waits 10 seconds in the queue"),
    ("test/no-progress", "Test: reports no progress"),
    ("test/refused", "Test: the prompt is refused"),
    ("test/no-credit", "Test: no credit left"),
    ("test/rate-limited", "Test: too many requests"),
    ("test/bad-key", "Test: the key is not accepted"),
    ("test/bad-setting", "Test: a setting is not accepted"),
    ("test/upstream-error", "Test: the provider fails"),
    ("test/flaky", "Test: every third look fails"),
    ("test/gone", "Test: accepted, then unknown"),
    ("test/lost-answer", "Test: the answer is lost"),
    ("test/expired-link", "Test: the first link has expired"),
    ("test/empty-result", "Test: completed without a clip"),
    ("test/partly-filtered", "Test: one of three clips is filtered out"),
    ("test/never-finishes", "Test: never finishes"),
)
"""Names and titles of the local engine's models: its styles, then test models that cause each state."""


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
                frame=SizeRange((144, 1920), "256x144", "1920x1080"),
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
    dialect=Compatible(multipart=True),
    label="OpenAI shape",
    billing="https://platform.openai.com/settings/organization/billing/overview",
    others=Capabilities(model="", takes=OPENAI_FIELDS, lists=True),
)


AIHUBMIX = Provider(
    "aihubmix",
    base_url="https://aihubmix.com/v1",
    key_env="AIHUBMIX_API_KEY",
    dialect=OpenAI(multipart=True),
    label="AIHubMix",
    billing="https://console.aihubmix.com/topup",  # named by its own refusals
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


OPENROUTER = Provider(
    "openrouter",
    base_url="https://openrouter.ai/api/v1",
    key_env="OPENROUTER_API_KEY",
    dialect=OpenRouter(),
    label="OpenRouter",
    billing="https://openrouter.ai/credits",  # named by its own 402: docs, `PaymentRequiredResponseError`
    others=Capabilities(
        model="",
        takes=frozenset({"duration", "size", "aspect", "resolution", "seed", "sound", "image", "last_frame"})
        | {"references", "audio"},
        progress=False,
    ),
)


COMFY_FIELDS = frozenset({"workflow", "duration", "size", "fps", "seed", "negative", "image", "last_frame"})
"""What a workflow may take; which of it one takes, its nodes say."""


COMFYUI = Provider(
    "comfyui",
    base_url="http://127.0.0.1:8189/api/v2",
    key_env="COMFYUI_API_KEY",
    dialect=ComfyUI(),
    label="ComfyUI",
    key_optional=True,
    own=True,
    others=Capabilities(model="", takes=COMFY_FIELDS, cancel="any", lists=True),
)


COMFY_CLOUD = Provider(
    "comfycloud",
    base_url="https://cloud.comfy.org/api/v2",
    key_env="COMFY_CLOUD_API_KEY",
    dialect=ComfyCloud(),
    label="Comfy Cloud",
    others=Capabilities(model="", takes=COMFY_FIELDS, cancel="any"),
)


DIFFUSION_FIELDS = OPENAI_FIELDS | {"video", "steps", "guidance"}


VLLM_OMNI = Provider(
    "vllm-omni",
    base_url="http://localhost:8000/v1",
    key_env="VLLM_API_KEY",
    dialect=VllmOmni(),
    label="vLLM-Omni",
    key_optional=True,
    own=True,
    others=Capabilities(
        model="",
        takes=DIFFUSION_FIELDS | {"last_frame", "references", "audio", "sound", "lora"},
        progress=False,
        cancel="any",
        lists=True,
    ),
)


SGLANG = Provider(
    "sglang",
    base_url="http://localhost:30000/v1",
    key_env="SGLANG_API_KEY",
    dialect=SGLang(),
    label="SGLang",
    key_optional=True,
    own=True,
    others=Capabilities(model="", takes=DIFFUSION_FIELDS | {"n", "enhance"}, most=10),
)


BROWSER_ORIGIN = "browser:"
"""Stands for the engine inside this process, where Python runs in a browser."""


BROWSER = Provider(
    "browser",
    base_url=BROWSER_ORIGIN,
    key_env=None,
    dialect=Browser(),
    label="Browser engine",
    simulated=True,
    models=(
        Capabilities(
            model="browser/scenes",
            title="Scenes",
            takes=frozenset({"duration", "size", "fps", "seed"}),
            shortest=1,
            longest=20,
            default_duration=4,
            sizes=("640x360", "360x640", "720x720", "1280x720", "720x1280"),
            default_size="640x360",
            frame=SizeRange((144, 1280), "256x144", "1280x720"),
            fps=(12, 60),
            cancel="any",
            lists=True,
        ),
    ),
)


HERE = (BROWSER,) if platform.is_browser() else ()
"""Providers that there are only in a browser."""
ENGINE = BROWSER if platform.is_browser() else LOCAL
"""The engine that draws here without an account or a network."""
ROWS = (
    *(QUBAX, QUBRID, INDOXHUB, AIHUBMIX, OPENROUTER, BIFROST, OPENAI, LOCAL),
    *(*HERE, COMFYUI, COMFY_CLOUD, VLLM_OMNI, SGLANG),
)


BUILT_IN: dict[str, Provider] = {row.name: row for row in ROWS}


SANDBOX = "sandbox-"
PATHS = {
    "qubax": "/qubax/v1",
    "qubrid": "/qubrid/v1",
    "indoxhub": "/indoxhub/api/v1",
    "aihubmix": "/aihubmix/v1",
    "openrouter": "/openrouter/api/v1",
    "bifrost": "/bifrost/v1",
    "openai": "/v1",
}
"""Where the local gateway speaks each provider's protocol."""


def _sandbox_of(row: Provider) -> Provider:
    """Return a provider's twin on the local gateway: its dialect and settings, drawn clips, no key, no cost."""
    like = row.others or row.models[0]
    return msgspec.structs.replace(
        row,
        name=f"{SANDBOX}{row.name}",
        base_url=f"{LOCAL_ORIGIN}{PATHS[row.name]}",
        key_env=None,
        billing="",
        label=f"{row.title} sandbox",
        simulated=True,
        models=tuple(msgspec.structs.replace(like, model=model, title=title) for model, title in LOCAL_MODELS),
        others=None,
    )


SANDBOXES: dict[str, Provider] = {f"{SANDBOX}{name}": _sandbox_of(BUILT_IN[name]) for name in PATHS}
"""The twins by name; each can be named wherever a provider can, and is listed nowhere."""
