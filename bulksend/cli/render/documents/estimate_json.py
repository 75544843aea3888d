"""The document of `run --dry-run`: schemas/estimate.json."""

from __future__ import annotations

from collections.abc import Iterator

from bulksend.batch.dry_run import DryRun
from bulksend.cli.render import SCHEMA, Json, JsonObject, money_text
from bulksend.estimate.estimator import CountryLine
from bulksend.estimate.findings import Finding
from bulksend.estimate.samples import Sample
from bulksend.sms.rates import Confidence


def document(dry_run: DryRun) -> JsonObject:
    """The same plan that `run` would send, summed and priced."""
    counts = dry_run.estimate
    return {
        "schema": SCHEMA,
        "rows": counts.rows,
        "sendable": counts.sendable,
        "invalid": counts.invalid,
        "skipped": counts.skipped,
        "parts": counts.parts,
        "parts_max": counts.parts_max,
        "encodings": dict(counts.encodings),
        "price": money_text.sums(counts.price),
        "unpriced_rows": counts.unpriced_rows,
        "countries": [_country(line) for line in counts.countries],
        "duration_s": round(dry_run.duration_s, 3),
        "phone_column": dry_run.phone_column,
        "file_encoding": dry_run.file_encoding or None,
        "digest": dry_run.digest or None,
        "sent_before": counts.skipped_by.get("sent_before", 0),
        "texted_lately": dry_run.texted_lately,
        "skipped_by": counts.skipped_by,
        "samples": [_sample(sample) for sample in counts.samples],
        "findings": [_finding(finding) for finding in dry_run.findings],
        "prices_rest_on": _basis(dry_run.confidence),
        "exit_code": dry_run.exit_code,
    }


def _country(line: CountryLine) -> JsonObject:
    return {
        "country": line.country,
        "rows": line.rows,
        "parts": line.parts,
        "price": format(line.price.amount, "f") if line.price else None,
        "currency": line.price.currency if line.price else None,
    }


def _sample(sample: Sample) -> JsonObject:
    """A text as it will read, without the phone."""
    return {
        "row": sample.row,
        "text": sample.text,
        "encoding": sample.encoding,
        "parts": sample.parts,
    }


def _basis(confidence: Confidence) -> JsonObject:
    """How much of the card rests on how many charges."""
    return {
        "charges": dict(confidence.learned),
        "typed": list(confidence.typed),
        "unpriced": list(confidence.unpriced),
        "parts_by_charges": confidence.parts_learned,
        "parts": confidence.parts,
    }


def _finding(finding: Finding) -> JsonObject:
    """What every finding has, then what says something about this one."""
    return {
        "code": finding.code,
        "text": finding.text,
        "rows": finding.rows,
        "first_rows": list(finding.first_rows),
        "kind": str(finding.kind),
        **dict(_particulars(finding)),
    }


def _particulars(finding: Finding) -> Iterator[tuple[str, Json]]:
    if finding.parts is not None:
        yield "parts", finding.parts
        yield "price", money_text.sums(finding.price)
        yield "unpriced_parts", finding.unpriced_parts
    if finding.value:
        yield "value", finding.value
    if finding.rows_pushed is not None:
        yield "rows_pushed", finding.rows_pushed
    if finding.character:
        yield "character", finding.character
        yield "replacement", finding.replacement
    words = {"fix": finding.fix, "column": finding.column, "country": finding.country}
    yield from ((name, word) for name, word in (words | {"name": finding.name}).items() if word)
    if finding.positions:
        yield "positions", list(finding.positions)
