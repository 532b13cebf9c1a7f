"""SHA-256 of bytes as they come; of many of them on a thread of its own, so that a fast line need not wait for the sums."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor

BATCH = 1 << 20
"""Bytes from which a thread is worth its while; at most two batches are held."""


class Digest:
    """One sum; `close` it, for its thread lives as long as it does."""

    def __init__(self) -> None:
        self._sum = hashlib.sha256()
        self._pieces: list[bytes] = []
        self._held = 0
        self._helper: ThreadPoolExecutor | None = None
        """Of its own and not shared: a process that was forked has none of its parent's threads."""
        self._batch: Future[None] | None = None

    def update(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._pieces.append(piece)
        self._held += len(piece)
        if self._held >= BATCH:
            self._settle()
            self._helper = self._helper or ThreadPoolExecutor(1, "videogen-digest")
            self._batch = self._helper.submit(self._add, self._pieces)
            self._pieces, self._held = [], 0

    def hexdigest(self) -> str:
        """Give the sum of all there was so far."""
        self._settle()
        self._add(self._pieces)
        self._pieces, self._held = [], 0
        return self._sum.hexdigest()

    def close(self) -> None:
        """Let the thread go."""
        if self._helper is not None:
            self._helper.shutdown()

    def _settle(self) -> None:
        """Wait for the batch before: pieces are added in their order, and memory is bounded."""
        if self._batch is not None:
            self._batch.result()

    def _add(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            self._sum.update(piece)
