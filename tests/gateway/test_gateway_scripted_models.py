"""Every test model in every dialect: what it is for is seen by a caller who knows the dialect and nothing else."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_videogen.gateway.jobs.scripted_models import CARDS
from support import gateway_callers as peers
from support.gateway_app import NOW, House, build_house

PACE = 0.06
OPENAI, QUBAX, QUBRID, INDOXHUB, BIFROST = "openai", "qubax", "qubrid", "indoxhub", "bifrost"
OPENROUTER = "openrouter"
PEERS = {
    OPENAI: (peers.OpenAI, peers.AIHubMix),
    QUBAX: (peers.Qubax,),
    QUBRID: (peers.Qubrid,),
    INDOXHUB: (peers.IndoxHub,),
    BIFROST: (peers.Bifrost, peers.BifrostMirror),
    OPENROUTER: (peers.OpenRouter,),
}
FINE = dict.fromkeys(PEERS, "completed 200")
TABLE = {
    "refused": {
        OPENAI: "failed moderation_blocked",
        QUBAX: "failed invalid_request_error",
        QUBRID: "400 invalid_request",
        INDOXHUB: "failed error",
        BIFROST: "failed content_filtered-1",
        OPENROUTER: "403 403 flagged",
    },
    "bad-key": {
        OPENAI: "401 invalid_api_key",
        QUBAX: "401 authentication_error",
        QUBRID: "401 missing_api_key",
        INDOXHUB: "401 str",
        BIFROST: "401 invalid_api_key",
        OPENROUTER: "401 401",
    },
    "bad-setting": {
        OPENAI: "400 invalid_value",
        QUBAX: "400 invalid_request_error",
        QUBRID: "400 invalid_request",
        INDOXHUB: "422 resolution",
        BIFROST: "400 invalid_value",
        OPENROUTER: "400 400",
    },
    "no-credit": {
        OPENAI: "429 insufficient_quota",
        QUBAX: "402 insufficient_quota",
        QUBRID: "402 insufficient_quota",
        INDOXHUB: "402 str",
        BIFROST: "402 insufficient_quota",
        OPENROUTER: "402 402",
    },
    "rate-limited": {
        OPENAI: "429 rate_limit_exceeded",
        QUBAX: "429 rate_limit_error",
        QUBRID: "429 rate_limit_exceeded",
        INDOXHUB: "429 str",
        BIFROST: "429 rate_limit_exceeded",
        OPENROUTER: "429 429",
    },
    "upstream-error": {
        OPENAI: "failed upstream_error",
        QUBAX: "failed server_error",
        QUBRID: "502 backend_unavailable",
        INDOXHUB: "failed error",
        BIFROST: "failed upstream_error",
        OPENROUTER: "failed error",
    },
    "flaky": FINE,
    "gone": dict.fromkeys(PEERS, "gone") | {QUBRID: "404 model_not_found", OPENROUTER: "expired error"},
    "no-progress": FINE,
    "slow": FINE,
    "queued-long": FINE,
    "expired-link": dict.fromkeys(PEERS, "completed 403 200") | {QUBRID: "completed 403"},
    "empty-result": dict.fromkeys(PEERS, "completed") | {OPENAI: "completed 404", BIFROST: "completed 404"},
    "partly-filtered": {
        OPENAI: "completed 200 content_filtered",
        QUBAX: "completed 200 200 invalid_request_error",
        QUBRID: "completed 200 200",
        INDOXHUB: "completed 200 200 error",
        BIFROST: "completed 200 200 -1",
        OPENROUTER: "completed 200 200 error",
    },
    "sync": FINE | {INDOXHUB: "at once 200"},
    "sync-timeout": {
        OPENAI: "failed timeout",
        QUBAX: "failed server_error",
        QUBRID: "504 backend_error",
        INDOXHUB: "504 str",
        BIFROST: "failed timeout",
        OPENROUTER: "failed error",
    },
    "never-finishes": dict.fromkeys(PEERS, "in_progress") | {QUBRID: "504 backend_error"},
}
ROWS = [
    pytest.param(peer, card, outcome, id=f"{peer.__name__}-{card}")
    for card, outcomes in TABLE.items()
    for dialect, outcome in outcomes.items()
    for peer in PEERS[dialect]
]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[House]:
    """Return a gateway whose test models are more than ten times as fast."""
    house = build_house(tmp_path, now=time.time, pace=PACE)
    yield house
    house.close()


@pytest.mark.parametrize(("peer", "card", "outcome"), ROWS)
def test_a_card_brings_about_what_it_is_for(stage: House, peer: type[peers.Peer], card: str, outcome: str) -> None:
    """The outcome of an order, in the documented words of its dialect."""
    assert peer(stage).outcome(f"test/{card}") == outcome


def test_every_card_is_in_the_table() -> None:
    """Only the lost answer is missing here: it needs a line that can be cut, so it is tested on a socket."""
    assert {f"test/{card}" for card in TABLE} | {"test/lost-answer"} == set(CARDS)


def test_a_flaky_service_spoils_every_third_look(stage: House) -> None:
    """A gateway's page, somebody's login page, and half an answer take turns."""
    peer = peers.OpenAI(stage)
    peer.outcome("test/flaky")
    spoilt = ["502 text/html; charset=utf-8", "200 text/html; charset=utf-8", "200 application/json"]
    assert peer.spoilt[:3] == spoilt
    assert len(peer.looks) in range(2 * len(peer.spoilt) - 2, 2 * len(peer.spoilt) + 1)


@pytest.mark.parametrize("peer", [peers.OpenAI, peers.IndoxHub, peers.Bifrost])
def test_progress_may_be_missing(stage: House, peer: type[peers.Peer]) -> None:
    """One card never tells its progress, and every other look does."""
    silent, telling = peer(stage), peer(stage)
    silent.outcome("test/no-progress")
    telling.outcome("test/slow")
    assert {"progress" in look for look in silent.looks} == {False}
    progress = [look["progress"] for look in telling.looks]
    assert (progress, progress[-1]) == (sorted(progress), 100)
    assert len(set(progress)) > 5


def test_the_clock_moves_the_cards(house: House) -> None:
    """A card keeps its times: queued for ten seconds, then in progress, then completed."""
    job_id = house.finished(model="test/queued-long")
    seen = []
    for second in (0, 9.9, 10.1, 10.75, 11.4, 11.6):
        house.time.seconds = NOW + 0.9 + second
        job = house.get(f"/v1/videos/{job_id}").json()
        seen.append((job["status"], job["progress"], job["completed_at"]))
    assert seen == [
        ("queued", 0, None),
        ("queued", 0, None),
        ("in_progress", 6, None),
        ("in_progress", 50, None),
        ("in_progress", 93, None),
        ("completed", 100, NOW + 12),
    ]


def test_a_card_waits_for_its_clip(house: House) -> None:
    """However late it is, a card is not completed before there is something to fetch."""
    job_id = house.held(model="test/slow")
    house.time.seconds = NOW + 100
    job = house.get(f"/v1/videos/{job_id}").json()
    assert (job["status"], job["progress"]) == ("in_progress", 99)


def test_a_waiting_card_can_be_cancelled(house: House) -> None:
    """What is shown as pending can be called off, whatever the engine has done already."""
    job_id = house.finished(model="test/queued-long").replace("video_", "job_")
    path = f"/indoxhub/api/v1/videos/jobs/{job_id}"
    assert house.request("POST", f"{path}/cancel").status_code == 200
    assert house.get(path).json()["status"] == "failed"


def test_what_never_finishes_can_be_deleted(house: House) -> None:
    """It is in progress for ever, and deleting ends that."""
    job_id = house.create(prompt="a sea", model="test/never-finishes").json()["id"]
    house.time.seconds = NOW + 1_000_000
    assert house.get(f"/v1/videos/{job_id}").json()["status"] == "in_progress"
    assert house.request("DELETE", f"/v1/videos/{job_id}").status_code == 200
    assert house.get(f"/v1/videos/{job_id}").status_code == 404


@pytest.mark.parametrize("path", ["/v1/models", "/aihubmix/v1/models", "/qubax/v1/models"])
def test_cards_are_listed_last(house: House, path: str) -> None:
    """The models that draw come first; each card says what it does."""
    first, *cards = house.get(path).json()["data"]
    assert first["id"] == "local/scenes"
    assert {entry["id"]: entry["description"] for entry in cards} == {name: card.story for name, card in CARDS.items()}


def test_cards_are_listed_by_name_alone_through_a_gateway(house: House) -> None:
    """Bifrost passes no description on."""
    assert [entry["id"] for entry in house.get("/bifrost/v1/models").json()["data"]] == ["local/scenes", *CARDS]


def test_a_rate_limit_says_when_to_come_back(house: House) -> None:
    """A 429 has a time in it."""
    reply = house.create(prompt="a sea", model="test/rate-limited")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "2")


def test_a_running_card_is_not_pending_and_not_finished(house: House) -> None:
    """What is shown in progress can be neither called off nor deleted, whatever the engine has done already."""
    job_id = house.finished(model="test/slow")
    house.time.seconds = NOW + 10
    cancel = house.request("POST", f"/indoxhub/api/v1/videos/jobs/{job_id.replace('video_', 'job_')}/cancel")
    delete = house.request("DELETE", f"/v1/videos/{job_id}")
    assert (cancel.status_code, delete.status_code) == (409, 409)
    assert house.get(f"/v1/videos/{job_id}").json()["status"] == "in_progress"
