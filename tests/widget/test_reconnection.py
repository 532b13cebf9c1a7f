"""A page that outlived its kernel: the comm that it opens becomes a widget again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import comm
import pytest
from comm.base_comm import BaseComm

import jupyter_videogen as vg
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.widget import reconnection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.paid_server import Shop


class PageComm(BaseComm):
    """The kernel's end of a comm that a page opened; keeps what is sent to the page."""

    def __init__(self) -> None:
        self.published: list[tuple[str, Mapping[str, Any]]] = []
        super().__init__(target_name=reconnection.TARGET, comm_id="page")

    def publish_msg(self, msg_type: str, data: Any = None, **_rest: Any) -> None:
        self.published.append((msg_type, data or {}))


def opens(wanted: dict[str, Any]) -> PageComm:
    channel = PageComm()
    channel.published.clear()
    reconnection.open_widget(channel, {"content": {"data": wanted}})
    channel.handle_msg({"content": {"data": {"method": "request_state"}}, "buffers": []})
    return channel


def state(channel: PageComm) -> dict[str, Any]:
    """Return the newest state that the page was sent."""
    states = (
        data["state"] for kind, data in channel.published if kind == "comm_msg" and data.get("method") == "update"
    )
    return dict([*states][-1])


def test_a_form_comes_back_with_its_state() -> None:
    """The page asks for the state of the comm that it opened, and gets a form for the same provider."""
    channel = opens({"job_id": "", "provider": "local", "has_form": True})
    assert state(channel)["form"]["provider"] == "local"
    assert state(channel)["job"] is None


def test_a_card_comes_back_with_what_its_buttons_need(shop: Shop) -> None:
    """Without a form until somebody wants to make something like it; the click opens one."""
    job = vg.Client("openai", base_url=shop.url, api_key="canary-1").submit("a kite", model="m")
    job.result(30)
    channel = opens({"job_id": job.id, "provider": "openai", "has_form": False})
    assert state(channel)["form"] is None
    assert state(channel)["job"]["id"] == job.id
    edit = {"v": 1, "request_id": "r", "type": "edit", "job_id": job.id}
    channel.handle_msg({"content": {"data": {"method": "custom", "content": edit}}, "buffers": []})
    channel.handle_msg({"content": {"data": {"method": "request_state"}}, "buffers": []})
    assert state(channel)["form"]["start"]["prompt"] == "a kite"


def test_a_form_comes_back_with_its_queue(shop: Shop) -> None:
    """What was being made beside the job on view is made on, and watched; nothing is sent again."""
    shop.done = False
    client = vg.Client("openai", base_url=shop.url, api_key="canary-1")
    shown, beside = client.submit("a kite", model="m"), client.submit("a boat", model="m")
    channel = opens({"job_id": shown.id, "provider": "local", "has_form": True, "queue": [beside.id]})
    assert state(channel)["job"]["id"] == shown.id
    assert [job["id"] for job in state(channel)["queue"]] == [beside.id]
    shop.done = True
    for job in (shown, beside):
        job.result(30)
    assert len(shop.book) == 2


def test_an_unknown_job_is_refused() -> None:
    """The comm is closed by whoever called, and no widget is made."""
    with pytest.raises(VideogenError):
        opens({"job_id": "nothing0", "provider": "", "has_form": False})


def test_installing_twice_is_installing_once() -> None:
    reconnection.install()
    reconnection.install()
    assert comm.get_comm_manager().targets[reconnection.TARGET] is reconnection.open_widget
