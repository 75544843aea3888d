"""What texts would cost if something were done: composed, with `fix_text`, with smart encoding.

Each is the same text rendered and measured once more, so that what a finding promises is what
comes of it. Only texts in UTF-16 can become cheaper, and only those that something would change.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from bulksend.contacts import compose, texts
from bulksend.sms import encoding, fix_text
from bulksend.sms.fix_text import FixText

#: Parts of a text: with letters composed; with `fix_text`; on a profile with smart encoding.
NAMES = ("composed_parts", "fixed_parts", "smart_parts")


def columns_of(sendable: pl.DataFrame, message_plan: compose.MessagePlan) -> list[pl.Series]:
    """composed_parts, fixed_parts, smart_parts (UInt32), composable (Boolean): whether a text has
    letters with separate accents.
    """
    parts = sendable["parts"]
    nothing = pl.Series("composable", [False]).new_from_index(0, sendable.height)
    wide = (sendable["encoding"] == encoding.UTF_16).arg_true()
    columns = [parts.alias(name) for name in NAMES]
    if wide.is_empty():
        return [*columns, nothing]
    rows = sendable.select(texts.made_of(sendable, message_plan))[wide]
    composable = _differing_from_composed(rows["text"])
    to_compose, to_fix = composable, composable | _replaceable(rows, message_plan)
    for at, changing, fixing in ((0, to_compose, FixText.COMPOSE), (1, to_fix, FixText.ALL)):
        some = changing.arg_true()
        if len(some):
            measured = _parts(rows[some], replace(message_plan, fix_text=fixing))
            columns[at] = parts.clone().scatter(wide.gather(some), measured).alias(NAMES[at])
    if not message_plan.smart_encoding:
        some, smart = texts.smart_texts(rows, message_plan)
        if len(some):
            measured = encoding.measure_column(smart)["parts"]
            columns[2] = parts.clone().scatter(wide.gather(some), measured).alias(NAMES[2])
    return [*columns, nothing.clone().scatter(wide, composable)]


def _replaceable(rows: pl.DataFrame, message_plan: compose.MessagePlan) -> pl.Series:
    """Texts of which `fix_text` may bring something into GSM-7."""
    if message_plan.fix_text is FixText.OFF and message_plan.template is None:
        return rows["text"].str.contains(fix_text.REPLACEABLE).fill_null(value=False)
    changes = message_plan.template is not None and fix_text.replaced(message_plan.template)
    may_change = bool(changes) and message_plan.fix_text is FixText.OFF
    return pl.Series([may_change]).new_from_index(0, rows.height)


def _differing_from_composed(text: pl.Series) -> pl.Series:
    composed = fix_text.compose_column(text)
    if composed is text:
        return pl.Series([False]).new_from_index(0, len(text))
    return (text != composed).fill_null(value=False)


def _parts(rows: pl.DataFrame, message_plan: compose.MessagePlan) -> pl.Series:
    """The parts of the texts that another plan makes of the rows."""
    text = texts.render(rows, message_plan).text
    return encoding.measure_column(texts.counted(text, message_plan))["parts"]
