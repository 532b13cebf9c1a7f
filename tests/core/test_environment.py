"""Where this Python runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.core import environment, platform

if TYPE_CHECKING:
    import pytest


def test_a_kernel_in_a_tab_is_always_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere a page is told by the variables of Jupyter, VS Code and Colab."""
    for name in ("JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG"):
        monkeypatch.delenv(name, raising=False)
    assert not environment.has_viewer()
    monkeypatch.setattr(platform, "is_browser", lambda: True)
    assert environment.has_viewer()
