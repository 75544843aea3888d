"""bulksend from Python: contacts and settings in, counts and a frame of results out.

`contacts` are a polars DataFrame, or the path of a contacts file; `Settings.contacts` names the
batch of a frame. The same journal, memory, guards and rules as on the command line. Calling is the
consent; what may text or cost twice is an argument of its own. All raise BulksendError.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent import futures
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bulksend import errors, setting_names
from bulksend.batch import plan
from bulksend.batch.reporter import Progress, Silent
from bulksend.batch.resuming import guards
from bulksend.batch.settings import DEFAULT_IDENTITY, Again, Settings, state_folder
from bulksend.batch.summary import Counts, State, Summary
from bulksend.cli.render import option_names
from bulksend.commands import run
from bulksend.commands.receipts import collect_receipts
from bulksend.commands.resume import resume_contacts
from bulksend.contacts import loader
from bulksend.estimate import estimator
from bulksend.frozen import frozen
from bulksend.receipts.schedule import Patience
from bulksend.sending import user_rate

if TYPE_CHECKING:
    from decimal import Decimal

    import polars as pl

    from bulksend.contacts.layout import Layout

    Contacts = pl.DataFrame | str | Path

Value = TypeVar("Value")
#: Errors and findings name fields and arguments; what is to be typed is typed as ever.
setting_names.use(option_names.PYTHON)
OnProgress = Callable[[Progress], None]

#: How often a caller that waits looks for its own Ctrl-C: a wait without an end is not always
#: woken by a signal (polars' threads restart it).
_LOOK_S = 0.1


@frozen(kw_only=False)
class Sent:
    """How a batch stands after a call."""

    summary: Summary

    @property
    def counts(self) -> Counts:
        """Rows by status; they add up to `counts.rows`."""
        return self.summary.counts

    @property
    def cost(self) -> dict[str, Decimal]:
        """What Telnyx took, by currency; `summary.cost_unknown_rows` have yet to be said."""
        return dict(self.summary.cost)

    @property
    def state(self) -> State:
        """Finished, stopped, ..."""
        return self.summary.state

    @property
    def because(self) -> str:
        """Why it stopped early; "" where it did not."""
        return self.summary.because

    @property
    def next(self) -> str:
        """What goes on; "" where nothing is left to do."""
        return self.summary.next

    @property
    def exit_code(self) -> int:
        """What the command line would have ended with."""
        return self.summary.exit_code

    @property
    def results(self) -> pl.DataFrame:
        """The results file, every column text: the original ones, then row, status, to_e164, ...

        One line for each row of the contacts, in their order.
        """
        from bulksend.results import results_reader

        return results_reader.read(self.summary.results)


def estimate(contacts: Contacts, settings: Settings) -> estimator.Estimate:
    """Rows, parts, price and findings; sends nothing, needs no key and no sender."""
    opened, settings = _opened(contacts, settings)
    identity = settings.identity.or_else(DEFAULT_IDENTITY)
    return plan.make_plan(opened, identity, settings.basis, Silent()).estimate


def send(
    contacts: Contacts,
    settings: Settings,
    *,
    new_batch: bool = False,
    on_progress: OnProgress | None = None,
) -> Sent:
    """Send each row once; the same call again sends nothing.

    Works where a loop runs already. Ctrl-C, or a notebook's Stop, waits for the replies in flight
    and returns what was done. `new_batch`: also to those who were texted before.
    """
    work, reporter = _send_work(contacts, settings, on_progress, new_batch=new_batch)
    return _wait(work, reporter)


async def asend(
    contacts: Contacts,
    settings: Settings,
    *,
    new_batch: bool = False,
    on_progress: OnProgress | None = None,
) -> Sent:
    """`send`, awaited. Cancelling waits for the replies in flight; `resume` goes on."""
    work, reporter = _send_work(contacts, settings, on_progress, new_batch=new_batch)
    return await _await(work, reporter)


def resume(
    contacts: Contacts,
    settings: Settings,
    *,
    retry_refused: bool = False,
    resend_unknown: bool = False,
    also_changed: bool = False,
    on_progress: OnProgress | None = None,
) -> Sent:
    """Go on with a batch: every unsent row, by the batch's own identity and guards.

    `retry_refused` and `resend_unknown` add those rows; the latter may text twice.
    `also_changed` adds rows whose text was changed after they were sent.
    """
    again = Again(
        retry_refused=retry_refused, resend_unknown=resend_unknown, also_changed=also_changed
    )
    work, reporter = _resume_work(contacts, settings, on_progress, again)
    return _wait(work, reporter)


async def aresume(
    contacts: Contacts,
    settings: Settings,
    *,
    retry_refused: bool = False,
    resend_unknown: bool = False,
    also_changed: bool = False,
    on_progress: OnProgress | None = None,
) -> Sent:
    """`resume`, awaited."""
    again = Again(
        retry_refused=retry_refused, resend_unknown=resend_unknown, also_changed=also_changed
    )
    work, reporter = _resume_work(contacts, settings, on_progress, again)
    return await _await(work, reporter)


def receipts(
    contacts: Contacts,
    settings: Settings,
    *,
    wait_s: float = 0.0,
    every_s: float = 30.0,
) -> Sent:
    """Ask Telnyx what became of every accepted message of a batch, and what it cost.

    One pass; with `wait_s` (seconds) again and again, `every_s` apart and then longer, until all is
    final. The counts are in `summary.deliveries`, each row's in `results`. Sends nothing.
    """
    return _wait(*_receipts_work(contacts, settings, Patience(wait_s=wait_s, every_s=every_s)))


async def areceipts(
    contacts: Contacts,
    settings: Settings,
    *,
    wait_s: float = 0.0,
    every_s: float = 30.0,
) -> Sent:
    """`receipts`, awaited."""
    patience = Patience(wait_s=wait_s, every_s=every_s)
    return await _await(*_receipts_work(contacts, settings, patience))


def _receipts_work(
    contacts: Contacts, settings: Settings, patience: Patience
) -> tuple[Callable[[], Summary], Silent]:
    opened, settings = _opened(contacts, settings, guards.layout_of_batch)
    reporter = Silent()
    if patience.every_s <= 0 or patience.wait_s < 0:
        raise errors.UsageError(
            "wait_s is 0 or more, and every_s more than 0", code="setting_invalid"
        )
    return lambda: collect_receipts(settings, reporter, patience, opened).summary, reporter


class _Listening(Silent):
    """Tells a caller how far it is."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._on_progress = on_progress

    def begin(self, progress: Progress) -> None:
        """Sending starts."""
        if self._on_progress is not None:
            self._on_progress(progress)

    def pulse(self, progress: Progress) -> None:
        """Time passes."""
        self.begin(progress)

    def end(self, progress: Progress) -> None:
        """Sending ended."""
        self.begin(progress)


