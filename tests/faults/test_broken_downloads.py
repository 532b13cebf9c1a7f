"""Downloads over lines that break and from servers that lie: the clip is here whole, or it can still be fetched."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_videogen.media.download import Span, read_range
from jupyter_videogen.runtime.saver import UNVERIFIED
from jupyter_videogen.testing import FakeClock
from support.fakes import box
from support.raw_server import drips, head, raw, says
from support.single_job import ETAG, HALF, LONG, Stage, done

if TYPE_CHECKING:
    from pathlib import Path

    from support.raw_server import Line, Turn

WHOLE = says(LONG)


def rest(at: int, *, total: int = len(LONG), start: int | None = None, etag: str = ETAG, body: bytes = LONG) -> Turn:
    """A 206 with the bytes from `at`."""
    span = f"bytes {at if start is None else start}-{total - 1}/{total}"
    return says(body[at:], 206, content_range=span, etag=etag)


def cut(body: bytes = LONG[:HALF], *, etag: str = ETAG, then: str = "hang_up") -> Turn:
    """A promise of the whole, and half of it."""
    return raw(head(content_length=len(LONG), etag=etag), body, then=then)


def chunk(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


def test_a_body_cut_short_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Half came: the other half is asked for, under the validator of the first."""
    stage = Stage(tmp_path, cut(), rest(HALF))
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all", f'bytes={HALF}- "v1"']


def test_a_server_that_sends_parts_of_the_rest_is_asked_on(tmp_path: Path) -> None:
    """A 206 may hold less than was requested; every part is a step."""

    async def some(line: Line) -> None:
        at = int(line.headers["range"][6:-1])
        piece = LONG[at : at + 9_000]
        span = f"bytes {at}-{at + len(piece) - 1}/{len(LONG)}"
        await line.say(head(206, content_length=len(piece), content_range=span, etag=ETAG), piece)

    stage = Stage(tmp_path, cut(), some)
    stage.run()
    stage.check_stored()
    assert len(stage.asked()) == 7


def test_a_line_that_breaks_ten_times_still_brings_the_clip(tmp_path: Path) -> None:
    """Tries are counted only while nothing new comes."""

    async def a_little_more(line: Line) -> None:
        at = int(line.headers.get("range", "bytes=0-")[6:-1])
        span = {"content_range": f"bytes {at}-{len(LONG) - 1}/{len(LONG)}"} if at else {}
        status = 206 if at else 200
        await line.say(head(status, content_length=len(LONG) - at, etag=ETAG, **span), LONG[at : at + 10_000])
        line.hang_up()

    stage = Stage(tmp_path, a_little_more)
    stage.run()
    stage.check_stored()
    assert len(stage.asked()) == 11


def test_five_tries_that_bring_nothing_new_leave_the_job_fetchable(tmp_path: Path) -> None:
    """The first brings half, five more bring nothing; the next watch brings the clip, and nothing is paid again."""

    async def nothing_more(line: Line) -> None:
        await (rest(HALF, body=LONG[:HALF]) if "range" in line.headers else cut())(line)
        line.hang_up()

    stage = Stage(tmp_path, nothing_more)
    stage.run()
    stage.check_kept("broke off")
    assert len(stage.asked()) == 6
    stage.server.routes["/clip"] = [WHOLE]
    stage.run()
    stage.check_stored()


@pytest.mark.parametrize("then", ["reset", "gone"])
def test_a_reset_or_a_silence_in_the_middle_is_gone_over(tmp_path: Path, then: str) -> None:
    """An RST, or thirty seconds (here half of one) without a byte: asked again, however much had come."""

    async def rest_of_it(line: Line) -> None:
        at = int(line.headers.get("range", "bytes=0-")[6:-1])
        await (rest(at) if at else WHOLE)(line)

    stage = Stage(tmp_path, cut(then=then), rest_of_it)
    stage.run()
    stage.check_stored()


class Racing(FakeClock):
    """Time of which ten seconds pass at every look at it."""

    def monotonic(self) -> float:
        self.time += 10.0
        return self.time


def test_a_line_that_drips_is_given_up_and_taken_up_again(tmp_path: Path) -> None:
    """Bytes that come one by one never run into a read's time: their pace over a minute counts."""

    async def rest_of_it(line: Line) -> None:
        await rest(int(line.headers["range"][6:-1]))(line)

    stage = Stage(tmp_path, drips(head(content_length=len(LONG), etag=ETAG), LONG[:HALF]), rest_of_it)
    stage.clock = Racing()
    stage.run()
    assert (stage.job.state, stage.server.posts) == ("succeeded", 1)
    assert stage.job.clips[0].bytes == len(LONG)
    assert len(stage.asked()) == 2


