"""A disk that remembers what was synced, and what a power cut could leave of the rest."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: A piece of a file at an offset; None instead of bytes: cut off there.
Write = tuple[int, bytes | None]


@dataclass
class File:
    synced: bytearray = field(default_factory=bytearray)
    pending: list[Write] = field(default_factory=list)
    #: Where the next `write` without an offset goes.
    at: int = 0

    def sync(self) -> None:
        self.synced = self.content(self.pending)
        self.pending = []

    def content(self, writes: list[Write]) -> bytearray:
        """What was synced, and these of the writes since."""
        found = bytearray(self.synced)
        for offset, data in writes:
            if data is None:
                del found[offset:]
                continue
            if len(found) < offset:
                found.extend(bytes(offset - len(found)))
            found[offset : offset + len(data)] = data
        return found


@dataclass
class Disk:
    """One folder. A name is as unsafe as a byte until the folder was synced."""

    folder: str
    files: dict[str, File] = field(default_factory=dict)
    synced_names: dict[str, File] = field(default_factory=dict)
    #: Names given and taken since the folder was synced; None: taken.
    pending_names: list[tuple[str, File | None]] = field(default_factory=list)

    @classmethod
    def found(cls, folder: Path) -> Disk:
        """As it lies there, all of it synced."""
        disk = cls(str(folder))
        for path in folder.iterdir():
            if path.is_file():
                content = path.read_bytes()
                disk.files[str(path)] = File(bytearray(content), at=len(content))
        disk.synced_names = dict(disk.files)
        return disk

    def apply(self, event: Event) -> None:
        """One system call."""
        path = event.path
        match event.call:
            case "create" if path not in self.files:
                self._name(path, File())
            case "write" if path in self.files:
                self._write(self.files[path], event)
            case "truncate" if path in self.files:
                self.files[path].pending.append((event.offset or 0, None))
            case "sync" if path == self.folder:
                self.synced_names, self.pending_names = dict(self.files), []
            case "sync" if path in self.files:
                self.files[path].sync()
            case "unlink" if path in self.files:
                self._name(path, None)
            case "rename" if path in self.files:
                file = self.files[path]
                self._name(path, None)
                self._name(event.to, file)

    def _write(self, file: File, event: Event) -> None:
        offset = file.at if event.offset is None else event.offset
        file.pending.append((offset, event.data))
        if event.offset is None:
            file.at += len(event.data)

    def _name(self, path: str, file: File | None) -> None:
        self.pending_names.append((path, file))
        if file is None:
            del self.files[path]
        else:
            self.files[path] = file

    def after_a_cut(self, chance: random.Random | None) -> dict[str, bytes]:
        """What is there when the power is back: what was synced alone, or with some of the rest."""
        names = dict(self.synced_names)
        reached = chance.randint(0, len(self.pending_names)) if chance else 0
        for path, file in self.pending_names[:reached]:
            if file is None:
                names.pop(path, None)
            else:
                names[path] = file
        return {
            path: bytes(
                file.content([it for it in file.pending if chance and chance.random() < 0.5])
            )
            for path, file in names.items()
        }


@dataclass(frozen=True)
class Event:
    """A system call that matters."""

    #: create, write, truncate, sync, unlink, rename, or post: a request left.
    call: str
    path: str = ""
    offset: int | None = None
    data: bytes = b""
    to: str = ""


#: What `strace` must be told for `events` to read its words.
OPTIONS = (
    *("-y", "-xx", "-s", "200000"),
    *("-e", "trace=pwrite64,write,sendto,fdatasync,fsync,ftruncate,rename,unlink,openat"),
)
_LINE = re.compile(r"(?P<pid>\d+) +(?P<call>\w+)\((?P<rest>.*)")
_RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_NUMBER = re.compile(r"\b[0-9]+\b")
_PATH = re.compile(r"^[\w-]+<((?:\\x[0-9a-f]{2})*)>")


def events(trace: Path) -> Iterator[Event]:
    """The calls in their order: a sync counts when it ends, everything else when it begins."""
    begun: dict[str, str] = {}
    with trace.open() as lines:
        for line in lines:
            if resumed := _RESUMED.match(line):
                rest = begun.pop(resumed["pid"], "")
                if resumed["call"] in ("fdatasync", "fsync"):
                    yield from _event(resumed["call"], rest, ended=True)
                continue
            if not (match := _LINE.match(line)):
                continue
            ended = "<unfinished" not in line
            if not ended:
                begun[match["pid"]] = match["rest"]
            yield from _event(match["call"], match["rest"], ended=ended)


def _event(call: str, rest: str, *, ended: bool) -> Iterator[Event]:
    strings = [_bytes(it) for it in _STRING.findall(rest)]
    of = _PATH.match(rest)
    path = _bytes(of[1]).decode() if of else ""
    numbers = [int(it) for it in _NUMBER.findall(rest[rest.rfind('"') + 1 :])]
    match call:
        case "fdatasync" | "fsync" if ended:
            yield Event("sync", path)
        case "pwrite64":
            yield Event("write", path, numbers[1], strings[0])
        case "write":
            yield Event("write", path, None, strings[0])
        case "ftruncate":
            yield Event("truncate", path, int(_NUMBER.findall(rest[rest.index(">") :])[0]))
        case "sendto" if strings[0].startswith(b"POST "):
            yield Event("post", data=strings[0])
        case "unlink" if "= -1" not in rest:
            yield Event("unlink", strings[0].decode())
        case "rename" if "= -1" not in rest:
            yield Event("rename", strings[0].decode(), to=strings[1].decode())
        case "openat" if "O_CREAT" in rest and "= -1" not in rest:
            yield Event("create", strings[0].decode())


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
