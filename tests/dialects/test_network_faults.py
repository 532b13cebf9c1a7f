"""Whole jobs over real sockets, in every dialect: what a line, a clock and a stranger can do."""

from __future__ import annotations

import gzip
import logging
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
import pytest

from jupyter_videogen.core.errors import DownloadError, Failure
from jupyter_videogen.transport.url_policy import origin, same_origin
from support.fakes import MP4
from support.scripted_provider import CLIPS, CREATES, EVERY, KEY, ROWS, Asked, Host, Shop, Street, answer, open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.job import JobRecord

LOOKS = {
    "qubax": "/v1/video/generations",
    "indoxhub": "/v1/videos/jobs",
    "openai": "/v1/videos",
    "bifrost": "/v1/videos",
    "openrouter": "/v1/videos",
    "local": "/v1/videos",
    "comfyui": "/v1/jobs",
    "comfycloud": "/v1/jobs",
    "vllm_omni": "/v1/videos",
    "sglang": "/v1/videos",
}
CUT_OFF = ("the connection was cut off", "the server hung up too early, or does not speak HTTP")
"""How a line that is cut is told: an RST, or an orderly end."""
LATE = {"qubrid": 1200.0, "indoxhub": 1200.0}
"""Seconds after which a create is given up, where a create may answer with the finished clip."""


@pytest.fixture(params=sorted(EVERY))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stranger() -> Iterator[Host]:
    """Another host, which has a clip."""
    with Host(lambda _asked: answer(MP4)) as host:
        yield host


def lost(message: str) -> Failure:
    return Failure(
        code="unknown_outcome",
        message=message,
        sent="yes",
        charged="unknown",
    )


def told(job: JobRecord) -> Failure:
    """A job's failure, without what to do next: that depends on whether the provider has a list."""
    assert job.failure is not None
    assert job.failure.next.endswith("Check your account there before you send it again. We did not send it again.")
    return msgspec.structs.replace(job.failure, next="")


def trouble(what: str) -> Failure:
    return Failure(code="download", message=f"What the provider sent {what}.", sent="yes", charged="unknown")


# ---- the create -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 302, 307])
def test_a_create_that_is_answered_badly_is_one_post_on_the_wire(name: str, status: int, tmp_path: Path) -> None:
    """Whatever upset answer comes, it was sent once, and the job says that nobody knows."""
    with open_shop(Shop(name, create=answer({}, status, location="/v1/elsewhere"))) as host:
        street = Street(tmp_path, EVERY[name], host.url)
        job = street.run()
    assert [(one.method, one.target) for one in host.asked if one.method != "GET"] == [("POST", CREATES[name])]
    message = f"{EVERY[name].title} answered HTTP {status} to the request."
    assert (job.state, told(job), street.stored) == ("unknown_outcome", lost(message), job)


def test_a_create_whose_line_is_cut_is_one_post_on_the_wire(name: str, tmp_path: Path) -> None:
    """Heard whole, then hung up on: the work may be under way."""
    with Host(lambda _asked: None) as host:
        street = Street(tmp_path, EVERY[name], host.url)
        job = street.run()
    assert host.posts == 1
    assert job.state == "unknown_outcome"
    assert told(job) in {lost(f"We lost the answer after sending ({error}).") for error in CUT_OFF}


def test_a_create_that_is_never_answered_ends_in_its_time(name: str, tmp_path: Path) -> None:
    """Two minutes, or twenty where the clip itself may come; sent once, and told."""

    def silence(_asked: Asked) -> None:
        street.loop.leap(LATE.get(name, 120.0) + 1)
        host.closing.wait()

    with open_shop(Shop(name, create=silence)) as host:
        street = Street(tmp_path, EVERY[name], host.url)
        job = street.run()
    assert host.posts == 1
    assert job.state == "unknown_outcome"
    assert told(job) == lost("We lost the answer after sending (no answer in time).")


@pytest.mark.parametrize("silent", [60, 119])
def test_a_create_may_take_its_time(name: str, silent: float, tmp_path: Path) -> None:
    """Two minutes without a byte, where the answer is only a job; the clip arrives."""

    def slowly(_asked: Asked) -> bytes:
        street.loop.leap(silent)
        return shop.created()

    shop = Shop(name, create=slowly)
    with open_shop(shop) as host:
        street = Street(tmp_path, EVERY[name], host.url)
        job = street.run()
    assert (job.state, host.posts) == ("succeeded", 1)
    assert Path(job.path).read_bytes() == MP4


