"""The person at the terminal: notes, questions, progress. Everything here goes to stderr."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Never, ParamSpec

import click

from bulksend import visible
from bulksend.batch.reporter import Progress, Reporter
from bulksend.cli.render import progress_line
from bulksend.cli.terminal import streams, wrapped
from bulksend.frozen import frozen
from bulksend.sms.message import Outcome, Status

if TYPE_CHECKING:
    from tqdm import tqdm

    from bulksend.receipts.counts import AskingProgress

#: How often a log file gets a line, where no terminal shows a bar.
PLAIN_EVERY_S = 10.0
#: From when on, and how often, a terminal shows how far the contacts file is read.
READING_AFTER_S = 0.3
READING_EVERY_S = 0.2
#: How often the bar is drawn again.
_DRAW_EVERY_S = 0.1
_PULSE_S = 0.5
#: Over what time the pace is measured that the time left rests on.
_PACE_OVER_S = 30.0
Arguments = ParamSpec("Arguments")


@frozen
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


def _best_effort(show: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """A screen that is gone, or a log on a full disk, never ends a batch."""

    @functools.wraps(show)
    def try_to_show(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        """Show it, or nothing where the stream is closed or its disk full."""
        with contextlib.suppress(OSError):
            show(*arguments, **named)

    return try_to_show


class Terminal(Reporter):
    """A reporter for people."""

    def __init__(self, display: DisplayOptions) -> None:
        self._display = display
        self._bar: tqdm[Never] | None = None
        self._pace = _Pace()
        self._next_line_at_s = 0.0
        self._shown_at_s = 0.0
        self._reading_since_s = 0.0
        self._last_asking: AskingProgress | None = None

    @_best_effort
    def note(self, sentence: str) -> None:
        """A remark on stderr, above the bar where there is one."""
        if self._display.quiet:
            return
        line = wrapped.to_fit(f"note: {visible.visible(sentence, longest=600)}", sys.stderr)
        if self._bar is None:
            colored = click.style("note: ", fg="yellow") + line.removeprefix("note: ")
            click.echo(colored, err=True, color=self._display.color)
        else:
            self._bar.write(line, file=sys.stderr)

    def confirm(
        self, question: str, *, typed: str = "", ask: str = "Send?", repeats: bool = False
    ) -> bool:
        """Ask on the terminal; without one, UsageError: consent cannot be guessed."""
        if self._display.yes_typed or (self._display.yes and not repeats):
            return True
        if not self.can_ask:
            from bulksend.batch import consent

            raise consent.nobody_to_ask()
        click.echo(wrapped.to_fit(question, sys.stderr), err=True, color=self._display.color)
        streams.forget_what_was_typed()
        if not typed:
            return ask_yes_or_no(ask)
        answer: str = click.prompt(f"Type {typed} to go on", default="", err=True)
        return answer.strip().replace(",", "") == typed.replace(",", "")

    @property
    def can_ask(self) -> bool:
        """Only on a terminal."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @_best_effort
    def reading(self, rows: int) -> None:
        """A count on a terminal, once reading takes a person's patience."""
        if not (self._shows_progress and self._draws):
            return
        now_s = time.monotonic()
        if not self._reading_since_s:
            self._reading_since_s = now_s
        elapsed_s = now_s - self._reading_since_s
        if elapsed_s > READING_AFTER_S and now_s - self._shown_at_s >= READING_EVERY_S:
            self._shown_at_s = now_s
            counted = visible.counted(rows, "row")
            click.echo(f"\r{counted} read, {rows / elapsed_s:,.0f}/s ", err=True, nl=False)

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
        self._pace.look(progress.done)
        if not self._shows_progress:
            return
        if self._draws:
            self._bar = _bar()
            self._draw(progress)

    @property
    def _shows_progress(self) -> bool:
        return self._display.progress and not self._display.quiet

    @property
    def _draws(self) -> bool:
        """A terminal on which a line can be drawn again."""
        return sys.stderr.isatty() and not streams.is_dumb(os.environ)

    @_best_effort
    def advance(self, progress: Progress, outcomes: Sequence[Outcome]) -> None:
        """Move on by some rows; drawn at most ten times a second."""
        if self._display.verbose:
            for outcome in outcomes:
                self._show_outcome(outcome)
        self._show(progress, _DRAW_EVERY_S)

    @_best_effort
    def pulse(self, progress: Progress) -> None:
        """What limits the pace may change while no row ends."""
        self._show(progress, _PULSE_S)

    def _show(self, progress: Progress, every_s: float) -> None:
        now_s = time.monotonic()
        if self._bar is not None:
            if now_s - self._shown_at_s >= every_s:
                self._shown_at_s = now_s
                self._pace.look(progress.done)
                self._draw(progress)
        elif self._shows_progress and now_s >= self._next_line_at_s:
            self._next_line_at_s = now_s + PLAIN_EVERY_S
            self._pace.look(progress.done)
            self._line(progress_line.plain(self._state(progress)))

    def _draw(self, progress: Progress) -> None:
        if self._bar is not None:
            width = wrapped.width(sys.stderr)
            self._bar.ncols = width
            line = progress_line.line(self._state(progress), width - 1, blocks=_has_blocks())
            self._bar.set_description_str(line, refresh=True)

    def _line(self, line: str) -> None:
        click.echo(wrapped.to_fit(line, sys.stderr), err=True)

    def _state(self, progress: Progress) -> progress_line.ProgressState:
        count = progress.by_status
        return progress_line.ProgressState(
            done=progress.ended_before + progress.done,
            total=progress.ended_before + progress.total,
            accepted=progress.accepted_before + count[Status.ACCEPTED],
            refused=count[Status.REFUSED],
            unknown=count[Status.UNKNOWN],
            unsent=count[Status.UNSENT],
            cost=progress.batch_cost,
            per_s=self._pace.per_s,
            limited_by=progress.limited_by.in_words,
            waits_until=progress.waits_until,
            now=datetime.now().astimezone(),
        )

    def _show_outcome(self, outcome: Outcome) -> None:
        reply = outcome.reply
        words = f"row {outcome.row}: {reply.status}"
        if reply.status is not Status.ACCEPTED:
            words += f" {reply.code} {visible.visible(reply.error)}"
        if self._bar is None:
            click.echo(words, err=True)
        else:
            self._bar.write(words, file=sys.stderr)

    @_best_effort
    def end(self, progress: Progress) -> None:
        """Leave the bar as it stands; in a log, one last line."""
        self._pace.look(progress.done)
        if self._bar is not None:
            self._draw(progress)
            self._bar.close()
            self._bar = None
        elif self._shows_progress and self._pace.lasted_s >= PLAIN_EVERY_S:
            self._line(progress_line.plain(self._state(progress)))

    @_best_effort
    def asking(self, progress: AskingProgress) -> None:
        """A bar on a terminal; elsewhere a line after each pass, and now and then in a long one."""
        if not self._shows_progress:
            return
        from bulksend.cli.render import delivery_text

        now_s = time.monotonic()
        if self._draws:
            if self._bar is None:
                self._bar = _bar()
            if now_s - self._shown_at_s >= _DRAW_EVERY_S:
                self._shown_at_s = now_s
                self._draw_asking(progress)
            self._last_asking = progress
            return
        passed, before = progress.next_pass_s is not None, self._last_asking
        passed_just_now = passed and (before is None or before.next_pass_s is None)
        if passed_just_now or (not passed and before and now_s >= self._next_line_at_s):
            self._line(delivery_text.asking_plain(progress, datetime.now().astimezone()))
        if passed or before is None or now_s >= self._next_line_at_s:
            self._next_line_at_s = now_s + PLAIN_EVERY_S
        self._last_asking = progress

    def _draw_asking(self, progress: AskingProgress) -> None:
        from bulksend.cli.render import delivery_text

        if self._bar is not None:
            width = wrapped.width(sys.stderr)
            self._bar.ncols = width
            line = delivery_text.asking_line(progress, width - 1, blocks=_has_blocks())
            self._bar.set_description_str(line, refresh=True)

    @_best_effort
    def asked(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None and self._last_asking is not None:
            self._draw_asking(self._last_asking)
            self._bar.close()
            self._bar = None
        self._last_asking = None


def ask_yes_or_no(ask: str) -> bool:
    """Asked again until the answer is one; Enter alone is no."""
    while True:
        answer: str = click.prompt(f"{ask} [y/N]", default="", show_default=False, err=True)
        if answer.strip().lower() in ("y", "yes"):
            return True
        if answer.strip().lower() in ("", "n", "no"):
            return False
        click.echo("that is no answer: type y for yes, or n for no", err=True)
        streams.forget_what_was_typed()


def _bar() -> tqdm[Never]:
    from tqdm import tqdm

    return tqdm(
        file=sys.stderr,
        bar_format="{desc}",
        ncols=wrapped.width(sys.stderr),
        leave=True,
        mininterval=0,
    )


class _Pace:
    """Rows a second, over the last half minute."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque()
        self._began_s = time.monotonic()

    @property
    def lasted_s(self) -> float:
        """Since the first look."""
        return time.monotonic() - self._began_s

    def look(self, done: int) -> None:
        """Note how far it is now."""
        now_s = time.monotonic()
        if not self._looks:
            self._began_s = now_s
        self._looks.append((now_s, done))
        while len(self._looks) > 2 and now_s - self._looks[0][0] > _PACE_OVER_S:
            self._looks.popleft()

    @property
    def per_s(self) -> float:
        """0.0 where nothing is known yet."""
        if len(self._looks) < 2:
            return 0.0
        (first_s, first), (last_s, last) = self._looks[0], self._looks[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else 0.0


def _has_blocks() -> bool:
    """Whether the stream can spell the bar."""
    try:
        "▕█▏▌".encode(sys.stderr.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
