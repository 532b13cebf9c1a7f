"""A kernel in a process of its own that does what a test says, a line at a time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

from jupyter_videogen.core import environment as settings

if TYPE_CHECKING:
    from types import TracebackType

PROGRAM = """
import json, sys
import jupyter_videogen as vg
names = {"vg": vg}
for line in sys.stdin:
    kind, code = json.loads(line)
    try:
        said = eval(code, names) if kind == "value" else exec(code, names)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    print(json.dumps(said, default=str), flush=True)
"""


class Puppet:
    """The process; `lab` in it is a client of the test's provider."""

    def __init__(self, url: str, *, key: bool = True, **environment: str) -> None:
        env = {**settings.Environment, "LAB_KEY": "canary-1", **environment}
        if not key:
            del env["LAB_KEY"]
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self.process = subprocess.Popen([sys.executable, "-c", PROGRAM], env=env, text=True, **pipes)
        if key:
            self.do(f'lab = vg.Client("openai", base_url={url!r}, key_env="LAB_KEY")')

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def do(self, code: str) -> None:
        """Run statements; an error in them fails the test."""
        said = self._ask("do", code)
        assert said is None, said

    def value(self, expression: str) -> Any:
        """Return what an expression is worth, as JSON can say it; an error as its name and words."""
        return self._ask("value", expression)

    def submit(self, prompt: str) -> str:
        """Submit a request and give the job's id."""
        return str(self.value(f"lab.submit({prompt!r}, model='m').id"))

    def stop(self) -> None:
        """Hold the process still, as a laptop that sleeps."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> str:
        """End it, whatever it is doing; returns what it wrote to standard error."""
        self.process.kill()
        return self.process.communicate(timeout=30)[1]

    def _ask(self, kind: str, code: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([kind, code]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.communicate(timeout=30)[1]
        return json.loads(line)
