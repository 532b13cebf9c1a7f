"""Answers in shapes that no document has: jobs in lists, films for JSON, errors in a 200, clips at an address only."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.clip import Artifact
from jupyter_videogen.core.errors import DownloadError, Failure
from jupyter_videogen.core.http import Call, Reply
from jupyter_videogen.dialects.parsing.clips import find_clips
from support.fakes import MP4
from support.runner_bench import said
from support.scripted_provider import Host, Street, answer
from support.whole_jobs import CREATED, EVERY, FREE, ROWS, bench, done, service

if TYPE_CHECKING:
    from support.scripted_provider import Asked

CONTENT = b64encode(MP4).decode()
CLIP = "https://cdn.example/a.mp4"
JOBS = sorted(ROWS)


@pytest.fixture(params=sorted(ROWS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def bill(name: str) -> Any:
    """What is known of the bill of a job that failed: nobody charges for what this machine makes."""
    return "no" if name in FREE else "unknown"


# ---- creates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "id_"),
    [
        ({"id": 918273}, "918273"),
        ({"task_id": "j1"}, "j1"),
        ({"job_id": 17, "status": "pending", "data": []}, "17"),
        ({"data": [{"task_id": "t1", "status": "pending"}]}, "t1"),
        ({"data": {"id": "d1"}}, "d1"),
        ({"task": {"job_id": "k1"}}, "k1"),
        ([{"id": "l1"}], "l1"),
        ({"id": "x" * 2048}, "x" * 2048),
    ],
)
@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_taken_whatever_its_id_is_called(name: str, body: Any, id_: str, tmp_path: Path) -> None:
    """Numbers, other names, inside a list or an object: a job that is there is never called failed."""

    def reply(call: Call) -> Reply:
        if call.method == "POST":
            return said(body, 202)
        clip = call.url.startswith("https:") or "content" in call.url or "artifacts" in call.url
        return said(MP4) if clip else said(done(name))

    job = bench(tmp_path, ROWS[name], reply).run()
    assert (job.state, job.handle) == ("succeeded", {"id": id_})


@pytest.mark.parametrize(
    "sent",
    [
        Reply(200, {"content-type": "video/mp4"}, MP4),
        said({"data": [{"b64_json": CONTENT}]}),
        said({"created": 1, "data": [{"url": f"data:video/mp4;base64,{CONTENT}"}]}),
        said({"video": {"url": CLIP}}),
        said({"output": [CLIP]}),
    ],
)
@pytest.mark.parametrize("name", EVERY)
def test_a_create_that_is_answered_with_the_clip_keeps_it(name: str, sent: Reply, tmp_path: Path) -> None:
    """The film itself, base64, a data URL, an address: paid bytes are never dropped for their wrapping."""
    one = bench(
        tmp_path, {**ROWS, "qubrid": rows.QUBRID}[name], lambda call: sent if call.method == "POST" else said(MP4)
    )
    job = one.run()
    assert (job.state, one.transport.posts) == ("succeeded", 1)
    assert Path(job.path).read_bytes() == MP4


def test_a_film_of_megabytes_goes_to_the_disk_as_it_comes(tmp_path: Path) -> None:
    """Over a real line, larger than any reply may be."""
    film = MP4 + (8 + (3 << 20)).to_bytes(4, "big") + b"free" + bytes(range(256)) * (3 << 12)

    def reply(asked: Asked) -> bytes:
        return answer(film, content_type="video/mp4") if asked.method == "POST" else answer({}, 404)

    for number, row in enumerate((rows.AIHUBMIX, rows.QUBRID, rows.INDOXHUB, rows.BIFROST)):
        with Host(reply) as host:
            street = Street(tmp_path / str(number), row, host.url)
            job = street.run()
        assert Path(job.path).read_bytes() == film


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"message": "Your balance is too low", "code": "insufficient_user_quota"}, "out_of_credit"),
        ({"message": "blocked", "code": "content_policy_violation"}, "content_policy"),
        ({"message": "Bad size", "type": "invalid_request_error"}, "invalid_request"),
        ({"message": "No such model", "code": "model_not_found"}, "model_not_found"),
    ],
)
@pytest.mark.parametrize("name", EVERY)
def test_a_plain_no_in_a_200_is_a_refusal(name: str, error: Any, code: str, tmp_path: Path) -> None:
    """In the provider's own words; nothing is claimed of the bill where there can be one."""
    one = bench(tmp_path, {**ROWS, "qubrid": rows.QUBRID}[name], lambda _call: said({"error": error}))
    job = one.run()
    assert job.failure == Failure(code=code, message=error["message"], sent="yes", charged=bill(name))
    assert (job.state, one.transport.posts) == ("failed", 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "upstream timed out", "type": "server_error"}}, "upstream timed out"),
        ({"code": 5001, "msg": "try the other region"}, "try the other region"),
        ({"errors": [{"detail": "worker lost"}]}, "worker lost"),
    ],
)
@pytest.mark.parametrize("name", EVERY)
def test_trouble_in_a_200_is_an_unknown_outcome_with_its_words(
    name: str, body: Any, words: str, tmp_path: Path
) -> None:
    """The work may have begun; it is not called failed, for the same would be sent and paid again."""
    one = bench(tmp_path, {**ROWS, "qubrid": rows.QUBRID}[name], lambda _call: said(body))
    job = one.run()
    assert job.state == "unknown_outcome"
    assert job.failure is not None
    assert (job.failure.sent, job.failure.charged, one.transport.posts) == ("yes", "unknown", 1)
    assert words in job.failure.message


