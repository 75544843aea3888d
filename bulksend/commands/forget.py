"""`bulksend forget`: take out of this computer's memory what it holds of a number."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from bulksend.batch.memory import opening
from bulksend.batch.reporter import Reporter
from bulksend.commands.explain import moment
from bulksend.frozen import frozen


@frozen
class Forgotten:
    """What was taken out."""

    phone: str
    texts: int
    at: datetime


def forget(phone: str, state_folder: Path, reporter: Reporter) -> Forgotten:
    """Take out of the memory what it holds of a phone; no journal is changed.

    The mark "forgotten" stays, so that a rebuild does not bring it back.
    Raises UsageError where the memory cannot be used.
    """
    now_s = int(time.time())
    with opening.opened(state_folder, reporter) as memory:
        texts = memory.store.forget(memory.keys.phones()(phone), now_s)
    return Forgotten(phone=phone, texts=texts, at=moment(now_s))
