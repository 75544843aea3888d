"""What is reported of a message: `message.sent`, and `message.finalized` when it has an end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from bulksend.frozen import frozen
from bulksend.sandbox.lifecycle import NEVER_S, moment
from bulksend.sandbox.payload import payload
from bulksend.sandbox.state import Stored


@frozen
class Event:
    """One event, the same whenever it is made again."""

    event_id: str
    event_type: str
    occurred_s: float
    stored: Stored

    def document(self) -> dict[str, Any]:
        """The `data` of the webhook."""
        return {
            "record_type": "event",
            "id": self.event_id,
            "event_type": self.event_type,
            "occurred_at": moment(self.occurred_s),
            "payload": payload(self.stored, self.occurred_s),
        }


def events(stored: Stored) -> Iterator[Event]:
    """Every event that a message will ever have, in the order they happen."""
    course = stored.course
    if course.recorded_s() == course.left_s:  # it leaves the queue
        yield _event(stored, "message.sent", min(course.sent_s, course.final_s))
    if course.final_s != NEVER_S:
        yield _event(stored, "message.finalized", course.final_s)


def _event(stored: Stored, event_type: str, occurred_s: float) -> Event:
    return Event(
        event_id=str(uuid.uuid5(uuid.UUID(stored.message_id), event_type)),
        event_type=event_type,
        occurred_s=occurred_s,
        stored=stored,
    )
