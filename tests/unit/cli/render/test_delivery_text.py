"""What became of messages, and how the asking goes, in words that fit the screen."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from bulksend.cli.render import delivery_text
from bulksend.receipts.counts import AskingProgress, DeliveryCounts

BECAME = DeliveryCounts(delivered=5_900, failed=103, unconfirmed=197, waiting=3_800)
NOW = datetime(2026, 11, 27, 14, 5, 9, tzinfo=UTC)


def progress(**changed: Any) -> AskingProgress:
    values = {"total": 10_000, "waiting": 3_800, "counts": BECAME, "left_s": 492.0}
    return AskingProgress(**(values | changed))


@pytest.mark.parametrize(
    ("width", "changed", "shown"),
    [
        pytest.param(
            120,
            {"next_pass_s": 25.0},
            " 62% ▕▏ 6,200/10,000 final  "
            "delivered 5,900, failed 103, unconfirmed 197  8:12 left, asks in 25 s",
            id="wide",
        ),
        pytest.param(
            80,
            {"next_pass_s": 25.0},
            " 62% ▕▏ 6,200/10,000 final  8:12 left, asks in 25 s",
            id="eighty-columns",
        ),
        pytest.param(
            60,
            {},
            " 62% ▕▏ 6,200/10,000 final  8:12 left, asking",
            id="sixty-columns-while-a-pass-goes-on",
        ),
        pytest.param(
            42, {"next_pass_s": 600.0}, " 62% ▕▏ 6,200/10,000 final  8:12 left", id="narrow"
        ),
        pytest.param(20, {}, "62% 6,200/10,000 fin", id="twenty-columns"),
        pytest.param(
            80,
            {"total": 4, "waiting": 0, "left_s": 3.0, "counts": DeliveryCounts(delivered=4)},
            "100% ▕▏ 4/4 final  delivered 4",
            id="all-known",
        ),
    ],
)
def test_a_terminal_shows_what_is_known_of_all_and_the_time_left(
    width: int, changed: dict[str, Any], shown: str
) -> None:
    line = delivery_text.asking_line(progress(**changed), width)

    assert len(line) <= width
    assert re.sub("▕.+▏", "▕▏", line) == shown


def test_a_log_has_the_clock_and_everything(tmp_path: object) -> None:
    assert delivery_text.asking_plain(progress(next_pass_s=600.0), NOW) == (
        "14:05:09  62%  6,200/10,000 final  delivered 5,900, failed 103, unconfirmed 197  "
        "8:12 left, asks in 10 min"
    )
    assert delivery_text.asking_plain(AskingProgress(total=3, waiting=3), NOW) == (
        "14:05:09  0%  0/3 final  asking"
    )
