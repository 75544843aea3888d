"""When a batch ends early: no more requests than may be open, one sentence why, how to go on."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bulksend.batch.reporter import Silent
from bulksend.batch.settings import Guards, Identity, Settings
from bulksend.batch.summary import Summary
from bulksend.commands import run as command
from bulksend.errors import STOP_TEXT, Stop
from bulksend.telnyx import codes
from tests.acceptance import cli
from tests.crash import changes, starts, stops
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

IN_FLIGHT, FATAL_FROM = 8, 7
FATAL = [
    pytest.param(code, meaning.stop, id=f"{code}-{meaning.stop}")
    for code, meaning in codes.CODES.items()
    if meaning.stop is not None
]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cli.RunningSandbox]:
    with cli.running_sandbox(tmp_path_factory.mktemp("sandbox"), latency_s=0.01) as running:
        yield running


def send(
    folder: Path, sandbox: cli.RunningSandbox, rules: list[dict[str, Any]]
) -> tuple[Summary, list[dict[str, Any]]]:
    """How a batch of 300 rows ends under these faults, and its requests."""
    before = sandbox.request_count()
    address = sandbox.base_url.removesuffix("/v2") + "/sandbox/faults"
    urllib.request.urlopen(address, data=json.dumps(rules).encode()).close()  # noqa: S310
    settings = Settings(
        contacts=cli.write_contacts(folder / "c.csv", 300),
        identity=Identity(sender="MyCompany", profile_id=PROFILE, text="Hi {name}"),
        guards=Guards(rate="2000/s", max_in_flight=IN_FLIGHT),
        base_url=sandbox.base_url,
        api_key="sandbox",
    )
    summary = command.run(settings, Silent())
    return summary, sandbox.entries()[before:]


@pytest.mark.parametrize(("code", "stop"), FATAL)
def test_a_fatal_answer_ends_the_batch_within_what_is_in_flight(
    tmp_path: Path, sandbox: cli.RunningSandbox, code: str, stop: Stop
) -> None:
    # As Telnyx has it: the spend limit looks like a rate limit.
    status = 429 if code == "40333" else 400
    rule = {"fault": "error", "status": status, "code": code, "nth": FATAL_FROM, "times": 10_000}

    summary, requests = send(tmp_path, sandbox, [rule])

    assert len(requests) < FATAL_FROM + IN_FLIGHT, "it went on sending"
    assert len({it["to"] for it in requests}) == len(requests), "a request was made again"
    assert (summary.stop, summary.exit_code) == (stop, 5)
    assert summary.because.startswith(STOP_TEXT[stop])
    assert summary.next == f"bulksend resume {tmp_path / 'c.csv'}"
    assert summary.counts.accepted == FATAL_FROM - 1
    assert summary.counts.rows == 300


@pytest.mark.parametrize(
    ("rule", "stop", "most"),
    [
        pytest.param({"fault": "redirect"}, Stop.BASE_URL, 1, id="redirect"),
        pytest.param({"fault": "http", "status": 401}, Stop.KEY, 1, id="401"),
        pytest.param({"fault": "http", "status": 404}, Stop.BASE_URL, 1, id="404"),
        pytest.param({"fault": "reset", "after": True}, Stop.UNKNOWNS, 8, id="unknowns"),
        pytest.param(
            {"fault": "error", "status": 400, "code": "40399"}, Stop.REFUSALS, 20, id="refusals"
        ),
    ],
)
def test_a_storm_ends_the_batch_within_what_is_in_flight(
    tmp_path: Path, sandbox: cli.RunningSandbox, rule: dict[str, Any], stop: Stop, most: int
) -> None:
    summary, requests = send(tmp_path, sandbox, [rule])

    assert len(requests) < most + IN_FLIGHT
    assert (summary.stop, summary.exit_code) == (stop, 5)
    assert summary.because
    assert summary.next
    assert summary.counts.unsent + summary.counts.unknown + summary.counts.refused == 300


def test_ctrl_c_at_any_moment_leaves_nothing_in_doubt(tmp_path: Path) -> None:
    assert stops.stops(tmp_path, times=1, seed=3, twice=False).unknown == 0


def test_ctrl_c_twice_leaves_at_once_and_within_what_is_in_flight(tmp_path: Path) -> None:
    assert stops.stops(tmp_path, times=1, seed=2, twice=True).stops == 1


def test_of_two_runs_at_once_one_sends_and_the_other_says_who(tmp_path: Path) -> None:
    assert starts.starts(tmp_path, times=2, seed=1).pairs == 2


def test_one_changed_byte_is_noticed_before_anything_is_sent(tmp_path: Path) -> None:
    assert len(changes.changes(tmp_path, times=1, seed=1).noticed) == 3
