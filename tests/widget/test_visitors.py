"""A page that visitors see: they may send any message, and get their own form's jobs and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin
from jupyter_videogen.config import credentials, trust
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.widget import form, visitors
from jupyter_videogen.widget.comparison import Comparison
from jupyter_videogen.widget.form import Uploads
from jupyter_videogen.widget.history import STATIC
from jupyter_videogen.widget.protocol import PageMessage, RequestView
from jupyter_videogen.widget.views import error_view
from jupyter_videogen.widget.widget import Card, VideoGen
from support.form_messages import Visit, upload
from support.ipython_shell import PNG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.paid_server import Shop

KINDS = {kind.__struct_config__.tag: kind for kind in get_args(PageMessage)}


@pytest.fixture(autouse=True)
def _openai(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A user's own row that leads to the shop."""
    monkeypatch.setenv("LAB_API_KEY", "canary-1")
    home.mkdir()
    (home / "videogen.toml").write_text(
        f'[providers.lab]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "LAB_API_KEY"\n'
    )


def others_job(shop: Shop) -> vg.Job:
    """A job of the owner's, in the same ledger."""
    job = vg.Client("openai", base_url=shop.url, api_key="canary-owner").submit("the owner's secret film", model="m")
    job.result(30)
    return job


def visit(**options: Any) -> Visit:
    return Visit(VideoGen(provider="lab", shared=True, **options))


def messages(job_id: str) -> dict[str, dict[str, Any]]:
    """One of each kind of message, about a job."""
    request = msgspec.to_builtins(RequestView(prompt="x", model="m"))
    return {
        "show": {"job_id": job_id}, "cancel": {"job_id": job_id}, "detach": {"job_id": job_id}, "watch": {"job_id": job_id}, "resend": {"job_id": job_id},
        "edit": {"job_id": job_id}, "fetch": {"job_id": job_id, "take": 0, "offset": 0, "length": 10},
        "poster": {"job_id": job_id, "take": 0}, "star": {"job_id": job_id, "on": True}, "remove": {"job_id": job_id},
        "history": {"scope": "all"}, "detail": {"job_id": job_id}, "posters": {"job_ids": [job_id]}, "recall": {"name": f"a-{job_id}.mp4"}, "choose": {"provider": "openai"},
        "connect": {"provider": "lab", "key": "sk-visitors-key", "keep": True}, "trust": {"provider": "lab", "asks": "x"}, "servers": {},
        "grid_rows": {"offset": 0, "limit": 9}, "grid_act": {"action": "retry", "undecided": True},
        "rate": {"job_id": job_id, "rating": 5}, "export": {"kind": "csv"},
        "code": {"language": "python", "request": request}, "improve": {"prompt": "x"},
        "share": {"job_id": job_id, "take": 0, "kind": "gif"},
        "cast_vote": {"token": "x", "choice": "left", "seconds": 1.0}, "vote_act": {"action": "finish"},
        "blind_piece": {"token": "x", "side": "left", "offset": 0, "length": 10},
        "story_act": {"action": "join"}, "story_frames": {"job_ids": [job_id], "which": "last"},
    }  # fmt: skip


ASKED = sorted(messages("x"))


@pytest.mark.parametrize("kind", ASKED)
def test_a_visitor_gets_nothing_of_the_owners(kind: str, shop: Shop, home: Path) -> None:
    """No history, no other's clip, no key, no trust, no code: refused, and nothing is done."""
    job = others_job(shop)
    shown = visit()
    before = (len(shop.book), shop.looks)
    ack = shown.say(kind, [PNG], **messages(job.id)[kind])
    assert ack["ok"] is False
    assert ack["error"]["code"] == "permission"
    assert "secret film" not in json.dumps(shown.acks) + json.dumps(shown.widget.form)
    assert (len(shop.book), shop.looks) == before
    assert credentials._typed == {}
    assert trust.load_trusted(home) == frozenset()


