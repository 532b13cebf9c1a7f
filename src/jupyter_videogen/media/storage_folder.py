"""A folder in an fsspec storage: clips are put into it whole or not at all, verified, and never over something else.

An object's name ends in the hash of its bytes, so two who write one name write the same. Object stores show an object when all
of it has come (S3, Google Cloud Storage, Azure Blob); elsewhere a clip is written under a temporary name, read back, and renamed.
All calls block.
"""

from __future__ import annotations

import errno
import hashlib
import re
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from jupyter_videogen.config.storage import check_url
from jupyter_videogen.core.errors import Unsupported, VideogenError
from jupyter_videogen.media.partial_file import has_content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.clip import ClipRecord

PUT_WHOLE = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"})
"""Protocols of stores in which an object is there when all of it has come, and not before."""
COPIED_WHOLE = frozenset({"memory"})
"""Protocols of stores without a rename that copy an object in one step."""
HASHED = 16
"""Hexadecimal digits of the SHA-256 in an object's name."""
LONGEST_STEM = 80
NAMES = 100
"""Names that are tried for one clip."""
PIECE = 1 << 20
STALE = 24 * 3600.0
"""Seconds after which a temporary object is that of a process that died."""
TEMPORARY = ".videogen-{}.part"
DIFFERENT = "it returned other bytes than were written"
PROBE = b"jupyter-videogen writes this, reads it back and deletes it\n"


class NotStored(Exception):
    """Something is not in the storage, in words that hold nothing of what its driver said: that may hold credentials."""


class Content(NamedTuple):
    """What an object has to hold."""

    bytes: int
    sha256: str


