"""A request as code: a cell, Python, async Python, curl or JSON, each of which sends the same request.

Only what differs from the defaults is written, media by a path beside the notebook, and never a key.
"""

from __future__ import annotations

import json
import shlex
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.catalog import validation
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.commands import interpolation, parser
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment, hidden_characters, secrets
from jupyter_videogen.core.errors import Unsupported, VideogenError
from jupyter_videogen.core.http import Base64, Call, Upload
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.media import inputs
from jupyter_videogen.media.clip_store import relative_path

if TYPE_CHECKING:
    from collections.abc import Callable


INDENT = "    "


OTHER = "Copy the request as Python instead."


FLAGS = {True: "--{}", False: "--no-{}"}


def python(request: GenerationRequest, provider: str) -> str:
    """Return a request as Python, with media by their paths; nothing is copied."""
    folder = environment.folder()

    def put(value: object) -> Any:  # noqa: ANN401 - any field's value
        if isinstance(value, Media):
            return value.url or relative_path(str(value.path), folder)
        return [put(one) for one in value] if isinstance(value, tuple) else value

    asked = msgspec.structs.asdict(request.redacted())
    given = {name: put(value) for name, value in asked.items() if value not in (None, (), {})}
    return _python(given.pop("prompt", ""), {"provider": provider, **without_defaults(given, provider)})


def without_defaults(given: dict[str, Any], provider: str) -> dict[str, Any]:
    """Leave out values that equal the defaults."""
    row = load_config().find_provider_with_models(provider)
    try:
        model = find_model(given.get("model"), row)
    except VideogenError:
        return given
    defaults: dict[str, Any] = {
        "duration": model.default_duration,
        "size": model.default_size,
        "extra": {},
        "references": [],
    }
    if row.models:
        defaults["model"] = row.models[0].model
    return {name: value for name, value in given.items() if name not in defaults or defaults[name] != value}


def _magic(prompt: str, given: dict[str, Any]) -> str:
    words = [word for name, value in given.items() for word in _flag(name, value)]
    if parser.split_prompts(prompt, raw=False) != [prompt] or any(map(interpolation.FIELD.search, (prompt, *words))):
        words.append("--raw")  # what was sent is sent again, whatever variables there are by then
    return f"%%videogen {' '.join(words)}\n{prompt}\n"


def _flag(name: str, value: object) -> list[str]:
    flag = "-n" if name == "n" else f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        return [FLAGS[value].format(name)]
    if isinstance(value, list):
        return [word for one in value for word in _flag(name, one)]
    text = (
        hidden_characters.escape_json(json.dumps(value, ensure_ascii=False)) if isinstance(value, dict) else str(value)
    )
    if hidden_characters.HIDDEN.search(text) or "\n" in text:
        raise Unsupported(
            f"{name} has several lines or hidden characters, which an option line can't contain.", next=OTHER
        )
    return [f"{flag}={shlex.quote(text)}"] if text.startswith("-") else [flag, shlex.quote(text)]


def _python(prompt: str, given: dict[str, Any]) -> str:
    return f"import jupyter_videogen as vg\n\nclip = vg.generate(\n{_arguments(prompt, given, INDENT)})\nclip\n"


def _async(prompt: str, given: dict[str, Any]) -> str:
    rest = {name: value for name, value in given.items() if name != "provider"}
    body = f"{INDENT}clip = await client.generate(\n{_arguments(prompt, rest, INDENT * 2)}{INDENT})\n"
    head = f"async with vg.AsyncClient({_literal(given['provider'])}) as client:\n"
    return f"import jupyter_videogen as vg\n\n{head}{body}clip\n"


def _arguments(prompt: str, given: dict[str, Any], indent: str) -> str:
    lines = [_literal(prompt), *(f"{name}={_literal(value)}" for name, value in given.items())]
    return "".join(f"{indent}{line},\n" for line in lines)


def _literal(value: object) -> str:
    """Write a value as Python does, with double quotes."""
    if isinstance(value, str):
        return hidden_characters.escape_python(json.dumps(value, ensure_ascii=False))
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_literal(name)}: {_literal(one)}' for name, one in value.items())}}}"
    return repr(value)


def _json(prompt: str, given: dict[str, Any]) -> str:
    return hidden_characters.escape_json(json.dumps({"prompt": prompt, **given}, ensure_ascii=False, indent=2)) + "\n"


def _curl(prompt: str, given: dict[str, Any]) -> str:
    row = load_config().find_provider_with_models(given.pop("provider"))
    if row.base_url.startswith(rows.LOCAL_ORIGIN):
        raise Unsupported(
            "curl can't reach the local engine: its address and token change with every start.",
            next="Copy the request in another language.",
        )
    fit = given.pop("fit", None)
    asked = GenerationRequest(prompt=prompt, **inputs.collect(given, environment.home()))
    if fit and asked.image:
        asked = msgspec.structs.replace(
            asked, image=inputs.fit_image(asked.image, asked.size or "", fit, environment.home())
        )
    call = validation.validate(asked, row).call
    lines = [f"curl {_shell(row.base_url + call.url)}", *_credentials(row.key_env), *_body(call)]
    return " \\\n  ".join(lines) + "\n"


def _shell(text: str) -> str:
    """Quote a text for a POSIX shell; one with hidden characters by their numbers, for a paste obeys some of them."""
    return f"$'{hidden_characters.escape_shell(text)}'" if hidden_characters.HIDDEN.search(text) else shlex.quote(text)


def _credentials(key_env: str | None) -> list[str]:
    """Name the variable of the key, for the shell to fill in; a variable's name is checked, for it can't be quoted here."""
    if key_env is None:
        return []
    secrets.check_variable(key_env)
    return [f'-H "Authorization: Bearer ${key_env}"']


def _body(call: Call) -> list[str]:
    if call.form is not None:
        parts = [(name, value if isinstance(value, tuple) else (value,)) for name, value in call.form.items()]
        return [_part(name, value) for name, values in parts for value in values]
    files: list[str] = []
    mark_of = token_hex()

    def mark(value: Base64) -> str:
        """Stand for a file; the shell's substitution stays outside of quotes, where it is not split: base64 has no spaces."""
        path = _shell(relative_path(value.path, environment.folder()))
        files.append(f"{shlex.quote(value.prefix)}$(base64 < {path} | tr -d '\\n')")
        return f"{mark_of}{len(files) - 1}@"

    text = hidden_characters.escape_json(msgspec.json.encode(call.json, enc_hook=mark).decode())
    text = shlex.quote(text)
    for number, file in enumerate(files):
        text = text.replace(f"{mark_of}{number}@", f"'{file}'")
    return ["-H 'Content-Type: application/json'", f"-d {text}"]


def _part(name: str, value: str | Upload) -> str:
    """Write one part of a form: text as it is (`-F` would read signs of its own in it), a file with its name quoted for curl."""
    if not isinstance(value, Upload):
        return f"--form-string {_shell(f'{name}={value}')}"
    kind = value.content_type
    path = relative_path(value.path, environment.folder()).replace("\\", "\\\\").replace('"', '\\"')
    return "-F " + _shell(f'{name}=@"{path}";type={kind}')


WRITERS: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "magic": _magic,
    "python": _python,
    "async": _async,
    "curl": _curl,
    "json": _json,
}
