"""The document of `optouts`: schemas/optouts.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend.batch.summary import OK
from bulksend.cli.render import SCHEMA, JsonObject

if TYPE_CHECKING:
    from bulksend.commands.optouts import Listed


def document(listed: Listed) -> JsonObject:
    """How many, and where; the phones themselves where no file was named."""
    shown = None if listed.output is not None else [person.phone for person in listed.people]
    return {
        "schema": SCHEMA,
        "optouts": len(listed.people),
        "phones": shown,
        "output": None if listed.output is None else str(listed.output),
        "exit_code": OK,
    }
