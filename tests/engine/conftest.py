"""The engine is optional: without its libraries there is nothing to test."""

from __future__ import annotations
