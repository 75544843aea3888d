"""Excel's workbooks: by openpyxl, and by calamine what openpyxl cannot open and Excel can."""

from __future__ import annotations

from bulksend.contacts.reading.workbooks import calamine, xlsx
from bulksend.contacts.reading.workbooks.sheet import Sheet


def sheets(raw: bytes) -> list[Sheet]:
    """The sheets in their order. Raises anything for a broken file."""
    try:
        return xlsx.sheets(raw)
    except Exception:  # openpyxl raises anything, for styles that it does not like too
        return calamine.sheets(raw)
