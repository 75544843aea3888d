"""Power cuts: at the moment of each request the disk is rebuilt from what was synced until then.

Whatever of the unsynced rest reached the disk as well, no request may have left whose row the
recovered journal would send (again). The control, `synchronous=NORMAL`, must fail.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bulksend import journal
from tests.acceptance import cli
from tests.crash import bugs, disk, points
from tests.crash import world as worlds

NORMAL = bugs.BY_NAME["commits that a power cut undoes"]
_TO = re.compile(rb'"to":"(\+[0-9]+)"')


@dataclass
class Progress:
    posts: int = 0
    #: Disks that were rebuilt and recovered.
    cuts: int = 0
    #: Requests whose row the recovered journal would have sent again.
    forgotten: int = 0

    def lines(self, name: str) -> list[str]:
        return [
            f"{name}: {self.posts} requests, {self.cuts} power cuts,"
            f" {self.forgotten} requests without a durable claim"
        ]


def power(
    folder: Path,
    *,
    rows: int,
    subsets: int,
    tree: Path = cli.ROOT,
    say: Callable[[str], None] = print,
) -> Progress:
    """A batch in two runs, with the power cut at every request of both."""
    progress, chance = Progress(), random.Random(rows)
    with cli.running_sandbox(folder, latency_s=0.002) as sandbox:
        world = worlds.World(folder / "batch", sandbox, rows, in_flight=8, rate="400/s")
        gone: list[int] = []
        for words in ([*world.run(), "--limit", str(rows // 2)], world.resume()):
            before = disk.Disk.found(world.folder)
            _traced(world, words, tree)
            _replay(world, before, gone, progress, subsets, chance)
            say(f"{progress.posts} requests, {progress.cuts} power cuts")
    assert progress.posts == rows, f"{progress.posts} requests seen of {rows}"
    return progress


def _traced(world: worlds.World, words: Sequence[str], tree: Path) -> None:
    trace = world.folder / "trace"
    ended = points.strace(
        world, [*disk.OPTIONS, "-o", str(trace)], words=words, tree=tree, timeout_s=120
    )
    assert ended.returncode == 0, ended.stderr


def _replay(
    world: worlds.World,
    start: disk.Disk,
    gone: list[int],
    progress: Progress,
    subsets: int,
    chance: random.Random,
) -> None:
    """Cut the power at each request; `gone` are the rows that left until now."""
    row_of = {phone: row for row, phone in world.phones().items()}
    for event in disk.events(world.folder / "trace"):
        if event.call != "post":
            start.apply(event)
            continue
        found = _TO.search(event.data)
        assert found, "a request without its body"
        gone.append(row_of[found[1].decode()])
        progress.posts += 1
        cuts = [start.after_a_cut(None), *(start.after_a_cut(chance) for _ in range(subsets))]
        open_rows = [_open_rows(world, it, gone) for it in cuts]
        progress.cuts += len(cuts)
        progress.forgotten += any(open_rows)


def _open_rows(world: worlds.World, files: dict[str, bytes], gone: list[int]) -> list[int]:
    """Those of the rows that left which the recovered journal would send."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - quick and private
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        for path, content in files.items():
            if "c.journal" in path and not path.endswith(("-shm", ".lock")):
                (Path(folder) / Path(path).name).write_bytes(content)
        recovered = Path(folder) / world.journal.name
        if not recovered.exists():
            return gone
        with journal.Journal.open(recovered) as record:
            closed = record.closed([])
    return [row for row in gone if row >= len(closed) or not closed[row]]
