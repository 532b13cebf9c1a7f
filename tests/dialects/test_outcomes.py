"""How jobs end, in every dialect: what providers say on the way there, found again, filtered, inside a reply, or not at all."""

from __future__ import annotations

import logging
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.catalog.validation import validate
from jupyter_videogen.core.clip import Artifact
from jupyter_videogen.core.errors import AuthError, DownloadError, Failure, InvalidRequest
from jupyter_videogen.core.http import Lost
from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.runtime.polling import schedule
from jupyter_videogen.widget.views import job_view
from support.fakes import MP4, box
from support.runner_bench import said
from support.speeches import SPEECHES, sent_prompt
from support.whole_jobs import CREATED, EVERY, ROWS, bench, done, service

if TYPE_CHECKING:
    from jupyter_videogen.core.http import Call, Reply

CONTENT = b64encode(MP4).decode()


@pytest.fixture(params=sorted(ROWS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def failed(row: str, message: str = "{} reports the job as done, but there is no clip.") -> Failure:
    title = {**ROWS, "qubrid": rows.QUBRID}[row].title
    return Failure(code="provider", message=message.format(title), sent="yes", charged="unknown")


# ---- on the way -------------------------------------------------------------------------------------------------


def test_a_finished_job_may_be_taken_back(name: str, tmp_path: Path) -> None:
    """Completed, in progress again, its clip not there, then there: stored is the end, and the bar stays."""
    looks = [done(name), {"status": "in_progress", "progress": 40}, done(name), done(name)]
    one = bench(tmp_path, ROWS[name], service(name, looks, [said({}, 404), said({}, 404)]))
    progress: list[float | None] = []
    note = one._note
    one._note = lambda job: (progress.append(job.progress), note(job))[1]  # type: ignore[method-assign, func-returns-value]
    job = one.run()
    assert Path(job.path).read_bytes() == MP4
    assert (one.stored, one.transport.posts) == (job, 1)
    assert [value for value in progress if value is not None] == [100.0] * sum(value is not None for value in progress)


EMPTY = {**CREATED, "status": "completed", "output_count": 0, "unsigned_urls": []}


@pytest.mark.parametrize("name", ["qubax", "indoxhub", "bifrost", "openrouter"])
def test_finished_without_a_clip_is_asked_again_for_a_minute(name: str, tmp_path: Path) -> None:
    """Then it is a failure that makes no claim about the bill; nothing is sent again."""
    one = bench(tmp_path, ROWS[name], service(name, [EMPTY] * 40, [said({}, 404)] * 40))
    job = one.run()
    assert (job.state, job.failure, one.transport.posts) == ("failed", failed(name), 1)
    assert (one.stored, job.handle) == (job, {"id": "j1"})
    assert 60 <= one.clock.time - 1_000 <= 90


@pytest.mark.parametrize("name", ["qubax", "indoxhub", "bifrost", "openrouter"])
def test_a_clip_may_come_after_the_word(name: str, tmp_path: Path) -> None:
    """Finished with nothing, and half a minute later with the clip."""
    one = bench(tmp_path, ROWS[name], service(name, [EMPTY] * 6 + [done(name)]))
    assert Path(one.run().path).read_bytes() == MP4


@pytest.mark.parametrize(
    "late",
    [
        said({"error": {"message": "Video not ready."}}, 409),
        said({}, 425),
        said({"error": {"message": "Task is not completed yet, current status: RUNNING"}}, 400),
        said({"detail": "Video still in-progress"}, 404),
    ],
)
def test_a_clip_that_is_not_ready_is_waited_for(name: str, late: Reply, tmp_path: Path) -> None:
    """However it is said, for as long as eight tries."""
    one = bench(tmp_path, ROWS[name], service(name, [done(name)] * 12, [late] * 8))
    job = one.run()
    assert Path(job.path).read_bytes() == MP4
    assert (job.state, job.failure, one.transport.posts) == ("succeeded", None, 1)


def test_an_error_beside_the_clip_is_a_warning_on_the_job(name: str, tmp_path: Path) -> None:
    """The clip is stored, and what the provider said is not kept from the user."""
    body = {**done(name), "error": {"code": "partial", "message": "Audio could not be made."}}
    job = bench(tmp_path, ROWS[name], service(name, [body] * 3)).run()
    assert (job.state, job.failure) == ("succeeded", None)
    assert job.warnings == ("The provider also reported an error: Audio could not be made.",)


@pytest.mark.parametrize(
    ("looks", "state"),
    [
        ([said({"error": {"message": "No such video."}}, 404)] * 40, "expired"),
        ([said({"code": "task_not_exist", "message": "task_not_exist", "data": None}, 400)] * 40, "expired"),
        ([{"status": "in_progress"}, {"status": "deleted"}], "expired"),
        ([{"status": "expired"}], "expired"),
        ([{"status": "canceled"}], "cancelled"),
        ([{"status": "cancelled"}], "cancelled"),
    ],
)
def test_a_job_that_somebody_ended_is_not_watched_for_ever(
    name: str, looks: list[Any], state: str, tmp_path: Path
) -> None:
    """Deleted at the provider, expired or cancelled there: its end, with the id kept, and no claim of a clip."""
    one = bench(tmp_path, ROWS[name], service(name, looks))
    job = one.run()
    assert (job.state, job.clips, job.handle, one.transport.posts) == (state, (), {"id": "j1"}, 1)
    assert one.stored == job


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0])
@pytest.mark.parametrize("bad", [said({}, 404), Lost("ReadTimeout"), said({}, 503)])
def test_the_clock_of_this_machine_may_jump(name: str, bad: Any, jump: float, tmp_path: Path) -> None:
    """Set by a day between two bad looks: patience is by a clock that never jumps, and the job goes its way."""
    one = bench(tmp_path, ROWS[name], service(name, [bad, bad, bad, done(name)]))
    one.clock.now = lambda: one.clock.time + (jump if len(one.clock.slept) > 1 else 0)  # type: ignore[method-assign]
    job = one.run()
    assert one.states[:2] == ["submitting", "queued"]
    assert set(one.states[2:]) == {"saving", "succeeded"}
    assert (Path(job.path).read_bytes(), one.transport.posts) == (MP4, 1)


