"""Moments as servers and boxes in between write them."""

from __future__ import annotations

import pytest

from bulksend.telnyx import clock

NEW_YEAR_S = 1767225600.0


@pytest.mark.parametrize(
    ("text", "at_s"),
    [
        pytest.param("Thu, 01 Jan 2026 00:00:00 GMT", NEW_YEAR_S, id="as-the-standard-has-it"),
        pytest.param("Thu, 01 Jan 2026 01:00:00 +0100", NEW_YEAR_S, id="a-zone"),
        pytest.param("Thu, 01 Jan 2026 00:00:00", NEW_YEAR_S, id="no-zone-is-utc"),
        pytest.param("Thursday, 01-Jan-26 00:00:00 GMT", NEW_YEAR_S, id="an-old-form"),
        pytest.param("Thu, 01 Jan 2026 00:00:00 +9999", None, id="no-such-zone"),
        pytest.param("Thu, 01 Jan 2026 00:00:00 -9959", None, id="no-such-zone-west"),
        pytest.param("Thu, 99 Foo 99999 99:99:99 GMT", None, id="no-such-day"),
        pytest.param("", None, id="empty"),
        pytest.param("0", None, id="a-number"),
        pytest.param("é", None, id="a-letter"),
        pytest.param("soon", None, id="a-word"),
    ],
)
def test_http_date_is_a_moment_or_nothing(text: str, at_s: float | None) -> None:
    assert clock.parse_http_date(text) == at_s


@pytest.mark.parametrize(
    ("text", "at_s"),
    [
        pytest.param("2026-01-01T00:00:00.000+00:00", NEW_YEAR_S, id="as-telnyx-writes-it"),
        pytest.param("2026-01-01T00:00:00Z", NEW_YEAR_S, id="z"),
        pytest.param("2026-01-01T00:00:00", NEW_YEAR_S, id="no-zone-is-utc"),
        pytest.param("2026-01-01T00:00:00+99:99", None, id="no-such-zone"),
        pytest.param("2026-13-01T00:00:00Z", None, id="no-such-month"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="null"),
        pytest.param(1767225600, None, id="a-number"),
    ],
)
def test_iso_moment_is_a_moment_or_nothing(text: object, at_s: float | None) -> None:
    assert clock.parse_iso(text) == at_s


def test_nonsense_in_a_date_header_leaves_the_clock_as_it_was() -> None:
    server = clock.ServerClock()

    server.observe("Thu, 01 Jan 2026 00:00:00 +9999", NEW_YEAR_S)
    assert server.high_s is None
    server.observe("Thu, 01 Jan 2026 00:00:10 GMT", NEW_YEAR_S)

    assert (server.low_s, server.high_s) == (10.0, 10.0)
