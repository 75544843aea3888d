"""Frame -> frame: what each row would send, or why it cannot.

Columns are added and rows never lost: status, to_e164, country, text, encoding, units, parts,
parts_max, problem, problem_text. The first problem of a row is the one it keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from bulksend.contacts import cell_values, texts, too_long
from bulksend.contacts.message_plan import (
    MessagePlan,
    RowRules,
    make_message_plan,
    placeholder_columns,
)
from bulksend.contacts.reading import traits
from bulksend.contacts.reading.traits import Trait
from bulksend.errors import TEXT_FOR, Code
from bulksend.sms import countries, encoding, fix_text
from bulksend.sms.message import Message, Status
from bulksend.sms.phone.columns import parse_column

__all__ = [
    "MessagePlan",
    "RowRules",
    "compose",
    "make_message_plan",
    "messages",
    "placeholder_columns",
]

#: A text of nothing but white space.
_BLANK = r"\A\s*\z"


def compose(chunk: pl.DataFrame, message_plan: MessagePlan) -> pl.DataFrame:
    """A loader's chunk with the columns named above, and line_kind (String), phone_fixes (UInt8),
    as_given (Boolean: see `texts.Rendered`).

    An invalid row has no text, encoding or parts.
    """
    phones = parse_column(
        chunk[message_plan.header.cell(message_plan.to_column)], message_plan.default_region
    )
    needed = {} if traits.have(chunk, Trait.NO_ERROR) else needed_columns(message_plan)
    broken = cell_values.problems(
        chunk, {name: message_plan.header.cell(at) for name, at in needed.items()}
    )
    text, faults, as_given = texts.render(chunk, message_plan)
    counted = texts.counted(text, message_plan)
    measured = texts.measured(chunk, counted, message_plan)
    why_long = too_long.sentences(chunk, counted, measured["parts"], message_plan)
    text_problem = _text_problem(counted, measured, why_long, message_plan)
    problems = _first_problem(
        *(chunk, broken, phones, *_no_alphanumeric(phones)),
        *(*_closed(phones, message_plan.destinations), faults, *text_problem),
    )
    added = measured.insert_column(0, text.alias("text"))
    if problems["problem"].null_count() < problems.height:
        sendable = problems["problem"].is_null()
        added = added.select(pl.when(pl.lit(sendable)).then(pl.all()))
    return (
        chunk.drop("problem", "problem_text")
        .hstack(phones.drop("problem", "problem_text"))
        .hstack(added)
        .hstack(problems)
        .with_columns(as_given=as_given)
    )


def needed_columns(message_plan: MessagePlan) -> dict[str, int]:
    """The columns that a text or its phone is made of: name and place."""
    at = {message_plan.header.names[message_plan.to_column]: message_plan.to_column}
    if message_plan.text_column is not None:
        at[message_plan.header.names[message_plan.text_column]] = message_plan.text_column
    return at | placeholder_columns(message_plan)


def _no_alphanumeric(phones: pl.DataFrame) -> list[pl.DataFrame]:
    """Where a text from a sender ID does not go at all, if that is anywhere."""
    refused = countries.refused()
    country = phones["country"]
    if refused.keys().isdisjoint(country.unique()):
        return []
    return [
        phones.select(
            problem=pl.when(country.is_in(list(refused))).then(pl.lit(str(Code.NO_ALPHANUMERIC)))
        ).with_columns(
            problem_text=country.replace_strict(refused, default=None, return_dtype=pl.String)
        )
    ]


def _closed(phones: pl.DataFrame, destinations: tuple[str, ...] | None) -> list[pl.DataFrame]:
    """Where the messaging profile may not send to, if that is known."""
    if destinations is None:
        return []
    elsewhere = pl.col("country").is_not_null() & ~pl.col("country").is_in(list(destinations))
    problem, sentence = str(Code.COUNTRY_CLOSED), TEXT_FOR[Code.COUNTRY_CLOSED]
    return [
        phones.select(
            problem=pl.when(elsewhere).then(pl.lit(problem)),
            problem_text=pl.when(elsewhere).then(pl.lit(sentence)),
        )
    ]


def _text_problem(
    counted: pl.Series, measured: pl.DataFrame, why_long: pl.Series, message_plan: MessagePlan
) -> list[pl.DataFrame]:
    """What Telnyx would not take, if there is anything: problem, problem_text."""
    empty = counted.is_null() & False
    if not _says_something(message_plan):
        empty = counted.str.contains(_BLANK)
    long = measured["parts"] > encoding.MAX_PARTS
    # NUL is not in GSM-7.
    nul = measured["encoding"] == encoding.UTF_16
    if nul.any():
        nul = nul & counted.str.contains("\0", literal=True)
    if not (empty.any() or long.any() or nul.any()):
        return []
    problems = pl.DataFrame({"empty": empty, "long": long, "nul": nul}).select(
        problem=pl.when("empty")
        .then(pl.lit(str(Code.TEXT_EMPTY)))
        .when("long")
        .then(pl.lit(str(Code.TEXT_TOO_LONG)))
        .when("nul")
        .then(pl.lit(str(Code.NUL_CHARACTER)))
    )
    too_many = pl.when(pl.col("problem") == str(Code.TEXT_TOO_LONG)).then(pl.lit(why_long))
    texts = {str(code): text for code, text in TEXT_FOR.items()}
    return [
        problems.with_columns(
            problem_text=pl.coalesce(too_many, pl.col("problem").replace_strict(texts))
        )
    ]


def _says_something(message_plan: MessagePlan) -> bool:
    """Whether the template's own words have a letter or a digit, so that no text is empty."""
    words = fix_text.words(message_plan.template) if message_plan.template else ()
    return any(sign.isascii() and sign.isalnum() for sign in "".join(words))


def _first_problem(*candidates: pl.DataFrame) -> pl.DataFrame:
    """status, problem, problem_text from the first of the frames that has a problem in the row."""
    of_any = [frame for frame in candidates if frame["problem"].null_count() < frame.height]
    columns: dict[str, pl.Series] = {}
    for name in ("problem", "problem_text"):
        columns[name] = pl.select(
            pl.coalesce(pl.lit(frame[name]) for frame in of_any or candidates[:1])
        ).to_series()
    return pl.DataFrame(columns).with_columns(
        status=pl.when(pl.col("problem").is_null())
        .then(pl.lit(str(Status.UNSENT)))
        .otherwise(pl.lit(str(Status.INVALID)))
    )


def messages(
    rows: pl.DataFrame, claims: Mapping[int, int], first_claim: int = 1
) -> Iterator[Message]:
    """Composed rows as messages; `claims` names those whose claim is not the first."""
    wanted = rows.select("row", "to_e164", "text", "country", "parts")
    for row, to_e164, text, country, parts in wanted.iter_rows():
        yield Message(row, to_e164, text, country or "", parts, claims.get(row, first_claim))
