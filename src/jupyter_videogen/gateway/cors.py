"""Pages of other origins that may call the gateway, as `--cors` names them: none by default.

The token is asked for all the same; what changes is that a browser lets such a page send it, and read the answer.
"""

import argparse
import re

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?")
"""A scheme, a host and a port, as a browser writes them: https://www.rfc-editor.org/rfc/rfc6454#section-6.1"""
_METHODS = ("GET", "HEAD", "POST", "DELETE")


def parse_origin(text: str) -> str:
    """Return an origin as browsers send it; raises `argparse.ArgumentTypeError`."""
    origin = text.strip().lower().removesuffix("/")
    if not _ORIGIN.fullmatch(origin):
        raise argparse.ArgumentTypeError(
            f"{text} is not one origin: give a scheme and a host such as https://notes.example or http://localhost:8000"
        )
    scheme, _, rest = origin.partition("://")
    return f"{scheme}://{rest.removesuffix(':443' if scheme == 'https' else ':80')}"


def allow_origins(app: ASGIApp, origins: frozenset[str]) -> ASGIApp:
    """Answer the preflights of these origins, and mark what they may read; without origins the application stays as it is."""
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=sorted(origins),
        allow_methods=_METHODS,
        allow_headers=["*"],
        expose_headers=["*"],
        allow_private_network=True,  # a page of the web calls this computer
    )