def test_a_connection_closed_early_without_a_length_shows_in_the_container(tmp_path: Path) -> None:
    """To HTTP such a body is whole; the boxes say that it is not, and it is fetched again."""
    stage = Stage(tmp_path, raw(head(connection="close"), LONG[:HALF]), WHOLE)
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all", "all"]


def test_a_body_longer_than_it_says_is_not_stored_cut(tmp_path: Path) -> None:
    """HTTP ends it where its length says; the container shows the cut."""
    stage = Stage(tmp_path, raw(head(content_length=len(LONG) - 100), LONG), WHOLE)
    stage.run()
    stage.check_stored()


def test_chunks_without_an_end_go_on_where_they_stopped(tmp_path: Path) -> None:
    """The last chunk is missing: what came counts."""
    stage = Stage(tmp_path, raw(head(transfer_encoding="chunked", etag=ETAG), chunk(LONG[:HALF])), rest(HALF))
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all", f'bytes={HALF}- "v1"']


def test_an_ordinary_clip_in_chunks_needs_no_length(tmp_path: Path) -> None:
    """Its boxes prove that it is whole: stored without a warning."""
    stage = Stage(tmp_path, raw(head(transfer_encoding="chunked"), chunk(LONG), chunk(b"")))
    stage.run()
    stage.check_stored(total=False)


@pytest.mark.parametrize("second", [WHOLE, says(gzip.compress(LONG), content_encoding="gzip")], ids=["whole", "gzip"])
def test_an_unasked_compression_is_declined_once_then_undone(tmp_path: Path, second: Turn) -> None:
    """Bytes were asked for as they are. A server that insists is taken as it is."""
    stage = Stage(tmp_path, says(gzip.compress(LONG), content_encoding="gzip"), second)
    stage.run()
    stage.check_stored(total=second is WHOLE)
    assert [line.headers["accept-encoding"] for line in stage.server.heard("/clip")] == ["identity"] * 4


def test_a_compressed_body_that_was_cut_is_not_stored(tmp_path: Path) -> None:
    """Its length is right and its end is missing: a cut that HTTP does not see."""
    stage = Stage(tmp_path, says(gzip.compress(LONG)[:-20], content_encoding="gzip"))
    stage.run()
    stage.check_kept("the compressed body is truncated")


def test_a_compression_nobody_can_undo_is_told(tmp_path: Path) -> None:
    """Named, not stored."""
    stage = Stage(tmp_path, says(b"???", content_encoding="br"))
    stage.run()
    stage.check_kept("is compressed (br)")


def test_a_server_that_ignores_ranges_starts_over(tmp_path: Path) -> None:
    """A 200 to a request for the rest is the whole: what was here is dropped, not doubled."""
    stage = Stage(tmp_path, cut(), WHOLE)
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all", f'bytes={HALF}- "v1"']


@pytest.mark.parametrize(
    "wrong",
    [
        rest(HALF, start=HALF - 1),
        rest(HALF, start=0),
        rest(HALF, total=len(LONG) + 1),
        rest(HALF, etag='"v2"'),
        says(LONG[HALF:], 206),
        says(LONG[HALF:], 206, content_range="bytes half-end/all"),
        says(gzip.compress(LONG[HALF:]), 206, content_range=f"bytes {HALF}-{len(LONG) - 1}/{len(LONG)}", content_encoding="gzip"),
        raw(head(206, content_range=f"bytes {HALF}-{len(LONG) - 1}/{len(LONG)}", connection="close"), LONG[HALF:] + b"more"),
        raw(head(206, content_range=f"bytes {HALF}-{HALF + 99}/{len(LONG)}", connection="close"), LONG[HALF : HALF + 100] + b"more"),
    ],
)  # fmt: skip
def test_a_part_that_does_not_fit_is_dropped_with_what_was_here(tmp_path: Path, wrong: Turn) -> None:
    """Another start, another length, another version, more than announced: all over again, never joined."""
    stage = Stage(tmp_path, cut(), wrong, WHOLE)
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all", f'bytes={HALF}- "v1"', "all"]


def test_a_part_that_nobody_asked_for_is_not_a_clip(tmp_path: Path) -> None:
    """Even where it happens to look whole: of a longer one it may be the beginning."""
    stage = Stage(tmp_path, says(LONG, 206, content_range=f"bytes 0-{len(LONG) - 1}/{len(LONG) + 1}"), WHOLE)
    stage.run()
    stage.check_stored()
    assert len(stage.server.heard("r1")) == 1