@pytest.mark.parametrize("ahead", [86_400.0, -86_400.0])
def test_a_services_clock_may_be_a_day_off(name: str, ahead: float, tmp_path: Path) -> None:
    """Made tomorrow, ended before it began, expired yesterday: the clip that is there is fetched."""
    times = {"created_at": int(1_000 + ahead), "completed_at": int(ahead), "expires_at": int(1_000 - abs(ahead))}
    looks = [{**CREATED, "status": "pending", **times}, {**done(name), **times}]
    one = bench(tmp_path, ROWS[name], service(name, looks))
    job = one.run()
    assert Path(job.path).read_bytes() == MP4
    assert (job.created_at, job.accepted_at) == (1_000.0, 1_000.0)
    assert job.finished_at == pytest.approx(1_000.0 + sum(one.clock.slept), abs=1e-6)


DATE = {"date": "Wed, 21 Oct 2026 07:28:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"retry_after": "7"}, [7.0, 7.0]),
        ({"retry_after": "120"}, [120.0, 120.0]),
        ({"retry_after": "121"}, []),
        ({"retry_after": "9999"}, []),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:07 GMT", **DATE}, [7.0, 7.0]),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:07 GMT"}, [0.5, 1.0]),
        ({}, [0.5, 1.0]),
    ],
)
@pytest.mark.parametrize("name", EVERY)
def test_a_busy_service_says_when_to_come_back(
    name: str, headers: dict[str, str], waits: list[float], tmp_path: Path
) -> None:
    """In seconds, by a date, or not at all: creates wait so, two minutes at most, and so do looks, an hour at most."""
    busy = said({"error": {"message": "Slow down."}}, 429, **headers)
    one = bench(tmp_path / "a", {**ROWS, "qubrid": rows.QUBRID}[name], lambda _call: busy)
    failure = one.run().failure
    told = (waits or [float(headers.get("retry_after", 0))])[0]
    told = None if told == 0.5 else told
    assert one.clock.slept == waits
    assert failure == Failure(
        code="rate_limited",
        message="Slow down.",
        sent="yes",
        charged="no",
        retry_after=told,
    )
    if name != "qubrid":
        one = bench(tmp_path / "b", ROWS[name], service(name, [busy, busy, done(name)]))
        assert one.run().state == "succeeded"
        first, *rest = one.clock.slept
        assert schedule.USUAL.soonest <= first <= schedule.USUAL.latest
        assert rest == (waits or [min(told or 0.0, 3600.0)] * 2)


