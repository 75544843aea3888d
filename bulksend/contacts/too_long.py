"""Why a text has more parts than Telnyx takes: which characters did it, and the parts without."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

import polars as pl

from bulksend import errors
from bulksend.contacts import cell_values, texts
from bulksend.contacts.message_plan import MessagePlan, placeholder_columns
from bulksend.errors import TEXT_FOR, Code
from bulksend.sms import encoding, fix_text, template

#: Rows of a chunk whose sentence is made; the others have the plain one.
_ROWS_MAX = 1000
_CHARACTERS_SHOWN = 2


def sentences(
    chunk: pl.DataFrame, counted: pl.Series, parts: pl.Series, message_plan: MessagePlan
) -> pl.Series:
    """A sentence (String) for each row of a chunk with too many parts, null for the others."""
    reasons = pl.Series([None], dtype=pl.String).new_from_index(0, chunk.height)
    at = (parts > encoding.MAX_PARTS).fill_null(value=False).arg_true()
    if at.is_empty():
        return reasons
    rows = chunk[at.head(_ROWS_MAX)].iter_rows(named=True)
    made = [
        _sentence(text, int(count), dict(_pieces(row, message_plan)))
        for text, count, row in zip(counted.gather(at), parts.gather(at), rows, strict=False)
    ]
    made += [TEXT_FOR[Code.TEXT_TOO_LONG]] * (len(at) - len(made))
    return reasons.scatter(at, pl.Series(made, dtype=pl.String))


def _pieces(row: Mapping[str, str], message_plan: MessagePlan) -> Iterator[tuple[str, str]]:
    """Where the text's characters come from: "" for its own words, or a column's name."""
    header = message_plan.header
    parsed = message_plan.template
    if parsed is None:
        own = row[header.cell(message_plan.text_column or 0)]
        try:
            parsed, columns = texts.own_template(own, header)
        except errors.ContactsError:  # which is the row's first problem
            parsed, columns = template.Template((own,)), {}
    else:
        columns = placeholder_columns(message_plan)
    yield "", "".join(fix_text.words(parsed))
    for column in columns.values():
        yield header.names[column], cell_values.inserted_one(row[header.cell(column)])


def _sentence(text: str, parts: int, pieces: Mapping[str, str]) -> str:
    most = f"and {encoding.MAX_PARTS} parts is the most"
    strange = dict.fromkeys(
        character for character in text if encoding.encoding_of(character) == encoding.UTF_16
    )
    if not strange:
        over = encoding.measure(text).units - encoding.MAX_PARTS * encoding.SPLIT[encoding.GSM_7]
        return f"the text needs {parts} parts, {most}: {over:,} characters too many"
    without = "".join(character for character in text if character not in strange)
    shown = [_shown(character, pieces) for character in list(strange)[:_CHARACTERS_SHOWN]]
    more = f" and {len(strange) - len(shown)} more" if len(strange) > len(shown) else ""
    makes = "makes" if len(strange) == 1 else "make"
    return (
        f"{', '.join(shown)}{more} {makes} it UTF-16 and {parts} parts, {most}: "
        f"{encoding.measure(without).parts} without"
    )


def _shown(character: str, pieces: Mapping[str, str]) -> str:
    """A character and where it stands."""
    column = next((name for name, piece in pieces.items() if character in piece), "")
    where = f"column `{column}`" if column else "the text"
    sign = f"{character} " if character.isprintable() and not character.isspace() else ""
    name = unicodedata.name(character, "") if not sign else ""
    return f"{sign}U+{ord(character):04X}{f' {name}' if name else ''} in {where}"
