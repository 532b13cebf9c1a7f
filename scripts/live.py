"""Build the live page: the page's own bundle on a stand-in kernel, with prepared clips, for the site of the documentation.

`python scripts/live.py FOLDER` writes it into a folder; `--draw` first draws the clips anew into `docs/live`, with the local
engine. Everything comes as scripts, since a page that is opened from a disk may load nothing else.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.api.tables.leaderboard import Leaderboard
from jupyter_videogen.catalog import builtin
from jupyter_videogen.core.errors import ContentPolicyError
from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.core.leaderboard import Contestant, evaluate
from jupyter_videogen.core.prices import FREE
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.core.votes import CHOICES, Entry, Pool, VoteRow
from jupyter_videogen.gateway.engine.prompt import parser
from jupyter_videogen.gateway.engine.prompt.vocabulary import EXAMPLES, SCENES
from jupyter_videogen.widget.protocol import (
    ClipView,
    LeaderboardView,
    ProviderView,
    RequestView,
)
from jupyter_videogen.widget.views import FormSurroundings, error_view, form_view, job_view
from jupyter_videogen.widget.visitors import visitor_form, visitor_job
from jupyter_videogen.widget.vote_widget import leaderboard_view

if TYPE_CHECKING:
    from jupyter_videogen.catalog.capabilities import Capabilities

ROOT = Path(__file__).parent.parent
CLIPS = ROOT / "docs" / "live"
STATIC = ROOT / "src" / "jupyter_videogen" / "static"
MODULES = ("parts", "grid", "vote")
STYLES = {"local/scenes": "", "local/ink": "ink", "local/grain": "grain"}
TOOK = {"local/scenes": 1.6, "local/ink": 2.1, "local/grain": 1.8}
"""Seconds that the engine takes for such a clip in each style, as measured on two cores."""
SHOWN = {*STYLES} - {"local/ink", "local/grain"} | {"test/refused", "test/slow"}
"""Models of the form: every scene is prepared in one style, and one model refuses."""
STYLED = ("aurora", "forest", "desert")
"""Scenes that are prepared in every style, to be compared."""
WIDTH, HEIGHT, SECONDS, FPS, KILOBITS = 480, 270, 3.0, 24, 160
OPENING = "A paper boat crossing a neon-lit puddle"
TITLE = "Rehearsal"


class Film(NamedTuple):
    """One prepared clip: its name, its prompt and the engine's style."""

    name: str
    prompt: str
    style: str


def list_films() -> list[Film]:
    """Return all prepared clips; the opening prompt is what the city's shows."""
    prompts = {scene: example for scene, (_, example) in EXAMPLES.items()} | {"city": OPENING}
    plain = [Film(scene, prompt, "") for scene, prompt in prompts.items()]
    styled = [Film(f"{scene}-{style}", prompts[scene], style) for scene in STYLED for style in STYLES.values() if style]
    return plain + styled


def draw() -> None:
    """Draw every clip and its still; two minutes."""
    from jupyter_videogen.gateway.engine import Shot, render  # noqa: PLC0415 - only where the engine is installed
    from jupyter_videogen.gateway.engine.output.poster import poster  # noqa: PLC0415

    CLIPS.mkdir(parents=True, exist_ok=True)
    for film in list_films():
        path = CLIPS / f"{film.name}.mp4"
        shot = Shot(film.prompt, WIDTH, HEIGHT, SECONDS, FPS, seed=4, style=film.style, kilobits=KILOBITS)
        render(shot, path, progress=lambda _: None, cancelled=lambda: False)
        path.with_suffix(".jpg").write_bytes(poster(path))


def clip_facts(film: Film) -> dict[str, Any]:
    """Return a clip as the page is told of it, without its path."""
    size = (CLIPS / f"{film.name}.mp4").stat().st_size
    view = ClipView(src="", bytes=size, seconds=SECONDS, width=WIDTH, height=HEIGHT, poster=True)
    return {name: value for name, value in msgspec.to_builtins(view).items() if name != "src"}


def vocabulary() -> dict[str, Any]:
    """Return the engine's words, as `parser` weighs them."""
    return {
        "scenes": parser.weights(),
        "order": list(SCENES),
        "others": sorted(parser.KNOWN - parser.SCENE_WORDS.keys()),
        "subject": parser.SUBJECT,
        "fallback": parser.FALLBACK,
        "examples": EXAMPLES,
    }


def _rehearsed(model: Capabilities) -> Capabilities:
    """Return a model of the engine with what the prepared clips have to offer."""
    return msgspec.structs.replace(
        model,
        takes=frozenset({"duration", "size", "seed", "negative"}),
        durations=(int(SECONDS),),
        default_duration=int(SECONDS),
        sizes=(f"{WIDTH}x{HEIGHT}",),
        frame=None,
        default_size=f"{WIDTH}x{HEIGHT}",
    )


