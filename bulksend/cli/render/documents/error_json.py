"""The document of whatever went wrong: schemas/error.json."""

from __future__ import annotations

from bulksend.cli.render import SCHEMA, JsonObject


def document(message: str, code: str, exit_code: int, *, hint: str = "") -> JsonObject:
    """One error, with the way out."""
    error = {"code": code, "message": message, "hint": hint or None}
    return {"schema": SCHEMA, "error": error, "exit_code": exit_code}
