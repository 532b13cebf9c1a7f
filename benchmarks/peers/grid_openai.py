"""The loop that one writes with the openai SDK: `python grid_openai.py URL PROMPTS`."""

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai

warnings.simplefilter("ignore", DeprecationWarning)
client = openai.OpenAI(api_key="k", base_url=sys.argv[1])


def make(number):
    clip = Path(f"{number}.mp4")
    if clip.exists():
        return
    video = client.videos.create_and_poll(model="sora-2", prompt=f"The sea, number {number}")
    client.videos.download_content(video.id).write_to_file(clip)


with ThreadPoolExecutor(4) as pool:
    for made in [pool.submit(make, number) for number in range(int(sys.argv[2]))]:
        if error := made.exception():
            print(error, file=sys.stderr)