@pytest.mark.parametrize("name", sorted(LATE))
@pytest.mark.parametrize("silent", [120, 1199])
def test_a_create_that_makes_the_clip_may_take_twenty_minutes(name: str, silent: float, tmp_path: Path) -> None:
    """Held open, silent, until the clip is there: one POST, and no look."""

    def slowly(_asked: Asked) -> bytes:
        street.loop.leap(silent)
        return answer({"created": 1, "data": [{"url": shop.clip_url}]})

    shop = Shop(name, create=slowly)
    with open_shop(shop) as host:
        street = Street(tmp_path, EVERY[name], host.url)
        job = street.run()
    assert (job.state, [one.method for one in host.asked]) == ("succeeded", ["POST", "GET"])
    assert Path(job.path).read_bytes() == MP4


def test_a_proxy_that_cuts_a_silent_line_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    """After a minute of silence something between us hangs up: the clip may be made all the same."""

    def cut(_asked: Asked) -> None:
        street.loop.leap(60)

    with open_shop(Shop("qubrid", create=cut)) as host:
        street = Street(tmp_path, EVERY["qubrid"], host.url)
        job = street.run()
    assert (job.state, host.posts) == ("unknown_outcome", 1)
    assert told(job) in {lost(f"We lost the answer after sending ({error}).") for error in CUT_OFF}


def test_nobody_there_is_told_after_three_attempts(name: str, tmp_path: Path) -> None:
    """A port where nobody listens: nothing was sent, and the words say so."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        job = Street(tmp_path, EVERY[name], f"http://127.0.0.1:{taken.getsockname()[1]}/v1").run()
    assert job.failure == Failure(
        code="unreachable",
        message=f"{EVERY[name].title} could not be reached.",
        next="Check the connection and run the cell or call again.",
        sent="no",
        charged="no",
    )


# ---- ids --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "id_", ["a/b", "a:b:c", "m%2Fveo%2Fops%2Fa:gemini", "a;b=c+d e", "é喵", "?x#y", "a/../b", "x" * 512]
)
@pytest.mark.parametrize("name", sorted(ROWS))
def test_an_id_is_one_segment_on_the_wire(name: str, id_: str, tmp_path: Path) -> None:
    """Through the HTTP library and back: look and clip are asked for by the id as it came, escaped once."""
    escaped = quote(id_, safe="")
    look, clip = f"{LOOKS[name]}/{escaped}", CLIPS[name].replace("j1", escaped)

    def reply(asked: Asked) -> bytes:
        if asked.method == "POST":
            return answer({"id": id_, "job_id": id_})
        if asked.target == look:
            return answer(shop.done)
        return answer(MP4) if asked.target.removesuffix("?index=0") == clip else answer({"error": "what?"}, 404)

    shop = Shop(name)
    with Host(reply) as host:
        shop.host = host
        job = Street(tmp_path, ROWS[name], host.url).run()
    assert (job.state, job.handle) == ("succeeded", {"id": id_})
    assert [one.target.removesuffix("?index=0") for one in host.asked][:3] == [CREATES[name], look, clip]


# ---- the clip ---------------------------------------------------------------------------------------------------


def moved(to: str) -> bytes:
    return answer(status=302, location=to)


def test_a_stranger_never_sees_a_key(name: str, stranger: Host, tmp_path: Path) -> None:
    """The clip is elsewhere: the redirect is followed, and none of our headers goes along."""
    with open_shop(Shop(name, clip=moved(f"{stranger.origin}/a.mp4"))) as host:
        keys = {"x-bf-vk": KEY, "x-api-key": KEY}
        job = Street(tmp_path, EVERY[name], host.url, headers=keys).run()
    assert Path(job.path).read_bytes() == MP4
    (asked,) = stranger.asked
    assert KEY not in str(asked)
    assert all(KEY in one.headers["authorization"] for one in host.asked)


def test_a_redirect_at_home_keeps_the_key(name: str, tmp_path: Path) -> None:
    """The provider serves it from another of its own paths, behind the same key."""

    def clip(asked: Asked) -> bytes:
        return moved(f"{asked.target}?again=1") if "again" not in asked.target else answer(MP4)

    with open_shop(Shop(name, clip=clip)) as host:
        job = Street(tmp_path, EVERY[name], host.url).run()
    assert Path(job.path).read_bytes() == MP4
    fetched = [one for one in host.asked if CLIPS[name] in one.target and "variant" not in one.target]
    assert [one.headers["authorization"] for one in fetched] == [f"Bearer {KEY}"] * 2


@pytest.mark.parametrize("name", ["indoxhub", "qubrid"])
def test_a_sub_domain_is_a_stranger(name: str, stranger: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`cdn.api.test` is not `api.test`: the clip is fetched there without the key."""
    real = socket.getaddrinfo

    def here(host: Any, *args: Any, **kwargs: Any) -> Any:
        known = host in {"api.test", "cdn.api.test", b"api.test", b"cdn.api.test"}
        return real("127.0.0.1" if known else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    shop = Shop(name, clip_url=f"http://cdn.api.test:{stranger.server_port}/a.mp4")
    with open_shop(shop) as host:
        job = Street(tmp_path, EVERY[name], f"http://api.test:{host.server_port}/v1").run()
    assert Path(job.path).read_bytes() == MP4
    (asked,) = stranger.asked
    assert asked.headers["host"] == f"cdn.api.test:{stranger.server_port}"
    assert KEY not in str(asked)
    assert all(KEY in one.headers["authorization"] for one in host.asked)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("file:///etc/passwd", "downloaded: the address was refused: file is not a web address."),
        ("ftp://x.example/a.mp4", "downloaded: the address was refused: ftp is not a web address."),
        ("", "requested (too many redirects)."),
    ],
)
def test_a_clip_that_leads_nowhere_good_keeps_the_job(name: str, to: str, words: str, tmp_path: Path) -> None:
    """Another scheme, or round and round: refused and told; the job and its id stay, nothing is sent again."""
    with open_shop(Shop(name, clip=lambda asked: moved(to or asked.target))) as host:
        street = Street(tmp_path, EVERY[name], host.url)
        with pytest.raises(DownloadError):
            street.run()
    assert (street.stored.state, street.stored.failure, host.posts) == (
        "saving",
        Failure(code="download", message=f"The clip could not be {words}", sent="yes", charged="unknown"),
        1,
    )
    assert street.stored.handle == (None if name == "qubrid" else {"id": "j1"})
    assert not Path(street.job.path).exists()


