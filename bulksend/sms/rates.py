"""The rate card: what one part costs by country, from the person's own file; never a guess."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import phonenumbers

from bulksend import errors
from bulksend.frozen import frozen
from bulksend.setting_names import Setting
from bulksend.sms.message import Money

COLUMNS = ("country", "price_per_part", "currency")
#: What a learned card has beside them: how many charges, the least and the most, the last day.
LEARNED_COLUMNS = ("samples", "low", "high", "last_charged")
_COUNT = re.compile(r"\d{1,12}")
_HINT = "a rate card looks like this:  country,price_per_part,currency  then  GB,0.0420,USD"
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,12})?")
#: A card has so many decimals at most.
_FINEST = Decimal("0.000000000001")
_CURRENCY = re.compile(r"[A-Z]{3}")
_FILE_MAX_BYTES = 1_000_000
#: A quote that is never closed makes the rest of the file one cell.
_CELL_MAX = 1_000


@frozen
class Charges:
    """What stands behind a price that was learned from past batches."""

    #: Messages that were charged.
    samples: int
    #: The least and the most that a part cost.
    low: Decimal | None = None
    high: Decimal | None = None
    #: The day of the last one, as YYYY-MM-DD; "" when it is not known.
    last_charged: str = ""


@frozen(kw_only=False)
class RateCard:
    """Price per part by country."""

    #: By ISO 3166 alpha-2.
    prices: Mapping[str, Money] = field(default_factory=dict)
    #: Of the prices that were learned; the others were typed by somebody.
    charges: Mapping[str, Charges] = field(default_factory=dict)

    def worst(self, country: str, parts: int) -> Money | None:
        """The most that `parts` parts have cost in a country, where the card knows it."""
        each = self.prices.get(country)
        charged = self.charges.get(country)
        if each is None or charged is None or charged.high is None:
            return self.price(country, parts)
        return Money(max(each.amount, charged.high) * parts, each.currency)

    def price(self, country: str, parts: int) -> Money | None:
        """The exact price of `parts` parts to a country; None when the card does not know it."""
        each = self.prices.get(country)
        return Money(each.amount * parts, each.currency) if each else None


#: When the person gave no card: everything is unpriced.
NO_RATES = RateCard()


def shown(price: Decimal) -> str:
    """A price of a part, as exact as a card can be and with four decimals at least."""
    whole, _, fraction = format(price.quantize(_FINEST, ROUND_HALF_UP), "f").partition(".")
    return f"{whole}.{fraction.rstrip('0'):0<4}"


@frozen(kw_only=False)
class Confidence:
    """How much of a list rests on how many charges; countries with the most parts first."""

    #: (country, charges behind its price).
    learned: tuple[tuple[str, int], ...]
    #: Countries whose price somebody typed.
    typed: tuple[str, ...]
    #: Countries without a price.
    unpriced: tuple[str, ...]
    #: Of the list's parts those whose price was learned, and all.
    parts_learned: int
    parts: int


def confidence(card: RateCard, parts: Mapping[str, int]) -> Confidence:
    """What the prices of a list rest on; `parts` has the list's parts by country."""
    countries = sorted(parts, key=lambda country: (-parts[country], country))
    learned = [
        country for country in countries if country in card.prices and country in card.charges
    ]
    return Confidence(
        learned=tuple((country, card.charges[country].samples) for country in learned),
        typed=tuple(
            country
            for country in countries
            if country in card.prices and country not in card.charges
        ),
        unpriced=tuple(country for country in countries if country not in card.prices),
        parts_learned=sum(parts[country] for country in learned),
        parts=sum(parts.values()),
    )


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
    placeholder_columns = _placeholder_columns(path, filled[0][1])
    prices: dict[str, Money] = {}
    charges: dict[str, Charges] = {}
    for row, cells in filled[1:]:
        named = {name: _cell(cells, place) for name, place in placeholder_columns.items()}
        country, each = _parse_line(path, row, [named[column] for column in COLUMNS])
        if country in prices:
            raise _trouble(path, row, "country", f"{country} is there a second time")
        prices[country] = each
        if (charged := _parse_charges(path, row, named)) is not None:
            charges[country] = charged
    return RateCard(prices, charges)


