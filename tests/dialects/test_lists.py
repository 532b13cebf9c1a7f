"""What providers list, in every dialect that has a list: a job whose answer was lost, and models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

import jupyter_videogen as vg
from jupyter_videogen.core.http import Lost, NotSent
from jupyter_videogen.dialects.base import ListsModels, can_find_lost
from support.fakes import MP4
from support.runner_bench import said
from support.scripted_provider import EVERY, KEY, Host, answer
from support.speeches import SPEECHES
from support.whole_jobs import ROWS, as_reply, bench, done

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from jupyter_videogen.core.http import Call, Reply

LISTS = sorted(name for name, row in ROWS.items() if can_find_lost(row.dialect))
MODELS = sorted(name for name, row in ROWS.items() if isinstance(row.dialect, ListsModels) and name != "local")
"""The local engine's models are known without its list."""


@pytest.fixture(params=LISTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def page(name: str, *ids: Any, **facts: Any) -> dict[str, Any]:
    """Return a page with a row for each id, as the provider writes it, between rows that name no job."""
    alike = {"prompt": "a kite", "model": "m", "created_at": 1_000, "status": "in_progress", **facts}
    if name == "comfyui":  # its list has no prompts, and the label that each job was sent with
        alike = {"created_at": alike["created_at"], "status": "running", "metadata": facts.get("prompt", "key-1")}
    field, rows_ = {"indoxhub": ("job_id", "jobs"), "comfyui": ("id", "jobs")}.get(name, ("id", "data"))
    odd: list[Any] = [None, {}, {**alike, field: ""}, {**alike, field: ".."}, {**alike, field: []}]
    return {rows_: [*odd, *({**alike, field: id_} for id_ in ids)], "has_more": False}


def deaf(name: str, pages: Iterable[Any], id_: str = "j1") -> Callable[[Call], Reply]:
    """A provider that swallows the answer to a create, and then lists these pages; the last of them again and again."""
    speech, saying = SPEECHES[name], iter(pages)
    last: list[Any] = []
    look = speech.look.format(quote(id_, safe=""))

    def reply(call: Call) -> Reply:
        if call.method == "POST":
            raise Lost("ReadTimeout")
        if call.url == look:
            return said(done(name))
        if call.url.partition("?")[0] == ROWS[name].dialect.page("m").url.partition("?")[0]:  # type: ignore[attr-defined]  # those of LISTS have it
            last[:] = [next(saying, *last)]
            return as_reply(last[0])
        return said(MP4)

    return reply


@pytest.mark.parametrize(
    "bad",
    [
        said({"error": {"message": "worker lost"}}, 500),
        said(b"<html>", 502),
        said(b"", 503),
        said({}, 429),
        said({"error": {"message": "Bad key."}}, 401),
        Lost("ReadTimeout"),
        NotSent("ConnectError"),
        said(b"<html>Sign in</html>"),
        said(b'{"data": ['),
        said({"data": None, "jobs": None}),
        said([]),
        said({"error": {"message": "try later"}}),
    ],
)
def test_a_lost_job_is_found_whatever_its_list_said_before(name: str, bad: Any, tmp_path: Path) -> None:
    """Refusals, upset providers, cut lines, half a page: asked again, and the job is taken up; one order was sent."""
    one = bench(tmp_path, ROWS[name], deaf(name, [bad, bad, page(name, "j1")]))
    job = one.run()
    assert (job.state, job.handle, one.transport.posts) == ("succeeded", {"id": "j1"}, 1)
    assert job.warnings == (f"The answer was lost; the job was found in {ROWS[name].title}'s list.",)


@pytest.mark.parametrize(
    ("id_", "handle"), [(17, "17"), ("a/b:c", "a/b:c"), ("m%2Fop:gemini", "m%2Fop:gemini"), ("é", "é")]
)
def test_a_listed_id_of_any_form_is_looked_at_as_one_segment(name: str, id_: Any, handle: str, tmp_path: Path) -> None:
    """Numbers, slashes, what is escaped already; rows without an id beside it are passed over."""
    one = bench(tmp_path, ROWS[name], deaf(name, [page(name, id_)], handle))
    assert (one.run().state, one.job.handle) == ("succeeded", {"id": handle})


def test_a_job_may_come_late_into_the_list(name: str, tmp_path: Path) -> None:
    """Not in it when it is asked three times, there at the fourth."""
    one = bench(tmp_path, ROWS[name], deaf(name, [page(name)] * 3 + [page(name, "j1")]))
    assert (one.run().state, one.transport.posts) == ("succeeded", 1)


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([said({}, 404)], "{} returned no list of jobs to search. Check your account there before you send it again."),
        ([said({}, 405)], "{} returned no list of jobs to search. Check your account there before you send it again."),
        ([said({}, 501)], "{} returned no list of jobs to search. Check your account there before you send it again."),
        ([said(b"", 503)], "{} returned no list of jobs to search. Check your account there before you send it again."),
        (
            [Lost("ReadError")],
            "{} returned no list of jobs to search. Check your account there before you send it again.",
        ),
        (["none"], "The job is not in {}'s list. Check your account there before you send it again."),
        (["two"], "2 jobs in {}'s list match it: j1, j2. Attach the right one with vg.attach(id, provider="),
    ],
)
def test_what_a_list_does_not_settle_is_told(name: str, pages: list[Any], words: str, tmp_path: Path) -> None:
    """No list, none of ours, two that can be it: nothing is guessed, sent again, or claimed of the bill."""
    made = {"none": page(name, "j1", prompt="another"), "two": page(name, "j1", "j2")}
    one = bench(
        tmp_path,
        ROWS[name],
        deaf(name, [made.get(page_, page_) if isinstance(page_, str) else page_ for page_ in pages]),
    )
    job = one.run()
    assert (job.state, job.handle, one.transport.posts) == ("unknown_outcome", None, 1)
    assert job.failure is not None
    assert (job.failure.sent, job.failure.charged) == ("yes", "unknown")
    assert job.failure.next.startswith(words.format(ROWS[name].title))
    assert job.failure.next.endswith(" We did not send it again.")


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_list_that_is_not_there_is_asked_for_once(name: str, status: int, tmp_path: Path) -> None:
    """The provider says that it has none, and is left alone."""
    one = bench(tmp_path, ROWS[name], deaf(name, [said({}, status)]))
    assert one.run().state == "unknown_outcome"
    assert [call.method for call in one.transport.calls] == ["POST", "GET"]


