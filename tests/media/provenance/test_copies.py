"""A fetched clip is never altered; what is made of it says what it is made of, and what it lost."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import c2pa
import pytest
from msgspec.structs import replace

import jupyter_videogen as vg
from jupyter_videogen.api.tables import cells
from jupyter_videogen.media import mosaic, receipt
from jupyter_videogen.media.film import write_film
from jupyter_videogen.media.mosaic import Line, Tile
from jupyter_videogen.media.provenance import copies, library, xmp
from jupyter_videogen.widget import views
from support.certificates import configure, signer
from support.marked_films import IPTC, marked, of_provider, verdict, with_xmp, xmp_source_type
from support.video_samples import clip_of, film

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.api.clip import Clip

LOST = "The content credentials of a.mp4 are not in {}: they hold for the unchanged file alone."


def drawn(path: Path, term: str = copies.DRAWN, **shape: Any) -> Clip:
    """A clip of the local engine."""
    film(path, **shape)
    xmp.append_box(path, term)
    return of_provider(path, "local")


def _page(clip: Clip, folder: Path) -> object:
    return clip.export(folder / "page.html")


OPERATIONS: dict[str, tuple[Callable[[Clip, Path], object], str]] = {
    "save": (lambda clip, folder: clip.save(folder / "copy.mp4"), ""),
    "save signed": (lambda clip, folder: clip.save(folder / "copy.mp4", sign=True), ""),
    "export a page": (_page, ""),
    "export a page beside it": (lambda clip, folder: clip.export(folder / "page.html", embed=False), ""),
    "export a GIF": (lambda clip, folder: clip.export(folder / "x.gif"), "x.gif"),
    "export a WebP": (lambda clip, folder: clip.export(folder / "x.webp"), "x.webp"),
    "to_gif": (lambda clip, folder: clip.to_gif(folder / "x.gif"), "x.gif"),
    "to_webp": (lambda clip, folder: clip.to_webp(folder / "x.webp"), "x.webp"),
    "concat": (lambda clip, folder: vg.concat([clip, clip]).save(folder / "x.mp4"), "x.mp4"),
    "frame": (lambda clip, _: clip.frame(0.1), "its frames"),
    "frames": (lambda clip, _: clip.frames(), "its frames"),
    "last frame": (lambda clip, _: clip.last_frame, "its frames"),
    "contact sheet": (lambda clip, _: clip.contact_sheet(), "its frames"),
    "check": (lambda clip, _: clip.check(), ""),
    "provenance": (lambda clip, _: clip.provenance, ""),
    "mark": (lambda clip, folder: copies.mark_copy(Path(film(folder / "other.mp4").path), [clip]), ""),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_operation_alters_a_fetched_clip_and_each_copy_says_what_it_lost(
    tmp_path: Path, home: Path, name: str
) -> None:
    """Byte for byte; the warning names the copy."""
    root = signer("Root", root=True)
    configure(home, signer("Me", root), root)
    clip, folder = marked(tmp_path / "a.mp4"), tmp_path / "out"
    folder.mkdir()
    operation, copy = OPERATIONS[name]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        operation(clip, folder)
    assert hashlib.sha256(Path(clip.path).read_bytes()).hexdigest() == clip.sha256
    assert [str(one.message) for one in told] == ([LOST.format(copy)] if copy else [])


def test_a_copy_and_a_page_keep_the_credentials_of_the_clip(tmp_path: Path) -> None:
    """They are the same bytes."""
    clip = marked(tmp_path / "a.mp4")
    copy = clip.save(tmp_path / "copy.mp4")
    clip.export(tmp_path / "page.html", embed=False)
    for path in (copy, tmp_path / "page_files" / "clip.mp4"):
        assert path.read_bytes() == Path(clip.path).read_bytes()
        assert verdict(path)["validation_state"] == "Valid"


def test_a_joined_film_of_a_model_is_a_composite_and_has_no_manifest(tmp_path: Path) -> None:
    """By the library's own reading, and a parser of XML."""
    clips = [marked(tmp_path / "a.mp4", levels=(0, 8, 16)), marked(tmp_path / "b.mp4", levels=(24, 32))]
    with pytest.warns(UserWarning, match=r"The content credentials of 2 clips are not in film\.mp4"):
        made = vg.concat(clips).save(tmp_path / "film.mp4")
    assert xmp_source_type(made) == f"{IPTC}compositeWithTrainedAlgorithmicMedia"
    with pytest.raises(c2pa.C2paError.ManifestNotFound):
        verdict(made)
    assert len(clip_of(made).frames()) == 5


