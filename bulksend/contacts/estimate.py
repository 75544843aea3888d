"""One walk over the contacts file: rows, parts and price before anything is sent.

Memory is bounded by a few bytes a row: a hash of phone and text to know duplicates across chunks,
and the key of the row's line in the sums, so that a duplicate can be taken out of them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import polars as pl

from bulksend.contacts import compose, findings, loader
from bulksend.errors import Code
from bulksend.sms.message import Money, Status
from bulksend.sms.rates import RateCard

#: Duplicates are looked for in so many portions, so that no table of all hashes is built.
_PORTIONS = 16
_SAMPLES = 3
_KEY = ["country", "encoding", "parts", "parts_max"]
_DUPLICATES = {"row": pl.UInt32, "first_row": pl.UInt32}


class OnDuplicate(StrEnum):
    """What the same text to the same phone again does."""

    SKIP = "skip"
    SEND = "send"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CountryLine:
    """What goes to one country."""

    country: str
    rows: int
    parts: int
    #: None: the rate card does not know it.
    price: Money | None


@dataclass(frozen=True, slots=True)
class Sample:
    """A message as it will read."""

    row: int
    phone: str
    text: str
    encoding: str
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A batch, counted and priced."""

    rows: int
    sendable: int
    invalid: int
    skipped: int
    #: By Telnyx's formula.
    parts: int
    #: As networks pack them.
    parts_max: int
    encodings: Mapping[str, int]
    countries: tuple[CountryLine, ...]
    #: By currency.
    price: Mapping[str, Decimal]
    unpriced_rows: int
    #: Why rows are not sent, most rows first.
    problems: tuple[findings.Finding, ...]
    #: What is odd about rows that are sent: landlines, a plus that was put back.
    remarks: tuple[findings.Finding, ...]
    samples: tuple[Sample, ...]
    #: row, first_row: the rows that repeat an earlier one.
    duplicates: pl.DataFrame = field(repr=False)


@dataclass(slots=True)
class _Walked:
    """What the walk has gathered so far."""

    rows: int = 0
    invalid: int = 0
    keys: dict[tuple[object, ...], int] = field(default_factory=dict)
    compact: list[pl.DataFrame] = field(default_factory=list)
    problems: dict[str, findings.Finding] = field(default_factory=dict)
    remarks: dict[str, findings.Finding] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)


def estimate(
    contacts: loader.Contacts,
    recipe: compose.Recipe,
    *,
    on_duplicate: OnDuplicate,
    rate_card: RateCard,
) -> Estimate:
    """Walk the whole file once. Raises ContactsError where it cannot be read."""
    walked = _Walked()
    for chunk in contacts.chunks():
        _take(walked, compose.compose(chunk, recipe))
    duplicates = _no_duplicates()
    if on_duplicate is not OnDuplicate.SEND and walked.compact:
        duplicates = _find_duplicates(walked.compact)
    return _sum(walked, duplicates, on_duplicate, rate_card)


def _take(walked: _Walked, composed: pl.DataFrame) -> None:
    sendable = composed.filter(pl.col("status") == str(Status.UNSENT))
    walked.rows += composed.height
    walked.invalid += composed.height - sendable.height
    if sendable.height < composed.height:
        findings.gather(walked.problems, findings.problems(composed))
    if not sendable.height:
        return
    findings.gather(walked.remarks, findings.remarks(sendable))
    walked.compact.append(_compact(walked, sendable))
    for row in sendable.head(_SAMPLES - len(walked.samples)).iter_rows(named=True):
        walked.samples.append(
            Sample(row["row"], row["to_e164"], row["text"], row["encoding"], row["parts"])
        )


