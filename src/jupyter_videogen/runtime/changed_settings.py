"""What a provider says that it took, where that is something else than was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.dialects.base import UNREADABLE
from jupyter_videogen.dialects.parsing.lists import parse_listed_facts
from jupyter_videogen.dialects.parsing.values import as_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.http import Reply
    from jupyter_videogen.core.request import GenerationRequest


def changed_settings(request: GenerationRequest, reply: Reply, title: str, *, looked: bool = False) -> Iterator[str]:
    """Say where the provider of this title has taken something else than was asked for; the job is kept.

    In a look `duration` may be what the work has taken so far; `seconds` is the clip's.
    """
    try:
        row = as_object(reply)
    except UNREADABLE:
        return
    says = parse_listed_facts({**row, "duration": None} if looked else row)
    for name in ("duration", "size"):
        asked, taken = getattr(request, name), says[name]
        if None not in {asked, taken} and asked != taken:
            yield f"{title} took {name} {str(taken).removesuffix('.0')} instead of {asked}."
