"""Jupyter servers beside kernels, on one home."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.ledger_reader import LedgerReader
from support.plain_server import PlainServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Start = Callable[..., PlainServer]


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Start a server on this test's home; all are ended with the test."""
    with ExitStack() as stack:
        yield lambda *options, **named: stack.enter_context(closing(PlainServer(Path.cwd(), home, *options, **named)))


@pytest.fixture
def reader(home: Path) -> LedgerReader:
    """What the ledger of this home says."""
    return LedgerReader(home)
