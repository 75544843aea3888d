"""Death, or a failing disk, at the k-th system call of a kind: no hook in the product.

`strace` stops the process at exactly that call. The calls are counted for each thread, so the k-th
of the main thread or of the journal's, whichever comes first. Where there is no `strace` (or it may
not trace) the experiment says so and does nothing.
"""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance import cli
from tests.crash import world as worlds

ROWS, IN_FLIGHT = 40, 8
#: What has not ended by then hangs, on whatever machine.
HANG_S = 120.0
#: A run that meets a failing disk ends within so many times what the command that goes on takes,
#: the start of Python included; a machine that is slow is slow at both, and so is the tracer, under
#: which both of them run. Below so many seconds nothing is a hang.
DISK_ERROR_TIMES, QUICK_S = 4.0, 4.0
#: The program as users without the extra `speed` have it: sockets are `sendto` and `recvfrom`.
_PLAIN = "import sys; sys.modules['uvloop'] = None; from bulksend.cli.main import main; main()"
#: And with it: sockets are `write`, and a turn of the loop is `epoll_pwait`.
_FAST = "from bulksend.cli.main import main; main()"
_OF_UVLOOP = ("write", "epoll_pwait")


@dataclass(frozen=True)
class Point:
    """What happens at which call."""

    syscall: str
    nth: int
    #: `signal=SIGKILL` or `error=ENOSPC`.
    what: str = "signal=SIGKILL"
    #: Only calls on files of the batch's own folder count.
    own_files: bool = False

    def __str__(self) -> str:
        return f"{self.syscall}[{self.nth}] {self.what}"


@dataclass
class Progress:
    points: int = 0
    #: Points whose call was made, so that something happened.
    met: int = 0
    most_doubtful: int = 0
    slowest_s: float = 0.0
    by_syscall: Counter[str] = field(default_factory=Counter)
    exits: Counter[int] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        return [
            f"{self.points} points, {self.met} of them met: 0 texted twice, 0 lost",
            f"most rows in doubt at once {self.most_doubtful}, at most {IN_FLIGHT} in flight",
            f"slowest end after a disk error {self.slowest_s:.1f} s, Python's start included",
            f"met by call: {dict(self.by_syscall)}",
            f"exit codes: {dict(self.exits)}",
        ]


def missing() -> str:
    """Why the experiment cannot run here; "" when it can."""
    try:
        tried = subprocess.run(
            ["strace", "-f", "-qq", "-e", "trace=none", "true"],
            capture_output=True,
            check=False,
            timeout=10,
        )
    except OSError:
        return "there is no strace here"
    return "" if tried.returncode == 0 else "strace may not trace here"


def every_point() -> Iterator[Point]:
    """The sweep."""
    early, spread = range(1, 31), range(34, 140, 4)
    for syscall in ("pwrite64", "fdatasync", "sendto", "recvfrom"):
        yield from (Point(syscall, nth) for nth in [*early, *spread][:40])
    for syscall in _OF_UVLOOP:
        yield from (Point(syscall, nth) for nth in range(2, 82, 2))
    for syscall in ("openat", "ftruncate", "lseek", "flock"):
        yield from (Point(syscall, nth, own_files=True) for nth in range(1, 9))
    for syscall in ("unlink", "fsync", "rename"):
        yield from (Point(syscall, nth) for nth in range(1, 6))
    for nth in [*range(1, 25), *range(28, 76, 4)]:
        yield Point("pwrite64", nth, "error=ENOSPC", own_files=True)
        yield Point("fdatasync", nth, "error=EIO", own_files=True)
    for nth in range(1, 7):
        yield Point("openat", nth, "error=ENOSPC", own_files=True)
        yield Point("openat", nth, "error=EROFS", own_files=True)
        yield Point("ftruncate", nth, "error=EIO", own_files=True)
        yield Point("unlink", nth, "error=EIO")
        yield Point("fsync", nth, "error=EIO")
    yield Point("rename", 1, "error=EACCES")
    yield Point("rename", 2, "error=EACCES")
    yield Point("rename", 3, "error=EACCES")
    yield Point("write", 1, "error=ENOSPC", own_files=True)


def few_points() -> list[Point]:
    """The short form: one of every sort, most of them in the middle of the sending."""
    return [
        Point("pwrite64", 5),  # while the journal is being made
        Point("pwrite64", 40),
        Point("fdatasync", 15),
        Point("sendto", 8),
        Point("recvfrom", 9),
        Point("rename", 3),  # the results, after the journal and the note of its pace
        Point("pwrite64", 35, "error=ENOSPC", own_files=True),
        Point("fdatasync", 14, "error=EIO", own_files=True),
    ]


