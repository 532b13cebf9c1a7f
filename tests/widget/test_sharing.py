"""*Share* on a clip: a page, a GIF or a WebP beside the notebook, written while the kernel goes on."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.exporting import clip as clip_export
from jupyter_videogen.media import embedding, export_files, receipt
from jupyter_videogen.widget.widget import Card, VideoGen
from support.form_messages import Visit
from support.full_disk import largest_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.clip import ClipRecord

TEXT = "Waves at sunset"


class Page(Visit):
    """A page that can wait for an answer which comes later."""

    def __init__(self, widget: Any) -> None:
        super().__init__(widget)
        self._told = threading.Condition()
        widget.send = self._take

    def _take(self, content: dict[str, Any], _buffers: object = None) -> None:
        with self._told:
            self.acks.append(content)
            self._told.notify_all()

    def share(self, job: vg.Job, kind: str = "gif", take: int = 0) -> dict[str, Any]:
        """Ask for a file, and give the ack."""
        name = self.ask(job, kind, take)
        return self.ack(name)

    def ask(self, job: vg.Job, kind: str = "gif", take: int = 0) -> str:
        """Ask for a file, and give the request's name."""
        self._count += 1
        facts = {"type": "share", "job_id": job.id, "take": take, "kind": kind}
        self.widget._receive(self.widget, {"v": 1, "request_id": f"r{self._count}", **facts}, [])
        return f"r{self._count}"

    def ack(self, name: str) -> dict[str, Any]:
        """Wait for the ack of a request."""
        with self._told:
            assert self._told.wait_for(lambda: self.find(name), timeout=60)
        return self.find(name) or {}

    def find(self, name: str) -> dict[str, Any] | None:
        return next((ack for ack in self.acks if ack.get("request_id") == name), None)


@pytest.fixture
def job() -> vg.Job:
    job = vg.submit(TEXT, model="local/ink", duration=1, size="320x192", seed=4)
    job.result(60)
    return job


@pytest.fixture
def page(job: vg.Job) -> Page:
    return Page(Card(job))


def files() -> list[str]:
    return sorted(file.name for file in Path().iterdir() if file.is_file())


def stem(job: vg.Job) -> str:
    return f"waves-at-sunset-{job.id}"


@pytest.mark.parametrize(
    ("kind", "head", "beside"),
    [("html", b"<!doctype html>", []), ("gif", b"GIF89a", [".json"]), ("webp", b"RIFF", [".json"])],
)
def test_a_clip_is_written_beside_the_notebook(
    page: Page, job: vg.Job, kind: str, head: bytes, beside: list[str]
) -> None:
    """Under the clip's own name, with how it was made; the page is told the name, and nothing of the folder."""
    ack = page.share(job, kind)
    assert (ack["ok"], ack["text"]) == (True, f"{stem(job)}.{kind}")
    assert files() == sorted(f"{stem(job)}{suffix}" for suffix in [f".{kind}", *beside])
    assert Path(ack["text"]).read_bytes().lower().startswith(head.lower())
    if beside:
        told = receipt.read_receipt(Path(ack["text"]))
        assert told is not None
        assert told["source"]["sha256"] == job.clips[0].sha256


def test_nothing_that_is_there_is_replaced(page: Page, job: vg.Job) -> None:
    """Not a file of the user's, not one that was shared before, not a broken link, and no folder of a page."""
    Path(f"{stem(job)}.gif").write_text("mine")
    Path(f"{stem(job)}-2.gif").symlink_to("nowhere")
    Path(f"{stem(job)}-3_files").mkdir()
    assert page.share(job)["text"] == f"{stem(job)}-4.gif"
    assert page.share(job)["text"] == f"{stem(job)}-5.gif"
    assert Path(f"{stem(job)}.gif").read_text() == "mine"
    assert not Path("nowhere").exists()


