"""Files that bulksend wrote and a person corrected: read as the contacts files they came from.

The verdict columns at the end are left out again, and cells that were kept from running as formulas
lose the apostrophe that did it. Nothing is done to other files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from bulksend.contacts.header import Header, folded

Frames = Callable[[], Iterator[pl.DataFrame]]
#: What the estimate CSV says of each row, after the original columns.
VERDICT_COLUMNS = (
    *("row", "status", "to_e164", "country", "encoding", "parts", "price", "currency"),
    *("error_code", "error"),
)
#: What the results say of each row, after the original columns.
RESULTS_COLUMNS = (
    *("row", "status", "to_e164", "message_id", "parts", "encoding", "cost", "currency"),
    *("rate", "carrier_fee", "wait_seconds", "attempts", "error_code", "error"),
    *("claimed_at", "settled_at", "carrier", "line_type"),
    *("delivery_status", "delivered_at", "final_cost", "receipt_code", "receipt_error"),
)
#: And behind them where only some rows are written.
SELECTED_COLUMNS = (*RESULTS_COLUMNS, "reason", "another_try")
#: What a list of Telnyx's opt-outs says of each.
OPT_OUT_COLUMNS = ("phone", "keyword", "from", "created_at")
_TAILS = (VERDICT_COLUMNS, SELECTED_COLUMNS)
_PREFIX = "bulksend_"
#: An apostrophe, and behind it what a spreadsheet program would run.
_DEFUSED = r"\A'([\s\x{FEFF}\x{200B}\x{00A0}]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|[\t\r\n])"


def beside(header: Sequence[str], ours: Sequence[str]) -> tuple[str, ...]:
    """The names of our columns beside a person's own: `bulksend_status` where there is a status."""
    taken = {folded(name) for name in header}
    return tuple(f"{_PREFIX}{name}" if folded(name) in taken else name for name in ours)


def as_it_was(header: Header, frames: Frames) -> tuple[Header, Frames]:
    """The header and the frames without our columns; unchanged for a file that is not ours."""
    ours = next((len(tail) for tail in _TAILS if _ends_with(header, tail)), 0)
    if not ours:
        return header, frames
    own = Header(header.names[:-ours], header.file)
    return own, lambda: (_restored(frame, own) for frame in frames())


def _ends_with(header: Header, tail: Sequence[str]) -> bool:
    last = header.names[-len(tail) :]
    return tuple(name.removeprefix(_PREFIX) for name in last) == tuple(tail)


def _restored(frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """Cells as they were before they were kept from running as formulas."""
    cells = [header.cell(at) for at in range(len(header.names))]
    return frame.select("row", "problem", "problem_text", *cells).with_columns(
        pl.col(cells).str.replace(_DEFUSED, "$1")
    )
