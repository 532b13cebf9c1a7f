"""The gateway's Bifrost half beside a real one: every request of 124 recorded exchanges, answered in the same shape.

Recorded of Bifrost v1.5.2, with makers of the OpenAI kind, Google's and Runway's; hosts and keys are replaced.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx  # noqa: TID251 an independent client is the judge of a server
import pytest

from support.gateway_app import House

FILE = Path(__file__).parent.parent / "recordings" / "bifrost-1.5.2.jsonl"
RECORDED = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
HALVES = {"/openai/v1": "/bifrost/openai/v1", "/v1": "/bifrost/v1"}
MODELS = {
    "gemini/veo-url": "gemini/veo-3.1-generate-preview",
    "gemini/veo-two": "gemini/veo-3.1-generate-preview",
    "gemini/veo-b64": "gemini/veo-3.0-generate-001",
    "gemini/veo-rai": "gemini/veo-3.1-generate-preview",
    "gemini/veo-bad": "gemini/veo-3.1-generate-preview",
}
"""Models of the makers that were recorded, and those here that answer as they did."""
CARDS = {"s401": "test/bad-key", "s402": "test/no-credit", "s429": "test/rate-limited"}
"""What the troubled maker was told to answer, and the test cards that do so."""
UNMATCHED = {
    "provider down": "no maker of this gateway is down: they are all inside it",
    "upstream: 500": "a maker inside this gateway has no errors of its own at a create",
    "upstream: 502 html": "the same",
    "moderated": "this gateway's card of a filter refuses at a look, not at the create",
}
"""Exchanges that have no counterpart here, and why."""
UNTOLD = {
    ("gemini filtered retrieve ended", "content_filter"): "the engine of this test fails; it does not filter",
    ("list after", "remixed_from_video_id"): "the older video that was recorded was a remix",
    ("/v1 models", "error"): "all makers here have their models listed",
    ("/v1 models", "provider"): "the first maker of the list is another",
    ("list", "completed_at"): "the newest video that was recorded was in progress at some of the lists",
}
"""Fields that are not compared, and why."""
SAME = {"is_bifrost_error", "status_code", "object", "request_type", "provider", "deleted", "type", "chunk_index"}
"""Fields whose values are compared too."""


def test_the_recordings_are_all_here() -> None:
    """None is lost on the way."""
    assert len(RECORDED) == 124


class Replay:
    """One half of the recordings, sent again; recorded ids become those that this gateway gave."""

    def __init__(self, house: House, half: str) -> None:
        self._house, self._half = house, half
        self._ids: dict[str, str] = {}
        self._failing: set[str] = set()

    def before(self) -> None:
        """Have two older jobs, as the recorded gateway had."""
        for _ in range(2):
            body = {"model": "openai/sora-2", "prompt": "an older boat"}
            assert self._house.request("POST", f"{HALVES[self._half]}/videos", json=body).status_code == 200
            self._house.wait()

    def send(self, case: str, request: dict[str, Any]) -> httpx.Response:
        """Send one recorded request."""
        path = HALVES[self._half] + request["path"].removeprefix(self._half)
        for recorded, ours in self._ids.items():
            path = path.replace(quote(recorded, safe=""), quote(ours, safe=""))
        body = request["body"]
        engine = self._house.engine
        engine.error = RuntimeError("no") if any(word in case for word in ("filtered", "error", "refused")) else None
        takes = request["method"] == "POST"
        if takes:
            engine.gate.clear()
        if case.endswith("retrieve completed"):
            engine.gate.set()
            self._house.wait()
        options: dict[str, Any] = {}
        if isinstance(body, dict):
            options = {"json": self._translated(body)}
        elif isinstance(body, str):
            options = {"content": body, "headers": {"content-type": request["content_type"]}}
        reply = self._house.request(request["method"], path, **options)
        if takes and not case.endswith(" create") and not case.endswith("not ready"):
            engine.gate.set()
            if reply.status_code == 200:
                self._house.wait()
        return reply

    def learn(self, recorded: Any, ours: Any) -> None:
        """Keep which recorded id is which of ours."""
        if isinstance(recorded, dict) and isinstance(ours, dict) and {"id", "object"} <= set(recorded) & set(ours):
            self._ids[recorded["id"]] = ours["id"]

    def _translated(self, body: dict[str, Any]) -> dict[str, Any]:
        model = body.get("model")
        if model == "troubled/sora-2":
            return {**body, "model": next(card for word, card in CARDS.items() if word in body["prompt"])}
        several = {"numberOfVideos": 2} if model == "gemini/veo-two" else {}
        return {**body, "model": MODELS.get(model, model), **several} if model is not None else body


def shape(recorded: Any, ours: Any, case: str, place: str = "") -> list[str]:
    """Say where two values differ in their fields, their types, or what must be the same."""
    name = place.rpartition(".")[2]
    if any(told in case and field == name for told, field in UNTOLD):
        return []
    if isinstance(recorded, dict) and isinstance(ours, dict):
        skipped = {field for told, field in UNTOLD if told in case}
        missing, more = set(recorded) - set(ours) - skipped, set(ours) - set(recorded) - skipped
        found = [f"{place}: lacks {sorted(missing)}"] * bool(missing) + [f"{place}: has {sorted(more)}"] * bool(more)
        return found + [
            one
            for key in recorded.keys() & ours.keys()
            for one in shape(recorded[key], ours[key], case, f"{place}.{key}")
        ]
    if isinstance(recorded, list) and isinstance(ours, list):
        if bool(recorded) != bool(ours):
            return [f"{place}: {len(recorded)} rows recorded, {len(ours)} here"]
        return shape(recorded[0], ours[0], case, f"{place}[]") if recorded else []
    if type(recorded) is not type(ours):
        return [f"{place}: {recorded!r} recorded, {ours!r} here"]
    same = name in SAME and case.split()[1] != "upstream:" and "troubled" not in str(recorded)
    return [f"{place}: {recorded!r} recorded, {ours!r} here"] if same and recorded != ours else []


def known(case: str) -> bool:
    return any(case.endswith(name) for name in UNMATCHED)


@pytest.mark.parametrize("half", HALVES)
def test_every_recorded_request_is_answered_in_the_same_shape(house: House, half: str) -> None:
    """Status, kind of body, fields, their types, and the values that a client goes by."""
    replay = Replay(house, half)
    replay.before()
    found: dict[str, list[str]] = {}
    replayed = 0
    for row in RECORDED:
        case, request, answer = row["case"], row["request"], row["response"]
        if not case.startswith(f"{half} ") or known(case):
            continue
        reply = replay.send(case, request)
        wrong = []
        if reply.status_code != answer["status"]:
            wrong.append(f"HTTP {answer['status']} recorded, {reply.status_code} here: {reply.text[:200]}")
        elif "json" in answer:
            wrong += shape(answer["json"], reply.json(), case)
            replay.learn(answer["json"], reply.json())
        elif reply.headers["content-type"] != answer["content_type"]:
            wrong.append(f"{answer['content_type']} recorded, {reply.headers['content-type']} here")
        if wrong:
            found[f"{case}: {request['method']} {unquote(request['path'])}"] = wrong
        replayed += 1
    assert found == {}
    assert replayed == 62 - len(UNMATCHED)
