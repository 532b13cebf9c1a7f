"""Gateways as processes: started, asked, waited for, and ended."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx  # noqa: TID251 an independent client is the judge of a server

PUPPET = Path(__file__).with_name("held_gateway.py")
PATIENCE_SECONDS = 30


class Starter:
    """Starts gateways over one home, and ends those that are left."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "gateway"
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, *options: str, program: tuple[str, ...] = (str(PUPPET),)) -> subprocess.Popen[str]:
        """Start a gateway without waiting for it."""
        command = [sys.executable, *program, "--home", str(self.home), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        return process

    def end(self) -> None:
        """End every process that was started."""
        for process in self.processes:
            process.kill()
            process.communicate()


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    values: dict[str, Any] = json.loads(line)
    return values


def ask(gateway: dict[str, Any], method: str, path: str, **options: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {gateway['token']}"}
    return httpx.request(method, gateway["url"] + path, headers=headers, trust_env=False, **options)


def until(gateway: dict[str, Any], job_id: str, status: str) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = ask(gateway, "GET", f"/v1/videos/{job_id}").json()
        if job["status"] == status:
            return job
        assert job["status"] in ("queued", "in_progress"), job
        threading.Event().wait(0.02)
