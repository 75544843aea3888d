"""What is called .csv or .xlsx and is something else: named for what it is. Pure."""

from __future__ import annotations

import codecs
import re

#: Workbooks of today are zip archives of XML.
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
WAY_OUT = "open it in a program that reads it, and save or export it as CSV (UTF-8) or .xlsx"
_MAGIC = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"\x09\x08": "a very old Excel file (.xls)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"II*\0": "a picture (TIFF)",
    b"MM\0*": "a picture (TIFF)",
    b"SQLite format 3": "a database (SQLite)",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"bplist": "a property list of Apple",
    b"{\\rtf": "a text document (.rtf)",
    b"MZ": "a program",
    b"\x7fELF": "a program",
}
#: What no text has; a NUL, a form feed or a Ctrl-Z may be in one.
_CONTROLS = bytes(byte for byte in range(1, 32) if byte not in b"\t\n\v\f\r\x1a\x1b")
#: Of texts: without a BOM, and blanks before it.
_TEXTS = (
    (rb"BEGIN:VCARD", "contact cards (vCard, .vcf)"),
    (rb"BEGIN:VCALENDAR", "a calendar (.ics)"),
    (rb"<!doctype html|<html|<head\b|<body\b|<table\b|<meta\b|<div\b", "a web page (HTML)"),
    (rb"<\?xml[^>]*\?>\s*(?:<!--.*?-->\s*)*(?:<!doctype html|<html)", "a web page (HTML)"),
    (rb"<\?xml[^>]*\?>\s*<\?mso-application", "an XML workbook of old Excel"),
    (rb"<\?xml|<[a-z][\w:.-]*(?:\s[^<>]*)?>(?![,;|\t])", "an XML file"),
    (rb"[\[{]\s*(?:[\[{\"]|\}|\])", "a JSON file"),
    (rb"(?:From|Received|Return-Path|MIME-Version): ", "an e-mail"),
    (rb"%!PS", "a PostScript file"),
    (rb"-- (?:MySQL|PostgreSQL|phpMyAdmin).*dump|INSERT INTO\s", "a dump of a database (SQL)"),
)


def of(head: bytes) -> str:
    """What the file really is, if it is neither a table of text nor a zip archive; "" otherwise."""
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            return what
    text = _plain(head)
    return next((what for form, what in _TEXTS if re.match(form, text, re.I | re.S)), "")


def _plain(head: bytes) -> bytes:
    """The beginning as ASCII sees it, also of UTF-16."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[2:].replace(b"\0", b"")
    return head.removeprefix(codecs.BOM_UTF8).lstrip()


def is_no_text(head: bytes) -> bool:
    """Whether it holds control characters as no text does; zip archives apart."""
    control = len(head) - len(head.translate(None, delete=_CONTROLS))
    return not head.startswith(ZIP) and control * 20 > len(head)
