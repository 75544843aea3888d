"""How a batch stands: counts that always add up, money, one state, and the exit code of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bulksend.errors import Stop
from bulksend.frozen import frozen
from bulksend.receipts.counts import NOBODY_ASKED, DeliveryCounts

if TYPE_CHECKING:
    from bulksend.results.variance import Variance

OK, NOTHING_SENT, PARTLY, STOPPED, UNKNOWN_LEFT = 0, 2, 3, 5, 6
JOURNAL_FAILED, CHANGED, INTERRUPTED, TERMINATED = 7, 8, 130, 143


@frozen
class Counts:
    """Rows by status; every row of the contacts file stands in exactly one."""

    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    unsent: int = 0
    invalid: int = 0
    skipped: int = 0
    #: Claimed by a run that is at work: they are on their way.
    in_flight: int = 0

    @property
    def rows(self) -> int:
        """All rows of the contacts file."""
        ended = self.accepted + self.refused + self.unknown + self.unsent
        return ended + self.invalid + self.skipped + self.in_flight


class State(StrEnum):
    """Where a batch is in its life, as this command leaves or meets it."""

    #: No row is left that could be sent without a person's word.
    FINISHED = "finished"
    #: It was finished before, and was asked for again.
    NOTHING_TO_DO = "nothing_to_do"
    #: A run works on it.
    RUNNING = "running"
    #: A run works on it and waits for `continue`.
    PAUSED = "paused"
    #: A run works on it and was stopped by Ctrl-Z.
    SUSPENDED = "suspended"
    #: This command ended early; `stop` says why.
    STOPPED = "stopped"
    #: An earlier run left rows behind; `stop` says why.
    UNFINISHED = "unfinished"


@frozen
class Reason:
    """Why some rows are invalid or skipped."""

    code: str
    rows: int
    #: What a person reads.
    text: str
    #: The first few of them.
    first_rows: tuple[int, ...] = ()


@frozen
class Listed:
    """Some of the rows, as a file that can be corrected and run."""

    #: Which: words of `selection`.
    only: tuple[str, ...]
    rows: int
    #: Accepted rows that may belong to it once it is known what became of them.
    waiting: int = 0
    #: The command that asks; "" where only the run could, in the sandbox.
    ask: str = ""


#: Why rows are left out on purpose, after a number.
SKIPPED_BECAUSE: Mapping[str, str] = {
    "duplicate": "the same text to the same phone again in this file",
    "sent_before": "got this very text before",
    "changed_after_sent": "got an earlier text of this row",
    "suppressed": "on a suppression list",
    "claimed_elsewhere": "another run sends it",
    "texted_lately": "texted lately",
    "country_excluded": "in a country that is left out",
    "opted_out": "opted out",
}


@frozen
class Summary:
    """What `run`, `resume`, `status` and `results` say at the end."""

    batch: str
    counts: Counts
    #: Parts that Telnyx charged.
    parts: int
    #: What Telnyx took, by currency.
    cost: Mapping[str, Decimal]
    seconds: float
    results: Path
    journal: Path
    state: State = State.FINISHED
    stop: Stop | None = None
    #: The sentence why it stopped, where there is one.
    because: str = ""
    #: The one command that goes on.
    next: str = ""
    sandbox: bool = False
    #: Accepted rows whose cost Telnyx has not said.
    cost_unknown_rows: int = 0
    #: For rows that were sent again or are gone from the contacts file: they may have cost too.
    earlier_requests: int = 0
    #: Rows that were sent and are gone from the contacts file.
    gone: int = 0
    #: Skipped rows by why: duplicate, sent_before, suppressed, ...
    skipped_by: Mapping[str, int] = field(default_factory=dict)
    #: Why rows are invalid, the most first; empty where only the journal was read.
    invalid_by: tuple[Reason, ...] = ()
    #: What was said of those who were texted before, a sentence each.
    texted_before: tuple[str, ...] = ()
    #: Estimate against charges, after a run that was accepted anything.
    variance: Variance | None = None
    #: The rows of the contacts file that were written as a list of their own; None: all of them.
    listed: Listed | None = None
    #: What became of the accepted messages, as far as anybody asked.
    deliveries: DeliveryCounts = NOBODY_ASKED

    @property
    def at_work(self) -> bool:
        """Whether a run works on it, or will when it is let go on."""
        return self.state in (State.RUNNING, State.PAUSED, State.SUSPENDED)

    @property
    def exit_code(self) -> int:
        """By the contract's order: 7, 130/143, 8, 5, 6, 3."""
        if self.at_work or self.state is State.NOTHING_TO_DO:
            return OK
        if self.state is State.UNFINISHED and self.stop is not Stop.LIMIT:
            return STOPPED
        return exit_code(self.counts, self.stop)


_BY_STOP: Mapping[Stop, int] = {
    Stop.OFFLINE: NOTHING_SENT,
    Stop.JOURNAL: JOURNAL_FAILED,
    Stop.BUG: 1,
    Stop.INTERRUPTED: INTERRUPTED,
    Stop.TERMINATED: TERMINATED,
    Stop.CONTACTS_CHANGED: CHANGED,
}


def exit_code(counts: Counts, stop: Stop | None) -> int:
    """What the process ends with after a batch stands at `counts`."""
    if stop not in (None, Stop.LIMIT):
        return _BY_STOP.get(stop, STOPPED)
    if counts.unknown:
        return UNKNOWN_LEFT
    return PARTLY if counts.refused or counts.invalid else OK
