"""The memory as the commands use it: open it, ask it about a file, keep it beside a run."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bulksend import errors, journal, visible
from bulksend.batch.memory import against, check, keeper, opening
from bulksend.batch.memory.memory_file import Since
from bulksend.batch.plan import Plan
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Place, Recency
from bulksend.contacts import rows
from bulksend.errors import Code
from bulksend.setting_names import Setting
from bulksend.sms.message import Message

if TYPE_CHECKING:  # a run needs nothing else of that room
    from bulksend.reconcile.lookup import TextedElsewhere

Checks = check.Check | check.Nobody


class Session(Protocol):
    """A memory, or none."""

    def check(self, sender: str) -> Checks:
        """For the pass over a contacts file."""

    def keeper(self, record: journal.Journal, plan: Plan) -> keeper.Keeper:
        """For a run of the batch of this journal."""

    def believe(self, record: journal.Reader) -> None:
        """Raises JournalError for a journal that is older than what its batch has sent."""

    def refresh(self, record: journal.Reader) -> None:
        """Take over what a journal shows, where evidence has said more of it."""

    def texted_elsewhere(self, record: journal.Reader) -> TextedElsewhere:
        """Whether a batch besides this journal's noted a text to a phone between two moments."""


class Without:
    """A sandbox, and whoever goes on without a memory."""

    def check(self, sender: str) -> Checks:  # noqa: ARG002
        """A check that leaves nobody out."""
        return check.Nobody()

    def keeper(self, record: journal.Journal, plan: Plan) -> keeper.Keeper:  # noqa: ARG002
        """A keeper that notes nothing."""
        return keeper.NullKeeper()

    def believe(self, record: journal.Reader) -> None:
        """Any journal is believed: nobody knows better."""

    def refresh(self, record: journal.Reader) -> None:
        """There is no memory to bring up to date."""

    def texted_elsewhere(self, record: journal.Reader) -> TextedElsewhere:  # noqa: ARG002
        """Nobody knows of any."""
        return lambda *_: False


class With:
    """An open memory, asked for the batch of one journal."""

    def __init__(self, memory: opening.Memory, journal_path: Path, recency: Recency) -> None:
        self._memory = memory
        self._journal_path = journal_path
        now_s = time.time()
        same_text_s, any_text_s = recency.again_after_s, recency.not_texted_within_s
        self._lately = against.since(same_text_s, None, now_s)
        self._bounds = against.since(same_text_s, any_text_s, now_s)
        if recency.new_batch:
            self._bounds = Since()
        elif recency.anew_since_s is not None:
            self._bounds = against.not_before(self._bounds, recency.anew_since_s)

    def check(self, sender: str) -> Checks:
        """For the pass over a contacts file; a new batch only says who was texted before."""
        if not (self._bounds.asks or self._lately.same_s is not None):
            return check.Nobody()
        return check.Check(self._memory, sender, self._bounds, self._lately)

    def keeper(self, record: journal.Journal, plan: Plan) -> keeper.Keeper:
        """For a run of the batch: it is noted as at work, and its journal notes who is left out."""
        self.believe(record)
        facts, path = record.batch(), self._journal_path
        with keeper.durably():
            opening.list_journal(self._memory.folder, path)
            number = self._memory.store.begin(opening.noted(facts, path))
            self._note_left_out(record, plan)
            self._take_up(record, plan, number)
        return keeper.MemoryKeeper(self._memory, number, record, self._bounds, plan.on_duplicate)

    def believe(self, record: journal.Reader) -> None:
        """Raises JournalError for a copy that stayed behind: its batch has sent more since.

        What a killed run noted and never sent is no reason: its batch is marked as open.
        """
        batch_id = record.batch().batch_id
        batches = self._memory.store.batches().values()
        batch = next((each for each in batches if each.batch_id == batch_id), None)
        if batch is None or batch.open:
            return
        more = self._memory.store.texts_of(batch.number) - record.count_memory_rows()
        if more > 0:
            raise _older(self._journal_path, more, Path(batch.journal))

    def refresh(self, record: journal.Reader) -> None:
        """Put what the journal shows in the place of what is remembered of its batch."""
        number = self._memory.store.begin(opening.noted(record.batch(), self._journal_path))
        self._memory.store.replace(number, opening.rows_of(record))

    def texted_elsewhere(self, record: journal.Reader) -> TextedElsewhere:
        """By the hashes of phones, whatever the text was."""
        batch_id, phones = record.batch().batch_id, self._memory.keys.phones()
        batches = self._memory.store.batches().values()
        own = next((each.number for each in batches if each.batch_id == batch_id), 0)

        def was_noted(phone: str, since_s: float, until_s: float) -> bool:
            """Between two moments, by this computer's clock."""
            entries = self._memory.store.of_phone(phones(phone), own)
            return any(since_s <= entry.at_s <= until_s for entry in entries)

        return was_noted

    def _note_left_out(self, record: journal.Journal, plan: Plan) -> None:
        """Who was left out when the file was counted stands in the journal with the reason."""
        named = {
            row: (code, sentence)
            for row, code, sentence in plan.estimate.left_out.iter_rows()
            if errors.is_by_memory(code)
        }
        if named:
            frames = plan.frames.without_left_out()
            record.leave_out(
                journal.Skip(
                    message.row,
                    record.hashes.of_row(message.phone, message.text),
                    *named[message.row],
                )
                for message in messages_of(frames, set(named))
            )

    def _take_up(self, record: journal.Journal, plan: Plan, number: int) -> None:
        """Rows whose other text was never sent in the end are open again."""
        skips = {skip.row: skip.code for skip in record.skips() if errors.is_by_memory(skip.code)}
        if not skips:
            return
        phones = self._memory.keys.phones()
        free: list[int] = []
        for message in messages_of(plan.frames.without_left_out(), set(skips)):
            entries = self._memory.store.of_phone(phones(message.phone), number)
            text = self._memory.keys.text(record.batch().sender, message.text)
            any_text = skips[message.row] == str(Code.TEXTED_LATELY)
            if not any(any_text or entry.text == text for entry in entries):
                free.append(message.row)
        record.unskip(free)


