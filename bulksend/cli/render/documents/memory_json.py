"""The documents of `explain` and `forget`: schemas/explain.json, schemas/forget.json."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bulksend.batch.summary import OK
from bulksend.cli.render import SCHEMA, JsonObject

if TYPE_CHECKING:
    from bulksend.commands.explain import Explained
    from bulksend.commands.forget import Forgotten


def explained(of_phone: Explained) -> JsonObject:
    """Every text that is remembered, the latest first."""
    return {
        "schema": SCHEMA,
        "phone": of_phone.phone,
        "texts": [
            {
                "at": _moment(text.at),
                "batch": text.batch or None,
                "contacts": text.contacts_name or None,
                "from": text.sender or None,
                "row": text.row,
                "journal": text.journal or None,
                "status": text.status or None,
                "delivery_status": text.delivery_status or None,
                "gone": text.gone,
            }
            for text in of_phone.texts
        ],
        "forgotten_at": None if of_phone.forgotten_at is None else _moment(of_phone.forgotten_at),
        "exit_code": OK,
    }


def forgotten(phone: Forgotten) -> JsonObject:
    """What was taken out."""
    return {
        "schema": SCHEMA,
        "phone": phone.phone,
        "texts": phone.texts,
        "forgotten_at": _moment(phone.at),
        "exit_code": OK,
    }


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
