"""A process that is killed in an upload, or just before it: the next one finishes it, and pays for nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen.config import files
from jupyter_videogen.core import environment as settings
from jupyter_videogen.runtime import process, uploads
from support import faulty_storage
from support.fakes import MP4

if TYPE_CHECKING:
    from support.paid_server import Shop

TESTS = Path(__file__).parent.parent
CHILD = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from support import faulty_storage
with faulty_storage.installed(Path(sys.argv[3])) as trouble:
    trouble.kill_at = int(sys.argv[4])
    import jupyter_videogen as vg
    from jupyter_videogen.runtime import process
    lab = vg.Client("openai", base_url=sys.argv[1], key_env="LAB_KEY")
    lab.generate("a kite", model="m")
    process.runtime().uploads.rest(30)
"""


@pytest.mark.parametrize("protocol", ["renaming", "s3"])
@pytest.mark.parametrize(("failpoint", "kill_at"), [("stored", 0), ("", 0), ("", 1024)])
def test_a_kill_loses_no_upload(
    shop: Shop, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str, failpoint: str, kill_at: int
) -> None:
    """After the clip is saved, at the first byte, and in the middle."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    home.mkdir()
    (home / files.NAME).write_text(f'[storage]\nclips = "{protocol}://clips"\n')
    root = tmp_path / "store"
    child = [sys.executable, "-c", CHILD, shop.url, str(TESTS), str(root), str(kill_at)]
    around = {**settings.Environment, "VIDEOGEN_FAILPOINT": failpoint}
    assert subprocess.run(child, env=around, check=False, timeout=60).returncode == -signal.SIGKILL
    assert not [path for path in (root / "clips").iterdir() if path.suffix == ".mp4"]
    owed = uploads.pending(home)
    with faulty_storage.installed(root):
        run, (job,) = process.runtime(), vg.jobs()
        assert owed == [job.id]
        run.uploads.begin(job.id).result(60)
        (clip,) = run.ledger.find(job.id).clips
        assert clip.storage_url is not None
        assert run.uploads.pending() == []
    stored = [path for path in (root / "clips").iterdir() if path.suffix == ".mp4"]
    assert [path.name for path in stored] == [clip.storage_url.removeprefix(f"{protocol}://clips/")]
    assert stored[0].read_bytes() == Path(clip.path).read_bytes() == MP4
    assert len(shop.book) == 1
