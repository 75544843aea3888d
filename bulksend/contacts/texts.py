"""Rows -> finished texts: the template filled in, or each row's own template.

With `fix_text` a row has its text composed and in GSM-7 where that is not dearer, and composed
alone where it is.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from bulksend import errors
from bulksend.contacts import cell_values
from bulksend.contacts.header import Header
from bulksend.contacts.message_plan import MessagePlan, column_of, placeholder_columns
from bulksend.contacts.reading import traits
from bulksend.contacts.reading.traits import Trait
from bulksend.errors import Code
from bulksend.sms import encoding, fix_text, slips, smart_encoding, template
from bulksend.sms.fix_text import FixText
from bulksend.sms.template import OnMissing

_NO_TEXT = pl.lit(None, dtype=pl.String)


class Rendered(NamedTuple):
    """The texts of some rows."""

    #: String.
    text: pl.Series
    #: problem, problem_text (String, null).
    faults: pl.DataFrame
    #: Rows whose template stays composed alone, because in GSM-7 it would be dearer (Boolean).
    as_given: pl.Series


def render(chunk: pl.DataFrame, message_plan: MessagePlan) -> Rendered:
    """The texts of a loader's chunk, and what went wrong with them."""
    if message_plan.template is None:
        return _own_texts(chunk, message_plan)
    columns = placeholder_columns(message_plan)
    cells = {name: message_plan.header.cell(at) for name, at in columns.items()}
    values = chunk.select("row", *_inserted(chunk, cells, message_plan))
    missing = _missing(_first_missing(values, message_plan))
    if message_plan.fix_text is FixText.OFF:
        text = _filled_in(values, message_plan.template)
        return Rendered(text, missing, _none_of(text))
    return _fixed(values, message_plan, missing)


def measured(chunk: pl.DataFrame, counted: pl.Series, message_plan: MessagePlan) -> pl.DataFrame:
    """`encoding.measure_column` of the texts of a loader's chunk, by what is known of its cells."""
    words = "".join(fix_text.words(message_plan.template) if message_plan.template else ())
    if message_plan.fix_text is FixText.OFF and not message_plan.smart_encoding:
        if traits.have(chunk, Trait.PLAIN) and encoding.has_single_units(words):
            return encoding.measure_single_units(counted)
        everyday = traits.have(chunk, Trait.EVERYDAY)
        ascii_words = "".join(filter(str.isascii, words))
        if everyday and encoding.has_single_units(ascii_words):
            return encoding.measure_column(counted, single_ascii=True)
    return encoding.measure_column(counted)


def _inserted(
    chunk: pl.DataFrame, cells: Mapping[str, str], message_plan: MessagePlan
) -> list[pl.Series]:
    """Each placeholder's values."""
    if traits.have(chunk, Trait.PLAIN):
        return [cell_values.inserted_plain(chunk[cell]).alias(name) for name, cell in cells.items()]
    return [inserted(chunk[cell], message_plan).alias(name) for name, cell in cells.items()]


def inserted(cells: pl.Series, message_plan: MessagePlan) -> pl.Series:
    """A column's values as they are put into texts."""
    values = cell_values.inserted(cells)
    return values if message_plan.fix_text is FixText.OFF else fix_text.compose_column(values)


def counted(text: pl.Series, message_plan: MessagePlan) -> pl.Series:
    """The texts as Telnyx counts them."""
    return smart_encoding.smart_column(text) if message_plan.smart_encoding else text


def smart_texts(chunk: pl.DataFrame, message_plan: MessagePlan) -> tuple[pl.Series, pl.Series]:
    """Places (UInt32) of composed rows whose texts a profile with smart encoding would change, and
    what it makes of them, piece by piece.
    """
    parsed = message_plan.template
    if parsed is None or message_plan.fix_text is not FixText.OFF:
        smart = smart_encoding.smart_column(chunk["text"])
        changed = (smart != chunk["text"]).arg_true()
        return changed, smart.gather(changed)
    columns = placeholder_columns(message_plan)
    names = {name: message_plan.header.cell(at) for name, at in columns.items()}
    own = [inserted(chunk[cell], message_plan).alias(name) for name, cell in names.items()]
    smart_words = parsed.with_words(smart_encoding.smart)
    cells = [smart_encoding.smart_column(each) for each in own]
    is_changed = pl.Series([smart_words != parsed]).new_from_index(0, chunk.height)
    for before, after in zip(own, cells, strict=True):
        is_changed = is_changed if after is before else is_changed | (before != after)
    changed = is_changed.arg_true()
    values = chunk.select("row", *cells)[changed]
    return changed, _filled_in(values, smart_words)


