"""The program itself: its commands in the order a person meets them, and its options file."""

from __future__ import annotations

from typing import Any

import click

from bulksend import __version__, errors
from bulksend.batch import advice
from bulksend.cli import options
from bulksend.cli import options_file as config

#: Where the settings of the command at work stand in click's context.
SETTINGS = "bulksend.settings"
#: A typo is never mended into consent, or into a text or a charge more.
NEVER_SUGGESTED = {
    "--yes",
    "--yes-up-to",
    "--new-batch",
    "--also-changed",
    "--retry-refused",
    "--resend-unknown",
    "--repeat-after-5xx",
    "--no-preflight",
    "--test-to",
    "--probe-key",
    "--force",
}


class Commands(click.Group):
    """Commands in the order a person meets them; help with examples first."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order they were defined."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """The command; a failure gets the line that belongs to it, for the batch it was about."""
        try:
            return super().invoke(ctx)
        except errors.BulksendError as failure:
            failure.hint = advice.hint(failure, ctx.meta.get(SETTINGS))
            failure.next_command = ""
            raise
        except click.NoSuchOption as failure:
            near = [name for name in failure.possibilities or () if name not in NEVER_SUGGESTED]
            raise click.NoSuchOption(
                failure.option_name, possibilities=near, ctx=failure.ctx
            ) from None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: bulksend run samples/contacts.csv --sandbox",
)
@click.version_option(__version__, prog_name="bulksend", message="%(prog)s %(version)s")
@click.option(
    "--config",
    "config_file",
    envvar="BULKSEND_CONFIG",
    type=options.FILE,
    metavar="FILE",
    help="Options file.  [default: ./bulksend.toml]",
)
@click.pass_context
def cli(ctx: click.Context, config_file: Any) -> None:
    """Text everyone in a spreadsheet, once each, and know what happened to every row."""
    path = config_file or config.find()
    if path is not None and ctx.invoked_subcommand not in (None, "init", "completion"):
        ctx.default_map = config.for_commands(path, cli)
