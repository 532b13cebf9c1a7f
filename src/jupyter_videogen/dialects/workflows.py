"""Workflows of ComfyUI in API form: checked before they are sent, their inputs found, and filled from a request.

The API form maps node ids to `{"class_type": …, "inputs": {…}, "_meta": {"title": …}}`; an input is a value, or a link
`[node id, output index]` ("Export (API)" of ComfyUI's menu; `Workflow` in docs.comfy.org/api-reference/v2). The editor's own
files hold `nodes` and `links` instead, and no server runs them.

An input is found by what its node is and what it leads to. A node titled "Prompt", "Negative", "Seed", "Width", "Height",
"Length", "FPS", "Start image" or "Last frame" goes before all that is found; so a title decides where something is unclear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.request import pixels
from jupyter_videogen.core.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jupyter_videogen.core.request import GenerationRequest, Media

Graph = dict[str, Any]
"""Node ids to nodes."""

MOST_NODES, MOST_NAMED, MOST_SETTINGS = 2000, 20, 100
TITLES = {
    "prompt": "prompt",
    "positive": "prompt",
    "positive prompt": "prompt",
    "negative": "negative",
    "negative prompt": "negative",
    "seed": "seed",
    "width": "width",
    "height": "height",
    "length": "length",
    "fps": "fps",
    "start image": "image",
    "first frame": "image",
    "last frame": "last_frame",
    "end image": "last_frame",
}
"""What a node's title says of its value, in lower case."""
VALUES = ("value", "text", "string", "prompt", "image", "seed", "noise_seed", "width", "height", "length", "fps")
"""The inputs in which a titled node keeps its value."""
TEXTS = ("text", "prompt")
NEGATIVES = ("negative_prompt", "negative")
SEEDS = ("seed", "noise_seed")
LENGTHS = ("length", "video_frames", "num_frames")
"""How nodes that make room for a clip call its number of frames: Wan, Hunyuan, LTX and others; SVD; wrappers."""
RATES = ("fps", "frame_rate")
ENDS = ("end_image", "last_frame", "last_image", "end_frame")
"""The inputs through which a picture becomes the last frame, in ComfyUI's comfy_extras/nodes_wan.py and in partner nodes."""
STEPS = {"LTXV": 8, "Cosmos": 8, "Mochi": 6, "SVD": 1}
"""Frames between two lengths that a model makes, by a part of its node's class (the `step` of `length` in comfy_extras)."""
STEP = 4
"""The same of Wan, Hunyuan and whatever we do not know."""
MAKES_VIDEO = re.compile(r"video_?combine|save\w*(video|webm|mp4)|(video|webm|mp4)\w*save", re.IGNORECASE)
"""Classes that write a video: SaveVideo, SaveWEBM, VHS_VideoCombine and their kin."""
CREDENTIAL = re.compile(r"(^|_)(api_?key|token|secret|password)$", re.IGNORECASE)
"""Inputs that hold one, with which a workflow would be written down and shared."""


class Slot(NamedTuple):
    """One input of one node, written as "12.steps"."""

    node: str
    name: str

    def __str__(self) -> str:
        return f"{self.node}.{self.name}"


Inputs = dict[str, tuple[Slot, ...]]
"""The inputs that can take a field of a request, by the field; of a size, "width" and "height"."""


# ---- checks ------------------------------------------------------------------------------------------------------


def check(graph: object, name: str = "The workflow") -> Graph:
    """Return a graph in API form that makes a video; raises `InvalidRequest` with the node at fault."""
    if not isinstance(graph, dict) or not graph:
        raise _bad(f"{name} is not a workflow in API form: it has no nodes.", EXPORT)
    if isinstance(graph.get("nodes"), list):
        raise _bad(f"{name} is in the editor's form, which only the editor can run.", EXPORT)
    if len(graph) > MOST_NODES:
        raise _bad(f"{name} has {len(graph):,} nodes; at most {MOST_NODES:,} are sent.", "Choose a smaller one.")
    for node, content in graph.items():
        _check_node(graph, node, content, name)
    if not any(MAKES_VIDEO.search(node["class_type"]) for node in graph.values()):
        ends = ", ".join(_ends(graph)) or "no node"
        raise _bad(f"{name} makes no video: it ends in {ends}.", "End it in Save Video, and export it again.")
    return graph


