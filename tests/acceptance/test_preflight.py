"""Each failure that can be seen before the first text, made by the sandbox: words, and no text."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulksend.sandbox.server import SandboxConfig
from bulksend.sandbox.threaded import ThreadedSandbox
from tests.acceptance.cli import bulksend, document, read_results
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

PEOPLE = "phone,name\n+447400000001,Ada\n+447400000002,Grace\n+33612345678,Sophie\n"
CARD = "country,price_per_part,currency\nGB,0.0400,USD\nFR,0.0700,USD\n"

#: What keeps every text from going: config of the sandbox, environment, words of the sentence.
CERTAIN = [
    pytest.param({}, {"TELNYX_API_KEY": "KEYwrong0123"}, ["API key is not accepted"], id="key"),
    pytest.param({"balance": Decimal(0)}, {}, ["to spend", "top up"], id="no-credit"),
    pytest.param({"enabled": False}, {}, ["is disabled", "enable it"], id="disabled"),
    pytest.param(
        {"profile_id": "00000000-0000-4000-8000-000000000009"},
        {},
        ["no such messaging profile"],
        id="no-profile",
    ),
    pytest.param({"closed": True}, {}, ["closed to FR, GB"], id="every-country-closed"),
    pytest.param({"whitelist": frozenset({"US"})}, {}, ["closed to FR, GB"], id="other-countries"),
    pytest.param({"daily_spend_limit": Decimal(0)}, {}, ["USD 0 a day"], id="a-limit-of-nothing"),
]


def run(sandbox: ThreadedSandbox, folder: Path, *words: str, **more: str) -> Any:
    (folder / "list.csv").write_text(PEOPLE)
    (folder / "card.csv").write_text(CARD)
    return bulksend(
        *("run", folder / "list.csv", "--from", "MyCompany", "--profile-id", PROFILE),
        *("--base-url", sandbox.base_url, "--text", "Hi {name}", "--yes"),
        *("--rates", folder / "card.csv", *words),
        **more,
    )


@pytest.mark.parametrize(("config", "environment", "words"), CERTAIN)
def test_what_is_certain_to_fail_stops_before_the_first_text(
    tmp_path: Path, config: dict[str, Any], environment: dict[str, str], words: list[str]
) -> None:
    with ThreadedSandbox(SandboxConfig(**config)) as sandbox:
        ended = run(sandbox, tmp_path, **environment)

    assert ended.returncode == 2, ended.stderr
    assert sandbox.ledger == []
    assert not (tmp_path / "list.journal").exists()
    for word in words:
        assert word in ended.stderr


@pytest.mark.parametrize(("config", "environment", "words"), CERTAIN)
def test_what_is_certain_to_fail_stops_a_batch_that_goes_on_as_well(
    tmp_path: Path, config: dict[str, Any], environment: dict[str, str], words: list[str]
) -> None:
    with ThreadedSandbox() as good:
        run(good, tmp_path, "--limit", "1")
        port = int(good.base_url.split(":")[2].split("/")[0])
    with ThreadedSandbox(SandboxConfig(port=port, **config)) as sandbox:
        ended = bulksend("resume", tmp_path / "list.csv", "--yes", **environment)
        status = bulksend("status", tmp_path / "list.csv", "--json")

    assert ended.returncode == 2, ended.stderr
    assert sandbox.ledger == []
    assert (document(status)["accepted"], document(status)["unsent"]) == (1, 2)
    for word in words:
        assert word in ended.stderr


def test_a_batch_goes_on_without_the_look_where_that_is_asked_for(tmp_path: Path) -> None:
    with ThreadedSandbox() as good:
        run(good, tmp_path, "--limit", "1")
        port = int(good.base_url.split(":")[2].split("/")[0])
    with ThreadedSandbox(SandboxConfig(port=port, balance=Decimal(0))) as sandbox:
        ended = bulksend("resume", tmp_path / "list.csv", "--yes", "--no-preflight")

    assert (ended.returncode, sandbox.texts) == (5, {})
    assert "to spend" not in ended.stderr


def test_the_rest_of_a_batch_is_held_against_the_credit(tmp_path: Path) -> None:
    with ThreadedSandbox() as good:
        run(good, tmp_path, "--limit", "1")
        port = int(good.base_url.split(":")[2].split("/")[0])
    with ThreadedSandbox(SandboxConfig(port=port, balance=Decimal("0.05"))) as sandbox:
        ended = bulksend("resume", tmp_path / "list.csv", "--yes")
        finished = bulksend("resume", tmp_path / "list.csv", "--yes", TELNYX_API_KEY="KEYwrong")

    assert "the estimate is USD 0.0840" in ended.stderr
    assert len(sandbox.texts) == 1
    assert "API key is not accepted" in finished.stderr


def test_nobody_there_is_said_before_a_batch_begins(tmp_path: Path) -> None:
    with ThreadedSandbox() as sandbox:
        pass
    ended = run(sandbox, tmp_path)

    assert ended.returncode == 2
    assert "cannot be reached" in ended.stderr
    assert not (tmp_path / "list.journal").exists()


@pytest.mark.parametrize(
    ("config", "word"),
    [
        pytest.param({"balance": Decimal("0.10")}, "the estimate is USD 0.1500", id="credit"),
        pytest.param({"daily_spend_limit": Decimal("0.10")}, "midnight UTC", id="day-limit"),
        pytest.param({"senders": frozenset({"mycompany"})}, "'mycompany'", id="spelling"),
        pytest.param({"senders": frozenset({"Other"})}, "IDs are Other", id="not-listed"),
    ],
)
def test_what_may_still_work_is_a_warning(
    tmp_path: Path, config: dict[str, Any], word: str
) -> None:
    with ThreadedSandbox(SandboxConfig(**config)) as sandbox:
        ended = run(sandbox, tmp_path)

        assert word in ended.stderr
        assert sandbox.ledger != []
        assert ended.returncode != 2


def test_read_results_a_closed_country_are_invalid_and_stay_so(tmp_path: Path) -> None:
    with ThreadedSandbox(SandboxConfig(whitelist=frozenset({"GB"}))) as sandbox:
        ended = run(sandbox, tmp_path, "--json")
        status = bulksend("status", tmp_path / "list.csv", "--json")

        assert sorted(sandbox.texts) == ["+447400000001", "+447400000002"]

    assert ended.returncode == 3
    assert "1 row cannot go: the profile is closed to FR" in ended.stderr
    for shown in (ended, status):
        assert (document(shown)["accepted"], document(shown)["invalid"]) == (2, 1)
    results = read_results(tmp_path / "list.results.csv")
    assert [row["status"] for row in results] == ["accepted", "accepted", "invalid"]
    assert results[2]["error_code"] == "country_closed"


@pytest.mark.parametrize(
    ("words", "warned"), [((), False), (("--no-smart-encoding",), True)], ids=["silent", "given"]
)
def test_parts_are_counted_as_the_profile_counts_them_unless_the_person_says_otherwise(
    tmp_path: Path, words: tuple[str, ...], warned: bool
) -> None:
    with ThreadedSandbox(SandboxConfig(smart_encoding=True)) as sandbox:
        ended = run(sandbox, tmp_path, *words)

    assert ended.returncode == 0
    assert ("parts are counted otherwise" in ended.stderr) is warned


def test_without_preflight_the_first_reply_says_it(tmp_path: Path) -> None:
    with ThreadedSandbox(SandboxConfig(enabled=False)) as sandbox:
        ended = run(sandbox, tmp_path, "--no-preflight")

    assert ended.returncode == 5
    assert len(sandbox.ledger) >= 1
    assert sandbox.texts == {}


def test_doctor_holds_a_contacts_file_against_the_account(tmp_path: Path) -> None:
    config = SandboxConfig(whitelist=frozenset({"GB"}), balance=Decimal("0.05"))
    with ThreadedSandbox(config) as sandbox:
        run(sandbox, tmp_path, "--dry-run")
        ended = bulksend(
            *("doctor", tmp_path / "list.csv", "--from", "MyCompany", "--profile-id", PROFILE),
            *("--base-url", sandbox.base_url, "--text", "Hi {name}"),
            *("--rates", tmp_path / "card.csv"),
        )

    assert ended.returncode == 0, ended.stdout
    assert "the profile is closed to FR" in ended.stdout
    assert "the estimate is USD 0.1500" in ended.stdout
    assert sandbox.ledger == []


@pytest.mark.parametrize("with_list", [True, False], ids=["with-list", "without"])
def test_doctor_warns_of_a_sender_that_is_not_listed(tmp_path: Path, with_list: bool) -> None:
    with ThreadedSandbox(SandboxConfig(senders=frozenset({"Other"}))) as sandbox:
        run(sandbox, tmp_path, "--dry-run")
        ended = bulksend(
            *("doctor", *([tmp_path / "list.csv"] if with_list else []), "--text", "Hi {name}"),
            *("--from", "MyCompany", "--profile-id", PROFILE, "--base-url", sandbox.base_url),
        )

    assert ended.returncode == 0, ended.stdout
    assert "warn  sender" in ended.stdout


def test_doctor_without_a_key_looks_at_what_it_can(tmp_path: Path) -> None:
    ended = bulksend("doctor", "--journal", tmp_path / "x.journal", TELNYX_API_KEY="")

    assert ended.returncode == 2
    assert "no API key" in ended.stdout
    assert "a sync takes" in ended.stdout
