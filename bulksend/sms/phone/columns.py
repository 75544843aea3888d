"""`phone.parse_phone` for a column: numbers as columns, and the few that these cannot decide one by
one, each different cell once.

Clean cells are digits already; the noise of everyday is taken away with expressions over those
cells that have some; what no plan has is told apart in `impossible`; the rest is asked of
libphonenumber, which costs a thousand times as much.
"""

from __future__ import annotations

import functools
import unicodedata

import polars as pl

from bulksend.sms.phone import impossible
from bulksend.sms.phone import parse as phone
from bulksend.sms.phone import plans as numbering
from bulksend.sms.phone.parse import PhoneFix

#: Cells that columns can read: digits and the noise of everyday.
_CLEAN = r"^\+[1-9][0-9]{6,14}$"
_INTERNATIONAL = r"^\+[1-9][0-9 ()\-]{5,24}$"
_NATIONAL = r"^\(?[0-9][0-9 ()\-]{5,24}$"
_NOT_DIGITS = r"[^0-9]"
#: A longer row of zeros could be a second number.
_POINT_ZERO = r"^(\+?[0-9]{6,20})[.,]0{1,3}$"
#: E.164.
_DIGITS_MAX = 15
#: Unicode has no digits from here on.
_BEYOND_DIGITS = 0x20000
_NOTHING = pl.lit(None, dtype=pl.String)


def parse_column(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """to_e164, country, problem, problem_text (String, null), landline (Boolean, null where there
    is a problem), phone_fixes (UInt8 of `parse.PhoneFix`, null where there is a problem).
    """
    frame = _read(cells, region).with_columns(
        pl.when(pl.col(name).str.len_bytes() <= _DIGITS_MAX).then(name)
        for name in ("digits", "abroad")
    )
    country = numbering.countries(frame["digits"])
    valid = pl.lit(country.is_not_null())
    decided = frame.select(
        to_e164=pl.when(valid).then(pl.concat_str(pl.lit("+"), "digits")),
        country=pl.lit(country),
        landline=pl.lit(numbering.landlines(frame["digits"], country)),
        phone_fixes=pl.when(valid).then("phone_fixes"),
        problem=_NOTHING,
        problem_text=_NOTHING,
    )
    rest = country.is_null().arg_true()
    if rest.is_empty():
        return decided
    decided = impossible.mark(decided, rest, frame["abroad"].gather(rest))
    rest = rest.filter(decided["problem"].gather(rest).is_null())
    return _one_by_one(decided, cells.gather(rest), rest, region)


def _read(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """digits: the number with its calling code, where the cell is written plainly; fixes; abroad:
    the same digits where the cell says its country by itself.
    """
    clean = cells.str.contains(_CLEAN)
    digits = cells.str.slice(1)
    fixes = pl.Series([0], dtype=pl.UInt8).new_from_index(0, len(cells))
    abroad = digits
    others = (~clean).arg_true()
    if len(others):
        read = _read_noisy(cells.gather(others), region)
        digits = digits.clone().scatter(others, read["digits"])
        fixes = fixes.scatter(others, read["phone_fixes"])
        abroad = digits.clone().scatter(others, read["abroad"])
    return pl.DataFrame({"digits": digits, "phone_fixes": fixes, "abroad": abroad})


def _read_noisy(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """The same for cells that have more than a plus and digits in them, or less."""
    shown, undone = _without_hidden(cells)
    cell, written = pl.col("cell"), pl.col("written")
    whole = cell.str.extract(_POINT_ZERO)
    read = (
        pl.DataFrame({"cell": shown, "undone": undone})
        .with_columns(point_zero=whole.is_not_null(), cell=pl.coalesce(whole, cell))
        .with_columns(
            plus=cell.str.starts_with("+"),
            written=pl.when(cell.str.contains(f"{_INTERNATIONAL}|{_NATIONAL}")).then(
                cell.str.replace_all(_NOT_DIGITS, "")
            ),
        )
    )
    double_zero = ~pl.col("plus") & written.str.starts_with("00")
    long = (written.str.len_bytes() >= numbering.LOST_PLUS_MIN) & ~written.str.starts_with("0")
    home = numbering.home_plan(region) if region else None
    national, lost = _NOTHING, long & (region is None)
    if home is not None:
        national, lost = home.digits(written), home.lost_plus(written) | home.foreign(written)
    plus = pl.col("plus")
    abroad = pl.when(plus).then(written).when(double_zero).then(written.str.slice(2))
    zero = home.lost_zero(written) if home else pl.lit(value=False)
    return read.with_columns(abroad=abroad, lost=(~plus & ~double_zero & lost)).select(
        digits=pl.when("lost").then(written).otherwise(pl.coalesce("abroad", national)),
        phone_fixes=_bits(
            (pl.col("lost"), PhoneFix.LOST_PLUS),
            (~plus & ~double_zero & ~pl.col("lost") & zero, PhoneFix.LOST_ZERO),
            (pl.col("point_zero"), PhoneFix.POINT_ZERO),
        )
        | pl.col("undone"),
        abroad="abroad",
    )


def _bits(*happenings: tuple[pl.Expr, PhoneFix]) -> pl.Expr:
    bits = pl.lit(0, dtype=pl.UInt8)
    for happened, fix in happenings:
        bits = bits | (happened.fill_null(value=False).cast(pl.UInt8) * int(fix))
    return bits


def _without_hidden(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Cells without what nobody sees and with plain digits; what was undone (UInt8)."""
    undone = pl.Series([0], dtype=pl.UInt8).new_from_index(0, len(cells))
    others = (cells.str.len_bytes() != cells.str.len_chars()).arg_true()
    if others.is_empty():
        return cells, undone
    strange = cells.gather(others)
    plain = strange.str.replace_many(_digits())
    shown = plain.str.replace_all(f"[{phone.HIDDEN}]", "")
    happenings = pl.select(
        _bits(
            (pl.lit(plain != strange), PhoneFix.FOREIGN_DIGITS),
            (pl.lit(shown != plain), PhoneFix.HIDDEN),
        )
    ).to_series()
    return cells.clone().scatter(others, shown), undone.scatter(others, happenings)


@functools.cache
def _digits() -> dict[str, str]:
    """Digits of all scripts, and the full-width plus, as ASCII has them."""
    every = map(chr, range(0x80, _BEYOND_DIGITS))
    digits = {
        character: str(unicodedata.decimal(character))
        for character in every
        if character.isdecimal()
    }
    return digits | {"＋": "+"}


def _one_by_one(
    decided: pl.DataFrame, cells: pl.Series, at: pl.Series, region: str | None
) -> pl.DataFrame:
    """The cells that the columns did not decide, each different one once."""
    if cells.is_empty():
        return decided
    different = cells.unique()
    parsed = pl.DataFrame(
        [(cell, *_values(phone.parse_phone(cell, region))) for cell in different],
        schema={"cell": pl.String, **decided.schema},
        orient="row",
    )
    values = pl.DataFrame({"cell": cells}).join(
        parsed, on="cell", how="left", maintain_order="left"
    )
    return decided.with_columns(decided[name].scatter(at, values[name]) for name in decided.columns)


def _values(parsed: phone.Phone | phone.PhoneError) -> tuple[str | bool | int | None, ...]:
    """In the order of the columns."""
    if isinstance(parsed, phone.Phone):
        return (parsed.e164, parsed.country, parsed.landline, int(parsed.fixes), None, None)
    return (None, None, None, None, str(parsed.code), parsed.text)
