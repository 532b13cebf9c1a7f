"""Code that is copied from the form: whatever is in a request, the shell, Python, IPython and JSON read the same request back."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin, registry
from jupyter_videogen.commands import parser
from jupyter_videogen.core import hidden_characters
from jupyter_videogen.core.errors import Unsupported, VideogenError
from jupyter_videogen.core.request import CREDENTIAL
from jupyter_videogen.widget import form
from jupyter_videogen.widget.form import Uploads
from jupyter_videogen.widget.protocol import MediaView, RequestView
from support.form_messages import upload
from support.ipython_shell import PNG

NASTY = [
    "it's", '"', "\\", "$(id)", "`id`", "${HOME}", "!!", "; id", "\n", "\r", "\x1b[201~id\n", "\x9b", "\u202e", "\u2028", "@0@",
    "@/etc/passwd", "<x", ";type=text/html", "{hero}", "---", "\x07", "%s", "*", "#", "&& id", "\U000e0041", "--raw", "-x", "\\'",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=6).map(
    "".join
)
PROMPT = TEXT.map(lambda text: text.replace("\x00", "") or "x")
JSON = st.dictionaries(
    TEXT.filter(lambda name: not CREDENTIAL.search(name)), TEXT | st.integers() | st.lists(TEXT), max_size=3
)
FUZZ = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


def arguments(text: str) -> list[str]:
    """What a shell hands to curl, byte for byte; anything else that it runs is not found, and fails the test."""
    script = f"set -eu\ncurl() {{ printf '%s\\0' \"$@\"; }}\n{text}"
    env = {
        "PATH": "/usr/bin:/bin",
        "BIFROST_API_KEY": "canary-bf",
        "INDOXHUB_API_KEY": "canary-hub",
        "OPENAI_API_KEY": "canary-ai",
    }
    ran = subprocess.run(["bash", "-c", script], env=env, capture_output=True, check=True)  # noqa: S607 - whichever there is
    assert ran.stderr == b""
    return ran.stdout.decode("utf-8", "surrogatepass").split("\0")[:-1]


@bash
@FUZZ
@given(PROMPT, TEXT.map(lambda text: text.replace("\x00", "")), JSON)
@example("a kite", "X$(id > f)", {})
def test_curl_is_given_just_that_json(prompt: str, negative: str, extra: dict[str, Any]) -> None:
    """No sign of a prompt is the shell's."""
    view = RequestView(prompt=prompt, model="m", negative=negative or None, extra=json.dumps(extra) if extra else "")
    try:
        words = arguments(form.request_code(view, "curl", "indoxhub"))
    except VideogenError:
        return
    assert words[:3] == ["https://api.indoxhub.com/api/v1/videos/generations", "-H", "Authorization: Bearer canary-hub"]
    body = json.loads(words[words.index("-d") + 1])
    wanted = {name: value for name, value in extra.items() if value != "…"}
    assert body | wanted == body
    assert body["prompt"] == wanted.get("prompt", prompt)


@bash
@FUZZ
@given(PROMPT)
@example("a;type=text/html")
@example("@/etc/passwd")
def test_curl_is_given_just_that_form(prompt: str) -> None:
    """Nor is any curl's own: `-F` reads files and types out of values."""
    try:
        words = arguments(form.request_code(RequestView(prompt=prompt, model="m"), "curl", "openai"))
    except VideogenError:
        return
    assert words[words.index("--form-string") :].count("--form-string") == words.count("--form-string") == 2
    assert f"prompt={prompt}" in words
    assert "-F" not in words


@bash
@pytest.mark.parametrize("name", ['a"b;type=x.png', "it's $(id).png", "a\\b.png", "!x @0@.png"])
def test_files_are_named_for_the_shell_and_for_curl(name: str) -> None:
    """A file's name is a name in the form, and what it holds in the JSON."""
    Path(name).write_bytes(PNG)
    view = RequestView(prompt="@0@", model="m", image=MediaView(source=f"file:{name}", kind="image", name="x"))
    if "\\" in name:
        with pytest.raises(vg.InvalidRequest):  # a page names no such place
            form.request_code(view, "curl", "openai")
        return
    words = arguments(form.request_code(view, "curl", "openai"))
    quoted = name.replace('"', '\\"')
    assert f'input_reference=@"{quoted}";type=image/png' in words
    body = json.loads((told := arguments(form.request_code(view, "curl", "bifrost")))[told.index("-d") + 1])
    assert (body["prompt"], body["input_reference"][:22]) == ("@0@", "data:image/png;base64,")


