"""The dialect of each path, and its error format."""

from collections.abc import Callable

from starlette.responses import PlainTextResponse, Response

from jupyter_videogen.gateway.dialects import bifrost, indoxhub, openai, openrouter, qubax, qubrid
from jupyter_videogen.gateway.requests.error import Problem

SIGNED = "/cdn/"
"""Where clips are had by a signed address instead of a key."""


def _plain(problem: Problem, _request_id: str) -> Response:
    return PlainTextResponse(f"{problem.message}\n", problem.status, problem.headers)


_SHAPES: tuple[tuple[str, Callable[[Problem, str], Response]], ...] = (
    ("/qubax/", qubax.refuse),
    ("/v1/video/", qubax.refuse),
    ("/v1/media/", qubax.refuse),
    ("/qubrid/", qubrid.refuse),
    ("/v1/videos/generations", qubrid.refuse),
    ("/indoxhub/", indoxhub.refuse),
    ("/api/", indoxhub.refuse),
    ("/bifrost/", bifrost.refuse),
    ("/openrouter/", openrouter.refuse),
    (SIGNED, _plain),
    ("/", openai.refuse),
)


def respond(path: str, problem: Problem, request_id: str) -> Response:
    """Return a refusal in the error format of a path's dialect."""
    refuse = next((refuse for prefix, refuse in _SHAPES if path.startswith(prefix)), openai.refuse)
    return refuse(problem, request_id)