# ---- found again ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["queued", "running", "saving", "unreachable"])
def test_a_job_is_taken_up_by_its_id(name: str, state: str, tmp_path: Path) -> None:
    """From the ledger of a process that is gone: looked at and fetched, never sent again."""
    one = bench(tmp_path, ROWS[name], service(name, [done(name)] * 3))
    one.ledger.save(one.job.after(state=state, handle={"id": "j1"}, accepted_at=1_000.0))
    one.ledger.close()
    one.parts = one.parts._replace(ledger=Ledger(tmp_path / "ledger.sqlite3"))
    one.ledger = one.parts.ledger
    one.job = one.ledger.find("k3q7")
    job = one.run()
    assert Path(job.path).read_bytes() == MP4
    assert (job.state, one.stored, one.transport.posts) == ("succeeded", job, 0)
    assert one.transport.calls[0].url == SPEECHES[name].look.format("j1")


def test_a_clip_of_qubrid_is_taken_up_by_its_url(tmp_path: Path) -> None:
    """There is no job to look at, so the URL is what is kept."""
    one = bench(tmp_path, rows.QUBRID, lambda _call: said(MP4))
    one.ledger.save(one.job.after(state="saving", artifacts=(Artifact("https://cdn.example/a.mp4"),)))
    one.job = one.stored
    job = one.run()
    assert Path(job.path).read_bytes() == MP4
    assert [(call.method, call.url) for call in one.transport.calls] == [("GET", "https://cdn.example/a.mp4")]


# ---- Qubax ------------------------------------------------------------------------------------------------------


def test_one_of_two_artifacts_is_better_than_none(tmp_path: Path) -> None:
    """The second is a 404 to the end: the first is stored, and the job says so."""

    def answer(call: Call) -> Reply:
        if call.url == "/media/artifacts/j1/1":
            return said({"error": {"message": "No such index.", "type": "invalid_request_error"}}, 404)
        return service("qubax", [{**CREATED, "status": "completed", "output_count": 2}])(call)

    one = bench(tmp_path, rows.QUBAX, answer)
    job = one.run()
    assert (job.state, [clip.path for clip in job.clips], one.transport.posts) == ("succeeded", [job.path], 1)
    assert job.warnings == ("1 of 2 clips could not be downloaded: The clip could not be downloaded: No such index.",)


def test_pending_ten_times_is_queued_ten_times(name: str, tmp_path: Path) -> None:
    """Neither progress nor another state is invented while nothing changes."""
    one = bench(tmp_path, ROWS[name], service(name, [{**CREATED, "status": "pending"}] * 10 + [done(name)]))
    told: list[tuple[str, float | None]] = []
    note = one._note
    one._note = lambda job: (told.append((job.state, job.progress)), note(job))[1]  # type: ignore[method-assign, func-returns-value]
    assert one.run().state == "succeeded"
    assert told[:12] == [("submitting", None), *[("queued", None)] * 11]
    assert len(one.clock.slept) == 11
    assert all(schedule.USUAL.soonest <= wait <= schedule.USUAL.latest for wait in one.clock.slept)


# ---- Qubrid -----------------------------------------------------------------------------------------------------


def test_two_urls_are_two_files(tmp_path: Path) -> None:
    """Both are fetched, numbered."""
    data = [{"url": "https://c/1.mp4"}, {"url": "https://c/2.mp4"}]
    job = bench(tmp_path, rows.QUBRID, lambda call: said({"data": data} if call.method == "POST" else MP4)).run()
    assert [Path(clip.path).name for clip in job.clips] == ["a-kite-k3q7x2ma.mp4", "a-kite-k3q7x2ma-2.mp4"]


