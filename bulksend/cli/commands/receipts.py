"""`bulksend receipts`: what became of accepted messages."""

from __future__ import annotations

import click

from bulksend.cli import asked, late_certificates, option_types, options, show
from bulksend.cli.group import cli
from bulksend.cli.parameters import BatchParameters, typed
from bulksend.frozen import frozen

_EXAMPLES = """\b
Examples:
  bulksend receipts contacts.csv
  bulksend receipts contacts.csv --wait 30m
  bulksend receipts contacts.csv --listen 127.0.0.1:8000
"""


@frozen
class ReceiptsParameters(BatchParameters):
    """`receipts`."""

    wait_s: float = 0.0
    every_s: float = 30.0
    listen: str | None = None
    public_key: str | None = None


@cli.command(
    "receipts",
    short_help="What became of every accepted message.",
    help=f"{_EXAMPLES}\nAsk Telnyx what became of every accepted message, and what it cost.",
)
@options.CONTACTS
@options.stack(
    "Receipts",
    options.option(
        "--wait",
        "wait_s",
        type=option_types.Duration("30m"),
        metavar="TIME",
        help="Go on asking so long.  [default: ask once]",
    ),
    options.option(
        "--every",
        "every_s",
        type=option_types.Duration("30s"),
        metavar="TIME",
        help="The shortest time between two passes; it doubles up to 15m.  [default: 30s]",
    ),
    options.option(
        "--listen",
        metavar="HOST:PORT",
        help="Take Telnyx's webhooks in instead, until Ctrl-C (needs the extra `listen`).",
    ),
    options.option(
        "--public-key",
        envvar=["TELNYX_PUBLIC_KEY", "BULKSEND_PUBLIC_KEY"],
        metavar="BASE64",
        help="Telnyx's, from the portal.  [default: TELNYX_PUBLIC_KEY]",
    ),
)
@options.PLACE
@options.SERVER
@options.OUTPUT
@typed(ReceiptsParameters)
def receipts_command(parameters: ReceiptsParameters) -> int:
    """What became of every accepted message."""
    with late_certificates.none_yet():
        from bulksend.commands import receipts
    from bulksend.cli.render import summary_text
    from bulksend.cli.render.documents import receipts_json
    from bulksend.receipts.schedule import Patience

    if not parameters.every_s:
        raise click.UsageError("--every needs a time like 30s: Telnyx is not asked without a pause")
    settings = asked.typed_alone(asked.settings(parameters), parameters.typed)
    if parameters.listen is not None:
        if not parameters.public_key:
            raise click.UsageError("--listen needs Telnyx's public key in TELNYX_PUBLIC_KEY")
        ended = receipts.listen(
            settings,
            show.reporter(parameters),
            parameters.listen,
            parameters.public_key,
            parameters.wait_s,
        )
    else:
        patience = Patience(wait_s=parameters.wait_s, every_s=parameters.every_s)
        ended = receipts.collect_receipts(settings, show.reporter(parameters), patience)
    document, text = receipts_json.document(ended), summary_text.summary(ended.summary)
    show.answer(document, text, parameters.output)
    return ended.exit_code
