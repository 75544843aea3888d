"""Whether a folder is a good place for a journal: room, speed of its syncs, and no network."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from bulksend.frozen import frozen

#: Where locks and syncs do not hold what a local disk promises.
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "ncpfs"})
_SYNCS = 5


@frozen
class Place:
    """What was found of a folder."""

    #: "" when a file can be made, written and synced there.
    fault: str = ""
    free_bytes: int = 0
    #: The median of a few.
    sync_s: float = 0.0
    #: As the system names its kind; "" where it does not say.
    filesystem: str = ""


def survey(folder: Path) -> Place:
    """Write and sync a small file, and take it away again."""
    try:
        with tempfile.NamedTemporaryFile(prefix=".bulksend.", dir=folder) as file:
            waits_s = sorted(_sync(file.fileno()) for _ in range(_SYNCS))
        free_bytes = shutil.disk_usage(folder).free
    except OSError as failure:
        return Place(fault=failure.strerror or "it cannot be written")
    return Place(free_bytes=free_bytes, sync_s=waits_s[_SYNCS // 2], filesystem=_filesystem(folder))


def _sync(file: int) -> float:
    began_s = time.perf_counter()
    os.write(file, b"\0" * 4096)
    os.fsync(file)
    return time.perf_counter() - began_s


def _filesystem(folder: Path) -> str:
    """By the mount that holds the folder, where the system lists its mounts."""
    try:
        mounts = Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return ""
    inside = folder.resolve()
    longest, kind = 0, ""
    for mount in mounts:
        _, point, its_kind, *_ = mount.split()
        root = Path(point.replace("\\040", " "))
        if inside.is_relative_to(root) and len(root.parts) >= longest:
            longest, kind = len(root.parts), its_kind
    return kind
