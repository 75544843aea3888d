"""`parse.parse_phone` for a column: numbers as columns, and the few that these cannot decide one by
one, each different cell once.

Clean cells are digits already; the noise of everyday is taken off with expressions over those
cells that have some; what no plan has is sorted out in `impossible`; the rest is asked of
libphonenumber, which costs a thousand times as much.
"""

from __future__ import annotations

import polars as pl

from bulksend.sms import countries
from bulksend.sms.phone import abroad, impossible, kinds, number_table, parse, plans, signs
from bulksend.sms.phone.wrapping import PhoneError, PhoneFix

#: Cells that columns can read: digits and the noise of everyday.
_CLEAN = r"^\+[1-9][0-9]{6,14}$"
_INTERNATIONAL = r"^\+[1-9][0-9 ()\-]{5,24}$"
_NATIONAL = r"^\(?[0-9][0-9 ()\-]{5,24}$"
#: What these have besides digits.
_SEPARATORS = dict.fromkeys("+ ()-", "")
#: A longer row of zeros could be a second number.
_POINT_ZERO = r"^(\+?[0-9]{6,20})[.,]0{1,3}$|^(\+?[0-9 ()\-]{6,24}[0-9)])[.,]0{1,3}$"
#: Looks American, and may be a number at home that lost its zero.
_ELEVEN_FROM_ONE = r"^1[0-9]{10}$"
#: E.164.
_DIGITS_MAX = 15
#: Phones of seven to fifteen digits.
_PLAIN_MIN, _PLAIN_MAX = 10**6, 10**_DIGITS_MAX - 1
_COLUMNS = ("to_e164", "country", "line_kind", "phone_fixes", "problem", "problem_text")
_NOTHING = pl.lit(None, dtype=pl.String)


def parse_column(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """to_e164, country, problem, problem_text (String, null), line_kind (String of
    `kinds.LineKind` or "", null where there is a problem), phone_fixes (UInt8 of
    `wrapping.PhoneFix`, null where there is a problem).
    """
    plain = _plain(cells)
    rest = plain["country"].is_null().arg_true()
    if rest.is_empty():
        return plain
    if len(rest) == len(cells):
        return _parse_rest(cells, region)
    parsed = _parse_rest(cells.gather(rest), region)
    return plain.with_columns(
        plain[name].clone().scatter(rest, parsed[name]) for name in plain.columns
    )


def _plain(cells: pl.Series) -> pl.DataFrame:
    """The same of cells that are E.164 as they stand and a phone's; null elsewhere."""
    begins = cells.str.starts_with("+") & ~cells.str.starts_with("+0")
    number = pl.col("number")
    numbers = (
        pl.DataFrame({"number": cells.cast(pl.UInt64, strict=False), "begins": begins})
        .select(pl.when(number.is_between(_PLAIN_MIN, _PLAIN_MAX) & pl.col("begins")).then(number))
        .to_series()
    )
    placed = number_table.of_numbers(numbers.fill_null(0))
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(cells))
    fixes = pl.Series([0], dtype=pl.UInt8).new_from_index(0, len(cells))
    plain = pl.DataFrame({"to_e164": cells, **placed.to_dict(), "phone_fixes": fixes})
    valid = placed["country"].is_not_null()
    if not valid.all():
        plain = plain.select(pl.when(pl.lit(valid)).then(pl.all()))
    return plain.with_columns(problem=nothing, problem_text=nothing).select(_COLUMNS)