EXPORT = "Export it from ComfyUI's menu with Export (API)."


def _check_node(graph: Graph, node: str, content: object, name: str) -> None:
    if not isinstance(content, dict) or not isinstance(content.get("class_type"), str) or not content["class_type"]:
        raise _bad(f"{name}: node {node} has no class_type.", EXPORT)
    inputs = content.get("inputs")
    if not isinstance(inputs, dict):
        raise _bad(f"{name}: node {_label(graph, node)} has no inputs.", EXPORT)
    for input_, value in inputs.items():
        if (origin := _link(value)) is not None and origin not in graph:
            words = (
                f"{name}: input {input_} of node {_label(graph, node)} comes from node {origin}, which is not there."
            )
            raise _bad(words, EXPORT)
        if CREDENTIAL.search(input_) and isinstance(value, str) and value:
            words = (
                f"{name}: input {input_} of node {_label(graph, node)} holds a credential, which would be written down."
            )
            raise _bad(words, "Take it out of the workflow, and give it to ComfyUI itself.")


def _ends(graph: Graph) -> list[str]:
    """Return the nodes whose outputs nobody uses."""
    used = {origin for node in graph.values() for value in node["inputs"].values() if (origin := _link(value))}
    return [_label(graph, node) for node in graph if node not in used][:5]


def _label(graph: Graph, node: str) -> str:
    """Return a node as people find it: its id, its class, and its title if it has one of its own."""
    kind, title = str(graph[node].get("class_type", "")), _title(graph[node])
    return f"{node} ({kind}{f', {title}' if title and title != kind else ''})"


def _title(node: Mapping[str, Any]) -> str:
    meta = node.get("_meta")
    title = meta.get("title") if isinstance(meta, dict) else None
    return title if isinstance(title, str) else ""


def _bad(words: str, step: str, field: str = "workflow") -> InvalidRequest:
    return InvalidRequest(words, next=step, field=field)


# ---- inputs ------------------------------------------------------------------------------------------------------


def find_inputs(graph: Graph) -> Inputs:
    """Return which inputs of a checked graph can take which fields of a request.

    More than one input of a field is filled alike, but for "prompt", "negative", "image" and "last_frame": more than one of
    those means that it is unclear which it is.
    """
    found = {**_texts(graph), **_numbers(graph), **_images(graph), **_titled(graph)}
    return {field: slots for field, slots in found.items() if slots}


def _titled(graph: Graph) -> Inputs:
    found: dict[str, list[Slot]] = {}
    for node, content in graph.items():
        field = TITLES.get(_title(content).strip().lower())
        slot = next((Slot(node, name) for name in VALUES if _holds(content["inputs"].get(name))), None)
        if field and slot:
            found.setdefault(field, []).append(slot)
    return {field: tuple(slots) for field, slots in found.items()}


def _holds(value: object) -> bool:
    """Return whether an input holds a value, and not a link or nothing."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _texts(graph: Graph) -> Inputs:
    """Find the prompts: by the links called positive and negative, else by being the only one there is."""
    wanted, avoided = _reached(graph, ("positive",)), _reached(graph, ("negative",))
    texts = [Slot(node, name) for node in graph for name in TEXTS if isinstance(_inputs(graph, node).get(name), str)]
    own = [Slot(node, name) for node in graph for name in NEGATIVES if isinstance(_inputs(graph, node).get(name), str)]
    negative = [slot for slot in avoided if slot not in wanted] + own
    rest = [slot for slot in texts if slot not in negative]
    return {"prompt": tuple(wanted or rest), "negative": tuple(negative)}


def _reached(graph: Graph, names: Sequence[str]) -> list[Slot]:
    """Return the texts that lead to inputs of these names, over any number of nodes between."""
    starts = [origin for node in graph.values() for name in names if (origin := _link(node["inputs"].get(name)))]
    found: dict[Slot, None] = {}
    seen: set[str] = set()
    while starts:
        node = starts.pop()
        if node in seen:
            continue
        seen.add(node)
        slots = [
            Slot(node, name) for name in (*TEXTS, "value", "string") if isinstance(_inputs(graph, node).get(name), str)
        ]
        found |= dict.fromkeys(slots[:1])
        starts += [] if slots else _behind(_inputs(graph, node), names)
    return list(found)


def _behind(inputs: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Return the nodes behind a node: those of the same name where it has both kinds, its text where that is a link, else all."""
    told = [*names] if {"positive", "negative"} & inputs.keys() else [one for one in TEXTS if _link(inputs.get(one))]
    return [origin for name in told or inputs if (origin := _link(inputs.get(name)))]


