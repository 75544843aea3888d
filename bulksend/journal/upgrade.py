"""Journals of older versions: read as they are, and brought up to date when a run goes on with one.

Version 2 knew rows by their number alone, and forgot that a row was unknown when it
was claimed again. Version 3 did not keep what a row was counted at.
"""

from __future__ import annotations

import sqlite3

from bulksend.journal import schema

_FIRST = schema.OLDEST
#: What each version added to the table `send`.
_ADDED = {
    3: (
        *("row_key INTEGER", "phone_key INTEGER", "key_row INTEGER", "last_claim INTEGER"),
        *("memory_row BLOB", "memory_phone BLOB"),
        *("rate TEXT", "carrier_fee TEXT", "carrier TEXT", "line_type TEXT"),
    ),
    4: ("country TEXT", "counted_parts INTEGER"),
}
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


def is_old(version: int) -> bool:
    """Whether a journal of this version is to be brought up to date."""
    return schema.OLDEST <= version < schema.VERSION


def marks_nothing(version: int) -> bool:
    """Whether a journal of this version does not say that a run has it open."""
    return version == _FIRST


def show(connection: sqlite3.Connection, version: int) -> None:
    """Let a reader see an older journal as one of this version; nothing is written."""
    nulls = ", ".join(f"NULL AS {column.split()[0]}" for column in _columns_after(version))
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute(f"CREATE TEMP VIEW send AS SELECT *, {nulls} FROM main.send")  # noqa: S608
    for table in _tables_after(version):
        connection.execute(table.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))


def bring_up_to_date(connection: sqlite3.Connection, version: int) -> None:
    """Whole or not at all; the caller holds the batch's lock."""
    connection.execute("BEGIN IMMEDIATE")
    for column in _columns_after(version):
        connection.execute(f"ALTER TABLE send ADD COLUMN {column}")
    for table in _tables_after(version):
        connection.execute(table)
    if version == _FIRST:
        connection.execute(schema.EARLIER_CLAIM_INDEX)
        connection.execute(_REOPEN_UNKNOWN)
    connection.execute(f"PRAGMA user_version={schema.VERSION}")
    connection.execute("COMMIT")


def _columns_after(version: int) -> list[str]:
    return [
        column for added_in, columns in _ADDED.items() if added_in > version for column in columns
    ]


def _tables_after(version: int) -> tuple[str, ...]:
    return schema.NEW_TABLES if version == _FIRST else ()
