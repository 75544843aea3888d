"""Texts that were decoded wrongly before they came into the file: `JosÃ©`.

UTF-8 read as Windows-1252 leaves pairs and triples of characters that no language writes. Only
texts in UTF-16 are looked at, which those nearly always are.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import polars as pl

from bulksend.contacts import cell_values, compose
from bulksend.estimate import non_gsm
from bulksend.estimate.findings import FIRST_ROWS, Finding, Kind
from bulksend.sms import encoding

CODE = "wrongly_decoded"
#: What the bytes 80 to BF, which go on a character in UTF-8, are in Windows-1252.
_GOES_ON = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\u00a0-\u00bf\u0081\u008d\u008f\u0090\u009d"
_WRONG = f"(?:[ÂÃÄÅ][{_GOES_ON}]|â€[{_GOES_ON}]?|[ÐÑ][{_GOES_ON}][ÐÑ]|ðŸ[{_GOES_ON}]{{1,2}})"


def wrongly_decoded(sendable: pl.DataFrame, message_plan: compose.MessagePlan) -> Iterator[Finding]:
    """The columns that hold such texts, and the template."""
    wide = (sendable["encoding"] == encoding.UTF_16).arg_true()
    if wide.is_empty():
        return
    for place in non_gsm.sources(message_plan):
        name = "text" if place.column is None else message_plan.header.cell(place.column)
        cells = sendable[name].gather(wide)
        if not cell_values.any_holds(cells, _WRONG):
            continue
        wrong = cells.str.contains(_WRONG).arg_true()
        if len(wrong):
            rows = sendable["row"].gather(wide.gather(wrong))
            yield _finding(place.name, cells[int(wrong[0])], rows)
    if re.search(_WRONG, message_plan.source):
        yield _finding("", message_plan.source, sendable["row"].gather(wide))


def _finding(column: str, example: str, rows: pl.Series) -> Finding:
    where = f"column `{column}`" if column else "the template"
    bad = re.search(_WRONG, example)
    return Finding(
        code=CODE,
        kind=Kind.REMARK,
        text=f"{where} was decoded wrongly before it came here{_was(bad[0] if bad else '')}",
        rows=len(rows),
        first_rows=tuple(rows.head(FIRST_ROWS)),
        fix="open the source as UTF-8 and export it again; it is sent as it stands",
        column=column,
    )


def _was(garbled: str) -> str:
    with contextlib.suppress(UnicodeError):
        return f": `{garbled}` was `{garbled.encode('cp1252').decode()}`"
    return ""
