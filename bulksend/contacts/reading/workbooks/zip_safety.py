"""Whether a zip archive may be handed to a library: whole, not locked, and not made to swell.

The sizes that an archive declares are looked at before anything is unpacked, and `zipfile` never
unpacks more than they say. Document types, behind which entities swell, are refused.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bulksend import errors
from bulksend.contacts.reading.workbooks.sheet import AGAIN, unusable

#: 600,000 rows of four columns as .xlsx, 230,000 as .ods, which is held whole in ten times as much.
UNPACKED_MAX_BYTES = 128 << 20
_HEAD_BYTES = 4096
_SWELLS_FROM_BYTES = 16 << 20
#: Sheets shrink to a tenth or a fiftieth; what shrinks further was made to swell.
_SWELLS_MAX = 200


def looked_over(name: str, raw: bytes) -> dict[str, bytes]:
    """The names of the parts, and how each begins. Raises ContactsError."""
    archive = zipfile.ZipFile(io.BytesIO(raw))
    _refuse_swelling(name, archive)
    if _is_locked(archive):
        raise unusable(name, "is protected by a password", "save it without")
    heads = {}
    for part in archive.namelist():
        with archive.open(part) as stream:
            heads[part] = stream.read(_HEAD_BYTES)
            if part.endswith((".xml", ".rels")):
                stream.seek(0)
                _refuse_document_type(name, part, stream)
    return heads


def _is_locked(archive: zipfile.ZipFile) -> bool:
    names, manifest = archive.namelist(), "META-INF/manifest.xml"
    return (
        any(part.flag_bits & 1 for part in archive.infolist())
        or "encrypted-package" in names
        or (manifest in names and b"encryption-data" in archive.read(manifest))
    )


def _refuse_swelling(name: str, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    unpacked, packed = (
        sum(part.file_size for part in parts),
        sum(part.compress_size for part in parts),
    )
    swells = unpacked > _SWELLS_FROM_BYTES and unpacked > _SWELLS_MAX * packed
    if swells or unpacked > UNPACKED_MAX_BYTES:
        raise unusable(
            name,
            f"unpacks to {unpacked >> 20:,} MB, more than is read of a workbook",
            "save the contacts as CSV (UTF-8), which may have any size",
        )


def _refuse_document_type(name: str, part: str, stream: IO[bytes]) -> None:
    """It stands before the first element, so that is far enough."""
    try:
        with contextlib.suppress(ParseError):
            next(iterparse(stream, events=("start",), forbid_dtd=True), None)
    except DefusedXmlException:
        raise unusable(name, f"holds a document type declaration ({part})", AGAIN) from None


@contextlib.contextmanager
def damaged(name: str) -> Iterator[None]:
    """What the libraries raise for a broken file, and that may be anything, in words."""
    try:
        yield
    except errors.BulksendError:
        raise
    except Exception as fault:
        what = "is no workbook, or a damaged one"
        if isinstance(fault, zipfile.BadZipFile | EOFError):
            what += ": it was cut, or its archive has no end"
        raise unusable(name, what, AGAIN) from fault
