"""What is made in a thread comes in order, one ahead, and its failures with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bulksend.contacts.ahead import ahead


def test_the_items_come_in_their_order_also_none() -> None:
    assert list(ahead(iter([1, None, 3]), "count")) == [1, None, 3]
    assert list(ahead(iter(()), "count")) == []


def test_the_next_one_is_made_in_another_thread_while_one_is_used() -> None:
    second_made, makers = threading.Event(), []

    def items() -> Iterator[int]:
        for number in range(3):
            makers.append(threading.current_thread().name)
            if number == 1:
                second_made.set()
            yield number

    assert next(each := ahead(items(), "count")) == 0
    assert second_made.wait(10)
    assert list(each) == [1, 2]
    assert {name.partition("_")[0] for name in makers} == {"count"}


def test_a_failure_is_raised_behind_what_came_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    each = ahead(items(), "count")
    assert next(each) == 1
    with pytest.raises(ValueError, match="broken"):
        next(each)


def test_whoever_stops_early_leaves_nothing_running() -> None:
    each = ahead(iter(range(1000)), "stopped")
    assert next(each) == 0
    each.close()  # type: ignore[attr-defined]
    assert not [one for one in threading.enumerate() if one.name.startswith("stopped")]
