"""What a person should know before a batch goes out: how many rows, which, why, and the fix.

What stands here is collected row by row while the file is read: rows that are not sent, and what
was undone in those that are. What costs parts and money comes afterwards, in `savings`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from decimal import Decimal
from enum import StrEnum

import polars as pl

from bulksend.contacts import cell_values, compose
from bulksend.errors import LEFT_OUT, TEXT_FOR, Code
from bulksend.estimate import fixes
from bulksend.frozen import frozen
from bulksend.sms.phone.wrapping import PhoneFix

FIRST_ROWS = 5
#: Kinds of trouble whose sentence tells which of several it is; the others have one sentence.
_BY_SENTENCE = {
    *(Code.PHONE_INVALID, Code.PHONE_NATIONAL, Code.PHONE_MISSING, Code.NO_ALPHANUMERIC),
    *(Code.FIELD_MISSING, Code.TEXT_TOO_LONG, Code.FOREIGN_PLACEHOLDER, Code.TYPED_ESCAPE),
    *(Code.SIGN_BEFORE_PLACEHOLDER, Code.HTML_IN_TEXT, Code.CELL_ERROR),
}
#: So many findings of one pass are kept apart; a broken file may have a sentence a row.
_MOST = 200


class Kind(StrEnum):
    """What a finding means for its rows."""

    #: They are not sent.
    PROBLEM = "problem"
    #: They are sent, and cost more than they need.
    COST = "cost"
    #: They are sent, and something about them is odd.
    REMARK = "remark"
    #: They are sent, and nearly surely not as meant: `yes` does not answer for it.
    MISTAKE = "mistake"


@frozen
class Finding:
    """One kind of trouble or surprise."""

    code: str
    kind: Kind
    text: str
    rows: int
    #: The first few, as the spreadsheet numbers them.
    first_rows: tuple[int, ...] = ()
    #: What to do about it.
    fix: str = ""
    #: The column it is in, "" where it is in none; and the first such cell as it stands there.
    column: str = ""
    value: str = ""
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


Accumulated = dict[tuple[str, str], Finding]


def problems(composed: pl.DataFrame, message_plan: compose.MessagePlan) -> Iterator[Finding]:
    """Why rows of a composed frame are not sent."""
    troubled = composed.filter(pl.col("problem").is_not_null())
    apart = pl.col("problem").is_in([str(code) for code in _BY_SENTENCE])
    cell = pl.col(message_plan.header.cell(message_plan.to_column))
    grouped = (
        troubled.select("problem", "problem_text", "row", cell=cell)
        .group_by(
            "problem",
            sentence=pl.when(apart).then("problem_text").otherwise(pl.lit("")),
            maintain_order=True,
        )
        .agg(
            *(pl.col("problem_text").first(), pl.len(), pl.col("cell").first()),
            first=pl.col("row").head(FIRST_ROWS),
        )
    )
    phone = message_plan.header.names[message_plan.to_column]
    for code, _sentence, text, rows, value, first in grouped.iter_rows():
        is_phone = code.startswith("phone")
        yield Finding(
            code=code,
            kind=Kind.PROBLEM,
            text=_general(Code(code)) or text.partition("; ")[0],
            rows=rows,
            first_rows=tuple(first),
            fix=fixes.FIX_FOR.get(Code(code), ""),
            column=phone if is_phone else "",
            value=value.strip() if is_phone and code != Code.PHONE_MISSING else "",
        )


def words_for_nothing(
    sendable: pl.DataFrame, message_plan: compose.MessagePlan
) -> Iterator[Finding]:
    """Cells that are inserted and hold NULL, nan or None, which programs write for nothing."""
    for name, at in compose.placeholder_columns(message_plan).items():
        cells = sendable[message_plan.header.cell(at)]
        places = cell_values.nulls_in(cells)
        if len(places):
            words = ", ".join(sorted(set(cells.gather(places))))
            yield Finding(
                code="word_for_nothing",
                kind=Kind.REMARK,
                text=f"{words} stands in {name}, as programs write that there is nothing",
                rows=len(places),
                first_rows=tuple(sendable["row"].gather(places.head(FIRST_ROWS))),
                fix="leave the cell empty, unless it is what somebody is called",
                column=name,
            )


def _general(code: Code) -> str:
    """Of rows that are left out, what is said of all of them; each has its own words."""
    return TEXT_FOR[code] if code in LEFT_OUT else ""


def phone_fixes(sendable: pl.DataFrame, message_plan: compose.MessagePlan) -> Iterator[Finding]:
    """What was undone in reading the phones of rows that are sent."""
    undone = sendable["phone_fixes"]
    places = (undone > 0).arg_true()
    if places.is_empty():
        return
    undone, undone_rows = undone.gather(places), sendable["row"].gather(places)
    for phone_fix in PhoneFix:
        rows = undone_rows.filter(undone & int(phone_fix) > 0)
        if len(rows):
            yield Finding(
                code=str(phone_fix.name).lower(),
                kind=Kind.REMARK,
                text=fixes.UNDONE[phone_fix],
                rows=len(rows),
                first_rows=tuple(rows.head(FIRST_ROWS)),
                fix=fixes.AVOIDED_BY[phone_fix],
                column=message_plan.header.names[message_plan.to_column],
            )


def add(accumulated: Accumulated, further: Iterable[Finding]) -> None:
    """Add what a further chunk shows; the first sentence of a kind is the one that stays."""
    for finding in further:
        key = (finding.code, finding.text if finding.code in _BY_SENTENCE else finding.column)
        if key not in accumulated and len(accumulated) >= _MOST:
            key = (finding.code, "")
        before = accumulated.get(key, replace(finding, rows=0, first_rows=()))
        accumulated[key] = replace(
            before,
            rows=before.rows + finding.rows,
            first_rows=(*before.first_rows, *finding.first_rows)[:FIRST_ROWS],
        )
