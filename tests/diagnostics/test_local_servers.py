"""Servers of one's own on this machine: recognised by what they answer, asked only when that is wished, never a stranger's."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from diagnostics.test_doctor import place
from jupyter_videogen.catalog import builtin
from jupyter_videogen.core import command_names
from jupyter_videogen.core.http import Reply
from jupyter_videogen.diagnostics import local_servers, probe
from jupyter_videogen.diagnostics.local_servers import PLACES, Place, Server, check_local_servers, recognize
from jupyter_videogen.diagnostics.probe import Answer, Question
from support.ipython_shell import Shell
from support.scripted_provider import Host, answer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jupyter_videogen.diagnostics.report import Finding

WAN = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
PERMISSION = {"id": "modelperm-1", "object": "model_permission", "allow_view": True}
VLLM = {"id": WAN, "object": "model", "created": 1, "owned_by": "vllm", "root": WAN, "parent": None}
DIFFUSION = {**VLLM, "max_model_len": None, "permission": [PERMISSION]}
SGL = {"id": WAN, "object": "model", "created": 1, "owned_by": "sglang", "root": WAN, "max_model_len": None}
VIDEO = {**SGL, "num_gpus": 1, "task_type": "TI2V", "supported_task_types": ["TI2V"], "dit_precision": "bf16"}
BIFROST = {"data": [{"id": "openai/sora-2"}], "extra_fields": {"request_type": "list_models", "latency": 3}}
COMFY = {"status": "healthy", "upstream": "http://127.0.0.1:8188"}


def models(*cards: dict[str, Any]) -> dict[str, Any]:
    return {"object": "list", "data": list(cards)}


def reply(body: object, status: int = 200) -> Reply:
    return Reply(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "server"),
    [
        (models(DIFFUSION), Server("vLLM-Omni", "vllm-omni", (WAN,))),
        (models({**DIFFUSION, "max_model_len": 4096}), Server("vLLM", "vllm-omni", (WAN,), obstacle="it serves a language model")),
        (models(VIDEO), Server("SGLang", "sglang", (WAN,))),
        (models({**VIDEO, "task_type": "T2I", "supported_task_types": ["T2I", "I2V"]}), Server("SGLang", "sglang", (WAN,))),
        (models({**VIDEO, "task_type": "T2I", "supported_task_types": ["T2I"]}), Server("SGLang", "sglang", (WAN,), obstacle="its model makes no videos")),
        (models({**SGL, "max_model_len": 8192}), Server("SGLang", "sglang", (WAN,), obstacle="its model makes no videos")),
        (COMFY, Server("comfy-api-proxy", "comfyui", example="comfyui/NAME")),
        ("I'm alive!", Server("LiteLLM", "openai", key_env="LITELLM_API_KEY")),
        (BIFROST, Server("Bifrost", "bifrost")),
        ({"is_bifrost_error": True, "status_code": 401, "error": {"message": "virtual key is required"}}, Server("Bifrost", "bifrost")),
    ],
)  # fmt: skip
def test_a_server_is_recognised_by_its_reply(body: object, server: Server) -> None:
    """Whatever its port is, and whether its model makes videos."""
    assert recognize(reply(body)) == server


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>My app</title>",
        b"",
        b"\xff\xfe",
        b"[" * 5000,
        {},
        [],
        None,
        "It works!",
        {"status": "ok"},
        {"status": "healthy"},
        models(),
        models({"id": "gpt-4", "owned_by": "openai"}),
        models(DIFFUSION, {"id": "gpt-4", "owned_by": "openai"}),
        models({**VLLM, "max_model_len": None}),
        {"data": "vllm"},
        {"data": [None]},
        {"data": [{**VIDEO, "supported_task_types": 7}]},
        {"extra_fields": None},
    ],
    ids=repr,
)
def test_a_strangers_server_is_none_of_ours(body: object) -> None:
    """A page, another list of models, half a card, no JSON: nothing is guessed."""
    assert recognize(reply(body)) is None


@pytest.mark.parametrize("name", ["--yes", "a b", "$(rm)", "x\n%%bash", "\u202emodel", "x" * 200, ""])
def test_a_name_that_is_no_name_is_not_put_into_a_line(name: str) -> None:
    """It comes from a server that may be anybody's."""
    found = recognize(reply(models({**DIFFUSION, "id": name})))
    assert found is not None
    assert found.models == ()


# ---- asking -----------------------------------------------------------------------------------------------------


class Machine:
    """A machine on whose ports these things answer."""

    def __init__(self, replies: dict[int, Reply]) -> None:
        self.replies, self.asked = replies, list[Question]()

    def __call__(self, questions: Sequence[Question], _limit: float) -> list[Answer]:
        self.asked += questions
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> Answer:
        found = self.replies.get(int(question.base_url.rpartition(":")[2]))
        return Answer(trouble="refused") if found is None else Answer(found.status, reply=found)


