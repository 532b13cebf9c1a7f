"""vLLM-Omni and SGLang: their own fields, media by the order of their parts, a delete that cancels, a list without prompts."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin, validation
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.http import Lost, Upload
from jupyter_videogen.core.job import CancelResult
from jupyter_videogen.core.prices import FREE, Price
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.base import Call, StatusUpdate
from jupyter_videogen.dialects.sglang import SGLang
from jupyter_videogen.dialects.vllm_omni import VllmOmni
from support.fakes import MP4
from support.runner_bench import said
from support.scripted_provider import KEY, Asked, Shop, answer, open_shop
from support.speeches import HANDLE, reply
from support.whole_jobs import CREATED, bench

if TYPE_CHECKING:
    from jupyter_videogen.dialects.openai import OpenAI

PATIENCE = 30.0
"""Seconds for anything to happen; only ever reached by a failure."""
BOTH = (VllmOmni(), SGLang())


def picture(name: str) -> Media:
    return Media(kind="image", content_type="image/png", path=f"/p/{name}.png", sha256="0", width=1, height=1)


def part(medium: Media) -> Upload:
    return Upload(str(medium.path), medium.name, medium.content_type)


FIRST, LAST, OTHER = picture("first"), picture("last"), picture("other")
FILM = Media(kind="video", content_type="video/mp4", path="/p/a.mp4", sha256="0")
SONG = Media(kind="audio", content_type="audio/wav", path="/p/a.wav", sha256="0")
LINK = Media(kind="audio", url="https://host.example/a.wav")


def form(dialect: OpenAI, **fields: Any) -> dict[str, Any]:
    call = dialect.create(GenerationRequest(prompt="x", model="m", **fields))
    assert (call.method, call.url, call.json) == ("POST", "/videos", None)
    assert call.form is not None
    return {name: value for name, value in call.form.items() if name not in {"prompt", "model"}}


# ---- creates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", BOTH, ids=lambda dialect: type(dialect).__name__)
def test_what_both_call_the_same(dialect: OpenAI) -> None:
    """Diffusion's own settings under its usual names, and the user's words for the rest."""
    settings = {
        "duration": 5,
        "size": "832x480",
        "fps": 16,
        "seed": 7,
        "negative": "blur",
        "steps": 30,
        "guidance": 5.5,
    }
    assert form(dialect, **settings, extra={"flow_shift": 3}) == {
        "seconds": "5",
        "size": "832x480",
        "fps": "16",
        "seed": "7",
        "negative_prompt": "blur",
        "num_inference_steps": "30",
        "guidance_scale": "5.5",
        "flow_shift": "3",
    }


def test_what_only_one_of_them_has() -> None:
    """Sound and an adapter there, several clips and an enhanced prompt here."""
    theirs = form(VllmOmni(), sound=True, lora="/models/lora/ink")
    assert theirs.pop("generate_sound") == "true"
    assert json.loads(theirs.pop("lora")) == {"name": "ink", "path": "/models/lora/ink"}
    assert theirs == {}
    assert form(SGLang(), n=2, enhance=True) == {"n": "2", "enhance_prompt": "true"}


def test_an_adapter_with_a_scale_is_the_users_own_word() -> None:
    """`extra` goes before; an object is JSON in a form."""
    lora = {"name": "ink", "path": "/l", "scale": 0.5}
    assert json.loads(form(VllmOmni(), lora="/x", extra={"lora": lora})["lora"]) == lora


@pytest.mark.parametrize(
    ("media", "parts"),
    [
        ({"image": FIRST}, {"input_reference": part(FIRST)}),
        ({"video": FILM}, {"input_reference": part(FILM)}),
        ({"references": (OTHER,)}, {"input_reference": part(OTHER)}),
        ({"image": FIRST, "last_frame": LAST}, {"input_references": (part(FIRST), part(LAST))}),
        ({"references": (FIRST, OTHER), "video": FILM}, {"input_references": (part(FIRST), part(OTHER), part(FILM))}),
        ({"audio": SONG}, {"input_references": (part(SONG),)}),
        ({"image": FIRST, "audio": SONG}, {"input_references": (part(FIRST), part(SONG))}),
        (
            {"image": FIRST, "audio": LINK},
            {"input_references": (part(FIRST),), "audio_reference": '{"audio_url": "https://host.example/a.wav"}'},
        ),
    ],
)  # fmt: skip
def test_media_are_parts_in_their_order(media: dict[str, Any], parts: dict[str, Any]) -> None:
    """One as every model takes it, several as MiniMax H3 does."""
    assert form(VllmOmni(), **media) == parts


@pytest.mark.parametrize(
    ("media", "field"),
    [({"last_frame": LAST}, "last_frame"), ({"image": FIRST, "references": (OTHER,)}, "references")],
)
def test_pictures_whose_roles_are_lost_are_refused(media: dict[str, Any], field: str) -> None:
    """Before anything is sent."""
    with pytest.raises(InvalidRequest) as caught:
        form(VllmOmni(), **media)
    assert (caught.value.field, caught.value.sent, caught.value.charged) == (field, "no", "no")


def test_a_picture_and_a_video_for_sglang() -> None:
    """Each under its own name."""
    parts = {"input_reference": part(FIRST), "video_reference": part(FILM)}
    assert form(SGLang(), image=FIRST, video=FILM) == parts


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("sglang", "sound", True),
        ("sglang", "last_frame", LAST),
        ("sglang", "lora", "/l"),
        ("vllm-omni", "n", 2),
        ("aihubmix", "steps", 30),
    ],
    ids=["sound", "last_frame", "lora", "n", "steps"],
)
def test_what_a_server_does_not_take_is_a_warning(name: str, field: str, value: Any) -> None:
    """vLLM-Omni makes several clips of one request and keeps the first: it is not asked for them."""
    request = GenerationRequest(prompt="x", model="m", **{field: value})
    assert field in validation.validate(request, builtin.BUILT_IN[name]).warnings[0]


@pytest.mark.parametrize(("field", "value"), [("steps", 0), ("guidance", -1.0), ("guidance", float("nan"))])
def test_numbers_that_no_server_takes_are_refused(field: str, value: float) -> None:
    """With the field."""
    with pytest.raises(InvalidRequest, match=f"{field} must be") as caught:
        validation.validate(GenerationRequest(prompt="x", model="m", **{field: value}), builtin.SGLANG)
    assert caught.value.field == field


# ---- looks ------------------------------------------------------------------------------------------------------


def test_what_a_look_says() -> None:
    """vLLM-Omni's 0 is no progress; SGLang tells the prompt that it made up."""
    going = reply({"id": "j1", "status": "in_progress", "progress": 0})
    assert VllmOmni().read_look(going, HANDLE) == StatusUpdate("running")
    assert SGLang().read_look(going, HANDLE) == StatusUpdate("running", progress=0)
    enhanced = reply({"id": "j1", "status": "queued", "revised_prompt": "a red kite"})
    assert SGLang().read_look(enhanced, HANDLE).notes == ("Made from the enhanced prompt: a red kite",)


