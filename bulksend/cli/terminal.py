"""The person at the terminal: notes, questions, progress. Everything here goes to stderr."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Never, ParamSpec

import click
from tqdm import tqdm

from bulksend import errors
from bulksend import visible as text
from bulksend.batch.reporter import Progress
from bulksend.sending.pacing.policy import LimitedBy
from bulksend.sms.message import Outcome, Status

#: How often a log file gets a line, where no terminal shows a bar.
PLAIN_EVERY_S = 10.0
#: From when on, and how often, a terminal shows how far the contacts file is read.
READING_AFTER_S = 0.3
READING_EVERY_S = 0.2
#: How often the bar is drawn again where no row ends.
_PULSE_S = 0.5
Given = ParamSpec("Given")
_BAR = "{percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} {rate_noinv_fmt}{postfix}, {remaining} left"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayOptions:
    """How much is shown."""

    quiet: bool = False
    verbose: bool = False
    progress: bool = True
    #: None: as the stream allows.
    color: bool | None = None
    yes: bool = False
    #: Typed here and now, which alone answers for what may text or cost twice.
    yes_typed: bool = False


def _best_effort(show: Callable[Given, None]) -> Callable[Given, None]:
    """A screen that is gone, or a log on a full disk, never ends a batch."""

    @functools.wraps(show)
    def try_to_show(*given: Given.args, **named: Given.kwargs) -> None:
        with contextlib.suppress(OSError):
            show(*given, **named)

    return try_to_show


class Terminal:
    """A view for people; satisfies `commands.view.View`."""

    stopped = False

    def __init__(self, display: DisplayOptions) -> None:
        self._manner = display
        self._bar: tqdm[Never] | None = None
        self._next_line_at_s = 0.0
        self._shown_at_s = 0.0
        self._reading_since_s = 0.0

    @_best_effort
    def note(self, sentence: str) -> None:
        """A remark on stderr, above the bar where there is one."""
        if self._manner.quiet:
            return
        line = click.style("note: ", fg="yellow") + text.visible(sentence, longest=600)
        if self._bar is None:
            click.echo(line, err=True, color=self._manner.color)
        else:
            self._bar.write(click.unstyle(line), file=sys.stderr)

    def confirm(
        self, question: str, *, typed: str = "", ask: str = "Send?", repeats: bool = False
    ) -> bool:
        """Ask on the terminal; without one, UsageError: consent cannot be guessed."""
        if self._manner.yes_typed or (self._manner.yes and not repeats):
            return True
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise errors.UsageError(
                "nobody can be asked for consent here, so nothing was sent",
                hint="give --yes to send without a question",
                code="no_consent",
            )
        click.echo(question, err=True, color=self._manner.color)
        if not typed:
            return click.confirm(ask, default=False, err=True)
        answer: str = click.prompt(f"Type {typed} to go on", default="", err=True)
        return answer.strip() == typed

    @_best_effort
    def reading(self, rows: int) -> None:
        """A count on a terminal, once reading takes a person's patience."""
        if not (self._shows_progress and sys.stderr.isatty()):
            return
        now_s = time.monotonic()
        if not self._reading_since_s:
            self._reading_since_s = now_s
        elapsed_s = now_s - self._reading_since_s
        if elapsed_s > READING_AFTER_S and now_s - self._shown_at_s >= READING_EVERY_S:
            self._shown_at_s = now_s
            click.echo(f"\r{rows:,} rows read, {rows / elapsed_s:,.0f}/s ", err=True, nl=False)

    @_best_effort
    def read(self) -> None:
        """Leave the line to what comes next."""
        if self._reading_since_s and self._shown_at_s > self._reading_since_s:
            click.echo("\r\033[K", err=True, nl=False)
        self._reading_since_s = 0.0

    @_best_effort
    def begin(self, progress: Progress) -> None:
        """A bar on a terminal, a line now and then elsewhere."""
        self._next_line_at_s = time.monotonic() + PLAIN_EVERY_S
        if self._shows_progress and sys.stderr.isatty():
            self._bar = tqdm(
                total=progress.total,
                file=sys.stderr,
                unit="row",
                bar_format=_BAR,
                mininterval=0.1,
                ncols=_told_columns(),
                dynamic_ncols=_told_columns() is None,
                leave=True,
            )

    @property
    def _shows_progress(self) -> bool:
        return self._manner.progress and not self._manner.quiet

    @_best_effort
    def advance(self, progress: Progress, outcomes: Sequence[Outcome]) -> None:
        """Move on by some rows; drawn at most ten times a second."""
        if self._manner.verbose:
            for outcome in outcomes:
                self._tell(outcome)
        if self._bar is not None:
            self._draw(self._bar, progress, len(outcomes))
        elif self._shows_progress:
            self._line(progress)

    def _draw(self, bar: tqdm[Never], progress: Progress, rows: int) -> None:
        now_s = time.monotonic()
        if now_s - self._shown_at_s >= bar.mininterval:
            self._shown_at_s = now_s
            bar.set_postfix_str(_so_far(progress), refresh=False)
        bar.update(rows)

    def _tell(self, outcome: Outcome) -> None:
        reply = outcome.reply
        words = f"row {outcome.row}: {reply.status}"
        if reply.status is not Status.ACCEPTED:
            words += f" {reply.code} {text.visible(reply.error)}"
        tqdm.write(words, file=sys.stderr)

    @_best_effort
    def pulse(self, progress: Progress) -> None:
        """What limits the pace may change while no row ends."""
        if self._bar is not None:
            now_s = time.monotonic()
            if now_s - self._shown_at_s >= _PULSE_S:
                self._shown_at_s = now_s
                self._bar.set_postfix_str(_so_far(progress), refresh=True)
        elif self._shows_progress:
            self._line(progress)

    def _line(self, progress: Progress) -> None:
        """For a log file: a line now and then."""
        if time.monotonic() >= self._next_line_at_s:
            self._next_line_at_s = time.monotonic() + PLAIN_EVERY_S
            click.echo(f"{progress.done}/{progress.total} rows  {_so_far(progress)}", err=True)

    @_best_effort
    def end(self, progress: Progress) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.set_postfix_str(_so_far(progress), refresh=True)
            self._bar.close()
            self._bar = None


def _told_columns() -> int | None:
    """COLUMNS, where it is set: it goes before what the terminal says of itself."""
    told = os.environ.get("COLUMNS", "")
    return int(told) if told.isdecimal() and 0 < int(told) < 10_000 else None


def _so_far(progress: Progress) -> str:
    count = progress.by_status
    words = [f"{count[Status.ACCEPTED]} accepted"]
    words += [
        f"{count[it]} {it}" for it in (Status.REFUSED, Status.UNKNOWN, Status.UNSENT) if count[it]
    ]
    words += [f"{currency} {amount:f}" for currency, amount in sorted(progress.cost.items())]
    if progress.limited_by and progress.done < progress.total:
        words.append(f"({_limit(progress.limited_by)})")
    return "  ".join(words)


def _limit(limited_by: str) -> str:
    return limited_by if limited_by == LimitedBy.PAUSED else f"limited by {limited_by}"