def _send_work(
    contacts: Contacts, settings: Settings, on_progress: OnProgress | None, *, new_batch: bool
) -> tuple[Callable[[], Summary], Silent]:
    opened, settings = _opened(contacts, settings)
    settings = replace(settings, yes=True, new_batch=new_batch)
    reporter = _Listening(on_progress)
    return lambda: run.run_contacts(opened, settings, reporter), reporter


def _resume_work(
    contacts: Contacts, settings: Settings, on_progress: OnProgress | None, again: Again
) -> tuple[Callable[[], Summary], Silent]:
    opened, settings = _opened(contacts, settings, guards.layout_of_batch)
    settings = replace(
        settings,
        yes=True,
        retry_refused=again.retry_refused,
        resend_unknown=again.resend_unknown,
        also_changed=again.also_changed,
    )
    reporter = _Listening(on_progress)
    return lambda: resume_contacts(opened, settings, reporter), reporter


def _opened(
    contacts: Contacts,
    settings: Settings,
    layout: Callable[[Layout, Path], Layout] = lambda layout, _: layout,
) -> tuple[loader.Contacts, Settings]:
    """The contacts, and settings that name them; `layout`: how a file of them is laid out.

    Raises UsageError for what is neither frame nor path, and for settings that cannot be."""
    import polars as pl

    if not isinstance(settings, Settings):
        words = f"settings must be a bulksend.Settings, and a {type(settings).__name__} is none"
        raise errors.UsageError(words, code="setting_invalid")
    user_rate.parse_rate(settings.guards.rate)
    settings = replace(settings, state_folder=settings.state_folder or state_folder())
    if isinstance(contacts, pl.DataFrame):
        return loader.from_frame(contacts, name=settings.contacts.name), settings
    if isinstance(contacts, str | Path):
        settings = replace(settings, contacts=Path(contacts))
        _refuse_missing_file(settings.contacts)
        return loader.open_contacts(
            settings.contacts, layout(settings.layout, settings.journal_path)
        ), settings
    way = "call .collect() first" if isinstance(contacts, pl.LazyFrame) else "make one of them"
    raise errors.UsageError(
        f"contacts must be a polars DataFrame or the path of a file, and not a "
        f"{type(contacts).__name__}: {way}",
        code="setting_invalid",
    )


def _refuse_missing_file(path: Path) -> None:
    if not path.exists():
        raise errors.ContactsError(
            f"{path}: there is no such file; contacts are its path, or a polars DataFrame",
            code="no_such_file",
        )


def _wait(work: Callable[[], Summary], reporter: Silent) -> Sent:
    """In a thread of its own, which leaves this one to hear Ctrl-C."""
    end: futures.Future[Summary] = futures.Future()
    try:
        threading.Thread(target=_work_into, args=(end, work), name="bulksend-send").start()
        _outlast(end)
    except KeyboardInterrupt:
        reporter.stopped = True
        if end.cancel():  # before the work has begun: it never will
            raise
        _outlast(end)
    return Sent(end.result())


def _work_into(end: futures.Future[Summary], work: Callable[[], Summary]) -> None:
    """Whatever goes wrong, the caller is to see it."""
    if not end.set_running_or_notify_cancel():
        return
    try:
        end.set_result(work())
    except BaseException as failure:
        end.set_exception(failure)


def _outlast(end: futures.Future[Summary]) -> None:
    while not futures.wait([end], _LOOK_S).done:
        pass


async def _await(work: Callable[[], Summary], reporter: Silent) -> Sent:
    task = asyncio.create_task(asyncio.to_thread(work), name="bulksend-send")
    try:
        return Sent(await asyncio.shield(task))
    except asyncio.CancelledError:
        reporter.stopped = True
        await asyncio.wait({task})
        raise