def _compact(walked: _Walked, sendable: pl.DataFrame) -> pl.DataFrame:
    """row, two hashes (96 bits together: no two of ten million differ and agree), key."""
    both = pl.struct("to_e164", "text")
    different = sendable.select(_KEY).unique(maintain_order=True)
    numbers = [walked.keys.setdefault(it, len(walked.keys)) for it in different.iter_rows()]
    numbered = different.with_columns(key=pl.Series(numbers, dtype=pl.UInt16))
    return sendable.join(
        numbered, on=_KEY, how="left", maintain_order="left", nulls_equal=True
    ).select(
        "row",
        hash=both.hash(seed=1),
        check=(both.hash(seed=2) // (1 << 32)).cast(pl.UInt32),
        key="key",
    )


def _no_duplicates() -> pl.DataFrame:
    return pl.DataFrame(schema=_DUPLICATES)


def _find_duplicates(compact: list[pl.DataFrame]) -> pl.DataFrame:
    """row, first_row of every row whose phone and text an earlier row has; in row order."""
    found = [_no_duplicates()]
    for portion in range(_PORTIONS):
        mine = pl.concat(
            it.lazy()
            .filter(pl.col("hash") % _PORTIONS == portion)
            .select("row", "hash", "check")
            .collect()
            for it in compact
        )
        twice = mine.filter(pl.col("hash").is_duplicated())
        repeated = twice.with_columns(first_row=pl.col("row").min().over("hash", "check")).filter(
            pl.col("row") > pl.col("first_row")
        )
        found.append(repeated.select("row", "first_row"))
    return pl.concat(found).sort("row")


def mark_duplicates(
    composed: pl.DataFrame, duplicates: pl.DataFrame, on_duplicate: OnDuplicate
) -> pl.DataFrame:
    """Rows that repeat an earlier one become skipped, or invalid."""
    if not composed.height or not duplicates.height:
        return composed
    mine = duplicates.filter(
        pl.col("row").is_between(int(composed["row"][0]), int(composed["row"][-1]))
    )
    if not mine.height:
        return composed
    status = Status.SKIPPED if on_duplicate is OnDuplicate.SKIP else Status.INVALID
    repeats = pl.col("first_row").is_not_null()
    sentence = pl.format("the same text to the same phone as row {}", "first_row")
    return (
        composed.join(mine, on="row", how="left", maintain_order="left")
        .with_columns(
            status=pl.when(repeats).then(pl.lit(str(status))).otherwise("status"),
            problem=pl.when(repeats).then(pl.lit(str(Code.DUPLICATE))).otherwise("problem"),
            problem_text=pl.when(repeats).then(sentence).otherwise("problem_text"),
        )
        .drop("first_row")
    )


def _sum(
    walked: _Walked, duplicates: pl.DataFrame, on_duplicate: OnDuplicate, rate_card: RateCard
) -> Estimate:
    counts = _counts_by_key(walked, duplicates)
    keys = [(*key, counts.get(number, 0)) for key, number in walked.keys.items()]
    encodings: dict[str, int] = {}
    for _country, encoding, _parts, _parts_max, rows in keys:
        encodings[str(encoding)] = encodings.get(str(encoding), 0) + int(str(rows))
    countries = _countries(keys, rate_card)
    price: dict[str, Decimal] = {}
    for line in countries:
        if line.price is not None:
            spent = price.get(line.price.currency, Decimal(0))
            price[line.price.currency] = spent + line.price.amount
    repeated = duplicates.height
    skips = on_duplicate is OnDuplicate.SKIP
    if repeated:
        first = tuple(duplicates["row"].head(5).to_list())
        text = f"the same text to the same phone as an earlier row (row {duplicates[0, 1]})"
        walked.problems[Code.DUPLICATE] = findings.Finding(Code.DUPLICATE, text, repeated, first)
    return Estimate(
        rows=walked.rows,
        sendable=walked.rows - walked.invalid - repeated,
        invalid=walked.invalid + (0 if skips else repeated),
        skipped=repeated if skips else 0,
        parts=sum(line.parts for line in countries),
        parts_max=sum(int(str(it[3])) * int(str(it[4])) for it in keys),
        encodings={it: encodings.get(it, 0) for it in ("GSM-7", "UTF-16")},
        countries=countries,
        price=price,
        unpriced_rows=sum(line.rows for line in countries if line.price is None),
        problems=tuple(sorted(walked.problems.values(), key=lambda it: -it.rows)),
        remarks=tuple(walked.remarks.values()),
        samples=tuple(walked.samples),
        duplicates=duplicates,
    )


def _counts_by_key(walked: _Walked, duplicates: pl.DataFrame) -> dict[int, int]:
    """Rows of each key, without those that repeat an earlier one."""
    counts: dict[int, int] = {}
    for part in walked.compact:
        kept = part.join(duplicates, on="row", how="anti") if duplicates.height else part
        for key, rows in kept.group_by("key").len().iter_rows():
            counts[key] = counts.get(key, 0) + rows
    return counts


def _countries(keys: Iterable[tuple[object, ...]], rate_card: RateCard) -> tuple[CountryLine, ...]:
    """Rows and parts by country, most parts first."""
    sums: dict[str, tuple[int, int]] = {}
    for country, _encoding, parts, _parts_max, rows in keys:
        name = str(country or "")
        before = sums.get(name, (0, 0))
        sums[name] = (before[0] + int(str(rows)), before[1] + int(str(parts)) * int(str(rows)))
    lines = [
        CountryLine(country, rows, parts, rate_card.price(country, parts))
        for country, (rows, parts) in sums.items()
        if rows
    ]
    return tuple(sorted(lines, key=lambda it: (-it.parts, it.country)))