@pytest.mark.parametrize(("asked", "wait"), [("20", 20.0), ("9999", 120.0)])
@pytest.mark.parametrize("status", [429, 503])
def test_a_list_says_when_to_come_back(name: str, status: int, asked: str, wait: float, tmp_path: Path) -> None:
    """As long as it asks, two minutes at most: a lost job is not left for longer."""
    one = bench(tmp_path, ROWS[name], deaf(name, [said({}, status, retry_after=asked), page(name, "j1")]))
    assert one.run().state == "succeeded"
    assert wait in one.clock.slept


# ---- models -----------------------------------------------------------------------------------------------------


def ask(name: str, verdict: bytes | None) -> list[str]:
    """Ask a provider for its models, over a real line."""
    with Host(lambda _asked: verdict) as host:
        client = vg.Client(ROWS[name].name, base_url=host.url, api_key=KEY)
        try:
            return [model.model for model in client.models(refresh=True)]
        finally:
            assert {one.method for one in host.asked} == {"GET"}
            assert all(one.headers["authorization"] == f"Bearer {KEY}" for one in host.asked)


@pytest.mark.parametrize(
    "body",
    [
        {"object": "list", "data": [{"id": "a/b"}, {"id": "c"}, {}, None, {"id": 7}]},
        {"data": ["a/b", "c", None]},
        {"models": [{"id": "a/b"}, {"id": "c"}]},
        [{"id": "a/b"}, "c"],
    ],
)
@pytest.mark.parametrize("name", MODELS)
def test_models_are_read_in_any_shape(name: str, body: Any) -> None:
    """Objects, names, with a wrapping or without; what names no model is passed over."""
    found = ask(name, answer(body))
    assert found[:2] == ["a/b", "c"]


@pytest.mark.parametrize(
    ("verdict", "kind", "words"),
    [
        (answer({"error": {"message": "Bad key."}}, 401), "auth", "Bad key."),
        (answer({"error": {"message": "Not for you."}}, 403), "permission", "Not for you."),
        (answer({"error": {"message": "worker lost"}}, 500), "provider", "worker lost"),
        (answer(b"", 503), "provider", "The provider answered HTTP 503."),
        (answer({"error": {"message": "Slow down."}}, 429, retry_after="9"), "rate_limited", "Slow down."),
        (None, "unreachable", "could not be asked for its models"),
        (answer(b"<html>Sign in</html>"), "unreachable", "returned a list of models that can't be read."),
        (answer(b'{"data": ['), "unreachable", "returned a list of models that can't be read."),
    ],
)
@pytest.mark.parametrize("name", MODELS)
def test_a_list_of_models_that_does_not_come_is_told(name: str, verdict: bytes | None, kind: str, words: str) -> None:
    """By its kind and in the provider's words."""
    with pytest.raises(vg.VideogenError) as caught:
        ask(name, verdict)
    failure = caught.value.failure
    assert (failure.code, failure.retry_after) == (kind, 9.0 if kind == "rate_limited" else None)
    assert words in failure.message


@pytest.mark.parametrize("name", MODELS)
def test_nobody_there_has_no_models(name: str) -> None:
    """Nothing listens: told, and nothing was sent."""
    with Host(lambda _asked: None) as host:
        url = host.url
    with pytest.raises(vg.Unreachable, match="could not be asked for its models"):
        vg.Client(ROWS[name].name, base_url=url, api_key=KEY).models(refresh=True)


@pytest.mark.parametrize("name", ["qubrid", "comfyui", "comfycloud"])
def test_a_service_without_a_list_of_models_is_not_asked(name: str) -> None:
    """There is none, and nothing goes out."""
    with (
        Host(lambda _asked: None) as host,
        pytest.raises(vg.Unsupported, match=f"{EVERY[name].title} has no list of models"),
    ):
        vg.Client(EVERY[name].name, base_url=host.url, api_key=KEY).models(refresh=True)
    assert host.asked == []