def _older(path: Path, texts: int, newest: Path) -> errors.JournalError:
    """Names where the batch went on, as far as that is known."""
    is_elsewhere = newest.exists() and newest.absolute() != path.absolute()
    return errors.JournalError(
        f"{path}: is older than its batch: this computer has sent "
        f"{visible.counted(texts, 'text')} of it that this journal does not know; nothing was sent",
        hint=(
            f"the batch went on with {newest}: go on there"
            if is_elsewhere
            else "bring the newest copy of the journal back; this one would text them again"
        ),
        code="journal_older",
    )


def messages_of(frames: rows.Frames, wanted: set[int]) -> Iterator[Message]:
    """Some rows of a file as messages."""
    last = max(wanted)
    closed = bytearray(b"\1" * (last + 1))
    for row in wanted:
        closed[row] = 0
    for batch in rows.message_batches(frames, closed=bytes(closed), claims={}):
        for message in batch:
            if message.row > last:
                return
            yield message


@contextlib.contextmanager
def opened(place: Place, recency: Recency, reporter: Reporter) -> Iterator[Session]:
    """The memory of this computer for one command.

    Raises UsageError where it cannot be used; whoever leaves nobody out goes on without it.
    """
    if place.sandbox or place.state_folder is None:
        yield Without()
        return
    with contextlib.ExitStack() as stack:
        try:
            nearby = _journals_in(place.journal_path.absolute().parent)
            memory = stack.enter_context(opening.opened(place.state_folder, reporter, nearby))
        except errors.UsageError as failure:
            if recency.again_after_s or recency.not_texted_within_s:
                raise
            reporter.note(f"{failure.message}; nothing is remembered of this batch")
            yield Without()
            return
        yield With(memory, place.journal_path, recency)


def _journals_in(folder: Path) -> list[Path]:
    """What a damaged memory is rebuilt from. Raises UsageError for a folder it cannot list."""
    sentence = f"nothing was sent: {folder} cannot be listed"
    hint = f"make the folder readable, or give {Setting.JOURNAL} a place in another one"
    code = "folder_unreadable"
    with errors.instead_of_os_error(errors.UsageError, sentence, hint=hint, code=code):
        try:
            return sorted(path for path in folder.iterdir() if path.suffix == ".journal")
        except FileNotFoundError:
            return []
