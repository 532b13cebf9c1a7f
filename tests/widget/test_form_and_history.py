"""The form's messages, the history and requests as code, in a kernel's own process and against a provider with a book."""

from __future__ import annotations

import asyncio
import json
import shlex
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin
from jupyter_videogen.commands import parser
from jupyter_videogen.core.errors import InvalidRequest, Unsupported, VideogenError
from jupyter_videogen.core.timing import JobKind
from jupyter_videogen.media import receipt
from jupyter_videogen.runtime import process
from jupyter_videogen.widget import form, history
from jupyter_videogen.widget.dropped_clip import recall_request
from jupyter_videogen.widget.form import Uploads, request_code
from jupyter_videogen.widget.protocol import (
    Choose,
    Fetch,
    History,
    MediaView,
    Poster,
    Recall,
    Recalled,
    Remove,
    RequestView,
    Star,
)
from jupyter_videogen.widget.views import request_view
from jupyter_videogen.widget.widget import VideoGen
from support.form_messages import HEAD, PNG, upload

if TYPE_CHECKING:
    from support.paid_server import Shop


# ---- media -------------------------------------------------------------------------------------------------------


def test_a_file_arrives_in_pieces(home: Path) -> None:
    """In order; a piece that comes twice, because its ack was lost, is harmless; the last one gives the medium each time."""
    uploads = Uploads(home)
    assert uploads.take(upload(0), PNG[:20]) is None
    assert uploads.take(upload(20), PNG[20:30]) is None
    assert uploads.take(upload(0), PNG[:20]) is None
    medium = uploads.take(upload(30), PNG[30:])
    assert uploads.take(upload(30), PNG[30:]) == medium
    name = f"upload:{sha256(PNG).hexdigest()}"
    assert medium == MediaView(source=name, kind="image", name="cat.png", width=3, height=2)
    assert form.resolve_media(medium, "image") == home / "inputs" / name.removeprefix("upload:")


def test_a_file_that_cannot_be_is_refused(home: Path) -> None:
    """A gap, another kind of file, one that is too large; each names the field."""
    uploads = Uploads(home)
    for message, piece, words in [
        (upload(5), PNG[5:], "The upload of cat.png is incomplete"),
        (upload(0, 4, "other"), b"text", "is not a supported image file"),
        (upload(0, 1 << 40, "large"), PNG, "has 1048576 MB; the limit is 32 MB"),
    ]:
        with pytest.raises(InvalidRequest, match=words) as caught:
            uploads.take(message, piece)
        assert caught.value.field == "image"


@pytest.mark.parametrize("source", ["upload:../../etc/passwd", "upload:x", "nothing:1", "variable:missing", ""])
def test_a_medium_that_nobody_knows_is_refused(source: str) -> None:
    """No path leads out of the home by a name that the page sends."""
    with pytest.raises(InvalidRequest) as caught:
        form.resolve_media(MediaView(source=source, kind="image", name="x"), "image")
    assert caught.value.field == "image"


def test_what_the_form_sends_is_a_request() -> None:
    """Only what was given; further fields are JSON; a mistake there names its field."""
    sent = RequestView(prompt="x", model="m", duration=4, sound=False, extra='{"style": 1}', negative="")
    assert form.collect_fields(sent) == {"model": "m", "duration": 4, "sound": False, "extra": {"style": 1}}
    with pytest.raises(InvalidRequest) as caught:
        form.collect_fields(RequestView(extra="[1]"))
    assert caught.value.field == "extra"


# ---- the history -------------------------------------------------------------------------------------------------


