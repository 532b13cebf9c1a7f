"""The application: the routes of every dialect, and one shape for every refusal."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.openai import OpenAI
from jupyter_videogen.gateway.problem import Problem
from jupyter_videogen.gateway.studio import Studio


def build(studio: Studio, pid: int) -> Starlette:
    """Return the whole of what is behind the guard."""

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "pid": pid})

    routes: list[BaseRoute] = [Route("/health", health), *OpenAI(studio).routes("/v1")]
    app = Starlette(
        routes=routes,
        exception_handlers={Problem: _answer_problem, HTTPException: _answer_unrouted, Exception: _answer_failure},
    )
    app.router.redirect_slashes = False
    return app


async def _answer_failure(_request: Request, _error: Exception) -> Response:
    return Problem(500, "internal_error", "The gateway failed; see its log.").response()


async def _answer_problem(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    return error.response()


async def _answer_unrouted(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    message = f"{error.detail}: {request.method} is not answered at this address."
    return Problem(error.status_code, code, message, headers=error.headers).response()