def _parse_rest(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """The same of cells of any kind."""
    frame = _read(cells, region).with_columns(
        pl.when(pl.col(name).str.len_bytes() <= _DIGITS_MAX).then(name)
        for name in ("digits", "abroad")
    )
    country, kind = number_table.countries_and_kinds(frame["digits"])
    country = _without_guessed_services(country, kind, frame["phone_fixes"])
    valid = pl.lit(country.is_not_null())
    decided = frame.select(
        to_e164=pl.when(valid).then(pl.concat_str(pl.lit("+"), "digits")),
        country=pl.lit(country),
        line_kind=pl.when(valid).then(pl.lit(kind)),
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


def _without_guessed_services(country: pl.Series, kind: pl.Series, fixes: pl.Series) -> pl.Series:
    """No country, for now, where a number was completed and no phone has it."""
    guessed = (fixes & int(PhoneFix.LOST_PLUS | PhoneFix.LOST_ZERO)) > 0
    doubtful = (guessed & (kind != kinds.TEXTED)).fill_null(value=False)
    return country.set(doubtful, None) if doubtful.any() else country


def _read(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """digits: the number with its calling code, where the cell is written plainly; phone_fixes;
    abroad: the same digits where the cell says its country by itself.
    """
    clean = cells.str.contains(_CLEAN)
    digits = cells.str.slice(1)
    fixes = pl.Series([0], dtype=pl.UInt8).new_from_index(0, len(cells))
    of_abroad = digits
    others = (~clean).arg_true()
    if len(others):
        read = _read_noisy(cells.gather(others), region)
        digits = digits.clone().scatter(others, read["digits"])
        fixes = fixes.scatter(others, read["phone_fixes"])
        of_abroad = digits.clone().scatter(others, read["abroad"])
    return pl.DataFrame({"digits": digits, "phone_fixes": fixes, "abroad": of_abroad})


def _read_noisy(cells: pl.Series, region: str | None) -> pl.DataFrame:
    """The same for cells that have more than a plus and digits in them, or less."""
    shown, undone = _without_hidden(cells)
    whole = _before_point_zero(shown)
    read = (
        pl.DataFrame({"cell": shown, "undone": undone, "whole": whole})
        .select(
            "undone",
            point_zero=pl.col("whole").is_not_null(),
            cell=pl.coalesce("whole", "cell"),
        )
        .with_columns(
            plus=pl.col("cell").str.starts_with("+"),
            written=pl.when(pl.col("cell").str.contains(f"{_INTERNATIONAL}|{_NATIONAL}")).then(
                pl.col("cell").str.replace_many(_SEPARATORS)
            ),
        )
        .with_columns(
            pieces=(pl.col("undone") & int(PhoneFix.HIDDEN) > 0)
            | (
                pl.col("cell").str.len_bytes()
                > pl.col("written").str.len_bytes() + pl.col("plus").cast(pl.UInt32)
            ),
        )
    )
    result = _read_with_plus(read)
    at = (~read["plus"]).arg_true()
    if at.is_empty():
        return result
    without = _read_digits(read[at], region)
    return result.with_columns(
        result[name].clone().scatter(at, without[name]) for name in result.columns
    )


def _before_point_zero(cells: pl.Series) -> pl.Series:
    """The number of cells that a sheet made fractions of; null for all others."""
    whole = pl.Series([None], dtype=pl.String).new_from_index(0, len(cells))
    at = cells.str.ends_with("0").arg_true()
    some = (
        cells.gather(at)
        .to_frame("cell")
        .select(pl.coalesce(pl.col("cell").str.extract(_POINT_ZERO, group) for group in (1, 2)))
    )
    return whole.scatter(at, some.to_series()) if len(at) else whole


def _read_with_plus(read: pl.DataFrame) -> pl.DataFrame:
    """What `_read_digits` makes of cells that begin with a plus."""
    written, pieces = pl.col("written"), pl.col("pieces")
    two = pieces & (written.str.len_bytes() >= parse.LONG_MIN)
    return read.select(
        digits=pl.when(~two).then(written),
        phone_fixes=_bits((pl.col("point_zero"), PhoneFix.POINT_ZERO)) | pl.col("undone"),
        abroad=pl.when(~two & ~pieces & ~pl.col("point_zero")).then(written),
    )


def _read_digits(read: pl.DataFrame, region: str | None) -> pl.DataFrame:
    """`written` has the digits of cells without a plus that columns can read; what they mean."""
    written, pieces = pl.col("written"), pl.col("pieces")
    home = plans.home_plan(region) if region else None
    double_zero = written.str.starts_with("00")
    long = (written.str.len_bytes() >= plans.LOST_PLUS_MIN) & ~written.str.starts_with("0")
    national, lost, zero = _NOTHING, long & (region is None), pl.lit(value=False)
    read = read.with_columns(foreign=pl.lit(value=False))
    if home is not None:
        read = read.with_columns(foreign=home.foreign(written), own=home.lost_plus(written))
        lost = pl.col("own") | pl.col("foreign")
        national = home.digits(written, lost)
        zero = home.lost_zero(written)
    # In these `0011` or `001` may be what is dialled, or two numbers stand in the cell.
    dialled = double_zero & (written.str.slice(2, 1) != "1") & abroad.dials_double_zero(region)
    two = pieces & (
        (written.str.len_bytes() >= parse.LONG_MIN) | (pl.col("foreign") & ~double_zero)
    )
    read = read.with_columns(
        abroad=pl.when(~two & dialled).then(written.str.slice(2)),
        lost=(~double_zero & lost),
        undecided=two | (double_zero & ~dialled),
    ).with_columns(
        digits=pl.when(~pl.col("undecided")).then(
            pl.when("lost").then(written).otherwise(pl.coalesce("abroad", national))
        )
    )
    if home is not None and home.zero:
        read = read.with_columns(digits=_at_home(read, home))
    return read.select(
        "digits",
        phone_fixes=_bits(
            (pl.col("lost"), PhoneFix.LOST_PLUS),
            (~double_zero & ~pl.col("lost") & zero, PhoneFix.LOST_ZERO),
            (pl.col("point_zero"), PhoneFix.POINT_ZERO),
        )
        | pl.col("undone"),
        # What is no number may be two, or says more of itself: one by one.
        abroad=pl.when(~pieces & ~pl.col("point_zero")).then("abroad"),
    )


def _at_home(read: pl.DataFrame, home: plans.HomePlan) -> pl.Series:
    """digits, with mobiles that lost their zero where they could else only be American numbers."""
    digits = read["digits"]
    unclear = read["written"].str.contains(_ELEVEN_FROM_ONE) & digits.is_null()
    at = (unclear & read["written"].str.contains(home.general)).arg_true()
    if at.is_empty():
        return digits
    written = read["written"].gather(at)
    own = (home.code + written).alias("digits")
    mobile = (number_table.countries_and_kinds(own)["line_kind"] == kinds.TEXTED).fill_null(
        value=False
    )
    american = number_table.countries_and_kinds(written)["country"]
    nowhere = american.is_null() | american.is_in(list(countries.refused()))
    sure = mobile & nowhere
    return digits.scatter(at.filter(sure), own.filter(sure))


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
    plain = strange.str.replace_many(signs.plain())
    shown = plain.str.replace_all(f"[{signs.HIDDEN}]", "")
    happenings = pl.select(
        _bits(
            (pl.lit(plain != strange), PhoneFix.FOREIGN_DIGITS),
            (pl.lit(shown != plain), PhoneFix.HIDDEN),
        )
    ).to_series()
    return cells.clone().scatter(others, shown), undone.scatter(others, happenings)


def _one_by_one(
    decided: pl.DataFrame, cells: pl.Series, at: pl.Series, region: str | None
) -> pl.DataFrame:
    """The cells that the columns did not decide, each different one once."""
    if cells.is_empty():
        return decided
    different = cells.unique()
    parsed = pl.DataFrame(
        [(cell, *_values(parse.parse_phone(cell, region))) for cell in different],
        schema={"cell": pl.String, **decided.schema},
        orient="row",
    )
    values = pl.DataFrame({"cell": cells}).join(
        parsed, on="cell", how="left", maintain_order="left"
    )
    return decided.with_columns(decided[name].scatter(at, values[name]) for name in decided.columns)


def _values(parsed: parse.Phone | PhoneError) -> tuple[str | int | None, ...]:
    """In the order of the columns."""
    if isinstance(parsed, parse.Phone):
        return (parsed.e164, parsed.country, parsed.line_kind, int(parsed.fixes), None, None)
    return (None, None, None, None, str(parsed.code), parsed.text)
