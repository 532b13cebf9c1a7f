"""`jupyter videogen mcp`: the tools on standard input and output, by the official library of the Model Context Protocol.

Standard output belongs to the protocol. While it is served, whatever else is written there, by us or by a child, goes to
standard error: `stdio_server` of the library sees to that.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult, MCPServer, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.stdio import stdio_server
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

from jupyter_videogen.agents import caller, tools
from jupyter_videogen.agents.answers import Video  # noqa: TC001 - the library reads the annotations
from jupyter_videogen.agents.standard_input import StandardInput
from jupyter_videogen.agents.tools import Settings  # noqa: TC001 - as above
from jupyter_videogen.api.tables.table import shorten
from jupyter_videogen.core.errors import BudgetExceeded, VideogenError
from jupyter_videogen.core.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mcp.server.context import ServerRequestContext

INSTRUCTIONS = """Make videos from text. describe_models, estimate_video, start_video, wait_for_video, show_video: in this
order. The local engine ("local:local/scenes") is free. A paid video needs the person's permission in their own settings;
where a tool refuses, tell the person what it says, and do not look for a way around it."""
FREE = ToolAnnotations(read_only_hint=True, idempotent_hint=True, destructive_hint=False)
STARTS = ToolAnnotations(read_only_hint=False, idempotent_hint=True, destructive_hint=False, open_world_hint=True)
CANCELS = ToolAnnotations(read_only_hint=False, idempotent_hint=True, destructive_hint=True)


class Consent(BaseModel):
    """What a person answers to a cost."""

    agree: bool = Field(description="Make this video at this cost")


async def _ask_person(  # noqa: PLR0913, PLR0917 - what the tool takes
    context: Context[Any, Any],
    prompt: str,
    model: str | None,
    settings: Settings | None,
    take: int,
    max_cost: float | None,
) -> Elicit[Consent] | None:
    """Ask the person where the budget wants it and the host can."""
    if not _can_ask(context):
        return None
    question = await asyncio.to_thread(tools.question_for, prompt, model, settings, take, max_cost)
    if question is None:
        return None
    maker = shorten(model) if model else "your default model"
    return Elicit(f"{question} Make this video with {maker}: “{shorten(prompt)}”?", Consent)


def _can_ask(context: Context[Any, Any]) -> bool:
    """Return whether the host puts forms to its person; one that names no kind of question has forms, as the protocol says."""
    capabilities = context.client_capabilities
    asking = None if capabilities is None else capabilities.elicitation
    return asking is not None and (asking.form is not None or asking.url is None)


async def start_video(  # noqa: D103, PLR0913, PLR0917 - the tool's own docstring is shown
    context: Context[Any, Any],
    prompt: str,
    consent: Annotated[ElicitationResult[Consent], Resolve(_ask_person)],
    model: str | None = None,
    settings: Settings | None = None,
    take: int = 1,
    max_cost: float | None = None,
) -> Video:
    ask = _answering(consent) if _can_ask(context) else tools.refuse_question
    return await asyncio.to_thread(tools.start, prompt, model, settings, take, max_cost, ask)


def _answering(consent: ElicitationResult[Consent]) -> Callable[[str], bool]:
    def answer(question: str) -> bool:
        if isinstance(consent, AcceptedElicitation) and consent.data is not None and consent.data.agree:
            return True
        raise BudgetExceeded(question, next="The person did not agree: do not ask again by yourself.", code="confirm")

    return answer


async def wait_for_video(context: Context[Any, Any], job_id: str, seconds: float = 45.0) -> Video:  # noqa: D103 - as above
    async def tell(video: Video) -> None:
        left = "" if video.seconds_left is None else f", about {video.seconds_left:.0f} s left"
        await context.report_progress(video.progress or 0.0, 100.0, f"{video.state}{left}")

    return await tools.wait(job_id, seconds, tell)


def build_server() -> MCPServer[Any]:
    """Return the server with all tools."""
    server: MCPServer[Any] = MCPServer(
        "jupyter-videogen", instructions=INSTRUCTIONS, version=VERSION, log_level="WARNING", middleware=[_note_caller]
    )
    for function in (tools.estimate_video, tools.video_status, tools.list_videos, tools.describe_models):
        server.add_tool(_guarded(function), annotations=FREE)
    server.add_tool(_guarded(tools.show_video), annotations=FREE, structured_output=False)
    server.add_tool(_guarded(tools.cancel_video), annotations=CANCELS)
    server.add_tool(_guarded(start_video), description=tools.start_video.__doc__, annotations=STARTS)
    server.add_tool(_guarded(wait_for_video), description=tools.wait_for_video.__doc__, annotations=FREE)
    return server


async def _note_caller(
    ctx: ServerRequestContext[Any, Any], call_next: Callable[[ServerRequestContext[Any, Any]], Awaitable[Any]]
) -> Any:  # noqa: ANN401 - whatever the handler answers
    if (params := ctx.session.client_params) is not None:
        caller.set_name(params.client_info.name)
    return await call_next(ctx)


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a tool whose errors reach the model in full; the library keeps the words of any other to itself."""

    @wraps(function)
    async def call(**given: Any) -> Any:  # noqa: ANN401 - as the function
        try:
            if iscoroutinefunction(function):
                return await function(**given)
            return await asyncio.to_thread(function, **given)
        except VideogenError as error:
            raise ToolError(str(error)) from None

    return call


async def _serve() -> None:
    task = asyncio.current_task()
    with suppress(NotImplementedError, AttributeError):  # Windows has no such signal to catch
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # type: ignore[union-attr]  # in a task
    server = build_server()._lowlevel_server  # noqa: SLF001 - `run_stdio_async` has no way to give it another input
    async with stdio_server(StandardInput()) as (reading, writing):  # type: ignore[arg-type]  # it only iterates
        await server.run(reading, writing, server.create_initialization_options())


def serve() -> None:
    """Serve until standard input ends, or SIGTERM or SIGINT arrives; raises `KeyboardInterrupt` for the last."""
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve())
