"""`jupyter videogen`: `serve` runs the local gateway for other programs, `doctor` looks at what can go wrong here."""

from __future__ import annotations

import argparse
import subprocess
import sys

from . import settings
from .checkup import doctor
from .errors import VideogenError
from .local import check_installed


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says; the exit status is 2 when it can't be done."""
    parser = argparse.ArgumentParser(prog="jupyter videogen", description="Turn a sentence into a video.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run the local gateway; its first line is {url, token, pid} as JSON")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=0)
    look = commands.add_parser("doctor", help="look at what can go wrong here; sends nothing that is paid for")
    look.add_argument("--no-network", action="store_true", help="ask no service")
    options = parser.parse_args(arguments)
    return (
        _doctor(network=not options.no_network) if options.command == "doctor" else _serve(options.host, options.port)
    )


def _doctor(*, network: bool) -> int:
    """Print the report; the exit status is 1 where there is a problem."""
    report = doctor(network=network)
    print(report)  # noqa: T201 - a command talks to its terminal
    return 1 if report.problems else 0


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
