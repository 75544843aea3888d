"""The journal's tables and every query, by name."""

from __future__ import annotations

from collections.abc import Mapping

from bulksend.errors import TEXT_FOR, Code
from bulksend.sms.message import Status

#: "bsnd"
APPLICATION_ID = 0x62736E64
VERSION = 4
#: The oldest that is read, and brought up to date when it is gone on with: see `upgrade`.
OLDEST = 2

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE run (
  id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, host TEXT NOT NULL,
  began_ms INTEGER NOT NULL, ended_ms INTEGER, exit_code INTEGER, why TEXT,
  -- The server's clock less ours, by its replies in this run: the least and the most.
  clock_low_ms INTEGER, clock_high_ms INTEGER
);
-- A row is here only once it was claimed.
CREATE TABLE send (
  -- As the spreadsheet numbers it now; below zero: the row is gone from the contacts file.
  row INTEGER PRIMARY KEY,
  claim INTEGER NOT NULL,   -- 1, and one more each time it is sent again
  status INTEGER NOT NULL,  -- see CODE_OF
  run INTEGER NOT NULL,
  body BLOB NOT NULL,       -- keyed BLAKE2b-64 of the request's bytes
  claimed_ms INTEGER NOT NULL,
  settled_ms INTEGER,
  attempts INTEGER,
  http INTEGER,
  code TEXT,
  error TEXT,
  message_id BLOB,          -- 16 bytes
  parts INTEGER,
  encoding INTEGER,         -- 1 GSM-7, 2 UTF-16
  cost TEXT,                -- decimal, exact
  currency TEXT,
  wait_s REAL,
  delivery_status TEXT,     -- Telnyx's first word, in the reply
  delivered_ms INTEGER,
  -- What the row says: keyed BLAKE2b-64 of sender, phone and text, and of the phone alone.
  row_key INTEGER, phone_key INTEGER,
  key_row INTEGER,          -- the number its claim was made with; null: the one it has now
  last_claim INTEGER,       -- the highest of its claims, where that is not this one
  memory_row BLOB, memory_phone BLOB,  -- the same in the hashes of this computer's memory
  country TEXT, counted_parts INTEGER,  -- what it was counted at: for a row that left the file
  rate TEXT, carrier_fee TEXT, carrier TEXT, line_type TEXT
);
-- What a claim was before it was superseded, asked for again or settled by evidence, and why.
CREATE TABLE history (
  row INTEGER NOT NULL, claim INTEGER NOT NULL, status INTEGER NOT NULL,
  code TEXT, message_id BLOB, why TEXT NOT NULL, at_ms INTEGER NOT NULL
);
"""

#: Earlier claims that may have arrived, of rows that were claimed again on the person's word.
_EARLIER_CLAIM = """
CREATE TABLE doubt (
  row INTEGER NOT NULL, claim INTEGER NOT NULL, key_row INTEGER NOT NULL, run INTEGER NOT NULL,
  body BLOB NOT NULL, claimed_ms INTEGER NOT NULL, settled_ms INTEGER, attempts INTEGER,
  http INTEGER, code TEXT, error TEXT
)
"""
EARLIER_CLAIM_INDEX = "CREATE INDEX doubt_row ON doubt (row)"
#: Rows that a run left out on purpose when their turn came; nothing of them was ever sent.
_SKIP = """
CREATE TABLE skip (
  row INTEGER PRIMARY KEY, row_key INTEGER NOT NULL, phone_key INTEGER NOT NULL,
  code TEXT NOT NULL, detail TEXT NOT NULL,
  other_batch TEXT, other_day TEXT, other_row INTEGER, at_ms INTEGER NOT NULL
)
"""
NEW_TABLES = (_EARLIER_CLAIM, _SKIP)
TABLES = f"{_TABLES}{_EARLIER_CLAIM};{EARLIER_CLAIM_INDEX};{_SKIP};"

#: How a status stands in the table `send`.
CODE_OF = {
    Status.CLAIMED: 1,
    Status.ACCEPTED: 2,
    Status.REFUSED: 3,
    Status.UNKNOWN: 4,
    Status.UNSENT: 5,
}
STATUS_OF = {code: status for status, code in CODE_OF.items()}
ENCODINGS = {"GSM-7": 1, "UTF-16": 2}

NOTE_SUPERSEDED = """
INSERT INTO history (row, claim, status, code, message_id, why, at_ms)
SELECT row, claim, status, code, message_id, 'claimed again', ?1 FROM send WHERE row = ?2
"""
# A row is claimed anew only with a higher claim, and never while claimed or once accepted.
CLAIM = """
INSERT INTO send (
  row, claim, status, run, body, claimed_ms, row_key, phone_key, memory_row, memory_phone,
  country, counted_parts
) VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (row) DO UPDATE SET
  claim = excluded.claim, status = 1, run = excluded.run, body = excluded.body,
  claimed_ms = excluded.claimed_ms, settled_ms = NULL, attempts = NULL, http = NULL, code = NULL,
  error = NULL, message_id = NULL, parts = NULL, encoding = NULL, cost = NULL, currency = NULL,
  wait_s = NULL, delivery_status = NULL, rate = NULL, carrier_fee = NULL, carrier = NULL,
  line_type = NULL, key_row = NULL, last_claim = NULL, row_key = excluded.row_key,
  phone_key = excluded.phone_key, memory_row = excluded.memory_row,
  memory_phone = excluded.memory_phone, country = excluded.country,
  counted_parts = excluded.counted_parts
