"""A real kernel and a front end without a page: messages in, messages out."""

from __future__ import annotations

import os
import time
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_client.manager import KernelManager

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
OLD = ROOT / ".cache"
"""Where `make setup` puts older kernels, a folder each."""
PATIENCE = 60.0
"""Seconds for anything to happen; only ever reached by a failure."""

Message = dict[str, Any]


class Kernel:
    """One kernel, as a notebook server would start it."""

    def __init__(self, folder: Path, *, ipykernel: str = "newest", watched: bool = True) -> None:
        self.folder = folder
        env = {name: value for name, value in os.environ.items() if name != "JPY_SESSION_NAME"}  # noqa: TID251 - the kernel's own
        if ipykernel != "newest":
            env["PYTHONPATH"] = os.pathsep.join([str(_older(ipykernel)), *filter(None, [env.get("PYTHONPATH")])])
        if watched:
            env["JPY_SESSION_NAME"] = str(folder / "notebook.ipynb")
        self.manager = KernelManager()
        self.manager.start_kernel(env=env, cwd=str(folder))
        self._connect()

    def _connect(self) -> None:
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.seen: list[Message] = []

    def restart(self) -> None:
        """Restart as the page's button does: without asking the kernel's leave."""
        self.client.stop_channels()
        self.manager.restart_kernel(now=True)
        self._connect()

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def start(self, code: str) -> str:
        """Send a cell and give its message id at once."""
        return str(self.client.execute(code))

    def reply(self, cell: str) -> Message:
        """Wait for a cell's reply."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            message = self.client.get_shell_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == cell:
                return dict(message["content"])
        raise TimeoutError(cell)

    def run(self, code: str) -> Message:
        """Run a cell to its reply; ipykernel drops what arrives in the moment after an error, unread."""
        while (reply := self.reply(self.start(code)))["status"] == "aborted":
            continue
        return reply

    def value(self, expression: str) -> str:
        """Evaluate an expression on the kernel and give its repr."""
        message = self.client.execute("", silent=True, user_expressions={"it": expression})
        answer = self.reply(str(message))["user_expressions"]["it"]
        assert answer["status"] == "ok", answer
        return str(answer["data"]["text/plain"])

    def until(self, wanted: Callable[[Message], bool]) -> Message:
        """Wait for a published message; those read on the way stay in `seen`."""
        for message in self.seen:
            if wanted(message):
                return message
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            self.seen.append(message)
            if wanted(message):
                return message
        kinds = [(m["msg_type"], str(m["content"])[:300]) for m in self.seen[-30:]]
        raise AssertionError(f"it did not come; the last messages: {kinds}")

    def fresh(self) -> None:
        """Forget what was published so far."""
        self.seen.clear()

    def output(self, html: str, *, cell: str | None = None) -> Message:
        """Wait for an output whose HTML holds these words."""

        def wanted(message: Message) -> bool:
            mine = cell is None or message["parent_header"].get("msg_id") == cell
            return mine and html in message["content"].get("data", {}).get("text/html", "")

        return self.until(wanted)

    def trait(self, name: str, wanted: Callable[[Any], bool]) -> Any:
        """Wait for a value of a synced trait."""

        def holds(message: Message) -> bool:
            state = (
                message["content"].get("data", {}).get("state", {}) if message["msg_type"].startswith("comm") else {}
            )
            return state.get(name) is not None and wanted(state[name])

        return self.until(holds)["content"]["data"]["state"][name]

    def widget(self) -> str:
        """Wait for a widget of ours and give its comm id."""

        def ours(message: Message) -> bool:
            state = message["content"].get("data", {}).get("state", {})
            return message["msg_type"] == "comm_open" and str(state.get("_anywidget_id", "")).startswith(
                "jupyter_videogen"
            )

        return str(self.until(ours)["content"]["comm_id"])

    def subshell(self) -> str | None:
        """Open a subshell, as JupyterLab does for comms; None where the kernel has none (before 7.0)."""
        if not self.has_subshells:
            return None
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        return str(self.client.get_control_msg(timeout=PATIENCE)["content"]["subshell_id"])

    @property
    def has_subshells(self) -> bool:
        """Whether the kernel says that it can answer a page while a cell runs."""
        return "kernel subshells" in self.reply(self.client.kernel_info()).get("supported_features", ())

    def click(self, comm: str, type_: str, *, subshell: str | None = None, times: int = 1, **fields: Any) -> Message:
        """Send a message of the page (the same one `times` times) and wait for its ack."""
        return self.ack(self.press(comm, type_, subshell=subshell, times=times, **fields))

    def press(self, comm: str, type_: str, *, subshell: str | None = None, times: int = 1, **fields: Any) -> str:
        """Send a message of the page and give its request id at once."""
        request_id = uuid4().hex
        content = {"v": 1, "type": type_, "request_id": request_id, **fields}
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", {"comm_id": comm, "data": data})
        message["header"]["subshell_id"] = subshell
        for _ in range(times):
            self.client.shell_channel.send(message)
        return request_id

    def ack(self, request_id: str) -> Message:
        """Wait for the answer to a message of the page."""

        def ack(message: Message) -> bool:
            answer = message["content"].get("data", {}).get("content", {})
            return message["msg_type"] == "comm_msg" and answer.get("request_id") == request_id

        return dict(self.until(ack)["content"]["data"]["content"])


def _older(ipykernel: str) -> Path:
    """Return the folder of an older kernel; a missing one would be passed over in silence."""
    folder = OLD / f"ipykernel-{ipykernel}"
    assert folder.is_dir(), f"{folder} is missing: run `make setup`"
    return folder
