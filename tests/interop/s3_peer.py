"""Finished clips in S3: s3fs against moto's server, both of other people; what is stored is read by boto3."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

SOURCES = Path(__file__).parent.parent.parent / "src"
sys.path.insert(0, str(SOURCES))
URL, TOKEN = sys.argv[1:3]
SECRET = "canary-secret"
MIB = 2**20
HOME = Path(tempfile.mkdtemp())
os.chdir(tempfile.mkdtemp())
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
ENDPOINT = "http://{}:{}".format(*server.get_host_and_port())
os.environ |= {  # noqa: TID251 - it is a program of its own
    "VIDEOGEN_HOME": str(HOME),
    "FSSPEC_S3_ENDPOINT_URL": ENDPOINT,
    "AWS_ACCESS_KEY_ID": "canary-name",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_DEFAULT_REGION": "us-east-1",
}

import jupyter_videogen as vg  # noqa: E402 - its home and its storage are settled first
from jupyter_videogen.core.clip import ClipRecord  # noqa: E402 - the same
from jupyter_videogen.media.storage_folder import Content, NotStored, StorageFolder, fetch  # noqa: E402 - the same
from jupyter_videogen.runtime import process  # noqa: E402 - the same

KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import s3fs
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.media.storage_folder import StorageFolder
import msgspec
asked, parts = s3fs.S3FileSystem._call_s3, []
async def call(self, method, *given, **named):
    parts.extend([method] if "upload_part" in str(method) else [])
    if len(parts) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return await asked(self, method, *given, **named)
s3fs.S3FileSystem._call_s3 = call
StorageFolder("s3://bucket/clips").put(msgspec.json.decode(sys.argv[2], type=ClipRecord))
"""
s3: Any = boto3.client("s3", endpoint_url=ENDPOINT)


def stored() -> dict[str, bytes]:
    """What others see in the bucket."""
    found = s3.list_objects_v2(Bucket="bucket").get("Contents", [])
    return {one["Key"]: s3.get_object(Bucket="bucket", Key=one["Key"])["Body"].read() for one in found}


def check_job() -> None:
    """A bucket that is not there costs the job nothing; when it is there, the clip goes into it."""
    (HOME / "videogen.toml").write_text('[storage]\nclips = "s3://bucket/clips"\n')
    lab = vg.Client("openai", base_url=f"{URL}/v1", api_key=TOKEN)
    job = lab.submit("a sea", model="sora-2", duration=1, size="256x144")
    clip, run = job.result(60), process.runtime()
    assert run.uploads.rest(60)
    assert run.uploads.troubles == {job.id: "the bucket or folder is not there"}, run.uploads.troubles
    s3.create_bucket(Bucket="bucket")
    run.uploads.begin(job.id).result(60)
    (kept,) = run.ledger.find(job.id).clips
    assert kept.storage_url, run.uploads.troubles
    assert stored() == {kept.storage_url.removeprefix("s3://bucket/"): Path(clip.path).read_bytes()}
    assert run.uploads.pending() == []
    report = vg.doctor(network=True, storage=True)
    assert "s3://bucket/clips takes objects" in str(report), report
    assert SECRET not in f"{report}{run.ledger.find(job.id)!r}"


def large_clip() -> ClipRecord:
    """One of several parts; s3fs sends parts of 50 MiB."""
    content, path = os.urandom(MIB) * 120, Path("large.mp4").absolute()
    path.write_bytes(content)
    facts: dict[str, Any] = {"job_id": "k3q7x2ma", "prompt": "", "provider": "", "model": ""}
    return ClipRecord(path=str(path), bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), **facts)


def check_killed_upload(clip: ClipRecord) -> None:
    """Of parts without an end nobody sees anything; the next process puts the whole."""
    import msgspec  # noqa: PLC0415 - the client's own

    before = stored()
    done = subprocess.run([sys.executable, "-c", KILLED, str(SOURCES), msgspec.json.encode(clip).decode()], check=False)
    assert done.returncode == -signal.SIGKILL, done
    assert len(s3.list_multipart_uploads(Bucket="bucket")["Uploads"]) == 1
    assert stored() == before
    url = StorageFolder("s3://bucket/clips").put(clip)
    content = Content(clip.bytes, clip.sha256)
    fetch(url, Path("copy.mp4"), content)
    key = url.removeprefix("s3://bucket/")
    assert set(stored()) == {*before, key}
    s3.put_object(Bucket="bucket", Key=key, Body=b"other")
    other = StorageFolder("s3://bucket/clips").put(clip)
    assert other != url
    assert stored()[key] == b"other"


def check_away(clip: ClipRecord) -> None:
    """A server that is gone."""
    server.stop()
    try:
        StorageFolder("s3://bucket/clips").put(clip)
    except NotStored as error:
        assert str(error) in {"it can't be reached", "it did not answer in time"}, error  # noqa: PT017 - no pytest here
    else:
        raise AssertionError


check_job()
large = large_clip()
check_killed_upload(large)
check_away(large)
process.close()