WHERE send.status IN (3, 4, 5) AND excluded.claim > max(send.claim, coalesce(send.last_claim, 0))
"""
SETTLE = """
UPDATE send SET status = ?3, settled_ms = ?4, attempts = ?5, http = ?6, code = ?7, error = ?8,
  message_id = ?9, parts = ?10, encoding = ?11, cost = ?12, currency = ?13, wait_s = ?14,
  rate = ?15, carrier_fee = ?16, carrier = ?17, line_type = ?18, delivery_status = ?19
WHERE row = ?1 AND claim = ?2 AND status = 1
"""
# A claim that may have arrived stays open to evidence while its row is claimed again: and where
# the later claim ends without a text, the row is what it was before, unknown.
KEEP_EARLIER_CLAIM = """
INSERT INTO doubt SELECT row, claim, coalesce(key_row, row), run, body, claimed_ms, settled_ms,
  attempts, http, code, error
FROM send WHERE row = ?2 AND status = 4
"""
NOTE_WITHOUT_EFFECT = """
INSERT INTO history (row, claim, status, code, message_id, why, at_ms)
SELECT row, claim, status, code, message_id, 'an earlier claim may have arrived', ?3 FROM send
WHERE row = ?1 AND claim = ?2 AND status IN (3, 5) AND row IN (SELECT row FROM doubt)
"""
BACK_TO_EARLIER_CLAIM = """
UPDATE send SET status = 4, last_claim = max(claim, coalesce(last_claim, 0)),
  (claim, key_row, run, body, claimed_ms, settled_ms, attempts, http, code, error) = (
    SELECT claim, key_row, run, body, claimed_ms, settled_ms, attempts, http, code, error
    FROM doubt WHERE doubt.row = send.row ORDER BY doubt.claim DESC LIMIT 1
  )
WHERE row = ?1 AND claim = ?2 AND status IN (3, 5) AND row IN (SELECT row FROM doubt)
"""
DROP_EARLIER_CLAIM = """
DELETE FROM doubt WHERE row = ?1
AND claim = (SELECT claim FROM send WHERE send.row = ?1 AND status = 4)
"""
# Nothing is left out that was sent or may have been.
SKIP = """
INSERT OR REPLACE INTO skip
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
WHERE NOT EXISTS (SELECT 1 FROM send WHERE row = ?1 AND status <> 5)
"""
IS_SETTLED = "SELECT EXISTS (SELECT 1 FROM send WHERE row = ? AND status <> 5)"
MEMORY_ROWS = """
SELECT row, memory_row, memory_phone, claimed_ms FROM send
WHERE status IN (1, 2, 4) AND typeof(memory_row) = 'blob' AND typeof(memory_phone) = 'blob'
  AND length(memory_row) = 8 AND length(memory_phone) = 8
"""
ROW_OF_MEMORY = "SELECT row, status FROM send WHERE memory_row = ?1 AND memory_phone = ?2"
COUNT_MEMORY_ROWS = f"SELECT count(*) FROM ({MEMORY_ROWS})"  # noqa: S608 - of our own words alone
DROP_UNSENT = "DELETE FROM send WHERE row = ? AND status = 5"
UNSKIP = "DELETE FROM skip WHERE row = ?"
SKIPS = """
SELECT row, row_key, phone_key, code, detail, other_batch, other_day, other_row
FROM skip ORDER BY row
"""
SKIPPED_BY = "SELECT code, count(*) FROM skip GROUP BY 1"
# Evidence settles what is unknown and nothing else; first it is kept what was known before.
NOTE_UNKNOWN = """
INSERT INTO history (row, claim, status, code, message_id, why, at_ms)
SELECT row, claim, status, code, message_id, ?3, ?4 FROM send
WHERE row = ?1 AND claim = ?2 AND status = 4
"""
RESOLVE = """
UPDATE send SET status = ?3, settled_ms = ?4, http = ?5, code = ?6, error = ?7,
  message_id = ?8, parts = ?9, encoding = ?10, cost = ?11, currency = ?12, wait_s = ?13,
  rate = ?14, carrier_fee = ?15, carrier = ?16, line_type = ?17, delivery_status = ?18
