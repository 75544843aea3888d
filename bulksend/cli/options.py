"""The options: each is a flag, a `BULKSEND_` variable and a key of `bulksend.toml`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]


class Amount(click.ParamType[Decimal]):
    """An exact amount of money."""

    name = "amount"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """`25.00`; no currency, no thousands separator, not negative."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not an amount like 25.00", param, ctx)
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is not an amount like 25.00", param, ctx)
        return amount


def option(*flags: str, **attributes: Any) -> Callable[[Command], Command]:
    """A click option that also reads `BULKSEND_<OPTION>`."""
    name = max(flags[0].split("/")[0].split(), key=len).lstrip("-")
    attributes.setdefault("envvar", f"BULKSEND_{name.replace('-', '_').upper()}")
    return click.option(*flags, **attributes)


FILE = click.Path(path_type=Path)


def stack(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, shown in this order."""

    def decorate(command: Command) -> Command:
        for each in reversed(options):
            command = each(command)
        return command

    return decorate


SENDER = stack(
    option("--from", "sender", metavar="NAME", help="Sender ID: what the phone shows."),
    option("--profile-id", metavar="UUID", help="Telnyx messaging profile."),
)
SMART_ENCODING = option(
    "--smart-encoding/--no-smart-encoding",
    default=None,
    help="Count as a profile with smart encoding does.",
)

WHAT = stack(
    SENDER,
    option("--text", metavar="TEMPLATE", help="Template with {column} placeholders."),
    option("--text-file", type=FILE, metavar="FILE", help="The template, from a file."),
    option("--to-column", metavar="COLUMN", help="Column with the phone numbers."),
    option("--text-column", metavar="COLUMN", help="Column with the texts."),
    option("--default-region", metavar="ISO", help="Country of numbers written nationally."),
    option(
        "--on-duplicate",
        type=click.Choice(["skip", "send", "error"]),
        help="Same phone and same text again.  [default: skip]",
    ),
    option(
        "--on-missing",
        type=click.Choice(["error", "empty"]),
        help="Empty field for a placeholder.  [default: error]",
    ),
    option("--webhook-url", metavar="URL", help="Where Telnyx reports this batch."),
    option("--webhook-failover-url", metavar="URL", help="And where when that fails."),
    option(
        "--use-profile-webhooks/--no-use-profile-webhooks",
        default=None,
        help="Whether the profile's webhooks are told as well.",
    ),
    SMART_ENCODING,
    option(
        "--fix-text/--no-fix-text",
        default=None,
        help="Replace curly quotes and the like in the template; never in a name.",
    ),
)

PACE = stack(
    option("--rate", metavar="RATE", default="50/s", show_default=True, help="50/s, 600/min."),
    option(
        "--max-in-flight",
        type=click.IntRange(1, 1000),
        default=16,
        show_default=True,
        help="Requests open together; the most rows a crash can leave unknown.",
    ),
)

HOW = stack(
    PACE,
    option("--rates", type=FILE, metavar="FILE", help="Rate card CSV."),
    option("--max-cost", type=Amount(), metavar="AMOUNT", help="Stop before it can cost more."),
    option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N rows."),
)

JOURNAL = option("--journal", type=FILE, metavar="FILE", help="The batch's record.")
SANDBOX = option("--sandbox", is_flag=True, help="A Telnyx look-alike: no account, no money.")

WHERE = stack(
    option("--results", type=FILE, metavar="FILE", help="Results CSV."),
    JOURNAL,
    SANDBOX,
)

SERVER = stack(
    option("--base-url", metavar="URL", help="API base; plain http only for loopback."),
    option("--api-key-file", type=FILE, metavar="FILE", help="Instead of TELNYX_API_KEY."),
)

YES = option("--yes", "-y", is_flag=True, help="Ask nothing.")

OUTPUT = stack(
    option("--json", "as_json", is_flag=True, help="stdout is one JSON document."),
    option("--quiet", "-q", is_flag=True, help="Only errors and the summary."),
    option("--verbose", "-v", is_flag=True, help="Every reply, numbers masked."),
    option("--no-progress", is_flag=True, help="No progress."),
    option("--color", type=click.Choice(["auto", "always", "never"]), default="auto"),
)