def test_a_job_that_nobody_can_look_at_is_told_by_its_name(tmp_path: Path) -> None:
    """A synchronous provider that answers 202 with a job: unknown, and the id is in the words."""
    one = bench(tmp_path, rows.QUBRID, lambda _call: said({"id": "job-7", "status": "queued"}, 202))
    job = one.run()
    assert (job.state, one.transport.posts) == ("unknown_outcome", 1)
    assert job.failure is not None
    assert "job-7" in job.failure.message


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(("status", "body", "words"), [(500, {"message": "worker died"}, "worker died"), (502, b"<title>Bad gateway</title>", "Bad gateway")])  # fmt: skip
def test_a_5xx_to_a_create_is_told_in_its_words(name: str, status: int, body: Any, words: str, tmp_path: Path) -> None:
    """Still an unknown outcome."""
    job = bench(tmp_path, {**ROWS, "qubrid": rows.QUBRID}[name], lambda _call: said(body, status)).run()
    assert job.state == "unknown_outcome"
    assert job.failure is not None
    assert f"answered HTTP {status} to the request: {words}" in job.failure.message


# ---- looks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 404, 409, 500, 503])
def test_the_object_of_a_failed_job_is_a_look_whatever_its_code(name: str, status: int, tmp_path: Path) -> None:
    """vLLM-Omni's way: the job has ended, and says why; it is not looked at for ever."""
    body = {**CREATED, "object": "video", "status": "failed", "error": {"code": "500", "message": "CUDA out of memory"}}
    one = bench(tmp_path, ROWS[name], service(name, [said(body, status)]))
    job = one.run()
    failure = Failure(code="provider", message="CUDA out of memory", sent="yes", charged=bill(name))
    assert (job.state, job.failure) == ("failed", failure)


@pytest.mark.parametrize(
    "bad",
    [
        said({"status": "error", "message": "No such video."}, 404),
        said({"status": "failed", "message": "bad key"}, 401),
        said({"status": 503, "title": "Busy"}, 503),
        said({"status": "error", "message": "try later"}, 500),
    ],
)
def test_an_envelope_that_calls_itself_failed_is_no_end(name: str, bad: Reply, tmp_path: Path) -> None:
    """It speaks of the exchange, not of the job."""
    assert bench(tmp_path, ROWS[name], service(name, [bad, done(name)])).run().state == "succeeded"


@pytest.mark.parametrize(
    "body",
    [{"error": {"message": "no channel is available"}}, {"code": "fail_to_fetch", "message": "no channel is available", "data": None}, {"success": False, "msg": "no channel is available"}],
)  # fmt: skip
def test_an_error_in_a_200_to_a_look_is_shown_and_then_out_of_reach(name: str, body: Any, tmp_path: Path) -> None:
    """On the job at once; after a minute of nothing else it is unreachable with the words, and resumes by itself."""
    one = bench(tmp_path, ROWS[name], service(name, [said(body)] * 12 + [done(name)]))
    seen: list[tuple[str, str, str]] = []
    note = one._note
    one._note = lambda job: (
        seen.append((job.state, job.status, job.failure.message if job.failure else "")),
        note(job),
    )[1]  # type: ignore[method-assign, func-returns-value]
    assert one.run().state == "succeeded"
    assert ("queued", "no channel is available", "") in seen
    assert any(state == "unreachable" and words == "no channel is available" for state, _, words in seen)


