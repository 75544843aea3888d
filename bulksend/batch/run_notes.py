"""What a run notes in its journal: findings of its estimate, limits of its pace, countries.

Nothing of a person stands in them: findings lose their examples, limits are seconds by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bulksend import journal
from bulksend.batch.reporter import Progress
from bulksend.estimate import mojibake
from bulksend.estimate.estimator import Estimate
from bulksend.estimate.findings import Finding
from bulksend.sending.limited_by import LimitedBy

_FINDINGS, _LIMITS, _COUNTRIES = "findings", "limits", "countries"
_FINDINGS_MAX = 20


def note_findings(record: journal.Journal, estimate: Estimate) -> None:
    """Keep what the estimate warned of and how many rows; problems stand in the rows themselves."""
    warned = (*estimate.mistakes, *estimate.costs, *estimate.remarks)
    if warned:
        record.set_fact(_FINDINGS, json.dumps([_line(one) for one in warned[:_FINDINGS_MAX]]))


def note_countries(record: journal.Journal, estimate: Estimate) -> None:
    """Keep where a batch goes for the look before its rest, whose rows nobody counts again."""
    countries = json.dumps({line.country: line.rows for line in estimate.countries})
    if estimate.countries and countries != record.fact(_COUNTRIES):
        record.set_fact(_COUNTRIES, countries)


def _line(finding: Finding) -> tuple[str, int]:
    """Without the example that some findings end in, which is a value of a cell."""
    text = finding.text.partition(": `")[0] if finding.code == mojibake.CODE else finding.text
    return text, finding.rows


async def note_limits(record: journal.Journal, progress: Progress) -> None:
    """Add the seconds of this run to those of the batch's earlier runs. Raises JournalError."""
    total = dict(limits(record))
    for limit, seconds in progress.limited_s.items():
        total[limit] = round(total.get(limit, 0.0) + seconds, 2)
    if progress.limited_s:
        await record.note_fact(_LIMITS, json.dumps(total))


def findings(record: journal.Reader) -> tuple[tuple[str, int], ...]:
    """Sentences and rows of what the estimate warned of; empty where nothing legible is noted."""
    noted = _parsed(record.fact(_FINDINGS))
    if not isinstance(noted, list):
        return ()
    return tuple(
        (str(line[0]), int(line[1]))
        for line in noted[:_FINDINGS_MAX]
        if isinstance(line, list) and len(line) == 2 and isinstance(line[1], int)
    )


def limits(record: journal.Reader) -> Mapping[LimitedBy, float]:
    """Seconds that each of `LimitedBy` held the batch; empty where nothing legible is noted."""
    noted = _parsed(record.fact(_LIMITS))
    if not isinstance(noted, dict):
        return {}
    by_name = {each.value: each for each in LimitedBy}
    return {
        limit: float(seconds)
        for name, seconds in noted.items()
        if (limit := by_name.get(_field(name))) is not None
        and isinstance(seconds, int | float)
        and 0 <= seconds < 1e9
    }


def countries(record: journal.Reader) -> dict[str, int]:
    """Rows by country, as they were counted when the batch began; empty where nobody noted it."""
    noted = _parsed(record.fact(_COUNTRIES))
    if not isinstance(noted, dict):
        return {}
    return {country: rows for country, rows in noted.items() if isinstance(rows, int)}


def _field(name: str) -> str:
    """Earlier versions noted the option in place of the field."""
    return name.removeprefix("--").replace("-", "_")


def _parsed(text: str) -> object:
    try:
        return json.loads(text or "null")
    except ValueError:
        return None