def pack(card: RateCard) -> str:
    """A card as JSON, for `unpack`: `{"GB": ["0.0420", "USD", 12, "0.0400", "0.0444", "..."]}`."""
    return json.dumps({country: _packed(card, country) for country in sorted(card.prices)})


def _packed(card: RateCard, country: str) -> list[object]:
    each, charges = card.prices[country], card.charges.get(country)
    price: list[object] = [f"{each.amount:f}", each.currency]
    if charges is None:
        return price
    bounds = ["" if bound is None else f"{bound:f}" for bound in (charges.low, charges.high)]
    return [*price, charges.samples, *bounds, charges.last_charged]


def unpack(packed: str) -> RateCard:
    """Raises ValueError for what `pack` never makes."""
    prices: dict[str, Money] = {}
    charges: dict[str, Charges] = {}
    try:
        for country, (amount, currency, *learned) in json.loads(packed).items():
            if not (_DECIMAL.fullmatch(amount) and _CURRENCY.fullmatch(currency)):
                raise ValueError(f"no price: {amount!r} {currency!r}")
            prices[country] = Money(Decimal(amount), currency)
            if learned:
                samples, low, high, last_charged = learned
                bounds = [Decimal(bound) if bound else None for bound in (low, high)]
                charges[country] = Charges(
                    samples=int(samples), low=bounds[0], high=bounds[1], last_charged=last_charged
                )
    except (ArithmeticError, AttributeError, TypeError) as fault:
        raise ValueError("no rate card") from fault
    return RateCard(prices, charges)


def _read(path: Path) -> str:
    sentence, hint = f"{path}: cannot be read", f"check {Setting.RATES}"
    with (
        errors.instead_of_os_error(errors.UsageError, sentence, hint=hint),
        path.open("rb") as file,
    ):
        raw = file.read(_FILE_MAX_BYTES + 1)
    try:
        if len(raw) > _FILE_MAX_BYTES:
            raise ValueError
        return raw.decode("utf-8-sig")
    except ValueError:
        raise _unusable(path, "is not a rate card in UTF-8") from None


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return max(",;\t", key=header.count)


def _placeholder_columns(path: Path, header: list[str]) -> dict[str, int]:
    """Where the three columns stand, and those of a learned card where it is one."""
    names = [name.strip().casefold().replace(" ", "_") for name in header]
    for wanted in COLUMNS:
        if names.count(wanted) != 1:
            how = "no column" if wanted not in names else "two columns"
            raise _unusable(path, f"{how} named `{wanted}`")
    return {
        column: names.index(column) for column in (*COLUMNS, *LEARNED_COLUMNS) if column in names
    }


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


def _parse_charges(path: Path, row: int, named: Mapping[str, str]) -> Charges | None:
    """What a learned card says beside the price; None where somebody typed the line."""
    samples = named.get("samples", "")
    if not samples:
        return None
    if not _COUNT.fullmatch(samples):
        raise _trouble(path, row, "samples", f"{samples!r} is no count of charges such as 120")
    for column in ("low", "high"):
        if not re.fullmatch(f"({_DECIMAL.pattern})?", named.get(column, "")):
            raise _trouble(path, row, column, f"{named[column]!r} is no price such as 0.0420")
    low, high = (Decimal(price) if (price := named.get(name)) else None for name in ("low", "high"))
    last_charged = named.get("last_charged", "")
    return Charges(samples=int(samples), low=low, high=high, last_charged=last_charged)


def _trouble(path: Path, row: int, column: str, what: str) -> errors.UsageError:
    return _unusable(path, f"row {row}, column {column}: {what}")


def _unusable(path: Path, what: str) -> errors.UsageError:
    return errors.UsageError(f"{path}: {what}", hint=_HINT, code="rates_invalid")
