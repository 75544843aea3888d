"""The document of `receipts`: that of `status`, and how the asking went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend.cli.render import JsonObject
from bulksend.cli.render.documents import summary_json

if TYPE_CHECKING:
    from bulksend.commands.receipts import Receipts


def document(receipts: Receipts) -> JsonObject:
    """With passes over the whole batch and single reads: schemas/receipts.json."""
    return {
        **summary_json.document(receipts.summary),
        "passes": receipts.collected.passes,
        "reads": receipts.collected.reads,
        "exit_code": receipts.exit_code,
    }
