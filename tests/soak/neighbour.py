"""A second kernel that shows the same jobs and presses their buttons: `python neighbour.py plan.json`.

It looks again at jobs whose outcome is unknown and makes orders that were made before; nothing it does may be paid for.
"""

import json
import random
import sys
import threading
from contextlib import suppress
from pathlib import Path

import jupyter_videogen as vg
from jupyter_videogen.ledger import ledger

if __name__ == "__main__":
    plan = json.loads(Path(sys.argv[1]).read_text())
    ledger.LEASE = plan["lease"]
    chance, waiting = random.Random(plan["began"]), threading.Event()
    clients = {name: vg.Client(name, base_url=base, key_env=plan["keys"][name]) for name, base in plan["bases"].items()}
    while not waiting.wait(0.3):
        with suppress(vg.VideogenError):
            jobs = vg.jobs(limit=50)
            job = chance.choice(jobs) if jobs else None
            if job is None:
                continue
            if job.state in {"unknown_outcome", "expired"}:
                job.watch()
            elif job.state == "succeeded":
                clients[job.record.provider].submit(job.request.prompt, model=job.record.model)
