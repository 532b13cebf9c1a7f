"""The five providers' twins on the local gateway: a kernel starts a slow job at each and is killed, and the server stores the clip.

The judge is the twin's own log of requests.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest

from support.kernel_process import Puppet
from support.ledger_reader import LedgerReader, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.plain_server import PlainServer

CREATES = {
    "qubax": "/qubax/v1/video/generations",
    "indoxhub": "/indoxhub/api/v1/videos/generations",
    "aihubmix": "/aihubmix/v1/videos",
    "bifrost": "/bifrost/v1/videos",
    "qubrid": "/qubrid/v1/videos/generations",
}
"""The path of a create at each; Qubrid answers it with the finished clip."""
LINE = re.compile(r'"(GET|POST) (\S+) HTTP\S+" (\d+)')


class Twins:
    """A gateway of its own home, twice as quick as a real provider."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "gateway" / "gateway.log"
        command = [sys.executable, "-m", "jupyter_videogen.gateway", "--home", str(folder), "--pace", "0.5"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder)
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        self.url, self.token = ready["url"], ready["token"]

    def requests(self, method: str) -> list[str]:
        """Return the paths that were asked for and answered, from its log; queries are not in it."""
        return [path for kind, path, status in LINE.findall(self.log.read_text()) if kind == method and status < "300"]

    def close(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    twins = Twins(tmp_path_factory.mktemp("twins"))
    yield twins
    twins.close()


@pytest.mark.parametrize("killed", [False, True], ids=["", "and-the-server-is-killed"])
def test_a_clip_of_every_provider_is_stored_once(
    twins: Twins,
    start: Callable[..., PlainServer],
    reader: LedgerReader,
    monkeypatch: pytest.MonkeyPatch,
    *,
    killed: bool,
) -> None:
    """One create each, one clip each on the disk, decoded; also where the server dies of SIGKILL in the middle."""
    monkeypatch.setenv("LAB_KEY", twins.token)
    creates, fetched = twins.requests("POST"), len(_contents(twins))
    jobs = _leave(twins, reader, f"waves, killed: {killed}")
    server = start()
    until(lambda: any(reader.watcher(job_id) == "server" for job_id in jobs.values()), "the server")
    if killed:
        server.kill()
        start()
    for job_id in jobs.values():
        until(lambda job_id=job_id: reader.kept(job_id).record.ended, f"the end of {job_id}")  # type: ignore[misc]
    for name, job_id in jobs.items():
        record = reader.kept(job_id).record
        assert (name, record.state, record.failure) == (name, "succeeded", None)
        with av.open(record.clips[0].path) as film:
            assert sum(1 for _ in film.decode(video=0)) == 24
    assert len(list((Path.cwd() / "videogen").glob("*.mp4"))) == len(jobs)
    posted = twins.requests("POST")[len(creates) :]
    assert sorted(posted) == sorted(CREATES.values()), "a create was sent twice"
    assert len(jobs) <= len(_contents(twins)) - fetched <= len(jobs) * (1 + killed), "a clip was fetched twice"


def _contents(twins: Twins) -> list[str]:
    """Return the requests for films."""
    return [path for path in twins.requests("GET") if path.endswith(("/content", ".mp4", "/0"))]


def _leave(twins: Twins, reader: LedgerReader, prompt: str) -> dict[str, str]:
    """Have a kernel send a job to each and die of SIGKILL in the moment in which Qubrid's answer is written down."""
    jobs = {}
    with Puppet(twins.url, LAB_KEY=twins.token) as kernel:
        for name, path in CREATES.items():
            address = twins.url + path.rsplit("/video", 1)[0]
            kernel.do(f'here = vg.Client({name!r}, base_url={address!r}, key_env="LAB_KEY")')
            if name == "qubrid":
                kernel.do('import os; os.environ["VIDEOGEN_FAILPOINT"] = "accepted"')
            model = "local/scenes" if name == "qubrid" else "test/slow"
            job_id = jobs[name] = str(kernel.value(f"here.submit({prompt!r}, model={model!r}, duration=1).id"))
            until(lambda job_id=job_id: reader.kept(job_id).record.accepted_at, "an answer")  # type: ignore[misc]
        kernel.process.wait(30)
    return jobs
