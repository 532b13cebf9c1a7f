"""A program whose standard error is a terminal. POSIX alone: elsewhere there is no pty."""

from __future__ import annotations

import os
import pty
import select
import subprocess


def run_on_screen(command: list[str]) -> tuple[subprocess.CompletedProcess[str], bytes]:
    """Run a program to its end; return it with its standard output, and what the terminal got."""
    here, there = pty.openpty()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=there, text=True)
    os.close(there)
    seen = b""
    while process.poll() is None or select.select([here], [], [], 0)[0]:
        if select.select([here], [], [], 0.1)[0]:
            try:
                seen += os.read(here, 4096)
            except OSError:  # the other end is closed
                break
    out, _ = process.communicate(timeout=30)
    os.close(here)
    return subprocess.CompletedProcess(command, process.returncode, out), seen
