"""Results open in the program that the contacts file came from."""

from __future__ import annotations

import codecs

import pytest

from bulksend.results.csv_style import PLAIN, CsvStyle, style_for, style_of


@pytest.mark.parametrize(
    ("content", "style"),
    [
        pytest.param(b"phone,name\n1,2\n", PLAIN, id="plain"),
        pytest.param(b"phone\n1\n", PLAIN, id="one-column"),
        pytest.param(b"phone;name\n1;2,5\n", CsvStyle(delimiter=";"), id="semicolons"),
        pytest.param(b'"a,b,c";name;x\n', CsvStyle(delimiter=";"), id="commas-in-quotes"),
        pytest.param(b"phone\tname\n", CsvStyle(delimiter="\t"), id="tabs"),
        pytest.param(
            codecs.BOM_UTF8 + b"phone;name\n", CsvStyle(delimiter=";", bom=True), id="excel"
        ),
        pytest.param(
            "phone\tname\n".encode("utf-16"), CsvStyle(delimiter="\t", bom=True), id="unicode-text"
        ),
        pytest.param(b"sep=;\r\nphone;name\r\n", CsvStyle(delimiter=";"), id="sep-line"),
        pytest.param(b"Our guests\n\nphone;name\n", CsvStyle(delimiter=";"), id="title-above"),
        pytest.param(b"PK\x03\x04;;;;", PLAIN, id="workbook"),
        pytest.param(b"", PLAIN, id="empty"),
        pytest.param("téléphone;prénom\n".encode("cp1252"), CsvStyle(delimiter=";"), id="cp1252"),
    ],
)
def test_the_results_are_written_as_the_contacts_were(tmp_path, content, style):
    path = tmp_path / "c.csv"
    path.write_bytes(content)

    assert style_of(path) == style


def test_a_frame_has_no_file_and_a_person_goes_before_recognition(tmp_path):
    assert style_of(tmp_path / "june") == PLAIN
    assert style_of(tmp_path / "june", "|") == CsvStyle(delimiter="|")


def test_results_that_are_called_tsv_have_tabs(tmp_path):
    (tmp_path / "c.csv").write_bytes(b"phone;name\n1;2,5\n")

    assert style_for(tmp_path / "r.tsv", tmp_path / "c.csv") == CsvStyle(delimiter="\t")
    assert style_for(tmp_path / "r.csv", tmp_path / "c.csv") == CsvStyle(delimiter=";")
