"""Rows that cannot be sent are written to a file that is corrected and run again."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bulksend.contacts import loader
from bulksend.contacts import own_files as corrected
from bulksend.contacts.header import Header
from tests.acceptance import cli


def problems_of(folder: Path, content: str, *words: str) -> Path:
    path, problems = folder / "contacts.csv", folder / "problems.csv"
    path.write_text(content)
    ended = cli.bulksend(
        *("run", path, "--dry-run", "--only-problems", "--results", problems),
        *("--text", "Hi {name}", *words),
    )
    assert ended.returncode == 3, ended.stderr
    return problems


def test_only_the_rows_that_cannot_be_sent_are_written(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "phone,name\n+447700900123,Ada\n4.47E+11,Bob\n+15,Eve\n")

    rows = cli.read_results(problems)
    assert [(it["name"], it["row"], it["error_code"]) for it in rows] == [
        ("Bob", "3", "phone_scientific"),
        ("Eve", "4", "phone_invalid"),
    ]


def test_the_corrected_file_is_sent_and_its_results_have_the_original_columns(
    tmp_path: Path,
) -> None:
    problems = problems_of(tmp_path, "phone,name\n+447700900123,Ada\n4.47E+11,=Bob\n")
    problems.write_text(problems.read_text().replace("4.47E+11", "+447700900124"))

    ended = cli.bulksend("run", problems, "--sandbox", "--text", "Hi {name}")

    assert ended.returncode == 0, ended.stderr
    (row,) = cli.read_results(tmp_path / "problems.sandbox.results.csv")
    assert list(row)[:4] == ["phone", "name", "row", "status"]
    assert (row["name"], row["to_e164"], row["status"]) == ("'=Bob", "+447700900124", "accepted")


def test_an_uncorrected_file_has_the_same_problems_again(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, 'phone,name\n+44 7700,=A\n"-",@B\n')
    again = problems_of(tmp_path, problems.read_text())

    assert again.read_text().replace(",2,", ",N,").replace(",3,", ",N,") == (
        problems.read_text().replace(",2,", ",N,").replace(",3,", ",N,")
    )


def test_a_column_with_a_name_of_ours_stays_a_placeholder(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path, "phone,name,Status,to e164\n+15,Ada,gold,x\n", "--to-column", "phone"
    )

    names = problems.read_text().split("\n")[0].split(",")
    assert names[:4] == ["phone", "name", "Status", "to e164"]
    assert {"bulksend_status", "bulksend_to_e164", "row"} <= set(names)
    problems.write_text(problems.read_text().replace("+15", "+447700900124"))
    ended = cli.bulksend(
        *("run", problems, "--sandbox", "--text", "You are {status}", "--json"),
    )
    assert cli.document(ended)["accepted"] == 1, ended.stdout


@pytest.mark.parametrize(
    ("cell", "restored"),
    [
        pytest.param("'=1+1", "=1+1", id="formula"),
        pytest.param("'+44 7700 900123", "+44 7700 900123", id="phone-with-blanks"),
        pytest.param("'-", "-", id="dash"),
        pytest.param("'tis Ada", "'tis Ada", id="an-apostrophe-of-its-own"),
        pytest.param("", "", id="empty"),
    ],
)
def test_cells_read_as_they_were(tmp_path: Path, cell: str, restored: str) -> None:
    names = ",".join(("phone", "name", *corrected.VERDICT_COLUMNS))
    path = tmp_path / "p.csv"
    path.write_text(f"{names}\n+447700900123,{cell}" + "," * 10 + "\n")

    contacts = loader.open_contacts(path)

    assert contacts.header == Header(("phone", "name"))
    assert pl.concat(contacts.chunks())["c1"].to_list() == [restored]


def test_a_file_of_somebody_elses_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("phone,name,error\n+447700900123,'=x,\n")

    contacts = loader.open_contacts(path)

    assert contacts.header.names == ("phone", "name", "error")
    assert pl.concat(contacts.chunks())["c1"].to_list() == ["'=x"]


def test_only_problems_needs_a_dry_run_and_a_file(tmp_path: Path) -> None:
    path = cli.write_contacts(tmp_path / "c.csv", 1)

    for words in (["--dry-run"], ["--sandbox"]):
        ended = cli.bulksend("run", path, "--only-problems", "--text", "Hi", *words)
        assert ended.returncode == 2
        assert "--results" in ended.stderr