def _numbers(graph: Graph) -> Inputs:
    """Find seeds, sizes, lengths and rates: a size and a length are those of nodes that make room for a clip."""
    sized = [node for node in graph if {"width", "height"} <= _inputs(graph, node).keys()]
    rooms = [node for node in sized if {*LENGTHS, "batch_size"} & _inputs(graph, node).keys()]
    rated = [node for node in graph if not graph[node]["class_type"].startswith("SVD")]
    return {
        "seed": _resolved(graph, graph, SEEDS),
        "width": _resolved(graph, rooms, ("width",)),
        "height": _resolved(graph, rooms, ("height",)),
        "length": _resolved(graph, rooms, LENGTHS),
        "fps": _resolved(graph, rated, RATES),
    }


def _resolved(graph: Graph, nodes: Iterable[str], names: Sequence[str]) -> tuple[Slot, ...]:
    """Return where the numbers of these inputs stand, each once: in the node itself, or in one that it is linked to."""
    slots = (_origin(graph, Slot(node, name)) for node in nodes for name in names)
    return tuple(dict.fromkeys(slot for slot in slots if slot is not None))


def _origin(graph: Graph, slot: Slot) -> Slot | None:
    value = _inputs(graph, slot.node).get(slot.name)
    if (origin := _link(value)) is not None:
        slot, value = Slot(origin, "value"), _inputs(graph, origin).get("value")
    return slot if _holds(value) and not isinstance(value, str) else None


def _images(graph: Graph) -> Inputs:
    """Find the pictures: those that lead to an input for the last frame, and the others."""
    loaders = [Slot(node, "image") for node in graph if graph[node]["class_type"] == "LoadImage"]
    ends = {origin for node in graph.values() for name in ENDS if (origin := _link(node["inputs"].get(name)))}
    last = tuple(slot for slot in loaders if slot.node in ends)
    return {"image": tuple(slot for slot in loaders if slot not in last), "last_frame": last}


class Setting(NamedTuple):
    """An input that no field of a request fills: `set` changes it."""

    slot: Slot
    node: str
    """Its node's title, else the node's class."""
    value: str | float | bool


def list_settings(graph: Graph) -> list[Setting]:
    """Return the inputs of a checked graph that hold a value and that no field fills, those of samplers first; at most 100."""
    filled = {slot for slots in find_inputs(graph).values() for slot in slots}
    first = find_samplers(graph)
    found = [
        Setting(Slot(node, name), _title(graph[node]) or graph[node]["class_type"], value)
        for node in (*first, *(one for one in graph if one not in first))
        for name, value in _inputs(graph, node).items()
        if isinstance(value, str | int | float) and Slot(node, name) not in filled
    ]
    return found[:MOST_SETTINGS]


def find_samplers(graph: Graph) -> list[str]:
    """Return the nodes that denoise, step by step, in the order in which they run: what a job spends its time on."""
    found = [node for node, content in graph.items() if _samples(content)]
    return sorted(found, key=lambda node: len(_before(graph, node) & set(found)))


def _samples(node: Mapping[str, Any]) -> bool:
    """Tell a node that samples from those that choose a sampler for it, such as KSamplerSelect."""
    return "Sampler" in node["class_type"] and bool({"latent_image", "steps"} & node["inputs"].keys())


def _before(graph: Graph, node: str) -> set[str]:
    """Return the nodes that a node needs."""
    seen: set[str] = set()
    left = [node]
    while left:
        origins = {origin for value in _inputs(graph, left.pop()).values() if (origin := _link(value))}
        left += origins - seen
        seen |= origins
    return seen


def _inputs(graph: Graph, node: str) -> dict[str, Any]:
    found: dict[str, Any] = graph[node]["inputs"]
    return found


