"""Job records as the file keeps them: JSON, compressed against words that every record has. Imports the standard library alone."""

from __future__ import annotations

import zlib

PACKED = b"\x01"
"""Begins what was compressed with `COMMON`; a record that is not begins with a brace. Other words would need another number."""
COMMON = (
    b'"failure":{"code":"provider_error","message":"The provider had a problem.","next":"","sent":"yes","charged":"no"}'
    b'"status":"completed","progress":100.0,"warnings":[],"suggestions":[],"searching":true,"reported_cost":0.5,"grid":"'
    b'"agent":"","template":"","filled":{},"like":"openai","needs_kernel":true,"artifacts":[{"url":"https://'
    b'"poster":"/home/.local/share/jupyter-videogen/posters/-0.jpg","width":1280,"height":720,"fps":24.0,"has_audio":false'
    b'{"id":"","state":"succeeded","request":{"duration":4,"size":"1280x720","seed":,"prompt":"","model":"'
    b'"},"provider":"","base_url":"https://api./v1","key_env":"_API_KEY","model":"","path":"/home//videogen/.mp4",'
    b'"fingerprint":"","take":1,"idempotency_key":"","created_at":17.,"account":"","cost":0.,"name":"","notebook":"/.ipynb",'
    b'"project":"/home/","sent_at":17,"accepted_at":17,"finished_at":17,"handle":{"id":"video_"},'
    b'"clips":[{"path":"","bytes":,"sha256":"","job_id":"","prompt":"","provider":"","model":"","duration":4.0,'
    b'"size":"1280x720","poster":"/posters/-0.jpg"}]}'
)
"""Never changed: what was written with it is read with it. The likeliest words stand last (RFC 1950, 2.2)."""
LEVEL = 6
RAW = -15
"""No header and no checksum (`zlib.compressobj`); SQLite's pages have neither, and a record that is cut does not end."""


def pack(content: bytes) -> bytes:
    """Compress a record's JSON."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW, zdict=COMMON)
    return PACKED + packer.compress(content) + packer.flush()


def unpack(content: bytes) -> bytes:
    """Return a record's JSON, packed or not; raises `zlib.error` or `ValueError` for what is neither."""
    if content[:1] != PACKED:
        return content
    opener = zlib.decompressobj(RAW, zdict=COMMON)
    found = opener.decompress(content[1:])
    if not opener.eof:
        raise ValueError("a job's record is cut off")
    return found
