"""A picture of a clip that is being made: it goes to the page that shows the job, and is kept nowhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.events import Running
from jupyter_videogen.widget.widget import Card, VideoGen

if TYPE_CHECKING:
    from pathlib import Path

    from support.paid_server import Shop

ONE, TWO = b"\xff\xd8\xff one", b"\xff\xd8\xff two"


@pytest.fixture
def job(shop: Shop) -> vg.Job:
    """A job that runs until the shop is done; then it is waited for."""
    shop.done = False
    return vg.Client("openai", base_url=shop.url, api_key="canary-1").submit("a kite", model="m")


def end(job: vg.Job, shop: Shop) -> None:
    shop.done = True
    job.result(30)


def told(widget: VideoGen | Card, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[bytes]]]:
    """Return the pictures that are sent to the page from now on."""
    sent: list[tuple[str, list[bytes]]] = []

    def send(content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        if content["type"] == "preview":
            sent.append((content["job_id"], list(buffers or [])))

    monkeypatch.setattr(widget, "send", send)
    return sent


def test_each_picture_goes_to_the_page_once(job: vg.Job, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every step in between, and again to a page that is opened later; no trait has it."""
    card = Card(job)
    sent = told(card, monkeypatch)
    job._watch.show(ONE)
    job._watch.publish(job.record)
    job._watch.show(TWO)
    assert sent == [(job.id, [ONE]), (job.id, [TWO])]
    card._receive(card, {"v": 1, "request_id": "later", "type": "hello"}, [])
    assert sent[2:] == [(job.id, [TWO])]
    assert not any(picture in repr(card.get_state()).encode() for picture in (ONE, TWO))
    end(job, shop)


def test_a_card_that_is_opened_later_shows_the_last_one(
    job: vg.Job, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that a form shows from now on, too; one in the queue sends none."""
    job._watch.show(ONE)
    form = VideoGen(provider="local")
    sent = told(form, monkeypatch)
    form.put_aside(job)
    job._watch.show(TWO)
    assert sent == []
    form.follow(job)
    assert sent == [(job.id, [TWO])]
    end(job, shop)


def test_what_is_made_has_no_preview(job: vg.Job, shop: Shop, tmp_path: Path) -> None:
    """It is forgotten with the end, and was never written down."""
    job._watch.show(ONE)
    assert job.preview == ONE
    end(job, shop)
    assert job.preview is None
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert not any(ONE in file.read_bytes() for file in files)


def test_events_carry_it(job: vg.Job, shop: Shop) -> None:
    """As a part of `Running`; a picture alone is an event, too."""

    async def listen() -> list[bytes | None]:
        seen = []
        async for event in job.events():
            if isinstance(event, Running):
                seen.append(event.preview)
                if event.preview is None:
                    job._watch.show(ONE)
                else:
                    shop.done = True
        return seen

    seen = asyncio.run(listen())
    assert seen[0] is None
    assert ONE in seen
