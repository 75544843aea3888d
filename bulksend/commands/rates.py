"""`bulksend rates learn`: a rate card out of what past batches were really charged."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from bulksend import errors
from bulksend.batch.reporter import Reporter
from bulksend.frozen import frozen
from bulksend.results import csv_writer, file_kinds, learned_rates
from bulksend.setting_names import Setting
from bulksend.sms.rates import load_rate_card


@frozen(kw_only=False)
class Learned:
    """A rate card, and what taught it nothing."""

    lines: tuple[learned_rates.Line, ...]
    #: Rows by why they were left out.
    left_out: dict[str, int]
    output: Path | None

    @property
    def card(self) -> str:
        """The rate card as CSV."""
        return learned_rates.card(self.lines)


def learn(
    results: Sequence[Path], output: Path | None, reporter: Reporter, *, force: bool
) -> Learned:
    """Read results files, and write the card where `output` says so.

    Raises ContactsError naming file, row and column, or UsageError where a file is there already.
    """
    if output is not None:
        file_kinds.refuse_other(output, Setting.OUTPUT, file_kinds.RATE_CARD)
        if os.path.lexists(output):
            _refuse_to_replace(output, force=force)
    lesson = learned_rates.learn(results)
    usual, rare = learned_rates.lines(lesson)
    for note in lesson.notes:
        reporter.note(note)
    left_out = {why: rows for why, rows in lesson.left_out.items() if rows}
    for line in rare:
        why = f"rows of {line.country} in {line.price.currency}, which is not its usual currency"
        left_out[why] = line.charges.samples
    for why, rows in left_out.items():
        reporter.note(f"left out: {rows:,} {why}")
    if not usual:
        raise errors.ContactsError(
            "no row of these files was charged, so there is nothing to learn",
            hint="name the results of a batch that Telnyx accepted",
            code="no_charges",
        )
    learned = Learned(tuple(usual), left_out, output)
    if output is not None:
        with csv_writer.replacing(output) as file:
            file.write(learned.card.encode())
    return learned


def _refuse_to_replace(output: Path, *, force: bool) -> None:
    """Force is for a rate card alone: whatever else has that name is somebody's."""
    if not force:
        raise errors.UsageError(
            f"{output} is there already",
            hint=f"give {Setting.OUTPUT} another name, or {Setting.FORCE} to replace it",
            code="output_exists",
        )
    try:
        load_rate_card(output)
    except errors.UsageError:
        raise errors.UsageError(
            f"{output} is there already, and is no rate card: it stays as it is",
            hint=f"give {Setting.OUTPUT} another name",
            code="output_exists",
        ) from None
