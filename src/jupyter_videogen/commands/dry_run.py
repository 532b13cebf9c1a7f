"""The exact request that would be sent, without sending it and without anything that is a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.commands import code_export
from jupyter_videogen.core import terminal
from jupyter_videogen.core.http import Base64, Upload
from jupyter_videogen.core.secrets import KEYLIKE
from jupyter_videogen.runtime.process import runtime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.runtime.order import Order


def render_json(orders: Sequence[Order]) -> str:
    """Return orders as JSON: one object, or a list of several."""
    found = [preview_order(order) for order in orders]
    return KEYLIKE.sub("…", terminal.as_json(found[0] if len(found) == 1 else found))


def preview_order(order: Order) -> dict[str, Any]:
    """Return one order as plain values: the HTTP request, what it would cost, what would not reach the model, and its code."""
    row, request = order.connection.provider, order.validated.request.redacted()
    call = row.dialect.create(request)
    carries_key = order.connection.account or (row.key_env and not row.key_optional)
    body = {"json": call.json} if call.form is None else {"form": call.form}
    return {
        "provider": row.name,
        "model": request.model,
        "method": call.method,
        "url": f"{row.base_url}{call.url}",
        "headers": {
            **call.headers,
            **({"authorization": "Bearer …"} if carries_key else {}),
            "idempotency-key": "…",
        },
        **msgspec.to_builtins(body, enc_hook=_medium),
        "cost": order.estimate.cost,
        "estimate": repr(order.estimate),
        "already_made": runtime().is_known(order),
        "warnings": list(order.validated.warnings),
        "code": code_export.python(order.asked.redacted(), row.name),
    }


def _medium(value: object) -> str:
    """Name a file in the place where its bytes would go."""
    if isinstance(value, Base64 | Upload):
        return f"<{value.content_type if isinstance(value, Upload) else 'base64'} of {value.path}>"
    raise NotImplementedError(type(value).__name__)
