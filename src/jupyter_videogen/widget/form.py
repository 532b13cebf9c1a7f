"""What the page's form sends, made into a request's fields; and files that arrive in pieces."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from IPython import get_ipython

from jupyter_videogen.api import client
from jupyter_videogen.commands.code_export import WRITERS, without_defaults
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.request import CREDENTIAL, MEDIA, SETTINGS, Media
from jupyter_videogen.filesystem import project_paths
from jupyter_videogen.filesystem.project_paths import check_folder
from jupyter_videogen.media import inputs
from jupyter_videogen.media.clip_store import relative_path, replacing
from jupyter_videogen.media.inputs import LARGEST, keep_upload, load_media
from jupyter_videogen.widget.protocol import MediaView, RequestView, Upload
from jupyter_videogen.widget.views import known

SENT = ("model", *SETTINGS, "fit")
"""What goes on as the form has it: the prompt goes beside, media are found first, further fields are read."""
MOST_OPEN = 8
"""Files on their way at once."""
KEPT = re.compile(r"[0-9a-f]{64}")


def collect_fields(view: RequestView) -> dict[str, Any]:
    """Return the fields of a request as `Client.submit` takes them; raises `InvalidRequest` with the field at fault."""
    given = {name: getattr(view, name) for name in SENT if getattr(view, name) not in (None, "")}
    given |= {name: resolve_media(value, name) for name in MEDIA if isinstance(value := getattr(view, name), MediaView)}
    if view.references:
        given["references"] = [resolve_media(one, "references") for one in view.references]
    return given | ({"extra": _extra(view.extra)} if view.extra.strip() else {})


def _extra(text: str) -> dict[str, Any]:
    try:
        given = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise InvalidRequest(
            f"The further fields are not a JSON object: {error}.", next='Write them as {"key": 1}.', field="extra"
        ) from None
    return {name: value for name, value in given.items() if value != "…"}  # a credential that was not shown


def resolve_media(view: MediaView, field: str) -> object:
    """Return what a medium of the page stands for; raises `InvalidRequest`."""
    kind, _, name = view.source.partition(":")
    match kind:
        case "http" | "https":
            return view.source
        case "upload" if KEPT.fullmatch(name):
            return environment.home() / "inputs" / name
        case "file":
            folder = environment.folder()
            return project_paths.path_below(
                name, environment.project(folder), folder, what=f"{field}: the page", field=field
            )
        case "known" if name in known:
            return known[name]
        case "clip":
            return client.job(name).clip
        case "variable":
            return _variable(name, field)
    raise InvalidRequest(
        f"{field}: {view.source[:60]} is not a known source.", next="Choose the file again.", field=field
    )


def _variable(name: str, field: str) -> object:
    names = getattr(get_ipython(), "user_ns", {})
    if name not in names:
        raise InvalidRequest(f"{field}: no variable named {name}.", next="Run the cell that defines it.", field=field)
    return names[name]


class Uploads:
    """Files on their way from the page, piece by piece; each ends as a checked file in the home."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._parts: dict[str, bytearray] = {}
        self._whole: dict[str, MediaView] = {}

    @property
    def sources(self) -> set[str]:
        """The names of the files that were handed over here."""
        return {view.source for view in self._whole.values()}

    @property
    def names(self) -> dict[str, str]:
        """The names that they had where they came from, the latest of each."""
        return {view.source: view.name for view in self._whole.values()}

    def take(self, message: Upload, piece: bytes) -> MediaView | None:
        """Take one piece, in order, and give the medium with the last; raises `InvalidRequest`.

        A piece that has come already is passed over, so that one whose ack was lost can be sent again.
        """
        if message.upload_id in self._whole:
            return self._whole[message.upload_id]
        kind = MEDIA[message.field]
        if not 0 <= message.offset <= message.offset + len(piece) <= message.total:
            raise InvalidRequest(
                f"The upload of {message.name} is inconsistent.", next="Choose the file again.", field=message.field
            )
        if message.total > LARGEST[kind]:
            limit = f"{message.total >> 20} MB; the limit is {LARGEST[kind] >> 20} MB"
            raise InvalidRequest(f"{message.name} has {limit}.", next="Choose a smaller file.", field=message.field)
        while message.upload_id not in self._parts and len(self._parts) >= MOST_OPEN:
            del self._parts[next(iter(self._parts))]  # given up long ago, or a page that only begins
        part = self._parts.setdefault(message.upload_id, bytearray())
        if message.offset > len(part):
            raise InvalidRequest(
                f"The upload of {message.name} is incomplete.", next="Choose the file again.", field=message.field
            )
        part[message.offset : message.offset + len(piece)] = piece
        if len(part) < message.total:
            return None
        del self._parts[message.upload_id]
        path = keep_upload(bytes(part), self._home / "inputs")
        checked = load_media(path, kind, message.field, self._home)
        view = MediaView(
            source=f"upload:{path.name}",
            kind=checked.kind,
            name=message.name,
            width=checked.width,
            height=checked.height,
        )
        return self._whole.setdefault(message.upload_id, view)


FOLDER = "inputs"
"""Beside the notebook: where pasted pictures are put, so that code can name them."""


def request_code(view: RequestView, language: str, provider: str) -> str:
    """Return a request of the form as code in "magic", "python", "async", "curl" or "json"; raises `VideogenError`."""
    asked = inputs.collect(collect_fields(view), environment.home())
    fit = asked.pop("fit", None)
    given = {name: _kept(value) for name, value in asked.items()} | ({"fit": fit} if fit else {})
    return WRITERS[language](view.prompt, {"provider": provider, **without_defaults(given, provider)})


def _kept(value: object) -> object:
    """Leave out credentials, and give media by where code can find them."""
    if isinstance(value, Media):
        return value.url or _beside(value)
    if isinstance(value, tuple | list):
        return [_kept(one) for one in value]
    if isinstance(value, dict):
        return {name: _kept(one) for name, one in value.items() if not CREDENTIAL.search(str(name))}
    return value


def _beside(medium: Media) -> str:
    """Return a file's path relative to the notebook; one that lies elsewhere is copied to `inputs/` first."""
    folder, path = environment.folder(), Path(str(medium.path))
    if path.is_relative_to(folder):
        return relative_path(str(path), folder)
    copy = folder / FOLDER / f"{path.stem[:12]}.{medium.content_type.rpartition('/')[2]}"
    check_folder(copy.parent, environment.project(folder))
    with suppress(InvalidRequest), replacing(copy) as temporary:  # it is there from before
        shutil.copyfile(path, temporary)
    return relative_path(str(copy), folder)