def test_a_number_that_is_none_does_not_hide_a_job(name: str, tmp_path: Path) -> None:
    """Python's writers put NaN and Infinity into JSON: they are null, and the rest is read."""
    odd = msgspec.json.encode({**done(name), "eta": "@"}).replace(b'"@"', b"NaN")
    far = msgspec.json.encode({**CREATED, "status": "running", "progress": "@"}).replace(b'"@"', b"-Infinity")
    assert bench(tmp_path, ROWS[name], service(name, [Reply(200, {}, far), Reply(200, {}, odd)])).run().clips


def test_a_length_that_differs_in_a_look_is_told(tmp_path: Path) -> None:
    """Also where the create said nothing of it; `duration` of a look may be what the work has taken."""
    looks = [{**CREATED, "status": "running", "seconds": "8", "duration": 31.5}, {**done("openai"), "seconds": "8"}]
    job = bench(tmp_path, ROWS["openai"], service("openai", looks)).run()
    assert job.warnings == ("AIHubMix took duration 8 instead of 4.",)


# ---- clips ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        {"url": CLIP},
        {"video_url": CLIP},
        {"result_url": CLIP},
        {"urls": [CLIP]},
        {"metadata": {"url": CLIP}},
        {"data": [{"url": CLIP}]},
        {"videos": [CLIP]},
        {"videos": [{"url": CLIP}]},
        {"result": CLIP},
        {"result": {"video_url": CLIP}},
        {"output": CLIP},
        {"output": [CLIP]},
        {"content": {"video_url": CLIP}},
        {"data": {"content": {"video_url": CLIP}}},
        {"video": {"url": CLIP}},
    ],
)
@pytest.mark.parametrize("name", ["openai", "local", "qubax", "indoxhub", "openrouter", "vllm_omni", "sglang"])
def test_a_clip_that_is_only_at_an_address_is_fetched_there(name: str, place: dict[str, Any], tmp_path: Path) -> None:
    """Where the place of the dialect has nothing: in every shape that servers are known to use."""
    body = {**CREATED, "status": "completed", **place}

    def reply(call: Call) -> Reply:
        if call.method == "POST":
            return said(CREATED)
        if call.url == CLIP:
            return said(MP4)
        return said({"error": "no such route"}, 404) if "content" in call.url or "artifacts" in call.url else said(body)

    job = bench(tmp_path, ROWS[name], reply).run()
    assert (job.state, Path(job.path).read_bytes()) == ("succeeded", MP4)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"url": "/api/v1/media/a.mp4"}, (Artifact("^/api/v1/media/a.mp4"),)),
        ({"url": "media/a.mp4"}, (Artifact("/media/a.mp4"),)),
        ({"url": "//cdn/a.mp4"}, (Artifact("https://cdn/a.mp4"),)),
        ({"url": "gs://bucket/a.mp4"}, ()),
        ({"url": "s3://bucket/a.mp4"}, ()),
        ({"result": "done"}, ()),
        ({"output": "see the logs"}, ()),
        ({"thumbnail_url": CLIP, "prompt": CLIP}, ()),
        ({"url": CLIP, "urls": [CLIP], "result_url": CLIP}, (Artifact(CLIP),)),
        ({"url": "DATA:video/mp4;base64,AAAA"}, (Artifact("", inline="DATA:video/mp4;base64,AAAA"),)),
        ({"data": [{"b64_json": "AAAA"}, {"b64_json": "BBBB"}]}, (Artifact("", inline="AAAA"), Artifact("", inline="BBBB"))),
    ],
)  # fmt: skip
def test_what_is_an_address_and_what_is_none(body: Any, found: tuple[Artifact, ...]) -> None:
    """Paths of the host and of the base, buckets, words, pictures, repetitions."""
    assert find_clips(body) == found


