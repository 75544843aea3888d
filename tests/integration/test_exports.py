"""What programs export, built as they write it: each row of the table in docs/files.md."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from odf import office, table, text
from odf.opendocument import OpenDocumentSpreadsheet
from openpyxl import Workbook

from tests.fuzz import program
from tests.makers import PROFILE

DOCS = Path(__file__).parents[2] / "docs" / "files.md"
ADA, BOB, EVE = "+447400000001", "+447400000002", "+447400000003"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One program's file, and what becomes of it."""

    program: str
    data: bytes | Callable[[], bytes]
    name: str = "export.csv"
    options: tuple[str, ...] = ()
    #: Who would be texted, and the words; nobody where the file is refused.
    texts: tuple[tuple[str, str], ...] = ()
    #: What the dry run says beside that.
    says: str = ""
    exit_code: int = 0


def lines(*rows: str, end: str = "\r\n", encoding: str = "utf-8", bom: bytes = b"") -> bytes:
    return bom + "".join(f"{row}{end}" for row in rows).encode(encoding)


def people(encoding: str, *names: str, end: str = "\r\n", delimiter: str = ";") -> bytes:
    rows = (f"{phone}{delimiter}{name}" for phone, name in zip((ADA, BOB, EVE), names, strict=True))
    return lines(f"phone{delimiter}name", *rows, end=end, encoding=encoding)


