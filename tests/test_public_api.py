"""What `import bulksend` promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import bulksend
from bulksend import api
from bulksend.contacts.layout import Layout
from tests.acceptance import cli


def test_every_public_name_is_there_sorted_and_documented() -> None:
    assert sorted(bulksend.__all__) == bulksend.__all__
    for name in bulksend.__all__:
        assert getattr(bulksend, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        _ = bulksend.campaign  # type: ignore[attr-defined]


def test_a_frame_is_sent_once_however_often_it_is_sent(tmp_path: Path) -> None:
    frame = pl.DataFrame({"phone": ["+447700900123", "+447700900124"], "visits": [1, 2]})
    settings = bulksend.Settings(
        contacts=tmp_path / "june",
        identity=bulksend.Identity(text="Visit {visits}"),
        sandbox=True,
    )

    summary = bulksend.send(frame, settings)

    assert summary.counts.accepted == 2
    results = summary.results
    assert results["status"].to_list() == ["accepted", "accepted"]
    assert results["row"].to_list() == ["2", "3"]


async def test_a_frame_is_sent_from_inside_a_running_loop(tmp_path: Path) -> None:
    frame = pl.DataFrame({"phone": ["+447700900123"]})
    settings = bulksend.Settings(
        contacts=tmp_path / "june", identity=bulksend.Identity(text="Hi"), sandbox=True
    )

    assert bulksend.send(frame, settings).counts.accepted == 1


def test_a_frame_is_estimated_without_sending(tmp_path: Path) -> None:
    frame = pl.DataFrame({"phone": ["+447700900123", None], "name": ["Ada", "Bob"]})
    settings = bulksend.Settings(
        contacts=tmp_path / "june", identity=bulksend.Identity(text="Hi {name}")
    )

    estimate = bulksend.estimate(frame, settings)

    assert (estimate.sendable, estimate.invalid, estimate.parts) == (1, 1, 1)
    assert list(tmp_path.iterdir()) == []


SENDER = "MyCompany"
PROFILE = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: bulksend.Guards(rate=10), "rate must be a text like '50/s'"),  # type: ignore[arg-type]
        (lambda: bulksend.Guards(limit="2"), "limit must be a whole number"),  # type: ignore[arg-type]
        (lambda: bulksend.Guards(limit=True), "limit must be a whole number"),
        (lambda: bulksend.Guards(max_cost="cheap"), "max_cost must be an amount"),  # type: ignore[arg-type]
        (lambda: bulksend.Guards(again_after_s="6d"), "again_after_s must be a number of seconds"),  # type: ignore[arg-type]
        (lambda: bulksend.Identity(fix_text="ture"), "fix_text must be True or False"),  # type: ignore[arg-type]
        (lambda: bulksend.Identity(smart_encoding=1), "smart_encoding must be"),  # type: ignore[arg-type]
        (lambda: bulksend.Identity(on_duplicate="maybe"), "on_duplicate must be 'skip'"),  # type: ignore[arg-type]
        (lambda: bulksend.Identity(sender=7), "sender must be a text"),  # type: ignore[arg-type]
        (lambda: bulksend.Settings(contacts=7), "contacts must be a path"),  # type: ignore[arg-type]
        (lambda: bulksend.Settings(contacts="a", sandbox="yes"), "sandbox must be"),  # type: ignore[arg-type]
        (lambda: bulksend.Settings(contacts="a", guards={}), "guards must be a Guards"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_a_setting_of_the_wrong_kind_is_named(make: Any, named: str) -> None:
    with pytest.raises(bulksend.BulksendError, match=re.escape(named)):
        make()


def test_what_a_person_writes_is_taken_as_meant() -> None:
    settings = bulksend.Settings(
        contacts="june",  # type: ignore[arg-type]
        guards=bulksend.Guards(max_cost="25", rates="card.csv", suppress="stop.csv"),  # type: ignore[arg-type]
        identity=bulksend.Identity(on_duplicate="send"),  # type: ignore[arg-type]
    )

    assert settings.contacts == Path("june")
    assert settings.guards.max_cost == Decimal(25)
    assert settings.guards.suppress == (Path("stop.csv"),)
    assert settings.guards.chosen == {"max_cost", "rates", "suppress"}
    assert settings.identity.on_duplicate is bulksend.Identity(on_duplicate="send").on_duplicate  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "contacts",
    [pl.LazyFrame({"phone": ["+447700900123"]}), [{"phone": "+447700900123"}], None, 7],
    ids=["lazy frame", "list", "nothing", "number"],
)
def test_contacts_that_are_none_are_named_before_anything_is_made(
    tmp_path: Path, contacts: Any
) -> None:
    settings = bulksend.Settings(contacts=tmp_path / "june", sandbox=True)

    for call in (bulksend.send, bulksend.resume, bulksend.estimate):
        with pytest.raises(bulksend.BulksendError, match="DataFrame"):
            call(contacts, settings)
    assert list(tmp_path.iterdir()) == []


def test_a_key_stands_in_no_printout() -> None:
    assert "KEY123" not in repr(bulksend.Settings(contacts=Path("june"), api_key="KEY123"))


async def test_a_limited_batch_is_gone_on_with_also_awaited(tmp_path: Path) -> None:
    frame = pl.DataFrame({"phone": [f"+4477009001{it:02}" for it in range(4)]})
    seen: list[int] = []

    def make(**guards: Any) -> bulksend.Settings:
        return bulksend.Settings(
            contacts=tmp_path / "june",
            identity=bulksend.Identity(text="Hi"),
            guards=bulksend.Guards(rate="1000/s", **guards),
            sandbox=True,
        )

    first = await bulksend.asend(frame, make(limit=1), on_progress=lambda it: seen.append(it.done))
    rest = await bulksend.aresume(frame, make())

    assert (first.counts.accepted, first.state, first.exit_code) == (1, "stopped", 0)
    assert rest.counts.accepted == rest.results.height == 4
    assert seen


def test_python_has_the_memory_that_the_command_line_has(tmp_path: Path) -> None:
    frame = pl.DataFrame({"phone": ["+447700900123"]})
    settings = bulksend.Settings(
        contacts=tmp_path / "june", identity=bulksend.Identity(text="Hi"), sandbox=True
    )

    assert bulksend.estimate(frame, settings).sendable == 1
    assert api._opened(frame, settings)[1].state_folder == Path(os.environ["XDG_STATE_HOME"]) / (
        "bulksend"
    )


LAID_OUT = {
    "a title above": (
        b"Our list\nphone,name\n+447700900123,Ada\n+447700900124,Bob\n",
        "header_row",
    ),
    "an encoding that must be said": (
        "phone,name\n+447700900123,Zoë\n+447700900124,Bøb\n".encode("cp1252"),
        "encoding",
    ),
}
SAID: dict[str, Any] = {"header_row": 2, "encoding": "cp1252"}


@pytest.mark.parametrize("content, word", LAID_OUT.values(), ids=LAID_OUT)
def test_a_batch_is_gone_on_with_by_the_layout_that_it_began_with(
    content: bytes, word: str, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    settings = bulksend.Settings(
        contacts=file, identity=bulksend.Identity(text="Hi {name}"), sandbox=True
    )
    first = replace(settings, layout=Layout(**{word: SAID[word]}), guards=bulksend.Guards(limit=1))

    assert bulksend.send(file, first).counts.accepted == 1
    assert bulksend.resume(file, settings).counts.accepted == 2


def test_a_finished_batch_that_is_resumed_has_nothing_left_to_do(tmp_path: Path) -> None:
    frame = pl.DataFrame({"phone": ["+447700900123", "none"]})
    settings = bulksend.Settings(
        contacts=tmp_path / "june", identity=bulksend.Identity(text="Hi"), sandbox=True
    )

    first, again = bulksend.send(frame, settings), bulksend.resume(frame, settings)

    assert (first.state, first.exit_code) == ("finished", 3)
    assert (again.state, again.exit_code) == ("nothing_to_do", 0)
    assert again.counts == first.counts


INTERRUPTED = """
import signal, threading
from bulksend import api

def interrupted(moment):
    reporter = api.Silent()
    def work():
        moment()
        signal.raise_signal(signal.SIGINT)
        while not reporter.stopped:
            waiting.wait(0.01)
        return "summary"
    return api._wait(work, reporter).summary

waiting = threading.Event()
for moment in [lambda: None] * 20 + [lambda: waiting.wait(0.15)] * 2:
    print(interrupted(moment))
"""


@pytest.mark.slow
def test_a_ctrl_c_is_told_to_the_work_and_its_end_is_waited_for() -> None:
    """From the first moment of the work's thread on, in a process that may die of it."""
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, env=cli.environment()
    )

    assert (ended.stderr, ended.returncode) == ("", 0)
    assert ended.stdout.split() == ["summary"] * 22
