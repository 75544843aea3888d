"""How far a run is, counted over the whole batch."""

from __future__ import annotations

from decimal import Decimal

from bulksend.batch.reporter import Progress


def test_what_earlier_runs_were_charged_is_part_of_the_batchs_cost() -> None:
    progress = Progress(
        3, ended_before=2, accepted_before=2, cost_before={"USD": Decimal("0.0840")}
    )
    progress.cost = {"USD": Decimal("0.0420"), "EUR": Decimal("0.0500")}

    assert progress.batch_cost == {"USD": Decimal("0.1260"), "EUR": Decimal("0.0500")}
    assert progress.cost == {"USD": Decimal("0.0420"), "EUR": Decimal("0.0500")}, "of this run"