@pytest.mark.parametrize("name", ["qubrid", "indoxhub"])
def test_a_url_may_hold_the_clip(name: str, tmp_path: Path) -> None:
    """A data URL is decoded, and neither fetched nor kept in the ledger."""
    body = {"created": 1, "data": [{"url": f"data:video/mp4;base64,{CONTENT}"}]}
    one = bench(tmp_path, {**ROWS, "qubrid": rows.QUBRID}[name], lambda _call: said(body))
    job = one.run()
    assert Path(job.path).read_bytes() == MP4
    assert [call.method for call in one.transport.calls] == ["POST"]
    assert CONTENT[:40].encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("ledger*"))


# ---- IndoxHub ---------------------------------------------------------------------------------------------------


def test_a_create_that_blocks_needs_no_look(tmp_path: Path) -> None:
    """Google's models answer with the list of clips."""
    body = {"request_id": "r", "success": True, "data": [{"url": "https://c/1.mp4"}, {"url": "https://c/2.mp4"}]}
    one = bench(tmp_path, rows.INDOXHUB, lambda call: said(body if call.method == "POST" else MP4))
    assert (one.run().state, len(one.job.clips)) == ("succeeded", 2)
    assert [call.url for call in one.transport.calls] == ["/videos/generations", "https://c/1.mp4", "https://c/2.mp4"]


def test_a_200_that_says_no_fails_the_job(tmp_path: Path) -> None:
    """In the provider's words, with its reference, and one POST."""
    body = {"success": False, "message": "Invalid duration", "data": None, "request_id": "r1"}
    one = bench(tmp_path, rows.INDOXHUB, lambda _call: said(body))
    job = one.run()
    assert job.failure == Failure(
        code="provider", message="Invalid duration", sent="yes", charged="unknown", request_id="r1"
    )
    assert (job.state, one.transport.posts) == ("failed", 1)


@pytest.mark.parametrize(
    ("head", "cut"), [("", 76), ("data:video/mp4;base64,", 0), ("data:video/mp4;base64,", 64), ("", 1)]
)
def test_two_clips_inside_a_look_are_two_files(head: str, cut: int, tmp_path: Path) -> None:
    """With a data URL's head or not, in lines or in one piece."""
    films = [MP4, MP4 + box(b"free", b"another")]
    texts = [b64encode(film).decode() for film in films]
    lines = ["\r\n".join(text[at : at + cut] for at in range(0, len(text), cut)) if cut else text for text in texts]
    body = {**CREATED, "status": "completed", "result": {"data": [{"b64_json": head + text} for text in lines]}}
    one = bench(tmp_path, rows.INDOXHUB, service("indoxhub", [body]))
    job = one.run()
    assert [Path(clip.path).read_bytes() for clip in job.clips] == films
    assert len(one.transport.calls) == 2


@pytest.mark.parametrize("text", [CONTENT[:-1], CONTENT[:-8] + "!!!!!!!!", "AAA"])
def test_a_clip_in_broken_base64_is_asked_for_again(text: str, tmp_path: Path) -> None:
    """Bad padding, foreign letters: no file, the job stays, and the next look may do better."""
    bad = {**CREATED, "status": "completed", "result": {"b64_json": text}}
    good = {**CREATED, "status": "completed", "result": {"b64_json": CONTENT}}
    one = bench(tmp_path / "a", rows.INDOXHUB, service("indoxhub", [bad, good]))
    assert Path(one.run().path).read_bytes() == MP4
    one = bench(tmp_path / "b", rows.INDOXHUB, service("indoxhub", [bad] * 40))
    with pytest.raises(DownloadError):
        one.run()
    failure = Failure(
        code="download", message="What the provider sent is broken base64.", sent="yes", charged="unknown"
    )
    assert (one.stored.state, one.stored.failure, one.stored.handle) == ("saving", failure, {"id": "j1"})
    assert not Path(one.job.path).exists()


