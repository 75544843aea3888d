"""A rate as a person writes it."""

from __future__ import annotations

import pytest

from bulksend import errors
from bulksend.sending import user_rate


@pytest.mark.parametrize(
    ("text", "per_s"),
    [
        ("50/s", 50.0),
        ("600/min", 10.0),
        ("0.1/s", 0.1),
        ("3600/h", 1.0),
        (" 5 / s ", 5.0),
        ("1.5/s", 1.5),
        ("7/min", 7 / 60),
        ("999.5/s", 999.5),
        ("2000/sec", 2000.0),
    ],
)
def test_a_rate_is_read(text: str, per_s: float) -> None:
    assert user_rate.parse_rate(text) == pytest.approx(per_s)


@pytest.mark.parametrize(
    "text", ["50", "fast", "0/s", "-1/s", "1/day", "1e9/s", "", "nan/s", "1/s/s", "5 0/s"]
)
def test_a_wrong_rate_says_how_to_write_it(text: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        user_rate.parse_rate(text)

    assert "50/s" in caught.value.hint
