"""Workbooks as Excel and LibreOffice write them, and as nobody should."""

from __future__ import annotations

import functools
import io
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from odf import table, text
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from bulksend import errors
from bulksend.contacts import loader

Rows = list[tuple[object, ...]]


def load(path: Path) -> tuple[loader.Contacts, Rows]:
    contacts = loader.open_contacts(path)
    return contacts, [row for it in contacts.chunks() for row in it.drop("problem_text").rows()]


def xlsx(folder: Path, fill: Callable[[Worksheet], None], name: str = "contacts.xlsx") -> Path:
    book = Workbook()
    fill(book.worksheets[0])
    book.save(folder / name)
    return folder / name


def rows_of(*rows: tuple[Any, ...]) -> Callable[[Worksheet], None]:
    return lambda sheet: [sheet.append(it) for it in rows] and None


HEADER = ("phone", "name")
ADA, GRACE = ("+447700900123", "Ada"), ("+447700900124", "Grace")


def test_a_workbook_is_read_like_the_same_csv(tmp_path: Path) -> None:
    contacts, rows = load(xlsx(tmp_path, rows_of(HEADER, ADA, GRACE)))

    assert contacts.header.names == HEADER
    assert rows == [(2, None, *ADA), (3, None, *GRACE)]
    assert contacts.notes == ()


def test_a_workbook_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    _, rows = load(xlsx(tmp_path, rows_of(HEADER, ADA), name="contacts.csv"))

    assert rows == [(2, None, *ADA)]


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        pytest.param(447700900123, "General", "447700900123", id="number"),
        pytest.param(7700900123, "00000000000", "07700900123", id="leading-zero"),
        pytest.param(12.0, "General", "12", id="whole"),
        pytest.param(12.5, "0.00", "12.50", id="price"),
        pytest.param(date(2026, 6, 1), "dd/mm/yyyy", "01/06/2026", id="day"),
        pytest.param(time(10, 30), "h:mm", "10:30", id="time"),
        pytest.param(
            datetime(2026, 6, 1, 10, 30),  # noqa: DTZ001 - cells know no zone
            "dd/mm/yyyy h:mm",
            "01/06/2026 10:30",
            id="both",
        ),
        pytest.param(True, "General", "TRUE", id="truth"),
        pytest.param("line\nbreak", "General", "line\nbreak", id="line-break"),
        pytest.param("naïve 😀", "General", "naïve 😀", id="unicode"),
        pytest.param("a_x000D_\nb", "General", "a\nb", id="carriage-return"),
    ],
)
def test_a_cell_reads_as_a_person_sees_it(
    tmp_path: Path, value: object, number_format: str, shown: str
) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(("phone", "value"))
        sheet.append(("+44", value))
        sheet.cell(2, 2).number_format = number_format

    assert load(xlsx(tmp_path, fill))[1] == [(2, None, "+44", shown)]


