"""The Python API in a plain script, against the real local gateway and its engine."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest

import jupyter_videogen as vg
from jupyter_videogen.runtime import process
from jupyter_videogen.transport import local_gateway
from support.local_gateways import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = {"provider": "local", "duration": 1, "size": "640x360", "fps": 12}


@pytest.fixture
def gateway(home: Path) -> Iterator[Gateway]:
    """The gateway that this test starts."""
    gateway = Gateway(home)
    yield gateway
    gateway.kill()


@pytest.mark.usefixtures("gateway")
def test_a_sentence_becomes_a_clip() -> None:
    """`generate` blocks and gives a real MP4 of the promised length, size and number of frames."""
    clip = vg.generate("waves at sunset", seed=7, **SMALL)
    assert Path(clip.path).parent == Path("videogen").absolute()
    with av.open(clip.path) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.codec_context.name) == (640, 360, "h264")
        assert sum(1 for _ in container.decode(stream)) == 12
    assert (clip.duration, clip.size, clip.seed, clip.model) == (1.0, "640x360", 7, "local/scenes")
    assert clip.poster is not None
    assert Path(clip.poster).suffix == ".webp"
    assert Path(clip.poster).read_bytes()[8:12] == b"WEBP"


def test_one_post_some_looks_one_download(gateway: Gateway) -> None:
    """What went over the wire for one clip that takes a few seconds."""
    vg.generate("waves at sunset", provider="local", duration=4)
    requests = [line.split("/v1/", 1) for line in gateway.requests()]
    assert requests[0] == ["POST ", "videos"]
    assert sum(method == "POST " for method, _ in requests) == 1
    assert sum(path.endswith("/content") for _, path in requests) == 1
    assert sum(path.endswith("/content?variant=thumbnail") for _, path in requests) == 1
    assert sum(method == "GET " and "content" not in path for method, path in requests) >= 2


def test_a_job_is_held_without_blocking(gateway: Gateway) -> None:
    """`submit` returns at once; state, progress and clip follow, and waiting can be given up without harm."""
    job = vg.submit("rain on a city", **SMALL)
    gateway_is_there = threading.Event()
    job.subscribe(lambda record: gateway_is_there.set() if record.state == "queued" else None)
    assert gateway_is_there.wait(30)
    gateway.stop()
    assert job.state in {"queued", "running"}
    with pytest.raises(vg.NotReadyError, match=f"Job {job.id} is still"):
        _ = job.clip
    with pytest.raises(vg.WaitTimeout, match="The job continues") as caught:
        job.result(timeout="0.3s")
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.job is job
    gateway.go_on()
    assert job.result(60).job_id == job.id
    assert repr(job) == f"<Job {job.id} succeeded: 'rain on a city'>"
    assert job.elapsed > 0


@pytest.mark.usefixtures("gateway")
def test_jobs_are_found_again() -> None:
    """By list, by state, by the beginning of an id and by "last"."""
    clip = vg.generate("waves", **SMALL)
    assert [job.id for job in vg.jobs()] == [clip.job_id]
    assert vg.jobs("unfinished") == []
    assert vg.job(clip.job_id[:4]).clip == vg.job("last").clip == clip
    with pytest.raises(vg.InvalidRequest, match="Unknown state done"):
        vg.jobs("done")


@pytest.mark.usefixtures("gateway")
def test_a_default_that_is_named_is_the_same_request() -> None:
    """Leaving out what would be chosen anyway asks for the same: one order, one clip."""
    first = vg.submit("waves", provider="local", duration=1, size="640x360", seed=7)
    named = vg.submit("waves", provider="local", model="local/scenes", duration=1, size="640x360", seed=7)
    assert named.id == first.id


def test_the_same_in_async_code() -> None:
    """`await` a job for its clip; two at once share the loop thread."""

    async def make() -> list[vg.Clip]:
        async with vg.AsyncClient(provider="local") as client:
            fields = {name: value for name, value in SMALL.items() if name != "provider"}
            jobs = [await client.submit(prompt, **fields) for prompt in ("waves", "aurora")]
            return [await job for job in jobs]

    assert [clip.prompt for clip in asyncio.run(make())] == ["waves", "aurora"]


def test_stop_waiting_stops_only_us(gateway: Gateway) -> None:
    """The job goes on at the provider; watching it again finds its clip."""
    job = vg.submit("waves", **SMALL)
    accepted = threading.Event()
    job.subscribe(lambda record: accepted.set() if record.handle else None)
    assert accepted.wait(30)
    gateway.stop()
    job.stop_waiting()
    assert vg.job(job.id).detached
    with pytest.raises(vg.NotReadyError):
        job.result()
    gateway.go_on()
    assert job.watch().result(60).prompt == "waves"
    assert not job.detached


def test_a_job_of_a_process_that_is_gone_is_watched_again(gateway: Gateway) -> None:
    """A new process finds what an earlier one had submitted, and one POST is all there ever was."""
    job = vg.submit("waves", **SMALL)
    accepted = threading.Event()
    job.subscribe(lambda record: accepted.set() if record.handle else None)
    assert accepted.wait(30)
    gateway.stop()
    process.close()
    gateway.go_on()
    assert vg.job(job.id).result(60).job_id == job.id
    assert [line for line in gateway.requests() if line.startswith("POST")] == ["POST /v1/videos"]


@pytest.mark.usefixtures("gateway")
def test_any_server_of_the_shape_is_a_client_away(home: Path) -> None:
    """`provider="openai"` with a `base_url` and a key of one's own speaks to the gateway as to any server."""
    vg.generate("waves", **SMALL)
    ready = local_gateway._running(home)
    assert ready is not None
    lab = vg.Client("openai", base_url=f"{ready.url}/v1", api_key=ready.token, name="lab")
    clip = lab.generate("aurora", model="local/scenes", duration=1, size="640x360")
    assert (clip.provider, clip.model) == ("openai", "local/scenes")
    with pytest.raises(vg.AuthError):
        vg.Client("openai", base_url=f"{ready.url}/v1", api_key="wrong", name="lab").generate("x", model="local/scenes")


