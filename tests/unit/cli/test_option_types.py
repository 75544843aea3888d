"""What a person types behind an option, and what it comes to."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

import click
import pytest

from bulksend.cli import option_types as types
from tests.makers import PROFILE

RIGHT = [
    (types.Duration(), "6d", 518_400.0),
    (types.Duration(), "30m", 1800.0),
    (types.Duration(), "90s", 90.0),
    (types.Duration(), "1h30m", 5400.0),
    (types.Duration(), "1.5h", 5400.0),
    (types.Duration(), "2 W", 1_209_600.0),
    (types.Duration(), "0", 0.0),
    (types.QuietHours(), "21:00-08:00", (time(21), time(8))),
    (types.QuietHours(), "9-17", (time(9), time(17))),
    (types.QuietHours(), "22:30-24:00", (time(22, 30), time(0))),
    (types.QuietDays(), "sun,holidays", ("sun", "holidays")),
    (types.QuietDays(), "Holidays, Saturday , SUN", ("sat", "sun", "holidays")),
    (types.Countries(), "gb, FR,GB", ("FR", "GB")),
    (types.Country(), "de", "DE"),
    (types.Amount(), "25.00", Decimal("25.00")),
    (types.Amount(), "0", Decimal(0)),
    (types.Uuid(), " 40017F5F-5a1c-4d5e-8b7a-0a1b2c3d4e5f", "40017f5f-5a1c-4d5e-8b7a-0a1b2c3d4e5f"),
    (types.Phones(), "+44 7700 900123,+447700900123", ("+447700900123",)),
    (types.Digest(), "3F2A-9f86d081-884c7d65", "3f2a-9f86d081-884c7d65"),
    (types.Encoding(), "Windows-1252", "cp1252"),
    (types.Encoding(), "shift-jis", "shift_jis"),
    (types.Uuid(), PROFILE.upper(), PROFILE),
    (types.Encoding(), "utf-16", "utf-16"),
    (types.Encoding(), "utf-32", "utf-32"),
    (types.Encoding(), "utf-7", "utf-7"),
    (types.Delimiter(), "tab", "\t"),
    (types.Delimiter(), "\t", "\t"),
    (types.Delimiter(), "|", "|"),
    (types.Proxy(), "http://me:secret@proxy.example:3128/", "http://me:secret@proxy.example:3128"),
]  # fmt: skip
WRONG = [
    (types.Duration(), "6", "6d"),
    (types.Duration(), "-1d", "a time like"),
    (types.Duration(), "six days", "a time like"),
    (types.Duration(), "1e9d", "a time like"),
    (types.Duration(), "401d", "at most 400d"),
    (types.Duration(), "", "a time like"),
    (types.Duration("2m", most_s=60.0), "2m", "at most"),
    (types.QuietHours(), "21:00", "21:00-08:00"),
    (types.QuietHours(), "25:00-08:00", "21:00-08:00"),
    (types.QuietHours(), "24:30-08:00", "21:00-08:00"),
    (types.QuietHours(), "08:00-08:00", "same time"),
    (types.QuietHours(), "night", "21:00-08:00"),
    (types.QuietDays(), "tues", "mon, tue"),
    (types.QuietDays(), "", "mon, tue"),
    (types.QuietDays(), "mon,tue,wed,thu,fri,sat,sun", "no day"),
    (types.Countries(), "GB,,FR", "GB,FR"),
    (types.Countries(), "UK", "did you mean GB"),
    (types.Country(), "XX", "ISO country"),
    (types.Amount(), "-1", "25.00"),
    (types.Amount(), "nan", "25.00"),
    (types.Amount(), "1e99", "25.00"),
    (types.Amount(), "25,00", "25.00"),
    (types.Amount(), "1_000", "25.00"),
    (types.Uuid(), "<uuid>", "UUID"),
    (types.Uuid(), "40017f5f5a1c4d5e8b7a0a1b2c3d4e5f", "UUID"),
    (types.Phones(), "07700900123", "+447700900123"),
    (types.Phones(), "+4477009001,".join([""] * 2) + "x", "+447700900123"),
    (types.Phones(), ",".join(f"+4477009001{it:02}" for it in range(6)), "at most 5"),
    (types.Digest(), "9f86", "digest"),
    (types.Encoding(), "rot13", "text encoding"),
    (types.Encoding(), "cp9999", "text encoding"),
    (types.Encoding(), "idna", "text encoding"),
    (types.Encoding(), "punycode", "text encoding"),
    (types.Encoding(), "undefined", "text encoding"),
    (types.Encoding(), "unicode-escape\0", "text encoding"),
    (types.Delimiter(), "ab", "one character"),
    (types.Delimiter(), "x", "one character"),
    (types.Delimiter(), '"', "one character"),
    (types.Proxy(), "proxy.example:3128", "http://proxy"),
    (types.Proxy(), "socks5://me:secret@proxy", "http://proxy"),
]


@pytest.mark.parametrize(
    ("kind", "text", "value"), RIGHT, ids=[f"{it[0].name} {it[1]}" for it in RIGHT]
)
def test_what_is_typed_becomes_a_value(kind: click.ParamType[Any], text: str, value: Any) -> None:
    assert kind.convert(text, None, None) == value


@pytest.mark.parametrize(
    ("kind", "text", "words"), WRONG, ids=[f"{it[0].name} {it[1]}" for it in WRONG]
)
def test_what_is_none_is_refused_with_the_right_form(
    kind: click.ParamType[Any], text: str, words: str
) -> None:
    with pytest.raises(click.BadParameter) as refused:
        kind.convert(text, None, None)

    assert words in refused.value.message
    assert "secret" not in refused.value.message