def test_nothing_left_to_send_is_the_end_of_a_whole_clip(tmp_path: Path) -> None:
    """All came but the mark of the end: 416 with the length that is here proves it."""
    unended = raw(head(transfer_encoding="chunked", etag=ETAG), chunk(LONG))
    stage = Stage(tmp_path, unended, says(b"", 416, content_range=f"bytes */{len(LONG)}"))
    stage.run()
    stage.check_stored(total=False)
    assert stage.asked() == ["all", f'bytes={len(LONG)}- "v1"']


@pytest.mark.parametrize("span", ["bytes */7", f"bytes */{len(LONG) + 5}", "bytes */*", "", f"bytes 0-1/{len(LONG)}x"])
def test_a_refused_range_of_another_length_starts_over(tmp_path: Path, span: str) -> None:
    """416 for a clip that has become shorter, or with no reason."""
    stage = Stage(tmp_path, cut(), says(b"", 416, content_range=span), WHOLE)
    stage.run()
    stage.check_stored()
    assert stage.asked()[2] == "all"


@pytest.mark.parametrize("etag", ['W/"v1"', "", "v1", '"a"b"'])
def test_without_a_strong_validator_a_download_starts_over(tmp_path: Path, etag: str) -> None:
    """A weak one promises the same picture, not the same bytes."""
    stage = Stage(tmp_path, cut(etag=etag), WHOLE)
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all", "all"]


def test_a_clip_that_changed_between_two_tries_is_fetched_anew(tmp_path: Path) -> None:
    """The validator no longer holds, so the server sends the new one whole: no byte of the old is in it."""
    other = LONG[:-100] + b"\x07" * 100
    stage = Stage(tmp_path, cut(), says(other, etag='"v2"'))
    stage.run()
    stage.check_stored(other)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429])
def test_a_busy_store_is_asked_again_when_it_says(tmp_path: Path, status: int) -> None:
    """What was here stays; the store's own word for when is kept."""
    stage = Stage(tmp_path, cut(), says(b"busy", status, retry_after="100"), rest(HALF))
    stage.run()
    stage.check_stored()
    assert stage.asked()[2] == f'bytes={HALF}- "v1"'
    assert 100.0 in stage.clock.slept


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"\n<!DOCTYPE html><title>Sign in</title>\n" + b"x" * 500, "<!DOCTYPE html><title>Sign in</title>"),
        (b'{"error": "not here"}', '{"error": "not here"}'),
        (b"\x1b[31mred\x07", r"\x1b[31mred\x07"),
    ],
)
def test_a_page_in_place_of_a_clip_is_shown_by_its_first_line(tmp_path: Path, body: bytes, line: str) -> None:
    """200, and no video: a missed download, with control characters made visible."""
    stage = Stage(tmp_path, says(body, content_type="text/html"))
    stage.run()
    stage.check_kept(f"What the provider sent is not a video: '{line}'.")
    assert len(stage.asked()) == 5


def test_a_page_is_not_read_to_its_end(tmp_path: Path) -> None:
    """An endless page is left as soon as it shows that it is none."""

    async def endless(line: Line) -> None:
        await line.say(head(connection="close"))
        while True:
            await line.say(b"<html>" * 1000)

    stage = Stage(tmp_path, endless, WHOLE)
    stage.run()
    stage.check_stored()


def test_an_empty_answer_is_a_missed_download(tmp_path: Path) -> None:
    """Never a file of no bytes."""
    stage = Stage(tmp_path, says(b""), WHOLE)
    stage.run()
    stage.check_stored()
    stage = Stage(tmp_path / "again", says(b""))
    stage.run()
    stage.check_kept("What the provider sent is empty.")


FRAGMENTS = (
    box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"\0" * 40) + (box(b"moof", b"m" * 20) + box(b"mdat", b"d" * 400)) * 3
)
"""A clip in fragments: cut after any of them it still looks whole."""


def test_a_clip_in_fragments_without_a_length_is_stored_with_a_warning(tmp_path: Path) -> None:
    """Nobody can tell whether its last fragment is its last: the job says so."""
    stage = Stage(tmp_path, raw(head(connection="close"), FRAGMENTS))
    stage.run()
    stage.check_stored(FRAGMENTS, total=False, warnings=(UNVERIFIED,))


def test_a_clip_in_fragments_with_a_length_is_verified_by_it(tmp_path: Path) -> None:
    """Cut just between two fragments, it is noticed by its length and fetched again."""
    short = raw(head(content_length=len(FRAGMENTS)), FRAGMENTS[:-428])
    stage = Stage(tmp_path, short, says(FRAGMENTS))
    stage.run()
    stage.check_stored(FRAGMENTS)


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 10**15))
def test_content_ranges_are_read_as_written(first: int, last: int, total: int) -> None:
    """Good ones as numbers; first after last, or last beyond the total, make no sense."""
    sensible = first <= last < total
    assert read_range(f"bytes {first}-{last}/{total}") == (Span(first, last + 1, total) if sensible else None)
    assert read_range(f"bytes {first}-{last}/*") == (Span(first, last + 1, None) if first <= last else None)
    assert read_range(f"Bytes */{total}") == Span(None, None, total)


