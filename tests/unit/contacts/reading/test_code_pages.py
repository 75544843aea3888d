"""Which encoding a text file is in: never a wrong one in silence."""

from __future__ import annotations

import pytest

from bulksend.contacts.reading import code_pages
from tests.bench import code_pages as bench


def file(*names: str, end: str = "\r\n") -> str:
    return end.join(["phone,name", *(f"+44740000000{at},{it}" for at, it in enumerate(names)), ""])


@pytest.mark.parametrize(
    ("page", "names"),
    [
        pytest.param("cp1250", ("Łukasz", "Stanisław", "Świętosława"), id="polish"),
        pytest.param("cp1250", ("Jiří Dvořák", "Matěj Růžička"), id="czech"),
        pytest.param("cp1251", ("Иван Петров", "Ольга Сергеевна"), id="russian"),
        pytest.param("cp1253", ("Μαρία Παπαδοπούλου", "Κώστας Δήμου"), id="greek"),
        pytest.param("cp1254", ("Ayşe Yıldız", "Gülşen Çelik", "Barış Öztürk"), id="turkish"),
        pytest.param("cp932", ("山田 太郎", "鈴木 さくら", "佐々木 健"), id="japanese"),
        pytest.param("gb18030", ("王伟", "李秀英", "张敏"), id="chinese"),
        pytest.param("cp949", ("김정남", "이우진", "박성훈"), id="korean"),
        pytest.param("mac_roman", ("Zoë “x”", "Ángel Muñoz", "François Léa"), id="old-mac"),
    ],
)
def test_names_that_only_one_page_makes_sense_of_are_beyond_doubt(
    page: str, names: tuple[str, ...]
) -> None:
    text = file(*names)

    recognised = code_pages.recognise([text.encode(page)])

    assert (recognised.why_guessed, text.encode(page).decode(recognised.encoding)) == ("", text)
    assert recognised.shown in names


@pytest.mark.parametrize(
    ("page", "names"),
    [
        pytest.param("cp1252", ("José", "Zoë"), id="or-lithuanian"),
        pytest.param("mac_roman", ("García",), id="or-an-apostrophe"),
        pytest.param("cp1251", ("ИВАН", "ОЛЬГА"), id="capitals-alone"),
        pytest.param("cp850", ("Ørsted",), id="dos"),
        pytest.param(
            "cp1256", ("کردستان", "گلستان", "استان بوشهر"), id="persian-or-signs-in-words"
        ),
        pytest.param("cp1251", ("Корнелияberg", "Бумов ET", "New Ивалена"), id="two-scripts"),
    ],
)
def test_what_could_be_two_things_needs_the_persons_word(page: str, names: tuple[str, ...]) -> None:
    assert code_pages.recognise([file(*names).encode(page)]).why_guessed


def test_a_few_broken_bytes_leave_the_file_utf_8() -> None:
    raw = file("José").encode() + b"+447400000009,O\x92Neil\n" + "+44,Zoë\n".encode()

    recognised = code_pages.recognise([raw[:30], raw[30:]])

    assert (recognised.encoding, recognised.why_guessed) == ("utf-8", "")


@pytest.mark.parametrize("names", [("José", "Jos"), ("Ada", "Jos")])
def test_a_file_cut_in_its_last_character_is_utf_8(names: tuple[str, ...]) -> None:
    raw = file(*names).encode().rstrip() + b"\xc3"

    assert code_pages.recognise([raw]).encoding == "utf-8"


@pytest.mark.slow
def test_lists_of_names_in_twelve_pages_are_never_wrong_in_silence() -> None:
    verdicts = [counts for *_, counts in bench.measure({5: 8, 50: 1}, 300)]

    assert sum(counts["WRONG"] for counts in verdicts) == 0
    assert sum(counts["recognised"] for counts in verdicts) > sum(map(len, bench.PAGES.values()))
