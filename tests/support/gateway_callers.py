"""One plain caller per dialect, which says in a line what became of an order."""

import time
from typing import Any
from urllib.parse import quote

import httpx  # noqa: TID251 an independent client is the judge of a server

from support.gateway_app import House

PATIENCE_SECONDS = 20.0
ENOUGH_SECONDS = 0.5
ENDED = ("completed", "failed", "cancelled", "expired")


class Peer:
    """Orders a clip, looks until it has ended, and fetches what there is."""

    create_path = ""
    look_path = ""
    named: tuple[str, ...] = ("id",)

    def __init__(self, house: House) -> None:
        self.house = house
        self.patience = PATIENCE_SECONDS
        self.looks: list[Any] = []
        self.spoilt: list[str] = []

    def outcome(self, model: str) -> str:
        """Say what became of an order: a refusal, or how it ended, its clips and its error."""
        reply = self.house.request("POST", self.create_path, json={"model": model, "prompt": "a sea"})
        if reply.status_code not in (200, 202):
            return f"{reply.status_code} {self.refusal(reply)}"
        self.patience = ENOUGH_SECONDS if model == "test/never-finishes" else PATIENCE_SECONDS
        return self.ended(reply.json())

    def ended(self, created: dict[str, Any]) -> str:
        """Look until the job has ended, and once at least: the answer to a create may be brief, and late."""
        body, until = created, time.monotonic() + self.patience
        while (body is created or body["status"] not in ENDED) and time.monotonic() < until:
            reply = self.house.get(self.address(created))
            if reply.status_code == 404:
                return "gone"
            try:
                body = reply.raise_for_status().json()
                self.looks.append(body)
            except (ValueError, httpx.HTTPStatusError):
                self.spoilt.append(f"{reply.status_code} {reply.headers['content-type']}")
        words = [body["status"], *self.fetched(body, created), self.error(body)]
        return " ".join(word for word in words if word)

    def address(self, created: dict[str, Any]) -> str:
        return f"{self.look_path}/{quote(created['id'], safe='')}"

    def fetched(self, body: dict[str, Any], created: dict[str, Any]) -> list[str]:
        """Say what came of every address of a clip; an expired one is asked for again after a look."""
        if body["status"] != "completed":
            return []
        replies = [self.fetch(path) for path in self.clips(body)]
        if any(reply.status_code == 403 for reply in replies):
            again = self.house.get(self.address(created)).json()
            replies += [self.fetch(path) for path in self.clips(again)]
        return [str(reply.status_code) for reply in replies]

    def fetch(self, path: str) -> httpx.Response:
        keyless = path.startswith("http")
        return self.house.get(path, headers={"authorization": None} if keyless else {})

    def clips(self, body: dict[str, Any]) -> list[str]:
        raise NotImplementedError

    def refusal(self, reply: httpx.Response) -> str:
        raise NotImplementedError

    def error(self, body: dict[str, Any]) -> str:
        raise NotImplementedError


class OpenAI(Peer):
    """The OpenAI shape."""

    create_path = look_path = "/v1/videos"

    def clips(self, body: dict[str, Any]) -> list[str]:
        return [f"{self.look_path}/{body['id']}/content"]

    def refusal(self, reply: httpx.Response) -> str:
        error = reply.json()["error"]
        assert sorted(error) == ["code", "message", "param", "type"]
        return str(error["code"])

    def error(self, body: dict[str, Any]) -> str:
        return body["error"]["code"] if body["error"] else ""


class AIHubMix(OpenAI):
    """The same at another address."""

    create_path = look_path = "/aihubmix/v1/videos"


class Qubax(Peer):
    """Jobs, and clips by their numbers."""

    create_path = look_path = "/qubax/v1/video/generations"

    def ended(self, created: dict[str, Any]) -> str:
        words = {"pending": "queued", "processing": "in_progress"}
        ended = super().ended(created)
        first, _, rest = ended.partition(" ")
        return f"{words.get(first, first)} {rest}".strip()

    def clips(self, body: dict[str, Any]) -> list[str]:
        return [f"/qubax/v1/media/artifacts/{body['id']}/{index}" for index in range(body["output_count"])]

    def refusal(self, reply: httpx.Response) -> str:
        error = reply.json()["error"]
        assert sorted(error) == ["message", "type"]
        return str(error["type"])

    def error(self, body: dict[str, Any]) -> str:
        return body["error"]["type"] if "error" in body else ""


class Qubrid(Peer):
    """One request."""

    create_path = "/qubrid/v1/videos/generations"

    def ended(self, created: dict[str, Any]) -> str:
        statuses = [str(self.fetch(entry["url"]).status_code) for entry in created["data"]]
        return " ".join(["completed", *statuses])

    def refusal(self, reply: httpx.Response) -> str:
        error = reply.json()["error"]
        assert sorted(error) == ["code", "message", "param", "request_id", "type"]
        return str(error["code"])


class IndoxHub(Peer):
    """Jobs, or clips at once."""

    create_path = "/indoxhub/api/v1/videos/generations"

    def ended(self, created: dict[str, Any]) -> str:
        data = created["data"]
        if isinstance(data, list):
            return " ".join(["at once", *(str(self.fetch(entry["url"]).status_code) for entry in data)])
        return super().ended(data)

    def address(self, created: dict[str, Any]) -> str:
        return f"/indoxhub/api/v1/videos/jobs/{created['job_id']}"

    def clips(self, body: dict[str, Any]) -> list[str]:
        result = body["result"] or {"data": []}
        return [entry["url"] for entry in result.get("data", [result])]

    def refusal(self, reply: httpx.Response) -> str:
        detail = reply.json()["detail"]
        return detail[0]["loc"][1] if isinstance(detail, list) else type(detail).__name__

    def error(self, body: dict[str, Any]) -> str:
        return "error" if body.get("error") else ""


class Bifrost(Peer):
    """Envelopes and addresses."""

    create_path = look_path = "/bifrost/v1/videos"

    def clips(self, body: dict[str, Any]) -> list[str]:
        content = f"{self.look_path}/{quote(body['id'], safe='')}/content"
        return [output["url"] for output in body.get("videos", [])] or [content]

    def refusal(self, reply: httpx.Response) -> str:
        body = reply.json()
        assert body["status_code"] == reply.status_code
        return str(body["error"]["code"])

    def error(self, body: dict[str, Any]) -> str:
        filtered = f"-{body['content_filter']['filtered_count']}" if "content_filter" in body else ""
        return body.get("error", {}).get("code", "") + filtered


class BifrostMirror(Bifrost):
    """The same in the form of the SDK."""

    create_path = look_path = "/bifrost/openai/v1/videos"


class OpenRouter(Peer):
    """Jobs by their ids; clips at content, with the key."""

    create_path = look_path = "/openrouter/api/v1/videos"

    def address(self, created: dict[str, Any]) -> str:
        return str(created["polling_url"])

    def clips(self, body: dict[str, Any]) -> list[str]:
        return ["/" + url.split("/", 3)[3] for url in body["unsigned_urls"]]

    def refusal(self, reply: httpx.Response) -> str:
        error = reply.json()["error"]
        return f"{error['code']} {'flagged' if 'metadata' in error else ''}".strip()

    def error(self, body: dict[str, Any]) -> str:
        return "error" if "error" in body else ""
