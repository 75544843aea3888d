"""A rate card out of results files: exact, and open about what it rests on."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from bulksend import errors
from bulksend.results import learned_rates as charges
from bulksend.sms import rates
from bulksend.sms.message import Money
from tests.fuzz import program

HEADER = "phone,input_cost,row,status,to_e164,message_id,parts,cost,currency,settled_at\n"
GB, FR = "+447700900123", "+33612345678"


def line(to: str, parts: object, cost: str, currency: str = "USD", day: str = "2026-06-01") -> str:
    return f"x,9.99,2,accepted,{to},id,{parts},{cost},{currency},{day}T10:30:00.000Z\n"


def write(folder: Path, *lines: str, name: str = "june.results.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text(header + "".join(lines))
    return path


def learned(*paths: Path) -> list[charges.Line]:
    return charges.lines(charges.learn(paths))[0]


def test_a_price_is_the_median_charge_of_a_part(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        line(GB, 1, "0.0420"),
        line(GB, 3, "0.1260"),
        line(GB, 1, "0.0500", day="2026-06-03"),
        line(FR, 2, "0.1300"),
        line(FR, 1, "0.0700"),
    )

    assert charges.card(learned(path)) == (
        "country,price_per_part,currency,samples,low,high,last_charged\n"
        "FR,0.0675,USD,2,0.0650,0.0700,2026-06-01\n"
        "GB,0.0420,USD,3,0.0420,0.0500,2026-06-03\n"
    )


@pytest.mark.parametrize(
    ("parts", "cost", "price"),
    [
        pytest.param(3, "0.1000", "0.033333333333", id="no-end"),
        pytest.param(1, "0.04", "0.0400", id="four-decimals-at-least"),
        pytest.param(2, "0.00513", "0.002565", id="finer"),
        pytest.param(1, "0", "0.0000", id="nothing"),
        pytest.param(10, "12", "1.2000", id="dear"),
    ],
)
def test_a_price_is_as_exact_as_a_card_can_be(
    tmp_path: Path, parts: int, cost: str, price: str
) -> None:
    found = learned(write(tmp_path, line(GB, parts, cost)))

    assert charges.row(found[0])["price_per_part"] == price


def test_a_learned_card_is_a_rate_card(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(
        charges.card(learned(write(tmp_path, line(GB, 1, "0.04"), line(GB, 1, "0.05"))))
    )

    card = rates.load_rate_card(path)

    assert card.price("GB", 2) == Money(Decimal("0.0900"), "USD")
    assert card.worst("GB", 2) == Money(Decimal("0.1000"), "USD")
    assert card.charges["GB"] == rates.Charges(
        samples=2, low=Decimal("0.04"), high=Decimal("0.05"), last_charged="2026-06-01"
    )


def test_several_files_are_one_lesson_and_a_copy_teaches_nothing(tmp_path: Path) -> None:
    june = write(tmp_path, line(GB, 1, "0.04"))
    july = write(tmp_path, line(GB, 1, "0.06"), name="july.results.csv")
    copy = write(tmp_path, line(GB, 1, "0.04"), name="copy.results.csv")

    lesson = charges.learn([june, july, copy])

    assert charges.lines(lesson)[0][0].charges.samples == 2
    assert "counted once" in lesson.notes[0]


def test_rows_that_teach_nothing_are_counted_by_why(tmp_path: Path) -> None:
    lesson = charges.learn(
        [
            write(
                tmp_path,
                line(GB, 1, "0.04"),
                line(GB, "", ""),
                line(GB, "", "0.04"),
                line("", 1, "0.04"),
            )
        ]
    )

    assert {why: rows for why, rows in lesson.left_out.items() if rows} == {
        "rows without cost": 1,
        "rows without parts": 1,
        "rows whose to_e164 names no country": 1,
    }


def test_the_usual_currency_of_a_country_is_kept(tmp_path: Path) -> None:
    lesson = charges.learn(
        [write(tmp_path, line(GB, 1, "1", "EUR"), *[line(GB, 1, "0.04"), line(GB, 1, "0.05")])]
    )

    usual, rare = charges.lines(lesson)

    assert [(it.price.currency, it.charges.samples) for it in usual] == [("USD", 2)]
    assert [(it.price.currency, it.charges.samples) for it in rare] == [("EUR", 1)]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param(line(GB, 1, "-1"), "row 3, column cost: '-1'", id="negative"),
        pytest.param(line(GB, 1, "4,2E-2"), "row 3, column cost: '4,2E-2'", id="exponent"),
        pytest.param(line(GB, 0, "0.04"), "row 3, column parts: '0'", id="no-parts"),
        pytest.param(line(GB, "1.0", "0.04"), "row 3, column parts: '1.0'", id="half-parts"),
        pytest.param(line(GB, 1, "0.04", "$"), "row 3, column currency: '$'", id="currency"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, row: str, says: str) -> None:
    quoted = row.replace("4,2E-2", '"4,2E-2"')
    path = write(tmp_path, line(GB, 1, "0.04"), quoted)

    with pytest.raises(errors.ContactsError) as caught:
        charges.learn([path])

    assert f"{path}: {says}" in caught.value.message


def test_a_file_that_is_no_results_file_says_what_it_lacks(tmp_path: Path) -> None:
    path = write(tmp_path, header="phone,name\n+44,Ada\n")

    with pytest.raises(errors.ContactsError, match="no column named `to_e164`"):
        charges.learn([path])


def test_the_command_writes_once_and_replaces_on_request(tmp_path: Path) -> None:
    june, card = write(tmp_path, line(GB, 1, "0.04"), line(GB, "", "")), tmp_path / "rates.csv"
    words = ("rates", "learn", june, "--output", card)

    first, again = program.bulksend(*words), program.bulksend(*words)
    forced = program.bulksend(*words, "--force", "--json")

    assert (first.exit_code, again.exit_code, forced.exit_code) == (0, 2, 0)
    assert "left out: 1 rows without cost" in first.stderr
    assert "--force" in again.stderr
    assert json.loads(forced.stdout)["rates"] == [
        {
            **{"country": "GB", "price_per_part": "0.0400", "currency": "USD", "samples": 1},
            **{"low": "0.0400", "high": "0.0400", "last_charged": "2026-06-01"},
        }
    ]
    assert card.read_text().startswith("country,price_per_part,currency,samples")


def test_the_command_prints_the_card_and_says_whose_prices_they_are(tmp_path: Path) -> None:
    path = write(tmp_path, line(GB, 1, "0.04"), name="june.sandbox.results.csv")

    ended = program.bulksend("rates", "learn", path)

    assert ended.stdout.decode().splitlines()[1].startswith("GB,0.0400,USD,1,")
    assert "sandbox's prices" in ended.stderr


def test_nothing_charged_is_an_error(tmp_path: Path) -> None:
    ended = program.bulksend("rates", "learn", write(tmp_path, line(GB, "", "")))

    assert ended.exit_code == 4
    assert "no row" in ended.stderr


def test_the_options_file_is_obeyed_by_a_command_in_a_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bulksend.toml").write_text('output = "card.csv"\nrate = "5/s"\n')

    ended = program.bulksend("rates", "learn", write(tmp_path, line(GB, 1, "0.04")))

    assert ended.exit_code == 0, ended.stderr
    assert (tmp_path / "card.csv").exists()


def test_the_dry_run_says_what_its_prices_rest_on(tmp_path: Path) -> None:
    contacts, card = tmp_path / "july.csv", tmp_path / "rates.csv"
    contacts.write_text(f"phone\n{GB}\n+447700900124\n{FR}\n+34612345678\n")
    program.bulksend("rates", "learn", write(tmp_path, line(GB, 1, "0.04")), "-o", card)
    card.write_text(card.read_text() + "FR,0.0650,USD,,,,\n")
    words = ("run", contacts, "--dry-run", "--text", "Hi", "--rates", card)

    said, shown = json.loads(program.bulksend(*words, "--json").stdout), program.bulksend(*words)

    assert said["prices_rest_on"] == {
        **{"charges": {"GB": 1}, "typed": ["FR"], "unpriced": ["ES"]},
        **{"parts_by_charges": 2, "parts": 4},
    }
    assert "prices: GB from 1 charge; 1 country typed by hand (50 %" in shown.stdout.decode()


def test_the_final_cost_goes_before_the_first_and_what_was_not_billed_teaches_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "june.results.csv"
    path.write_text(
        "to_e164,parts,cost,currency,settled_at,final_cost\n"
        "+447911000001,1,0.0420,USD,2026-06-01T00:00:00Z,0.0444\n"
        "+447911000002,2,0.0840,USD,2026-06-01T00:00:00Z,0.0888\n"
        "+447911000003,1,0.0444,USD,2026-06-01T00:00:00Z,\n"
        "+447911000004,1,0.0420,USD,2026-06-01T00:00:00Z,0\n"
    )

    lesson = charges.learn([path])

    assert lesson.prices == {("GB", "USD"): {Decimal("0.0444"): 3}}
    assert lesson.left_out["rows that were not billed"] == 1