def test_a_fresh_link_is_fetched(tmp_path: Path) -> None:
    """The signed URL of the first look has expired; that of the next has not. One POST."""
    links = iter(["https://c/a.mp4?sig=old", "https://c/a.mp4?sig=new"])

    def answer(call: Call) -> Reply:
        if call.method == "POST":
            return said(CREATED)
        if call.url == "/videos/jobs/j1":
            return said({**CREATED, "status": "completed", "result": {"url": next(links)}})
        return said({"error": "Request has expired"}, 403) if call.url.endswith("old") else said(MP4)

    one = bench(tmp_path, rows.INDOXHUB, answer)
    assert Path(one.run().path).read_bytes() == MP4
    assert [call.url for call in one.transport.calls] == [
        "/videos/generations", "/videos/jobs/j1", "https://c/a.mp4?sig=old", "/videos/jobs/j1", "https://c/a.mp4?sig=new",
    ]  # fmt: skip


# ---- the OpenAI shape -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["auto", "768P", "1920x1080", "", None])
def test_an_odd_size_does_not_break_the_view(size: str | None, tmp_path: Path) -> None:
    """What a provider calls the size of a clip is shown where it is one."""
    job = bench(tmp_path, rows.AIHUBMIX, service("openai", [{**done("openai"), "size": size}] * 2)).run()
    view = job_view(job, rows.AIHUBMIX, folder=tmp_path)
    assert view.clip is not None
    assert (view.clip.width, view.clip.height) == ((1920, 1080) if size == "1920x1080" else (640, 360))


# ---- Bifrost ----------------------------------------------------------------------------------------------------

HELD = "1 withheld by the provider's filter: violence"


def test_filtered_whole_is_a_refusal(tmp_path: Path) -> None:
    """Called completed, with nothing but the filter's reasons: a failure of that kind, at once."""
    body = {**CREATED, "status": "completed", "content_filter": {"filtered_count": 1, "reasons": ["violence"]}}
    one = bench(tmp_path, rows.BIFROST, service("bifrost", [body]))
    job = one.run()
    assert job.failure == Failure(code="content_policy", message=HELD, sent="yes", charged="unknown")
    assert (job.state, one.transport.posts) == ("failed", 1)


def test_filtered_in_part_is_a_clip_and_a_warning(tmp_path: Path) -> None:
    """One of two: stored, and told."""
    body = {**done("bifrost"), "content_filter": {"filtered_count": 1, "reasons": ["violence"]}}
    job = bench(tmp_path, rows.BIFROST, service("bifrost", [body] * 2)).run()
    assert (job.state, len(job.clips), job.warnings) == ("succeeded", 1, (HELD,))


def test_times_that_change_with_every_look_change_nothing(tmp_path: Path) -> None:
    """Gemini's `created_at` is the time of the look: the job stays the one it is."""
    looks = [{**CREATED, "status": "in_progress", "created_at": at} for at in (1, 99, 50)]
    one = bench(tmp_path, rows.BIFROST, service("bifrost", [*looks, {**done("bifrost"), "created_at": 7}]))
    job = one.run()
    assert (job.state, job.created_at, job.handle, one.transport.posts) == ("succeeded", 1_000.0, {"id": "j1"}, 1)


