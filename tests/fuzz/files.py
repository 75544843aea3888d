"""Seed -> a contacts file that something happened to, and the rows a person would count in it."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

PHONES = (
    *("+447700900123", "+33612345678", "447911123456", "07700900123", "00447911123456"),
    *("4.47E+11", "447700900123.0", "+44 (0)7700 900123", "'+4915112345678", "+1 202 555 0123"),
    *("", "n/a", "+44770090012O", "+33612345678 / +33612345679", "12345", "\u200e+447911123456"),
    *("\u0660\u0661\u0662", "=1+1", "@SUM(A1)", "-447911123456", "+", "++447911123456", "0"),
)
NAMES = (
    *("Ada", "José", "Łukasz", "O’Neill", "", " ", "李小龙", "Zoë 😀", '6" pipe', "a;b", "a,b"),
    *("NULL", "NA", "{name}", "{", "}}", "=cmd|' /C calc'!A0", "x" * 200, "tab\there", "\u00a0"),
    *("line\nbreak", "cr\rhere", "crlf\r\nhere", "e\u0301", "\ufeffbom", "\u2028", "\x1c", "\x85"),
)
HEADERS = (
    *(("phone", "name"), ("to", "name", "time"), ("Mobile Number", "Name"), ("name", "msisdn")),
    *(("phone",), ("phone", "text"), ("a", "b"), ("phone", "", "name"), ("phone", "name", "name")),
    *(
        ("phone", "Phone"),
        ("phone", "mobile"),
        ("+447700900123", "Ada"),
        ("phone", "row", "status"),
    ),
)
#: A file that is read needs no more than one column with phones.
_READABLE = (("phone", "name"), ("to", "name", "time"), ("Name", "Mobile Number", "row"), ("tel",))
#: Widths around the most columns that are taken.
_WIDTHS = (500, 998, 999, 1001, 3000)
_BLANKS = ("", " ", ",,", "\t")
_FOREIGN = (
    b"\xe9",
    b"\x81",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80",
)
_COLUMNS = (*[""] * 9, *["<col min='2' max='2' hidden='1'/>"] * 4, "<col/>")


@dataclass(slots=True)
class File:
    """A file on its way to ruin."""

    chance: random.Random
    table: list[list[str]]
    delimiter: str = ","
    line_end: str = "\n"
    encoding: str = "utf-8"
    bom: bytes = b""
    quoting: int = csv.QUOTE_MINIMAL
    text: str = ""
    data: bytes = b""
    name: str = "contacts.csv"
    #: What happened to it.
    damages: list[str] = field(default_factory=list)
    #: The text is still what a person would see: its records can be counted by hand.
    legible: bool = True

    def place(self) -> int:
        """Somewhere in the text."""
        return self.chance.randrange(len(self.text) + 1)

    def put(self, words: str) -> None:
        """Write into the text somewhere."""
        at = self.place()
        self.text = self.text[:at] + words + self.text[at:]


TextDamage = Callable[[File], None]


def blank_lines(file: File) -> None:
    """Blank lines anywhere between the lines."""
    lines = file.text.split(file.line_end)
    for _ in range(file.chance.randint(1, 5)):
        lines.insert(file.chance.randrange(len(lines) + 1), file.chance.choice(_BLANKS))
    file.text = file.line_end.join(lines)


def blank_line_below_the_header(file: File) -> None:
    """A row between the names and the data."""
    head, _, rest = file.text.partition(file.line_end)
    file.text = head + file.line_end * 2 + rest


def mixed_line_ends(file: File) -> None:
    """Each line with its own end."""
    lines = file.text.split(file.line_end)
    file.text = "".join(it + file.chance.choice(["\n", "\r\n", "\r"]) for it in lines)


def unclosed_quote(file: File) -> None:
    """A quote where a field begins."""
    spots = [at for at, it in enumerate(file.text) if it in f"{file.delimiter}\n"]
    at = file.chance.choice(spots or [0]) + 1
    file.text = file.text[:at] + '"' + file.text[at:]


def stray_quote(file: File) -> None:
    """A quote anywhere."""
    file.put(file.chance.choice(['"', '""', "'", '"x', 'x"']))


def nul(file: File) -> None:
    """A NUL character."""
    file.put("\0")


def ragged(file: File) -> None:
    """A delimiter too many."""
    for _ in range(file.chance.randint(1, 4)):
        file.put(file.delimiter)


def cut_rows(file: File) -> None:
    """Lines that end too early."""
    lines = file.text.split(file.line_end)
    for _ in range(3):
        at = file.chance.randrange(len(lines))
        lines[at] = lines[at][: file.chance.randrange(len(lines[at]) + 1)]
    file.text = file.line_end.join(lines)


def repeated_header(file: File) -> None:
    """The names once more."""
    lines = file.text.split(file.line_end)
    lines.insert(file.chance.randrange(1, len(lines) + 1), lines[0])
    file.text = file.line_end.join(lines)


def sep_line(file: File) -> None:
    """A line for Excel alone."""
    end = file.chance.choice(["\n", "\r\n"])
    file.text = file.chance.choice(["sep=", "SEP=", '"sep=']) + file.delimiter + end + file.text
    file.legible = False


def bom_inside(file: File) -> None:
    """Two files put together."""
    file.put("\ufeff")


def huge_cell(file: File) -> None:
    """A cell of up to a megabyte."""
    file.put("x" * file.chance.choice([10_000, 300_000, 1_000_000, 1_048_577]))


def many_columns(file: File) -> None:
    """A thousand columns and more."""
    width = file.chance.choice(_WIDTHS)
    head, end, rest = file.text.partition(file.line_end)
    file.legible &= any(map(str.isalpha, head))  # above the names they would be a title
    more = file.delimiter.join(f"c{it}" for it in range(width))
    file.text = head + file.delimiter + more + end + rest


def control_characters(file: File) -> None:
    """What no keyboard writes."""
    for _ in range(3):
        file.put(file.chance.choice("\x01\x07\x0b\x0c\x1a\x1b\x1c\x1d\x1e\x1f\x7f\x85\u2028\u2029"))


def nothing_but_blanks(file: File) -> None:
    """No file at all."""
    file.text = file.chance.choice(["", "\n", " \n\t\n", "\r\r\r", ",,\n,,\n", "\x00\n", ";", '""'])
    file.legible = False


def header_alone(file: File) -> None:
    """No rows."""
    file.text = file.text.partition(file.line_end)[0]


def no_last_end(file: File) -> None:
    """The last line without its end."""
    file.text = file.text.removesuffix(file.line_end)


TEXT_DAMAGES: tuple[TextDamage, ...] = (
    *(blank_lines, blank_line_below_the_header, mixed_line_ends, unclosed_quote, stray_quote),
    *(nul, ragged, cut_rows, repeated_header, sep_line, bom_inside, huge_cell, many_columns),
    *(control_characters, nothing_but_blanks, header_alone, no_last_end),
)


def cut(file: File) -> None:
    """The end is missing."""
    file.data = file.data[: file.chance.randrange(len(file.data) + 1)]


def flipped_bits(file: File) -> None:
    """A bad disk."""
    data = bytearray(file.data)
    for _ in range(min(len(data), file.chance.randint(1, 8))):
        data[file.chance.randrange(len(data))] ^= 1 << file.chance.randrange(8)
    file.data = bytes(data)


def foreign_bytes(file: File) -> None:
    """Bytes of another encoding, or of none."""
    at = file.chance.randrange(len(file.data) + 1)
    junk = file.chance.choice(_FOREIGN)
    file.data = file.data[:at] + junk + file.data[at:]


def zeros(file: File) -> None:
    """A disk that was full."""
    file.data += bytes(file.chance.choice([1, 2, 511, 4096]))


def junk(file: File) -> None:
    """Not a text at all."""
    file.data = file.chance.randbytes(file.chance.choice([1, 2, 3, 50, 5000]))


def twice(file: File) -> None:
    """Put together with itself."""
    file.data += file.bom + file.data


def another_kind(file: File) -> None:
    """The beginning of something else."""
    magic = [b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"%PDF-", b"\x1f\x8b", b"{\\rtf"]
    file.data = file.chance.choice(magic) + file.data


BYTE_DAMAGES: tuple[TextDamage, ...] = (
    *(cut, flipped_bits, foreign_bytes, zeros, junk, twice, another_kind),
)


def make(seed: int) -> File:
    """The file of a seed."""
    chance = random.Random(seed)
    file = File(chance, _table(chance))
    # A single column has no delimiter, and is taken to have the comma.
    file.delimiter = chance.choice(",,,;;\t|") if len(file.table[0]) > 1 else ","
    file.line_end = chance.choice(["\n", "\n", "\r\n", "\r"])
    file.quoting = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    file.name = chance.choice(["contacts.csv", "contacts.csv", "contacts.txt", "contacts.xlsx"])
    if chance.random() < 0.15:
        return _workbook(file)
    written = io.StringIO()
    writer = csv.writer(
        written, delimiter=file.delimiter, lineterminator=file.line_end, quoting=file.quoting
    )
    writer.writerows(file.table)
    file.text = written.getvalue()
    for damage in chance.choices(TEXT_DAMAGES, k=chance.choice([0, 1, 1, 2, 3])):
        _do(file, damage)
    _encode(file)
    for damage in chance.choices(BYTE_DAMAGES, k=chance.choice([0, 0, 0, 0, 1, 2])):
        file.legible = False
        _do(file, damage)
    return file


def _do(file: File, damage: TextDamage) -> None:
    damage(file)
    file.damages.append(damage.__name__)


def _table(chance: random.Random) -> list[list[str]]:
    """Names and rows; in every other file no cell needs quotes, as another reader reads those."""
    header = list(chance.choice(_READABLE if chance.random() < 0.7 else HEADERS))
    rows = chance.choice([0, 1, 2, 5, 20, 60, 400, 1500])
    special = set('"\n\r,;|\t') if chance.random() < 0.5 else set()
    names = [it for it in NAMES if not special & set(it)]
    phones = [it for it in PHONES if not special & set(it)]
    table = [header]
    for _ in range(rows):
        table.append([chance.choice(names if "ame" in it else phones) for it in header])
    return table


def _encode(file: File) -> None:
    """As programs write it, whether or not every character fits."""
    file.encoding, file.bom = file.chance.choice(
        [
            *[("utf-8", b"")] * 9,
            ("utf-8", b"\xef\xbb\xbf"),
            ("utf-16-le", b"\xff\xfe"),
            ("utf-16-be", b"\xfe\xff"),
            ("utf-16-le", b""),
            ("cp1252", b""),
            ("latin-1", b""),
        ]
    )
    file.data = file.bom + file.text.encode(file.encoding, "replace")
    # Read with another encoding, or blank, it may be some other text as well.
    file.legible &= file.encoding == "utf-8"


def _workbook(file: File) -> File:
    """A workbook by hand, whole or not."""
    chance = file.chance
    file.name, file.legible = (
        chance.choice(["contacts.xlsx", "contacts.csv", "contacts.ods"]),
        False,
    )
    parts = (_ods if chance.random() < 0.4 else _xlsx)(file.table, chance)
    file.damages.append("workbook")
    if chance.random() < 0.3:
        parts.pop(chance.choice(list(parts)))
        file.damages.append("part_missing")
    if chance.random() < 0.4 and parts:
        part = chance.choice(list(parts))
        wounded = File(chance, [], data=parts[part].encode("utf-8", "replace"))
        _do(wounded, chance.choice((cut, flipped_bits, foreign_bytes, junk, twice)))
        parts[part] = wounded.data.decode("latin-1")
        file.damages += wounded.damages
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    file.data = written.getvalue()
    if chance.random() < 0.4:
        _do(file, chance.choice((cut, flipped_bits, zeros, twice)))
    return file


_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/%s"'
_RELATION = (
    f"<Relationships {_PACKAGE % 'relationships'}>"
    f'<Relationship Id="r1" Target="%s" Type="{_DOCUMENT}/%s"/></Relationships>'
)
_KIND = '<Override PartName="/xl/%s.xml" ContentType="application/vnd.openxmlformats-officedocument'
_KIND += '.spreadsheetml.%s+xml"/>'


def _xlsx(table: Sequence[Sequence[str]], chance: random.Random) -> dict[str, str]:
    rows = []
    for number, row in enumerate(table, 1):
        cells = "".join(_xlsx_cell(it, chance) for it in row)
        odd = chance.choice([""] * 18 + ["hidden='1'", "ht='0'"] + ["r='x'"] * (number % 20 == 0))
        rows.append(f"<row {odd or f'r={chr(34)}{number}{chr(34)}'}>{cells}</row>")
    column = chance.choice(_COLUMNS)
    content = f"<cols>{column}</cols><sheetData>{''.join(rows)}</sheetData>"
    kinds = _KIND % ("workbook", "sheet.main") + _KIND % ("sheet", "worksheet")
    sheet = "<sheets><sheet name='A' sheetId='1' r:id='r1'/></sheets>"
    return {
        "[Content_Types].xml": f"<Types {_PACKAGE % 'content-types'}>{kinds}</Types>",
        "_rels/.rels": _RELATION % ("xl/workbook.xml", "officeDocument"),
        "xl/workbook.xml": f"<workbook {_MAIN} xmlns:r='{_DOCUMENT}'>{sheet}</workbook>",
        "xl/_rels/workbook.xml.rels": _RELATION % ("sheet.xml", "worksheet"),
        "xl/sheet.xml": f"<worksheet {_MAIN}>{content}</worksheet>",
    }


def _xlsx_cell(value: str, chance: random.Random) -> str:
    plain = "".join(it for it in value if it >= " " or it in "\n\t")
    kind = chance.choice(["inlineStr"] * 99 + ["n"] * 9 + ["e", "s", "b", "str", "d", "?"])
    if kind == "inlineStr":
        return f"<c t='inlineStr'><is><t>{escape(plain)}</t></is></c>"
    formula = chance.choice(["", "<f>1+1</f>"])
    number = chance.choice([plain, "447700900123", "4.477E+11", "1", "", "1E400", "-1", "9" * 20])
    style = chance.choice("0000000003")
    return f"<c t='{kind}' s='{style}'>{formula}<v>{escape(number)}</v></c>"


def _ods(table: Sequence[Sequence[str]], chance: random.Random) -> dict[str, str]:
    rows = []
    for row in table:
        cells = "".join(_ods_cell(it, chance) for it in row)
        odd = chance.choice(
            [""] * 99
            + ["table:visibility='filter'", "table:number-rows-repeated='3'"] * 5
            + ["table:number-rows-repeated='9999999999'", "table:number-rows-repeated='0'"]
        )
        rows.append(f"<table:table-row {odd}>{cells}</table:table-row>")
    urn = "urn:oasis:names:tc:opendocument:xmlns:%s:1.0"
    spaces = " ".join(f"xmlns:{it}='{urn % it}'" for it in ("office", "table", "text"))
    spaces += (
        " xmlns:calcext='urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0'"
    )
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f"<table:table table:name='A'>{''.join(rows)}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>",
        "META-INF/manifest.xml": "<manifest/>",
    }


def _ods_cell(value: str, chance: random.Random) -> str:
    plain = escape("".join(it for it in value if it >= " " or it in "\n\t"))
    odd = chance.choice(
        [""] * 99
        + ["table:number-columns-repeated='3'", "table:number-columns-repeated='16384'"]
        + ["table:formula='of:=1'", "calcext:value-type='error'"]
        + ["office:value-type='float' office:value='447700900123'"]
    )
    return f"<table:table-cell {odd}><text:p>{plain}</text:p></table:table-cell>"