def test_a_page_of_a_large_clip_has_a_folder_beside_it(
    page: Page, job: vg.Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second page gets a folder of its own."""
    monkeypatch.setattr(embedding, "EMBED_BYTES", 1000)
    assert [page.share(job, "html")["text"] for _ in range(2)] == [f"{stem(job)}.html", f"{stem(job)}-2.html"]
    films = [Path(f"{name}_files/clip.mp4").read_bytes() for name in (stem(job), f"{stem(job)}-2")]
    assert {hashlib.sha256(film).hexdigest() for film in films} == {job.clips[0].sha256}


def test_two_who_want_a_name_get_two(page: Page, job: vg.Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look before either has written; the later one takes the next name."""
    both = threading.Barrier(2, timeout=60)
    write: Callable[..., Path] = clip_export.ANIMATIONS[".gif"]
    first_tries = iter((True, True))

    def meet(clip: ClipRecord, path: Path, width: int, *, overwrite: bool) -> Path:
        if next(first_tries, False):
            both.wait()
        return write(clip, path, width, overwrite=overwrite)

    monkeypatch.setitem(clip_export.ANIMATIONS, ".gif", meet)
    asked = [page.ask(job), page.ask(job)]
    assert sorted(page.ack(name)["text"] for name in asked) == [f"{stem(job)}-2.gif", f"{stem(job)}.gif"]


def test_the_kernel_answers_others_meanwhile(page: Page, job: vg.Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handler is free again before the file is written."""
    go_on = threading.Event()
    write: Callable[..., Path] = clip_export.ANIMATIONS[".gif"]

    def wait(*arguments: Any, **terms: Any) -> Path:
        go_on.wait(60)
        return write(*arguments, **terms)

    monkeypatch.setitem(clip_export.ANIMATIONS, ".gif", wait)
    asked = page.ask(job)
    assert page.say("star", job_id=job.id, on=True)["ok"] is True
    assert page.find(asked) is None
    go_on.set()
    assert page.ack(asked)["ok"] is True


def test_a_clip_that_is_gone_is_told(page: Page, job: vg.Job) -> None:
    """With where it was; nothing is written."""
    Path(job.clips[0].path).unlink()
    for kind in ("html", "gif", "webp"):
        error = page.share(job, kind)["error"]
        assert error["message"].startswith("The clip is no longer at ")
        assert "Put the clip back there" in error["next"]
    assert files() == []


@pytest.mark.parametrize("take", [-1, 1, 10**9])
def test_a_take_that_is_none_is_refused(page: Page, job: vg.Job, take: int) -> None:
    """By its number, at once."""
    assert f"Job {job.id} has no clip {take + 1}." in page.share(job, take=take)["error"]["message"]
    assert files() == []


def test_what_is_no_kind_is_refused(page: Page, job: vg.Job) -> None:
    """A page can't name a file's kind, and so no path either."""
    for kind in ("exe", "../x.gif", "mp4", ""):
        assert page.share(job, kind)["ok"] is False
    assert files() == []


@pytest.mark.parametrize("kind", ["html", "gif", "webp"])
def test_a_full_disk_is_told_and_leaves_nothing(page: Page, job: vg.Job, kind: str) -> None:
    """In words, with what to do; no half file, no part of one."""
    with largest_file(1000):
        error = page.share(job, kind)["error"]
    assert "can't be written: " in error["message"]
    assert error["next"] == "Make room, or choose another folder."
    assert files() == []


def test_without_room_for_its_receipt_there_is_no_animation(
    page: Page, job: vg.Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GIF that says nothing of how it was made is not handed out."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(receipt, "write_receipt", full)
    assert "No space left on device" in page.share(job)["error"]["message"]
    assert files() == []


def test_names_that_run_out_are_told(page: Page, job: vg.Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not looked for without end."""
    monkeypatch.setattr(export_files, "MOST_OF_A_NAME", 3)
    for name in (f"{stem(job)}.gif", f"{stem(job)}-2.gif"):
        Path(name).write_text("mine")
    assert f"has too many files named {stem(job)}." in page.share(job)["error"]["message"]


def test_a_visitor_is_neither_offered_nor_given_it(job: vg.Job) -> None:
    """Files on this machine are its owner's to write; nor is a visitor told where the key is."""
    shown = Card(job, shared=True)
    assert shown.job["can_share"] is False
    assert Page(shown).share(job)["error"]["code"] == "permission"
    assert files() == []
    assert Card(job).job["can_share"] is True


def test_a_job_says_that_it_needs_its_kernel(shop: Any) -> None:
    """A key that was typed for one kernel: whoever reads the card is told; a visitor is not."""
    job = vg.Client("openai", base_url=shop.url, api_key="canary-typed").submit("a kite", model="m")
    job.result(30)
    assert Card(job).job["needs_kernel"] is True
    assert Card(job, shared=True).job["needs_kernel"] is False


def test_a_key_of_the_environment_needs_no_kernel(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the notebook finds it, too."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-environment")
    job = vg.Client("openai", base_url=shop.url).submit("a kite", model="m")
    job.result(30)
    assert Card(job).job["needs_kernel"] is False


def test_any_widget_that_shows_a_job_can_share_it(job: vg.Job) -> None:
    """A form's page asks for a job of the library, too."""
    assert Page(VideoGen(provider="local")).share(job, "webp")["text"] == f"{stem(job)}.webp"