WHERE row = ?1 AND claim = ?2 AND status = 4
"""
NOTE_CLOCK = """
UPDATE run SET clock_low_ms = min(coalesce(clock_low_ms, ?2), ?2),
  clock_high_ms = max(coalesce(clock_high_ms, ?3), ?3)
WHERE id = ?1
"""
MARK_INTERRUPTED = """
UPDATE send SET status = 4, settled_ms = ?1, attempts = coalesce(attempts, 1), code = ?2, error = ?3
WHERE status = 1
"""
BEGIN_RUN = "INSERT INTO run (pid, host, began_ms) VALUES (?, ?, ?)"
END_RUN = "UPDATE run SET ended_ms = ?, exit_code = ?, why = ? WHERE id = ?"
LAST_RUN = "SELECT ended_ms, why FROM run ORDER BY id DESC LIMIT 1"
EARLIER_RUN = "SELECT why FROM run WHERE ended_ms IS NOT NULL ORDER BY id DESC LIMIT 1"
FACT = "SELECT value FROM meta WHERE name = ?"
DROP_FACT = "DELETE FROM meta WHERE name = ?"
SET_FACT = "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)"
# One pass: GROUP BY would sort ten million rows first.
COUNTS = """
SELECT count(*), total(status = 1), total(status = 2), total(status = 3), total(status = 4),
  total(status = 5) FROM send WHERE row > 0
"""
# Sent, or perhaps, and no longer in the contacts file.
GONE = "SELECT count(*) FROM send WHERE row < 0 AND status IN (1, 2, 4)"
# What may have cost something and stands in no row of the file: rows that are gone, and earlier
# claims of rows that were claimed again.
CHARGES_APART = """
SELECT country, counted_parts, CASE WHEN status = 2 THEN cost END, currency, count(*) FROM send
WHERE row < 0 AND status IN (1, 2, 4) AND country NOT NULL GROUP BY 1, 2, 3, 4
UNION ALL SELECT country, counted_parts, NULL, NULL, count(*) FROM doubt JOIN send USING (row)
WHERE country NOT NULL GROUP BY 1, 2
"""
# Of those, the ones of which an older version kept no country, and nobody has named a cost.
APART_UNCOUNTED = """
SELECT (SELECT count(*) FROM send WHERE row < 0 AND country IS NULL
    AND (status IN (1, 4) OR status = 2 AND (cost IS NULL OR cost LIKE '-%')))
  + (SELECT count(*) FROM doubt JOIN send USING (row) WHERE country IS NULL)
"""
PARTS = "SELECT coalesce(sum(parts), 0) FROM send WHERE status = 2"
COST = "SELECT currency, cost, count(*) FROM send WHERE status = 2 AND cost NOT NULL GROUP BY 1, 2"
WITH_COST = "SELECT count(*) FROM send WHERE status = 2 AND cost NOT NULL AND row > 0"
WORKED = """
SELECT coalesce(sum(coalesce(
  ended_ms, (SELECT max(max(claimed_ms, coalesce(settled_ms, 0))) FROM send WHERE run = run.id),
  began_ms) - began_ms), 0)
FROM run
"""
# We have none; those of others could act when we write.
ACTING = "SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')"
STATES = "SELECT row, status FROM send WHERE row > 0"
# Every row that was ever claimed, and those that were left out (status 9).
WHAT_ROWS_SAY = """
SELECT row, status, row_key, phone_key FROM send
UNION ALL SELECT row, 9, row_key, phone_key FROM skip
"""
WITHOUT_KEYS = "SELECT row, status, body FROM send WHERE row_key IS NULL"
COUNT_WITHOUT_KEYS = "SELECT count(*) FROM (SELECT 1 FROM send WHERE row_key IS NULL LIMIT 1)"
PHONE_KEY = "SELECT phone_key FROM send WHERE row = ?"
SKIPPED_ROWS = "SELECT row FROM skip"
MAYBE_SENT = "SELECT row FROM send WHERE status = 4 UNION SELECT row FROM doubt"
IS_UNKNOWN = "SELECT count(*) FROM send WHERE row = ? AND status IN (1, 4)"
REFUSED_BY_CODE = (
    "SELECT coalesce(code, ''), count(*) FROM send WHERE status = 3 AND row > 0 GROUP BY 1"
)
REFUSED_WITH = "SELECT row FROM send WHERE status = 3 AND code = ? AND row > 0"
LAST_ROW = """
SELECT max(coalesce((SELECT max(row) FROM send), 0), coalesce((SELECT max(row) FROM skip), 0))
"""
CLAIMS = """
SELECT row, max(claim, coalesce(last_claim, 0)) FROM send WHERE row > 0 AND status IN ({})
"""
# A claim is competing by an earlier one of its row that may have been sent as well, and by a row
# of its phone that may have been sent and is gone from the contacts file; of some of those nobody
# knows the phone any more. The last request for it left when it was given up, or later when it was
# asked for again.
UNKNOWN_CLAIMS = """
SELECT send.row, send.claim, body, claimed_ms,
  max(coalesce(settled_ms, claimed_ms), coalesce(asked.at_ms, 0)), code, http,
  clock_low_ms, clock_high_ms,
  send.row IN (SELECT row FROM doubt) OR coalesce(phone_key IN (
    SELECT phone_key FROM send
    WHERE row < 0 AND (status IN (1, 4) OR row IN (SELECT row FROM doubt))
  ), 1), coalesce(key_row, send.row)