def test_the_history_is_paged_searched_starred_and_tidied(lab: vg.Client) -> None:
    """Newest first; what is removed comes back by undo, and stays in the ledger all the while."""
    jobs = [lab.submit(f"kite {number}", model="m") for number in range(5)]
    for job in jobs:
        job.result(20)
    page = history.page(History(**HEAD, scope="all", limit=2))
    assert ([tile.prompt for tile in page.tiles], page.total) == (["kite 4", "kite 3"], 5)

    def found(**terms: Any) -> list[str]:
        return [tile.prompt for tile in history.page(History(**HEAD, scope="all", **terms)).tiles]

    assert found(search="KITE 3") == ["kite 3"]
    history.answer_history(Star(**HEAD, job_id=jobs[1].id, on=True), [])
    assert found(starred=True) == ["kite 1"]
    history.answer_history(Remove(**HEAD, job_id=jobs[1].id), [])
    assert (found(starred=True), len(found()), len(vg.jobs())) == ([], 4, 5)
    history.answer_history(Remove(**HEAD, job_id=jobs[1].id, undo=True), [])
    assert found(starred=True) == ["kite 1"]
    assert process.runtime().history.usual_of_kinds(jobs[0].provider.base_url)(JobKind("m")).runs == 5
    assert process.runtime().ledger.used_models(jobs[0].provider.base_url) == ["m"]
    assert process.runtime().ledger.used_models("https://elsewhere.example/v1") == []


# ---- clips that are dropped on the form ------------------------------------------------------------------------


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file beside the notebook."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    return path


def recall(name: str, text: str = "") -> Recalled:
    return recall_request(Recall(**HEAD, name=name, receipt=text))


def test_a_clip_tells_how_it_was_made(shop: Shop, lab: vg.Client, picture: Path) -> None:
    """By its name, also where a browser has added a number; media and all."""
    clip = lab.generate("a kite", model="m", seed=7, image=picture)
    name = Path(clip.path).name
    told = recall(name.replace(".mp4", " (1).mp4"))
    assert (told.provider, told.request.prompt, told.request.seed) == (clip.provider, "a kite", 7)
    assert told.request == request_view(vg.job(clip.job_id).record.request, Path.cwd())
    receipt.receipt_path(Path(clip.path)).unlink()
    assert recall(name) == told
    assert len(shop.book) == 1


def test_a_receipt_from_elsewhere_tells_as_much(lab: vg.Client, picture: Path) -> None:
    """What is not on this machine is left out, and said."""
    clip = lab.generate("a kite", model="m", seed=7, image=picture)
    text = receipt.receipt_path(Path(clip.path)).read_text("utf-8").replace(clip.job_id, "zzzzzzzz")
    assert recall("kite.json", text).request.image == recall(Path(clip.path).name).request.image
    picture.unlink()
    told = recall("kite.json", text)
    assert (told.request.prompt, told.request.image, told.missing) == ("a kite", None, ("image",))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("holiday.mp4", ""),
        ("kite-aaaaaaaa.mp4", ""),
        ("../../../etc/passwd-aaaaaaaa.mp4", ""),
        ("a.json", "{"),
        ("a.json", "[]"),
        ("a.json", '{"generator": "another"}'),
        ("a.json", '{"generator": "jupyter-videogen", "provider": "local"}'),
        ("a.json", '{"generator": "jupyter-videogen", "provider": "local", "request": {"prompt": 7}}'),
        ("a.json", '{"generator": "jupyter-videogen", "provider": "local", "request": {"prompt": "a", "image": {"sha256": "/etc/passwd"}, "references": 7}}'),
    ],
)  # fmt: skip
def test_what_is_no_clip_of_ours_is_refused(home: Path, name: str, text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"says how|can't be read") as caught:
        recall(name, text)
    assert caught.value.failure.next


# ---- code --------------------------------------------------------------------------------------------------------

REQUEST = RequestView(
    prompt='Say "hi"\nin {neon} \\ rain',
    model="veo",
    duration=8,
    aspect="9:16",
    negative="text, blur",
    sound=False,
    extra='{"style": "it\'s", "byok_api_key": "canary-secret"}',
)
FIELDS = {
    "model": "veo",
    "duration": 8,
    "aspect": "9:16",
    "negative": "text, blur",
    "sound": False,
    "extra": {"style": "it's"},
}


