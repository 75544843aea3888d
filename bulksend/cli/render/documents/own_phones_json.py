"""The document of `run --test-to`: schemas/own_phones.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend.cli.render import SCHEMA, JsonObject, money_text

if TYPE_CHECKING:
    from bulksend.batch.preflight.own_phones import OwnText


def document(test: OwnText) -> JsonObject:
    """Each phone and what its request came to; the text stands in the file, not here."""
    return {
        "schema": SCHEMA,
        "row": test.row,
        "phones": [
            {
                "to": each.phone,
                "status": str(each.reply.status),
                "message_id": each.reply.message_id or None,
                "parts": each.reply.parts,
                "code": each.reply.code or None,
                "error": each.reply.error or None,
            }
            for each in test.tried
        ],
        "cost": money_text.sums(test.cost),
        "exit_code": test.exit_code,
    }
