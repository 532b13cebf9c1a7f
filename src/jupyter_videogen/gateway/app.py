"""The application: the routes of every dialect, and the errors of unroutable requests."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from jupyter_videogen.gateway.dialects.bifrost import Bifrost
from jupyter_videogen.gateway.dialects.error_format import respond
from jupyter_videogen.gateway.dialects.indoxhub import IndoxHub
from jupyter_videogen.gateway.dialects.local import Local
from jupyter_videogen.gateway.dialects.moods import MOODS, PREFIX, MoodyOpenAI
from jupyter_videogen.gateway.dialects.openai import AIHUBMIX, OpenAI
from jupyter_videogen.gateway.dialects.openrouter import OpenRouter
from jupyter_videogen.gateway.dialects.qubax import Qubax
from jupyter_videogen.gateway.dialects.qubrid import Qubrid
from jupyter_videogen.gateway.dialects.signed_links import Links
from jupyter_videogen.gateway.http_protocol import CUT
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.requests.error import LostAnswerError, Problem, SpoiltError


def build(service: GatewayService, pid: int) -> Starlette:
    """Return the application behind the guard."""

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "pid": pid})

    app = Starlette(
        routes=[Route("/health", health), *_routes(service)],
        exception_handlers={
            Problem: _answer_problem,
            SpoiltError: _answer_spoilt,
            LostAnswerError: _answer_nothing,
            HTTPException: _answer_unrouted,
            Exception: _answer_failure,
        },
    )
    app.router.redirect_slashes = False
    return app


def _routes(service: GatewayService) -> list[BaseRoute]:
    """Return the routes: each provider under its name and, if no two collide, at the paths of its own documentation."""
    local, qubax, qubrid, indoxhub = Local(service), Qubax(service), Qubrid(service), IndoxHub(service)
    return [
        *qubax.routes("/qubax/v1"),
        *qubrid.routes("/qubrid/v1"),
        *indoxhub.routes("/indoxhub/api/v1"),
        *OpenRouter(service).routes("/openrouter/api/v1"),
        *OpenAI(service, AIHUBMIX).routes("/aihubmix/v1"),
        *Bifrost(service, mirror=True).routes("/bifrost/openai/v1"),
        *Bifrost(service).routes("/bifrost/v1"),
        *(route for mood in MOODS for route in MoodyOpenAI(service, mood).routes(f"{PREFIX}/{mood}/v1")),
        *Links(service).routes(),
        *local.routes("/v1"),
        *qubax.routes("/v1"),
        *qubrid.routes("/v1"),
        *indoxhub.routes("/api/v1"),
    ]


class _Nothing(Response):
    """No answer: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        scope["extensions"][CUT]()
        while (await receive())["type"] != "http.disconnect":
            pass


async def _answer_nothing(_request: Request, _error: Exception) -> Response:
    return _Nothing()


async def _answer_spoilt(_request: Request, error: Exception) -> Response:
    if not isinstance(error, SpoiltError):
        raise error
    return Response(error.body, error.status, media_type=error.media_type)


async def _answer_failure(request: Request, _error: Exception) -> Response:
    return _respond(request, Problem(500, "internal_error", "The gateway failed; see its log."))


async def _answer_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    return _respond(request, error)


async def _answer_unrouted(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    message = f"{error.detail}: {request.method} is not supported at this address."
    return _respond(request, Problem(error.status_code, code, message, headers=error.headers))


def _respond(request: Request, problem: Problem) -> Response:
    return respond(request.url.path, problem, request.scope["videogen.request_id"])
