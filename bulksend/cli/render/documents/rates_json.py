"""The document of `rates learn`: schemas/rates.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend.batch.summary import OK
from bulksend.cli.render import SCHEMA, JsonObject

if TYPE_CHECKING:
    from bulksend.commands.rates import Learned


def document(learned: Learned) -> JsonObject:
    """The lines of the card, and what taught it nothing."""
    from bulksend.results import learned_rates

    return {
        "schema": SCHEMA,
        "rates": [
            learned_rates.row(line) | {"samples": line.charges.samples} for line in learned.lines
        ],
        "left_out": learned.left_out,
        "output": None if learned.output is None else str(learned.output),
        "exit_code": OK,
    }