# ---- cancelling -------------------------------------------------------------------------------------------------


class Desk(Shop):
    """vLLM-Omni, whose delete ends a job; afterwards a look has nothing, or the clip where the delete was refused."""

    def __init__(self, verdict: bytes, *, gone: bool) -> None:
        self.decided = threading.Event()
        super().__init__("vllm_omni", look=lambda _asked: self._now(gone=gone))
        self._verdict = verdict

    def __call__(self, asked: Asked) -> bytes | None:
        if asked.method != "DELETE":
            return super().__call__(asked)
        self.decided.set()
        return self._verdict

    def _now(self, *, gone: bool) -> bytes:
        if not self.decided.is_set():
            return answer({**CREATED, "status": "in_progress", "progress": 0})
        return answer({"detail": "Video not found"}, 404) if gone else answer(self.done)


def started(host: Any) -> vg.Job:
    event = threading.Event()
    job = vg.Client("vllm-omni", base_url=host.url, api_key=KEY).submit("a kite", model="m")
    job.subscribe(lambda record: event.set() if record.handle else None)
    assert job.record.handle or event.wait(PATIENCE)
    return job


def test_a_delete_cancels() -> None:
    """Once, and the job has ended as cancelled whatever a look says then."""
    done = {"id": "j1", "object": "video.deleted", "deleted": True}
    with open_shop(Desk(answer(done), gone=True)) as host:
        job = started(host)
        assert job.cancel() == CancelResult(cancelled=True, reason="Cancelled at vLLM-Omni.")
        with pytest.raises(vg.VideogenError) as caught:
            job.result(PATIENCE)
    assert caught.value.failure.code == "cancelled"
    assert [one.target for one in host.asked if one.method == "DELETE"] == ["/v1/videos/j1"]


