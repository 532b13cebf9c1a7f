"""One IPython in this process, with the magic loaded: what a cell says, gives and raises, without a kernel."""

from __future__ import annotations

import atexit
import io
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any, NamedTuple

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_videogen.notebook import display, magic

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (64).to_bytes(4, "big") + (36).to_bytes(4, "big") + b"\x08\x02\0\0\0\0\0\0\0IEND"
)
"""The head of a picture of 64 x 36."""


class Said(NamedTuple):
    """What came of a cell."""

    value: Any
    error: BaseException | None
    look: str
    """What stands in place of a traceback."""
    out: str
    err: str


class Shell:
    """IPython as a library: the same parser, namespace and completer as in a kernel."""

    def __init__(self) -> None:
        self.shell = InteractiveShell.instance(
            config=Config(HistoryManager={"enabled": False})
        )  # a thread and a file each
        self.names = self.shell.user_ns
        self._before = dict(self.names)

    def __enter__(self) -> Self:
        magic.load_ipython_extension(self.shell)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        magic.unload_ipython_extension(self.shell)
        display._shown.clear()
        for name in set(self.names) - set(self._before):
            del self.names[name]
        InteractiveShell.clear_instance()
        atexit.unregister(
            self.shell.atexit_operations
        )  # hundreds of shells would be taken apart one by one, for minutes

    def magic(self, line: str, body: str) -> Said:
        """Run the magic on a body as it is, without IPython's own reading of the cell."""
        self.names["_line"], self.names["_body"] = line, body
        return self.run("get_ipython().run_cell_magic('videogen', _line, _body)")

    def run(self, code: str) -> Said:
        """Run a cell; its value is not displayed."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            result = self.shell.run_cell(f"{code}\n" if code.startswith("%%") else code)
        error = result.error_before_exec or result.error_in_exec
        look = "\n".join(error._render_traceback_()) if hasattr(error, "_render_traceback_") else ""
        return Said(result.result, error, look, out.getvalue(), err.getvalue())
