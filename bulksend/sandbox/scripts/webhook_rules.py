"""What goes wrong with webhooks, by script.

    [{"webhook": "twice", "share": 0.2}, {"webhook": "late", "seconds": 3},
     {"webhook": "out_of_order"}, {"webhook": "forged", "share": 0.05},
     {"webhook": "replayed", "share": 0.05}, {"webhook": "lost", "to_ends_with": "7"}]

A forged or replayed event comes beside the true one.
"""

from __future__ import annotations

import random

from bulksend.frozen import frozen
from bulksend.sandbox.scripts import script

KINDS = frozenset({"twice", "late", "out_of_order", "forged", "replayed", "lost"})


@frozen
class WebhookRule:
    """One kind of trouble and the events that it meets; everything that is set must fit."""

    webhook: str = "twice"
    share: float = 0.0
    to_ends_with: str = ""
    #: How late `late` is, and how long after the end `out_of_order` brings the beginning.
    seconds: float = 1.0

    def meets(self, event_id: str, to: str) -> bool:
        """The same for the same event, always."""
        if not to.endswith(self.to_ends_with):
            return False
        draw = random.Random(f"{self.webhook} {event_id}").random()  # noqa: S311 - no secret
        return not self.share or draw < self.share


def parse_webhooks(text: str) -> tuple[WebhookRule, ...]:
    """Rules from JSON, or from the file that `text` names. Raises UsageError."""
    example = 'for example [{"webhook": "twice", "share": 0.2}]'
    return script.parse(text, WebhookRule, example, ("webhook", KINDS))