def test_a_key_is_not_sent_elsewhere_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider's own key stays at its own address; with another `base_url` it must be named."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    assert vg.Client("openai", base_url="http://127.0.0.1:9/v1")._access.connection._secret is None
    named = vg.Client("openai", base_url="http://127.0.0.1:9/v1", key_env="OPENAI_API_KEY")
    assert "canary" not in repr(named) + repr(vars(named._access.connection))
    assert named._access.connection._secret is not None


def test_without_a_name_a_script_must_choose() -> None:
    """Nobody is guessing in a script: the error names the choices."""
    with pytest.raises(
        vg.InvalidRequest, match=r"VIDEOGEN_PROVIDER, to one of: qubax, qubrid, .*, local, .*\."
    ) as caught:
        vg.generate("waves")
    assert caught.value.sent == caught.value.charged == "no"


def test_a_missing_key_is_told_by_its_variable() -> None:
    """The first five minutes decide: name the variable."""
    with pytest.raises(vg.AuthError, match="Set OPENAI_API_KEY"):
        vg.generate("waves", provider="openai", model="x")


def test_what_sends_nothing_needs_no_key() -> None:
    """What it would cost and what would be sent is told to everybody; sending needs the key."""
    assert vg.estimate("waves", provider="openai", model="x").cost is None
    with pytest.raises(vg.AuthError, match="Set OPENAI_API_KEY"):
        vg.Client("openai", keyless=True).submit("waves", model="x")


def test_a_mistyped_option_is_answered_with_its_neighbour() -> None:
    """Unknown keywords are refused, with the nearest one."""
    with pytest.raises(vg.InvalidRequest, match=r"Unknown option duratoin. Did you mean duration\?"):
        vg.generate("waves", provider="local", duratoin=4)
    with pytest.raises(vg.InvalidRequest, match="got `str`"):
        vg.generate("waves", provider="local", duration="four")


def test_a_missing_engine_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Without the extra `[local]`: how to install it, and that nothing was sent. No job is written."""
    monkeypatch.setattr(local_gateway, "find_spec", lambda name: None if name == "av" else find_spec(name))
    with pytest.raises(vg.Unsupported, match=r"pip install 'jupyter-videogen\[local\]'") as caught:
        vg.generate("waves", provider="local")
    assert caught.value.sent == caught.value.charged == "no"
    assert vg.jobs() == []


def test_clips_of_the_engine_can_be_kept_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """VIDEOGEN_KILOBITS holds for the gateway that is started; what is no number is told before anything is sent."""
    monkeypatch.setenv("VIDEOGEN_KILOBITS", "many")
    with pytest.raises(vg.InvalidRequest, match="VIDEOGEN_KILOBITS is many"):
        vg.generate("rain on a city at night", provider="local", duration=1, size="640x360", seed=7)
    monkeypatch.setenv("VIDEOGEN_KILOBITS", "400")
    clip = vg.generate("rain on a city at night", provider="local", duration=2, size="640x360", seed=7, new=True)
    assert clip.bytes < 2.5 * 400 * 125 + 8_000


def test_a_gateway_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """When the engine dies at its start the job fails unsent, with the place of the log."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(vg.VideogenError, match="The local engine did not start") as caught:
        vg.generate("waves", **SMALL)
    assert caught.value.sent == "no"
    assert vg.jobs()[0].state == "failed"


def test_a_forked_child_starts_afresh() -> None:
    """Threads, sockets and files of the parent are not the child's."""
    parent = process.runtime()
    pid = os.fork()
    if pid == 0:
        os._exit(0 if process.runtime() is not parent else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
