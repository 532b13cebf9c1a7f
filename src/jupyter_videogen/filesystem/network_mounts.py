"""Which folders lie on other machines: SQLite's locks cannot be relied on there."""

from __future__ import annotations

from pathlib import Path

REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "gpfs", "beegfs", "glusterfs"}
    | {f"fuse.{name}" for name in ("glusterfs", "sshfs", "rclone", "gcsfuse", "s3fs", "drive")}
)
"""File systems on which SQLite's locks cannot be relied on."""


def read_mounts() -> str:
    """Return Linux's table of mounts, empty elsewhere."""
    try:
        return Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def remote_kind(path: Path, mounts: str) -> str:
    """Return the kind of network file system a path is on; empty for a local one, and where it is not known."""
    rows = [line.split() for line in mounts.splitlines()]
    under = [(row[1], row[2]) for row in rows if len(row) > 2 and path.absolute().is_relative_to(_unescape(row[1]))]  # noqa: PLR2004 - device, point, kind
    kind = max(under, key=lambda row: len(row[0]), default=("", ""))[1]
    return kind if kind in REMOTE else ""


def _unescape(point: str) -> str:
    return point.replace("\\040", " ")
