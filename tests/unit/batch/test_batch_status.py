"""What a batch has cost, and what may have been charged besides, by its journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend import errors, journal
from bulksend.batch import batch_status
from bulksend.batch.settings import Place
from bulksend.commands import status
from bulksend.sms.message import Reply
from tests.integration.test_journal import make_batch, settle_all
from tests.makers import accepted, refused, unknown


@pytest.mark.parametrize(
    ("first", "second", "earlier_requests"),
    [
        pytest.param(unknown(), accepted(), 1, id="unknown, then accepted"),
        pytest.param(unknown(), unknown(), 1, id="unknown twice"),
        pytest.param(unknown(), refused(), 0, id="unknown, then refused: unknown as before"),
        pytest.param(refused(), accepted(), 0, id="refused, then accepted"),
    ],
)
async def test_an_earlier_request_of_a_row_may_have_cost_too(
    tmp_path: Path, first: Reply, second: Reply, earlier_requests: int
) -> None:
    place = Place(contacts=tmp_path / "contacts.csv")
    with journal.Journal.create(tmp_path / "contacts.journal", make_batch()) as record:
        await settle_all(record, {5: first, 6: accepted()})
        await settle_all(record, {5: second}, claim=2)
        summary = batch_status.summarize_batch(record, place, batch_status.RunEnd(seconds=1.0))

    assert summary.earlier_requests == earlier_requests
    assert summary.cost_unknown_rows == 0


async def test_what_is_unsent_is_counted_anew_after_every_change(tmp_path: Path) -> None:
    with journal.Journal.create(tmp_path / "contacts.journal", make_batch()) as record:
        counts = [batch_status.count_unsent(record)]
        for row in (5, 6):
            await settle_all(record, {row: accepted()})
            counts.append(batch_status.count_unsent(record))

    rows = make_batch().sendable
    assert counts == [rows, rows - 1, rows - 2]


@pytest.mark.parametrize(
    ("asked", "is_there", "is_refused"),
    [
        pytest.param("contacts.csv", True, False, id="its-own-list"),
        pytest.param("contacts.tsv", True, True, id="another-of-the-same-stem"),
        pytest.param("contacts.xlsx", True, True, id="a-workbook-of-the-same-stem"),
        pytest.param("contacts.tsv", False, False, id="its-own-was-saved-as-another-kind"),
    ],
)
def test_a_batch_is_shown_under_no_other_lists_name(
    tmp_path: Path, asked: str, is_there: bool, is_refused: bool
) -> None:
    own = make_batch(contacts_name="contacts.csv")
    if is_there:
        (tmp_path / "contacts.csv").touch()
    place = Place(contacts=tmp_path / asked)
    with journal.Journal.create(place.journal_path, own):
        pass

    if not is_refused:
        assert status.status(place).counts.rows
        return
    with pytest.raises(errors.BatchMismatch, match="is the journal of") as refusal:
        status.status(place)
    assert refusal.value.code == "other_contacts"
