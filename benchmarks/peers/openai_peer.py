"""One order with the openai SDK: `python openai_peer.py URL [SECONDS]`; ends with 0 when the video is completed."""

import sys
import warnings

import openai

warnings.simplefilter("ignore", DeprecationWarning)
given = {"timeout": float(sys.argv[2])} if sys.argv[2] else {}
client = openai.OpenAI(api_key="k", base_url=f"{sys.argv[1]}/v1", **given)
video = client.videos.create_and_poll(model="sora-2", prompt="A paper boat", seconds="4", size="720x1280")
print(video.status)
sys.exit(video.status != "completed")