@pytest.mark.parametrize(("hops", "fetched"), [(5, True), (6, False)])
def test_a_clip_is_followed_over_five_hops(name: str, hops: int, *, fetched: bool, tmp_path: Path) -> None:
    """And not over six."""

    def clip(asked: Asked) -> bytes:
        done = int(asked.target.partition("?hop=")[2] or 0)
        return answer(MP4) if done == hops else moved(f"{CLIPS[name]}?hop={done + 1}")

    with open_shop(Shop(name, clip=clip)) as host:
        street = Street(tmp_path, EVERY[name], host.url)
        with suppress(DownloadError):
            street.run()
    assert Path(street.job.path).exists() is fetched
    assert (street.stored.state, host.posts) == ("succeeded" if fetched else "saving", 1)


ABSOLUTE = {"indoxhub", "qubrid"}
"""Their clips are links to elsewhere: one that is not found there is gone for good."""
BROKE_OFF = Failure(
    code="download",
    message="The download broke off (the server hung up too early, or does not speak HTTP).",
    sent="yes",
    charged="unknown",
)


def expired(words: str) -> Failure:
    message = f"The provider no longer offers the clip of job k3q7x2ma: {words}"
    return Failure(
        code="expired",
        message=message,
        next="Nothing is generated again automatically.",
        sent="yes",
        charged="unknown",
    )


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"


def chunks(*parts: bytes) -> bytes:
    return CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


@pytest.mark.parametrize(
    "sent",
    [
        answer(MP4, content_type="application/octet-stream"),
        answer(MP4, content_type="text/html; charset=utf-8"),
        chunks(MP4[:1000], MP4[1000:], b""),
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + MP4,
    ],
    ids=["octet-stream", "html in name only", "chunked", "without a length"],
)
def test_a_clip_is_known_by_its_bytes(name: str, sent: bytes, tmp_path: Path) -> None:
    """Whatever it is called and however it is framed."""
    with open_shop(Shop(name, clip=sent)) as host:
        job = Street(tmp_path, EVERY[name], host.url).run()
    assert (job.state, host.posts) == ("succeeded", 1)
    assert Path(job.path).read_bytes() == MP4


