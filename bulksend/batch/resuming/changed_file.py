"""A contacts file that was changed since its batch began: what is as before, new, changed, gone.

Rows are known by what they say: sender, phone and text, so whatever was corrected, added, cut,
sorted or only saved again, nobody who had a text is sent it once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bulksend import journal, visible
from bulksend.batch.identity import identity_of, options_of_phones, phone_column_of
from bulksend.batch.plan import Earlier, Plan, make_plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.resuming import older_journal, rest
from bulksend.batch.settings import Basis
from bulksend.contacts import loader, rows
from bulksend.errors import TEXT_FOR, Code
from bulksend.frozen import frozen
from bulksend.results import matching
from bulksend.setting_names import Setting

#: As the journal numbers them, with 9 for what was left out.
_CLAIMED, _ACCEPTED, _REFUSED, _UNKNOWN, _UNSENT, _SKIPPED = 1, 2, 3, 4, 5, 9
_SENT = (_ACCEPTED, _UNKNOWN, _CLAIMED)
#: Rows named in a note.
_NAMED_MAX = 5


@frozen
class Comparison:
    """The file as it is now against the rows of the journal."""

    plan: Plan
    match: matching.Match
    #: New rows whose person had an earlier text, which is gone from the file.
    changed: tuple[journal.Skip, ...]
    #: The rows of the journal that those stand for now.
    replaced: tuple[int, ...]

    @property
    def new(self) -> int:
        """How many rows the journal does not have, and their person had no other text."""
        return self.match.new.height - len(self.changed)

    @property
    def gone(self) -> int:
        """How many rows were sent, or may have been, and are not in the file any more."""
        return len(self.match.gone_rows(*_SENT))

    @property
    def rest(self) -> rest.Rest:
        """The rows that would be sent now, without a person's further word."""
        closed = bytearray(self.match.closed_but_new(_UNSENT))
        for skip in self.changed:
            closed[skip.row] = _SKIPPED
        count = self.new + self.match.count(_UNSENT)
        return rest.Rest(plan=self.plan, count=count, closed=bytes(closed))


def compare(
    record: journal.Journal,
    contacts: loader.Contacts,
    path: Path,
    basis: Basis,
    reporter: Reporter,
) -> Comparison:
    """One pass over the contacts file at `path`, as a dry run makes it.

    Raises BatchMismatch and ContactsError.
    """
    collector = matching.KeyCollector(record.hashes.of_rows)
    older = older_journal.Collector(record) if record.lacks_keys() else None
    watchers = (collector,) if older is None else (collector, older)
    facts = record.batch()
    earlier = Earlier(watchers=watchers, phone_column=phone_column_of(facts))
    planned = make_plan(contacts, identity_of(facts), basis, reporter, earlier)
    if older is not None:
        older.note_keys()
    in_file = collector.rows(planned.estimate.duplicates)
    match = matching.match(in_file, matching.journal_rows(record.what_rows_say()))
    if record.lacks_keys() and match.new.height and match.gone_rows(*_SENT):
        raise older_journal.cannot_tell(path)
    changed, replaced = _changed(record, planned, match)
    return Comparison(plan=planned, match=match, changed=changed, replaced=replaced)


def _changed(
    record: journal.Journal, planned: Plan, match: matching.Match
) -> tuple[tuple[journal.Skip, ...], tuple[int, ...]]:
    """Per phone: of its new rows as many as it has sent rows gone, in the file's order."""
    gone = match.gone_by_phone(*_SENT)
    skips: list[journal.Skip] = []
    replaced: list[int] = []
    if not gone or not match.new.height:
        return (), ()
    frames = planned.frames
    for batch in rows.message_batches(frames, closed=match.closed_but_new(), claims={}):
        for message in batch:
            keys = record.hashes.of_row(message.phone, message.text)
            if gone.get(keys.phone):
                replaced.append(gone[keys.phone].pop(0))
                code = Code.CHANGED_AFTER_SENT
                skips.append(journal.Skip(message.row, keys, str(code), TEXT_FOR[code]))
    return tuple(skips), tuple(replaced)


