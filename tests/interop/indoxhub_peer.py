"""The vendor's own client against the local gateway: run in its own environment, with the gateway's address and token."""

import base64
import sys
import urllib.request
from typing import Any

import indoxhub
from indoxhub import exceptions

URL, TOKEN = sys.argv[1:3]
SMALL: dict[str, Any] = {"duration": 1, "resolution": "360p"}

client: Any = indoxhub.Client(api_key=TOKEN, base_url=f"{URL}/indoxhub", timeout=60)


def fetch(url: str) -> bytes:
    """Fetch without a key."""
    with urllib.request.urlopen(url) as answer:
        return bytes(answer.read())


def check_at_once() -> None:
    """Google's models answer with addresses, as many as asked for."""
    reply = client.videos("a sea", model="google/veo-3.0-generate-001", n=2, seed=3, **SMALL)
    assert (reply["success"], len(reply["data"])) == (True, 2)
    assert all(fetch(entry["url"])[4:8] == b"ftyp" for entry in reply["data"])


def check_job() -> None:
    """Other models answer with a job, which the client waits for."""
    data = client.videos("a sea", model="local/scenes", response_format="b64_json", **SMALL)["data"]
    assert data["is_async"] is True
    done = client.wait_for_video_job(data["job_id"], check_interval=1)
    assert (done["status"], done["progress"]) == ("completed", 100)
    assert base64.b64decode(done["result"]["b64_json"])[4:8] == b"ftyp"
    page = client.list_video_jobs(limit=1, skip=0)
    assert (page["total"], page["jobs"][0]["job_id"]) == (2, data["job_id"])


def check_cancel() -> None:
    """A pending job is called off, and cannot be again."""
    job_id = client.videos("a sea", model="test/queued-long")["data"]["job_id"]
    assert client.cancel_video_job(job_id)["message"] == "Job cancelled."
    assert client.get_video_job_status(job_id)["status"] == "failed"
    assert refusal(lambda: client.cancel_video_job(job_id)) is not None


def refusal(act: Any) -> str | None:
    """Name the client's own exception for what is refused."""
    try:
        act()
    except exceptions.IndoxHubError as error:
        return type(error).__name__
    return None


def check_errors() -> None:
    """Every refusal is an exception of the client's own."""
    names = {
        model: refusal(lambda model=model: client.videos("a sea", model=model))
        for model in ("test/bad-key", "test/bad-setting", "test/no-credit", "test/rate-limited", "google/nothing")
    }
    assert None not in names.values(), names
    print(names)  # noqa: T201 the vendor's words, for whoever compares versions
    done = client.videos("a sea", model="test/refused")["data"]["job_id"]
    try:
        client.wait_for_video_job(done, check_interval=1)
    except Exception as error:  # noqa: BLE001 the client raises what it likes
        assert "policy" in str(error), error  # noqa: PT017 this runs without pytest
    else:
        raise AssertionError


check_at_once()
check_job()
check_cancel()
check_errors()
assert client.videos("a sea", model="test/sync")["data"][0]["url"]
