"""`bulksend sandbox`: a Telnyx look-alike on localhost."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bulksend.cli import late_certificates, options
from bulksend.cli.group import cli
from bulksend.cli.parameters import OutputParameters, typed
from bulksend.cli.terminal import wrapped
from bulksend.frozen import frozen


@frozen
class SandboxParameters(OutputParameters):
    """`sandbox`."""

    port: int
    ledger: Path | None = None
    faults: str | None = None
    fates: str | None = None
    webhooks: str | None = None
    rate_limit: str | None = None
    request_rate: str | None = None
    latency_s: float = 0.0
    api_key: str = "sandbox"
    ignore_keys: bool = False
    record_lag_s: float = 0.0
    records_missing: float = 0.0
    redact: bool = False


@cli.command(
    "sandbox",
    short_help="A Telnyx look-alike on localhost.",
    help="\b\nExample:\n  bulksend sandbox --port 8080 --ledger ledger.jsonl\n\n"
    "A Telnyx look-alike on localhost, in the foreground.",
)
@options.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@options.option("--ledger", type=options.WRITTEN, metavar="FILE", help="One JSON line a request.")
@options.option("--faults", metavar="FILE|JSON", help="A script of faults.")
@options.option("--fates", metavar="FILE|JSON", help="What becomes of accepted messages.")
@options.option("--webhooks", metavar="FILE|JSON", help="Report them, signed; [] without faults.")
@options.option(
    "--sandbox-rate", "rate_limit", metavar="RATE", help="Messages a second of the sender."
)
@options.option("--request-rate", metavar="RATE", help="Requests a second of the API.")
@options.option(
    "--latency", "latency_s", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS"
)
@options.option("--key", "api_key", default="sandbox", show_default=True, help="The key it takes.")
@options.option("--ignore-keys", is_flag=True, help="Take no notice of idempotency keys.")
@options.option(
    "--record-lag",
    "record_lag_s",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
)
@options.option("--records-missing", type=click.FloatRange(0, 1), default=0.0, metavar="SHARE")
@options.option("--redact", is_flag=True, help="Mask the numbers in detail records.")
@options.OUTPUT
@typed(SandboxParameters)
def sandbox_command(parameters: SandboxParameters) -> int:
    """A Telnyx look-alike on localhost."""
    with late_certificates.none_yet():
        from bulksend.commands import sandbox

    behaviour = sandbox.Behaviour(
        port=parameters.port,
        ledger=parameters.ledger,
        faults=parameters.faults,
        fates=parameters.fates,
        webhooks=parameters.webhooks,
        rate=parameters.rate_limit,
        request_rate=parameters.request_rate,
        latency_s=parameters.latency_s,
        api_key=parameters.api_key,
        ignore_keys=parameters.ignore_keys,
        records=sandbox.Records(
            lag_s=parameters.record_lag_s,
            missing=parameters.records_missing,
            redacted=parameters.redact,
        ),
    )
    return sandbox.serve(
        behaviour, lambda words: click.echo(wrapped.to_fit(words, sys.stderr), err=True)
    )
