"""What a person should know before a batch goes out: how many rows, which, why, and the cure.

What stands here is found row by row while the file is walked: rows that are not sent, and damage of
those that are. What costs parts and money is found afterwards, in `bill`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

import polars as pl

from bulksend.contacts import compose
from bulksend.errors import Code
from bulksend.estimate import fixes as fixes
from bulksend.sms.phone.parse import PhoneFix

FIRST_ROWS = 5
#: Kinds of trouble whose sentence tells which of several it is; the others have one sentence.
_BY_SENTENCE = {Code.PHONE_INVALID, Code.FIELD_MISSING, Code.NO_ALPHANUMERIC, Code.PHONE_NATIONAL}
#: So many findings of one walk are kept apart; a broken file may have a sentence a row.
_MOST = 200


class Kind(StrEnum):
    """What a finding means for its rows."""

    #: They are not sent.
    PROBLEM = "problem"
    #: They are sent, and cost more than they need.
    COST = "cost"
    #: They are sent, and something about them is odd.
    REMARK = "remark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One kind of trouble or surprise."""

    code: str
    kind: Kind
    text: str
    rows: int
    #: The first few, as the spreadsheet numbers them.
    first_rows: tuple[int, ...] = ()
    #: What to do about it.
    cure: str = ""
    #: The column it is in, "" where it is in none.
    column: str = ""
    country: str = ""
    #: The character to blame, its name in Unicode, and what could stand there instead (None: no
    #: replacement that means the same).
    character: str = ""
    name: str = ""
    replacement: str | None = None
    #: Where it stands in the template, from 1.
    positions: tuple[int, ...] = ()
    #: Rows that are UTF-16 because of it alone.
    rows_pushed: int | None = None
    #: Parts more than without it, and their price by currency.
    parts: int | None = None
    price: Mapping[str, Decimal] = field(default_factory=dict)
    #: Of `parts`, those that the rate card has no price for.
    unpriced_parts: int = 0


Known = dict[tuple[str, str], Finding]


def problems(composed: pl.DataFrame, message_plan: compose.MessagePlan) -> Iterator[Finding]:
    """Why rows of a composed frame are not sent."""
    troubled = composed.filter(pl.col("problem").is_not_null())
    apart = pl.col("problem").is_in([str(it) for it in _BY_SENTENCE])
    found = (
        troubled.select("problem", "problem_text", "row")
        .group_by(
            "problem",
            sentence=pl.when(apart).then("problem_text").otherwise(pl.lit("")),
            maintain_order=True,
        )
        .agg(pl.col("problem_text").first(), pl.len(), first=pl.col("row").head(FIRST_ROWS))
    )
    phone = message_plan.header.names[message_plan.to_column]
    for code, _sentence, text, rows, first in found.iter_rows():
        yield Finding(
            code=code,
            kind=Kind.PROBLEM,
            text=text.partition("; ")[0],
            rows=rows,
            first_rows=tuple(first),
            cure=fixes.FIX_FOR.get(Code(code), ""),
            column=phone if code.startswith("phone") else "",
        )


def repairs(sendable: pl.DataFrame, message_plan: compose.MessagePlan) -> Iterator[Finding]:
    """What was undone in reading the phones of rows that are sent."""
    undone = sendable["repairs"]
    if not (undone > 0).any():
        return
    for repair in PhoneFix:
        rows = sendable["row"].filter(undone & int(repair) > 0)
        if len(rows):
            text, cure = fixes.REPAIRED[repair]
            yield Finding(
                code=str(repair.name).lower(),
                kind=Kind.REMARK,
                text=text,
                rows=len(rows),
                first_rows=tuple(rows.head(FIRST_ROWS)),
                cure=cure,
                column=message_plan.header.names[message_plan.to_column],
            )


def gather(known: Known, found: Iterable[Finding]) -> None:
    """Add what a further chunk shows; the first sentence of a kind is the one that stays."""
    for it in found:
        key = (it.code, it.text if it.code in _BY_SENTENCE else it.column)
        if key not in known and len(known) >= _MOST:
            key = (it.code, "")
        before = known.get(key, replace(it, rows=0, first_rows=()))
        known[key] = replace(
            before,
            rows=before.rows + it.rows,
            first_rows=(*before.first_rows, *it.first_rows)[:FIRST_ROWS],
        )