def points(folder: Path, every: Iterable[Point], *, say: Callable[[str], None] = print) -> Progress:
    """Each point in a batch of its own. Raises AssertionError naming the point."""
    progress = Progress()
    with cli.running_sandbox(folder, latency_s=0.005) as sandbox:
        for point in every:
            place = folder / f"point-{progress.points}"
            world = worlds.World(
                place, sandbox, ROWS, progress.points * ROWS, in_flight=IN_FLIGHT, rate="200/s"
            )
            try:
                _one_point(world, point, progress)
            except AssertionError as failure:
                raise AssertionError(f"{point} in {place}: {failure}") from failure
            progress.points += 1
            if progress.points % 20 == 0:
                say(f"{progress.points} points, last {point}")
    return progress


def _one_point(world: worlds.World, point: Point, progress: Progress) -> None:
    began_s = time.monotonic()
    ended = traced(world, point)
    took_s = time.monotonic() - began_s
    # What dies is not written into the trace any more.
    met = ended.returncode == -9 or "(INJECTED)" in (world.folder / "trace").read_text()
    entries = _own_entries(world)
    doubtful = worlds.after_a_death(world, entries, 0)
    assert "Traceback" not in ended.stderr, ended.stderr
    if met:
        progress.met += 1
        progress.by_syscall[point.syscall] += 1
        progress.exits[ended.returncode] += 1
        progress.most_doubtful = max(progress.most_doubtful, doubtful)
    is_disk_error = point.what != "signal=SIGKILL"
    finished_s = _finish(world, point if is_disk_error else None)
    if met and is_disk_error:
        progress.slowest_s = max(progress.slowest_s, took_s)
        longest_s = DISK_ERROR_TIMES * max(finished_s, QUICK_S)
        assert took_s < longest_s, f"it took {took_s:.1f} s to end, and {finished_s:.1f} s to go on"
        # SQLite lives with some errors (it only could not tidy up); what it cannot live with is 7,
        # and 2 where the memory met it before the first row.
        ends = (0, 7) if entries else (0, 2, 7)
        assert ended.returncode in ends, f"exit {ended.returncode}: {ended.stderr}"


def _finish(world: worlds.World, watched: Point | None) -> float:
    """The next command a person types ends the batch; the seconds that it took. `watched`: the
    calls that are traced meanwhile, and left alone.
    """
    began_s, words = time.monotonic(), world.go_on()
    ended = _go_on(world, words, watched)
    if ended.returncode == 8 and words[0] == "run":  # it had got further than its files show
        ended = _go_on(world, world.resume(), watched)
    took_s = time.monotonic() - began_s
    assert ended.returncode in (0, 6), f"{words[0]}: exit {ended.returncode}: {ended.stderr}"
    states = worlds.at_the_end(world, _own_entries(world))
    assert states["unsent"] == 0
    assert states["accepted"] + states["unknown"] == world.rows
    assert states["unknown"] <= world.in_flight
    return took_s


def _go_on(
    world: worlds.World, words: Sequence[str], watched: Point | None
) -> subprocess.CompletedProcess[str]:
    if watched is None:
        return worlds.bulksend(world, words)
    paths = _paths(world) if watched.own_files else []
    trace = str(world.folder / "trace-of-going-on")
    options = ["-e", f"trace={watched.syscall}", *paths, "-o", trace]
    return strace(world, options, words=words)


def _own_entries(world: worlds.World) -> list[dict[str, object]]:
    phones = set(world.phones().values())
    return [it for it in world.sandbox.entries() if it["to"] in phones]


def traced(
    world: worlds.World, point: Point, words: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """A command (`run`, unless another is given) under strace, which does `point.what`."""
    paths = _paths(world) if point.own_files else []
    return strace(
        world,
        [
            *("-e", f"trace={point.syscall}", *paths),
            *("-e", f"inject={point.syscall}:{point.what}:when={point.nth}"),
            *("-o", str(world.folder / "trace")),
        ],
        _FAST if point.syscall in _OF_UVLOOP and "SIGKILL" in point.what else _PLAIN,
        words=words,
    )


def _paths(world: worlds.World) -> list[str]:
    names = (
        "",
        "c.journal",
        "c.journal-wal",
        "c.journal-journal",
        "c.journal.part",
        "c.results.csv",
    )
    return [word for it in names for word in ("-P", str(world.folder / it))]


def strace(
    world: worlds.World,
    options: Sequence[str],
    program: str = _PLAIN,
    *,
    words: Sequence[str] = (),
    tree: Path = cli.ROOT,
    timeout_s: float = HANG_S,
) -> subprocess.CompletedProcess[str]:
    """A command (`run`, unless others are given) of the program in `tree` under strace."""
    return subprocess.run(
        [
            *("strace", "-f", "-qq", *options, "--"),
            *(cli.BULKSEND[0], "-c", program, *(words or world.run())),
        ],
        capture_output=True,
        text=True,
        env=cli.environment(**world.environment(), PYTHONPATH=str(tree), PYTHONSAFEPATH="1"),
        timeout=timeout_s,
        check=False,
        stdin=subprocess.DEVNULL,
        cwd=world.folder,
    )
