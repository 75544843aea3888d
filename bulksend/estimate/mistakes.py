"""What is nearly surely a mistake of the whole batch, and slips in the fields that are put in.

A slip of the template is on every phone: with `yes` nothing is sent. A sign before a placeholder
(`${name}`) is one where most fields are no numbers. `&amp;` in a field is that field's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from bulksend.contacts import cell_values, compose
from bulksend.contacts.reading import traits
from bulksend.contacts.reading.traits import Trait
from bulksend.estimate.findings import FIRST_ROWS, Finding, Kind
from bulksend.sms import slips
from bulksend.sms.slips import Slip, SlipKind


@dataclass(slots=True)
class Mistakes:
    """Slips of a template, and how many rows each is in."""

    message_plan: compose.MessagePlan
    rows: int = 0
    _first_rows: list[int] = field(default_factory=list)
    _numbers: dict[int, int] = field(default_factory=dict)

    def add(self, sendable: pl.DataFrame) -> None:
        """Further rows that are sent."""
        if not self.message_plan.slips:
            return
        self.rows += sendable.height
        missing = FIRST_ROWS - len(self._first_rows)
        self._first_rows += sendable["row"].head(missing).to_list()
        for at, slip in enumerate(self.message_plan.slips):
            if slip.kind is SlipKind.SIGN_BEFORE_PLACEHOLDER:
                cells = sendable[self._cell(slip)]
                numbers = int(cells.str.contains(slips.NUMBER).sum())
                self._numbers[at] = self._numbers.get(at, 0) + numbers

    def findings(self) -> tuple[Finding, ...]:
        """One for each slip of the template that is hardly meant."""
        return tuple(
            self._finding(slip)
            for at, slip in enumerate(self.message_plan.slips)
            if self.rows and self._numbers.get(at, 0) * 2 < self.rows
        )

    def _finding(self, slip: Slip) -> Finding:
        return Finding(
            code=str(slip.kind),
            kind=Kind.MISTAKE,
            text=f"{slip.text}: character {slip.position} of the template",
            rows=self.rows,
            first_rows=tuple(self._first_rows),
            fix=slip.fix,
            positions=(slip.position,),
        )

    def _cell(self, slip: Slip) -> str:
        header = self.message_plan.header
        return header.cell(header.names.index(slip.column))


def in_fields(sendable: pl.DataFrame, message_plan: compose.MessagePlan) -> Iterator[Finding]:
    """Typed line ends, entities and tags in the fields of a template's placeholders."""
    if traits.have(sendable, Trait.NO_MARKUP):
        return
    for column in sorted(set(compose.placeholder_columns(message_plan).values())):
        cells = sendable[message_plan.header.cell(column)]
        if not cell_values.any_holds(cells, slips.MAY_HOLD_MARKUP):
            continue
        at = cells.str.contains(slips.MAY_HOLD_MARKUP).fill_null(value=False).arg_true()
        slipped = [(row, slip) for row in at for slip in [*slips.markup(cells[row])][:1]]
        for kind in SlipKind:
            of_kind = [(row, slip) for row, slip in slipped if slip.kind is kind]
            if of_kind:
                rows = [int(sendable["row"][row]) for row, _slip in of_kind]
                yield _in_field(of_kind[0][1], rows, message_plan.header.names[column])


def _in_field(slip: Slip, rows: list[int], column: str) -> Finding:
    return Finding(
        code=str(slip.kind),
        kind=Kind.REMARK,
        text=f"{slip.text}: column `{column}`",
        rows=len(rows),
        first_rows=tuple(rows[:FIRST_ROWS]),
        fix=f"{slip.fix}, or export the column without such signs",
        column=column,
    )