@given(st.text(max_size=40) | st.from_regex(r"bytes [0-9*]{0,30}-?[0-9]{0,30}/[0-9*]{0,30}"))
def test_any_content_range_is_read_or_refused(text: str) -> None:
    """Nothing raises, and nothing impossible comes out."""
    span = read_range(text)
    if span is not None and span.first is not None:
        assert span.end is not None
        assert 0 <= span.first < span.end
        assert span.total is None or span.end <= span.total


def expired(stage: Stage) -> None:
    """Every link of a stage is answered as one that has expired."""
    stage.server.routes["/clips/r1"] = [done(f"/clip?sign={number}") for number in range(9)]


@pytest.mark.parametrize("status", [400, 403, 410])
def test_an_expired_link_is_renewed_by_a_look(tmp_path: Path, status: int) -> None:
    """The next look has the new one."""
    gone = says(b'{"message": "Request has expired"}', status)
    stage = Stage(tmp_path, gone, looks=[done("/clip?sign=1"), done("/clip?sign=2")])
    stage.server.routes["/clip"] = [gone, WHOLE]
    stage.run()
    stage.check_stored()
    assert [line.target for line in stage.server.heard("sign")] == ["/clip?sign=1", "/clip?sign=2"]


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_link_that_stays_expired_is_renewed_twice_then_told(tmp_path: Path, status: int) -> None:
    """Three downloads, two looks for a new link, then the job's name and the provider's words."""
    stage = Stage(tmp_path, says(b'{"message": "Request has expired"}', status))
    expired(stage)
    stage.run()
    stage.check_kept("The provider no longer offers the clip of job k3q7x2ma: Request has expired")
    assert stage.job.failure is not None
    assert stage.job.failure.code == "expired"
    assert len(stage.asked()) == 3


def test_a_link_to_another_place_starts_over(tmp_path: Path) -> None:
    """Two places may use one validator for different bytes."""
    looks = [done("/clip"), done("/moved")]
    stage = Stage(tmp_path, cut(), says(b"expired", 403), looks=looks, moved=[WHOLE])
    stage.run()
    stage.check_stored()
    assert stage.asked("/moved") == ["all"]


def test_a_link_that_expires_midway_goes_on_under_the_next(tmp_path: Path) -> None:
    """The new link leads to the same bytes, by their validator: only the rest is fetched."""
    stage = Stage(tmp_path, cut(), says(b"expired", 403), rest(HALF))
    expired(stage)
    stage.run()
    stage.check_stored()
    assert stage.asked() == ["all", f'bytes={HALF}- "v1"', f'bytes={HALF}- "v1"']


@pytest.mark.parametrize("answer", [says(b"{}", 404), says(b"{}", 409), says(b"{}", 425), says(b'{"error": "not ready"}', 400)])  # fmt: skip
def test_a_clip_that_is_late_is_waited_for_a_minute(tmp_path: Path, answer: Turn) -> None:
    """Completed, and not yet there: looked again, as often as it takes within a minute."""
    stage = Stage(tmp_path, *[answer] * 10, WHOLE)
    stage.run()
    stage.check_stored()
    stage = Stage(tmp_path / "again", answer)
    stage.run()
    assert (stage.job.state, stage.server.posts, stage.left) == ("saving", 1, [])
    assert 60 <= stage.clock.time - 1_000 < 90


def test_one_clip_of_three_that_cannot_be_had_costs_no_other(tmp_path: Path) -> None:
    """Each has tries of its own; two are stored, and the job names the loss."""
    three = [done("/clip", "/second", "/third")]
    stage = Stage(tmp_path, cut(), rest(HALF), looks=three, second=[says(b"<html>")], third=[says(b""), WHOLE])
    job = stage.run()
    assert (job.state, [clip.bytes for clip in job.clips]) == ("succeeded", [len(LONG)] * 2)
    assert job.warnings == (
        "1 of 3 clips could not be downloaded: What the provider sent is not a video: '<html>'.",
    )  # fmt: skip
    assert [name for name in stage.left if name.endswith("mp4")] == ["a-kite-k3q7x2ma-3.mp4", "a-kite-k3q7x2ma.mp4"]
    assert (stage.server.posts, len(stage.asked("/second"))) == (1, 5)
