"""Our client in front of our gateway: all five dialects over real sockets, the good way and every test model.

Two halves that share no code, speaking through documents that neither wrote.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import av
import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog.model_lists import Listings
from jupyter_videogen.core import backoff
from jupyter_videogen.dialects.base import ListedModel
from jupyter_videogen.runtime import poller, saver
from jupyter_videogen.runtime.polling import schedule
from support import small_gateway
from support.png import png

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = {
    "qubax": "/qubax/v1",
    "qubrid": "/qubrid/v1",
    "indoxhub": "/indoxhub/api/v1",
    "aihubmix": "/aihubmix/v1",
    "openrouter": "/openrouter/api/v1",
    "bifrost": "/bifrost/v1",
    "openai": "/v1",
}
JOBS = ("qubax", "indoxhub", "aihubmix", "openrouter", "bifrost", "openai")


class End(NamedTuple):
    """How a job ends: its state, its error's code, what is known of the bill, and how many clips there are."""

    state: str
    code: str | None = None
    charged: str | None = None
    clips: int = 0


READY = End("succeeded", clips=1)
LOST = End("unknown_outcome", "unknown_outcome", "unknown")
ENDS: dict[str, End | dict[str, End]] = {
    "refused": {
        "qubrid": End("failed", "content_policy", "no"),
        "openrouter": End("failed", "content_policy", "no"),
        "": End("failed", "content_policy", "unknown"),
    },
    "bad-key": End("failed", "auth", "no"),
    "bad-setting": End("failed", "invalid_request", "no"),
    "no-credit": End("failed", "out_of_credit", "no"),
    "rate-limited": End("failed", "rate_limited", "no"),
    "upstream-error": {"qubrid": LOST, "": End("failed", "provider", "unknown")},
    "flaky": READY,
    "gone": {"qubrid": End("failed", "model_not_found", "no"), "": End("expired")},
    "no-progress": READY,
    "slow": READY,
    "queued-long": READY,
    "lost-answer": {"qubax": LOST, "qubrid": LOST, "openrouter": LOST, "": READY},
    "expired-link": {"qubrid": End("saving", "expired", "unknown"), "": READY},
    "empty-result": {
        "aihubmix": End("saving", "download", "unknown"),
        "openai": End("saving", "download", "unknown"),
        "qubrid": End("unknown_outcome", "unknown_outcome", "unknown"),
        "": End("failed", "provider", "unknown"),
    },
    "partly-filtered": {"aihubmix": READY, "openai": READY, "": End("succeeded", clips=2)},
    "sync": READY,
    "sync-timeout": {"qubrid": LOST, "": End("failed", "provider", "unknown")},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A gateway for all, twenty times as quick as a real provider; returns its URL and the key."""
    folder = tmp_path_factory.mktemp("service")
    command = [sys.executable, small_gateway.__file__, "--home", str(folder), "--pace", "0.05"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield ready["url"], ready["token"]
        process.kill()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience at the provider's own pace."""
    monkeypatch.setattr(backoff, "PACE", 0.1)
    monkeypatch.setattr(schedule, "USUAL", schedule.Economy(soonest=0.1, latest=0.1))
    monkeypatch.setattr(poller, "GRACE", 1.0)
    monkeypatch.setattr(saver, "GRACE", 1.0)


def client(name: str, service: tuple[str, str]) -> vg.Client:
    url, key = service
    return vg.Client(name, base_url=url + PLACES[name], api_key=key)


def end_of(job: vg.Job) -> End:
    with suppress(vg.VideogenError):
        job.result(60)
    failure = job.record.failure
    return End(job.state, failure and failure.code, failure and failure.charged, len(job.clips))


@pytest.mark.parametrize("name", PLACES)
def test_a_sentence_becomes_a_clip_at_every_service(name: str, service: tuple[str, str]) -> None:
    """Create, look, fetch: a real clip of the asked length, decoded whole."""
    clip = client(name, service).generate("waves at sunset", model="local/scenes", duration=1)
    with av.open(clip.path) as container:
        assert sum(1 for _ in container.decode(video=0)) == 24
    assert (clip.provider, clip.model, clip.duration) == (name, "local/scenes", 1)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("card", ENDS)
def test_every_way_a_service_can_end_a_job(name: str, card: str, service: tuple[str, str]) -> None:
    """Each test model in each dialect: the state, the kind of error, what it says of the bill, and the clips.

    A lost answer is found again where there is a list; the prompt is this test's own, so nothing else there can be it.
    """
    ends = ENDS[card]
    expected = ends if isinstance(ends, End) else ends.get(name, ends.get("", READY))
    assert end_of(client(name, service).submit(f"waves for {name}", model=f"test/{card}", duration=1)) == expected


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_never_ends_is_watched_until_we_stop(name: str, service: tuple[str, str]) -> None:
    """Waiting can end without harm, and so can watching."""
    job = client(name, service).submit("waves", model="test/never-finishes", duration=1)
    with pytest.raises(vg.WaitTimeout):
        job.result(1)
    assert job.state == "running"
    job.stop_waiting()
    assert job.detached


def test_only_a_waiting_job_can_be_cancelled_at_indoxhub(service: tuple[str, str]) -> None:
    """Cancelled in time: made is nothing. Too late: told, and watched to its end."""
    indoxhub = client("indoxhub", service)
    waiting = indoxhub.submit("waves", model="test/queued-long", duration=1)
    seen = [record.state for record in [waiting.record] if record.handle]
    while waiting.record.handle is None:
        with pytest.raises(vg.WaitTimeout):
            waiting.result(0.05)
    assert waiting.cancel().cancelled, seen
    assert end_of(waiting).state == "cancelled"
    running = indoxhub.submit("waves", model="test/never-finishes", duration=1)
    while running.state != "running":
        with pytest.raises(vg.WaitTimeout):
            running.result(0.05)
    late = running.cancel()
    assert not late.cancelled
    assert late.reason.endswith("It may finish and be charged.")
    running.stop_waiting()


@pytest.mark.parametrize("name", ["qubax", "qubrid", "aihubmix", "openrouter", "bifrost"])
def test_elsewhere_cancelling_tells_that_it_cannot(name: str, service: tuple[str, str]) -> None:
    """No pretence: the job may finish and be charged."""
    job = client(name, service).submit("waves", model="local/scenes", duration=1)
    result = job.cancel()
    assert not result.cancelled
    assert "can't cancel. It may finish and be charged." in result.reason
    job.result(60)


@pytest.mark.parametrize("name", ["qubrid", "indoxhub", "aihubmix", "openrouter", "bifrost", "openai"])
def test_a_picture_goes_as_each_service_wants_it(name: str, service: tuple[str, str]) -> None:
    """As a file in a form, as base64 or as a data URL: the provider takes it."""
    fields = (
        {"size": "640x360", "image": png(64, 36), "fit": "cover"}
        if name in {"aihubmix", "openai"}
        else {"image": png(64, 36)}
    )
    clip = client(name, service).generate("waves", model="local/scenes", duration=1, **fields)
    assert Path(clip.path).exists()


def test_several_clips_of_one_prompt(service: tuple[str, str]) -> None:
    """`n=2` at a provider that makes several: two files, numbered."""
    job = client("indoxhub", service).submit("waves", model="local/scenes", duration=1, n=2)
    job.result(60)
    assert [Path(clip.path).stem[-2:] for clip in job.clips][1:] == ["-2"]


def test_clips_that_come_inside_the_reply(service: tuple[str, str]) -> None:
    """`b64_json` is a file like any other, and the key of one's own provider is nowhere afterwards."""
    extra = {"response_format": "b64_json", "byok_api_key": "sk-canary-of-mine"}
    job = client("indoxhub", service).submit("waves", model="test/sync", duration=1, extra=extra)
    assert Path(job.result(60).path).stat().st_size > 1000


def test_what_a_service_would_ignore_is_a_warning(service: tuple[str, str]) -> None:
    """The job says so; the value is not changed, and nothing is refused."""
    job = client("qubax", service).submit("waves", model="local/scenes", duration=1, negative="blur", fps=24)
    job.result(60)
    assert job.record.warnings == (
        "negative isn't used by local/scenes at Qubax.",
        "fps isn't used by local/scenes at Qubax.",
    )


def test_a_picture_of_another_size_is_told_before_it_is_sent(service: tuple[str, str]) -> None:
    """AIHubMix wants the start image to be of the size that is asked for."""
    with pytest.raises(vg.InvalidRequest, match="The start image is 64x36, but m needs exactly 1280x720") as caught:
        client("aihubmix", service).generate("x", model="m", size="1280x720", image=png(64, 36))
    assert (caught.value.field, caught.value.sent) == ("image", "no")


def test_a_gateway_that_is_not_there_is_told_kindly() -> None:
    """B12: nobody listens at Bifrost's usual place: nothing was sent or charged."""
    with pytest.raises(vg.Unreachable, match="Bifrost could not be reached") as caught:
        vg.Client("bifrost", base_url="http://127.0.0.1:9/v1").generate("x", model="openai/sora-2")
    assert (caught.value.sent, caught.value.charged) == ("no", "no")


def test_no_key_reaches_the_ledger_or_a_receipt(service: tuple[str, str], home: Path) -> None:
    """The bearer, and a second key in the body, are in no file that we keep."""
    extra = {"byok_api_key": "sk-canary-of-mine"}
    clip = client("indoxhub", service).generate("waves", model="local/scenes", duration=1, extra=extra)
    kept = b"".join(
        path.read_bytes() for path in [*home.rglob("*"), *Path(clip.path).parent.iterdir()] if path.is_file()
    )
    assert service[1].encode() not in kept
    assert b"sk-canary-of-mine" not in kept
    assert msgspec.json.decode(Path(clip.path).with_suffix(".json").read_bytes())["provider"] == "indoxhub"


@pytest.mark.parametrize("name", ["qubax", "indoxhub", "aihubmix", "openrouter", "bifrost", "openai"])
def test_models_come_from_the_service(name: str, service: tuple[str, str]) -> None:
    """Listed by the provider, kept for a day; a name that is not there is sent all the same: lists inform, they never refuse."""
    names = [model.model for model in client(name, service).models()]
    assert "local/scenes" in names
    assert names[-1].startswith("test/")
    job = client(name, service).submit("x", model="local/scene")
    with pytest.raises(vg.ModelNotFound, match=r"Did you mean local/scenes\?") as caught:
        job.result(60)
    assert (caught.value.sent, caught.value.charged) == ("yes", "no")
    assert "local/scene was not in" in job.record.warnings[0]
    assert job.record.warnings[0].endswith("when it was last loaded. The nearest name there is local/scenes.")


def test_openrouter_says_what_its_models_take_and_what_a_clip_cost(service: tuple[str, str]) -> None:
    """The catalogue of the twin gives the estimate; the cost that it reports goes into the job and the clip."""
    openrouter = client("openrouter", service)
    model = next(one for one in openrouter.models() if one.model == "local/scenes")
    assert (model.durations[0], model.durations[-1], model.resolutions) == (1, 20, ("360p", "480p", "720p", "1080p"))
    assert openrouter.estimate("waves", model="local/scenes", duration=2).cost == 0.08  # with sound, at most
    job = openrouter.submit("waves", model="local/scenes", duration=2, sound=False)
    clip = job.result(60)
    assert (job.record.cost, job.record.reported_cost, clip.cost_source) == (0.04, 0.04, "reported")
    facts = msgspec.json.decode(Path(clip.path).with_suffix(".json").read_bytes())
    assert (facts["reported_cost"], facts["cost_source"]) == (0.04, "reported")


def test_an_old_list_only_warns(service: tuple[str, str], home: Path) -> None:
    """A list of the day before yesterday does not forbid a new model: it is sent, and said."""
    qubax = client("qubax", service)
    Listings(home).keep(qubax.provider.base_url, [ListedModel(name="another")], now=1.0)
    job = client("qubax", service).submit("waves", model="local/scenes", duration=1)
    assert job.result(60).model == "local/scenes"
    assert job.record.warnings == ("local/scenes was not in Qubax's list of models when it was last loaded.",)


def test_a_model_that_is_gone_is_answered_with_those_that_live(service: tuple[str, str], home: Path) -> None:
    """The provider says it has no such model: its own list names the nearest."""
    qubax = client("qubax", service)
    Listings(home).keep(
        qubax.provider.base_url, [ListedModel(name=name) for name in ("local/scenes", "test/slow")], now=1.0
    )
    with pytest.raises(vg.ModelNotFound, match=r"Did you mean local/scenes\?") as caught:
        client("qubax", service).generate("waves", model="local/scenery", duration=1)
    assert caught.value.charged == "no"


def test_a_service_without_a_list_says_so(service: tuple[str, str]) -> None:
    """Qubrid has none."""
    with pytest.raises(vg.Unsupported, match="Qubrid has no list of models"):
        client("qubrid", service).models()


@pytest.mark.parametrize("mood", ["cloud", "late-content", "error-in-200", "late-list"])
def test_a_clip_comes_whatever_mood_a_server_is_in(mood: str, service: tuple[str, str]) -> None:
    """At an address, late, after errors, out of no list: made once, and fetched."""
    url, key = service
    clip = vg.Client("openai", base_url=f"{url}/moods/{mood}/v1", api_key=key).generate(
        "waves", model="local/scenes", duration=1
    )
    assert clip.bytes > 1000


def test_a_failed_look_that_is_a_500_is_the_end_it_tells_of(service: tuple[str, str]) -> None:
    """The job has failed, and says why; it is not out of reach."""
    url, key = service
    job = vg.Client("openai", base_url=f"{url}/moods/failed-look/v1", api_key=key).submit(
        "waves", model="test/refused", duration=1
    )
    assert end_of(job) == End("failed", "content_policy", "unknown")
