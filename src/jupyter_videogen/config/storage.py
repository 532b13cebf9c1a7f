"""`[storage]`: a folder in an fsspec storage, such as a bucket, into which finished clips are put as well.

It counts in the user's own file alone: a project's file has no say in where clips are sent. Credentials are fsspec's own: its
files of configuration, or the variables that its drivers read.
"""

from __future__ import annotations

import re

import msgspec

from jupyter_videogen.core.errors import InvalidRequest

EXAMPLE = 'clips = "s3://bucket/folder"'
URL = re.compile(r"([a-z][a-z0-9+.-]*)://([^/]+)((?:/[^/]+)*)/?", re.IGNORECASE)
"""A protocol, a bucket or host, and folders."""
LOCAL = frozenset({"file", "local"})
NO_STORE = frozenset({"http", "https", "data", "blockcache", "filecache", "simplecache", "reference", "zip", "tar"})
"""Protocols that nothing can be written to, or that stand before another one."""
CONTAINERS = frozenset({"abfs", "abfss"})
"""Protocols whose URLs name a container and an account, as "container@account" (adlfs)."""
UNSAFE = re.compile(r"[\s\x00-\x1f\x7f\\*?#\[\]%]")
"""Characters that a driver may take for a pattern, a query or an escape."""


class Storage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[storage]`."""

    clips: str | None = None
    """The URL of the folder."""


def check(said: Storage) -> None:
    """Raise `InvalidRequest` for a URL that is none of a storage, or that holds a credential; it is not repeated then."""
    if said.clips is not None:
        check_url(said.clips)


def check_url(url: str) -> None:
    """Raise `InvalidRequest` for a URL that is none of a storage, or that holds a credential; it is not repeated then."""
    trouble = _trouble(url)
    del url  # tracebacks can show what a function holds
    if trouble:
        what, step = trouble
        raise InvalidRequest(f"`clips` of [storage] {what}.", next=step, field="clips")


def _trouble(url: str) -> tuple[str, str] | None:
    """Return what is wrong with a URL, and what to do."""
    protocol = url.partition("://")[0].lower()
    if "::" in url:
        return "is a chain of URLs", f"Name one storage, as {EXAMPLE}."
    if protocol in LOCAL or "://" not in url:
        return "is no URL of a storage", f"Clips are saved beside the notebook anyway. Write a URL, as {EXAMPLE}."
    if "?" in url or "#" in url or _has_user(url, protocol):
        return (
            "contains a user name, a password or a query, but it is stored and shown",
            "Write the bare URL, and the rest into fsspec's own configuration (~/.config/fsspec/conf.json).",
        )
    if protocol in NO_STORE or not (found := URL.fullmatch(url)) or UNSAFE.search(url):
        return "is no URL of a folder that can be written to", f"Write it as {EXAMPLE}, without spaces and patterns."
    if {".", ".."} & set(found[3].split("/")):
        return "has . or .. in it", "Write the whole path."
    return None


def _has_user(url: str, protocol: str) -> bool:
    """Return whether something that may be a credential stands before the host."""
    user, at, _ = url.partition("://")[2].partition("/")[0].rpartition("@")
    return bool(at) and (protocol not in CONTAINERS or ":" in user or "@" in user)
