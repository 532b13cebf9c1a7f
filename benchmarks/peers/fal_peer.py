"""One order with fal's client: `python fal_peer.py URL [SECONDS]`; ends with 0 when the result is here."""

import sys

import fal_client
import fal_client.client

fal_client.client.QUEUE_URL_FORMAT = f"{sys.argv[1]}/"  # its own setting names a host and always means https
given = {"default_timeout": float(sys.argv[2])} if sys.argv[2] else {}
client = fal_client.SyncClient(key="k", **given)
print(client.subscribe("fal/video", {"prompt": "A paper boat"}))
