"""Strict Open XML (.xlsx saved as “Strict Open XML Spreadsheet”) in the form that readers know.

The two forms differ in the names of their namespaces (ISO/IEC 29500, part 4), and in days, which
the strict one may write out (`2023-03-15`); the readers know that too.
"""

from __future__ import annotations

import io
import zipfile

#: Stands in the workbook of a strict file.
MARK = b"http://purl.oclc.org/ooxml/"
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/"
#: The strict name begins with the first and the transitional one with the second.
_NAMES = (
    (MARK + b"spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (MARK + b"drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (MARK + b"officeDocument/", _OFFICE),
)
#: Nobody reads it twice.
_FAST = 1


def transitional(raw: bytes) -> bytes:
    """The same workbook with the namespaces of the transitional form."""
    renamed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as archive,
        zipfile.ZipFile(renamed, "w", zipfile.ZIP_DEFLATED, compresslevel=_FAST) as into,
    ):
        for name in dict.fromkeys(archive.namelist()):
            part = archive.read(name)
            if name.endswith((".xml", ".rels")):
                for strict, usual in _NAMES:
                    part = part.replace(strict, usual)
            into.writestr(name, part)
    return renamed.getvalue()
