"""The document of `pace`: schemas/pace.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend.batch.summary import OK
from bulksend.cli.render import SCHEMA, JsonObject

if TYPE_CHECKING:
    from bulksend.commands.pace import Pace


def document(pace: Pace) -> JsonObject:
    """How the run goes, as it has confirmed."""
    return {"schema": SCHEMA, "rate": pace.rate, "paused": pace.paused, "exit_code": OK}
