"""XML inside a zip archive, streamed: nothing of it is held that its reader does not keep.

An archive from anywhere may be broken, locked, or made to swell; each is an error in words.
"""

from __future__ import annotations

import contextlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Protocol
from xml.parsers import expat  # the events are read as they come and no entity is ever expanded

from bulksend import errors

#: The most that one part may unpack to: a full sheet of 1,048,576 rows takes less.
PART_MAX_BYTES = 2 << 30
_SWELLS_FROM_BYTES = 32 << 20
#: Sheets shrink to a tenth or a fiftieth; what shrinks further was made to swell.
_SWELLS_MAX = 300
_PIECE_BYTES = 64 << 10
#: The way out of most faults.
AGAIN = "open it in the spreadsheet program and save it again, or save it as CSV (UTF-8)"


class Reader(Protocol):
    """What hears the elements of a part; names come without their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """It ends."""

    def text(self, characters: str) -> None:
        """Characters in it."""


class Archive:
    """The parts of a workbook. Raises ContactsError, naming the file, for every fault in it."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self.name = name
        with self._faults(""), _damaged():
            self._zip = zipfile.ZipFile(file)
        self._parts = {it.filename: it for it in self._zip.infolist()}

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    def read_small(self, part: str) -> bytes:
        """The beginning of a part, to look at."""
        with self._faults(part), self._open(part) as stream:
            return stream.read(1 << 20)

    def parse(self, part: str, reader: Reader) -> Iterator[None]:
        """Feed a part to its reader piece by piece; a turn of the iterator after each."""
        with self._faults(part), self._open(part) as stream:
            parser = _parser(reader)
            while piece := stream.read(_PIECE_BYTES):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)
            yield

    def parse_whole(self, part: str, reader: Reader) -> None:
        """Feed a part to its reader to the end."""
        for _ in self.parse(part, reader):
            pass

    def _open(self, part: str) -> IO[bytes]:
        found = self._parts.get(part)
        if found is None:
            raise unusable(self.name, f"is a damaged workbook: {part} is missing", AGAIN)
        swells = found.file_size / max(found.compress_size, 1)
        if found.file_size > PART_MAX_BYTES or (
            found.file_size > _SWELLS_FROM_BYTES and swells > _SWELLS_MAX
        ):
            raise unusable(
                self.name,
                f"{part} unpacks to {found.file_size >> 20:,} MB, which no contacts fill",
                "save the contacts as CSV (UTF-8)",
            )
        with _damaged():
            return self._zip.open(found)

    @contextlib.contextmanager
    def _faults(self, part: str) -> Iterator[None]:
        """What a broken archive raises, in words."""
        where = f" ({part})" if part else ""
        try:
            yield
        except _Forbidden:
            raise unusable(self.name, f"holds a document type declaration{where}", AGAIN) from None
        except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, OSError) as fault:
            said = "" if isinstance(fault, struct.error) else f": {fault}"
            raise unusable(
                self.name, f"is a damaged workbook or zip archive{where}{said}", AGAIN
            ) from None
        except expat.ExpatError as fault:
            said = f"line {fault.lineno}: {expat.ErrorString(fault.code)}"
            raise unusable(self.name, f"is a damaged workbook{where}: {said}", AGAIN) from None
        except (NotImplementedError, RuntimeError) as fault:
            locked = "password" in str(fault)
            what = "is protected by a password" if locked else f"cannot be unpacked: {fault}"
            raise unusable(self.name, what, "save it without" if locked else AGAIN) from None


@contextlib.contextmanager
def _damaged() -> Iterator[None]:
    """Offsets and names of nonsense, which zipfile takes at their word."""
    try:
        yield
    except (ValueError, OverflowError):
        raise zipfile.BadZipFile("its table of contents is damaged") from None


class _Forbidden(Exception):
    """A document type, behind which entities swell without end; no workbook has one."""


def _parser(reader: Reader) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    start, end = reader.start, reader.end

    def begun(name: str, attributes: dict[str, str]) -> None:
        """The first element shows whether names have prefixes, which take time to strip."""
        plain = ":" not in name
        parser.StartElementHandler = start if plain else started
        parser.EndElementHandler = end if plain else ended
        parser.StartElementHandler(name, attributes)

    def started(name: str, attributes: dict[str, str]) -> None:
        start(name[name.find(":") + 1 :], attributes)

    def ended(name: str) -> None:
        end(name[name.find(":") + 1 :])

    def refuse(*_: object) -> None:
        raise _Forbidden

    parser.StartElementHandler = begun
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = refuse
    return parser


def attribute(attributes: dict[str, str], name: str) -> str:
    """An attribute's value whatever its prefix, "" when it is not there."""
    found = attributes.get(name)
    if found is not None:
        return found
    ending = f":{name}"
    return next((it for key, it in attributes.items() if key.endswith(ending)), "")


def unusable(name: str, fault: str, hint: str) -> errors.ContactsError:
    """A workbook that cannot be read."""
    return errors.ContactsError(f"{name}: {fault}", hint=hint, code="contacts_unusable")
