"""`bulksend`: runs a command and ends the process as the contract says."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence

import click

from bulksend import errors, visible
from bulksend.cli import exit
from bulksend.cli.group import cli
from bulksend.cli.terminal import streams


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    streams.open_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    color = streams.wants_color(words, os.environ)
    show = exit.Ending(as_json=_wants_json(words), color=color)
    try:
        code = cli.main(words, prog_name="bulksend", standalone_mode=False, color=color, obj=show)
        exit.flush()
    except Exception as failure:
        code = _ended(show, failure)
    except KeyboardInterrupt:
        code = show.failure("interrupted", "interrupted", 130, hint=show.whatever_was_sent)
    sys.exit(code or 0)


def _wants_json(arguments: Sequence[str]) -> bool:
    """Known before the options are parsed, since a wrong option must be told in JSON too."""
    return "--json" in arguments or os.environ.get("BULKSEND_JSON", "") not in ("", "0", "false")


def _ended(show: exit.Ending, failure: Exception) -> int:
    """The exit code of a command that raised."""
    match failure:
        case click.exceptions.Exit():
            return failure.exit_code
        case click.exceptions.Abort():
            return show.failure("interrupted", "interrupted", 130, hint=show.whatever_was_sent)
        case click.UsageError():
            hint = f"see `{failure.ctx.command_path} -h`" if failure.ctx else "see `bulksend -h`"
            return show.failure(failure.format_message(), "usage", 2, hint=hint)
        case errors.BulksendError():
            return show.failure(failure.message, failure.code, failure.exit_code, hint=failure.hint)
        case BrokenPipeError():
            return exit.pipe_closed()
        case OSError(errno=errno.ENOSPC | errno.EIO | errno.EDQUOT):
            return exit.output_lost(show, failure)
        case OSError() if failure.errno is not None:
            return exit.file_lost(show, failure)
        case _:
            traceback.print_exc()
            words = f"a bug of bulksend: {type(failure).__name__}: {visible.visible(str(failure))}"
            return show.failure(words, "bug", 1, hint=show.whatever_was_sent)
