"""The report's figures are those of `status --json` and of the results."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, strategies

from bulksend import errors
from bulksend.cli.render.documents import summary_json
from bulksend.commands import report, status
from tests import sizes
from tests.acceptance.cli import read_results
from tests.acceptance.test_receipts import World, world

pytestmark = pytest.mark.slow

ENDS = ("delivery_failed", "delivery_unconfirmed", "expired", "sending_failed", "never")
FUNNEL = ("rows", "accepted", "delivered", "failed", "unconfirmed", "waiting", "given_up")


async def reported(batch: World, **options: bool) -> str:
    written = await asyncio.to_thread(
        report.write, batch.settings, None, people=options.get("people", False)
    )
    return written.path.read_text()


def figures_of(page: str) -> dict[str, str]:
    return {
        name: shown.strip().replace(",", "")
        for name, shown in re.findall(r'data-figure="(\w+)">([^<]*)<', page)
    }


@given(
    shares=strategies.lists(strategies.sampled_from((0.0, 0.1, 0.3)), min_size=5, max_size=5),
    asked=strategies.booleans(),
    after_s=strategies.sampled_from((1, 10, 74 * 3600)),
)
@sizes.examples(4)
def test_figures_equal_those_of_status_and_of_the_results(tmp_path_factory, shares, asked, after_s):
    fates = ",".join(
        f'{{"fate": "{end}", "share": {share}}}'
        for end, share in zip(ENDS, shares, strict=True)
        if share
    )

    async def compare() -> None:
        async with world(tmp_path_factory.mktemp("r"), rows=12, fates=f"[{fates}]") as batch:
            await batch.sends()
            batch.after(after_s)
            if asked:
                await batch.asks()
            summary = await asyncio.to_thread(status.status, batch.settings.place)
            shown = figures_of(await reported(batch))
            expected = summary_json.document(summary)
            for name in (*FUNNEL, "refused", "unknown", "unsent", "invalid", "skipped"):
                assert shown.get(name, "0") == str(expected[name]), name
            rows = read_results(batch.settings.results_path)
            assert Counter(row["status"] for row in rows)["accepted"] == int(shown["accepted"])
            final = sum((Decimal(row["final_cost"] or 0) for row in rows), Decimal(0))
            assert shown.get("final_cost", "USD 0").removeprefix("USD ") in (
                str(final),
                "0",
                "nothing",
            )

    asyncio.run(compare())


async def test_no_number_and_no_text_stands_in_it_unless_asked_for(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(10)
        await batch.asks()

        closed, shown = await reported(batch), await reported(batch, people=True)

        assert "4479110000" not in closed
        assert shown.count("4479110000") == 6
        assert "Name" not in closed + shown


async def test_what_there_is_to_do_comes_first_with_its_command(tmp_path):
    async with world(tmp_path) as batch:
        await batch.sends()
        batch.after(10)

        before = await reported(batch)
        await batch.asks()
        after = await reported(batch)

        assert "20 rows are not final yet" in before
        assert "bulksend receipts " in before
        assert "6 rows were not delivered" in after
        assert "a landline, or a number that no text can reach" in after


async def test_a_page_takes_no_other_files_place(tmp_path):
    async with world(tmp_path, rows=2) as batch:
        await batch.sends()
        mine = tmp_path / "mine.html"
        mine.write_text("<h1>mine</h1>")

        with pytest.raises(errors.UsageError, match="is there already"):
            await asyncio.to_thread(report.write, batch.settings, mine, people=False)

        assert mine.read_text() == "<h1>mine</h1>"
