"""bulksend from Python: a polars frame instead of a file, with the same journal."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from bulksend.batch import plan
from bulksend.batch.reporter import Silent
from bulksend.batch.settings import DEFAULT_IDENTITY, Settings
from bulksend.batch.summary import Summary
from bulksend.commands import run
from bulksend.contacts import loader
from bulksend.estimate import estimator as estimates

if TYPE_CHECKING:
    import polars as pl


def send(frame: pl.DataFrame, settings: Settings) -> Summary:
    """Send a frame's rows once each. The call is the consent.

    `settings.contacts` names the batch: `june` has its record in `june.journal` and its results in
    `june.results.csv`; the same call again sends nothing. Works in a notebook, where a loop runs
    already; interrupting the kernel waits for the replies in flight. Raises BulksendError.
    """
    contacts = loader.from_frame(frame, name=settings.contacts.name)
    reporter, ended = Silent(), Future[Summary]()

    def work() -> None:
        try:
            ended.set_result(run.run_contacts(contacts, settings, reporter))
        except BaseException as failure:  # whatever it is, the caller is to see it
            ended.set_exception(failure)

    thread = threading.Thread(target=work, name="bulksend-send")
    thread.start()
    try:
        return ended.result()
    except KeyboardInterrupt:
        reporter.stopped = True
        thread.join()
        return ended.result()


def estimate(frame: pl.DataFrame, settings: Settings) -> estimates.Estimate:
    """Rows, parts and price of a frame; sends nothing. Raises BulksendError."""
    contacts = loader.from_frame(frame, name=settings.contacts.name)
    identity = settings.identity.or_else(DEFAULT_IDENTITY)
    return plan.make_plan(contacts, identity, settings, Silent()).estimate
