"""The tables of the memory's file: made, and brought up to date."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from bulksend.batch.memory import keys, recent

NAME = "memory.sqlite"
#: "bsme"
APPLICATION_ID = 0x62736D65
VERSION = 2
#: The oldest that is brought up to date: without the table `recent`.
_OLDEST = 1

_TABLES = f"""
CREATE TABLE batch (
  id INTEGER PRIMARY KEY, batch_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, sender TEXT NOT NULL,
  journal TEXT NOT NULL, began_s INTEGER NOT NULL,
  open INTEGER NOT NULL  -- 1 while a run works on it, and after one that was killed
);
CREATE TABLE sent (
  phone INTEGER NOT NULL, text INTEGER NOT NULL, batch INTEGER NOT NULL, row INTEGER NOT NULL,
  at_s INTEGER NOT NULL, PRIMARY KEY (phone, text, batch)
) WITHOUT ROWID;
CREATE TABLE forgotten (phone INTEGER PRIMARY KEY, at_s INTEGER NOT NULL);
-- Which buckets hold a phone: one bit each, and those that were added since.
CREATE TABLE map (id INTEGER PRIMARY KEY CHECK (id = 1), bits BLOB NOT NULL);
CREATE TABLE fresh (bucket INTEGER PRIMARY KEY);
CREATE TABLE secret (id INTEGER PRIMARY KEY CHECK (id = 1), mark BLOB NOT NULL);
{recent.TABLE};
"""


def create(path: Path, secret: keys.Keys) -> None:
    """An empty memory, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(0o600, exist_ok=False)
    connection = sqlite3.connect(part, isolation_level=None)
    try:
        connection.execute("PRAGMA page_size=1024")
        connection.executescript(
            f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION}; {_TABLES}"
        )
        connection.execute("INSERT INTO secret VALUES (1, ?)", (secret.check(),))
    finally:
        connection.close()
    part.rename(path)


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError for a version that is not known."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == _OLDEST:
        connection.executescript(
            f"BEGIN IMMEDIATE; {recent.TABLE}; PRAGMA user_version={VERSION}; COMMIT"
        )
    elif version != VERSION:
        raise sqlite3.DatabaseError("the memory is of another version")


def storable(name: str) -> str | bytes:
    """A name of a file as SQLite takes it: the bytes of one that is no text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def named(value: Any) -> Any:
    """Back from its bytes."""
    return os.fsdecode(value) if isinstance(value, bytes) else value
