"""The document of `reconcile`: that of `run`, and what became of each unknown row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bulksend.cli.render import JsonObject
from bulksend.cli.render.documents import summary_json
from bulksend.reconcile.evidence import REASON_TEXT, By

if TYPE_CHECKING:
    from bulksend.commands.reconcile import Reconciled


def document(reconciled: Reconciled) -> JsonObject:
    """How each row was settled, or why it was not: schemas/reconcile.json."""
    counted = Counter(resolution.by for resolution in reconciled.settled)
    return {
        **summary_json.document(reconciled.summary),
        "settled": {by.value: counted[by] for by in By},
        "settled_rows": [
            {
                "row": resolution.row,
                "status": resolution.status,
                "by": resolution.by,
                "message_id": resolution.message_id or None,
            }
            for resolution in reconciled.settled
        ],
        "unknown_rows": [
            {
                "row": unresolved.row,
                "reasons": list(unresolved.reasons),
                "text": "; ".join(REASON_TEXT[each] for each in unresolved.reasons),
            }
            for unresolved in reconciled.left
        ],
    }
