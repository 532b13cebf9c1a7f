"""Our client against aimock, a mock of OpenAI's API from npm: a clip that is only at its address, and refusals in its words."""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path

from kit import FILM, KEY, Store, ending, serving

FOLDER = Path(sys.argv[4])
"""Where npm has put the program."""
os.environ["VIDEOGEN_HOME"] = tempfile.mkdtemp()  # noqa: TID251 - it is a program of its own
os.chdir(tempfile.mkdtemp())

import jupyter_videogen as vg  # noqa: E402 - its home is settled first


def fixtures(store: str) -> Path:
    """Write what aimock answers to which prompt."""
    video = {"id": "video_1", "status": "completed", "url": f"{store}/a.mp4"}
    failed = {"id": "video_2", "status": "failed", "url": f"{store}/none.mp4"}
    refusal = {"message": "Your request was blocked.", "type": "invalid_request_error", "code": "moderation_blocked"}
    rows = [
        {"match": {"userMessage": "a kite", "endpoint": "video"}, "response": {"video": video}},
        {"match": {"userMessage": "a storm", "endpoint": "video"}, "response": {"video": failed}},
        {"match": {"userMessage": "a face", "endpoint": "video"}, "response": {"error": refusal, "status": 400}},
    ]
    path = Path("fixtures.json")
    path.write_text(json.dumps({"fixtures": rows}))
    return path


def check(client: vg.Client) -> None:
    """A clip from its address, a failure, a refusal, and a prompt that nobody knows."""
    clip = client.generate("a kite", model="sora-2", timeout=60)
    assert Path(clip.path).read_bytes() == FILM
    assert Store.keys == [""], "the key went to a stranger"
    ends: tuple[tuple[str, type[vg.VideogenError], str], ...] = (
        ("a storm", vg.ProviderError, "unknown"),
        ("a face", vg.ContentPolicyError, "no"),
    )
    for prompt, kind, charged in ends:
        job = client.submit(prompt, model="sora-2")
        assert ending(partial(job.result, timeout=60), kind).charged == charged, prompt


def main() -> None:
    """Run aimock and a store, and our client between them."""
    with serving(Store) as store:
        command = [str(FOLDER / "node_modules" / ".bin" / "llmock"), "-p", "0", "-f", str(fixtures(store))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as mock:
            try:
                assert mock.stdout is not None
                found = next(re.search(r"http://127\.0\.0\.1:\d+", line) for line in mock.stdout if "http://" in line)
                assert found is not None
                threading.Thread(target=mock.stdout.read, daemon=True).start()
                check(vg.Client("openai", base_url=f"{found[0]}/v1", api_key=KEY))
            finally:
                mock.terminate()
    print("aimock: a clip by its address, a failure and a refusal in its words")  # noqa: T201 it talks to its terminal


main()
os._exit(0)  # jobs' own threads need no farewell here