def test_the_film_of_a_story_is_a_composite_of_its_shots(tmp_path: Path) -> None:
    """Its own bytes name the kind; what a shot says of itself is not in it, and that is said."""
    shots = [marked(tmp_path / "a.mp4", levels=(0, 8, 16)), of_provider(Path(film(tmp_path / "b.mp4").path))]
    with pytest.warns(UserWarning, match=r"The content credentials of a\.mp4 are not in film\.mp4"):
        write_film(shots, tmp_path / "film.mp4")
    assert xmp_source_type(tmp_path / "film.mp4") == f"{IPTC}compositeWithTrainedAlgorithmicMedia"


def test_a_plain_copy_in_another_form_stays_what_it_was(tmp_path: Path) -> None:
    """One clip alone is of a trained model; without marks of its own nothing is lost."""
    clip = of_provider(Path(film(tmp_path / "a.mp4").path))
    assert xmp_source_type(vg.concat([clip]).save(tmp_path / "x.mp4")) == f"{IPTC}trainedAlgorithmicMedia"


KINDS = {
    "drawn": (("drawn", "drawn"), copies.DRAWN),
    "drawn once": (("drawn",), copies.DRAWN),
    "drawn, of files that were given": (("mixed",), copies.MIXED),
    "both": (("drawn", "mixed"), copies.MIXED),
    "a model's": (("model",), copies.TRAINED),
    "a model's and a drawn one": (("model", "drawn"), copies.COMPOSITE),
    "an engine of another package": (("unmarked",), copies.TRAINED),
    "a provider that calls its clips drawn": (("lie",), copies.TRAINED),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_source_follows_from_all_sources(tmp_path: Path, kind: str) -> None:
    """Drawn only where the local engine drew it: its name or a file's word alone are not enough."""
    make: dict[str, Callable[[Path], Clip]] = {
        "drawn": drawn,
        "mixed": lambda path: drawn(path, copies.MIXED),
        "model": lambda path: of_provider(Path(film(path).path)),
        "unmarked": lambda path: of_provider(Path(film(path).path), "local"),
        "lie": lambda path: replace(drawn(path), provider="qubrid"),
    }
    names, expected = KINDS[kind]
    sources = [make[name](tmp_path / f"{number}.mp4") for number, name in enumerate(names)]
    sources = [replace(clip, sha256=f"{number}" * 64) for number, clip in enumerate(sources)]
    target = Path(film(tmp_path / "made.mp4").path)
    copies.mark_copy(target, sources)
    assert xmp_source_type(target) == f"{IPTC}{expected}"


def test_a_copy_that_names_its_source_is_not_marked_twice(tmp_path: Path) -> None:
    """And what is no MP4, or made of nothing, is refused."""
    clip = drawn(tmp_path / "a.mp4")
    before = Path(clip.path).read_bytes()
    copies.mark_copy(Path(clip.path), [clip])
    assert Path(clip.path).read_bytes() == before
    with pytest.raises(ValueError, match="at least one clip"):
        copies.mark_copy(Path(film(tmp_path / "b.mp4").path), [])
    with pytest.raises(ValueError, match=r"b\.webm is no MP4"):
        copies.mark_copy(Path(film(tmp_path / "b.webm", codec="libvpx-vp9").path), [clip])


def test_a_film_of_a_grid_is_marked(tmp_path: Path) -> None:
    """As a composite of what is seen in it."""
    clips = [
        of_provider(Path(film(tmp_path / f"{name}.mp4", tuple(levels)).path))
        for name, levels in (("a", (0, 8)), ("b", (16, 24)))
    ]
    lines = [Line("row", tuple(Tile(Path(clip.path).name, Path(clip.path)) for clip in clips))]
    made = mosaic.write_film(tmp_path / "grid.mp4", lines, overwrite=False, sources=clips)
    assert xmp_source_type(made) == f"{IPTC}compositeWithTrainedAlgorithmicMedia"


def test_the_receipt_of_an_animation_tells_of_both_files(tmp_path: Path) -> None:
    """The marks are in the clip and not in the copy."""
    clip = marked(tmp_path / "a.mp4")
    with pytest.warns(UserWarning, match="are not in x.gif"):
        clip.export(tmp_path / "x.gif")
    told = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert told["content_credentials"] == "not looked for in a file of this kind"
    assert told["source"]["content_credentials"] == "yes (unchecked)"
    assert told["digital_source_type"] == f"{IPTC}trainedAlgorithmicMedia"


def test_without_the_extra_marks_are_found_and_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The word says so."""
    clip = marked(tmp_path / "a.mp4")
    monkeypatch.setattr(library, "find_spec", lambda _: None)
    assert clip.provenance["content_credentials"] == "yes (unchecked)"
    assert "credentials" not in clip.provenance
    with pytest.raises(vg.Unsupported, match=r"Signing needs c2pa-python, which is missing\. Nothing was written\."):
        clip.save(tmp_path / "copy.mp4", sign=True)
    assert not (tmp_path / "copy.mp4").exists()


def test_marks_are_found_without_loading_the_library(tmp_path: Path) -> None:
    """Its native code starts with the first check."""
    marked(tmp_path / "a.mp4")
    code = (
        "import sys; from pathlib import Path; import jupyter_videogen as vg\n"
        "from jupyter_videogen.media.provenance.marks import read_marks\n"
        "print(read_marks(Path(sys.argv[1])).credentials, 'c2pa' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code, tmp_path / "a.mp4"], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["yes", "False"]


def test_xmp_of_somebody_else_stays_in_the_clip(tmp_path: Path) -> None:
    """It is read, and a copy gets our own."""
    path = with_xmp(
        Path(film(tmp_path / "a.mp4").path), f"<a:DigitalSourceType>{IPTC}digitalCapture</a:DigitalSourceType>".encode()
    )
    clip = of_provider(path)
    assert clip.marks is not None
    assert clip.marks.source_type == "digitalCapture"
    assert xmp_source_type(vg.concat([clip]).save(tmp_path / "x.mp4")) == f"{IPTC}trainedAlgorithmicMedia"


def test_pages_and_tables_say_who_made_a_clip(tmp_path: Path) -> None:
    """For people in a line, for programs as a URI; the model's name is escaped."""
    clip = replace(marked(tmp_path / "a.mp4"), model="<b>&")
    clip.export(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert (
        '<meta name="digital-source-type" content="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia">'
        in page
    )
    assert "made with AI by &lt;b&gt;&amp; at qubrid" in page
    told = cells.origin_columns(clip)
    assert told == {
        "origin": "made with AI by <b>& at qubrid",
        "digital_source_type": f"{IPTC}trainedAlgorithmicMedia",
        "content_credentials": "yes (unchecked)",
    }
    assert cells.origin_columns(drawn(tmp_path / "b.mp4"))["origin"] == "drawn by the local engine, not AI-made"
    in_a_tab = replace(drawn(tmp_path / "c.mp4"), provider="browser")
    assert cells.origin_columns(in_a_tab)["origin"] == "drawn by the browser engine, not AI-made"
    assert set(cells.origin_columns(None).values()) == {None}


def test_the_card_tells_what_is_there_and_of_old_clips_nothing(tmp_path: Path) -> None:
    """Most clips have no credentials."""
    assert views.clip_view(marked(tmp_path / "a.mp4"), tmp_path).credentials == "yes (unchecked)"
    assert views.clip_view(drawn(tmp_path / "b.mp4"), tmp_path).credentials == ""
    assert views.clip_view(film(tmp_path / "c.mp4"), tmp_path).credentials == ""


def test_a_clip_of_an_older_version_is_read_from_its_file(tmp_path: Path) -> None:
    """Its record has no marks."""
    clip = replace(marked(tmp_path / "a.mp4"), marks=None)
    assert receipt.describe_clip(clip, None)["content_credentials"] == "yes (unchecked)"
    assert "marks" not in receipt.describe_clip(clip, None)
