"""Lists of people who are not to be texted: any contacts file, phones in any spelling.

A list becomes numbers of eight bytes with the file and row that each came from; a million of them
are held against a million rows in one join.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from bulksend import errors
from bulksend.contacts import loader, phone_column
from bulksend.contacts.skipped import left_out
from bulksend.errors import Code
from bulksend.setting_names import Setting
from bulksend.sms.phone import columns

_SCHEMA = {"phone": pl.UInt64, "file": pl.UInt16, "list_row": pl.UInt32}
_NOBODY = pl.DataFrame(schema={"phone": pl.UInt64, "list_row": pl.UInt32})
#: Cells that are E.164 already: no plan has to be asked whether such a phone exists.
_PLAIN = r"^\+[1-9][0-9]{6,14}$"
#: Phones are told apart by their last bits first, most of which are on no list.
_LAST_BITS = 1 << 24


class Suppressed:
    """Everybody on some list is left out."""

    def __init__(self, names: Sequence[str], phones: pl.DataFrame, unread_rows: int) -> None:
        """`phones`: phone UInt64, file UInt16 (of `names`), list_row UInt32."""
        self.names = tuple(names)
        #: Lists that bulksend wrote with nobody on them.
        self.empty_names = tuple(
            name for number, name in enumerate(names) if number not in set(phones["file"])
        )
        #: Rows of the lists without a phone that can be read.
        self.unread_rows = unread_rows
        self._phones = phones.sort("phone", maintain_order=True)
        off = pl.Series("on", [False]).new_from_index(0, _LAST_BITS)
        self._maybe = off.scatter(phones["phone"] % _LAST_BITS, values=True)

    def leave_out(self, sendable: pl.DataFrame) -> pl.DataFrame:
        """Those whose phone is on a list, naming the list and the row there."""
        mine = sendable.select("row", phone=_as_number(pl.col("to_e164")))
        mine = mine.filter(self._maybe.gather(mine["phone"] % _LAST_BITS))
        if not mine.height:
            return left_out.none()
        at = self._phones["phone"].search_sorted(mine["phone"], side="left")
        entries = self._phones[at.clip(upper_bound=self._phones.height - 1)]
        matching = mine.with_columns(
            listed=entries["phone"],
            list_row=entries["list_row"],
            name=pl.Series(self.names, dtype=pl.String).gather(entries["file"]),
        ).filter(pl.col("listed") == pl.col("phone"))
        sentence = pl.format("the phone is suppressed: {}, row {}", "name", "list_row")
        return matching.select("row", code=pl.lit(str(Code.SUPPRESSED)), sentence=sentence)


def load(paths: Sequence[Path], default_region: str | None) -> Suppressed:
    """Read the lists. Raises UsageError for one that cannot be read, or holds no phone."""
    frames = [pl.DataFrame(schema=_SCHEMA)]
    unread_rows = 0
    for number, path in enumerate(paths):
        phones, unread = _phones_of(path, default_region)
        unread_rows += unread
        file = pl.lit(number, dtype=pl.UInt16)
        frames.append(phones.with_columns(file=file).select(*_SCHEMA))
    return Suppressed([path.name for path in paths], pl.concat(frames), unread_rows)


def digest(path: Path) -> str:
    """SHA-256 of a list's bytes. Raises UsageError."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as failure:
        raise _unusable(path, failure.strerror or "it cannot be read") from None


def _phones_of(path: Path, default_region: str | None) -> tuple[pl.DataFrame, int]:
    """phone, list_row of each row with a phone; and how many have none that can be read.

    Nobody may be on a list that bulksend wrote; another file without a phone is the wrong one.
    """
    try:
        contacts = loader.open_contacts(path)
        if contacts.reading.written_by_bulksend and not any(True for _ in contacts.chunks()):
            return _NOBODY, 0
        sample = contacts.reading.sample
        chosen = phone_column.choose(contacts.header, None, sample, default_region)
        column = contacts.header.cell(chosen.column)
        frames = list(_frames(contacts.chunks(), column, default_region))
    except errors.BulksendError as failure:
        raise _unusable(path, failure.message.removeprefix(f"{path}: ")) from None
    phones = pl.concat([_NOBODY, *frames])
    readable = phones.drop_nulls("phone")
    if not readable.height:
        raise _unusable(path, "it holds no phone number that can be read")
    return readable, phones.height - readable.height


def _frames(
    chunks: Iterable[pl.DataFrame], column: str, default_region: str | None
) -> Iterable[pl.DataFrame]:
    for chunk in chunks:
        phones = _numbers(chunk[column], default_region)
        yield pl.DataFrame({"phone": phones, "list_row": chunk["row"].cast(pl.UInt32)})


def _numbers(cells: pl.Series, default_region: str | None) -> pl.Series:
    """UInt64, null where there is no phone; only cells that are not plain are parsed."""
    plain = cells.str.contains(_PLAIN)
    to_e164 = pl.DataFrame({"cell": cells}).select(pl.when(pl.lit(plain)).then("cell"))["cell"]
    others = (~plain).arg_true()
    if len(others):
        parsed = columns.parse_column(cells.gather(others), default_region)
        to_e164 = to_e164.scatter(others, parsed["to_e164"])
    return to_e164.to_frame("phone").select(_as_number(pl.col("phone")))["phone"]


def _as_number(to_e164: pl.Expr) -> pl.Expr:
    return to_e164.str.slice(1).cast(pl.UInt64)


def _unusable(path: Path, why: str) -> errors.UsageError:
    """Nothing is sent past a list that cannot be read."""
    return errors.UsageError(
        f"{path}: is no list of people who are not to be texted: {why}",
        hint=f"give {Setting.SUPPRESS} a file with a column of phone numbers, as for CONTACTS",
        code="suppress_unusable",
    )
