"""How long a batch takes, and when the provider's queue cannot hold it."""

from __future__ import annotations

import pytest

from bulksend.estimate import duration


@pytest.mark.parametrize(
    ("rows", "rate_per_s", "expected"),
    [
        pytest.param(0, 50.0, 0.0, id="nothing"),
        pytest.param(1, 50.0, 0.0, id="one-goes-at-once"),
        pytest.param(101, 50.0, 2.0, id="two-seconds"),
        pytest.param(10_000, 0.1, 99_990.0, id="a-slow-sender"),
    ],
)
def test_a_batch_takes_as_long_as_its_rate_says(
    rows: int, rate_per_s: float, expected: float
) -> None:
    assert duration.seconds(rows, rate_per_s) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("parts", "rate_per_s", "words"),
    [
        # 0.1/s times four hours is 1,440.
        pytest.param(1_440, 50.0, "", id="the-slowest-queue-holds-it"),
        pytest.param(
            1_500, 50.0, "0.1/s, the lowest published limit, is not enough", id="just-not"
        ),
        pytest.param(10_000, 50.0, "41.1/min at least", id="what-is-needed"),
        pytest.param(10_000, 0.1, "", id="as-slow-as-the-slowest"),
        pytest.param(10_000, 0.5, "at least", id="half-as-slow-is-too-fast"),
        pytest.param(100_000, 50.0, "only 1000/s is enough", id="more-than-one-a-second"),
        pytest.param(20_000_000, 1e5, "none of the published limits", id="never"),
    ],
)
def test_what_the_queue_cannot_hold_is_said_with_what_would(
    parts: int, rate_per_s: float, words: str
) -> None:
    found = list(duration.findings(parts, parts, rate_per_s))

    assert [words in it.text for it in found] == ([True] if words else [])
    assert all("rate='0.1/s'" in it.fix for it in found)


def test_the_least_that_is_needed_does_hold_the_batch() -> None:
    """The number in the sentence is true: at that limit nobody waits more than four hours."""
    for parts, rate_per_s in ((1_500, 50.0), (10_000, 50.0), (250_000, 600.0), (9_000, 0.5)):
        (found,) = duration.findings(parts, parts, rate_per_s)
        number, unit = found.text.split(" at least")[0].rsplit(" ", 1)[1].split("/")
        limit_per_s = float(number.replace(",", "")) / {"s": 1, "min": 60, "h": 3600}[unit]

        assert parts / limit_per_s - duration.seconds(parts, rate_per_s) <= duration.QUEUE_S


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (89, "89 s"), (120, "2 min"), (7200, "2.0 h"), (864_000, "10.0 days")],
)
def test_a_duration_reads_as_people_say_it(seconds: float, words: str) -> None:
    assert duration.in_words(seconds) == words


def learned(
    count: int, *, every_s: float, latency_s: float, wait_s: float, parts: int = 1
) -> duration.Past:
    rows = [
        duration.Accepted(
            claimed_s=at * every_s, settled_s=at * every_s + latency_s, wait_s=wait_s * at
        )
        for at in range(count)
    ]
    return duration.learned(rows, 0.0, parts * count)


def test_a_few_rows_teach_nothing() -> None:
    assert learned(19, every_s=1, latency_s=1, wait_s=1) == duration.NO_PAST


def test_a_batch_without_a_queue_teaches_its_latency_alone() -> None:
    past = learned(101, every_s=0.1, latency_s=0.25, wait_s=0)

    assert past.latency_s == pytest.approx(0.25)
    assert past.parts_per_s is None


def test_a_queue_teaches_how_fast_it_was_emptied() -> None:
    """101 texts of 2 parts in 10 s, the last waits 1,000 s: a fifth of a part a second."""
    past = learned(101, every_s=0.1, latency_s=0, wait_s=10, parts=2)

    assert past.parts_per_s == pytest.approx(202 / 1010)


@pytest.mark.parametrize(
    ("past", "seconds", "limited_by"),
    [
        pytest.param(duration.NO_PAST, 99.99, "rate", id="nothing-known"),
        pytest.param(duration.Past(latency_s=0.1), 99.99, "rate", id="fast-replies"),
        pytest.param(duration.Past(latency_s=1.6), 999.9, "in_flight", id="slow-replies"),
        pytest.param(
            duration.Past(latency_s=1.6, parts_per_s=0.1), 199_990.0, "queue", id="a-default-sender"
        ),
    ],
)
def test_the_slowest_of_rate_replies_and_queue_decides(
    past: duration.Past, seconds: float, limited_by: str
) -> None:
    takes = duration.expected(10_000, 20_000, 100.0, 16, past)

    assert takes.seconds == pytest.approx(seconds)
    assert takes.limited_by == limited_by
