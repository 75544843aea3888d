"""What a person reads at the end: first what matters, no zeros, and nothing that is not so."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest

from bulksend.batch.summary import Counts, Listed, Reason, State
from bulksend.cli.render import money_text, summary_text
from bulksend.errors import Stop
from tests.unit.cli.render.test_documents import make_summary


def words(**fields: Any) -> str:
    return click.unstyle(summary_text.summary(make_summary(**fields)))


def test_a_summary_leaves_out_what_did_not_happen() -> None:
    said = words(counts=Counts(accepted=5), cost={"USD": Decimal("0.2100")}, parts=5)

    assert said.splitlines()[0] == "accepted  5"
    for absent in ("refused", "unknown", "unsent", "invalid", "skipped", "in flight"):
        assert absent not in said


def test_reasons_stand_beside_invalid_and_skipped_rows() -> None:
    reasons = (
        Reason(code="phone_national", rows=3, text="without a country", first_rows=(302, 303)),
        Reason(code="phone_short_code", rows=1, text="a short code", first_rows=(305,)),
    )

    said = words(
        counts=Counts(invalid=4, skipped=2),
        invalid_by=reasons,
        skipped_by={"sent_before": 2},
    )

    assert (
        "invalid  4  3: without a country (rows 302, 303, ...); 1: a short code (row 305)" in said
    )
    assert "skipped  2  got this very text before" in said


def test_a_sandbox_says_that_nobody_was_texted() -> None:
    assert words(sandbox=True).splitlines()[-1] == (
        "sandbox: nobody was texted and nothing was charged"
    )


def test_rows_of_a_run_at_work_are_in_flight() -> None:
    said = words(counts=Counts(accepted=1, in_flight=16), state=State.RUNNING)

    assert said.splitlines()[0] == "a run is at work on this batch right now"
    assert "in flight  16" in said
    assert "unknown" not in said


@pytest.mark.parametrize(
    ("cost", "missing", "said"),
    [
        pytest.param({}, (0, 0, 0), "nothing charged", id="nothing"),
        pytest.param({"USD": "1.20"}, (0, 0, 0), "USD 1.20", id="all"),
        pytest.param({"USD": "1.20"}, (2, 0, 0), "at least USD 1.20", id="some unsaid"),
        pytest.param({"USD": "1.20"}, (0, 1, 0), "at least USD 1.20", id="one unknown"),
        pytest.param({"USD": "1.20"}, (0, 0, 1), "at least USD 1.20", id="one sent again"),
        pytest.param({}, (2, 0, 0), "cost not known", id="all unsaid"),
        pytest.param({"USD": "1.20", "EUR": "3"}, (0, 0, 0), "EUR 3 + USD 1.20", id="mixed"),
    ],
)
def test_no_sum_is_whole_while_a_charge_is_missing(
    cost: dict[str, str], missing: tuple[int, int, int], said: str
) -> None:
    sums = {currency: Decimal(amount) for currency, amount in cost.items()}

    assert money_text.charged(sums, *missing).startswith(said)
    assert ("at least" in said or "not known" in said) == any(missing)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", list(Counts.__dataclass_fields__))
def test_one_is_one_everywhere(state: State, name: str) -> None:
    said = words(
        counts=Counts(**{name: 1}),
        state=state,
        stop=Stop.FUNDS,
        parts=1,
        cost_unknown_rows=1,
        gone=1,
        invalid_by=(Reason(code="x", rows=1, text="why", first_rows=(1,)),),
        skipped_by={"duplicate": 1},
    )

    assert not re.search(r"(?<![\d.,])1 (?:rows|parts|texts|people|unknown rows)\b", said)


def test_who_was_texted_before_is_said_at_the_end_too() -> None:
    before = "18 of these 20 got this very text on 27 Nov 2026; 2 are new"

    said = summary_text.summary(make_summary(texted_before=(before,)))

    assert f"before: {before}" in said.splitlines()


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param(
            Listed(only=("refused",), rows=3),
            ["3 of 1,000 rows (refused) written to call.csv"],
            id="some-rows",
        ),
        pytest.param(
            Listed(only=("undelivered",), rows=0, waiting=997, ask="bulksend receipts c.csv"),
            [
                "0 of 1,000 rows (undelivered) written to call.csv",
                "what became of 997 texts is not known yet: bulksend receipts c.csv",
            ],
            id="before-anybody-asked-for-receipts",
        ),
    ],
)
def test_a_list_of_some_rows_says_how_many_and_not_how_the_batch_stands(
    listed: Listed, expected: list[str]
) -> None:
    counts = Counts(accepted=997, refused=3)

    assert words(counts=counts, listed=listed, results=Path("call.csv")).splitlines() == expected