@pytest.mark.parametrize(
    ("sent", "failure"),
    [
        (answer(MP4[:900], length=len(MP4)), BROKE_OFF),
        (chunks(MP4[:900]), BROKE_OFF),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + MP4[:900], trouble("is truncated")),
        (answer(b""), trouble("is empty")),
        (answer({"error": {"message": "not ready"}}), Failure(code="download", message="The clip could not be downloaded: not ready", sent="yes", charged="unknown")),
        (answer({"error": {"message": "boom"}}), trouble("is not a video: '{\"error\":{\"message\":\"boom\"}}'")),
        (answer(b"<html>Sign in</html>", content_type="video/mp4"), trouble("is not a video: '<html>Sign in</html>'")),
        (
            answer({"error": {"message": "No such thing."}}, 404),
            Failure(code="download", message="The clip could not be downloaded: No such thing.", sent="yes", charged="unknown"),
        ),
        (
            answer({"error": {"message": "Bad key."}}, 401),
            Failure(code="download", message="The clip could not be downloaded: Bad key.", sent="yes", charged="unknown"),
        ),
        (
            answer({"error": {"message": "Link expired."}}, 403),
            expired("Link expired."),
        ),
    ],
    ids=["short of its length", "short of its chunks", "short", "empty", "late", "json", "html", "404", "401", "expired"],
)  # fmt: skip
def test_what_is_no_whole_clip_is_not_stored(name: str, sent: bytes, failure: Failure, tmp_path: Path) -> None:
    """No file, not even a part of one; the job can be fetched another day, and nothing is sent again."""
    with open_shop(Shop(name, clip=sent)) as host:
        street = Street(tmp_path, EVERY[name], host.url)
        with pytest.raises(DownloadError) as caught:
            street.run()
    if failure.message.endswith("No such thing.") and name in ABSOLUTE:
        failure = expired("No such thing.")
    assert caught.value.failure == street.stored.failure == failure
    assert (street.stored.state, host.posts) == ("saving", 1)
    assert street.stored.handle == (None if name == "qubrid" else {"id": "j1"})
    assert list(Path(street.job.path).parent.glob("*")) + list(Path(street.job.path).parent.glob(".*")) == []


def test_a_compressed_clip_is_never_stored_as_it_is(name: str, tmp_path: Path) -> None:
    """We ask for none; one that comes all the same is the clip or an error, and no file of another kind."""
    with open_shop(Shop(name, clip=answer(gzip.compress(MP4), content_encoding="gzip"))) as host:
        street = Street(tmp_path, EVERY[name], host.url)
        with suppress(DownloadError):
            street.run()
    assert all(one.headers["accept-encoding"] == "identity" for one in host.asked)
    stored = Path(street.job.path)
    assert (stored.exists() and stored.read_bytes() == MP4) or street.stored.failure == trouble("is not a video")
    assert host.posts == 1


def test_an_artifact_at_qubax_is_behind_the_key(tmp_path: Path) -> None:
    """Without the bearer it is a 401; with it, the clip."""

    def clip(asked: Asked) -> bytes:
        known = asked.headers.get("authorization") == f"Bearer {KEY}"
        return answer(MP4) if known else answer({"error": {"message": "No key."}}, 401)

    with open_shop(Shop("qubax", clip=clip)) as host:
        assert Street(tmp_path / "a", ROWS["qubax"], host.url).run().state == "succeeded"
        without = Street(tmp_path / "b", ROWS["qubax"], host.url, secret=None)
        with pytest.raises(DownloadError):
            without.run()
    assert (without.stored.state, without.stored.handle) == ("saving", {"id": "j1"})


# ---- addresses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "/"])
def test_a_service_may_have_an_address_of_version_six(name: str, end: str, tmp_path: Path) -> None:
    """Brackets and port: create, look and clip go to the one origin, with the key."""
    if not _has_ipv6():
        pytest.skip("this machine has no ::1, so nothing can listen there")
    with open_shop(Shop(name), ipv6=True) as host:
        job = Street(tmp_path, EVERY[name], host.url + end).run()
    assert Path(job.path).read_bytes() == MP4
    assert {one.headers["host"] for one in host.asked} == {f"[::1]:{host.server_port}"}
    assert all(one.headers["authorization"] == f"Bearer {KEY}" for one in host.asked)


def _has_ipv6() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as one:
        one.bind(("::1", 0))
        return True
    return False


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("http://[::1]:8080/v1", ("http", "::1", 8080)),
        ("https://[2001:DB8::1]/v1", ("https", "2001:db8::1", 443)),
        ("HTTP://API.Example/", ("http", "api.example", 80)),
    ],
)
def test_an_origin_is_read_from_any_address(url: str, known: tuple[str, str, int]) -> None:
    """Brackets are no part of a host, letters have no case, ports have defaults."""
    assert origin(url) == known
    assert same_origin(url, url.rstrip("/") + "/else?where=1")


# ---- secrets ----------------------------------------------------------------------------------------------------


def test_no_key_is_logged_at_any_level(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With every library's log wide open, over a whole job that is refused, upset and redirected on its way."""
    caplog.set_level(logging.DEBUG)
    turns = iter([answer({"error": "busy"}, 429), None])

    def create(_asked: Asked) -> bytes:
        return next(turns, None) or shop.created()

    shop = Shop(name, create=create)
    with open_shop(shop) as host:
        street = Street(tmp_path, EVERY[name], host.url, headers={"x-bf-vk": f"{KEY}-too"})
        job = street.run()
    assert job.state == "succeeded"
    assert caplog.records
    assert KEY not in caplog.text
    assert KEY not in repr(job) + repr(street._endpoint.secret)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in kept
