"""How a batch stands by its journal alone: read also while a run writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bulksend import errors, journal
from bulksend.batch import advice
from bulksend.batch.settings import Place
from bulksend.batch.summary import Counts, State, Summary
from bulksend.errors import STOP_TEXT, Stop
from bulksend.frozen import frozen
from bulksend.receipts import of_batch
from bulksend.setting_names import Setting
from bulksend.sms.message import Status
from bulksend.telnyx import codes


def at_rest(record: journal.Reader, place: Place) -> Summary:
    """How a batch stands that no run works on, with why the last one left rows behind."""
    summary = summarize_batch(record, place, _worked(record))
    stop = record.last_stop() if summary.counts.unsent else None
    if stop is None:
        return summary
    next_step = "" if stop is Stop.MAX_COST else summary.next  # the words name the way on
    because = in_words(stop, summary.counts)
    return replace(summary, state=State.UNFINISHED, stop=stop, because=because, next=next_step)


def _worked(record: journal.Reader) -> RunEnd:
    """What all runs of the batch took."""
    return RunEnd(seconds=record.status_counts().worked_ms / 1000)


def at_work(record: journal.Reader, place: Place) -> Summary:
    """How a batch stands that a run works on: claimed rows are in flight, and not unknown."""
    summary = summarize_batch(record, place, _worked(record))
    counts = summary.counts
    claimed = record.counts()[Status.CLAIMED]
    counts = replace(counts, unknown=counts.unknown - claimed, in_flight=claimed)
    return replace(summary, counts=counts, state=State.RUNNING, next="")


@frozen
class RunEnd:
    """How long a command worked on a batch, and why it left rows behind."""

    seconds: float
    #: Why rows are left behind; None: everything was sent.
    stop: Stop | None = None
    #: The reply or the fault behind `stop`, in its own words; "" where there is none.
    detail: str = ""
    #: Refused rows had another try.
    retried: bool = False


def met_finished(stands: Summary) -> Summary:
    """The summary of a finished batch that was asked for again: there is nothing to do.

    Where rows are unknown, it says that instead.
    """
    return stands if stands.counts.unknown else replace(stands, state=State.NOTHING_TO_DO)


def summarize_batch(record: journal.Reader, place: Place, end: RunEnd) -> Summary:
    """Counts, money and the next step by the journal, for a command that ended so.

    Raises JournalError.
    """
    stop = end.stop
    facts, status_counts = record.batch(), record.status_counts()
    skipped_by = record.skipped_by()
    counts = _counts(facts, status_counts.by_status, sum(skipped_by.values()))
    because = "" if stop is None else in_words(stop, counts)
    if end.detail and stop not in (None, Stop.JOURNAL):
        because = f"{because} ({end.detail})"
    return Summary(
        batch=facts.batch_id,
        counts=counts,
        parts=status_counts.parts,
        cost=status_counts.cost,
        deliveries=of_batch.counts(record, place.journal_path),
        seconds=end.seconds,
        results=place.results_path,
        journal=place.journal_path,
        state=State.FINISHED if stop is None else State.STOPPED,
        stop=stop,
        because=because,
        next="" if is_frame(facts) else _next(counts, record, place, end),
        sandbox=facts.sandbox,
        gone=record.gone(),
        skipped_by=_added(facts.skipped_by, skipped_by),
        cost_unknown_rows=max(counts.accepted - record.rows_with_cost(), 0),
        earlier_requests=_earlier_requests(record),
    )


def _earlier_requests(record: journal.Reader) -> int:
    """Requests that may have cost something, stand in no row's status, and have no cost."""
    without_cost = sum(each.rows for each in record.charges_apart() if each.cost is None)
    return without_cost + record.apart_uncounted()


def in_words(stop: Stop, counts: Counts) -> str:
    """A sentence: why a run stopped, and for a limit how many rows are left."""
    if stop is Stop.LIMIT:
        return f"{STOP_TEXT[stop]}; {counts.unsent:,} rows are unsent"
    return STOP_TEXT[stop]


def _next(counts: Counts, record: journal.Reader, place: Place, end: RunEnd) -> str:
    for_now = 0
    if counts.refused:
        by_code = record.refused_by_code()
        for_now = sum(rows for code, rows in by_code.items() if code not in codes.FINAL)
    remaining = advice.Remaining(
        unsent=counts.unsent,
        unknown=counts.unknown,
        refused_for_now=for_now,
        retried=end.retried,
        stop=end.stop,
    )
    return advice.next_step(remaining, place)


def _added(at_first: Mapping[str, int], at_their_turn: Mapping[str, int]) -> dict[str, int]:
    """Rows left out by code: when the file was counted, and when their turn came."""
    return dict(Counter(at_first) + Counter(at_their_turn))


def count_unsent(record: journal.Reader) -> int:
    """How many rows are unsent: one pass over the journal, for ten million rows too."""
    skips = sum(record.skipped_by().values())
    return _counts(record.batch(), record.counts(), skips).unsent


def _counts(facts: journal.Batch, by_status: Mapping[Status, int], skips: int) -> Counts:
    # Claimed and not settled: it may have left.
    unknown = by_status[Status.UNKNOWN] + by_status[Status.CLAIMED]
    ended = by_status[Status.ACCEPTED] + by_status[Status.REFUSED] + unknown
    return Counts(
        accepted=by_status[Status.ACCEPTED],
        refused=by_status[Status.REFUSED],
        unknown=unknown,
        unsent=facts.sendable - ended - skips,
        invalid=facts.invalid,
        skipped=facts.skipped + skips,
    )


def is_frame(batch: journal.Batch) -> bool:
    """Whether it was sent from a frame in Python, so that there is no contacts file."""
    return not batch.contacts_size


def refuse_frame(batch: journal.Batch, place: Place) -> None:
    """Raises UsageError for a batch of a frame: only Python has its rows."""
    if is_frame(batch) and not place.contacts.is_file():
        raise errors.UsageError(
            f"{place.contacts}: this batch was sent from a frame in Python, which has its rows",
            hint=f"its results are in {place.results_path}; bulksend.resume goes on with it",
            code="frame_batch",
        )


def refuse_other_list(contacts: Path, journal_path: Path, batch: journal.Batch) -> None:
    """Raises BatchMismatch where the batch was begun with another file that is there as well."""
    other = contacts.with_name(batch.contacts_name)
    if contacts.name == batch.contacts_name or not other.is_file():
        return
    raise errors.BatchMismatch(
        f"{journal_path} is the journal of {other}, not of {contacts}",
        hint=(
            f"go on with {other}; to send {contacts} as a batch of its own, give "
            f"{Setting.JOURNAL} and {Setting.RESULTS} other names"
        ),
        code="other_contacts",
    )


def refuse_missing(place: Place) -> None:
    """Raises UsageError where no batch has begun."""
    if place.journal_path.exists():
        return
    raise errors.UsageError(
        f"{place.contacts}: no batch has begun ({place.journal_path} is not there)",
        hint=_where_it_may_be(place),
        code="no_batch",
    )


def _where_it_may_be(place: Place) -> str:
    """A rehearsal that is there is named, so that nobody begins to send for real by mistake."""
    other = replace(place, sandbox=not place.sandbox, journal=None, results=None)
    if place.journal is None and other.journal_path.exists():
        kind = "of the sandbox" if other.sandbox else "that is real"
        return f"there is a batch {kind}: {advice.command('status', other)}"
    return f"look at what would be sent: {advice.look(place)}"