def test_a_clip_goes_to_the_page_in_pieces(shop: Shop, lab: vg.Client) -> None:
    """Any piece, as often as asked, never past the end; a clip or a file that is not there is an error in words."""
    clip = lab.generate("a kite", model="m")
    whole = Path(clip.path).read_bytes()

    def fetch(offset: int, length: int, take: int = 0) -> bytes:
        asked = Fetch(**HEAD, job_id=clip.job_id, take=take, offset=offset, length=length)
        (piece,) = history.answer_history(asked, [])["buffers"]
        return bytes(piece)

    assert fetch(0, 10) + fetch(10, 1 << 30) == whole
    assert fetch(0, 10) == whole[:10]
    assert fetch(len(whole), 10) == b""
    with pytest.raises(VideogenError, match="has no clip 2"):
        fetch(0, 10, take=1)
    Path(clip.path).unlink()
    with pytest.raises(VideogenError, match="can't be read"):
        fetch(0, 10)


def test_a_page_that_greets_is_told_its_job_once_more(
    shop: Shop, lab: vg.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was told last may have been dropped on its way; a form without a job tells nothing."""
    form, told = VideoGen(provider="local"), []
    monkeypatch.setattr(form, "send_state", lambda key: told.append(key))  # noqa: PLW0108 - it is given by name
    greeting = {**HEAD, "type": "hello"}
    form._receive(form, {**greeting, "request_id": "early"}, [])
    assert told == []
    job = lab.submit("a cat", model="m")
    job.result(30)
    form.follow(job)
    told.clear()
    form._receive(form, greeting, [])
    assert told == ["job"]
    assert form.job["state"] == "succeeded"


def test_two_notebooks_in_one_folder_have_a_clip_each(shop: Shop, lab: vg.Client) -> None:
    """Two takes of one prompt, as two notebooks ask for it, go into one folder side by side: none replaces the other."""
    one, other = (lab.submit("a cat", model="m", new=True) for _ in range(2))
    paths = [Path(job.result(30).path) for job in (one, other)]
    assert paths[0].parent == paths[1].parent
    assert paths[0] != paths[1]
    for job, path in zip((one, other), paths, strict=True):
        fetched = history.read_clip_piece(Fetch(**HEAD, job_id=job.id, take=0, offset=0, length=1 << 20))
        assert sha256(fetched).hexdigest() == job.record.clips[0].sha256 == sha256(path.read_bytes()).hexdigest()


def test_a_picture_that_the_page_drew_is_kept_once(shop: Shop, lab: vg.Client) -> None:
    """The first one stays; what is no JPEG or PNG, or too large for a notebook, is passed over."""
    clip = lab.generate("a kite", model="m")
    asked = Poster(**HEAD, job_id=clip.job_id, take=0)
    for picture in (b"no picture", b"\xff\xd8\xff" + bytes(100_000)):
        history.answer_history(asked, [picture])
        assert vg.job(clip.job_id).clip.poster is None
    history.answer_history(asked, [b"\xff\xd8\xff first"])
    history.answer_history(asked, [b"\xff\xd8\xff second"])
    assert Path(vg.job(clip.job_id).clip.poster or "").read_bytes() == b"\xff\xd8\xff first"


def test_json_is_the_request_itself() -> None:
    """Pasted back by `vg.generate(**…)`."""
    assert json.loads(request_code(REQUEST, "json", "indoxhub")) == {
        "prompt": REQUEST.prompt,
        "provider": "indoxhub",
        **FIELDS,
    }


def test_python_asks_for_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text is run, in both kinds of Python, with a client that only listens."""
    asked: list[Any] = []

    class Listener:
        def __init__(self, provider: str) -> None:
            self.provider = provider

        async def __aenter__(self) -> Self:
            return self

        async def __aexit__(self, *_: object) -> None:
            """Nothing to close."""

        async def generate(self, prompt: str, **given: Any) -> None:
            asked.append((prompt, {"provider": self.provider, **given}))

    monkeypatch.setattr(vg, "generate", lambda prompt, **given: asked.append((prompt, given)), raising=False)
    monkeypatch.setattr(vg, "AsyncClient", Listener, raising=False)
    exec(request_code(REQUEST, "python", "indoxhub"), {})  # noqa: S102 - our own text
    lines = request_code(REQUEST, "async", "indoxhub").replace("\n", "\n ")
    scope: dict[str, Any] = {}
    exec(f"async def main():\n {lines}", scope)  # noqa: S102 - our own text
    asyncio.run(scope["main"]())
    assert asked == [(REQUEST.prompt, {"provider": "indoxhub", **FIELDS})] * 2


def test_a_cell_asks_for_the_same() -> None:
    """Read back by the magic's own grammar."""
    first, _, prompt = request_code(REQUEST, "magic", "indoxhub").partition("\n")
    line = parser.parse_line(first.removeprefix("%%videogen "))
    assert (prompt.strip(), line.words) == (REQUEST.prompt, ())
    assert line.values == {"provider": "indoxhub", **FIELDS, "model": [FIELDS["model"]], "raw": True}
    plain = msgspec.structs.replace(REQUEST, prompt='{"json": 1}')
    assert "--raw" not in request_code(plain, "magic", "indoxhub")  # no variable could be meant


def test_curl_sends_the_same_call() -> None:
    """The body as the dialect makes it, the key by the name of its variable."""
    words = shlex.split(request_code(REQUEST, "curl", "indoxhub"))
    assert words[1] == "https://api.indoxhub.com/api/v1/videos/generations"
    assert "Authorization: Bearer $INDOXHUB_API_KEY" in words
    body = json.loads(words[words.index("-d") + 1])
    assert (body["prompt"], body["style"], body["negative_prompt"]) == (REQUEST.prompt, "it's", "text, blur")
    with pytest.raises(Unsupported):
        request_code(RequestView(prompt="x"), "curl", "local")


@pytest.mark.parametrize("language", ["magic", "python", "async", "curl", "json"])
def test_code_never_holds_a_credential(language: str) -> None:
    """Nor what would be chosen anyway."""
    text = request_code(REQUEST, language, "indoxhub")
    assert "canary-secret" not in text
    assert "byok" not in text


def test_a_pasted_picture_is_put_beside_the_notebook(home: Path) -> None:
    """So that code can name it, and defaults are left out."""
    medium = Uploads(home).take(upload(0), PNG)
    request = RequestView(prompt="x", model="local/scenes", duration=4, size="1280x720", image=medium)
    place = f"inputs/{sha256(PNG).hexdigest()[:12]}.png"
    assert json.loads(request_code(request, "json", "local")) == {
        "prompt": "x",
        "provider": "local",
        "image": place,
    }
    assert Path(place).read_bytes() == PNG


# ---- the widget --------------------------------------------------------------------------------------------------


def test_a_form_keeps_secrets_out_of_the_page_and_sends_them_all_the_same(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A credential that was given in Python is in no trait, and goes along with the request."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-1")
    monkeypatch.setitem(builtin.BUILT_IN, "openai", builtin.OPENAI)
    widget = VideoGen(provider="openai", model="m", extra={"byok_api_key": "canary-2", "style": "noir"})
    assert "canary" not in msgspec.json.encode(widget.form).decode()
    assert widget.form["start"]["extra"] == '{"byok_api_key":"…","style":"noir"}'
    assert shop.book == []

    widget._handle(Choose(**HEAD, provider="qubax"), [])
    assert (widget.form["provider"], widget._secrets) == ("qubax", {})  # they were not given for that service


def test_a_job_shows_its_request_as_the_form_holds_it(lab: vg.Client) -> None:
    """To recall it, or to make something like it."""
    job = lab.submit("a kite", model="m", duration=4, seed=7, extra={"style": "noir"})
    job.result(20)
    view = request_view(job.request, Path.cwd())
    assert form.collect_fields(view) == {"model": "m", "duration": 4, "seed": 7, "extra": {"style": "noir"}}
    assert history.job_view_of(job, job.record).request == view
