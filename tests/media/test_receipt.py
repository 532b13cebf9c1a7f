"""The receipt beside a clip: whole, and fit to be shown to anybody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.media import receipt
from jupyter_videogen.runtime import process
from support.fakes import MP4, SLOW
from support.runner_bench import DONE, Bench, draft, looks

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobRecord

SIGNED = "https://user:pass@cdn.example/cat.png?X-Amz-Signature=5ec2e7&X-Amz-Credential=AK1A#frag"
KEY = "sk-canary0123456789abcdef"


def stored(folder: Path, **request: object) -> tuple[Clip, JobRecord]:
    """A clip on the disk and the record of its job."""
    record = draft(SLOW, folder)
    record = record.after(
        request=msgspec.structs.replace(record.request, **request), sent_at=1_001.0, finished_at=1_060.0, cost=0.4
    )
    path = Path(record.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(MP4)
    clip = Clip(
        path=str(path),
        bytes=len(MP4),
        sha256="5a" * 32,
        job_id=record.id,
        prompt=record.request.prompt,
        provider="slow",
        model="m",
        duration=4,
        size="640x360",
        seed=7,
        cost=0.4,
        poster=str(folder / "home" / "poster.jpg"),
        created_at=1_060.0,
    )
    return clip, record.after(state="succeeded", clips=(clip,))


def test_a_finished_job_leaves_its_receipt(tmp_path: Path) -> None:
    """Model, provider, parameters, job, times, hash and versions, as `Clip.provenance` gives them too."""
    job = Bench(tmp_path, SLOW, looks(DONE)).run()
    clip = Clip.of(job.clips[0])
    facts = clip.provenance
    assert facts == json.loads(Path(job.path).with_suffix(".json").read_text("utf-8"))
    assert (facts["generator"], facts["job_id"], facts["provider"], facts["model"]) == (
        "jupyter-videogen",
        "k3q7x2ma",
        "slow",
        "m",
    )
    assert facts["request"] == {"prompt": "a kite", "model": "m", "duration": 4, "size": "640x360", "seed": 7}
    assert (facts["sha256"], facts["path"]) == (clip.sha256, "a-kite-k3q7x2ma.mp4")
    assert facts["times"]["created_at"] == 1_000.0
    assert facts["times"].keys() == {"created_at", "sent_at", "accepted_at", "stored_at"}
    assert facts["versions"]["jupyter-videogen"] == vg.__version__


def test_media_stand_in_it_by_name_and_hash(tmp_path: Path) -> None:
    """Not by where they lie on this machine."""
    cat = Media(
        kind="image", content_type="image/png", path=str(tmp_path / "cat.png"), sha256="c" * 64, width=9, height=9
    )
    clip, record = stored(tmp_path, image=cat, references=(cat,))
    assert receipt.keep_receipt(clip, record) == []
    image = {
        "kind": "image",
        "name": "cat.png",
        "content_type": "image/png",
        "sha256": "c" * 64,
        "width": 9,
        "height": 9,
    }
    assert clip.provenance["request"]["image"] == image
    assert clip.provenance["request"]["references"] == [image]
    assert str(tmp_path) not in receipt.receipt_path(Path(clip.path)).read_text("utf-8")


def test_no_key_and_no_signature_is_in_it(tmp_path: Path) -> None:
    """Wherever one hides: a medium's link, a field of a provider, a text."""
    clip, record = stored(
        tmp_path,
        image=Media(kind="image", url=SIGNED),
        negative=f"not {KEY}",
        extra={"deep": [{"mask": SIGNED, "api_key": "canary-2", "note": f"see {SIGNED} and {KEY}"}]},
    )
    receipt.keep_receipt(clip, record)
    text = receipt.receipt_path(Path(clip.path)).read_text("utf-8")
    assert not [secret for secret in (KEY, "canary-2", "5ec2e7", "AK1A", "user:pass", "frag") if secret in text]
    assert text.count("https://cdn.example/cat.png") == 3


def test_bytes_of_media_are_not_in_it(tmp_path: Path) -> None:
    """A picture that was pasted into a provider's own field is told by its kind."""
    clip, record = stored(tmp_path, extra={"mask": "data:image/png;base64," + "A" * 90_000})
    receipt.keep_receipt(clip, record)
    assert clip.provenance["request"]["extra"] == {"mask": "data:image/png;base64,…"}


