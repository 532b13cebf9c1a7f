"""Nothing that is there is replaced: receipts, posters, copies, and what a link leads to."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.media import clip_store, partial_file, receipt
from support.fakes import MP4
from support.ipython_shell import PNG

if TYPE_CHECKING:
    from support.paid_server import Shop


def clip_at(path: Path, job_id: str = "k3q7x2ma") -> Clip:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(MP4)
    return Clip(
        path=str(path), bytes=len(MP4), sha256="5a" * 32, job_id=job_id, prompt="a kite", provider="slow", model="m"
    )


def test_a_file_of_the_users_beside_a_clip_stays(lab: vg.Client) -> None:
    """`-o results.mp4` beside the user's `results.json`: the receipt takes another name, and is found there."""
    Path("results.json").write_text("mine")
    clip = lab.generate("a kite", model="m", output="results.mp4")
    assert Path("results.json").read_text() == "mine"
    assert json.loads(Path("results.mp4.json").read_text())["job_id"] == clip.job_id
    assert clip.provenance["path"] == "results.mp4"


def test_two_files_of_the_user_are_told_of(lab: vg.Client) -> None:
    """With no name left the clip is there without a receipt, and says so."""
    Path("results.json").write_text("mine")
    Path("results.mp4.json").write_text("mine too")
    job = lab.submit("a kite", model="m", output="results.mp4")
    job.result(30)
    assert "The receipt beside the clip could not be written" in "".join(job.record.warnings)
    assert [Path(name).read_text() for name in ("results.json", "results.mp4.json")] == ["mine", "mine too"]
    assert not list(Path().glob(".videogen*"))


@pytest.mark.parametrize("kind", ["dangling", "to a file"])
def test_a_link_in_place_of_a_receipt_is_not_followed(kind: str, lab: vg.Client, tmp_path: Path) -> None:
    """Nor replaced."""
    aim = tmp_path / "aim"
    if kind == "to a file":
        aim.write_text("mine")
    Path("results.json").symlink_to(aim)
    lab.generate("a kite", model="m", output="results.mp4")
    assert Path("results.json").is_symlink()
    assert (aim.read_text() if aim.exists() else "") == ("mine" if kind == "to a file" else "")
    assert Path("results.mp4.json").is_file()


def test_versions_have_a_receipt_each(lab: vg.Client) -> None:
    """`v1.5` and `v1.6` are names of their own."""
    clips = [lab.generate(prompt, model="m", output=name) for prompt, name in (("one", "v1.5"), ("two", "v1.6"))]
    assert [Path(clip.path).name for clip in clips] == ["v1.5.mp4", "v1.6.mp4"]
    assert [clip.provenance["prompt"] for clip in clips] == ["one", "two"]


def test_a_receipt_of_the_same_job_is_renewed(tmp_path: Path) -> None:
    """A clip that is fetched again leaves one receipt; another job's is left alone."""
    clip = clip_at(tmp_path / "a.mp4")
    for job_id, count in (("k3q7x2ma", 1), ("k3q7x2ma", 1), ("zzzzzzzz", 2), ("zzzzzzzz", 2)):
        receipt.write_receipt(Path(clip.path), {"generator": "jupyter-videogen", "job_id": job_id, "sha256": job_id})
        assert len(list(tmp_path.glob("*.json"))) == count
    assert receipt.read_receipt(Path(clip.path), "zzzzzzzz") == receipt.parse_receipt(
        (tmp_path / "a.mp4.json").read_bytes()
    )
    assert (receipt.read_receipt(Path(clip.path), "k3q7x2ma") or {})["job_id"] == "k3q7x2ma"


def test_posters_are_named_by_their_job(shop: Shop, lab: vg.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """`a/out.mp4` and `b/out.mp4` are two clips."""
    monkeypatch.setattr("jupyter_videogen.media.frames.poster", lambda _: PNG)
    clips = [
        lab.generate(prompt, model="m", output=name) for prompt, name in (("one", "a/out.mp4"), ("two", "b/out.mp4"))
    ]
    assert [Path(str(clip.poster)).name for clip in clips] == [f"{clip.job_id}-0.png" for clip in clips]
    assert len({clip.poster for clip in clips}) == 2
    assert shop.book


def test_a_clip_that_is_brought_is_not_written_through_a_link(tmp_path: Path) -> None:
    """A dangling link is a name that is taken."""
    clip = clip_at(tmp_path / "clips" / "a.mp4")
    aim = tmp_path / "aim.mp4"
    (tmp_path / "out.mp4").symlink_to(aim)
    assert clip_store.copy_to_output(clip, str(tmp_path / "out.mp4")) == clip.path
    assert not aim.exists()
    (tmp_path / "free").mkdir()
    assert clip_store.copy_to_output(clip, f"{tmp_path}/free/b.mp4") == f"{tmp_path}/free/b.mp4"
    with pytest.raises(vg.InvalidRequest, match="already exists"):
        clip_store.copy(clip, tmp_path / "out.mp4")
    assert not aim.exists()


def test_a_name_that_is_taken_by_a_link_is_taken_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system without them must not be a way around."""

    def none(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", none)
    (tmp_path / "new").write_text("new")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        partial_file.link_without_replacing(tmp_path / "new", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()


def test_a_poster_is_not_written_through_a_link(tmp_path: Path) -> None:
    """It takes the link's place."""
    (tmp_path / "p.jpg").symlink_to(tmp_path / "aim")
    assert clip_store.write_poster(b"\xff\xd8\xff" + b"x" * 9, tmp_path / "p.jpg") == str(tmp_path / "p.jpg")
    assert not (tmp_path / "aim").exists()
    assert not os.path.islink(tmp_path / "p.jpg")  # noqa: PTH114 - the same question