def made_of(composed: pl.DataFrame, message_plan: MessagePlan) -> list[str]:
    """The columns of a composed frame that have a text, its units, and what it is made of."""
    header = message_plan.header
    used = set(placeholder_columns(message_plan).values())
    if message_plan.template is None:
        used = set(range(len(header.names)))
    names = ("row", "text", "units", *map(header.cell, sorted(used)), traits.COLUMN)
    return [name for name in names if name in composed.columns]


def own_template(cell: str, header: Header) -> tuple[template.Template, dict[str, int]]:
    """A row's own template, and the columns of its placeholders. Raises ContactsError."""
    return _parsed(cell, header)


def _fixed(values: pl.DataFrame, message_plan: MessagePlan, missing: pl.DataFrame) -> Rendered:
    """The template in GSM-7 where that is wanted, possible and not dearer; else composed."""
    parsed = message_plan.template or template.Template(())
    composed = _filled_in(values, fix_text.composed(parsed))
    in_gsm = fix_text.replaced(parsed) if message_plan.fix_text is FixText.ALL else None
    if in_gsm is None:
        return Rendered(composed, missing, _none_of(composed))
    replaced = _filled_in(values, in_gsm)
    if not fix_text.grows(parsed):
        return Rendered(replaced, missing, _none_of(replaced))
    dearer = _dearer(composed, replaced, message_plan)
    text = replaced.zip_with(~dearer, composed)
    return Rendered(text, missing, dearer)


def _dearer(composed: pl.Series, replaced: pl.Series, message_plan: MessagePlan) -> pl.Series:
    """Where a text in GSM-7 has more parts than composed alone (Boolean)."""
    before, after = (
        encoding.measure_column(counted(text, message_plan)) for text in (composed, replaced)
    )
    dearer = (after["parts"] > before["parts"]) | (after["parts_max"] > before["parts_max"])
    return dearer.fill_null(value=False)


def _none_of(text: pl.Series) -> pl.Series:
    return pl.Series([False]).new_from_index(0, len(text))


def _filled_in(values: pl.DataFrame, parsed: template.Template) -> pl.Series:
    """`values` has a column for each placeholder, and `row`."""
    pieces = [
        pl.col(piece.name) if isinstance(piece, template.Placeholder) else pl.lit(piece)
        for piece in parsed.pieces
    ]
    text = pl.concat_str(pieces) if pieces else pl.lit("")
    # `row` keeps the height where the template has no placeholder.
    return values.select("row", text=text).get_column("text")


def _first_missing(values: pl.DataFrame, message_plan: MessagePlan) -> pl.Series:
    """The first placeholder of each row whose field is empty."""
    missing = _NO_TEXT
    names = [name for name in values.columns if name != "row"]
    if message_plan.on_missing is OnMissing.ERROR and names:
        missing = pl.coalesce(pl.when(pl.col(name) == "").then(pl.lit(name)) for name in names)
    return values.select("row", missing=missing).get_column("missing")


def _missing(names: pl.Series) -> pl.DataFrame:
    name = pl.col("name")
    return pl.DataFrame({"name": names}).select(
        problem=pl.when(name.is_not_null()).then(pl.lit(str(Code.FIELD_MISSING))),
        problem_text=pl.format("the template wants {}, which is empty in this row", name),
    )