def views() -> dict[str, Any]:
    """Return the form, a draft and a refusal as the real widget tells its visitors."""
    models = tuple(_rehearsed(model) for model in builtin.LOCAL.models if model.model in SHOWN)
    provider = msgspec.structs.replace(builtin.LOCAL, label=TITLE, models=models)
    start = RequestView(prompt=OPENING, model=models[0].model)
    here = ProviderView(name=provider.name, label=TITLE, simulated=True, key="", ready=True, asks="")
    form = form_view(provider, start, FormSurroundings(providers=(here,), price=lambda _: FREE, tests=True))
    record = JobRecord(
        id="",
        state="draft",
        request=GenerationRequest(prompt="", duration=int(SECONDS), size=f"{WIDTH}x{HEIGHT}"),
        provider=provider.name,
        base_url="",
        key_env=None,
        model=models[0].model,
        path="",
        fingerprint="",
        take=0,
        idempotency_key="",
        created_at=0.0,
        cost=0.0,
    )
    refusal = ContentPolicyError("Content policy violation in prompt.", sent="yes", charged="no")
    return {
        "form": msgspec.to_builtins(visitor_form(form)),
        "draft": visitor_job(job_view(record, provider, folder=ROOT)),
        "refusal": msgspec.to_builtins(error_view(refusal.failure)),
    }


def pairs() -> list[dict[str, str]]:
    """Return the pairs of the vote: each scene in two styles, each two styles once."""
    models = [*STYLES]
    return [
        {"scene": scene, "left": models[at], "right": models[(at + 1) % len(models)]} for at, scene in enumerate(STYLED)
    ]


def leaderboards() -> dict[str, Any]:
    """Return what every possible course of the vote comes to, by its choices: the kernel's own words and figures."""
    courses = (course for count in range(len(STYLED) + 1) for course in product(CHOICES, repeat=count))
    return {",".join(course): msgspec.to_builtins(leaderboard(course)) for course in courses}


def leaderboard(course: tuple[str, ...]) -> LeaderboardView:
    """Return what some votes come to."""
    models = [*STYLES]
    entries = [
        Entry(f"{pair['scene']}/{models.index(pair[side])}", models.index(pair[side]), group)
        for group, pair in enumerate(pairs())
        for side in ("left", "right")
    ]
    rows = [
        VoteRow(at + 1, "you", choice, 0.0, entries[2 * at].clip, entries[2 * at + 1].clip)  # type: ignore[arg-type]
        for at, choice in enumerate(course)
    ]
    contestants = [Contestant(model, seconds=(TOOK[model],), costs=(0.0,)) for model in models]
    result = evaluate(Pool(entries), contestants, [*rows, VoteRow(99, "you", "finish", 0.0)], by="model", min_votes=1)
    return leaderboard_view(Leaderboard("", result))


def data() -> dict[str, Any]:
    """Return all that the stand-in kernel knows."""
    contestants = [{"model": model, "seconds": seconds} for model, seconds in TOOK.items()]
    films = {film.name: clip_facts(film) for film in list_films()}
    return {"vocabulary": vocabulary(), **views(), "clips": films, "pairs": pairs(), "contestants": contestants}


def pack(folder: Path, name: str, text: str) -> None:
    """Write a text as a script that hands it over."""
    (folder / f"{name}.js").write_text(f"videogenLive({json.dumps(name)},{json.dumps(text)});\n", "utf-8")


def write_packs(folder: Path) -> None:
    """Write the bundle, as it is built, and the clips."""
    for name in ("widget", *MODULES):
        pack(folder, name, (STATIC / f"{name}.js").read_text("utf-8"))
    pack(folder, "style", (STATIC / "widget.css").read_text("utf-8"))
    pack(folder, "leaderboards", json.dumps(leaderboards()))
    for film in list_films():
        path = CLIPS / f"{film.name}.mp4"
        parts = (path, path.with_suffix(".jpg"))
        pack(folder, f"clip-{film.name}", " ".join(base64.b64encode(part.read_bytes()).decode() for part in parts))


def npm(*arguments: str) -> None:
    """Run a script of the page."""
    subprocess.run([sys.executable, "scripts/bundle.py", "run", "--silent", *arguments], cwd=ROOT, check=True)


def build_states(folder: Path) -> None:
    """Write the page of all states into a folder: the gallery that the tests look at, with one of the prepared clips."""
    with tempfile.TemporaryDirectory() as scratch:
        npm("gallery", "--", scratch)
        for name in ("gallery.js", "gallery.css"):
            shutil.copyfile(Path(scratch) / name, folder / name)
    shutil.copyfile(ROOT / "js" / "live" / "states.html", folder / "states.html")


def build(folder: Path) -> None:
    """Write the live page's scripts into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_packs(folder)
    with tempfile.TemporaryDirectory() as scratch:
        facts = Path(scratch) / "data.json"
        facts.write_text(json.dumps(data()), "utf-8")
        npm("live", "--", str(facts), str(folder.resolve()))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if "--draw" in arguments:
        arguments.remove("--draw")
        draw()
    for target in arguments:
        build(Path(target))
