"""One clip as a page, a GIF and a WebP: each with how it was made, and nothing of this machine."""

from __future__ import annotations

import hashlib
import json
import re
from html import unescape
from pathlib import Path

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.media import clip_store, embedding, receipt


@pytest.fixture
def clip() -> vg.Clip:
    return vg.generate("Waves at <b>sunset</b>", model="local/ink", duration=1, size="320x192", seed=4)


def test_a_page_of_one_clip_is_one_file(clip: vg.Clip, tmp_path: Path) -> None:
    """The clip, its prompt and its receipt are in it; it fetches nothing and runs nothing."""
    text = clip.export("one.html").read_text("utf-8")
    assert [file.name for file in Path().iterdir() if file.is_file()] == ["one.html"]
    assert "<h1>Waves at &lt;b&gt;sunset&lt;/b&gt;</h1>" in text
    assert "<script" not in text
    addresses = re.findall(r' (?:src|poster|href)="([^",]+)', text)
    assert [one.partition(";")[0] for one in addresses] == ["data:", "data:video/mp4", "data:image/webp"]
    (told,) = re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL)
    assert json.loads(unescape(told))["sha256"] == clip.sha256
    assert str(tmp_path) not in text


def test_a_large_clip_lies_beside_its_page(clip: vg.Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself; with `embed` the limit is told."""
    monkeypatch.setattr(embedding, "EMBED_BYTES", 1000)
    with pytest.raises(vg.InvalidRequest, match="a page holds at most"):
        clip.export("one.html", embed=True)
    assert 'src="one_files/clip.mp4"' in clip.export("one.html").read_text("utf-8")
    assert hashlib.sha256(Path("one_files/clip.mp4").read_bytes()).hexdigest() == clip.sha256
    with pytest.raises(vg.InvalidRequest, match="already exists"):
        clip.export("one.html")
    assert clip.export("one.html", overwrite=True).exists()


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_an_animation_has_its_receipt_beside_it(clip: vg.Clip, suffix: str) -> None:
    """It tells of the very file, and of the clip that this was made of."""
    made = clip.export(f"one{suffix}")
    told = receipt.read_receipt(made)
    assert told is not None
    assert told["sha256"] == hashlib.sha256(made.read_bytes()).hexdigest()
    assert told["source"]["sha256"] == clip.sha256
    assert told["prompt"] == clip.prompt
    with pytest.raises(vg.InvalidRequest, match="Only a page"):
        clip.export(f"two{suffix}", embed=True)


@pytest.mark.parametrize(
    ("name", "words"), [("one.txt", r"Known are \.html, \.gif, \.webp"), ("one.mp4", r"clip\.save")]
)
def test_another_name_is_refused(clip: vg.Clip, name: str, words: str) -> None:
    """With what works."""
    with pytest.raises(vg.InvalidRequest, match=words):
        clip.export(name)


def test_a_size_in_other_words_is_left_out(clip: vg.Clip) -> None:
    """As a provider may say it."""
    odd = msgspec.structs.replace(clip, size="HD, 16:9")
    assert "HD, 16:9" not in odd.export("odd.html").read_text("utf-8").partition("<details>")[0]


def test_a_clip_that_is_gone_is_told(clip: vg.Clip) -> None:
    """Deleted or changed; nothing is written."""
    path = Path(clip.path)
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(vg.InvalidRequest, match="has changed since it was stored"):
        clip.export("one.html")
    path.unlink()
    with pytest.raises(vg.InvalidRequest, match="no longer at"):
        clip.export("one.html")
    assert not Path("one.html").exists()
    assert not clip_store.is_there(clip)