def _link(value: object) -> str | None:
    """Return the node that a link comes from; None for a value."""
    two = 2
    linked = isinstance(value, list) and len(value) == two and isinstance(value[1], int)
    return str(value[0]) if linked and isinstance(value, list) else None


# ---- filling -----------------------------------------------------------------------------------------------------


def fill(graph: Graph, request: GenerationRequest) -> Graph:
    """Return a graph with a request in it; raises `InvalidRequest` for what has no place there.

    `extra` holds further inputs as "12.steps", each by its node and name. What is not given stays as it is in the workflow.
    """
    inputs = find_inputs(check(graph))
    filled = {node: {**content, "inputs": dict(content["inputs"])} for node, content in graph.items()}
    for field, value in _values(graph, request, inputs):
        for slot in _slots(graph, inputs, field):
            filled[slot.node]["inputs"][slot.name] = value
    for name, value in request.extra.items():
        slot = _named(graph, name)
        filled[slot.node]["inputs"][slot.name] = value
    return check(filled)


def _values(graph: Graph, request: GenerationRequest, inputs: Inputs) -> Iterator[tuple[str, Any]]:
    """Return the values that a request gives, by the names of `Inputs`; what a workflow has no input for was warned of."""
    if request.prompt.strip():
        yield "prompt", request.prompt
    for field in ("negative", "seed", "fps"):
        if (value := getattr(request, field)) is not None and field in inputs:
            yield field, value
    if request.size is not None and "width" in inputs:
        yield from zip(("width", "height"), pixels(request.size), strict=True)
    if request.duration is not None and "length" in inputs:
        yield "length", frames(graph, inputs, request.duration, request.fps)
    for field in ("image", "last_frame"):
        if (medium := getattr(request, field)) is not None and field in inputs:
            yield field, reference(medium)


def reference(medium: Media) -> dict[str, Any]:
    """Return what stands for a picture in a workflow: an asset that was uploaded (`AssetReference` in the API's schema).

    A picture that was not uploaded yet has no id; a server refuses it.
    """
    return {"__type": "core/ASSET", "info": {"id": medium.url or "", "file_path": medium.name}}


def frames(graph: Graph, inputs: Inputs, duration: float, fps: float | None = None) -> int:
    """Return the number of frames of a clip of so many seconds that the model makes, the nearest there is."""
    kind = graph[inputs["length"][0].node]["class_type"]
    step = next((step for part, step in STEPS.items() if part in kind), STEP)
    asked = duration * (fps or rate(graph, inputs) or 0)
    return max(1, round(asked)) if step == 1 else max(1, round(asked / step) * step + 1)


def rate(graph: Graph, inputs: Inputs) -> float | None:
    """Return the frames per second of a workflow's clip, where it says so."""
    slots = inputs.get("fps", ())
    return float(_inputs(graph, slots[0].node)[slots[0].name]) if slots else None


def _slots(graph: Graph, inputs: Inputs, field: str) -> tuple[Slot, ...]:
    """Return the inputs for a field; raises `InvalidRequest` where there is none, or where it is unclear which it is."""
    slots, title = inputs.get(field, ()), field.replace("image", "start image").replace("_", " ").capitalize()
    if not slots:
        raise _bad(
            f"The workflow has no input for the {field}.", f'Title its node "{title}", and export it again.', field
        )
    if len(slots) > 1 and field in {"prompt", "negative", "image", "last_frame"}:
        nodes = ", ".join(_label(graph, slot.node) for slot in slots)
        words = f"The workflow has {len(slots)} inputs that may be the {field}: {nodes}."
        raise _bad(words, f'Title the right node "{title}", and export it again.', field)
    return slots


def _named(graph: Graph, name: str) -> Slot:
    """Return the input that a name such as "12.steps" stands for; raises `InvalidRequest`."""
    node, _, input_ = name.partition(".")
    if node not in graph:
        known = [f"{one}.{input_}" for one in list(graph)[:MOST_NAMED]]
        raise _bad(
            f"The workflow has no node {node[:80]}, which {name[:80]} names.", did_you_mean(name, known), "extra"
        )
    if input_ not in _inputs(graph, node):
        known = [f"{node}.{one}" for one in _inputs(graph, node)]
        raise _bad(f"Node {_label(graph, node)} has no input {input_[:80]}.", did_you_mean(name, known), "extra")
    return Slot(node, input_)