def test_a_clip_without_its_receipt_is_known_by_the_ledger(home: Path, tmp_path: Path) -> None:
    """The same facts but the versions; nothing is watched or started for it."""
    clip, record = stored(tmp_path)
    receipt.keep_receipt(clip, record)
    with_file = clip.provenance
    receipt.receipt_path(Path(clip.path)).unlink()
    home.mkdir(mode=0o700)
    ledger = Ledger(home / "ledger.sqlite3")
    ledger.add(record)
    ledger.close()
    assert clip.provenance == {name: value for name, value in with_file.items() if name != "versions"}
    assert not process._runtimes


def test_a_clip_known_to_nobody_tells_what_it_knows(home: Path, tmp_path: Path) -> None:
    """No receipt and no ledger: the clip's own facts, and no ledger is made to look."""
    clip, _ = stored(tmp_path)
    assert clip.provenance["prompt"] == "a kite"
    assert "request" not in clip.provenance
    assert not home.exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"generator": "other"}', '{"generator": "jupyter-videogen", "sha256": "of another clip"}']
)
def test_another_file_of_that_name_is_not_believed(tmp_path: Path, text: str) -> None:
    """A broken or foreign JSON beside the clip is passed over."""
    clip, _ = stored(tmp_path)
    receipt.receipt_path(Path(clip.path)).write_text(text)
    assert clip.provenance["sha256"] == clip.sha256


def test_a_receipt_that_fails_leaves_the_old_one_whole(tmp_path: Path) -> None:
    """What cannot be written is a sentence, not an error, and no temporary file stays."""
    clip, record = stored(tmp_path)
    receipt.keep_receipt(clip, record)
    before = receipt.receipt_path(Path(clip.path)).read_bytes()
    broken = record.after(request=GenerationRequest(prompt="x", extra={"what": object()}))
    assert receipt.keep_receipt(clip, broken) == ["The receipt beside the clip could not be written (TypeError)."]
    assert receipt.receipt_path(Path(clip.path)).read_bytes() == before
    assert len(list(Path(clip.path).parent.iterdir())) == 2


def test_saving_copies_clip_and_receipt(tmp_path: Path) -> None:
    """To a file or into a folder; the copy's receipt names the copy."""
    clip, record = stored(tmp_path)
    receipt.keep_receipt(clip, record)
    (tmp_path / "there").mkdir()
    named, inside = clip.save(tmp_path / "new" / "kite.mp4"), clip.save(tmp_path / "there")
    assert (named, inside.name) == (tmp_path / "new" / "kite.mp4", "a-kite-k3q7x2ma.mp4")
    assert named.read_bytes() == inside.read_bytes() == MP4
    assert receipt.read_receipt(named) == clip.provenance | {"path": "kite.mp4"}
    assert sorted(file.name for file in named.parent.iterdir()) == ["kite.json", "kite.mp4"]


@pytest.mark.parametrize("name", ["kite.mp4", "kite.json"])
def test_saving_never_replaces_what_is_there(tmp_path: Path, name: str) -> None:
    """Neither clip nor receipt, unless that is asked for."""
    clip, _ = stored(tmp_path)
    (tmp_path / name).write_text("mine")
    with pytest.raises(vg.InvalidRequest, match=r"already exists\. Choose another name, or pass overwrite=True"):
        clip.save(tmp_path / "kite.mp4")
    assert [file.read_text() for file in tmp_path.glob("kite.*")] == ["mine"]
    clip.save(tmp_path / "kite.mp4", overwrite=True)
    assert (tmp_path / "kite.mp4").read_bytes() == MP4


def test_saving_a_clip_that_is_gone_says_how_to_get_it_back(tmp_path: Path) -> None:
    """Its own job fetches it again; nothing is written."""
    clip, _ = stored(tmp_path)
    Path(clip.path).unlink()
    with pytest.raises(vg.InvalidRequest, match=r"no longer at .*vg\.job\('k3q7x2ma'\)\.watch\(\)"):
        clip.save(tmp_path / "kite.mp4")
    assert not (tmp_path / "kite.mp4").exists()