def findings(home: Path, replies: dict[int, Reply], **changes: Any) -> dict[str, Finding]:
    here = place(home, **{"ask": Machine(replies), **changes})
    return {finding.name: finding for finding in check_local_servers(here)}


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines as they are typed in a notebook."""
    monkeypatch.setattr(command_names, "has_magic", lambda: True)


@pytest.mark.usefixtures("typed")
def test_each_server_comes_with_the_line_that_uses_it(home: Path) -> None:
    """And what is not there is told in one line."""
    found = findings(
        home,
        {8000: reply(models(DIFFUSION)), 30000: reply(models(VIDEO)), 4000: reply("I'm alive!"), 8080: reply(BIFROST)},
    )
    assert {name: (one.state, one.next) for name, one in found.items()} == {
        "vLLM-Omni": ("ok", f"Use it: %%videogen --provider vllm-omni --model {WAN}"),
        "SGLang": ("ok", f"Use it: %%videogen --provider sglang --model {WAN}"),
        "LiteLLM": (
            "ok",
            "Use it: %%videogen --provider openai --base-url http://127.0.0.1:4000/v1 --key-env LITELLM_API_KEY --model MODEL",
        ),
        "Bifrost": ("ok", "Use it: %%videogen --provider bifrost --model MODEL"),
        "Local servers": ("ok", ""),
    }
    assert found["vLLM-Omni"].words == f"found at http://127.0.0.1:8000, serves {WAN}"
    assert found["Local servers"].words == "nothing at 8189 (comfy-api-proxy)"


@pytest.mark.usefixtures("typed")
def test_a_server_at_anothers_port_is_used_there(home: Path) -> None:
    """With its address."""
    found = findings(home, {8000: reply(models(VIDEO))})
    assert found["SGLang"].next == (
        f"Use it: %%videogen --provider sglang --base-url http://127.0.0.1:8000/v1 --model {WAN}"
    )


def test_in_a_terminal_the_line_is_a_command(home: Path) -> None:
    """Where there is no magic."""
    found = findings(home, {30000: reply(models(VIDEO))})
    assert found["SGLang"].next == f"Use it: jupyter videogen generate 'a kite' --provider sglang --model {WAN}"


def test_a_stranger_is_told_to_be_one(home: Path) -> None:
    """A web page, a server that wants a key, a language model: each is a note, none is offered as ours."""
    found = findings(
        home,
        {
            8080: reply(b"<h1>Tomcat</h1>"),
            4000: reply({"error": "no"}, 401),
            8000: reply(models({**DIFFUSION, "max_model_len": 4096})),
        },
    )
    words = {name: (one.state, one.words) for name, one in found.items()}
    stranger = "a server answers (HTTP 200), but it is none of those we know: not Bifrost"
    assert words["Port 8080"] == ("note", stranger)
    assert found["Port 8080"].next == ""
    assert "wants a key" in words["Port 4000"][1]
    assert words["vLLM"][1].endswith("; it serves a language model")
    assert found["vLLM"].next == ""


def test_each_port_is_asked_once_without_a_key_at_this_machine(home: Path) -> None:
    """GET, loopback, nothing else."""
    machine = Machine({})
    list(check_local_servers(place(home, ask=machine)))
    assert len(machine.asked) == len(PLACES) == 5
    for question in machine.asked:
        assert (question.call.method, question.call.stays) == ("GET", True)
        assert question.call.headers == {}
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", question.base_url)


@pytest.mark.parametrize(
    ("changes", "words"), [({"is_shared": True}, "others share"), ({"ask": None}, "network is off")]
)
def test_nobody_is_asked_on_a_shared_machine(home: Path, changes: dict[str, Any], words: str) -> None:
    """Binder and hubs: what listens there may be another's."""
    machine = Machine({8000: reply(models(DIFFUSION))})
    found = list(check_local_servers(place(home, **{"ask": machine, **changes})))
    assert [(one.name, one.state) for one in found] == [("Local servers", "note")]
    assert words in found[0].words
    assert machine.asked == []


def test_it_is_asked_only_when_that_is_wished(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name, from Python, a notebook and a terminal."""
    machine = Machine({})
    monkeypatch.setattr(probe, "ask_all", machine)

    def ports() -> int:
        asked = sum(question.base_url.startswith("http://127.0.0.1:") for question in machine.asked)
        machine.asked.clear()
        return asked

    vg.doctor()
    assert ports() == 0
    vg.doctor(local=True)
    assert ports() == len(PLACES)
    vg.doctor(local=True, network=False)
    assert ports() == 0
    with Shell() as shell:
        assert shell.run("%videogen doctor --local").error is None
    assert ports() == len(PLACES)
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    vg.doctor(local=True)
    assert ports() == 0


# ---- over a socket ----------------------------------------------------------------------------------------------


def test_a_real_server_is_found_and_a_redirect_is_not_followed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the HTTP library: the body is read, and nobody sends the question on."""
    with Host(lambda _asked: answer(models(DIFFUSION))) as mine, Host(lambda _asked: answer({})) as elsewhere:
        location = f"{elsewhere.origin}/v1/models"
        with Host(lambda _asked: answer(b"", 302, location=location)) as stranger:
            usual = (
                Place(mine.server_port, "vLLM-Omni", "/v1/models"),
                Place(stranger.server_port, "SGLang", "/v1/models"),
            )
            monkeypatch.setattr(local_servers, "PLACES", usual)
            found = {one.name: one for one in check_local_servers(place(home, ask=probe.ask_all))}
        assert found["vLLM-Omni"].state == "ok"
        assert "HTTP 302" in found[f"Port {stranger.server_port}"].words
        assert elsewhere.asked == []
    assert [(one.method, one.target) for one in mine.asked] == [("GET", "/v1/models")]
    assert "authorization" not in mine.asked[0].headers


def test_every_usual_port_is_that_of_a_row() -> None:
    """Where the row has one of its own."""
    ports = {usual.port for usual in PLACES}
    for name in ("vllm-omni", "sglang", "bifrost"):
        assert int(builtin.BUILT_IN[name].base_url.rpartition(":")[2].partition("/")[0]) in ports
