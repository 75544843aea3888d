"""Quiet hours in a run: who waits until when, in words."""

from __future__ import annotations

from datetime import UTC, datetime

from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Guards
from bulksend.sending import feed, halt, hours, open_first, pipeline
from bulksend.sending.pacing.pacer import Pacer
from bulksend.sms.message import Message


def source(
    messages: feed.Feed,
    guards: Guards,
    pacer: Pacer,
    switch: halt.Halt,
    reporter: Reporter,
) -> pipeline.Source:
    """These messages; with quiet hours or days, each when it may arrive."""
    days = frozenset(guards.quiet_days or ())
    if guards.quiet_hours is None and not days:
        return messages

    def on_wait(until: datetime, rows: int, country: str) -> None:
        """Say until when (UTC) so many rows wait, and whose turn comes first."""
        reporter.note(waiting(until, rows, country))

    def on_unknown_zone(message: Message) -> None:
        """Say by which clock a phone is texted whose time zone nobody knows."""
        reporter.note(
            f"row {message.row}: nobody knows the time zone of this phone; for it and its like the "
            "hours of this computer count"
        )

    return open_first.OpenFirst(
        messages=messages,
        quiet=hours.Quiet(guards.quiet_hours, days),
        halt=switch,
        now=lambda: datetime.now(UTC),
        wait_s=lambda: pacer.pace.queue.wait_s,
        on_wait=on_wait,
        on_unknown_zone=on_unknown_zone,
    )


def waiting(until: datetime, rows: int, country: str) -> str:
    """Until when the run waits, by the clock on this wall, and for whom."""
    local = until.astimezone()
    who = f"{rows:,} rows wait" if rows > 1 else "1 row waits"
    first = f", those to {country} first" if country and rows > 1 else ""
    return f"quiet hours: {who}{first}, until {local:%a %d %b %H:%M %Z}; Ctrl-C and resume as ever"
