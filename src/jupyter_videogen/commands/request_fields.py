"""Turn a parsed line into the fields of requests: look up media, check names."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any

from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.commands import job_references
from jupyter_videogen.core.errors import InvalidRequest, NotReadyError
from jupyter_videogen.core.request import FIELDS, MEDIA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_videogen.commands.parser import ParsedLine
    from jupyter_videogen.runtime.order import Order

AT = re.compile(r"@([^\W\d]\w*|-1)(?:\[(-?\d+)\])?")
OF_A_REQUEST = frozenset({*FIELDS, "provider", "fit", "new", "yes", "max_cost", "output", "base_url", "key_env"})


def collect_fields(line: ParsedLine, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are a request's, with media looked up among the user's variables and jobs."""
    given = {name: value for name, value in line.values.items() if name in OF_A_REQUEST}
    for name in MEDIA:
        if name == "references" and name in given:
            given[name] = [_medium(one, name, names) for one in given[name]]
        elif name in given:
            given[name] = _medium(given[name], name, names)
    return {"model": None, **given}


def check_variable_name(name: str | None) -> str:
    """Check the name of a variable; raises `InvalidRequest`."""
    if name is None:
        return ""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise InvalidRequest(f"{name} is not a valid variable name.", next="Write it as --as clip.", field="name")
    return name


def name_jobs(orders: list[Order], name: str) -> list[Order]:
    """Note the variable that jobs are kept in; each member of a group has its place in it."""
    if not name:
        return orders
    if len(orders) == 1:
        return [orders[0]._replace(options=orders[0].options._replace(name=name))]
    return [
        order._replace(options=order.options._replace(name=f"{name}[{number}]")) for number, order in enumerate(orders)
    ]


def _medium(value: object, field: str, names: Mapping[str, Any]) -> object:
    """Replace `@clip` and `@takes[-1]` by clips; return anything else unchanged."""
    if isinstance(value, JobGroup):
        return _only(value, field)
    if not isinstance(value, str):
        return value
    match = AT.fullmatch(value)
    if match is None:
        _check_path(value, field)
        return value
    found = names.get(match[1])
    clips = [found] if isinstance(found, Clip) else _clips(job_references.find_jobs([match[1]], names), field)
    if match[2] is None and len(clips) > 1:
        raise InvalidRequest(f"{match[0]} is {len(clips)} clips.", next=f"Choose one: {match[0]}[0].", field=field)
    try:
        return clips[int(match[2] or 0)]
    except IndexError:
        raise InvalidRequest(
            f"{match[0]}: clips here: {len(clips)}.", next="Indices start at 0.", field=field
        ) from None


def _clips(jobs: JobGroup, field: str) -> list[Clip]:
    try:
        return [clip for job in jobs for clip in (job.clips or (job.clip,))]
    except NotReadyError as error:
        raise InvalidRequest(error.message, next=error.failure.next, field=field) from None


def _only(group: JobGroup, field: str) -> Clip:
    clips = _clips(group, field)
    if len(clips) != 1:
        raise InvalidRequest(
            f"{field} takes one, and these are {len(clips)}.", next="Choose one: {takes[0]}.", field=field
        )
    return clips[0]


def _check_path(value: str, field: str) -> None:
    """Refuse a Windows path whose backslashes were lost because it was not quoted."""
    if re.match(r"[A-Za-z]:[^\\/]", value):
        raise InvalidRequest(
            f"{field}: the backslashes in {value} were read as escapes, as in a shell.",
            next=r"Put the path in single quotes: 'C:\pictures\cat.png'.",
            field=field,
        )