def _own_texts(chunk: pl.DataFrame, message_plan: MessagePlan) -> Rendered:
    """Texts out of the text column: each cell is a template; most have no braces at all."""
    header = message_plan.header
    cells = chunk[header.cell(message_plan.text_column or 0)].str.strip_chars()
    at = cells.str.contains(f"[{{}}]|{slips.may_hold(header.names)}").arg_true()
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(cells))
    if at.is_empty():
        faults = pl.DataFrame({"problem": nothing, "problem_text": nothing})
        return Rendered(_without_placeholders(cells, message_plan), faults, _none_of(cells))
    fields = chunk[at].select(header.cell(column) for column in range(len(header.names)))
    rendered = [
        _render(cell, values, message_plan)
        for cell, values in zip(cells.gather(at), fields.iter_rows(), strict=True)
    ]
    columns = zip(*rendered, strict=True)
    cells = _without_placeholders(cells, message_plan)
    text, problem, problem_text = (pl.Series(list(part), dtype=pl.String) for part in columns)
    # scatter changes the series it is called on
    faults = pl.DataFrame(
        {
            "problem": nothing.clone().scatter(at, problem),
            "problem_text": nothing.clone().scatter(at, problem_text),
        }
    )
    return Rendered(cells.clone().scatter(at, text), faults, _none_of(cells))


def _without_placeholders(cells: pl.Series, message_plan: MessagePlan) -> pl.Series:
    """Texts of the rows' own, as `fix_text` makes them."""
    if message_plan.fix_text is FixText.OFF:
        return cells
    composed = fix_text.compose_column(cells)
    if message_plan.fix_text is FixText.COMPOSE:
        return composed
    at, replaced = fix_text.replaced_column(composed)
    if at.is_empty():
        return composed
    before = composed.gather(at)
    dearer = _dearer(before, replaced, message_plan)
    return composed.clone().scatter(at, replaced.zip_with(~dearer, before))


def pieces_of(
    parsed: template.Template, fields: Mapping[str, str], message_plan: MessagePlan
) -> list[str]:
    """What one row's own template is made of, as `fix_text` makes it: its words and its fields."""
    if message_plan.fix_text is FixText.OFF:
        return parsed.filled_in(fields)
    fields = {name: fix_text.compose(field) for name, field in fields.items()}
    composed = fix_text.composed(parsed).filled_in(fields)
    in_gsm = fix_text.replaced(parsed) if message_plan.fix_text is FixText.ALL else None
    if in_gsm is None:
        return composed
    replaced = in_gsm.filled_in(fields)
    before, after = (_measured("".join(text), message_plan) for text in (composed, replaced))
    dearer = after.parts > before.parts or after.parts_max > before.parts_max
    return composed if dearer else replaced


def _measured(text: str, message_plan: MessagePlan) -> encoding.Measure:
    return encoding.measure(smart_encoding.smart(text) if message_plan.smart_encoding else text)


def _render(
    cell: str, values: tuple[str, ...], message_plan: MessagePlan
) -> tuple[str | None, str | None, str | None]:
    """One row's own template: its text, or a problem and its sentence."""
    slip = _slip(cell, values, message_plan.header)
    if slip is not None:
        return cell, str(Code(slip.kind)), f"{slip.text}: {slip.fix}"
    try:
        parsed, columns = _parsed(cell, message_plan.header)
    except errors.ContactsError as fault:
        return cell, str(Code.TEMPLATE_INVALID), f"{fault.message}; {fault.hint}"
    fields = {name: cell_values.inserted_one(values[at]) for name, at in columns.items()}
    broken = next((name for name, value in fields.items() if cell_values.is_error(value)), None)
    if broken is not None:
        return None, str(Code.CELL_ERROR), cell_values.sentence(broken, fields[broken])
    text = "".join(pieces_of(parsed, fields, message_plan))
    empty = next((name for name, value in fields.items() if not value), None)
    if empty is None or message_plan.on_missing is OnMissing.EMPTY:
        return text, None, None
    return text, str(Code.FIELD_MISSING), f"the text wants {empty}, which is empty in this row"


def _slip(cell: str, values: tuple[str, ...], header: Header) -> slips.Slip | None:
    """The first slip of a row's own text; a dollar before a number is money."""
    for slip in slips.find(cell, header.names):
        value = values[header.find(slip.column)[0]] if slip.column else ""
        if slip.kind is not slips.SlipKind.SIGN_BEFORE_PLACEHOLDER or not slips.is_number(value):
            return slip
    return None


@functools.lru_cache(maxsize=1024)
def _parsed(cell: str, header: Header) -> tuple[template.Template, dict[str, int]]:
    parsed, own = template.parse_template(cell), Header(header.names)  # the fault is the row's
    return parsed, {name: column_of(own, name) for name in parsed.placeholders}
