"""What a key brings to the form, what mends a failure, and servers on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from diagnostics.test_local_servers import DIFFUSION, VIDEO, WAN, Machine, models, reply
from jupyter_videogen.catalog import builtin
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.diagnostics import probe
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.key_check import KeyCheck
from jupyter_videogen.widget.views import error_view
from jupyter_videogen.widget.widget import VideoGen
from support.form_messages import Visit
from support.full_library import make_record

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider
    from support.paid_server import Shop


@pytest.fixture
def lab(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """A form for a user's own row that leads to the shop; its key is good, and its test brings no list."""
    home.mkdir()
    (home / "videogen.toml").write_text(
        f'[providers.lab]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "LAB_API_KEY"\n'
    )
    runtime = process.runtime()
    monkeypatch.setattr(runtime, "check_key", lambda *_: KeyCheck("valid"))
    return Visit(VideoGen(provider="local"))


def names(form: dict[str, Any]) -> list[str]:
    return [model["id"] for model in form["models"]]


def test_a_key_brings_the_models(lab: Visit, shop: Shop) -> None:
    """Where the test of the key lists nothing, the list is loaded at once, so that the form opens with models."""
    shop.models = ["wan-2.7", "kling-o3"]
    ack = lab.say("connect", provider="lab", key="sk-canary", keep=False)
    assert ack["key"]["verdict"] == "valid"
    assert names(lab.widget.form) == shop.models
    assert lab.widget.form["start"]["model"] == "wan-2.7"
    assert lab.widget.form["listed_at"] is not None


def test_a_list_that_is_not_there_is_told(lab: Visit, shop: Shop) -> None:
    """The key is kept all the same."""
    ack = lab.say("connect", provider="lab", key="sk-canary", keep=False)
    assert ack["ok"] is True
    assert ack["key"]["text"].startswith("The key works: lab accepts it.")
    assert "Its list of models could not be loaded: " in ack["key"]["text"]
    assert names(lab.widget.form) == []


def test_a_list_is_read_again_when_that_is_asked(lab: Visit, shop: Shop) -> None:
    """Though it is of today."""
    shop.models = ["wan-2.7"]
    lab.say("connect", provider="lab", key="sk-canary", keep=False)
    shop.models = ["wan-2.7", "wan-3"]
    lab.say("choose", provider="lab")
    assert names(lab.widget.form) == ["wan-2.7"]
    lab.say("choose", provider="lab", refresh=True)
    assert names(lab.widget.form) == ["wan-2.7", "wan-3"]


@pytest.mark.parametrize(("options", "shown"), [({}, 0), ({"test": True}, 1), ({"model": "test/slow"}, 1)])
def test_models_for_tests_are_asked_for(options: dict[str, Any], shown: int, home: Path) -> None:
    """By `test=True`, or by opening the form with one."""
    assert VideoGen(provider="local", **options).form["tests"] == bool(shown)


# ---- credit, and who charges ------------------------------------------------------------------------------------


BROKE = Failure(code="out_of_credit", message="Broke.", retry_after=3.0)


def test_credit_is_added_where_the_provider_says() -> None:
    """A page of its own, and for nothing else than credit."""
    assert error_view(BROKE, builtin.AIHUBMIX).billing == "https://console.aihubmix.com/topup"
    assert error_view(Failure(code="auth", message="No."), builtin.AIHUBMIX).billing == ""
    assert error_view(BROKE).billing == ""
    assert error_view(BROKE).retry_after == 3.0


def test_pages_for_credit_are_safe_links() -> None:
    """https, at the provider's own domain; a twin's and a local server's account is nobody's."""
    for row in builtin.ROWS:
        if row.billing:
            host = row.base_url.split("/")[2].removeprefix("api.")
            assert row.billing.startswith("https://")
            assert row.billing.split("/")[2].endswith(host.removeprefix("platform."))
    assert {row.billing for row in builtin.SANDBOXES.values()} == {""}


@pytest.mark.parametrize(
    ("row", "billing"),
    [
        ('[providers.aihubmix]\nbase_url = "https://proxy.example/v1"\n', ""),
        ('[providers.aihubmix]\nkey_env = "MY_KEY"\n', builtin.AIHUBMIX.billing),
        ('[providers.mine]\ndialect = "aihubmix"\nbase_url = "https://proxy.example/v1"\n', ""),
    ],
)
def test_a_declared_address_is_not_its_providers_account(row: str, billing: str, home: Path) -> None:
    """Whoever runs it has an account of their own."""
    home.mkdir()
    (home / "videogen.toml").write_text(row)
    assert load_config().registry.find("mine" if "mine" in row else "aihubmix").billing == billing


def test_a_job_elsewhere_has_no_page_for_credit(home: Path) -> None:
    """One that was sent to another address than its provider's row names."""
    job = make_record(1, home)
    for address, billing in [(builtin.AIHUBMIX.base_url, builtin.AIHUBMIX.billing), ("https://proxy.example/v1", "")]:
        sent: Provider = load_config().provider_of_job(job.after(provider="aihubmix", like="", base_url=address))
        assert sent.billing == billing


# ---- servers on this machine ------------------------------------------------------------------------------------


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """What answers on this machine's usual ports."""
    there = Machine({
        8000: reply(models(DIFFUSION)), 4000: reply("I'm alive!"), 8080: reply(b"<h1>Tomcat</h1>"), 8189: reply({"no": 1}, 401)
    })  # fmt: skip
    monkeypatch.setattr(probe, "ask_all", there)
    return there


def ask(home: Path) -> dict[str, Any]:
    return Visit(VideoGen(provider="local")).say("servers")


def test_what_answers_is_told_and_chosen_by_name(machine: Machine, home: Path) -> None:
    """A click chooses what its provider's row leads to; for any other there is the line that uses it."""
    found = {server["title"]: server for server in ask(home)["servers"]}
    assert list(found) == ["vLLM-Omni", "Port 8189", "LiteLLM", "Port 8080"]
    assert (found["vLLM-Omni"]["provider"], found["vLLM-Omni"]["model"], found["vLLM-Omni"]["cell"]) == (
        "vllm-omni",
        WAN,
        "",
    )
    assert found["LiteLLM"]["provider"] == ""
    assert "--base-url http://127.0.0.1:4000/v1" in found["LiteLLM"]["cell"]
    assert (found["Port 8080"]["provider"], found["Port 8080"]["cell"]) == ("", "")
    assert "--provider comfyui" in found["Port 8189"]["cell"]


def test_a_server_at_anothers_port_is_not_chosen_by_name(machine: Machine, home: Path) -> None:
    """The row leads elsewhere, by itself or by this configuration."""
    machine.replies = {8000: reply(models(VIDEO)), 30000: reply(models(VIDEO))}
    home.mkdir()
    (home / "videogen.toml").write_text('[providers.sglang]\nbase_url = "http://gpu.example:30000/v1"\n')
    assert [server["provider"] for server in ask(home)["servers"]] == ["", ""]


@pytest.mark.parametrize("mark", ["BINDER_SERVICE_HOST", "JUPYTERHUB_USER"])
def test_nothing_is_asked_where_others_share_the_machine(
    mark: str, machine: Machine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the page sends: the kernel knows."""
    monkeypatch.setenv(mark, "x")
    ack = ask(home)
    assert ack["ok"] is False
    assert ack["error"]["message"] == "Others share this machine, and its servers may be theirs."
    assert machine.asked == []