def test_a_raw_request_is_kept_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A gateway that is set to show what it sent upstream shows keys: none reaches log, ledger, receipt or job."""
    caplog.set_level(logging.DEBUG)
    extra = {"raw_request": {"authorization": "Bearer sk-canary"}, "raw_response": "sk-canary", "provider": "gemini"}
    body = {**done("bifrost"), "extra_fields": extra}
    job = bench(tmp_path, rows.BIFROST, service("bifrost", [{**body, "status": "queued"}, body, body])).run()
    assert job.state == "succeeded"
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "sk-canary" not in caplog.text + repr(job)
    assert b"sk-canary" not in kept


def test_an_id_with_a_provider_goes_round(tmp_path: Path) -> None:
    """From create to look to content, as it came, escaped once."""
    id_ = "models%2Fveo%2Foperations%2Fa:gemini"

    def answer(call: Call) -> Reply:
        if call.method == "POST":
            return said({"id": id_})
        return said(MP4) if call.url.endswith("/content") else said({**done("bifrost"), "id": id_})

    one = bench(tmp_path, rows.BIFROST, answer)
    assert one.run().handle == {"id": id_}
    path = "/videos/models%252Fveo%252Foperations%252Fa%3Agemini"
    assert [call.url for call in one.transport.calls] == ["/videos", path, f"{path}/content"]


# ---- before anything is sent ------------------------------------------------------------------------------------

ROW = {**ROWS, "qubrid": rows.QUBRID}
LINK = Media(kind="image", url="https://e/x.png")


def model_of(name: str) -> str:
    """Return a model that a provider may have; the local engine knows all of its own."""
    return ROW[name].models[0].model if name == "local" else "m"


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    "prompt", ["x", "x" * 32_000, "a\nb\r\nc", "🛶 喵", "\u202eright to left", '"; --boundary\r\n\r\n']
)
def test_a_prompt_reaches_the_body_as_it_is(name: str, prompt: str) -> None:
    """One character or 32,000, line breaks, emoji, direction marks, what looks like a form's border."""
    request = validate(GenerationRequest(prompt=prompt, model=model_of(name)), ROW[name]).request
    call = ROW[name].dialect.create(request)
    assert sent_prompt(call) == prompt
    assert call.headers == {}


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    ("prompt", "message", "next_"),
    [
        ("x" * 32_001, "The prompt is too long: 32,001 characters.", "Use at most 32,000."),
        ("a\0b", "The prompt contains characters that are not text (NUL or half a surrogate pair).", "Remove them."),
        ("a\ud800", "The prompt contains characters that are not text (NUL or half a surrogate pair).", "Remove them."),
        ("", "The prompt is empty.", "Describe the video you want."),
        (" \n", "The prompt is empty.", "Describe the video you want."),
    ],
)
def test_a_prompt_that_cannot_go_is_refused(name: str, prompt: str, message: str, next_: str) -> None:
    """Told before anything is sent; only Qubrid makes a video of a picture alone."""
    request = GenerationRequest(prompt=prompt, model=model_of(name), image=None if name == "local" else LINK)
    if name == "qubrid" and not prompt.strip():
        assert validate(request, ROW[name]).request.prompt == prompt
        return
    with pytest.raises(InvalidRequest) as caught:
        validate(request, ROW[name])
    assert caught.value.failure == Failure(
        code="invalid_request", message=message, next=next_, field="prompt", sent="no", charged="no"
    )


KEYED = [row for row in (*ROW.values(), rows.OPENAI) if row.key_env and not row.key_optional]


@pytest.mark.parametrize("row", KEYED, ids=lambda row: row.name)
def test_a_missing_key_is_told_before_anything_is_sent(row: Any) -> None:
    """By the variable's name; no job is written."""
    with pytest.raises(AuthError) as caught:
        vg.generate("waves", provider=row.name, model="m")
    assert caught.value.failure == Failure(
        code="auth",
        message=f"{row.title} needs a key.",
        next=f"Set {row.key_env}, or pass api_key=.",
        sent="no",
        charged="no",
    )
    assert vg.jobs() == []


@pytest.mark.parametrize("row", [*KEYED, rows.BIFROST], ids=lambda row: row.name)
@pytest.mark.parametrize("value", ["", "  ", "\n", "two words"])
def test_a_blank_key_is_told_before_anything_is_sent(row: Any, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set, but to nothing that could be a key: not sent, not even to a gateway that may be open to all."""
    monkeypatch.setenv(row.key_env, value)
    with pytest.raises(AuthError) as caught:
        vg.generate("waves", provider=row.name, model="m")
    assert caught.value.failure == Failure(
        code="auth",
        message=f"The value from {row.key_env} is not a valid key: it is empty or contains spaces or other unexpected characters.",
        next="Copy the key again.",
        sent="no",
        charged="no",
    )


def test_a_key_has_no_place_in_a_record() -> None:
    """What is written down of a job names the variable, and hides a second key in the body."""
    request = GenerationRequest(prompt="x", extra={"byok_api_key": "sk-canary", "style": "ink"})
    assert "sk-canary" not in repr(request)
    assert msgspec.to_builtins(request.redacted())["extra"] == {"byok_api_key": "…", "style": "ink"}
    assert "key" not in {field for field in JobRecord.__struct_fields__ if field != "key_env"}