def hi(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((phone, f"Hi {name}") for phone, name in zip((ADA, BOB, EVE), names, strict=False))


def saved(fill: Callable[[Workbook], None]) -> Callable[[], bytes]:
    def make() -> bytes:
        book, file = Workbook(), io.BytesIO()
        fill(book)
        book.save(file)
        return file.getvalue()

    return make


def as_excel_has_it(book: Workbook) -> None:
    """A sheet to read first, one with a hidden row, a date and a formula's value."""
    book.worksheets[0].title = "Read me"
    book.worksheets[0].append(["This list was exported on Friday."])
    sheet = book.create_sheet("People")
    sheet.append(["Phone", "Name", "Date"])
    sheet.append([ADA, "Ada", 46111])
    sheet.append([BOB, "Bob", 46112])
    for row in (2, 3):
        sheet.cell(row, 3).number_format = "[$-407]d. mmmm"
    sheet.row_dimensions[3].hidden = True


def strict() -> bytes:
    """The same namespaces that Excel's "Strict Open XML" has."""
    plain, file = io.BytesIO(saved(three_people)()), io.BytesIO()
    with zipfile.ZipFile(plain) as whole, zipfile.ZipFile(file, "w") as other:
        for name in whole.namelist():
            part = whole.read(name)
            for old, new in (
                (
                    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                    b"http://purl.oclc.org/ooxml/spreadsheetml/main",
                ),
                (
                    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                    b"http://purl.oclc.org/ooxml/officeDocument/relationships",
                ),
            ):
                part = part.replace(old, new)
            other.writestr(name, part)
    return file.getvalue()


def three_people(book: Workbook) -> None:
    for row in (("phone", "name"), (ADA, "Ada"), (BOB, "Bob"), (EVE, "Eve")):
        book.worksheets[0].append(row)


def libre_office() -> bytes:
    """A link, a note and ruby in the cells."""
    document, file = OpenDocumentSpreadsheet(), io.BytesIO()
    sheet = table.Table(name="Sheet1")
    for phone, name, kind in (
        ("phone", "name", ""),
        (ADA, "Ada", "link"),
        (BOB, "太郎", "ruby"),
        (EVE, "Eve", "note"),
    ):
        row = table.TableRow()
        for value in (phone, name):
            cell, line = table.TableCell(valuetype="string"), text.P()
            if kind == "note" and value == name:
                note = office.Annotation()
                note.addElement(text.P(text="call her first"))
                cell.addElement(note)
            if kind == "link" and value == phone:
                line.addElement(text.A(href=f"tel:{phone}", text=value))
            elif kind == "ruby" and value == name:
                over = text.Ruby()
                over.addElement(text.RubyBase(text=value))
                over.addElement(text.RubyText(text="たろう"))
                line.addElement(over)
            else:
                line.addText(value)
            cell.addElement(line)
            row.addElement(cell)
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    document.save(file)
    return file.getvalue()


def package(*names: str) -> Callable[[], bytes]:
    def make() -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as whole:
            for name in names:
                whole.writestr(name, b"x")
        return file.getvalue()

    return make


EXPORTS = [
    Export(
        program="Excel, “CSV UTF-8”",
        data=lines("phone;name", f"{ADA};Ada", f"{BOB};Zoë", bom=b"\xef\xbb\xbf"),
        texts=hi("Ada", "Zoë"),
    ),
    Export(
        program="Excel, “CSV” in Western Europe, the Americas",
        data=people("cp1252", "José Muñoz", "Zoë", "François"),
        options=("--encoding", "cp1252"),
        texts=hi("José Muñoz", "Zoë", "François"),
    ),
    Export(
        program="Excel, “CSV” in Poland, Czechia, Hungary, Croatia",
        data=people("cp1250", "Łukasz", "Stanisław", "Świętosława"),
        texts=hi("Łukasz", "Stanisław", "Świętosława"),
        says="Windows-1250",
    ),
    Export(
        program="Excel, “CSV” in Russia, Ukraine, Bulgaria",
        data=people("cp1251", "Иван Петров", "Ольга Сергеевна", "Пётр"),
        texts=hi("Иван Петров", "Ольга Сергеевна", "Пётр"),
        says="Windows-1251",
    ),
    Export(
        program="Excel, “CSV” in Greece, Turkey, the Baltics, Israel, Arabia",
        data=people("cp1253", "Μαρία", "Κώστας Δήμου", "Ελένη"),
        texts=hi("Μαρία", "Κώστας Δήμου", "Ελένη"),
        says="Windows-1253",
    ),
    Export(
        program="Excel, “CSV” in Japan, China, Korea",
        data=people("cp932", "山田 太郎", "鈴木 さくら", "佐々木 健", delimiter=","),
        texts=hi("山田 太郎", "鈴木 さくら", "佐々木 健"),
        says="Shift JIS",
    ),
    Export(
        program="Excel for Mac, old “CSV (Macintosh)”",
        data=people("mac_roman", "Zoë “x”", "Ángel Muñoz", "François Léa", end="\r"),
        texts=hi("Zoë “x”", "Ángel Muñoz", "François Léa"),
        says="Mac Roman",
    ),
    Export(
        program="Excel, “Unicode text”",
        data=lines("phone\tname", f"{ADA}\tAda", f"{BOB}\tZoë", encoding="utf-16"),
        name="export.txt",
        texts=hi("Ada", "Zoë"),
    ),
    Export(
        program="Excel, from row 17 on",
        data=lines("phone,name,note,seat", f"{ADA},Ada,,", f"{BOB},Bob"),
        texts=hi("Ada", "Bob"),
    ),
    Export(
        program="Excel workbook",
        data=saved(as_excel_has_it),
        name="export.xlsx",
        options=("--text", "{Name}: {Date}"),
        texts=((ADA, "Ada: 30. März"),),
        says="People",
    ),
    Export(
        program="Excel, “Strict Open XML Spreadsheet”",
        data=strict,
        name="export.xlsx",
        texts=hi("Ada", "Bob", "Eve"),
    ),
    Export(
        program="LibreOffice workbook",
        data=libre_office,
        name="export.ods",
        texts=hi("Ada", "太郎", "Eve"),
    ),
    Export(
        program="Google Sheets, “CSV”",
        data=lines("phone,name", f"{ADA},Ada", f'{BOB},"Bob, Jr"'),
        texts=hi("Ada", "Bob, Jr"),
    ),
    Export(
        program="Google Contacts",
        data=lines(
            "First Name,Phone 1 - Label,Phone 1 - Value,E-mail 1 - Value",
            f"Ada,Mobile,{ADA},ada@example.com",
            f"Bob,Mobile,{BOB} ::: {EVE},",
        ),
        options=("--text", "Hi {First Name}"),
        texts=hi("Ada"),
        says="Phone 1 - Value",
        exit_code=3,
    ),
    Export(
        program="Apple Numbers",
        data=lines("Table 1,", "phone,name", f"{ADA},Ada", f"{BOB},Bob"),
        texts=hi("Ada", "Bob"),
        says="row 2",
    ),
    Export(
        program="Apple Numbers (`.numbers`)",
        data=package("Index/Document.iwa", "Metadata/Properties.plist"),
        name="export.numbers",
        says="Numbers",
        exit_code=4,
    ),
    Export(
        program="Outlook",
        data=lines(
            "First Name,Business Phone,Home Phone,Mobile Phone",
            f"Ada,+442079460000,,{ADA}",
            f"Bob,+442079460001,+442079460002,{BOB}",
        ),
        options=("--text", "Hi {First Name}"),
        texts=hi("Ada", "Bob"),
        says="Mobile Phone",
    ),
    Export(
        program="Apple and Android contacts (`.vcf`)",
        data=lines("BEGIN:VCARD", "VERSION:3.0", "FN:Ada", f"TEL;TYPE=CELL:{ADA}", "END:VCARD"),
        name="contacts.vcf",
        says="contact card",
        exit_code=4,
    ),
    Export(
        program="HubSpot",
        data=lines(
            "Record ID,First Name,Phone Number,Mobile Phone Number",
            f"101,Ada,+442079460000,{ADA}",
            f"102,Bob,,{BOB}",
        ),
        options=("--text", "Hi {First Name}"),
        texts=hi("Ada", "Bob"),
        says="Mobile Phone Number",
    ),
    Export(
        program="Salesforce",
        data=lines(
            '"Id","FirstName","Phone","HomePhone","MobilePhone"',
            f'"003A","Ada","+442079460000","","{ADA}"',
            f'"003B","Bob","+442079460001","","{BOB}"',
        ),
        options=("--text", "Hi {FirstName}"),
        texts=hi("Ada", "Bob"),
        says="MobilePhone",
    ),
    Export(
        program="Pipedrive, Zoho",
        data=lines("Person - ID,Person - Name,Person - Phone", f"1,Ada,{ADA}", f"2,Bob,{BOB}"),
        options=("--text", "Hi {Person - Name}"),
        texts=hi("Ada", "Bob"),
        says="Person - Phone",
    ),
    Export(
        program="Shopify",
        data=lines(
            "First Name,Email,Phone,Default Address Phone,Total Spent",
            f"Ada,a@example.com,'{ADA},'{ADA},10.00",
            f"Bob,b@example.com,'{BOB},,20.00",
        ),
        options=("--text", "Hi {First Name}"),
        texts=hi("Ada", "Bob"),
    ),
    Export(
        program="WooCommerce",
        data=lines(
            "Order Number,First Name (Billing),Billing Phone,Shipping Phone",
            f"2001,Ada,{ADA},",
            f"2002,Bob,{BOB},",
        ),
        options=("--text", "Hi {First Name (Billing)}"),
        texts=hi("Ada", "Bob"),
        says="Billing Phone",
    ),
    Export(
        program="Stripe, payment pages",
        data=lines("id,phone,name", f'cus_1,"=""{ADA}""",Ada', f'cus_2,="{BOB}",Bob'),
        texts=hi("Ada", "Bob"),
    ),
    Export(
        program="phpMyAdmin, MySQL",
        data=lines(
            "phone,name", f'"{ADA}","Ada \\"The\\" L"', f'"{BOB}",\\N', f'"{EVE}","NULL"', end="\n"
        ),
        texts=((ADA, 'Hi Ada "The" L'), (EVE, "Hi NULL")),
        says="NULL",
        exit_code=3,
    ),
    Export(
        program="PostgreSQL",
        data=lines("phone|name", f"{ADA}|Ada", f"{BOB}|Bob", "(2 rows)", end="\n"),
        texts=hi("Ada", "Bob"),
        says="letters in the phone number",
        exit_code=3,
    ),
    Export(
        program="pandas",
        data=lines(
            ",phone,name",
            f"0,{ADA[1:]}.0,Ada",
            f"1,{BOB[1:]}.0,Bob",
            f"2,{EVE[1:]}.0,nan",
            end="\n",
        ),
        texts=(*hi("Ada", "Bob"), (EVE, "Hi nan")),
        says="nan",
    ),
    Export(
        program="Mailchimp",
        data=lines("Email Address,First Name,SMS Phone Number", f"a@example.com,Ada,{ADA}"),
        options=("--text", "Hi {First Name}"),
        texts=hi("Ada"),
        says="SMS Phone Number",
    ),
    Export(
        program="SurveyMonkey",
        data=lines(
            "Respondent ID,phone,name",
            ",Open-Ended Response,Open-Ended Response",
            f"1,{ADA},Ada",
            f"2,{BOB},Bob",
        ),
        texts=hi("Ada", "Bob"),
        says="letters in the phone number",
        exit_code=3,
    ),
    Export(
        program="Eventbrite, Typeform",
        data=lines(
            "#,What's your name?,On which number may we text you?",
            f"a1,Ada,{ADA}",
            f"b2,Bob,{BOB}",
            f"c3,Eve,{EVE}",
        ),
        options=("--text", "Hi {What's your name?}"),
        texts=hi("Ada", "Bob", "Eve"),
        says="On which number may we text you?",
    ),
    Export(
        program="CRM reports",
        data=lines(
            "Customers with appointments,,",
            "Exported 2026-11-20 08:15,,",
            "# 2 records",
            "",
            "phone,name,seat",
            f"{ADA},Ada,1",
            f"{BOB},Bob,2",
        ),
        texts=hi("Ada", "Bob"),
        says="row 5",
    ),
    Export(
        program="attendance sheets",
        data=lines("name,phone,2026-11-02,2026-11-09", f"Ada,{ADA},x,", f"Bob,{BOB},,x"),
        texts=hi("Ada", "Bob"),
    ),
    Export(
        program="old DOS programs",
        data=lines("phone,name", f"{ADA},Jürgen", f"{BOB},Bob", encoding="cp850") + b"\x1a",
        options=("--encoding", "cp850"),
        texts=hi("Jürgen", "Bob"),
    ),
    Export(
        program="text editors",
        data=lines("phone, name", f'{ADA}, "Ada, L"', f"{BOB},   Bob  ", end="\n"),
        texts=hi("Ada, L", "Bob"),
    ),
    Export(
        program="web pages saved as `.xls`, XML, JSON, PDF, pictures",
        data=lines("<html><body><table><tr><td>phone</td></tr></table></body></html>"),
        name="export.xls",
        says="web page",
        exit_code=4,
    ),
]


@pytest.mark.parametrize("export", [pytest.param(each, id=each.program) for each in EXPORTS])
def test_an_export_is_read_as_the_page_says(tmp_path: Path, export: Export) -> None:
    path, verdicts = tmp_path / export.name, tmp_path / "verdicts.csv"
    path.write_bytes(export.data if isinstance(export.data, bytes) else export.data())
    template = () if "--text" in export.options else ("--text", "Hi {name}")

    ended = program.bulksend(
        *("run", path, "--dry-run", "--json", "--from", "MyCompany", "--profile-id", PROFILE),
        *("--results", verdicts, *template, *export.options),
    )

    said = ended.stdout.decode() + ended.stderr
    assert ended.exit_code == export.exit_code, said
    assert sendable(verdicts) == [phone for phone, _ in export.texts], said
    assert export.says in json.dumps(json.loads(ended.stdout), ensure_ascii=False) + said
    shown = {each["text"] for each in json.loads(ended.stdout).get("samples", ())}
    assert shown <= {words for _, words in export.texts}, said


def sendable(verdicts: Path) -> list[str]:
    if not verdicts.exists():
        return []
    with verdicts.open(newline="", encoding="utf-8-sig") as file:
        mark = file.readline().partition("error_code")[2][:1]
        file.seek(0)
        rows: list[dict[str, Any]] = list(csv.DictReader(file, delimiter=mark))
    return [row["to_e164"] for row in rows if row["status"] == "sendable"]


def test_every_row_of_the_page_is_built_here() -> None:
    page = (
        DOCS.read_text(encoding="utf-8").partition("## What programs export")[2].partition("##")[0]
    )
    programs = re.findall(r"^\| ([^|]+?) \|", page, re.MULTILINE)

    assert programs[0] == "program"
    assert set(programs[1:]) == {export.program for export in EXPORTS}
    assert len(EXPORTS) >= 30
