"""One pass over the contacts file: rows, parts, price and findings before anything is sent.

Memory is bounded by a few bytes a row: a hash of phone and text to know duplicates across chunks,
and the number of the row's cost group, so that a duplicate is taken out of every sum again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from bulksend.contacts import compose, loader
from bulksend.contacts.ahead import ahead
from bulksend.contacts.skipped import duplicates, left_out
from bulksend.errors import Code
from bulksend.estimate import (
    cost_groups,
    digest,
    findings,
    fixes,
    mistakes,
    mojibake,
    samples,
    savings,
)
from bulksend.frozen import frozen
from bulksend.sms.message import Money, OnDuplicate, Status
from bulksend.sms.rates import RateCard

__all__ = ["CountryLine", "Estimate", "counted_before", "estimate"]

#: Rows looked at together: small enough for the memory, large enough for the columns to pay.
_SLICE_ROWS = 50_000


@frozen(kw_only=False)
class CountryLine:
    """What goes to one country."""

    country: str
    rows: int
    parts: int
    #: None: the rate card does not know it.
    price: Money | None


@frozen
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
    #: What costs parts that could be saved, most parts first.
    costs: tuple[findings.Finding, ...]
    #: What is odd about rows that are sent: a plus that was put back, a country that demands more.
    remarks: tuple[findings.Finding, ...]
    samples: tuple[samples.Sample, ...]
    #: row, first_row: the rows that repeat an earlier one.
    duplicates: pl.DataFrame = field(repr=False)
    #: row, code, sentence: the rows that a rule leaves out.
    left_out: pl.DataFrame = field(repr=False, default_factory=left_out.none)
    #: Of phones and texts, before any rule left rows out: see `estimate.digest`; "" unless wanted.
    rows_digest: str = ""
    #: What is nearly surely a mistake of the whole batch: `yes` does not answer for it.
    mistakes: tuple[findings.Finding, ...] = ()

    @property
    def skipped_by(self) -> dict[str, int]:
        """Skipped rows by code, those that are left out for a reason."""
        by_code = self.left_out.group_by("code", maintain_order=True).len().rows()
        repeated = self.skipped - self.left_out.height
        return dict(by_code) | ({str(Code.DUPLICATE): repeated} if repeated else {})


@dataclass(slots=True)
class _Accumulator:
    """What the pass has added up so far."""

    groups: cost_groups.CostGroups
    mistakes: mistakes.Mistakes
    rows: int = 0
    invalid: int = 0
    fingerprints: list[duplicates.Fingerprints] = field(default_factory=list)
    problems: findings.Accumulated = field(default_factory=dict)
    remarks: findings.Accumulated = field(default_factory=dict)
    samples: samples.Samples = field(default_factory=samples.Samples)
    left_out: list[pl.DataFrame] = field(default_factory=list)
    #: None: nobody wants it.
    digest: digest.RowsDigest | None = None


@frozen
class Pass:
    """What one pass over the contacts file does beside counting and pricing its rows."""

    #: Leave rows out.
    rules: Sequence[left_out.Rule] = ()
    #: A digest of all texts and phones is worked out; for one who will never be asked for it, not.
    with_digest: bool = True
    #: Hears now and then how many rows were read.
    on_rows: Callable[[int], None] = lambda _rows: None


COUNTING = Pass()


def estimate(
    contacts: loader.Contacts,
    message_plan: compose.MessagePlan,
    *,
    on_duplicate: OnDuplicate,
    rate_card: RateCard,
    reading: Pass = COUNTING,
) -> Estimate:
    """Pass over the whole file once. Raises ContactsError where it cannot be read.

    Reading, composing and adding go on beside each other, a slice apart.
    """
    accumulator = _Accumulator(
        cost_groups.CostGroups(message_plan),
        mistakes.Mistakes(message_plan),
        digest=digest.RowsDigest() if reading.with_digest else None,
    )
    for composed, named in ahead(_composed(contacts, message_plan, reading.rules), "compose"):
        if accumulator.digest is not None:
            accumulator.digest.add(composed)
        marked = left_out.mark(composed, named, Status.SKIPPED)
        _add(accumulator, marked, named, message_plan)
        reading.on_rows(accumulator.rows)
    repeated = duplicates.none()
    if on_duplicate is not OnDuplicate.SEND:
        repeated = duplicates.find(accumulator.fingerprints)
    return _sum(accumulator, repeated, on_duplicate, message_plan, rate_card)


def _composed(
    contacts: loader.Contacts, message_plan: compose.MessagePlan, rules: Sequence[left_out.Rule]
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Slices of the file composed, and of each the rows that a rule leaves out."""
    slices = (piece for chunk in contacts.chunks() for piece in chunk.iter_slices(_SLICE_ROWS))
    for piece in ahead(slices, "read"):
        composed = compose.compose(piece, message_plan)
        yield composed, left_out.by_rules(composed, rules)


def counted_before(*, rows: int, sendable: int, invalid: int) -> Estimate:
    """Of a batch that was counted when it began and holds no duplicates: no pass is needed."""
    return Estimate(
        rows=rows,
        sendable=sendable,
        invalid=invalid,
        skipped=0,
        parts=0,
        parts_max=0,
        encodings={},
        countries=(),
        price={},
        unpriced_rows=0,
        problems=(),
        costs=(),
        remarks=(),
        samples=(),
        duplicates=duplicates.none(),
    )


