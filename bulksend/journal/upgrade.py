"""Journals of older versions: read as they are, and brought up to date when a run goes on with one.

Version 2 knew rows by their number alone, and forgot that a row was unknown when it
was claimed again.
"""

from __future__ import annotations

import sqlite3

from bulksend.journal import schema

#: What version 3 added to the table `send`.
_ADDED = (
    *("row_key INTEGER", "phone_key INTEGER", "key_row INTEGER", "last_claim INTEGER"),
    *("memory_row BLOB", "memory_phone BLOB", "country TEXT", "counted_parts INTEGER"),
    *("rate TEXT", "carrier_fee TEXT", "carrier TEXT", "line_type TEXT"),
)
#: A claim of an unknown row that was followed by one that ended without a text may have arrived
#: all the same. When it was made was not written down: no earlier than the batch's first run.
_REOPEN_UNKNOWN = """
UPDATE send SET status = 4, last_claim = claim,
  claimed_ms = (SELECT min(began_ms) FROM run),
  (claim, code, settled_ms) = (
    SELECT claim, code, at_ms FROM history
    WHERE history.row = send.row AND history.status = 4 AND why = 'claimed again'
    ORDER BY claim DESC LIMIT 1
  )
WHERE status IN (3, 5)
AND row IN (SELECT row FROM history WHERE status = 4 AND why = 'claimed again')
"""
#: The tables that a reader of an older journal finds in the place of those it has.
_NULLS = ", ".join(f"NULL AS {column.split()[0]}" for column in _ADDED)
_SHOW_SEND = f"CREATE TEMP VIEW send AS SELECT *, {_NULLS} FROM main.send"  # noqa: S608


def is_old(version: int) -> bool:
    """Whether a journal of this version is to be brought up to date."""
    return schema.OLDEST <= version < schema.VERSION


def show(connection: sqlite3.Connection) -> None:
    """Let a reader see an older journal as one of this version; nothing is written."""
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute(_SHOW_SEND)
    for table in schema.NEW_TABLES:
        connection.execute(table.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Whole or not at all; the caller holds the batch's lock."""
    connection.execute("BEGIN IMMEDIATE")
    for column in _ADDED:
        connection.execute(f"ALTER TABLE send ADD COLUMN {column}")
    for table in schema.NEW_TABLES:
        connection.execute(table)
    connection.execute(schema.EARLIER_CLAIM_INDEX)
    connection.execute(_REOPEN_UNKNOWN)
    connection.execute(f"PRAGMA user_version={schema.VERSION}")
    connection.execute("COMMIT")