FROM send LEFT JOIN run ON run.id = send.run LEFT JOIN (
  SELECT row, claim, max(at_ms) AS at_ms FROM history WHERE status = 4 GROUP BY row, claim
) AS asked ON asked.row = send.row AND asked.claim = send.claim
WHERE status = 4 AND send.row > 0 ORDER BY send.row
"""
ROWS_MAYBE_SENT = """
SELECT row FROM send WHERE status IN (1, 4) UNION SELECT row FROM doubt
"""
OURS = """
SELECT message_id FROM send WHERE message_id IN ({0})
UNION SELECT message_id FROM history WHERE message_id IN ({0})
"""
NEIGHBOURS = """
SELECT row, claimed_ms, message_id FROM send
WHERE status = 2 AND row > 0 AND message_id NOT NULL AND claimed_ms BETWEEN ?1 - ?2 AND ?1 + ?2
ORDER BY abs(claimed_ms - ?1), row LIMIT ?3
"""
# The oldest first: Telnyx's queue is one.
#: When the accepted rows were claimed and settled, their parts, and how long they were to wait.
NEWEST_ACCEPTED = """
SELECT claimed_ms, settled_ms, coalesce(wait_s, 0) FROM send
WHERE status = 2 AND settled_ms NOT NULL ORDER BY settled_ms DESC, row DESC LIMIT ?1
"""
ALL_ACCEPTED = """
SELECT coalesce(min(claimed_ms), 0), coalesce(sum(coalesce(parts, 1)), 0) FROM send
WHERE status = 2 AND settled_ms NOT NULL
"""
ACCEPTED = """
SELECT coalesce(key_row, row), claim, message_id, claimed_ms, coalesce(settled_ms, claimed_ms)
FROM send WHERE status = 2 AND message_id NOT NULL ORDER BY claimed_ms, row
"""
CLOCKS = """
SELECT min(clock_low_ms), max(clock_high_ms) FROM run
"""


def _named(column: str, names: Mapping[int, str]) -> str:
    """A code as its name; null for a code that we do not write."""
    cases = " ".join(f"WHEN {code} THEN '{name}'" for code, name in names.items())
    return f"CASE {column} {cases} END"


def _moment(column: str) -> str:
    """Milliseconds, of the years 1970 to 9999; null for anything else."""
    return f"CASE WHEN {column} BETWEEN 0 AND 253402300799999 THEN CAST({column} AS INTEGER) END"


# Claimed and not settled: it may have left.
_SHOWN = {code: str(status) for status, code in CODE_OF.items()}
_SHOWN[CODE_OF[Status.CLAIMED]] = str(Status.UNKNOWN)
# As the results show it; what is no blob or number where one should be is not there.
ENTRIES = f"""
SELECT row, {_named("status", _SHOWN)},
  CASE WHEN typeof(message_id) = 'blob' THEN message_id END,
  CAST(parts AS INTEGER), {_named("encoding", {code: name for name, code in ENCODINGS.items()})},
  CAST(cost AS TEXT), CAST(currency AS TEXT),
  CASE WHEN typeof(wait_s) = 'real' THEN printf('%g', wait_s) END,
  CAST(attempts AS INTEGER),
  CASE WHEN status = 1 THEN '{Code.IN_FLIGHT}' ELSE CAST(code AS TEXT) END,
  CASE WHEN status = 1 THEN '{TEXT_FOR[Code.IN_FLIGHT]}' ELSE CAST(error AS TEXT) END,
  {_moment("claimed_ms")}, {_moment("settled_ms")},
  CAST(delivery_status AS TEXT), {_moment("delivered_ms")},
  CAST(rate AS TEXT), CAST(carrier_fee AS TEXT), CAST(carrier AS TEXT), CAST(line_type AS TEXT)
FROM send WHERE row BETWEEN ?1 AND ?2 AND row NOT IN (SELECT row FROM skip)
UNION ALL
SELECT row, 'skipped', NULL, NULL, NULL, NULL, NULL, NULL, NULL, CAST(code AS TEXT),
  CAST(detail AS TEXT), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM skip WHERE row BETWEEN ?1 AND ?2
ORDER BY row
"""  # noqa: S608 - of our own words alone
