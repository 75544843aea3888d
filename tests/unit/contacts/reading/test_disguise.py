"""What is called .csv and is something else."""

from __future__ import annotations

import pytest

from bulksend.contacts.reading import disguise


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"<html><body><table>", "HTML"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html>", "HTML"),
        (b"<table><tr><th>phone</th></tr></table>", "HTML"),
        ("<html><head>".encode("utf-16"), "HTML"),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', "XML"),
        (b"<contacts><contact/></contacts>", "XML"),
        (b'[{"phone": "+44"}]', "JSON"),
        (b'{"contacts": []}', "JSON"),
        (b"BEGIN:VCARD\nVERSION:3.0\n", "vCard"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"-- MySQL dump 10.13\n", "SQL"),
        (b"INSERT INTO contacts VALUES (1);\n", "SQL"),
    ],
)
def test_it_is_named_for_what_it_is(head: bytes, word: str) -> None:
    assert word in disguise.of(head)


@pytest.mark.parametrize(
    "head",
    [
        b"phone,name\n+44,Ada\n",
        b"<phone>,name\n",
        b"From,To,Name\n",
        b"[phone],name\n",
        b"BEGIN,phone\n",
        b"-- exported\nphone,name\n",
        b"{name},phone\n",
    ],
)
def test_a_table_of_text_is_none_of_these(head: bytes) -> None:
    assert disguise.of(head) == ""
    assert not disguise.is_no_text(head)
