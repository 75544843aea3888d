"""`bulksend report`: one page of what became of a batch."""

from __future__ import annotations

from pathlib import Path

from bulksend import visible
from bulksend.cli import asked, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import BatchParameters, typed
from bulksend.frozen import frozen

_EXAMPLES = """\b
Examples:
  bulksend report contacts.csv
  bulksend report contacts.csv --show-people -o june.html
"""


@frozen
class ReportParameters(BatchParameters):
    """`report`."""

    output_file: Path | None = None
    show_people: bool = False


@cli.command(
    "report",
    short_help="One HTML page of what became of a batch.",
    help=f"{_EXAMPLES}\nWrite one self-contained HTML page: what there is to do, totals, money, "
    "countries, pace. Without phone numbers, unless --show-people.",
)
@options.CONTACTS
@options.option(
    "--output", "-o", "output_file", type=options.WRITTEN, metavar="FILE.html", help="The page."
)
@options.option("--show-people", is_flag=True, help="With the phones of who has not got it.")
@options.JOURNAL
@options.SANDBOX
@options.OUTPUT
@typed(ReportParameters)
def report_command(parameters: ReportParameters) -> int:
    """One HTML page of what became of a batch."""
    from bulksend.cli.render.documents import report_json
    from bulksend.commands import report

    written = report.write(
        asked.settings(parameters), parameters.output_file, people=parameters.show_people
    )
    shown = visible.visible(str(written.path), longest=500)
    show.answer(report_json.document(written), f"report: {shown}", parameters.output)
    return 0
