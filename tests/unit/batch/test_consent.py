"""What a person reads before money moves, and what a script may agree to."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bulksend import errors
from bulksend.batch import consent, plan
from bulksend.batch.reporter import Silent
from bulksend.batch.settings import DEFAULT_IDENTITY, TELNYX_URL, Guards, Identity, Settings
from bulksend.contacts import loader
from bulksend.estimate.duration import NO_PAST
from tests import sizes

NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
PHONES = [f"+4477009001{it:02}" for it in range(5)]


class Asked(Silent):
    """Notes what was asked, and answers as it was told."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.questions: list[tuple[str, str, bool]] = []
        self.notes: list[str] = []

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    def confirm(
        self, question: str, *, typed: str = "", ask: str = "Send?", repeats: bool = False
    ) -> bool:
        self.questions.append((question, typed, repeats))
        return self.answer


def make_plan(
    tmp_path: Path, *, phones: list[str] = PHONES, text: str = "Hi {name}", **settings: Any
) -> tuple[plan.Plan, consent.Terms]:
    names = [f"Name{it}" for it in range(len(phones))]
    contacts = loader.from_frame(pl.DataFrame({"Mobile": phones, "name": names}), name="list.csv")
    identity = Identity(sender="MyCompany", text=text).or_else(DEFAULT_IDENTITY)
    asked = Settings(contacts=tmp_path / "list.csv", identity=identity, **settings)
    terms = consent.Terms(guards=asked.guards, agreed=asked.consent, base_url=TELNYX_URL)
    return plan.make_plan(contacts, identity, asked.basis, Silent()), terms


def card(tmp_path: Path, *lines: str) -> Guards:
    path = tmp_path / "rates.csv"
    path.write_text("\n".join(["country,price_per_part,currency", *lines]) + "\n")
    return Guards(rates=path)


def test_the_question_says_who_where_what_and_for_how_much(tmp_path: Path) -> None:
    planned, terms = make_plan(
        tmp_path,
        phones=[*PHONES, "+33612345678", "bad", PHONES[0]],
        guards=card(tmp_path, "GB,0.0400,USD", "FR,0.0650,USD"),
    )

    words = consent.question(planned, terms, NO_PAST, NOW)

    for part in (
        *("list.csv: 7 texts from MyCompany", "GB 6, FR 1", "column Mobile"),
        "invalid   1 row; 1: letters in the phone number (row 8)",
        *("USD 0.3050, 7 parts", "14:00", "row 2 reads: Hi Name0"),
    ):
        assert part in words, (part, words)
    assert len(words.splitlines()) < 24
    assert "telnyx.com" not in words


@pytest.mark.parametrize(
    ("texts", "limit", "typed"), [(999, None, ""), (1000, None, "1000"), (1500, 20, "")]
)
def test_from_a_thousand_texts_on_the_number_is_typed(
    tmp_path: Path, texts: int, limit: int | None, typed: str
) -> None:
    phones = [f"+44770{it:07}" for it in range(900_000, 900_000 + texts)]
    planned, terms = make_plan(tmp_path, phones=phones, guards=Guards(limit=limit))
    asked = Asked()

    consent.to_send(planned, terms, asked)

    sendable = planned.estimate.sendable
    expected = typed if sendable == texts else (str(sendable) if sendable >= 1000 else "")
    assert asked.questions[0][1] == ("" if limit else expected)


def test_no_is_no(tmp_path: Path) -> None:
    planned, terms = make_plan(tmp_path)

    with pytest.raises(errors.UsageError, match="no consent"):
        consent.to_send(planned, terms, Asked(answer=False))


