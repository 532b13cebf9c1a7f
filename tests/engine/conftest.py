"""The engine is optional: without its libraries there is nothing to test."""

from __future__ import annotations

import pytest

pytest.importorskip("av")
pytest.importorskip("numpy")