def test_a_cancellation_that_is_refused_leaves_the_job_as_it_is() -> None:
    """In the server's words, and the clip arrives."""
    words = "Cancellation in progress. Please try again later."
    with open_shop(Desk(answer({"detail": words}, 409), gone=False)) as host:
        job = started(host)
        told = f"vLLM-Omni did not cancel it: {words} It continues, and nothing is charged."
        assert job.cancel() == CancelResult(cancelled=False, reason=told)
        assert Path(job.result(PATIENCE).path).read_bytes() == MP4


def test_a_delete_is_one_segment() -> None:
    """As every other id."""
    assert VllmOmni().cancel({"id": "a/b"}) == Call("DELETE", "/videos/a%2Fb")


# ---- a lost answer ----------------------------------------------------------------------------------------------


def test_a_lost_answer_is_not_looked_for_where_rows_have_no_prompt(tmp_path: Path) -> None:
    """Told at once; the list is not asked, for it could only show anybody's job."""

    def lose(call: Call) -> Any:
        if call.method == "POST":
            raise Lost("ReadError")
        return said({"data": [{"id": "j1", "status": "queued", "created_at": 1}]})

    one = bench(tmp_path, builtin.SGLANG, lose)
    job = one.run()
    assert (job.state, one.transport.posts, len(one.transport.calls)) == ("unknown_outcome", 1, 1)
    assert job.failure is not None
    assert (job.failure.sent, job.failure.charged) == ("yes", "unknown")


# ---- the bill ---------------------------------------------------------------------------------------------------

FAILED = said({**CREATED, "status": "failed", "error": {"message": "out of memory"}})


@pytest.mark.parametrize("row", [builtin.VLLM_OMNI, builtin.SGLANG], ids=lambda row: row.name)
def test_only_a_server_on_this_machine_free(row: Any, tmp_path: Path) -> None:
    """Elsewhere it may be anybody's, who may charge."""
    rented = msgspec.structs.replace(row, base_url="https://gpu.example/v1")
    config = load_config()
    price = config.price_of(row, "m")
    assert price is not None
    assert (row.free, price.per_clip, config.price_of(rented, "m")) == (True, 0.0, None)
    for one, charged in ((row, "no"), (rented, "unknown")):
        job = bench(tmp_path / charged, one, lambda call: said(CREATED) if call.method == "POST" else FAILED).run()
        assert job.failure == Failure(code="provider", message="out of memory", sent="yes", charged=charged)


def test_a_project_cannot_make_a_paid_server_free(home: Path) -> None:
    """A gateway to paid services may listen on this machine; only the user's own file may call it a server of one's own."""
    rows = '[providers.lab]\ndialect = "sglang"\nbase_url = "http://localhost:4000/v1"\n'
    rows += '[providers.vllm-omni]\nbase_url = "http://localhost:4000/v1"\n'
    Path("videogen.toml").write_text(rows)
    config = load_config()
    assert [config.price_of(config.registry.find(name), "m") for name in ("lab", "vllm-omni")] == [None, None]
    Path("videogen.toml").unlink()
    home.mkdir(exist_ok=True)
    (home / "videogen.toml").write_text(rows)
    assert load_config().registry.find("lab").free


@pytest.mark.parametrize(
    "url", ["http://localhost.example/v1", "http://u@localhost/v1", "http://10.0.0.1/v1", "http://[", "local:"]
)
def test_what_is_not_this_machine(url: str) -> None:
    """By the name alone."""
    assert not msgspec.structs.replace(builtin.SGLANG, base_url=url).free


def test_a_price_of_ones_own_is_a_price_here_too(home: Path) -> None:
    """Somebody who rents the GPU, or pays for its power, writes it down; a project's file may say more, never less."""
    home.mkdir()
    (home / "videogen.toml").write_text('[prices."vllm-omni:m"]\nper_second = 0.02\n')
    row = builtin.BUILT_IN["vllm-omni"]
    assert load_config().price_of(row, "m") == Price(per_second=0.02)
    assert vg.estimate("a kite", provider="vllm-omni", model="m", duration=5).cost == pytest.approx(0.10)
    Path("videogen.toml").write_text('[prices."vllm-omni:m"]\nper_second = 0.01\n')
    assert load_config().price_of(row, "m") == Price(per_second=0.02)
    (home / "videogen.toml").write_text("")
    Path("videogen.toml").write_text('[prices."vllm-omni:m"]\nper_clip = 0\n')
    assert load_config().price_of(row, "m") == FREE
    (home / "videogen.toml").write_text('[prices."local:local/scenes"]\nper_clip = 1\n')
    assert load_config().price_of(builtin.LOCAL, "local/scenes") == FREE
