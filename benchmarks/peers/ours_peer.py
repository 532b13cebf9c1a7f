"""One order with jupyter-videogen: `python ours_peer.py URL [SECONDS]`; ends with 0 when the clip is here."""

import sys

import jupyter_videogen as vg
from jupyter_videogen.dialects import openai

if sys.argv[2]:
    openai.CREATE_TIMEOUT = float(sys.argv[2])  # two minutes otherwise, and not to be set
client = vg.Client("openai", base_url=f"{sys.argv[1]}/v1", api_key="k")
print(client.generate("A paper boat", model="sora-2", duration=4).path)
