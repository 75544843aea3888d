"""What countries demand of texts from a sender ID, and when they want none.

The facts are in `countries.csv`, each with its source and the month in which that was read; a
country that is not there demands nothing that the sources name. `python -m tests.stale_facts`
lists what should be read again.
"""

from __future__ import annotations

import csv
import functools
from datetime import date
from enum import StrEnum
from importlib import resources

from bulksend.frozen import frozen


class Demand(StrEnum):
    """What a country wants, those first that insist."""

    #: Nothing helps: it takes no text from a sender ID.
    REFUSED = "refused"
    #: The sender ID must be registered first.
    REQUIRED = "required"
    #: The phone shows something else in place of the sender ID.
    REPLACED = "replaced"
    RECOMMENDED = "recommended"
    #: Hours and days without commercial texts; they bind marketing and no clinic's reminder.
    QUIET = "quiet"


@frozen
class CountryRule:
    """One demand of one country."""

    #: ISO 3166 alpha-2.
    country: str
    demand: Demand
    #: As it stands in a sentence: "the United Kingdom".
    name: str
    what: str
    #: The day since which it holds, None where the source names none.
    since: date | None
    #: Its quiet hours and days as options take them: "20:00-08:00 sun,holidays"; "" for others.
    quiet: str
    source: str
    #: The month in which the source was read, as YYYY-MM.
    as_of: str

    @property
    def text(self) -> str:
        """The demand as a sentence."""
        since = f", since {self.since.day} {self.since:%B %Y}" if self.since else ""
        return f"{self.name}: {self.what}{since}"


@functools.cache
def rules() -> tuple[CountryRule, ...]:
    """All of them, in the file's order."""
    text = resources.files("bulksend.sms").joinpath("countries.csv").read_text("utf-8")
    return tuple(
        CountryRule(
            country=row["country"],
            demand=Demand(row["demand"]),
            name=row["name"],
            what=row["what"],
            since=date.fromisoformat(row["since"]) if row["since"] else None,
            quiet=row["quiet"],
            source=row["source"],
            as_of=row["as_of"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@functools.cache
def refused() -> dict[str, str]:
    """The countries that take no text from a sender ID, and the sentence that says so."""
    every = (rule for rule in rules() if rule.demand is Demand.REFUSED)
    return {rule.country: f"{rule.name} {rule.what}" for rule in every}


def older_than(day: date, months: int) -> tuple[CountryRule, ...]:
    """The facts that were read so many months before a day, or earlier; the oldest first."""
    latest = day.year * 12 + day.month - 1 - months
    stale = [rule for rule in rules() if _month(rule.as_of) <= latest]
    return tuple(sorted(stale, key=lambda rule: (rule.as_of, rule.country, rule.demand)))


def _month(as_of: str) -> int:
    """Months since the year 0."""
    year, month = as_of.split("-")
    return int(year) * 12 + int(month) - 1
