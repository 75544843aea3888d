"""The numbers that an expression of a numbering plan means, as ranges.

`7(?:4[0-9]|5[0-57-9])[0-9]{6}` for nine digits is 740,000,000 to 755,999,999 and 757,000,000 to
759,999,999. To find a number's place among sorted ranges costs a tenth of the expression. Plans are
written with digits, classes, groups, alternatives and counts alone; anything else is an error.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain

from bulksend.frozen import frozen

#: Sorted, apart from each other; each from its first number to before its second.
Ranges = tuple[tuple[int, int], ...]

_NONE: Ranges = ()
_SIGN = re.compile(r"\(\?:|[()|?]|\[[0-9-]+\]|\\d|[0-9]|\{[0-9]+(?:,[0-9]+)?\}")
_DIGITS = frozenset(range(10))


@frozen(kw_only=False)
class _Digit:
    """One digit out of some."""

    digits: frozenset[int]

    @property
    def lengths(self) -> tuple[int, int]:
        """The fewest and the most digits that it takes."""
        return 1, 1

    def ranges(self, length: int) -> Ranges:
        """Of numbers with so many digits."""
        return joined((digit, digit + 1) for digit in self.digits) if length == 1 else _NONE


@frozen(kw_only=False)
class _Any:
    """Between so many and so many digits, whichever they are."""

    lengths: tuple[int, int]

    def ranges(self, length: int) -> Ranges:
        """Of numbers with so many digits."""
        return _all(length) if self.lengths[0] <= length <= self.lengths[1] else _NONE


@frozen(kw_only=False)
class _OneOf:
    alternatives: Sequence[_Node]
    lengths: tuple[int, int]

    def ranges(self, length: int) -> Ranges:
        """Of numbers with so many digits."""
        able = (each for each in self.alternatives if _may_have(each.lengths, length))
        return joined(chain.from_iterable(each.ranges(length) for each in able))


@frozen(kw_only=False)
class _Row:
    """One behind the other: the first, and a row of the others."""

    first: _Node
    rest: _Node
    lengths: tuple[int, int]

    def ranges(self, length: int) -> Ranges:
        """Of numbers with so many digits."""
        own = range(self.first.lengths[0], min(self.first.lengths[1], length) + 1)
        able = (size for size in own if _may_have(self.rest.lengths, length - size))
        return joined(
            chain.from_iterable(
                _behind(self.first.ranges(size), self.rest.ranges(length - size), length - size)
                for size in able
            )
        )


_Node = _Digit | _Any | _OneOf | _Row
_EMPTY = _Any((0, 0))


def ranges_of(expression: str, length: int) -> Ranges:
    """The numbers of so many digits that an expression means as a whole.

    Raises ValueError where it has something that plans do not have.
    """
    return _parsed(expression).ranges(length)


def beginning_with(expression: str, length: int) -> Ranges:
    """The numbers of so many digits whose first digits an expression means."""
    node = _parsed(expression)
    return joined(
        chain.from_iterable(
            _behind(node.ranges(own), _all(length - own), length - own)
            for own in range(1, length + 1)
        )
    )


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """What is in any of them."""
    result: list[tuple[int, int]] = []
    for first, end in sorted(ranges):
        if result and first <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((first, end))
    return tuple(result)


def holds(ranges: Ranges, number: int) -> bool:
    """Whether a number is in one of them."""
    at = bisect_right(ranges, (number, _ENDLESS)) - 1
    return at >= 0 and number < ranges[at][1]


_ENDLESS = 1 << 64


def _may_have(lengths: tuple[int, int], length: int) -> bool:
    return lengths[0] <= length <= lengths[1]


def _all(length: int) -> Ranges:
    return ((0, 10**length),)


def _behind(first: Ranges, rest: Ranges, length: int) -> Iterable[tuple[int, int]]:
    """Numbers of `first`, with `length` digits of `rest` behind them."""
    size = 10**length
    if not rest:
        return ()
    if rest == ((0, size),):
        return ((start * size, end * size) for start, end in first)
    return (
        (number * size + start, number * size + end)
        for begin, stop in first
        for number in range(begin, stop)
        for start, end in rest
    )


def _parsed(expression: str) -> _Node:
    signs = _SIGN.findall(expression)
    if "".join(signs) != expression:
        raise ValueError(f"no expression of a numbering plan: {expression}")
    signs.reverse()
    return _alternatives(signs)


def _alternatives(signs: list[str]) -> _Node:
    """As far as a group goes; the signs are taken from the end."""
    rows: list[list[_Node]] = [[]]
    while signs:
        sign = signs.pop()
        if sign == ")":
            break
        if sign == "|":
            rows.append([])
        elif sign == "?" or sign[0] == "{":
            least, most = (0, 1) if sign == "?" else _counts(sign)
            rows[-1] += _repeated(rows[-1].pop(), least, most)
        else:
            rows[-1].append(_alternatives(signs) if sign[0] == "(" else _Digit(_class(sign)))
    return _one_of([_row(nodes) for nodes in rows])


def _row(nodes: Sequence[_Node]) -> _Node:
    if not nodes:
        return _EMPTY
    row = nodes[-1]
    for node in reversed(nodes[:-1]):
        both = zip(node.lengths, row.lengths, strict=True)
        least, most = (sum(each) for each in both)
        row = _Row(node, row, (least, most))
    return row


def _one_of(nodes: Sequence[_Node]) -> _Node:
    if len(nodes) == 1:
        return nodes[0]
    least, most = zip(*(node.lengths for node in nodes), strict=True)
    return _OneOf(tuple(nodes), (min(least), max(most)))


def _counts(sign: str) -> tuple[int, int]:
    least, _, most = sign[1:-1].partition(",")
    return int(least), int(most or least)


def _repeated(node: _Node, least: int, most: int) -> Iterable[_Node]:
    if isinstance(node, _Digit) and node.digits == _DIGITS:
        return (_Any((least, most)),)
    return (*(node,) * least, *(_one_of((node, _EMPTY)),) * (most - least))


def _class(sign: str) -> frozenset[int]:
    if sign == r"\d":
        return _DIGITS
    digits: set[int] = set()
    for first, last in re.findall(r"([0-9])(?:-([0-9]))?", sign):
        digits.update(range(int(first), int(last or first) + 1))
    return frozenset(digits)