def test_every_kind_of_message_has_been_thought_of() -> None:
    """A new message is refused to visitors until it stands here."""
    assert set(ASKED) | {"hello", "generate", "upload", "module"} == set(KINDS)


@pytest.mark.parametrize("kind", ["fetch", "show", "watch", "detach", "poster"])
def test_a_visitor_has_their_own_jobs(kind: str, shop: Shop) -> None:
    """What they made, they can see and get."""
    shown = visit()
    assert shown.generate()["ok"] is True
    (job,) = shown.widget.jobs
    job.result(30)
    ack = shown.say(kind, [PNG], **messages(job.id)[kind])
    assert ack["ok"] is True, ack
    assert shown.say("fetch", job_id=job.id[:4], take=0, offset=0, length=10)["ok"] is False
    assert shown.say("fetch", job_id="last", take=0, offset=0, length=10)["ok"] is False


@pytest.mark.parametrize("name", ["parts", "grid"])
def test_a_visitor_gets_the_modules_of_the_page(name: str) -> None:
    """A comparison or a grid that is shown to visitors is drawn by them; they are the same for everybody."""
    text = (STATIC / f"{name}.js").read_text("ascii")
    assert visit().say("module", name=name, build=text[2:18])["text"] == text


def test_a_visitor_cannot_say_yes(shop: Shop, home: Path) -> None:
    """What a budget asks is a no, whatever the message says; the page offers no button for it."""
    rules = '[prices."lab:m"]\nper_clip = 5\n[budget]\nconfirm_above = 1\n'
    (home / "videogen.toml").write_text((home / "videogen.toml").read_text() + rules)
    shown = visit()
    ack = shown.generate(yes=True)
    assert (ack["ok"], ack["error"]["code"], shop.book) == (False, "budget", [])
    mine = Visit(VideoGen(provider="lab", shared=False))
    assert mine.generate()["error"]["code"] == "confirm"
    assert mine.generate(yes=True)["ok"] is True


@pytest.mark.parametrize(
    "source",
    ["file:cat.png", "file:../x.png", "variable:secret", "clip:last", "upload:" + "0" * 64, "known:" + "0" * 64, "x"],
)
def test_a_visitor_names_no_file_variable_or_clip_of_the_owners(source: str, shop: Shop) -> None:
    """Media are their own: handed over here, or an address."""
    Path("cat.png").write_bytes(PNG)
    medium = {"source": source, "kind": "image", "name": "x"}
    for field, value in (("image", medium), ("references", [medium]), ("last_frame", medium)):
        ack = visit().generate(request={field: value})
        assert (ack["ok"], ack["error"]["code"], ack["error"]["field"]) == (False, "permission", field)
    assert shop.book == []


def test_a_visitor_may_hand_over_a_picture_and_what_the_owner_put_there_stays(home: Path) -> None:
    """By this very form."""
    Path("cat.png").write_bytes(PNG)
    shown = visit(image="cat.png")
    ack = shown.say("upload", [PNG], upload_id="u", field="image", name="cat.png", offset=0, total=len(PNG))
    assert ack["ok"] is True
    for source in (ack["medium"]["source"], shown.widget.form["start"]["image"]["source"]):
        request = RequestView(
            prompt="x", image=msgspec.convert({"source": source, "kind": "image", "name": "x"}, form.MediaView)
        )
        shown.widget._admitted(KINDS["generate"](v=1, request_id="r", request=request))


def test_further_fields_are_the_owners(shop: Shop) -> None:
    """They could ask for what no price knows of; those the owner put there go along."""
    shown = visit(extra={"style": "noir"})
    assert shown.generate(request={"extra": '{"n": 100}'})["error"]["field"] == "extra"
    assert shown.generate(request={"extra": shown.widget.form["start"]["extra"]})["ok"] is True
    assert len(shop.book) <= 1


