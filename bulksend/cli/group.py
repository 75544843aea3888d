"""The program itself: its commands in the order a person meets them, and its options file."""

from __future__ import annotations

from pathlib import Path

import click

from bulksend import __version__, errors, setting_names
from bulksend.cli import catalog, exit, sources
from bulksend.cli.render import option_names

OPTIONS_FILE_NAME = "bulksend.toml"
#: Where the place of the command at work stands in click's context.
PLACE = "bulksend.place"
#: A typo is never turned into consent, or into a text or a charge more.
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


#: What people name who forget the command.
_TABLES = {".csv", ".xlsx", ".ods", ".xls", ".tsv", ".txt"}


_COMMANDS = catalog.LazyCommands()


class Command(click.Command):
    """Help with examples first, and the options under headings."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Bare, where that is of no use, it prints its help."""
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit(0)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options group by group, in the order of their first."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and not isinstance(parameter, click.Argument):
                heading = getattr(parameter, "group", "") or "Options"
                groups.setdefault(heading, []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)


class Commands(click.Group):
    """Commands in the order a person meets them; bare, it prints its help."""

    command_class = Command
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order they were defined."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table, which imports no command, where they stand in it."""
        if self.commands is not _COMMANDS:
            super().format_commands(ctx, formatter)
            return
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, words in catalog.COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Whoever types only the name wants to know what there is; that is no error."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit(0)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A contacts file in the place of a command is nearly one. Raises UsageError."""
        name = args[0]
        if self.get_command(ctx, name) is None and Path(name).suffix.lower() in _TABLES:
            import shlex

            shown = shlex.quote(name)
            raise errors.UsageError(
                f"No such command {name!r}.",
                hint=f"did you mean `{ctx.command_path} run {shown} --dry-run`?",
                code="usage",
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """The command; a failure gets the line that belongs to it, for the batch it was about."""
        with setting_names.called(option_names.COMMAND_LINE):
            return self._invoke(ctx)

    def _invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except errors.BulksendError as failure:
            from bulksend.batch import advice

            failure.hint = advice.hint(failure, ctx.meta.get(PLACE))
            failure.next_command = ""
            raise
        except (KeyboardInterrupt, click.Abort, OSError):
            _name_status(ctx)
            raise
        except click.NoSuchOption as failure:
            near = [name for name in failure.possibilities or () if name not in NEVER_SUGGESTED]
            raise click.NoSuchOption(
                failure.option_name, possibilities=near, ctx=failure.ctx
            ) from None


def _name_status(ctx: click.Context) -> None:
    """For the last word of a command that ended in the middle of a batch."""
    place = ctx.meta.get(PLACE)
    if place is not None and isinstance(ctx.obj, exit.Ending):
        from bulksend.batch import advice

        ctx.obj.status = advice.command("status", place)


@click.group(
    cls=Commands,
    commands=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: bulksend init",
)
@click.version_option(__version__, prog_name="bulksend", message="%(prog)s %(version)s")
@click.option(
    "--config",
    "config_file",
    envvar="BULKSEND_CONFIG",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Options file.  [default: ./bulksend.toml]",
)
@click.pass_context
def cli(ctx: click.Context, config_file: Path | None) -> None:
    """Text everyone in a spreadsheet, once each, and know what happened to every row."""
    path = config_file or _options_file()
    ctx.meta[sources.OPTIONS_FILE] = path
    if path is not None and ctx.invoked_subcommand not in (None, "init", "completion"):
        from bulksend.cli.sources import options_file

        ctx.default_map = options_file.for_commands(path, cli)


def _options_file() -> Path | None:
    """The one of this folder, if there is one."""
    path = Path(OPTIONS_FILE_NAME)
    return path if path.is_file() else None