class StorageFolder:
    """The folder at a URL; raises `InvalidRequest` for a URL that is none, `Unsupported` where a package is missing."""

    def __init__(self, url: str) -> None:
        check_url(url)
        self.url = url.rstrip("/")
        self._fs, self._root = _open(self.url)
        protocol = self.url.partition("://")[0].lower()
        self._puts_whole = protocol in PUT_WHOLE
        if not self._puts_whole and protocol not in COPIED_WHOLE and not _renames(self._fs):
            raise Unsupported(
                f"Clips can't be put into {protocol}:// safely: it has no rename, and is not known to store objects whole.",
                next="Use another storage, such as S3, Google Cloud Storage, Azure Blob or SFTP.",
            )

    def put(self, clip: ClipRecord) -> str:
        """Put a clip into the folder, verified by its size and hash; return its URL. What is there already is taken as done.

        Raises `NotStored`, which may pass, and `FileNotFoundError` where the clip's own file is gone or another.
        """
        content, source = Content(clip.bytes, clip.sha256), Path(clip.path)
        if not has_content(source, *content):
            raise FileNotFoundError(errno.ENOENT, "the clip is gone", clip.path)
        try:
            for name in _names(source, clip.sha256):
                if self._has(name, content) or self._write(source, name, content):
                    return f"{self.url}/{name}"
        except NotStored:
            raise
        except Exception as error:  # noqa: BLE001 - drivers raise anything
            raise NotStored(describe(error)) from None
        raise NotStored("every similar name is taken there")

    def remove_stale(self) -> None:
        """Remove temporary objects of processes that died a day ago or longer; stores that put objects whole have none."""
        if self._puts_whole:
            return
        with suppress(Exception):  # it is tidying
            for found in self._fs.ls(self._root, detail=True):
                name = str(found["name"]).rpartition("/")[2]
                if re.fullmatch(re.escape(TEMPORARY).replace(r"\{\}", "[0-9a-f]{32}"), name) and _age(found) > STALE:
                    self._fs.rm_file(found["name"])

    def probe(self) -> None:
        """Put a small object, read it back and delete it; raises `NotStored`."""
        place = f"{self._root}/{TEMPORARY.format(uuid4().hex)}"
        try:
            self._prepare()
            self._fs.pipe_file(place, PROBE)
            found = self._fs.cat_file(place)
            self._fs.rm_file(place)
        except Exception as error:  # noqa: BLE001 - drivers raise anything
            raise NotStored(describe(error)) from None
        if found != PROBE:
            raise NotStored(DIFFERENT)

    def _has(self, name: str, content: Content) -> bool:
        place = f"{self._root}/{name}"
        return self._size(place) == content.bytes and self._sha256(place) == content.sha256

    def _write(self, source: Path, name: str, content: Content) -> bool:
        """Write a file under a name that nothing has; False where something has it."""
        place = f"{self._root}/{name}"
        if self._size(place) is not None:
            return False
        if self._puts_whole:
            self._put_verified(source, place, content)
            return True
        self._prepare()
        temporary = f"{self._root}/{TEMPORARY.format(uuid4().hex)}"
        try:
            self._put_verified(source, temporary, content)
            if self._size(place) is not None:
                return self._has(name, content)
            self._fs.mv(temporary, place)
        finally:
            self._remove(temporary)
        return True

    def _put_verified(self, source: Path, place: str, content: Content) -> None:
        """Put a file and read it back; what differs is removed, since it was written here."""
        self._fs.put_file(str(source), place)
        if self._size(place) != content.bytes or self._sha256(place) != content.sha256:
            self._remove(place)
            raise NotStored(DIFFERENT)

    def _size(self, place: str) -> int | None:
        """Return the size of an object in bytes; None where there is none."""
        self._fs.invalidate_cache()
        try:
            return int(self._fs.info(place)["size"])
        except FileNotFoundError:
            return None

    def _sha256(self, place: str) -> str:
        digest = hashlib.sha256()
        with self._fs.open(place, "rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def _remove(self, place: str) -> None:
        with suppress(Exception):  # there is none any more, or the store is away: it is removed another day
            self._fs.rm_file(place)

    def _prepare(self) -> None:
        """Make the folder where a store has folders; a bucket is made by its owner."""
        if not self._puts_whole:
            self._fs.makedirs(self._root, exist_ok=True)


def fetch(url: str, path: Path, content: Content) -> None:
    """Copy an object to a file and compare it; raises `NotStored`, and as `StorageFolder` does."""
    check_url(url)
    fs, place = _open(url)
    try:
        fs.get_file(place, str(path))
    except Exception as error:  # noqa: BLE001 - drivers raise anything
        raise NotStored(describe(error)) from None
    if not has_content(path, *content):
        raise NotStored("it has other bytes under that name")


def describe(error: Exception) -> str:
    """Return what a driver's error means, in words of ours: its own may hold credentials and signed addresses."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "it is full"
    for kind, words in WORDS.items():
        if isinstance(error, kind):
            return words
    for kind in type(error).__mro__:
        if kind.__name__ in NAMED:
            return NAMED[kind.__name__]
    return f"its driver raised {type(error).__name__}"


REFUSED = "access was refused; check the credentials of its driver"
AWAY, SILENT = "it can't be reached", "it did not answer in time"
WORDS: dict[type[Exception], str] = {
    PermissionError: REFUSED,
    FileNotFoundError: "the bucket or folder is not there",
    TimeoutError: SILENT,
    ConnectionError: AWAY,
    ImportError: "a package of its driver is missing",
}
"""By the first kind that an error is of."""
NAMED = {
    "ConnectionError": AWAY,
    "ClientConnectionError": AWAY,
    "ReadTimeoutError": SILENT,
    "NoCredentialsError": REFUSED,
    "CredentialRetrievalError": REFUSED,
    "RefreshError": REFUSED,
}
"""By the name of a kind of a driver's own: those of botocore, aiohttp and google-auth."""


def check_driver(url: str) -> None:
    """Raise `Unsupported` where fsspec or the driver of a URL is not installed; nothing is sent."""
    try:
        registry = import_module("fsspec.registry")
    except ImportError:
        raise Unsupported(
            "Clips can't be put into a storage: fsspec is not installed.",
            next='Install it with: pip install "jupyter-videogen[storage]", and the driver of your storage, such as s3fs.',
        ) from None
    protocol = url.partition("://")[0]
    try:
        registry.get_filesystem_class(protocol)
    except ImportError:
        raise _missing_driver(protocol) from None
    except ValueError:
        raise Unsupported(
            f"fsspec knows no storage {protocol}://.", next="Install its driver, or correct the URL."
        ) from None


def _open(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it."""
    check_driver(url)
    try:
        fs, root = import_module("fsspec.core").url_to_fs(url)
    except Exception as error:  # noqa: BLE001 - drivers raise anything, and some connect here
        raise NotStored(describe(error)) from None
    return fs, str(root).rstrip("/")


def _missing_driver(protocol: str) -> VideogenError:
    known = import_module("fsspec.registry").known_implementations.get(protocol, {})
    step = known.get("err") or "Install its driver"
    return Unsupported(
        f"The driver of {protocol}:// is not installed.",
        next=f'{str(step).rstrip(".")}, beside: pip install "jupyter-videogen[storage]".',
    )


def _renames(fs: Any) -> bool:  # noqa: ANN401 - fsspec is no dependency
    """Return whether a driver has a rename of its own: the one that all share copies and deletes."""
    return bool(type(fs).mv is not import_module("fsspec").AbstractFileSystem.mv)


def _names(source: Path, sha256: str) -> Iterator[str]:
    """Return the names that a clip may have in the storage, the usual one first."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", source.stem).strip("-.")[:LONGEST_STEM] or "clip"
    suffix = source.suffix.lower()
    yield f"{stem}-{sha256[:HASHED]}{suffix}"
    yield from (f"{stem}-{sha256[:HASHED]}-{number}{suffix}" for number in range(1, NAMES))


def _age(found: dict[str, Any]) -> float:
    """Return the seconds since an object was written, as far as its store says; 0 where it does not."""
    written: Any = found.get("mtime") or found.get("LastModified") or found.get("created")
    written = written.timestamp() if hasattr(written, "timestamp") else written
    return time() - float(written) if isinstance(written, int | float) else 0.0
