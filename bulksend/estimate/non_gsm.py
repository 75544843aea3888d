"""The characters that push a text from GSM-7 to UTF-16, by where they come from.

Of a cell only what is outside the alphabet is kept, and letters of another script count as one
kind, so that a million names leave a few thousand different remainders.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from bulksend.contacts import cell_values, compose, texts
from bulksend.frozen import frozen
from bulksend.sms import encoding, fix_text, smart_encoding, template
from bulksend.sms.fix_text import FixText

#: Between a column and its remainder, and between columns, in `fields`.
UNIT, RECORD = "\x1f", "\x1e"
#: Scripts whose letters count as one kind, and the letter that stands for them.
_SCRIPTS = {
    **{"Cyrillic": "я", "Greek": "ω", "Arabic": "ع", "Hebrew": "א", "Han": "字", "Hangul": "한"},
    **{"Hiragana": "あ", "Katakana": "ア", "Thai": "ก", "Devanagari": "क", "Bengali": "ক"},
    **{"Tamil": "த", "Telugu": "త", "Georgian": "ა", "Armenian": "ա", "Ethiopic": "አ"},
}
_SCRIPT_OF = {letter: name for name, letter in _SCRIPTS.items()}
#: Letters of other scripts, besides those that stand for one.
_FOREIGN = rf"[[\p{{L}}\p{{M}}--\p{{Latin}}]--[{''.join(_SCRIPT_OF)}]]"
#: Accents that stand behind their letter; composed, most are none.
COMBINING = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
#: What people see as one character: an emoji with all that belongs to it, a flag, anything else.
_SEEN_AS_ONE = (
    r"\p{Extended_Pictographic}"
    r"(?:[\x{FE0F}\x{1F3FB}-\x{1F3FF}]|\x{200D}\p{Extended_Pictographic})*"
    r"|[\x{1F1E6}-\x{1F1FF}]{2}|[\x{FE0F}\x{20E3}\x{200D}]+|(?s:.)"
)


@frozen(kw_only=False)
class Source:
    """Where characters come from, besides the template's own words."""

    #: The column's place; None: the text of each row as it is.
    column: int | None
    name: str
    #: How often the template puts it in.
    times: int = 1


@frozen(kw_only=False)
class NonGsmCharacter:
    """A character, or what people see as one, outside GSM-7."""

    #: How it is known among the findings.
    key: str
    #: In Unicode, or the script of a letter.
    name: str
    #: What means the same in GSM-7; None: nothing does.
    becomes: str | None
    #: Letters of a script that GSM-7 does not have at all.
    script: bool = False


def sources(message_plan: compose.MessagePlan) -> tuple[Source, ...]:
    """The columns that a text is made of; with texts of the rows' own, that one and any other."""
    names = message_plan.header.names
    if message_plan.template is None:
        own = Source(None, names[message_plan.text_column or 0])
        return (own, *(Source(column, name) for column, name in enumerate(names)))
    used = Counter(
        piece.name
        for piece in message_plan.template.pieces
        if isinstance(piece, template.Placeholder)
    )
    at = compose.placeholder_columns(message_plan)
    return tuple(Source(at[name], names[at[name]], used[name]) for name in used)


def own_words(message_plan: compose.MessagePlan, *, as_given: bool = False) -> str:
    """The template without its placeholders, as it is counted.

    `as_given`: of rows that `fix_text` leaves composed alone.
    """
    parsed = message_plan.template
    if parsed is None:
        return ""
    if message_plan.fix_text is not FixText.OFF:
        in_gsm = None if as_given else fix_text.replaced(parsed)
        parsed = in_gsm or fix_text.composed(parsed)
    words = "".join(fix_text.words(parsed))
    return smart_encoding.smart(words) if message_plan.smart_encoding else words


def columns_of(sendable: pl.DataFrame, message_plan: compose.MessagePlan) -> list[pl.Series]:
    """units and extended (two-unit characters of GSM-7) of texts in UTF-16; r0... what is outside
    GSM-7 in each source; fields: the same of columns in rows with texts of their own.

    0 and "" for texts in GSM-7.
    """
    zeros = pl.Series([0], dtype=pl.UInt32).new_from_index(0, sendable.height)
    empty = pl.Series([""], dtype=pl.String).new_from_index(0, sendable.height)
    names = remainder_names(message_plan)
    at = (sendable["encoding"] == encoding.UTF_16).arg_true()
    if at.is_empty():
        numbers = [zeros.alias("units"), zeros.alias("extended")]
        return [*numbers, *(empty.alias(name) for name in (*names, "fields"))]
    wide = sendable.select(texts.made_of(sendable, message_plan))[at]
    counted = texts.counted(wide["text"], message_plan)
    extended = zeros
    if counted.str.join().str.contains(encoding.TWO_UNITS).any():
        extended = zeros.clone().scatter(at, counted.str.count_matches(encoding.TWO_UNITS))
    return [
        zeros.clone().scatter(at, wide["units"]).alias("units"),
        extended.alias("extended"),
        *(
            empty.clone().scatter(at, column).alias(column.name)
            for column in _remainder_columns(wide, message_plan)
        ),
    ]


