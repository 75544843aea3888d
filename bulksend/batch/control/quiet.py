"""Quiet hours of a batch, in words: who will not be reached today, and who waits until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bulksend import errors
from bulksend.batch.memory import past
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Guards
from bulksend.estimate import duration
from bulksend.estimate.duration import Past
from bulksend.estimate.findings import Finding, Kind
from bulksend.sending import user_rate

if TYPE_CHECKING:
    from bulksend.sending import feed, halt, hours, pipeline
    from bulksend.sending.arrivals import Arrivals
    from bulksend.sending.pacing.pacer import Pacer
    from bulksend.sms.message import Message


def source(
    messages: feed.Feed,
    guards: Guards,
    pacer: Pacer,
    switch: halt.Halt,
    reporter: Reporter,
) -> pipeline.Source:
    """What the pipeline takes messages from; with quiet hours or days, each when it may arrive."""
    quiet = _quiet(guards)
    if quiet is None:
        return messages
    from bulksend.sending import hours, open_first

    def on_wait(until: datetime, rows: int, country: str) -> None:
        """Say until when (UTC) so many rows wait, and whose turn comes first."""
        reporter.note(waiting(until, rows, country))

    def on_unknown_zone(message: Message) -> None:
        """Say by which clock a phone is texted whose time zone nobody knows."""
        reporter.note(
            f"row {message.row}: nobody knows the time zone of this phone; for it and its like the "
            "hours of this computer count"
        )

    def on_never(message: Message) -> None:
        """Say that a row stays unsent, and why."""
        reporter.note(
            f"row {message.row}: in the quiet hours and days no moment is open for this phone in "
            f"the next {hours.HORIZON.days} days; it and its like are left unsent"
        )

    return open_first.OpenFirst(
        messages=messages,
        quiet=quiet,
        halt=switch,
        now=lambda: datetime.now(UTC),
        wait_s=lambda: pacer.pace.queue.wait_s,
        on_wait=on_wait,
        on_unknown_zone=on_unknown_zone,
        on_never=on_never,
    )


def waiting(until: datetime, rows: int, country: str) -> str:
    """A sentence: until when the run waits, by this computer's clock, and for whom."""
    local = until.astimezone()
    who = f"{rows:,} rows wait" if rows > 1 else "1 row waits"
    first = f", those to {country} first" if country and rows > 1 else ""
    return f"quiet hours: {who}{first}, until {local:%a %d %b %H:%M %Z}; Ctrl-C and resume as ever"


def _quiet(guards: Guards) -> hours.Quiet | None:
    """None where any moment is as good as another."""
    days = frozenset(guards.quiet_days or ())
    if guards.quiet_hours is None and not days:
        return None
    from bulksend.sending import hours

    return hours.Quiet(guards.quiet_hours, days)


def arrivals_of(plan: Plan, guards: Guards, past_pace: Past, now: datetime) -> Arrivals | None:
    """What quiet hours do to a plan that is sent from `now` on; None where there are none.

    Raises UsageError where they leave nobody a moment to be texted in.
    """
    quiet, counts = _quiet(guards), plan.estimate
    if quiet is None or not plan.zone_groups or not counts.sendable:
        return None
    from bulksend.sending import arrivals

    rows = min(counts.sendable, guards.limit or counts.sendable)
    share = rows / sum(group.rows for group in plan.zone_groups)
    groups = [replace(group, rows=group.rows * share) for group in plan.zone_groups]
    takes = past.duration_of(guards, past_pace, rows, counts.parts * rows // counts.sendable)
    rate_per_s = user_rate.parse_rate(guards.rate)
    per_s = rows / takes.seconds if takes.seconds else rate_per_s
    foreseen = arrivals.foresee(groups, quiet, now, min(per_s, rate_per_s))
    if foreseen.never >= rows:
        raise errors.UsageError(
            "quiet hours and days leave no moment in which anybody of these may be texted; "
            "nothing was sent",
            hint="choose shorter quiet hours or fewer quiet days",
            code="quiet_for_ever",
        )
    return foreseen


def in_words(foreseen: Arrivals | None) -> Iterator[str]:
    """A sentence for those who will not be reached today, and one for those who never will."""
    if foreseen is None:
        return
    if foreseen.late:
        yield f"{_late(foreseen)}; {_what_would_do(foreseen)}"
    if foreseen.never:
        country = f" to {foreseen.never_country}" if foreseen.never_country else ""
        yield (
            f"for {foreseen.never:,} of {foreseen.rows:,} ({country.strip() or 'no country'}) no "
            "moment is open in all time zones that their phones may be in: they would stay unsent; "
            "leave them out, or choose shorter hours"
        )


def _late(foreseen: Arrivals) -> str:
    opens = foreseen.opens_at
    until = f", and wait until {opens.astimezone():%a %d %b %H:%M}" if opens is not None else ""
    return f"about {foreseen.late:,} of {foreseen.rows:,} will not make it today{until}"


def _what_would_do(foreseen: Arrivals) -> str:
    if foreseen.closed >= foreseen.late:
        return "for them it is quiet for the rest of the day, at any rate"
    if foreseen.enough_per_s is None:
        return "no rate would be enough"
    rate = duration.rate_in_words(foreseen.enough_per_s)
    if not foreseen.closed:
        return f"{rate} would be enough"
    return f"{rate} would be enough for all but {foreseen.closed:,}, for whom it is quiet already"


def findings(foreseen: Arrivals | None) -> list[Finding]:
    """What quiet hours do to a plan, as findings of a dry run."""
    if foreseen is None:
        return []
    return [
        Finding(
            code="quiet_hours",
            kind=Kind.REMARK,
            text=sentence,
            rows=foreseen.late or foreseen.never,
        )
        for sentence in in_words(foreseen)
    ]