@FUZZ
@given(PROMPT, TEXT, JSON, st.sampled_from(["python", "async"]))
def test_python_is_just_that_call(prompt: str, negative: str, extra: dict[str, Any], language: str) -> None:
    """Literals and nothing else, and no sign in them that shows as another."""
    view = RequestView(prompt=prompt, negative=negative or None, extra=json.dumps(extra) if extra else "")
    text = form.request_code(view, language, "indoxhub")
    assert not hidden_characters.HIDDEN.search(text)
    calls = [node for node in ast.walk(ast.parse(text, mode="exec")) if isinstance(node, ast.Call)]
    (call,) = (node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "generate")
    assert ast.literal_eval(call.args[0]) == prompt
    said = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert said.get("negative") == (negative or None)
    assert said.get("extra", {}) == {name: value for name, value in extra.items() if value != "…"}


@FUZZ
@given(PROMPT, TEXT, JSON)
def test_json_is_just_that_value(prompt: str, negative: str, extra: dict[str, Any]) -> None:
    """Escaped where a terminal or a reader would be misled."""
    view = RequestView(prompt=prompt, negative=negative or None, extra=json.dumps(extra) if extra else "")
    text = form.request_code(view, "json", "indoxhub")
    assert not hidden_characters.HIDDEN.search(text)
    said = json.loads(text)
    assert (said["prompt"], said.get("negative")) == (prompt, negative or None)
    assert said.get("extra", {}) == {name: value for name, value in extra.items() if value != "…"}


@FUZZ
@given(PROMPT, TEXT, JSON)
def test_a_cell_is_just_that_request(prompt: str, negative: str, extra: dict[str, Any]) -> None:
    """One line of options and the prompt; what no line can hold is refused, not cut."""
    view = RequestView(prompt=prompt, negative=negative or None, extra=json.dumps(extra) if extra else "")
    try:
        text = form.request_code(view, "magic", "indoxhub")
    except Unsupported:
        assert hidden_characters.HIDDEN.search(negative) or "\n" in negative
        return
    first, _, cell = text.partition("\n")
    line = parser.parse_line(first.removeprefix("%%videogen "))
    assert parser.split_prompts(cell, raw=bool(line.values.get("raw"))) == [prompt]
    assert line.values.get("negative") == (negative or None)
    assert line.values.get("extra") in ({name: value for name, value in extra.items() if value != "…"}, None)
    assert not line.words


@pytest.mark.parametrize("language", ["magic", "python", "async", "curl", "json"])
def test_a_credential_is_left_out_at_any_depth(language: str) -> None:
    """Also below a list, and in a field of a field."""
    extra = {"style": {"api_key": "canary-1", "deep": [{"token": "canary-2", "kept": 1}]}, "secret": "canary-3"}
    text = form.request_code(RequestView(prompt="x", model="m", extra=json.dumps(extra)), language, "indoxhub")
    assert "canary" not in text
    assert "kept" in text


def test_a_variables_name_that_is_none_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in's row, too, may hold anything."""
    row = msgspec.structs.replace(builtin.INDOXHUB, key_env="X$(id > f)")
    monkeypatch.setitem(builtin.BUILT_IN, "indoxhub", row)
    registry.installed_providers.cache_clear()
    try:
        with pytest.raises(vg.InvalidRequest, match="is not the name of an environment variable"):
            form.request_code(RequestView(prompt="x", model="m"), "curl", "indoxhub")
    finally:
        registry.installed_providers.cache_clear()


def test_a_copy_is_not_written_through_a_link(tmp_path: Path, home: Path) -> None:
    """The picture that code names is put beside the notebook, and nowhere else."""
    (tmp_path / "elsewhere").mkdir()
    Path("inputs").symlink_to(tmp_path / "elsewhere")
    view = RequestView(prompt="x")
    medium = Uploads(home).take(upload(0, len(PNG)), PNG)
    with pytest.raises(vg.InvalidRequest, match="is a link out of this project"):
        form.request_code(msgspec.structs.replace(view, image=medium), "python", "local")
    assert list((tmp_path / "elsewhere").iterdir()) == []
