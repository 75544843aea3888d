"""Which column holds the phones: by its name and by what stands in it."""

from __future__ import annotations

import pytest

from bulksend import errors
from bulksend.contacts import phone_column
from bulksend.contacts.header import make_header

GB, OTHER_GB = "+447400000001", "+447400000002"


def choose(names: str, *rows: str, region: str | None = None, wanted: str | None = None) -> str:
    """The column's name; names and cells are given with bars between them."""
    header = make_header(names.split("|"))
    choice = phone_column.choose(header, wanted, [row.split("|") for row in rows], region)
    return header.names[choice.column]


@pytest.mark.parametrize(
    "name",
    [
        *("Phone No.", "PhoneNumber", "phone_number", "Phone 1 - Value", "Mobile #", "E.164"),
        *("Handy-Nr.", "Tel.", "N° de téléphone", "Nº de móvil", "Número de celular", "Tfno."),
        *("Telemóvel", "Recapito telefonico", "GSM-nummer", "Tlf.nr.", "Puhelinnumero", "Sími"),
        *("Nr telefonu", "Telefonní číslo", "Telefónne číslo", "Mobilszám", "Număr de telefon"),
        *("Mobitel", "Broj telefona", "Телефонен номер", "Мобильный телефон", "Номер телефону"),
        *("Tālrunis", "Telefono numeris", "Telefoninumber", "Τηλέφωνο", "GSM No", "رقم الجوال"),
        *("شماره موبایل", "נייד", "मोबाइल नंबर", "ফোন নম্বর", "手机号码", "行動電話", "携帯番号"),
        *("휴대전화번호", "SĐT", "เบอร์โทรศัพท์", "No. HP", "No. Telefon Bimbit", "Selfoon"),
        *("Customer phone", "Shipping Phone", "Primary mobile (UK)", "Buyer Phone", "WhatsApp"),
        *("kontakt", "wer auch immer", "x1"),
    ],
)
def test_it_is_found_whatever_it_is_called(name: str) -> None:
    assert choose(f"Nr|A|{name}|B", f"1|Ada|{GB}|2026-01-01", f"2|Bob|{OTHER_GB}|x") == name


@pytest.mark.parametrize(
    ("names", "row", "region", "taken"),
    [
        ("From|To|Contact Phone", "2026-01-05|2026-01-12|+4520123456", "DK", "Contact Phone"),
        ("From|To|Ring", "05.01.2026|12.01.2026|+4520123456", "DK", "Ring"),
        ("Number|Contact No.", "20260105|+4520123456", "DK", "Contact No."),
        ("Number|Name", f"{GB}|Ada", None, "Number"),
        ("Recipient|Cell", f"Ada|{GB}", None, "Cell"),
        ("Telefon|Mobil", "030 901820|0151 23456789", "DE", "Mobil"),
        ("Phone|Mobile", f"020 7946 0018|{GB}", "GB", "Mobile"),
        ("Home phone|Phone", f"{OTHER_GB}|{GB}", None, "Phone"),
        ("Phone 1 - Value|Phone 2 - Value", f"{GB}|", None, "Phone 1 - Value"),
        ("Phone|Phone type", f"{GB}|mobile", None, "Phone"),
        ("Phone|Emergency phone", f"{GB}|{OTHER_GB}", None, "Phone"),
        ("Phone|Fax", f"{GB}|{OTHER_GB}", None, "Phone"),
        ("phone|name", "bad|Ada", None, "phone"),
        ("mobile|name", "4.47E+11|Ada", None, "mobile"),
    ],
)
def test_names_and_contents_decide_together(
    names: str, row: str, region: str | None, taken: str
) -> None:
    assert choose(names, row, region=region) == taken


@pytest.mark.parametrize(
    ("names", "row", "says"),
    [
        ("Telefon 1|Telefon 2", f"{GB}|{OTHER_GB}", "`Telefon 1` and `Telefon 2`"),
        ("Phone|Phone", f"{GB}|{OTHER_GB}", "rename"),
        ("a|b", f"{GB}|{OTHER_GB}", "`a` and `b`"),
        ("From|To", "2026-01-05|2026-01-12", "`From`, `To`"),
        ("Number|Name", "4711|Ada", "`Number`, `Name`"),
        ("Customer|Name", "447400000001|Ada", "to_column='Customer'"),
    ],
)
def test_a_doubt_is_told_with_the_way_out(names: str, row: str, says: str) -> None:
    with pytest.raises(errors.ContactsError) as caught:
        choose(names, row, row)

    assert says in f"{caught.value.message} {caught.value.hint}"


def test_a_column_of_mobiles_that_hardly_anybody_has_is_no_reason_to_leave_the_others_out() -> None:
    rows = [f"{OTHER_GB}|"] * 9 + [f"{OTHER_GB}|{GB}"]

    with pytest.raises(errors.ContactsError, match="`Phone` and `Mobile`"):
        choose("Phone|Mobile", *rows)


def test_the_choice_is_told_where_there_was_one() -> None:
    header = make_header(["Telefon", "Mobil"])
    rows = [["030 901820", "0151 23456789"]]

    choice = phone_column.choose(header, None, rows, "DE")

    assert "`Mobil`" in choice.note and "`Telefon`" in choice.note


@pytest.mark.parametrize("names", ["Name|City", "Phone|Telefon", "Phone|Phone"])
@pytest.mark.parametrize("wanted", [None, "Fon"])
def test_every_refusal_names_the_file_and_a_way_out(names: str, wanted: str | None) -> None:
    header = make_header(names.split("|"), "lists/october.csv")

    with pytest.raises(errors.ContactsError, match=r"\Alists/october\.csv: ") as refusal:
        phone_column.choose(header, wanted, [[GB, OTHER_GB] if "P" in names else ["a", "b"]], None)

    assert refusal.value.hint
