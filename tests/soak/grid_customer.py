"""Somebody with one grid at paid providers, who is killed now and then, and runs it again: `python grid_customer.py plan.json`.

A provider without credit holds its cells; they go on when the person resumes. What may be charged is never sent again.
"""

import json
import sys
from pathlib import Path

import jupyter_videogen as vg
from jupyter_videogen.ledger import ledger

plan = json.loads(Path(sys.argv[1]).read_text())
ledger.LEASE = plan["lease"]
grid = vg.grid(plan["prompts"], models=plan["models"], name="soak", concurrency=2, retries=100, yes=True)
while grid.counts.open:
    try:
        grid.result()
    except vg.VideogenError:
        if not grid.held:
            raise
        grid.resume()
