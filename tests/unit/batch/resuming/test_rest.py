"""The rest of a batch is asked for as its beginning was: by what it is, and by the count."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bulksend import errors, journal
from bulksend.batch import identity
from bulksend.batch.plan import Plan
from bulksend.batch.resuming import rest
from bulksend.batch.settings import Guards
from tests.unit.batch.test_consent import PHONES, Asked, card, make_plan

FRANCE = "+33612345678"


def begun(tmp_path: Path, planned: Plan) -> journal.Journal:
    """A batch of which nothing was sent yet."""
    profile = replace(planned.identity, profile_id="0" * 8)
    facts = identity.new_batch(
        replace(planned, identity=profile), "https://x.example/v2", sandbox=False
    )
    return journal.Journal.create(tmp_path / "list.journal", facts)


def test_the_question_says_how_many_from_whom_and_what_was_spent(tmp_path: Path) -> None:
    planned, terms = make_plan(tmp_path, guards=Guards(max_cost=Decimal("2.50")))
    asked = Asked()

    with begun(tmp_path, planned) as record:
        remaining = rest.of_same_file(record, planned)
        rest.agree(remaining, record, terms, asked)

    [(words, typed, repeats)] = asked.questions
    assert (remaining.count, typed, repeats) == (5, "", False)
    for part in ("list.csv: 5 rows of 5", "from MyCompany", "0 rows accepted", "cap       2.50"):
        assert part in words, words


@pytest.mark.parametrize(
    ("rows", "limit", "typed"), [(999, None, ""), (1000, None, "1000"), (1200, 3, "")]
)
def test_from_a_thousand_rows_on_the_number_is_typed(
    tmp_path: Path, rows: int, limit: int | None, typed: str
) -> None:
    planned, terms = make_plan(tmp_path, guards=Guards(limit=limit))
    asked = Asked()

    with begun(tmp_path, planned) as record:
        rest.agree(rest.Rest(plan=planned, count=rows, closed=b""), record, terms, asked)

    assert [each[1] for each in asked.questions] == [typed]


def test_no_is_no_and_without_anybody_to_ask_it_is_said_how_to_agree(tmp_path: Path) -> None:
    planned, terms = make_plan(tmp_path)
    nobody = Asked()
    nobody.can_ask = False

    with begun(tmp_path, planned) as record:
        remaining = rest.of_same_file(record, planned)
        for person in (Asked(answer=False), nobody):
            with pytest.raises(errors.UsageError) as refused:
                rest.agree(remaining, record, terms, person)
            assert refused.value.code == "no_consent"
            assert "yes" in refused.value.hint

    assert not nobody.questions


@pytest.mark.parametrize(
    ("words", "count"),
    [({"yes": True}, 5), ({"sandbox": True}, 5), ({"yes_up_to": Decimal("0.225")}, 5), ({}, 0)],
    ids=["--yes", "a sandbox", "--yes-up-to what it costs", "nothing left"],
)
def test_nothing_is_asked(tmp_path: Path, words: dict[str, object], count: int) -> None:
    """Two in Britain and one in France are left: 2 x 0.04 and 0.145."""
    phones, guards = [*PHONES[:4], FRANCE], card(tmp_path, "GB,0.0400,USD", "FR,0.1450,USD")
    planned, terms = make_plan(tmp_path, phones=phones, guards=guards, **words)
    asked = Asked(answer=False)

    with begun(tmp_path, planned) as record:
        left = rest.Rest(plan=planned, count=count, closed=b"\0\0\1\1")
        rest.agree(left, record, terms, asked)

    assert not asked.questions


def test_the_price_of_the_rest_is_of_its_rows_alone(tmp_path: Path) -> None:
    phones, guards = [*PHONES[:4], FRANCE], card(tmp_path, "GB,0.0400,USD")
    planned, _ = make_plan(tmp_path, phones=phones, guards=guards)

    counts = rest.priced(rest.Rest(plan=planned, count=3, closed=b"\0\0\1\1"), None).estimate

    assert (counts.sendable, counts.price, counts.unpriced_rows) == (3, {"USD": Decimal("0.08")}, 1)


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize("yes", [False, True], ids=["asked", "--yes"])
def test_who_of_the_rest_is_not_reached_today_is_said(tmp_path: Path, yes: bool) -> None:
    today = DAYS[datetime.now(ZoneInfo("Europe/London")).weekday()]
    planned, terms = make_plan(tmp_path, guards=Guards(quiet_days=(today,)), yes=yes)
    asked = Asked()

    with begun(tmp_path, planned) as record:
        left = rest.Rest(plan=planned, count=3, closed=b"\0\0\1\1")
        rest.agree(left, record, terms, asked)

    words = [question for question, _, _ in asked.questions] + asked.notes
    assert len(words) == 1
    assert "about 3 of 3 will not make it today" in words[0]


def test_a_rest_that_nobody_may_text_at_any_moment_is_refused(tmp_path: Path) -> None:
    planned, terms = make_plan(tmp_path, guards=Guards(quiet_days=DAYS))

    with begun(tmp_path, planned) as record, pytest.raises(errors.UsageError) as refused:
        rest.agree(rest.of_same_file(record, planned), record, terms, Asked())

    assert refused.value.code == "quiet_for_ever"
