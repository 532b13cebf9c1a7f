"""One order with Runway's SDK: `python runway_peer.py URL [SECONDS]`; ends with 0 when the task has its output."""

import sys

import runwayml

given = {"timeout": float(sys.argv[2])} if sys.argv[2] else {}
client = runwayml.RunwayML(api_key="k", base_url=sys.argv[1], **given)
task = client.text_to_video.create(model="veo3.1", prompt_text="A paper boat", ratio="1280:720", duration=4)
print(task.wait_for_task_output().output)
