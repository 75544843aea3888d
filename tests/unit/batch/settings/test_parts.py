"""Settings fall into parts, and a batch's files lie where its place says."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulksend.batch.settings import Again, Basis, Consent, OwnPhones, Place, Server, Settings

#: Other than every default.
ASKED = Settings(
    contacts=Path("lists/july.csv"),
    results=Path("r.csv"),
    journal=Path("j"),
    sandbox=True,
    base_url="http://127.0.0.1:1/v2",
    base_url_typed=True,
    api_key="KEY123",
    api_key_file=Path("key.txt"),
    proxy="http://127.0.0.1:2",
    https_proxy="http://127.0.0.1:3",
    no_proxy="localhost",
    ca_file=Path("ca.pem"),
    yes=True,
    yes_up_to=Decimal(9),
    test_to=("+447700900123",),
    test_row=3,
    retry_refused=True,
    resend_unknown=True,
    also_changed=True,
    state_folder=Path("state"),
)


@pytest.mark.parametrize(
    "part",
    [ASKED.place, ASKED.server, ASKED.consent, ASKED.again, ASKED.own_phones],
    ids=["place", "server", "consent", "again", "own phones"],
)
def test_a_part_says_what_the_settings_say(
    part: Place | Server | Consent | Again | OwnPhones,
) -> None:
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        assert value == getattr(ASKED, field.name)
        assert value != field.default, f"{field.name}: nothing would show that it was lost"


def test_every_field_of_the_settings_goes_to_some_room() -> None:
    parts = (Place, Server, Consent, Again, OwnPhones, Basis)
    taken = {field.name for part in parts for field in dataclasses.fields(part)}

    # What these are for stands with what begins a command.
    begins = {"identity", "ambient", "layout", "also_read", "expect", "preflight", "only_problems"}
    begins |= {"wait_receipts_s", "new_batch", "anew_since_s"}
    assert {field.name for field in dataclasses.fields(Settings)} == taken | begins


def test_the_key_is_shown_by_no_part() -> None:
    assert "KEY123" not in repr(ASKED.server)


@pytest.mark.parametrize(
    ("asked", "journal", "results"),
    [
        pytest.param({}, "lists/july.journal", "lists/july.results.csv", id="beside-the-contacts"),
        pytest.param(
            {"sandbox": True},
            "lists/july.sandbox.journal",
            "lists/july.sandbox.results.csv",
            id="a-rehearsal-has-its-own",
        ),
        pytest.param({"journal": Path("j")}, "j", "lists/july.results.csv", id="a-named-journal"),
        pytest.param({"results": Path("r")}, "lists/july.journal", "r", id="named-results"),
    ],
)
def test_a_batch_lies_beside_its_contacts_unless_named(
    asked: dict[str, Any], journal: str, results: str
) -> None:
    place = Place(contacts=Path("lists/july.csv"), **asked)

    assert place.journal_path == Path(journal)
    assert place.results_path == Path(results)


@pytest.mark.parametrize(
    ("agreed", "is_beforehand"),
    [
        pytest.param(Consent(), False, id="nothing"),
        pytest.param(Consent(yes=True), True, id="yes"),
        pytest.param(Consent(yes_up_to=Decimal(0)), True, id="up-to-nothing-is-said-too"),
        pytest.param(Consent(sandbox=True), False, id="a-rehearsal-needs-none"),
    ],
)
def test_who_agreed_beforehand_is_not_asked(agreed: Consent, is_beforehand: bool) -> None:
    assert agreed.is_beforehand is is_beforehand
