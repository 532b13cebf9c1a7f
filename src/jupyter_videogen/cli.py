"""`jupyter videogen serve`: run the local gateway in the foreground, for other programs and other machines."""

from __future__ import annotations

import argparse
import subprocess
import sys

from . import settings
from .errors import VideogenError
from .local import check_installed


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says; the exit status is 2 when it can't be done."""
    parser = argparse.ArgumentParser(prog="jupyter videogen", description="Turn a sentence into a video.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run the local gateway; its first line is {url, token, pid} as JSON")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=0)
    options = parser.parse_args(arguments)
    return _serve(options.host, options.port)


def _serve(host: str, port: int) -> int:
    try:
        check_installed()
    except VideogenError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command talks to its terminal
        return 2
    where = ["--home", str(settings.home()), "--host", host, "--port", str(port)]
    command = [sys.executable, "-m", "jupyter_videogen.gateway", *where]
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own module
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
