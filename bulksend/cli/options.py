"""The options: each is a flag, a `BULKSEND_` variable and a key of `bulksend.toml`.

What may cost or text twice is a flag alone (`typed_only`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict, Unpack

import click

from bulksend.cli import option_types

Command = Callable[..., int]
Decorator = Callable[[Command], Command]
FILE, WRITTEN = option_types.FILE, option_types.WRITTEN


class Attributes(TypedDict, total=False):
    """What click is told about an option."""

    type: click.ParamType[object]
    metavar: str
    help: str
    default: object
    show_default: bool | str
    is_flag: bool
    multiple: bool
    envvar: str | Sequence[str]


class Option(click.Option):
    """A click option that knows under which heading of the help it stands."""

    def __init__(
        self,
        declarations: Sequence[str],
        *,
        group: str = "",
        typed_only: bool = False,
        **attributes: Unpack[Attributes],
    ) -> None:
        self.group = group
        self.typed_only = typed_only
        super().__init__(declarations, **attributes)


def variable(flag: str) -> str:
    """`--max-cost` -> `BULKSEND_MAX_COST`."""
    return f"BULKSEND_{flag.lstrip('-').replace('-', '_').upper()}"


def option(*flags: str, typed_only: bool = False, **attributes: Unpack[Attributes]) -> Decorator:
    """An option that also reads `BULKSEND_<OPTION>`, unless it is taken from the flag alone."""
    longest = max((word for word in flags[0].split("/")[0].split()), key=len)
    if not typed_only:
        attributes.setdefault("envvar", variable(longest))
    return click.option(*flags, cls=Option, typed_only=typed_only, **attributes)


def stack(group: str, *options: Decorator) -> Decorator:
    """Several options as one decorator, shown in this order below one heading."""

    def decorate(command: Command) -> Command:
        """Add the options from the last to the first: click shows them the other way round."""
        for each in reversed(options):
            command = each(command)
            newest = command.__click_params__[-1]  # type: ignore[attr-defined]
            if isinstance(newest, Option) and not newest.group:
                newest.group = group
        return command

    return decorate


CONTACTS = click.argument("contacts", type=FILE, metavar="CONTACTS.csv")
PHONE = click.argument("phone", type=option_types.Phone(), metavar="+NUMBER")

SENDER = stack(
    "What is sent",
    option("--from", "sender", metavar="NAME", help="Sender ID: what the phone shows."),
    option(
        "--profile-id", type=option_types.Uuid(), metavar="UUID", help="Telnyx messaging profile."
    ),
)
SMART_ENCODING = stack(
    "What is sent",
    option(
        "--smart-encoding/--no-smart-encoding",
        default=None,
        help="Count as a profile with smart encoding does.",
    ),
)

TEXT = stack(
    "What is sent",
    option("--text", metavar="TEMPLATE", help="Template with {column} placeholders."),
    option("--text-file", type=FILE, metavar="FILE", help="The template, from a file."),
    option("--text-column", metavar="COLUMN", help="Column with the texts."),
    option(
        "--on-missing",
        type=click.Choice(["error", "empty"]),
        help="Empty field for a placeholder.  [default: error]",
    ),
    SMART_ENCODING,
    option(
        "--fix-text/--no-fix-text",
        default=None,
        help="Replace curly quotes and the like in the template, never in a name; compose letters.",
    ),
    option("--webhook-url", metavar="URL", help="Where Telnyx reports this batch."),
    option("--webhook-failover-url", metavar="URL", help="And where when that fails."),
    option(
        "--use-profile-webhooks/--no-use-profile-webhooks",
        default=None,
        help="Whether the profile's webhooks are told as well.",
    ),
)

CONTACTS_FILE = stack(
    "The contacts file",
    option("--to-column", metavar="COLUMN", help="Column with the phone numbers."),
    option(
        "--default-region", type=option_types.Country(), metavar="ISO", help="Of national numbers."
    ),
    option(
        "--encoding",
        type=option_types.Encoding(),
        metavar="NAME",
        help="Of a text file: utf-8, cp1252, ...  [default: recognised]",
    ),
    option(
        "--delimiter", type=option_types.Delimiter(), metavar="CHARACTER", help="Or tab, semicolon."
    ),
    option(
        "--header-row",
        type=click.IntRange(min=1, max=option_types.HEADER_ROW_MAX),
        metavar="N",
        help="Line of the column names.",
    ),
    option("--sheet", metavar="NAME", help="Sheet of a workbook.  [default: the first]"),
)

WHO = stack(
    "Who is texted",
    option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N rows."),
    option(
        "--on-duplicate",
        type=click.Choice(["skip", "send", "error"]),
        help="Same phone and same text again in this file.  [default: skip]",
    ),
    option(
        "--again-after",
        "again_after_s",
        type=option_types.Duration("6d"),
        metavar="TIME",
        help="Leave out who got this very text within that time; 0: nobody.  [default: 6d]",
    ),
    option(
        "--not-texted-within",
        "not_texted_within_s",
        type=option_types.Duration("7d"),
        metavar="TIME",
        help="Leave out whom this computer texted at all within that time.",
    ),
    option(
        "--suppress",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="Text nobody in that contacts file; may be given again.",
    ),
    option(
        "--countries",
        type=option_types.Countries(),
        metavar="ISO,...",
        help="Text only these countries.",
    ),
)

RATE = stack(
    "How fast, and when",
    option("--rate", metavar="RATE", help="50/s, 600/min, 0.1/s.  [default: 50/s]"),
    option(
        "--max-in-flight",
        type=click.IntRange(1, 1000),
        metavar="N",
        help="Requests open together; the most rows a crash can leave unknown.  [default: 16]",
    ),
)
PACE = stack(
    "How fast, and when",
    RATE,
    option(
        "--patience",
        "patience_s",
        type=option_types.Duration("2m", most_s=30 * 86_400.0),
        metavar="TIME",
        help="Go on trying so long where there is no connection at all.  [default: 2m]",
    ),
    option(
        "--quiet-hours",
        type=option_types.QuietHours(),
        metavar="HH:MM-HH:MM",
        help="Nothing arrives then, by the recipient's clock; the run waits.",
    ),
    option(
        "--quiet-days",
        type=option_types.QuietDays(),
        metavar="DAY,...",
        help="Nor on these days: sun, holidays, ...",
    ),
)

MONEY = stack(
    "Money",
    option("--rates", type=FILE, metavar="FILE", help="Rate card CSV."),
    option(
        "--max-cost",
        type=option_types.Amount(),
        metavar="AMOUNT",
        help="The batch never costs more, over all its runs.",
    ),
)

YES = stack(
    "Consent",
    option("--yes", "-y", is_flag=True, help="Ask nothing."),
)
CONSENT = stack(
    "Consent",
    YES,
    option(
        "--yes-up-to",
        type=option_types.Amount(),
        metavar="AMOUNT",
        help="Ask nothing where the estimate is whole and no higher; else send nothing.",
    ),
)
EXPECT = stack(
    "Consent",
    option(
        "--expect",
        type=option_types.Digest(),
        metavar="DIGEST",
        typed_only=True,
        help="Send only the plan whose digest a dry run printed.",
    ),
)
PREFLIGHT = stack(
    "Consent",
    option(
        "--no-preflight",
        is_flag=True,
        typed_only=True,
        help="Do not look at key, credit, profile and sender first.",
    ),
)
NEW_BATCH = stack(
    "Consent",
    option(
        "--new-batch",
        is_flag=True,
        typed_only=True,
        help="Text everybody once more, also those who were texted before.",
    ),
)
TEST = stack(
    "A test text",
    option(
        "--test-to",
        type=option_types.Phones(),
        metavar="+NUMBER,...",
        typed_only=True,
        help="Send one row's text to phones of your own instead, and begin no batch.",
    ),
    option("--test-row", type=click.IntRange(min=1), metavar="N", help="Which row's text."),
)
AGAIN = stack(
    "Consent",
    option("--retry-refused", is_flag=True, typed_only=True, help="Send refused rows once more."),
    option(
        "--resend-unknown",
        is_flag=True,
        typed_only=True,
        help="Send unknown rows again: may text twice.",
    ),
    option(
        "--also-changed",
        is_flag=True,
        typed_only=True,
        help="Send rows whose text was changed after they were sent: their person gets both.",
    ),
)

JOURNAL = stack(
    "Files", option("--journal", type=WRITTEN, metavar="FILE", help="The batch's record.")
)
SANDBOX = stack(
    "Server",
    option("--sandbox", is_flag=True, help="A Telnyx look-alike: no account, no money."),
)
PLACE = stack(
    "Files",
    option("--results", "-o", type=WRITTEN, metavar="FILE", help="Results, .csv or .xlsx."),
    JOURNAL,
    SANDBOX,
)
WAIT_RECEIPTS = stack(
    "After sending",
    option(
        "--wait-receipts",
        "wait_receipts_s",
        type=option_types.Duration("10m"),
        metavar="TIME",
        help="Ask so long what became of the messages.",
    ),
)

SERVER = stack(
    "Server",
    option("--base-url", metavar="URL", help="API base; plain http only for loopback."),
    option("--api-key-file", type=FILE, metavar="FILE", help="Instead of TELNYX_API_KEY."),
    option(
        "--proxy",
        type=option_types.Proxy(),
        metavar="URL",
        help="Instead of HTTPS_PROXY.",
    ),
)

OUTPUT = stack(
    "Output",
    option("--json", "as_json", is_flag=True, help="stdout is one JSON document."),
    option("--quiet", "-q", is_flag=True, help="Only errors and the summary."),
    option("--verbose", "-v", is_flag=True, help="Every reply, numbers masked."),
    option("--no-progress", is_flag=True, help="No progress."),
    option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        help="Colours.  [default: auto]",
    ),
    option(
        "--log-file",
        type=WRITTEN,
        metavar="FILE",
        help="Add one JSON line an event; numbers masked.",
    ),
)
