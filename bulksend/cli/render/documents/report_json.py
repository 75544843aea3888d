"""The document of `report`: that of `status`, and where the page is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulksend.batch.summary import OK
from bulksend.cli.render import JsonObject
from bulksend.cli.render.documents import summary_json

if TYPE_CHECKING:
    from bulksend.commands.report import Written


def document(written: Written) -> JsonObject:
    """The figures that stand on the page: schemas/report.json."""
    figures = summary_json.document(written.summary)
    return {**figures, "report": str(written.path), "exit_code": OK}
