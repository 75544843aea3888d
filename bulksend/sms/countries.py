"""Where an alphanumeric sender ID cannot go, and where it must be registered first.

The facts are in `countries.csv`, each with its source and date; a country that is not there
demands nothing that the source names.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources


class Demand(StrEnum):
    """What a country wants before a text from a sender ID arrives."""

    #: Nothing helps: it takes none.
    REFUSED = "refused"
    REQUIRED = "required"
    RECOMMENDED = "recommended"


@dataclass(frozen=True, slots=True)
class Destination:
    """What one country demands."""

    #: ISO 3166 alpha-2.
    country: str
    demand: Demand
    #: As it stands in a sentence: "the United Kingdom".
    name: str
    what: str
    source: str
    #: Year and month of the source.
    as_of: str


@functools.cache
def countries() -> dict[str, Destination]:
    """By country."""
    text = resources.files("bulksend.sms").joinpath("countries.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["country"]: Destination(
            row["country"],
            Demand(row["demand"]),
            *(row[name] for name in ("name", "what", "source", "as_of")),
        )
        for row in rows
    }


@functools.cache
def refused() -> dict[str, str]:
    """The countries that take no text from a sender ID, and the sentence that says so."""
    every = countries().values()
    return {
        each.country: f"{each.name} {each.what}" for each in every if each.demand is Demand.REFUSED
    }