@pytest.mark.parametrize(
    ("lines", "most", "why"),
    [
        pytest.param(("GB,0.0400,USD", "FR,0.0400,USD"), "0.24", "", id="exactly"),
        pytest.param(("GB,0.0400,USD", "FR,0.0400,USD"), "0.23", "you agreed to 0.23", id="higher"),
        pytest.param(("GB,0.0400,USD",), "9.00", "no price for 1 row", id="one country missing"),
        pytest.param(("GB,0.0400,USD", "FR,0.0400,EUR"), "9.00", "several", id="two currencies"),
    ],
)
def test_yes_up_to_agrees_to_what_is_whole_and_no_higher(
    tmp_path: Path, lines: tuple[str, ...], most: str, why: str
) -> None:
    planned, terms = make_plan(
        tmp_path,
        phones=[*PHONES, "+33612345678"],
        guards=card(tmp_path, *lines),
        yes_up_to=Decimal(most),
    )
    asked = Asked()

    if not why:
        consent.to_send(planned, terms, asked)
    else:
        with pytest.raises(errors.UsageError, match=why):
            consent.to_send(planned, terms, asked)
    assert asked.questions == []


def test_yes_up_to_needs_a_rate_card(tmp_path: Path) -> None:
    planned, terms = make_plan(tmp_path, yes_up_to=Decimal(9))

    with pytest.raises(errors.UsageError, match="no price"):
        consent.to_send(planned, terms, Asked())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({}, "", id="nothing"),
        pytest.param({"text": "Ho {name}"}, "the texts", id="text"),
        pytest.param({"phones": PHONES[:4]}, "the people", id="one fewer"),
        pytest.param({"phones": [*PHONES, "+447700900999"]}, "the people", id="one more"),
        pytest.param({"phones": PHONES[::-1]}, "the people, or their order", id="order"),
    ],
)
def test_expect_sends_the_plan_that_was_looked_at_or_says_what_differs(
    tmp_path: Path, change: dict[str, Any], named: str
) -> None:
    looked_at, _ = make_plan(tmp_path)
    planned, _ = make_plan(tmp_path, **change)

    if not named:
        consent.refuse_other_plan(planned, looked_at.digest)
        return
    with pytest.raises(errors.BatchMismatch, match=named):
        consent.refuse_other_plan(planned, looked_at.digest)


@sizes.short_and_whole("step", 5, 1)
def test_every_change_of_one_character_makes_another_digest(tmp_path: Path, step: int) -> None:
    template = "Dear {name}, your parcel no. 12345 is at the depot until Friday, 6 pm. Bye"
    places = [0, *range(12, len(template), step), len(template) - 1]  # not within the placeholder
    changes = [template[:at] + chr(ord(template[at]) + 1) + template[at + 1 :] for at in places]

    digests = {make_plan(tmp_path, text=text)[0].digest for text in [template, *changes]}

    assert len(digests) == 1 + len(set(places))


def test_to_send_again_asks_by_the_count_and_an_options_file_never_answers() -> None:
    asked = Asked()

    consent.to_send_again(1, "refused", "Telnyx said no", asked)

    assert asked.questions == [("1 row is refused; Telnyx said no", "1", True)]


@pytest.mark.parametrize(
    ("quiet_hours", "phones", "words"),
    [
        pytest.param((time(15), time(8)), PHONES, "about 1 of 5 will not make it today", id="late"),
        pytest.param((time(21), time(8)), PHONES, "", id="in-time"),
        pytest.param((time(17), time(10)), [*PHONES, "+79161234567"], "for 1 of 6 (to RU)", id="x"),
    ],
)
def test_the_question_says_whom_quiet_hours_keep_from_today(
    tmp_path: Path, quiet_hours: tuple[time, time], phones: list[str], words: str
) -> None:
    guards = Guards(rate="0.001/s", quiet_hours=quiet_hours)
    planned, terms = make_plan(tmp_path, phones=phones, guards=guards)

    shown = consent.question(planned, terms, NO_PAST, NOW)

    assert ("  hours " in shown) is bool(words)
    assert words in shown


def test_hours_that_leave_nobody_a_moment_are_refused_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    guards = Guards(quiet_hours=(time(17), time(10)))
    planned, terms = make_plan(tmp_path, phones=["+79161234567"], guards=guards, yes=True)

    with pytest.raises(errors.UsageError, match="no moment in which anybody") as refused:
        consent.to_send(planned, terms, Asked())
    assert refused.value.code == "quiet_for_ever"
