"""`run --test-to`: one row's text to phones of one's own, and nothing else happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bulksend.sandbox.scripts import faults
from bulksend.sandbox.server import SandboxConfig
from bulksend.sandbox.threaded import ThreadedSandbox
from tests.acceptance.cli import bulksend, document
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

PEOPLE = "phone,name\nnobody,Nobody\n+447400000001,Ada\n+447400000002,Grace\n"
MINE, OTHER = "+447700900123", "+447700900124"


def tried(sandbox: ThreadedSandbox, folder: Path, *words: str, yes: bool = True) -> Any:
    (folder / "list.csv").write_text(PEOPLE)
    return bulksend(
        *("run", folder / "list.csv", "--from", "MyCompany", "--profile-id", PROFILE),
        *("--base-url", sandbox.base_url, "--text", "Hi {name}", *words),
        *(("--yes",) if yes else ()),
    )


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        pytest.param(("--test-to", MINE), {MINE: ["Hi Ada"]}, id="the-first-that-can-be-sent"),
        pytest.param(("--test-to", MINE, "--test-row", "4"), {MINE: ["Hi Grace"]}, id="a-row"),
        pytest.param(
            ("--test-to", f"{MINE}, {OTHER},{MINE}"),
            {MINE: ["Hi Ada"], OTHER: ["Hi Ada"]},
            id="two-phones-once-each",
        ),
    ],
)
def test_the_text_goes_to_these_phones_alone(
    tmp_path: Path, words: tuple[str, ...], texts: dict[str, list[str]]
) -> None:
    with ThreadedSandbox() as sandbox:
        ended = tried(sandbox, tmp_path, *words)

        assert sandbox.texts == texts
    assert ended.returncode == 0, ended.stderr
    assert "USD 0." in ended.stdout
    assert [path.name for path in tmp_path.iterdir() if "list" in path.name] == ["list.csv"]


def test_a_batch_begins_afterwards_as_if_nothing_had_been(tmp_path: Path) -> None:
    with ThreadedSandbox() as sandbox:
        tried(sandbox, tmp_path, "--test-to", "+447400000001")
        ended = tried(sandbox, tmp_path, "--json")

        assert sandbox.texts["+447400000001"] == ["Hi Ada", "Hi Ada"]
    assert document(ended)["accepted"] == 2


@pytest.mark.parametrize(
    ("words", "word"),
    [
        pytest.param(("--test-row", "2"), "row 2 has no text to send", id="an-invalid-row"),
        pytest.param(("--test-row", "99"), "no row 99", id="no-such-row"),
    ],
)
def test_a_row_without_a_text_is_a_usage_error(
    tmp_path: Path, words: tuple[str, ...], word: str
) -> None:
    with ThreadedSandbox() as sandbox:
        ended = tried(sandbox, tmp_path, "--test-to", MINE, *words)

    assert ended.returncode == 2
    assert word in ended.stderr
    assert sandbox.ledger == []


def test_without_a_terminal_and_without_yes_nothing_is_sent(tmp_path: Path) -> None:
    with ThreadedSandbox() as sandbox:
        ended = tried(sandbox, tmp_path, "--test-to", MINE, yes=False)

    assert ended.returncode == 2
    assert sandbox.ledger == []


@pytest.mark.parametrize(
    ("rule", "status", "exit_code"),
    [
        ('{"fault": "error", "code": "40310", "status": 400}', "refused", 3),
        ('{"fault": "error", "code": "40305", "status": 400}', "unsent", 5),
        ('{"fault": "reset", "after": true}', "unknown", 6),
        ('{"fault": "throttle"}', "unsent", 5),
    ],
)
def test_it_is_asked_once_whatever_comes(
    tmp_path: Path, rule: str, status: str, exit_code: int
) -> None:
    config = SandboxConfig(faults=faults.parse_script(f"[{rule}]"))
    with ThreadedSandbox(config) as sandbox:
        ended = tried(sandbox, tmp_path, "--test-to", MINE, "--json")

    assert len(sandbox.ledger) == 1
    assert (ended.returncode, document(ended)["phones"][0]["status"]) == (exit_code, status)


def test_a_test_text_of_another_plan_than_the_one_looked_at_is_not_sent(tmp_path: Path) -> None:
    with ThreadedSandbox() as sandbox:
        expected = ("--expect", "3f2a-9f86d081-884c7d65")
        ended = tried(sandbox, tmp_path, "--test-to", MINE, *expected)

        assert sandbox.texts == {}
    assert ended.returncode == 8, ended.stderr
