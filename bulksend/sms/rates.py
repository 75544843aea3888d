"""The rate card: what one part costs by country, from the person's own file; never a guess."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import phonenumbers

from bulksend import errors
from bulksend.sms.message import Money

_COLUMNS = ("country", "price_per_part", "currency")
_HINT = "a rate card looks like this:  country,price_per_part,currency  then  GB,0.0420,USD"
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,12})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_FILE_MAX_BYTES = 1_000_000
#: A quote that is never closed makes the rest of the file one cell.
_CELL_MAX = 1_000


@dataclass(frozen=True, slots=True)
class RateCard:
    """Price per part by country."""

    #: By ISO 3166 alpha-2.
    prices: Mapping[str, Money] = field(default_factory=dict)

    def price(self, country: str, parts: int) -> Money | None:
        """The exact price of `parts` parts to a country; None when the card does not know it."""
        each = self.prices.get(country)
        return Money(each.amount * parts, each.currency) if each else None


#: When the person gave no card: everything is unpriced.
NO_RATES = RateCard()


def load_rate_card(path: Path) -> RateCard:
    """A rate card from a CSV file. Raises UsageError naming file, row and column."""
    text = _read(path)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        filled = [(row, cells) for row, cells in enumerate(lines, 1) if any(map(str.strip, cells))]
    except csv.Error as fault:
        raise _unusable(path, f"cannot be read as CSV: {fault}") from None
    if not filled:
        raise _unusable(path, "the rate card is empty")
    if any(len(cell) > _CELL_MAX for _row, cells in filled for cell in cells):
        raise _unusable(path, "cannot be read as CSV: a cell without end")
    places = _places(path, filled[0][1])
    prices: dict[str, Money] = {}
    for row, cells in filled[1:]:
        country, each = _parse_line(path, row, [_cell(cells, place) for place in places])
        if country in prices:
            raise _trouble(path, row, "country", f"{country} is there a second time")
        prices[country] = each
    return RateCard(prices)


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()[: _FILE_MAX_BYTES + 1]
    except OSError as failure:
        raise errors.UsageError(
            f"{path}: cannot be read: {failure.strerror}", hint="check --rates"
        ) from None
    try:
        if len(raw) > _FILE_MAX_BYTES:
            raise ValueError
        return raw.decode("utf-8-sig")
    except ValueError:
        raise _unusable(path, "is not a rate card in UTF-8") from None


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return max(",;\t", key=header.count)


def _places(path: Path, header: list[str]) -> list[int]:
    """Where the three columns stand."""
    names = [name.strip().casefold().replace(" ", "_") for name in header]
    for wanted in _COLUMNS:
        if names.count(wanted) != 1:
            how = "no column" if wanted not in names else "two columns"
            raise _unusable(path, f"{how} named `{wanted}`")
    return [names.index(wanted) for wanted in _COLUMNS]


def _cell(cells: list[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _parse_line(path: Path, row: int, cells: list[str]) -> tuple[str, Money]:
    country, amount, currency = cells[0].upper(), cells[1], cells[2].upper()
    if country not in phonenumbers.SUPPORTED_REGIONS:
        hint = "; the United Kingdom is GB" if country == "UK" else ""
        raise _trouble(path, row, "country", f"{country!r} is no ISO country of two letters{hint}")
    if not _DECIMAL.fullmatch(amount):
        raise _trouble(path, row, "price_per_part", f"{amount!r} is no price such as 0.0420")
    if not _CURRENCY.fullmatch(currency):
        raise _trouble(path, row, "currency", f"{currency!r} is no currency such as USD")
    return country, Money(Decimal(amount), currency)


def _trouble(path: Path, row: int, column: str, what: str) -> errors.UsageError:
    return _unusable(path, f"row {row}, column {column}: {what}")


def _unusable(path: Path, what: str) -> errors.UsageError:
    return errors.UsageError(f"{path}: {what}", hint=_HINT, code="rates_invalid")
