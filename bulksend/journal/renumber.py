"""The rows of a journal get the numbers that a changed contacts file gives them.

All of it becomes durable together. A row that is gone from the file keeps what is known of it under
a number below zero, and comes back with the row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import field

from bulksend.frozen import frozen
from bulksend.journal import schema
from bulksend.journal.models import Batch, Skip

_PLACES = """
CREATE TEMP TABLE place (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
"""
_PLACE = "INSERT INTO place (old, new) VALUES (?, ?)"
#: In one table after the other: what moves is set aside first, so that no two rows meet.
_MOVE = """
CREATE TEMP TABLE moved AS
  SELECT {table}.*, place.new AS new_row FROM {table} JOIN place ON place.old = {table}.row;
DELETE FROM {table} WHERE row IN (SELECT old FROM place);
{key_row}
UPDATE moved SET row = new_row;
INSERT INTO {table} ({columns}) SELECT {columns} FROM moved;
DROP TABLE moved;
"""
#: A row's key and its reference are made of the number it had when it was claimed.
_KEY_ROW = "UPDATE moved SET key_row = coalesce(key_row, row);"
_FOLLOW = """
UPDATE {table} SET row = (SELECT new FROM place WHERE old = row)
WHERE row IN (SELECT old FROM place);
"""
_NEXT_FIRST_CLAIM = """
INSERT OR REPLACE INTO meta (name, value)
SELECT 'first_claim', CAST(max(
  coalesce((SELECT max(max(claim, coalesce(last_claim, 0))) + 1 FROM send), 1),
  coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'first_claim'), 1)
) AS TEXT)
"""
_REPLACED = "UPDATE send SET phone_key = NULL WHERE row = ?"
#: What a claim was about, for journals that did not keep it.
_SET_KEYS = "UPDATE send SET row_key = ?2, phone_key = ?3 WHERE row = ?1"


@frozen
class Changes:
    """What a changed contacts file makes of the rows of a journal."""

    #: The batch with the counts and the digest of the file as it is now.
    batch: Batch
    #: Old and new number of each row that has another one now, or is gone (below zero).
    moves: Iterable[tuple[int, int]] = ()
    #: Rows that were left out and are gone: nothing of them was ever sent.
    dropped_skips: Iterable[int] = ()
    #: Old numbers of rows that are gone because their text was changed: they are no reason any
    #: more to leave out another row of their phone.
    replaced: Iterable[int] = ()
    #: Rows that are left out from now on.
    skips: Iterable[Skip] = field(default=())


def apply(connection: sqlite3.Connection, changes: Changes, now_ms: int) -> None:
    """Whole or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        _apply(connection, changes, now_ms)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.execute("DROP TABLE IF EXISTS temp.place")


def set_keys(connection: sqlite3.Connection, keys: Iterable[tuple[int, int, int]]) -> None:
    """Row, row key, phone key: for the claims of a journal of an older version."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_SET_KEYS, keys)
    connection.execute("COMMIT")


def _apply(connection: sqlite3.Connection, changes: Changes, now_ms: int) -> None:
    connection.executemany(schema.UNSKIP, ((row,) for row in changes.dropped_skips))
    connection.executemany(_REPLACED, ((row,) for row in changes.replaced))
    connection.execute(_PLACES)
    connection.executemany(_PLACE, changes.moves)
    _move(connection, "send", _KEY_ROW)
    _move(connection, "skip", "")
    for table in ("doubt", "history"):
        connection.execute(_FOLLOW.format(table=table))
    connection.execute(_NEXT_FIRST_CLAIM)
    connection.executemany(
        schema.SKIP,
        (
            (skip.row, *skip.keys, skip.code, skip.detail, None, None, None, now_ms)
            for skip in changes.skips
        ),
    )
    connection.execute(schema.SET_FACT, ("batch", changes.batch.to_json()))


def _move(connection: sqlite3.Connection, table: str, key_row: str) -> None:
    """Statements one by one: `executescript` would commit first."""
    names = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
    script = _MOVE.format(table=table, key_row=key_row, columns=", ".join(names))
    for statement in script.split(";"):
        if statement.strip():
            connection.execute(statement)