def _add(
    accumulator: _Accumulator,
    composed: pl.DataFrame,
    named: pl.DataFrame,
    message_plan: compose.MessagePlan,
) -> None:
    sendable = composed
    if named.height:
        accumulator.left_out.append(named)
    if composed["problem"].null_count() < composed.height:
        findings.add(accumulator.problems, findings.problems(composed, message_plan))
        unsent = composed["status"] == str(Status.UNSENT)
        sendable = composed.drop("status", "problem", "problem_text").filter(unsent)
    accumulator.rows += composed.height
    accumulator.invalid += composed.height - sendable.height - named.height
    if not sendable.height:
        return
    findings.add(accumulator.remarks, findings.phone_fixes(sendable, message_plan))
    findings.add(accumulator.remarks, findings.words_for_nothing(sendable, message_plan))
    findings.add(accumulator.remarks, mojibake.wrongly_decoded(sendable, message_plan))
    findings.add(accumulator.remarks, mistakes.in_fields(sendable, message_plan))
    accumulator.mistakes.add(sendable)
    group = accumulator.groups.number(sendable)
    narrow = group.cast(_narrowest(accumulator.groups.count)).alias("group")
    accumulator.fingerprints.append(duplicates.fingerprints(sendable, narrow))
    accumulator.samples.look_at(sendable)


def _narrowest(count: int) -> type[pl.DataType]:
    """The smallest type that has room for so many numbers."""
    if count <= 1 << 8:
        return pl.UInt8
    return pl.UInt16 if count <= 1 << 16 else pl.UInt32


def _sum(
    accumulator: _Accumulator,
    repeated: pl.DataFrame,
    on_duplicate: OnDuplicate,
    message_plan: compose.MessagePlan,
    rate_card: RateCard,
) -> Estimate:
    table = accumulator.groups.table().join(_rows_of_groups(accumulator, repeated), on="group")
    first_rows = accumulator.groups.first_rows().join(repeated, on="row", how="anti")
    whole = savings.Savings(table, first_rows, message_plan, rate_card)
    countries = tuple(_countries(table, rate_card))
    price: dict[str, Decimal] = {}
    for line in countries:
        if line.price is not None:
            spent = price.get(line.price.currency, Decimal(0))
            price[line.price.currency] = spent + line.price.amount
    skips = on_duplicate is OnDuplicate.SKIP
    named = pl.concat([left_out.none(), *accumulator.left_out])
    findings.add(accumulator.problems, _repeated(repeated))
    charged = list(whole.findings())
    by_encoding = dict(table.group_by("encoding").agg(pl.col("rows").sum()).iter_rows())
    return Estimate(
        rows=accumulator.rows,
        sendable=accumulator.rows - accumulator.invalid - repeated.height - named.height,
        invalid=accumulator.invalid + (0 if skips else repeated.height),
        skipped=named.height + (repeated.height if skips else 0),
        parts=sum(line.parts for line in countries),
        parts_max=int((table["parts_max"].cast(pl.Int64) * table["rows"]).sum()),
        encodings={name: by_encoding.get(name, 0) for name in ("GSM-7", "UTF-16")},
        countries=countries,
        price=price,
        unpriced_rows=sum(line.rows for line in countries if line.price is None),
        problems=tuple(sorted(accumulator.problems.values(), key=lambda finding: -finding.rows)),
        costs=tuple(finding for finding in charged if finding.kind is findings.Kind.COST),
        remarks=(
            *(finding for finding in charged if finding.kind is findings.Kind.REMARK),
            *accumulator.remarks.values(),
            *whole.destinations(),
        ),
        samples=accumulator.samples.chosen(),
        duplicates=repeated,
        left_out=named,
        rows_digest=accumulator.digest.shown() if accumulator.digest else "",
        mistakes=accumulator.mistakes.findings(),
    )


def _rows_of_groups(accumulator: _Accumulator, repeated: pl.DataFrame) -> pl.DataFrame:
    """group, rows: how many are sent of each, without those that repeat an earlier one."""
    counted = [pl.DataFrame(schema={"group": pl.UInt32, "rows": pl.Int64})]
    for part in accumulator.fingerprints:
        sent = part.columns
        if repeated.height:
            sent = part.frame().join(repeated, on="row", how="anti")
        rows = sent.group_by(pl.col("group").cast(pl.UInt32)).agg(rows=pl.len().cast(pl.Int64))
        counted.append(rows)
    return pl.concat(counted).group_by("group").agg(pl.col("rows").sum())


def _repeated(repeated: pl.DataFrame) -> Iterator[findings.Finding]:
    if not repeated.height:
        return
    yield findings.Finding(
        code=Code.DUPLICATE,
        kind=findings.Kind.PROBLEM,
        text=f"the same text to the same phone as an earlier row (row {repeated[0, 1]})",
        rows=repeated.height,
        first_rows=tuple(repeated["row"].head(findings.FIRST_ROWS)),
        fix=fixes.FIX_FOR[Code.DUPLICATE],
    )


def _countries(table: pl.DataFrame, rate_card: RateCard) -> Iterator[CountryLine]:
    """Rows and parts by country, most parts first."""
    summed = (
        table.group_by(country=pl.col("country").fill_null(""))
        .agg(
            rows=pl.col("rows").sum(), parts=(pl.col("parts").cast(pl.Int64) * pl.col("rows")).sum()
        )
        .sort(["parts", "country"], descending=[True, False])
    )
    for country, rows, parts in summed.iter_rows():
        yield CountryLine(country, rows, parts, rate_card.price(country, parts))
