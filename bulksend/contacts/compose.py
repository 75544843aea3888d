"""Frame -> frame: what each row would send, or why it cannot.

Columns are added and rows never lost: status, to_e164, country, text, encoding, units, parts,
parts_max, problem, problem_text. The first problem of a row is the one it keeps.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from bulksend import errors
from bulksend.contacts import cell_values
from bulksend.contacts.header import Header
from bulksend.errors import TEXT_FOR, Code
from bulksend.sms import countries, encoding, template
from bulksend.sms import smart_encoding as smart
from bulksend.sms.message import Message, Status
from bulksend.sms.phone import columns as phone_columns
from bulksend.sms.phone import parse as phone
from bulksend.sms.template import OnMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePlan:
    """How a row becomes a message."""

    header: Header
    to_column: int
    #: None: the cells of the text column are templates themselves.
    template: template.Template | None
    text_column: int | None
    default_region: str | None
    on_missing: OnMissing
    #: Count as a profile with smart encoding does.
    smart_encoding: bool = False
    #: The template as it was given, "" where the rows have their own.
    source: str = ""
    #: The only ISO countries that the messaging profile may send to; None: any.
    destinations: tuple[str, ...] | None = None
    #: Its own words that `--fix-text` replaced: where, from 1, what, and what stands there now.
    replaced: tuple[tuple[int, str, str], ...] = ()


def make_message_plan(
    header: Header,
    *,
    to_column: int,
    text_column: int | None,
    template_source: str | None,
    default_region: str | None,
    on_missing: OnMissing,
    smart_encoding: bool = False,
    fix_text: bool = False,
    destinations: tuple[str, ...] | None = None,
) -> MessagePlan:
    """A message plan whose template fits the header. Raises ContactsError or UsageError."""
    parsed = None if template_source is None else template.parse_template(template_source)
    replaced = _replaced(template_source) if fix_text else ()
    for name in parsed.placeholders if parsed else ():
        _column(header, name)
    return MessagePlan(
        header=header,
        to_column=to_column,
        template=parsed.with_words(smart.replaced) if parsed and fix_text else parsed,
        text_column=text_column,
        default_region=_region(default_region),
        on_missing=on_missing,
        smart_encoding=smart_encoding,
        source=template_source or "",
        destinations=destinations,
        replaced=replaced,
    )


def _replaced(source: str | None) -> tuple[tuple[int, str, str], ...]:
    """What --fix-text replaces. Raises UsageError where there is no template to mend."""
    if source is None:
        raise errors.UsageError(
            "--fix-text mends the template, and here every row has a text of its own",
            hint="give the template with --text or --text-file, or mend the column by hand",
            code="fix_text_without_template",
        )
    own = template.own_characters(source)
    return tuple(
        (at, character, smart.SAFE[character]) for at, character in own if character in smart.SAFE
    )


def placeholder_columns(message_plan: MessagePlan) -> dict[str, int]:
    """The column of each placeholder of the template."""
    names = message_plan.template.placeholders if message_plan.template is not None else ()
    return {name: _column(message_plan.header, name) for name in names}


def _column(header: Header, name: str) -> int:
    """The one column a placeholder means. Raises ContactsError naming the nearest."""
    columns = header.find(name)
    if len(columns) == 1:
        return columns[0]
    if columns:
        raise errors.ContactsError(
            f"the template names {{{name}}}, and {len(columns)} columns have that name",
            hint="rename one of them in the contacts file",
            code="column_twice",
        )
    near = header.nearest(name)
    meant = f"did you mean {{{near}}}? " if near else ""
    raise errors.ContactsError(
        f"the template names {{{name}}}, and there is no such column",
        hint=f"{meant}the columns are {header.listed()}",
        code="column_missing",
    )


def _region(region: str | None) -> str | None:
    if region is None or region.upper() in phone.REGIONS:
        return region.upper() if region else None
    raise errors.UsageError(
        f"--default-region {region!r} is no ISO country of two letters",
        hint="for example GB, DE or FR",
        code="region_invalid",
    )


def compose(chunk: pl.DataFrame, message_plan: MessagePlan) -> pl.DataFrame:
    """A loader's chunk with the columns named above, and line_kind (String), phone_fixes (UInt8).

    An invalid row has no text, encoding or parts.
    """
    phones = phone_columns.parse_column(
        chunk[message_plan.header.cell(message_plan.to_column)], message_plan.default_region
    )
    text, fault = _texts(chunk, message_plan)
    needed = {
        name: message_plan.header.cell(at) for name, at in needed_columns(message_plan).items()
    }
    broken = cell_values.problems(chunk, needed)
    counted = smart.smart_column(text) if message_plan.smart_encoding else text
    measured = encoding.measure_column(counted)
    problems = _first_problem(
        *(chunk, broken, phones, _no_alphanumeric(phones)),
        *(*_closed(phones, message_plan.destinations), fault),
        _text_problem(counted, measured["parts"]),
    )
    texts = measured.insert_column(0, text.alias("text"))
    if problems["problem"].null_count() < problems.height:
        sendable = problems["problem"].is_null()
        texts = texts.select(pl.when(pl.lit(sendable)).then(pl.all()))
    return (
        chunk.drop("problem", "problem_text")
        .hstack(phones.drop("problem", "problem_text"))
        .hstack(texts)
        .hstack(problems)
    )


def needed_columns(message_plan: MessagePlan) -> dict[str, int]:
    """The columns that a text or its phone is made of: name and place."""
    at = {message_plan.header.names[message_plan.to_column]: message_plan.to_column}
    if message_plan.text_column is not None:
        at[message_plan.header.names[message_plan.text_column]] = message_plan.text_column
    return at | placeholder_columns(message_plan)


def _no_alphanumeric(phones: pl.DataFrame) -> pl.DataFrame:
    """Where a text from a sender ID does not go at all."""
    refused = countries.refused()
    country = pl.col("country")
    return phones.select(
        problem=pl.when(country.is_in(list(refused))).then(pl.lit(str(Code.NO_ALPHANUMERIC)))
    ).with_columns(
        problem_text=phones["country"].replace_strict(refused, default=None, return_dtype=pl.String)
    )


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


_TEXTS = {str(code): text for code, text in TEXT_FOR.items()}


def _text_problem(counted: pl.Series, parts: pl.Series) -> pl.DataFrame:
    """What Telnyx would not take: problem, problem_text."""
    text = pl.col("text")
    problems = pl.DataFrame({"text": counted, "parts": parts}).select(
        problem=pl.when(text.str.strip_chars() == "")
        .then(pl.lit(str(Code.TEXT_EMPTY)))
        .when(pl.col("parts") > encoding.MAX_PARTS)
        .then(pl.lit(str(Code.TEXT_TOO_LONG)))
        .when(text.str.contains("\0", literal=True))
        .then(pl.lit(str(Code.NUL_CHARACTER)))
    )
    return problems.with_columns(problem_text=pl.col("problem").replace_strict(_TEXTS))


def _first_problem(*candidates: pl.DataFrame) -> pl.DataFrame:
    """status, problem, problem_text from the first of the frames that has a problem in the row."""
    columns: dict[str, pl.Series] = {}
    for name in ("problem", "problem_text"):
        columns[name] = pl.select(
            pl.coalesce(pl.lit(frame[name]) for frame in candidates)
        ).to_series()
    return pl.DataFrame(columns).with_columns(
        status=pl.when(pl.col("problem").is_null())
        .then(pl.lit(str(Status.UNSENT)))
        .otherwise(pl.lit(str(Status.INVALID)))
    )


def _texts(chunk: pl.DataFrame, message_plan: MessagePlan) -> tuple[pl.Series, pl.DataFrame]:
    """The rendered texts, and the problems of rendering (problem, problem_text)."""
    if message_plan.template is None:
        return _own_texts(chunk, message_plan)
    columns = {
        name: message_plan.header.cell(at) for name, at in placeholder_columns(message_plan).items()
    }
    values = pl.DataFrame(
        [cell_values.inserted(chunk[cell]).alias(name) for name, cell in columns.items()]
    )
    pieces = [
        pl.col(piece.name) if isinstance(piece, template.Placeholder) else pl.lit(piece)
        for piece in message_plan.template.pieces
    ]
    missing = pl.lit(None, dtype=pl.String)
    if message_plan.on_missing is OnMissing.ERROR and columns:
        missing = pl.coalesce(pl.when(pl.col(name) == "").then(pl.lit(name)) for name in columns)
    if not columns:  # the frame of no columns has no height
        values = chunk.select("row")
    rendered = values.with_columns(
        text=pl.concat_str(pieces) if pieces else pl.lit(""), missing=missing
    )
    return rendered["text"], _missing(rendered["missing"])


def _missing(names: pl.Series) -> pl.DataFrame:
    name = pl.col("name")
    return pl.DataFrame({"name": names}).select(
        problem=pl.when(name.is_not_null()).then(pl.lit(str(Code.FIELD_MISSING))),
        problem_text=pl.format("the template wants {}, which is empty in this row", name),
    )


def _own_texts(chunk: pl.DataFrame, message_plan: MessagePlan) -> tuple[pl.Series, pl.DataFrame]:
    """Texts out of the text column: each cell is a template; most have no braces at all."""
    cells = chunk[message_plan.header.cell(message_plan.text_column or 0)].str.strip_chars()
    at = cells.str.contains("[{}]").arg_true()
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(cells))
    if at.is_empty():
        return cells, pl.DataFrame({"problem": nothing, "problem_text": nothing})
    fields = chunk[at].select(pl.col("^c[0-9]+$")).iter_rows()
    rendered = [
        _render(cell, values, message_plan)
        for cell, values in zip(cells.gather(at), fields, strict=True)
    ]
    columns = zip(*rendered, strict=True)
    text, problem, problem_text = (pl.Series(list(values), dtype=pl.String) for values in columns)
    # scatter changes the series it is called on
    faults = pl.DataFrame(
        {
            "problem": nothing.clone().scatter(at, problem),
            "problem_text": nothing.clone().scatter(at, problem_text),
        }
    )
    return cells.clone().scatter(at, text), faults


def _render(
    cell: str, values: tuple[str, ...], message_plan: MessagePlan
) -> tuple[str | None, str | None, str | None]:
    """One row's own template: its text, or a problem and its sentence."""
    try:
        parsed, placeholder_columns = _parsed(cell, message_plan.header)
    except errors.ContactsError as fault:
        return cell, str(Code.TEMPLATE_INVALID), f"{fault.message}; {fault.hint}"
    fields = {
        name: cell_values.inserted_one(values[at]) for name, at in placeholder_columns.items()
    }
    broken = next((name for name, value in fields.items() if cell_values.is_error(value)), None)
    if broken is not None:
        return None, str(Code.CELL_ERROR), cell_values.sentence(broken, fields[broken])
    text = parsed.render(fields)
    empty = next((name for name, value in fields.items() if not value), None)
    if empty is None or message_plan.on_missing is OnMissing.EMPTY:
        return text, None, None
    return text, str(Code.FIELD_MISSING), f"the text wants {empty}, which is empty in this row"


@functools.lru_cache(maxsize=1024)
def _parsed(cell: str, header: Header) -> tuple[template.Template, dict[str, int]]:
    parsed = template.parse_template(cell)
    return parsed, {name: _column(header, name) for name in parsed.placeholders}


def messages(
    rows: pl.DataFrame, claims: Mapping[int, int], first_claim: int = 1
) -> Iterator[Message]:
    """Composed rows as messages; `claims` names those whose claim is not the first."""
    wanted = rows.select("row", "to_e164", "text", "country", "parts")
    for row, to_e164, text, country, parts in wanted.iter_rows():
        yield Message(row, to_e164, text, country or "", parts, claims.get(row, first_claim))