def test_a_visitor_is_told_of_no_place(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither in errors nor in jobs; a clip elsewhere is its name, and comes from the kernel."""
    (home / "videogen.toml").write_text(
        (home / "videogen.toml").read_text() + f'[defaults]\noutput = "{tmp_path}/else/"\n'
    )
    shown = visit()
    shown.generate()
    (job,) = shown.widget.jobs
    clip = job.result(30)
    shown.widget._pace.reset()
    shown.widget._show(job.record, job)
    Path(clip.path).unlink()
    ack = shown.say("fetch", job_id=job.id, take=0, offset=0, length=10)
    assert (ack["ok"], "can't be read" in ack["error"]["message"]) == (False, True)
    said = json.dumps([shown.acks, shown.widget.job, shown.widget.form])
    assert not any(str(place) in said for place in (tmp_path / "work", home, Path.home()))
    assert shown.widget.job["clip"]["src"] == Path(clip.path).name


def test_a_visitor_is_not_sent_to_the_owners_account() -> None:
    """Credit is added by whoever pays."""
    broke = error_view(Failure(code="out_of_credit", message="Broke."), builtin.AIHUBMIX)
    assert broke.billing != ""
    assert visitors.visitor_error(broke)["billing"] == ""


def test_the_form_of_a_visitor_says_little() -> None:
    """Its own provider, not where the key is; no other, and no models of before."""
    view = visit().widget.form
    assert (view["guest"], list(view["retired"])) == (True, [])
    assert [(one["name"], one["key"]) for one in view["providers"]] == [("lab", "")]


def test_under_voila_it_is_shared_by_itself(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form, the card of a cell and a comparison; an owner can take it back."""
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.9")
    assert environment.is_published()
    assert VideoGen(provider="lab")._visited is True
    assert VideoGen(provider="lab", shared=False)._visited is False
    job = others_job(shop)
    card = Visit(Card(job))
    assert card.say("history", scope="all")["ok"] is False
    assert card.say("fetch", job_id=job.id, take=0, offset=0, length=4)["ok"] is True
    both = Visit(Comparison([job]))
    assert both.say("fetch", job_id=job.id, take=0, offset=0, length=4)["ok"] is True
    assert both.say("remove", job_id=job.id)["ok"] is False
    monkeypatch.setenv("SERVER_SOFTWARE", "jupyter_server/2")
    assert VideoGen(provider="lab")._visited is False


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("upload", {"upload_id": "u", "field": "image", "name": "x", "offset": 0, "total": 3}),  # no buffer
        ("fetch", {"job_id": "last", "take": 0, "offset": -5, "length": -1}),
        ("upload", {"upload_id": "u", "field": "image", "name": "x", "offset": -3, "total": 3}),
        ("nonsense", {}),
        ("cancel", {"job_id": {"a": 1}}),
        ("recall", {"name": "..", "receipt": "[" * 100_000}),
        ("code", {"language": "magic", "request": {"prompt": "\ud800"}}),
    ],
)
@pytest.mark.parametrize("shared", [True, False])
def test_every_message_is_answered(kind: str, facts: dict[str, Any], shared: bool, shop: Shop) -> None:  # noqa: FBT001
    """Whatever a page sends: an ack, never silence, and never more of a file than a piece."""
    others_job(shop)
    shown = Visit(VideoGen(provider="lab", shared=shared))
    ack = shown.say(kind, **facts)
    assert ack["type"] == "ack"
    assert isinstance(ack["ok"], bool)


def test_uploads_that_are_never_ended_are_let_go(home: Path) -> None:
    """A page cannot fill the memory with beginnings, nor a file with more than it said."""
    uploads = Uploads(home)
    for number in range(100):
        assert uploads.take(upload(0, 10, upload_id=f"u{number}"), b"x") is None
    assert len(uploads._parts) == form.MOST_OPEN
    with pytest.raises(vg.InvalidRequest, match="is inconsistent"):
        uploads.take(upload(0, 10, upload_id="more"), b"x" * 11)
    with pytest.raises(vg.InvalidRequest, match="is inconsistent"):
        uploads.take(upload(-1, 10, upload_id="more"), b"x")
