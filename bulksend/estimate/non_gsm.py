"""The characters that push a text from GSM-7 to UTF-16, by where they come from.

Of a cell only what is outside the alphabet is kept, and letters of another script count as one
kind, so that a million names leave a few thousand different remainders.
"""

from __future__ import annotations

import functools
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from bulksend.contacts import compose
from bulksend.sms import encoding, template
from bulksend.sms import smart_encoding as smart

#: Scripts whose letters count as one kind, and the letter that stands for them.
_SCRIPTS = {
    **{"Cyrillic": "я", "Greek": "ω", "Arabic": "ع", "Hebrew": "א", "Han": "字", "Hangul": "한"},
    **{"Hiragana": "あ", "Katakana": "ア", "Thai": "ก", "Devanagari": "क", "Bengali": "ক"},
    **{"Tamil": "த", "Telugu": "త", "Georgian": "ა", "Armenian": "ա", "Ethiopic": "አ"},
}
_SCRIPT_OF = {letter: name for name, letter in _SCRIPTS.items()}
#: Letters of other scripts, besides those that stand for one.
_FOREIGN = rf"[[\p{{L}}\p{{M}}--\p{{Latin}}]--[{''.join(_SCRIPT_OF)}]]"
#: What people see as one character: an emoji with all that belongs to it, a flag, anything else.
_SEEN_AS_ONE = (
    r"\p{Extended_Pictographic}"
    r"(?:[\x{FE0F}\x{1F3FB}-\x{1F3FF}]|\x{200D}\p{Extended_Pictographic})*"
    r"|[\x{1F1E6}-\x{1F1FF}]{2}|[\x{FE0F}\x{20E3}\x{200D}]+|(?s:.)"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where characters come from, besides the template's own words."""

    #: The column's place; None: the text of each row as it is.
    column: int | None
    name: str
    #: How often the template puts it in.
    times: int = 1


@dataclass(frozen=True, slots=True)
class NonGsmCharacter:
    """A character, or what people see as one, outside GSM-7."""

    #: How it is known among the findings.
    key: str
    #: In Unicode, or the script of a letter.
    name: str
    #: What Telnyx's smart encoding puts in its place; None: nothing.
    becomes: str | None
    #: Letters of a script that GSM-7 does not have at all.
    script: bool = False


def sources(message_plan: compose.MessagePlan) -> tuple[Source, ...]:
    """The columns that a text is made of."""
    if message_plan.template is None:
        column = message_plan.text_column or 0
        return (Source(None, message_plan.header.names[column]),)
    used = Counter(
        piece.name
        for piece in message_plan.template.pieces
        if isinstance(piece, template.Placeholder)
    )
    at = compose.placeholder_columns(message_plan)
    return tuple(Source(at[name], message_plan.header.names[at[name]], used[name]) for name in used)


def own_words(message_plan: compose.MessagePlan) -> str:
    """The template without its placeholders, as it is counted."""
    pieces = message_plan.template.pieces if message_plan.template is not None else ()
    words = "".join(piece for piece in pieces if isinstance(piece, str))
    return smart.smart(words) if message_plan.smart_encoding else words


def columns_of(
    sendable: pl.DataFrame, message_plan: compose.MessagePlan, placeholder_columns: Sequence[Source]
) -> list[pl.Series]:
    """units and extended (two-unit characters of GSM-7) of texts in UTF-16; r0... what is outside
    GSM-7 in each source. 0 and "" for texts in GSM-7.
    """
    zeros = pl.Series([0], dtype=pl.UInt32).new_from_index(0, sendable.height)
    empty = pl.Series([""], dtype=pl.String).new_from_index(0, sendable.height)
    names = [f"r{at}" for at in range(len(placeholder_columns))]
    wide = (sendable["encoding"] == encoding.UTF_16).arg_true()
    if wide.is_empty():
        return [
            zeros.alias("units"),
            zeros.alias("extended"),
            *(empty.alias(name) for name in names),
        ]
    own = len(_two_units(own_words(message_plan)))
    extended = pl.Series([own], dtype=pl.UInt32).new_from_index(0, len(wide))
    columns = []
    for name, place in zip(names, placeholder_columns, strict=True):
        column = "text" if place.column is None else message_plan.header.cell(place.column)
        cells = sendable[column].gather(wide)
        cells = smart.smart_column(cells) if message_plan.smart_encoding else cells
        extended += cells.str.count_matches(encoding.TWO_UNITS) * place.times
        columns.append(empty.clone().scatter(wide, remainders(cells)).alias(name))
    units = sendable["units"].gather(wide)
    return [
        zeros.clone().scatter(wide, units).alias("units"),
        zeros.clone().scatter(wide, extended).alias("extended"),
        *columns,
    ]


def _two_units(words: str) -> list[str]:
    return [character for character in words if character in encoding.EXTENDED]


def remainders(cells: pl.Series) -> pl.Series:
    """What is outside GSM-7 in each cell."""
    outside = pl.Series([""], dtype=pl.String).new_from_index(0, len(cells))
    strange = cells.str.contains(encoding.OUTSIDE).arg_true()
    if strange.is_empty():
        return outside
    left = cells.gather(strange).str.replace_all(encoding.GSM_CLASS, "")
    foreign = left.str.contains(_FOREIGN).arg_true()
    for script, letter in _SCRIPTS.items():
        if foreign.is_empty():
            break
        letters = left.gather(foreign).str.replace_all(rf"\p{{{script}}}", letter)
        left = left.scatter(foreign, letters)
        foreign = foreign.filter(letters.str.contains(_FOREIGN))
    return outside.scatter(strange, left)


def remainder(words: str) -> str:
    """The same for the template's own words."""
    return str(remainders(pl.Series([words], dtype=pl.String))[0])


def tokens(remainders: pl.Expr) -> pl.Expr:
    """The characters outside GSM-7 in each remainder, as a list."""
    return remainders.str.extract_all(_SEEN_AS_ONE)


def lookup(tokens: pl.Series) -> pl.DataFrame:
    """token -> key, units, and what stands there afterwards: units of UTF-16, units of GSM-7."""
    rows = []
    for token in tokens.unique():
        character = describe(token)
        after = "" if character.becomes is None else character.becomes
        rows.append(
            (
                token,
                character.key,
                _utf16(token),
                len(after),
                encoding.measure(after).units,
                character.becomes is not None,
                character.script,
            )
        )
    schema = {
        **{"token": pl.String, "key": pl.String, "token_units": pl.Int64, "after_16": pl.Int64},
        **{"after_7": pl.Int64, "replaceable": pl.Boolean, "script": pl.Boolean},
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@functools.lru_cache(maxsize=10_000)
def describe(token: str) -> NonGsmCharacter:
    """What is known about a token, or about a key."""
    script = _SCRIPT_OF.get(token)
    if script is not None:
        return NonGsmCharacter(token, f"{script} letters", None, script=True)
    name = unicodedata.name(token[0], f"U+{ord(token[0]):04X}")
    if len(token) > 1:
        name = f"{name} and {len(token) - 1} that belong to it"
    becomes = smart.SAFE.get(token)
    return NonGsmCharacter(token, name, becomes)
