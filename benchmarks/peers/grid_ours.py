"""One grid: `python grid_ours.py URL PROMPTS`."""

import sys

import jupyter_videogen as vg

prompts = [f"The sea, number {number}" for number in range(int(sys.argv[2]))]
where = {"provider": "openai", "base_url": sys.argv[1], "key_env": "K"}
vg.grid(prompts, models=["sora-2"], name="bench", yes=True, **where).result()
