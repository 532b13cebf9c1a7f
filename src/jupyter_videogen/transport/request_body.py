"""What a call sends: its body, as the HTTP library takes it, and the headers that go with it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from contextlib import ExitStack

    from jupyter_videogen.core.http import Base64, Call, Upload

PUBLIC_HEADERS = frozenset({"accept", "range", "if-range"})
"""Headers of a call that go along to another origin."""


def encode_body(call: Call, opened: ExitStack) -> dict[str, Any]:
    """Return the body's arguments for the library; files are opened here, read as they leave, and closed by `opened`."""
    if call.form is None:
        return {} if call.json is None else {"content": msgspec.json.encode(call.json, enc_hook=_encode_file)}
    files: list[tuple[str, Any]] = []
    for name, value in call.form.items():
        if isinstance(value, str):
            files.append((name, (None, value)))
        else:
            uploads = value if isinstance(value, tuple) else (value,)
            files += [(name, _open_part(upload, opened)) for upload in uploads]
    return {"files": files}


def _open_part(upload: Upload, opened: ExitStack) -> tuple[str, Any, str]:
    content = opened.enter_context(Path(upload.path).open("rb"))  # noqa: SIM115 - the stack closes it
    return (upload.name, content, upload.content_type)


def _encode_file(value: Base64) -> str:
    """Return a file in base64, as JSON holds it."""
    return value.prefix + b64encode(Path(value.path).read_bytes()).decode()


def content_headers(call: Call) -> dict[str, str]:
    """Return the headers that a body needs and the library does not set."""
    return {} if call.json is None or call.form is not None else {"content-type": "application/json"}


def public_headers(call: Call) -> dict[str, str]:
    """Return the headers of a call that another origin may see."""
    return {name: value for name, value in call.headers.items() if name.lower() in PUBLIC_HEADERS}
