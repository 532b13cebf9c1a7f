"""A page that outlived its kernel: the comm that it opens becomes a widget again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import comm
import pytest
from comm.base_comm import BaseComm

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.widget import reconnection

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def test_a_form_comes_back_with_its_state() -> None:
    """The page asks for the state of the comm that it opened, and gets a form for the same provider."""
    channel = opens({"job_id": "", "provider": "local", "has_form": True})
    states = [
        data["state"] for kind, data in channel.published if kind == "comm_msg" and data.get("method") == "update"
    ]
    assert states[-1]["form"]["provider"] == "local"
    assert states[-1]["job"] is None


def test_an_unknown_job_is_refused() -> None:
    """The comm is closed by whoever called, and no widget is made."""
    with pytest.raises(VideogenError):
        opens({"job_id": "nothing0", "provider": "", "has_form": False})


def test_installing_twice_is_installing_once() -> None:
    reconnection.install()
    reconnection.install()
    assert comm.get_comm_manager().targets[reconnection.TARGET] is reconnection.open_widget
