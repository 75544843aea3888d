"""How many rows go where in the world, by the time zones of their phones: for quiet hours alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from bulksend.contacts.skipped import left_out
from bulksend.sms.phone import zones
from bulksend.sms.phone.zones import ZoneGroup

#: Phones of one country that are looked at in a chunk of the file; they stand for the others.
_SAMPLE_MAX = 40


@dataclass(slots=True)
class ZoneCounts:
    """A rule that counts and leaves nobody out; stands behind all others."""

    _rows: Counter[str] = field(default_factory=Counter)
    #: Of the phones that were looked at, by country and zones.
    _sample: dict[str, Counter[tuple[str, ...]]] = field(default_factory=dict)

    def leave_out(self, sendable: pl.DataFrame) -> pl.DataFrame:
        """Nobody: a frame without rows."""
        by_country = sendable.group_by(pl.col("country").fill_null(""), maintain_order=True)
        self.add(dict(by_country.agg("to_e164").iter_rows()))
        return left_out.none()

    def add(self, phones_of: Mapping[str, Sequence[str]]) -> None:
        """Phones by country ("": of none)."""
        for country, phones in phones_of.items():
            self._rows[country] += len(phones)
            every = -(-len(phones) // _SAMPLE_MAX)
            sample = self._sample.setdefault(country, Counter())
            sample.update(zones.zones(phone) for phone in phones[::every])

    def groups(self) -> tuple[ZoneGroup, ...]:
        """Rows by zones and country; they add up to all rows that were seen, but for rounding."""
        return tuple(
            ZoneGroup(zones=names, country=country, rows=rows * count / sample.total())
            for country, rows in self._rows.items()
            for sample in [self._sample[country]]
            for names, count in sample.items()
        )