def in_words(comparison: Comparison) -> list[str]:
    """One screen: so many as before, so many to send, so many gone.

    Rows that were never claimed are not in the journal: which of them are new, nobody can tell.
    """
    match = comparison.match
    remaining = (
        *((_ACCEPTED, "accepted"), (_REFUSED, "refused"), (_UNKNOWN, "unknown")),
        *((_UNSENT, "unsent"), (_SKIPPED, "skipped")),
    )
    counts = [(match.count(status), word) for status, word in remaining]
    before = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    lines = [
        f"{comparison.plan.contacts.name} was changed since it was last sent from",
        f"as before: {visible.counted(match.same.height, 'row')}{f' ({before})' if before else ''}",
        f"still open, corrected or new: {visible.counted(comparison.new, 'row')}",
        f"sent, and gone from the file: {visible.counted(comparison.gone, 'row')}",
    ]
    if comparison.changed:
        named = ", ".join(str(skip.row) for skip in comparison.changed[:_NAMED_MAX])
        more = ", ..." if len(comparison.changed) > _NAMED_MAX else ""
        lines.append(
            "text changed after it was sent, left out: "
            f"{visible.counted(len(comparison.changed), 'row')} "
            f"({named}{more}); {Setting.ALSO_CHANGED} sends the new text too"
        )
    return lines


def take_over(record: journal.Journal, comparison: Comparison, *, also_changed: bool) -> Plan:
    """Give the journal's rows the numbers of the file as it is now; returns the plan of it."""
    planned, match = comparison.plan, comparison.match
    lowest = min([0, *match.gone_rows(*_SENT, _REFUSED, _UNSENT)])
    left = [row for row in match.gone_rows(*_SENT, _REFUSED, _UNSENT) if row > 0]
    record.take_over(
        journal.Changes(
            batch=recounted(record.batch(), planned),
            moves=_moves(match, left, lowest),
            dropped_skips=match.gone_rows(_SKIPPED),
            replaced=comparison.replaced,
            skips=() if also_changed else comparison.changed,
        )
    )
    return planned


def _moves(match: matching.Match, left: list[int], lowest: int) -> Iterator[tuple[int, int]]:
    yield from match.moves()
    for number, row in enumerate(left, 1):
        yield row, lowest - number


def recounted(batch: journal.Batch, planned: Plan) -> journal.Batch:
    """A batch with the counts and the digest of the file as it is now."""
    counts = planned.estimate
    return replace(
        batch,
        contacts_name=planned.contacts.name,
        contacts_size=planned.contacts.size_bytes,
        contacts_sha256=planned.contacts.digest(),
        rows=counts.rows,
        invalid=counts.invalid,
        skipped=counts.skipped,
        sendable=counts.sendable,
        skipped_by=counts.skipped_by,
        options={**batch.options, **options_of_phones(planned)},
    )


def settle_counts(record: journal.Journal, planned: Plan) -> None:
    """Keep how many rows the guards leave out now; a row that was sent before stays what it is."""
    left_out = planned.estimate.left_out
    states = record.closed(()) if left_out.height else b""
    claimed: dict[str, int] = {}
    twice: list[int] = []
    for row, code, _ in left_out.iter_rows():
        state = states[row] if row < len(states) else 0
        if state == _SKIPPED:
            twice.append(row)
        elif state not in (0, _UNSENT):
            claimed[code] = claimed.get(code, 0) + 1
    record.unskip(twice)
    batch = recounted(record.batch(), planned)
    shifted = sum(claimed.values())
    by_code = {code: count - claimed.get(code, 0) for code, count in batch.skipped_by.items()}
    whole = replace(
        batch,
        skipped=batch.skipped - shifted,
        sendable=batch.sendable + shifted,
        skipped_by={code: count for code, count in by_code.items() if count},
    )
    if whole != record.batch():
        record.set_batch(whole)
