"""What a saved notebook keeps, and what the page is shown: pure functions from records."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace

from jupyter_videogen.api.clip import Clip
from jupyter_videogen.catalog.builtin import LOCAL, QUBAX
from jupyter_videogen.catalog.capabilities import Capabilities
from jupyter_videogen.core.clip import Marks
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.media.clip_store import relative_path
from jupyter_videogen.notebook import saved_output
from jupyter_videogen.widget.protocol import RequestView
from jupyter_videogen.widget.views import FormSurroundings, form_view, job_view
from support.fakes import SLOW
from support.runner_bench import draft

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobRecord

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>&'
ALLOWED = {"figure", "details", "summary", "video", "div", "br", "a", "code"}
KEPT = {
    "class",
    "style",
    "open",
    "controls",
    "preload",
    "src",
    "width",
    "height",
    "poster",
    "aria-label",
    "href",
    "target",
}
"""What JupyterLab's sanitiser of untrusted notebooks lets through."""
FOR_PROGRAMS = {"data-digital-source-type"}
"""What it drops, and what programs read in the notebook's file: nobody sees it."""


class Reader(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def job(prompt: str = "a kite", **changes: object) -> JobRecord:
    one = draft(SLOW, Path("/n"))
    return one.after(request=msgspec.structs.replace(one.request, prompt=prompt), **changes)


def done(folder: Path, *, poster: bytes | None = None) -> JobRecord:
    picture = None
    if poster is not None:
        (folder / "p.jpg").write_bytes(poster)
        picture = str(folder / "p.jpg")
    clip = Clip(
        path="/n/videogen/a b.mp4", bytes=9, sha256="", job_id="k3q7x2ma", prompt="a kite", provider="slow", model="m", poster=picture
    )  # fmt: skip
    return job(state="succeeded", clips=(clip,), finished_at=1_008.0)


def test_a_record_is_folded_until_there_is_something_to_see(tmp_path: Path) -> None:
    """At submit it is one line with the video in it already; at the end it is open, unless it stands below a form."""
    waiting = saved_output.render_html(job(), SLOW, "videogen/a.mp4")
    assert "<details>" in waiting
    assert 'src="videogen/a.mp4"' in waiting
    assert "<details open>" in saved_output.render_html(done(tmp_path), SLOW, "videogen/a.mp4")
    assert "<details>" in saved_output.render_html(done(tmp_path), SLOW, "videogen/a.mp4", folded=True)


def test_several_records_stand_side_by_side_and_share_the_bytes(tmp_path: Path) -> None:
    """One line folds all of them; below it each is open, whatever its state, and six take no more than one does."""
    ready = done(tmp_path, poster=b"\xff\xd8\xff" + bytes(5_000))
    jobs = [(one, SLOW, "videogen/a.mp4") for one in (ready, ready, ready, ready, ready, job())]
    bundle = saved_output.group_bundle(jobs, "6 clips <here>")
    assert bundle["text/html"].startswith(
        '<details class="videogen-records"><summary>6 clips &lt;here&gt;</summary><figure class="videogen-record"'
    )
    assert (bundle["text/html"].count("<details open>"), bundle["text/html"].count("display:inline-block")) == (6, 6)
    assert bundle["text/html"].count('poster="data:') == 5
    assert len(bundle["text/html"]) < 60_000
    assert bundle["text/markdown"].count("](videogen/a.mp4)") == bundle["text/plain"].count("a kite") == 6
    large = done(tmp_path, poster=b"\xff\xd8\xff" + bytes(50_000))
    html = saved_output.group_bundle([(large, SLOW, "a.mp4")] * 6, "6 clips")["text/html"]
    assert ("poster" in html, html.count('preload="metadata"')) == (False, 6)
    assert saved_output.group_bundle([], "0 clips") == {"text/html": "", "text/plain": ""}


def test_what_is_unfinished_says_how_to_go_on(tmp_path: Path) -> None:
    """By the command that shows how it stands; a finished one says how to show it again."""
    waiting = job()
    assert f"<code>%videogen show {waiting.id}</code> shows how it stands" in saved_output.render_html(
        waiting, SLOW, "a"
    )
    assert "show it again with" in saved_output.render_html(done(tmp_path), SLOW, "a")


def test_the_extension_is_told_the_widget_and_the_states(tmp_path: Path) -> None:
    """What it needs to draw the widget, and to tell an end in words; no path and no settings."""
    assert saved_output.extension_data("form", model_id="m1") == {"v": 1, "kind": "form", "model_id": "m1"}
    ready = done(tmp_path)
    told = {"id": ready.id, "state": "succeeded", "title": "a kite"}
    table = saved_output.extension_data("records", model_id="m1", grid="study-1")
    assert table == {"v": 1, "kind": "records", "model_id": "m1", "grid": "study-1"}
    assert saved_output.extension_data("records", [ready]) == {"v": 1, "kind": "records", "jobs": [told]}


def test_a_failure_has_words_and_no_player() -> None:
    """What happened, what next, and the truth about money."""
    failure = Failure(code="auth", message="No key.", next="Set it.", sent="no", charged="no")
    read = Reader(saved_output.render_html(job(state="failed", failure=failure), SLOW, "videogen/a.mp4"))
    assert "video" not in read.tags
    assert "No key. Set it. Nothing was sent or charged." in read.text


@examples(deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_nothing_from_outside_becomes_html(prompt: str, message: str) -> None:
    """Whatever a prompt or a provider says, the tags and attributes are ours, and the words are there as they were."""
    failure = Failure(code="provider", message=HOSTILE + message, sent="yes")
    for one in (job(HOSTILE + prompt), job(HOSTILE + prompt, state="failed", failure=failure)):
        read = Reader(saved_output.render_html(one, SLOW, "videogen/a.mp4"))
        assert set(read.tags) <= ALLOWED
        assert {name for name, _ in read.attributes} <= KEPT | FOR_PROGRAMS
        assert HOSTILE in read.text


def test_what_was_filled_into_a_prompt_is_told() -> None:
    """By name and value, escaped as everything from outside."""
    page = saved_output.render_html(job("Ada <b> flies", filled={"hero": "Ada <b>"}), SLOW, "a.mp4")
    assert "filled: hero=&#x27;Ada &lt;b&gt;&#x27;" in page
    assert "filled" not in saved_output.render_html(job("Ada flies"), SLOW, "a.mp4")


def test_a_link_is_encoded() -> None:
    """Blanks, quotes and hashes of a folder's name stay in the path."""
    html = saved_output.render_html(job(), SLOW, 'my "clips" #1/videogen/a.mp4')
    assert 'src="my%20%22clips%22%20%231/videogen/a.mp4"' in html


def test_a_poster_goes_along_and_keeps_the_record_small(tmp_path: Path) -> None:
    """A JPEG of the largest size allowed, in base64, is under 100 kB; one whose file is gone is left out."""
    jpeg = b"\xff\xd8\xff" + bytes(59_000)
    ready = done(tmp_path, poster=jpeg)
    html = saved_output.render_html(ready, SLOW, "videogen/a.mp4")
    assert 'poster="data:image/jpeg;base64,/9j/' in html
    assert "<img" not in html  # twice would be too much
    assert len(html) < 100_000
    (tmp_path / "p.jpg").unlink()
    assert "poster" not in saved_output.render_html(ready, SLOW, "videogen/a.mp4")


def test_a_simulated_clip_says_so(tmp_path: Path) -> None:
    """Wherever it is shown."""
    assert "drawn by the local engine, not AI-made" in saved_output.render_html(done(tmp_path), LOCAL, "videogen/a.mp4")
    assert "made with AI by m at Slow Inc." in saved_output.render_html(done(tmp_path), SLOW, "videogen/a.mp4")


def test_who_made_a_clip_stands_there_for_programs_too(tmp_path: Path) -> None:
    """As a URI of IPTC, from the first record on; a job that ended without a clip has made nothing."""
    uri, ready = "http://cv.iptc.org/newscodes/digitalsourcetype/", done(tmp_path)
    running = ready.after(state="running", clips=(), finished_at=None)
    failed = ready.after(state="failed", clips=())
    plug_in = ready.after(clips=(replace(ready.clips[0], provider="local", marks=Marks()),))
    drawn = ready.after(clips=(replace(ready.clips[0], provider="local", marks=Marks(source_type="algorithmicMedia")),))
    for job, provider, term, words in (
        (ready, SLOW, "trainedAlgorithmicMedia", "made with AI by m at Slow Inc."),
        (running, SLOW, "trainedAlgorithmicMedia", "made with AI by m at Slow Inc."),
        (drawn, LOCAL, "algorithmicMedia", "drawn by the local engine, not AI-made"),
        (plug_in, LOCAL, "trainedAlgorithmicMedia", "made with AI by m at Local engine"),
    ):
        html = saved_output.render_html(job, provider, "videogen/a.mp4")
        assert f'data-digital-source-type="{uri}{term}"' in html
        assert words in html
    html = saved_output.render_html(failed, SLOW, "videogen/a.mp4")
    assert "data-digital-source-type" not in html
    assert "made with AI" not in html
    assert "by Slow Inc." in html


def test_the_other_forms(tmp_path: Path) -> None:
    """Markdown links the file; plain text is one line."""
    bundle = saved_output.mime_bundle(done(tmp_path), SLOW, "videogen/a.mp4")
    assert bundle["text/markdown"].startswith(
        "[a kite](videogen/a.mp4) · 4 s · 640×360 · seed 7 · made with AI by m at Slow Inc."
    )
    assert bundle["text/plain"] == "a kite: videogen/a.mp4"


def test_a_site_that_takes_films_out_still_shows_a_picture(tmp_path: Path) -> None:
    """As GitHub does: the tag goes, and what is inside it stays, with the facts around it."""
    ready = done(tmp_path, poster=b"\xff\xd8\xff" + bytes(30_000))
    html = saved_output.render_html(ready, SLOW, "videogen/a.mp4")
    left = re.sub(r"</?video[^>]*>", "", html)
    assert '<img src="data:image/jpeg;base64,/9j/' in left
    assert 'alt="a kite"' in left
    assert saved_output.render_facts(ready, SLOW) in left
    assert len(html) < 100_000


@pytest.mark.parametrize(
    ("path", "folder", "src"),
    [
        ("/n/videogen/a.mp4", "/n", "videogen/a.mp4"),
        ("/n/videogen/a.mp4", "/n/sub", "../videogen/a.mp4"),
        ("/other/a.mp4", "/n", "../other/a.mp4"),
    ],
)
def test_a_clip_is_found_relative_to_its_notebook(path: str, folder: str, src: str) -> None:
    """Moved together, they still find each other."""
    assert relative_path(path, Path(folder)) == src


def test_the_page_is_shown_no_path_of_this_machine(tmp_path: Path) -> None:
    """The view of a job holds no absolute path, no bytes and no key."""
    view = job_view(done(tmp_path, poster=b"\xff\xd8\xff"), SLOW, folder=Path("/n"))
    text = msgspec.json.encode(view).decode()
    assert not re.search(r'"/|/n/|base64', text)
    assert view.clip is not None
    assert view.clip.src == "videogen/a b.mp4"


def test_a_form_opens_also_where_no_model_is_known() -> None:
    """A provider without a built-in list: the named model, what was listed, and anything that is typed."""
    named = form_view(QUBAX, RequestView(model="m"))
    assert [model.id for model in named.models] == ["m"]
    assert (form_view(QUBAX, RequestView()).models, named.start.model) == ((), "m")
    assert named.other is not None
    listed = msgspec.structs.replace(QUBAX, listed=("a", "m"))
    assert [model.id for model in form_view(listed, RequestView(model="m")).models] == ["m", "a"]


def test_what_the_configuration_says_of_a_model_reaches_the_form() -> None:
    """The page checks by the same numbers as the kernel: those of the configuration go before the provider's."""
    mine = Capabilities(model="mine", takes=frozenset({"duration"}), durations=(4, 8))
    served = msgspec.structs.replace(QUBAX, described={"mine": mine}, listed=("a", "mine"))
    assert {model.id: model.durations for model in form_view(served, RequestView()).models} == {"a": (), "mine": (4, 8)}
    first = LOCAL.models[0]
    local = msgspec.structs.replace(LOCAL, described={first.model: msgspec.structs.replace(first, longest=3)})
    assert [model.longest for model in form_view(local, RequestView()).models][:2] == [3, 20]


def test_a_model_that_the_service_dropped_is_named_as_such() -> None:
    """Only by a fresh list: an old one proves nothing."""
    around = FormSurroundings(used=("a", "gone"))
    fresh = msgspec.structs.replace(QUBAX, listed=("a", "m"), listed_lately=True)
    form = form_view(fresh, RequestView(model="gone"), around)
    assert ([model.id for model in form.models], form.retired) == (["a", "m"], ("gone",))
    assert form_view(msgspec.structs.replace(fresh, listed_lately=False), RequestView(), around).retired == ()


def test_the_notes_of_a_job_are_in_its_record(tmp_path: Path) -> None:
    """What the model did not use, and what the local engine has no scene for; escaped, as a provider may have worded it."""
    noted = done(tmp_path).after(warnings=('No scene for "cat": drew silk.', "<b>"))
    html = saved_output.render_html(noted, SLOW, "videogen/a.mp4")
    assert "No scene for &quot;cat&quot;: drew silk." in html
    assert "<b>" not in html