def test_a_path_of_a_reply_is_below_the_host(tmp_path: Path) -> None:
    """`/media/a.mp4` is no path below `/v1`; the key goes along, for it is the same origin."""

    def reply(asked: Asked) -> bytes:
        if asked.method == "POST":
            return answer({"data": [{"url": "/media/a.mp4"}]})
        return answer(MP4) if asked.target == "/media/a.mp4" else answer({}, 404)

    with Host(reply) as host:
        job = Street(tmp_path, rows.QUBRID, host.url).run()
    assert Path(job.path).read_bytes() == MP4
    assert host.asked[-1].headers["authorization"]


def test_a_stranger_never_sees_the_key(tmp_path: Path) -> None:
    """The address of a clip is another's: asked without a key, after the provider's own place had none."""
    with Host(lambda _asked: answer(MP4)) as stranger:

        def reply(asked: Asked) -> bytes:
            if asked.method == "POST":
                return answer({"id": "j1"})
            if asked.target == "/v1/videos/j1":
                return answer({"id": "j1", "status": "completed", "url": f"{stranger.origin}/a.mp4"})
            return answer({"error": "no such route"}, 404)

        with Host(reply) as host:
            job = Street(tmp_path, rows.AIHUBMIX, host.url).run()
    assert job.state == "succeeded"
    assert [(one.target, "authorization" in one.headers) for one in stranger.asked] == [("/a.mp4", False)]


def test_no_row_is_no_proof_of_an_empty_result(tmp_path: Path) -> None:
    """Bifrost's makers of the OpenAI kind have no `videos`; content has the clip."""
    looks = [{**CREATED, "status": "completed", "progress": 100}]
    one = bench(tmp_path, ROWS["bifrost"], service("bifrost", looks))
    assert Path(one.run().path).read_bytes() == MP4


def test_of_two_rows_the_first_comes_from_content(tmp_path: Path) -> None:
    """Gemini's addresses want the maker's key: content has the first, and the loss of the second is told."""
    videos = [{"url": "https://maker.example/a"}, {"url": "https://maker.example/b"}]
    body = {**CREATED, "status": "completed", "videos": videos}

    def reply(call: Call) -> Reply:
        if call.method == "POST":
            return said(CREATED)
        if call.url.startswith("https://"):
            return said({"error": "key wanted"}, 401)
        return said(MP4) if call.url.endswith("/content") else said(body)

    job = bench(tmp_path, ROWS["bifrost"], reply).run()
    assert (job.state, len(job.clips)) == ("succeeded", 1)
    assert job.warnings == ("1 of 2 clips could not be downloaded: The clip could not be downloaded: key wanted",)


def test_a_clip_that_came_inside_and_could_not_be_stored_is_told_as_that(tmp_path: Path) -> None:
    """Watched again, the job does not say that a kernel stopped, which it did not."""
    one = bench(tmp_path, rows.QUBRID, lambda _call: said({"data": [{"b64_json": "AAA"}]}))
    with pytest.raises(DownloadError):
        one.run()
    one.job = one.stored
    job = one.run()
    assert job.failure is not None
    assert job.failure.message.startswith("The clip was part of the answer, and could not be saved:")


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "worker lost"}, "request_id": "req-1"},
        {"error": {"message": "worker lost"}, "request_id": "req-1", "url": "https://docs.example/errors"},
        {"success": True, "data": [], "request_id": "req-1"},
    ],
)
@pytest.mark.parametrize("name", EVERY)
def test_the_id_of_an_exchange_is_no_job(name: str, body: Any, tmp_path: Path) -> None:
    """What stands beside an error, or beside nothing, is looked at by no such name, and fetched from nowhere."""
    if name != "indoxhub" and "success" in body:
        body = {**body, "error": "worker lost"}
    one = bench(tmp_path, {**ROWS, "qubrid": rows.QUBRID}[name], lambda _call: said(body))
    job = one.run()
    assert (job.state, job.handle, one.transport.posts) == ("unknown_outcome", None, 1)


@pytest.mark.parametrize("name", JOBS)
def test_a_row_with_a_clip_is_the_clip_and_no_job(name: str, tmp_path: Path) -> None:
    """DeepInfra's and others' `data[0]` has an id of the file beside its address."""
    body = {"created": 1, "data": [{"id": "file-1", "url": CLIP}]}
    one = bench(tmp_path, ROWS[name], lambda call: said(body) if call.method == "POST" else said(MP4))
    assert (one.run().state, [call.url for call in one.transport.calls][1:]) == ("succeeded", [CLIP])
