"""What our client orders from SGLang's handlers, whose address it is given: run by `sglang_peer.py`."""

import json
import os
import sys
import tempfile
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

from kit import FILM, FILMS, KEY, PNG, ending

URL = sys.argv[1]
MODEL = "wan2.2-ti2v"
os.environ["VIDEOGEN_HOME"] = tempfile.mkdtemp()  # noqa: TID251 - it is a program of its own
os.chdir(tempfile.mkdtemp())

import jupyter_videogen as vg  # noqa: E402 - its home is settled first
from jupyter_videogen.core.http import Reply  # noqa: E402 - the same
from jupyter_videogen.diagnostics.local_servers import Server, recognize  # noqa: E402 - the same

SMALL: dict[str, Any] = {"model": MODEL, "duration": 2, "size": "832x480"}


def call(path: str, method: str = "GET", body: object = None) -> Any:
    """Ask as any other program would."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def order_all(lab: vg.Client) -> None:
    """Of words, of a picture, out of a bucket, two at once, and a failure; all at once, so that the list is read."""
    Path("one.png").write_bytes(PNG)
    jobs = [lab.submit(prompt, **SMALL) for prompt in ("a sea", "a kite", "a cloud")]
    jobs.append(lab.submit("a picture", image="one.png", **SMALL))
    jobs.append(lab.submit("a pair", n=2, **SMALL))
    jobs.append(lab.submit("a tuned clip", steps=12, guidance=3.5, seed=7, **SMALL))
    Path("one.mp4").write_bytes(FILM)
    jobs.append(lab.submit("a video", video="one.mp4", **SMALL))
    storm = lab.submit("a storm", **SMALL)
    boat = call("/videos", "POST", {"prompt": "a boat", "seconds": 3, "size": "832x480"})
    for job in jobs:
        clip = job.result(timeout=60)
        films = [Path(each.path).read_bytes() for each in job.clips]
        assert films == list(FILMS[: job.request.n or 1]), job.request.prompt
        assert (clip.duration, clip.size) == (2, "832x480"), clip
    error = ending(lambda: storm.result(timeout=60), vg.ProviderError)
    assert (error.sent, error.charged) == ("yes", "no"), error  # a server on this machine has no prices
    assert "CUDA out of memory." in error.message, error
    check_elsewhere(boat)


def check_elsewhere(video: dict[str, Any]) -> None:
    """A job that another program has ordered by JSON is taken up, then deleted there."""
    assert (video["object"], video["status"], video["seconds"]) == ("video", "queued", "3")
    clip = vg.attach(video["id"], "sglang", base_url=URL, api_key=KEY).result(timeout=60)
    assert Path(clip.path).read_bytes() == FILM
    assert call(f"/videos/{video['id']}", "DELETE")["status"] == "deleted"
    assert video["id"] not in [row["id"] for row in call("/videos")["data"]]


def check_doctor() -> None:
    """The doctor knows the server by its list of models, which is SGLang's own, and says that it makes videos."""
    path = "/models"
    with urllib.request.urlopen(URL + path) as answer:
        found = recognize(Reply(answer.status, {}, answer.read()))
    assert found == Server("SGLang", "sglang", (MODEL,)), found


def check_list() -> None:
    """What the dialect relies on: rows have no prompt, so none can be told to be a lost job."""
    rows = call("/videos")["data"]
    assert rows, "nothing is listed"
    assert not any("prompt" in row for row in rows), rows[0]


def check_refusals(lab: vg.Client) -> None:
    """What the handlers refuse before there is a job, in their words."""
    for extra, words in (
        ({"width": -1}, "width must be positive"),
        ({"num_inference_steps": "many"}, "num_inference_steps"),
        ({"extra_params": "{"}, "extra_params is not valid JSON"),
    ):
        job = lab.submit("a sea", extra=extra, **SMALL)
        error = ending(partial(job.result, timeout=60), vg.InvalidRequest)
        assert (error.sent, error.charged) == ("yes", "no"), error
        assert words in error.message, error


client = vg.Client("sglang", base_url=URL, api_key=KEY, name="lab")
assert [model.model for model in client.models()] == [MODEL]
check_doctor()
check_refusals(client)
order_all(client)
check_list()
SAID = "clips of words, pictures, a video, by steps and guidance, out of a bucket, two at once; a failure and refusals"
print(f"sglang: {SAID}")  # noqa: T201 it talks to its terminal
sys.stdout.flush()
os._exit(0)  # jobs' own threads need no farewell here
