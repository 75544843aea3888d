"""A page of a list with its meta, and how an operation says no to a page that is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bulksend.frozen import frozen
from bulksend.sandbox.checks import Refusal

_DEFAULT = 20
_INTEGER = re.compile(r"-?[0-9]+")
#: What a JSON document of Telnyx's can hold.
_LARGEST = 999_999_999_999_999_999


@frozen
class Paging:
    """What an operation's reference says of its pages, and of a parameter that does not fit."""

    size_max: int = 250
    #: None: there is no last page, and what is behind it is empty.
    number_max: int | None = None
    #: Telnyx's reference names no bounds: what is outside of them becomes the nearest page.
    bounded: bool = True
    status: int = 400
    code: str = "10015"
    title: str = "Bad Request"

    def refusal(self, detail: str) -> Refusal:
        """A parameter that this operation does not take."""
        return Refusal(self.status, self.code, self.title, detail)


RECORDS = Paging(size_max=50, number_max=(1 << 31) - 1)
SENDERS = Paging(bounded=False, status=422, code="10027", title="Unprocessable")
DELIVERIES = Paging(status=422, code="10027", title="Unprocessable")
OPT_OUTS = Paging()


def page(
    entries: Sequence[Mapping[str, Any]], query: Mapping[str, str], paging: Paging
) -> dict[str, Any]:
    """One page with its meta, as every list of Telnyx has it."""
    start, end, meta = cut(len(entries), query, paging)
    return {"data": list(entries[start:end]), "meta": meta}


def cut(total: int, query: Mapping[str, str], paging: Paging) -> tuple[int, int, dict[str, int]]:
    """Begin and end of the page among so many, and its meta. Raises Refusal."""
    size = _number(query, "page[size]", _DEFAULT, paging.size_max, paging)
    number = _number(query, "page[number]", 1, paging.number_max, paging)
    meta = {
        "page_number": number,
        "page_size": size,
        "total_pages": -(-total // size),
        "total_results": total,
    }
    return (number - 1) * size, number * size, meta


def _number(
    query: Mapping[str, str], name: str, default: int, most: int | None, paging: Paging
) -> int:
    text = query.get(name, str(default))
    if not _INTEGER.fullmatch(text):
        raise paging.refusal(f"`{name}` must be a number.")
    number = min(int(text[:20]), _LARGEST)
    if not paging.bounded:
        return max(1, number if most is None else min(number, most))
    if number < 1 or (most is not None and number > most):
        raise paging.refusal(f"`{name}` must be from 1 to {most or 'the last'}.")
    return number