def remainder_names(message_plan: compose.MessagePlan) -> list[str]:
    """The names of the columns with remainders, besides `fields`."""
    if message_plan.template is None:
        return ["r0"]
    return [f"r{at}" for at in range(len(sources(message_plan)))]


def _remainder_columns(
    wide: pl.DataFrame, message_plan: compose.MessagePlan
) -> Iterator[pl.Series]:
    """r0... and fields of rows whose texts are in UTF-16."""
    if message_plan.template is None:
        own, fields = _of_own_texts(wide, message_plan)
        yield from (own.alias("r0"), fields.alias("fields"))
        return
    for at, source in enumerate(sources(message_plan)):
        cells = texts.inserted(wide[message_plan.header.cell(source.column or 0)], message_plan)
        yield remainders(texts.counted(cells, message_plan)).alias(f"r{at}")
    yield pl.Series("fields", [""], dtype=pl.String).new_from_index(0, wide.height)


def _of_own_texts(
    wide: pl.DataFrame, message_plan: compose.MessagePlan
) -> tuple[pl.Series, pl.Series]:
    """What is outside GSM-7 in the own words of each row's template, and in its fields."""
    header = message_plan.header
    cells = wide[header.cell(message_plan.text_column or 0)].str.strip_chars()
    own = wide["text"]
    fields = pl.Series([""], dtype=pl.String).new_from_index(0, wide.height)
    at = cells.str.contains("[{}]").arg_true()
    if at.is_empty():
        return remainders(texts.counted(own, message_plan)), fields
    words, inserted = [], []
    rows = wide[at].select(header.cell(column) for column in range(len(header.names)))
    for cell, values in zip(cells.gather(at), rows.iter_rows(), strict=True):
        parsed, columns = texts.own_template(cell, header)
        put_in = {name: cell_values.inserted_one(values[at]) for name, at in columns.items()}
        pieces = texts.pieces_of(parsed, put_in, message_plan)
        own_pieces, of_fields = _apart(parsed, pieces)
        words.append("".join(own_pieces))
        inserted.append(_serialised(of_fields, columns, message_plan))
    own = own.clone().scatter(at, pl.Series(words, dtype=pl.String))
    fields = fields.scatter(at, pl.Series(inserted, dtype=pl.String))
    return remainders(texts.counted(own, message_plan)), fields


def _apart(
    parsed: template.Template, pieces: Sequence[str]
) -> tuple[list[str], list[tuple[str, str]]]:
    """The own words of a text, and its fields with the names of their placeholders."""
    words, fields = [], []
    for wanted, piece in zip(parsed.pieces, pieces, strict=True):
        if isinstance(wanted, template.Placeholder):
            fields.append((wanted.name, piece))
        else:
            words.append(piece)
    return words, fields


def _serialised(
    fields: Sequence[tuple[str, str]],
    columns: Mapping[str, int],
    message_plan: compose.MessagePlan,
) -> str:
    """What is outside GSM-7 in the fields of one row: `column US remainder`, RS between them."""
    parts = []
    for (name, field), times in Counter(fields).items():
        cell = smart_encoding.smart(field) if message_plan.smart_encoding else field
        if encoding.encoding_of(cell) == encoding.UTF_16:
            parts.append(f"{columns[name]}{UNIT}{remainder(cell) * times}")
    return RECORD.join(parts)


def remainders(cells: pl.Series) -> pl.Series:
    """What is outside GSM-7 in each cell; where many are alike each is looked at once."""
    outside = pl.Series([""], dtype=pl.String).new_from_index(0, len(cells))
    strange = cells.str.contains(encoding.OUTSIDE).arg_true()
    if strange.is_empty():
        return outside
    of_strange = cells.gather(strange)
    different = of_strange.unique()
    if len(different) * 2 > len(of_strange):
        return outside.scatter(strange, _remainders(of_strange))
    left = of_strange.replace_strict(different, _remainders(different), return_dtype=pl.String)
    return outside.scatter(strange, left)


def _remainders(cells: pl.Series) -> pl.Series:
    """The same of cells of which each has something outside GSM-7."""
    left = cells.str.replace_all(encoding.GSM_CLASS, "")
    foreign = left.str.contains(_FOREIGN).arg_true()
    for script, letter in _SCRIPTS.items():
        if foreign.is_empty():
            break
        letters = left.gather(foreign).str.replace_all(rf"\p{{{script}}}", letter)
        left = left.scatter(foreign, letters)
        foreign = foreign.filter(letters.str.contains(_FOREIGN))
    return left


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
    becomes = fix_text.INSTEAD.get(token)
    return NonGsmCharacter(token, name, becomes)