def test_what_is_hidden_is_left_out_and_said_so(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (("secret", "phone", "name"), ("x", *ADA), ("y", *GRACE), ("z", "+45", "Eve")):
            sheet.append(row)
        sheet.title = "Now"
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["A"].hidden = True
        sheet.parent.create_sheet("Old").append(("left", "over"))
        hidden = sheet.parent.create_sheet("Lists")
        hidden.append(("a", "b"))
        hidden.sheet_state = "veryHidden"
        sheet.parent.create_sheet("Empty")

    contacts, rows = load(xlsx(tmp_path, fill))

    assert contacts.header.names == HEADER
    assert rows == [(2, None, *ADA), (4, None, "+45", "Eve")]
    assert contacts.notes == (
        "contacts.xlsx: only the sheet “Now” is read, not “Old”",
        "contacts.xlsx: hidden and left out: the sheet “Lists”",
        "contacts.xlsx: hidden or filtered and left out: row 3",
        "contacts.xlsx: hidden and left out: column A",
    )


def test_the_first_sheet_with_rows_is_read(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        hidden = sheet.parent.create_sheet("Hidden")
        hidden.append(HEADER)
        hidden.sheet_state = "hidden"
        for row in (HEADER, ADA):
            sheet.parent["Last"].append(row) if "Last" in sheet.parent else (
                sheet.parent.create_sheet("Last").append(row)
            )

    assert load(xlsx(tmp_path, fill))[1] == [(2, None, *ADA)]


def test_rows_keep_the_numbers_of_the_sheet(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B3"], sheet["C3"] = HEADER
        sheet["B7"], sheet["C7"] = ADA
        sheet["B9"] = "+45"

    contacts, rows = load(xlsx(tmp_path, fill))

    assert contacts.header.names == ("", *HEADER)
    assert rows == [(7, None, "", *ADA), (9, None, "", "+45", "")]


def test_errors_and_formulas_without_a_value_are_their_rows_trouble(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (HEADER, ("+44", "#N/A"), ("+45", '=CONCAT("E","ve")'), ADA, ("=A2",)):
            sheet.append(row)
        sheet["B2"].data_type = "e"

    contacts = loader.open_contacts(xlsx(tmp_path, fill))
    chunk = next(contacts.chunks())

    stale = "cell_uncalculated"
    assert chunk["problem"].to_list() == [None, stale, None, stale]
    assert "column B" in chunk["problem_text"][1]


def test_a_cell_beside_the_columns_is_its_rows_trouble(tmp_path: Path) -> None:
    _, rows = load(xlsx(tmp_path, rows_of(HEADER, (*ADA, "", "surplus"), GRACE, ("+45",))))

    assert rows == [
        (2, "ragged_row", "+447700900123", "Ada,,surplus"),
        (3, None, *GRACE),
        (4, None, "+45", ""),
    ]


def test_merged_cells_and_lost_digits_are_said(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (HEADER, ("+44", "Ada"), ("+45", 12345678901234567)):
            sheet.append(row)
        sheet.merge_cells("B2:C2")

    contacts, rows = load(xlsx(tmp_path, fill))

    assert "merged" in contacts.notes[0]
    assert "15 digits" in contacts.notes[1]
    assert "row 3, column B" in contacts.notes[1]
    assert "E+" not in str(rows[1][3])


def test_a_workbook_that_changes_is_noticed(tmp_path: Path) -> None:
    path = xlsx(tmp_path, rows_of(HEADER, ADA))
    contacts = loader.open_contacts(path)
    other = xlsx(tmp_path, rows_of(HEADER, GRACE), name="other.xlsx")

    path.write_bytes(other.read_bytes())

    with pytest.raises(errors.ContactsError, match="changed"):
        list(contacts.chunks())


def zipped(folder: Path, parts: dict[str, bytes], name: str = "contacts.xlsx") -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return folder / name


NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@functools.cache
def empty_workbook() -> dict[str, bytes]:
    saved = io.BytesIO()
    Workbook().save(saved)
    with zipfile.ZipFile(saved) as archive:
        return {it: archive.read(it) for it in archive.namelist()}


def by_hand(rows: bytes, before: bytes = b"") -> dict[str, bytes]:
    """A good workbook but for its sheet."""
    sheet = b"<worksheet " + NAMESPACE + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    return empty_workbook() | {"xl/worksheets/sheet1.xml": before + sheet}


def cell(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def row_of(*cells: str, number: int | None = None) -> bytes:
    attribute = f' r="{number}"' if number else ""
    return f"<row{attribute}>{''.join(map(cell, cells))}</row>".encode()


NAMES = row_of("phone", "name")
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


def test_cells_without_their_places_stand_one_after_the_other(tmp_path: Path) -> None:
    _, rows = load(zipped(tmp_path, by_hand(NAMES + row_of(*ADA))))

    assert rows == [(2, None, *ADA)]


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        pytest.param({"a": b"b"}, "no workbook", id="a-zip"),
        pytest.param({"[Content_Types].xml": b"<Types/>"}, "no workbook", id="nothing-in-it"),
        pytest.param(
            {"mimetype": OPEN_DOCUMENT, "content.xml": b"<a/>"}, "no workbook", id="nothing-in-ods"
        ),
        pytest.param({"[Content_Types].xml": b"", "word/document.xml": b""}, "document", id="docx"),
        pytest.param({"[Content_Types].xml": b"", "xl/workbook.bin": b""}, ".xlsb", id="xlsb"),
        pytest.param(by_hand(b""), "empty", id="no-rows"),
        pytest.param(by_hand(b"<row"), "damaged", id="cut-xml"),
        pytest.param(by_hand(b'<row r="x"/>'), "damaged", id="no-number"),
        pytest.param(
            by_hand(row_of("phone", number=5) + row_of("+44", number=2)),
            "row 2 comes after row 5",
            id="rows-in-disorder",
        ),
        pytest.param(
            by_hand(NAMES, b'<!DOCTYPE a [<!ENTITY b "c">]>'), "document type", id="entities"
        ),
        pytest.param(by_hand(b" " * (40 << 20)), "unpacks to", id="a-bomb"),
        pytest.param(by_hand(row_of("phone", "x" * (1 << 20)) * 2), "characters", id="endless-row"),
        pytest.param(by_hand(row_of(*["x"] * 1500)), "columns", id="too-many-columns"),
        pytest.param(by_hand(row_of("+447700900123", "Ada")), "phone number where", id="no-header"),
        pytest.param(by_hand(b'<row hidden="1">' + row_of("phone")[5:]), "hidden", id="all-hidden"),
        pytest.param(by_hand(b'<row><c t="e"><v>#N/A</v></c></row>'), "#N/A", id="faulty-header"),
    ],
)
def test_a_workbook_that_cannot_be_used_says_why_and_the_way_out(
    tmp_path: Path, parts: dict[str, bytes], says: str
) -> None:
    with pytest.raises(errors.ContactsError) as caught:
        load(zipped(tmp_path, parts))

    assert says in caught.value.message
    assert str(tmp_path / "contacts.xlsx") in caught.value.message
    assert caught.value.hint


def strict_of(path: Path) -> Path:
    """The same workbook as “Strict Open XML Spreadsheet”, in which days are written out."""
    names = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/": b"officeDocument/",
        b"http://schemas.openxmlformats.org/drawingml/2006/": b"drawingml/",
    }
    with zipfile.ZipFile(path) as archive:
        parts = {it: archive.read(it) for it in archive.namelist()}
    for name, part in parts.items():
        for usual, strict in names.items():
            part = part.replace(usual, b"http://purl.oclc.org/ooxml/" + strict)
        parts[name] = part.replace(b't="n"><v>45000</v>', b't="d"><v>2023-03-15T00:00:00</v>')
    assert any(b't="d"' in part for part in parts.values())
    return zipped(path.parent, parts, f"strict-{path.name}")


def test_a_strict_workbook_reads_like_the_usual_one(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        rows_of(("phone", "name", "due"), ("+447700900123", "Ada", 45000), ("x", "Bob", None))(
            sheet
        )
        sheet["C2"].number_format = "[$-407]d. mmmm yyyy"
        sheet["A3"], sheet["A3"].number_format = 447700900124, "+0"
        sheet.row_dimensions[4].hidden = True
        sheet["B4"] = "hidden"

    usual = xlsx(tmp_path, fill)
    contacts, rows = load(strict_of(usual))

    assert rows == load(usual)[1]
    assert rows == [
        (2, None, "+447700900123", "Ada", "15. März 2023"),
        (3, None, "+447700900124", "Bob", ""),
    ]
    assert "hidden" in "".join(contacts.notes)


def sharing(rows: bytes, *texts: str) -> dict[str, bytes]:
    """A workbook whose cells name texts by their numbers, as Excel saves them."""
    parts = by_hand(rows)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    named = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    types = parts["[Content_Types].xml"].replace(b"</Types>", named)
    shared = "".join(f"<si>{it}</si>" for it in texts).encode()
    strings = b"<sst " + NAMESPACE + b">" + shared + b"</sst>"
    return parts | {"[Content_Types].xml": types, "xl/sharedStrings.xml": strings}


def test_texts_are_found_by_their_numbers_without_the_reading_aids(tmp_path: Path) -> None:
    rows = NAMES + b'<row><c t="s"><v>1</v></c><c t="s"><v>0</v></c></row>'
    rich = "<r><t>A</t></r><r><t>da</t></r><rPh sb='0' eb='1'><t>aid</t></rPh>"

    parts = sharing(rows, rich, "<t>+44</t>")

    assert load(zipped(tmp_path, parts))[1] == [(2, None, "+44", "Ada")]


@pytest.mark.slow
def test_texts_named_in_many_cells_do_not_swell(tmp_path: Path) -> None:
    cells = b'<c t="s"><v>0</v></c>' * 40
    parts = sharing(NAMES + (b"<row>" + cells + b"</row>") * 400, f"<t>{'x' * 20_000}</t>")

    with pytest.raises(errors.ContactsError, match="characters"):
        loader.open_contacts(zipped(tmp_path, parts))


def test_a_merged_area_of_a_whole_sheet_takes_no_time(tmp_path: Path) -> None:
    parts = by_hand(NAMES + row_of(*ADA))
    sheet = parts["xl/worksheets/sheet1.xml"]
    merged = b'<mergeCells><mergeCell ref="C1:XFD1048576"/></mergeCells></worksheet>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</worksheet>", merged)

    assert load(zipped(tmp_path, parts))[1] == [(2, None, *ADA)]


@pytest.mark.parametrize("library", ["openpyxl", "odfdo", "defusedxml"])
def test_without_the_extra_the_way_to_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    path = xlsx(tmp_path, rows_of(HEADER, ADA))
    for name in (
        "zip_safety",
        "ods",
        "xlsx",
        "excel",
        "calamine",
        "number_formats",
        "date_formats",
    ):
        monkeypatch.delitem(
            sys.modules, f"bulksend.contacts.reading.workbooks.{name}", raising=False
        )
        monkeypatch.delattr(f"bulksend.contacts.reading.workbooks.{name}", raising=False)
    for name in [it for it in sys.modules if it.split(".")[0] == library]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(errors.ContactsError, match=library) as caught:
        loader.open_contacts(path)

    assert "pip install 'bulksend[sheets]'" in caught.value.hint


def test_a_workbook_with_a_password_says_so(tmp_path: Path) -> None:
    path = tmp_path / "contacts.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))

    with pytest.raises(errors.ContactsError, match="password"):
        loader.open_contacts(path)


def test_every_cut_of_a_workbook_is_an_error_in_words(tmp_path: Path) -> None:
    whole = xlsx(tmp_path, rows_of(HEADER, ADA)).read_bytes()
    for end in range(4, len(whole), 97):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[:end])
        with pytest.raises(errors.ContactsError):
            load(path)


def ods(folder: Path, fill: Callable[[OpenDocumentSpreadsheet], None]) -> Path:
    document = OpenDocumentSpreadsheet()
    fill(document)
    document.save(folder / "contacts.ods")
    return folder / "contacts.ods"


def ods_row(*cells: object, **attributes: Any) -> table.TableRow:
    row = table.TableRow(**attributes)
    for value in cells:
        if not isinstance(value, str):
            row.addElement(value)
            continue
        cell = table.TableCell(valuetype="string")
        for line in value.split("\n"):
            cell.addElement(text.P(text=line))
        row.addElement(cell)
    return row


def ods_table(document: OpenDocumentSpreadsheet, *rows: Any, **attributes: Any) -> None:
    sheet = table.Table(**attributes)
    for row in rows:
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)


def test_an_ods_is_read_like_the_same_csv(tmp_path: Path) -> None:
    def fill(document: OpenDocumentSpreadsheet) -> None:
        number = table.TableCell(valuetype="float", value="447700900123")
        number.addElement(text.P(text="4.477009E+11"))
        ods_table(
            document,
            table.TableColumn(numbercolumnsrepeated=2),
            ods_row(*HEADER),
            ods_row(number, "two\nlines"),
            table.TableRow(numberrowsrepeated=3),
            ods_row(*ADA, numberrowsrepeated=2),
            table.TableRow(numberrowsrepeated=1048570),
            name="One",
        )

    contacts, rows = load(ods(tmp_path, fill))

    assert contacts.header.names == HEADER
    assert rows == [
        (2, None, "447700900123", "two\nlines"),
        (6, None, *ADA),
        (7, None, *ADA),
    ]
    assert contacts.notes == ()


def test_what_is_hidden_in_an_ods_is_left_out_and_said_so(tmp_path: Path) -> None:
    def fill(document: OpenDocumentSpreadsheet) -> None:
        style = Style(name="gone", family="table")
        style.addElement(TableProperties(display="false"))
        document.automaticstyles.addElement(style)
        ods_table(document, ods_row("a", "b"), name="Lists", stylename=style)
        ods_table(
            document,
            table.TableColumn(),
            table.TableColumn(visibility="collapse"),
            table.TableColumn(),
            ods_row("phone", "secret", "name"),
            ods_row("+44", "x", "Ada", visibility="filter"),
            ods_row("+45", "y", "Eve"),
            name="Now",
        )
        ods_table(document, ods_row("left"), name="Old")

    contacts, rows = load(ods(tmp_path, fill))

    assert rows == [(3, None, "+45", "Eve")]
    assert contacts.notes == (
        "contacts.ods: only the sheet “Now” is read, not “Old”",
        "contacts.ods: hidden and left out: the sheet “Lists”",
        "contacts.ods: hidden or filtered and left out: row 2",
        "contacts.ods: hidden and left out: column B",
    )


def test_faults_and_asides_of_an_ods(tmp_path: Path) -> None:
    def fill(document: OpenDocumentSpreadsheet) -> None:
        error = table.TableCell(valuetype="string", formula="of:=NA()")
        error.addElement(text.P(text="#N/A"))
        spaced = table.TableCell(valuetype="string")
        paragraph = text.P(text="a")
        paragraph.addElement(text.S(c=3))
        paragraph.addText("b")
        spaced.addElement(paragraph)
        wide = table.TableCell(valuetype="string", numbercolumnsrepeated=16000)
        wide.addElement(text.P(text="x"))
        ods_table(
            document,
            ods_row(*HEADER),
            ods_row("+44", error),
            ods_row("+45", table.TableCell(formula="of:=1+1")),
            ods_row("+46", spaced),
            ods_row("+47", wide),
            name="One",
        )

    _, rows = load(ods(tmp_path, fill))

    assert [it[1] for it in rows] == [None, "cell_uncalculated", None, "ragged_row"]
    assert rows[2][3] == "a   b"


def test_an_ods_with_a_password_says_so(tmp_path: Path) -> None:
    locked = {"mimetype": OPEN_DOCUMENT, "META-INF/manifest.xml": b"<m:encryption-data/>"}

    with pytest.raises(errors.ContactsError, match="password"):
        loader.open_contacts(zipped(tmp_path, locked))


def test_a_comment_is_no_cell(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (HEADER, ADA):
            sheet.append(row)
        sheet["B2"].comment = Comment("call first", "Eve")

    assert load(xlsx(tmp_path, fill))[1] == [(2, None, *ADA)]


@pytest.mark.slow
def test_a_workbook_of_many_rows_comes_in_bounded_chunks(tmp_path: Path) -> None:
    rows = b"".join(row_of(f"+44{it}", "x") for it in range(30_000))

    contacts = loader.open_contacts(zipped(tmp_path, by_hand(NAMES + rows)))

    heights = [it.height for it in contacts.chunks()]
    assert sum(heights) == 30_000
    assert max(heights) == 25_000
