"""Every JSON document stands to its schema, and says nothing that the schema does not know."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bulksend import cli
from bulksend.batch.preflight.checklist import Finding, Level
from bulksend.batch.preflight.own_phones import OwnText, Tried
from bulksend.batch.summary import Counts, State, Summary
from bulksend.cli.render.documents import (
    doctor_json,
    error_json,
    optouts_json,
    own_phones_json,
    pace_json,
    rates_json,
    receipts_json,
    reconcile_json,
    report_json,
    summary_json,
)
from bulksend.commands.doctor import Report
from bulksend.commands.optouts import Listed
from bulksend.commands.pace import Pace
from bulksend.commands.rates import Learned
from bulksend.commands.receipts import Receipts
from bulksend.commands.reconcile import Reconciled
from bulksend.commands.report import Written
from bulksend.errors import Stop
from bulksend.receipts.collect import Collected
from bulksend.reconcile.evidence import By, Reason, Resolution, Unresolved
from bulksend.sms.message import Money, Reply, Status

SCHEMAS = Path(cli.__file__).parent / "render" / "schemas"
DOCUMENTS = SCHEMAS.parent


def make_summary(**fields: Any) -> Summary:
    values: dict[str, Any] = {
        "batch": "0f" * 16,
        "counts": Counts(accepted=3, refused=1, unknown=1, unsent=2, invalid=1, skipped=1),
        "parts": 4,
        "cost": {"USD": Decimal("0.1680"), "EUR": Decimal("1E-2")},
        "seconds": 1.25,
        "results": Path("june.results.csv"),
        "journal": Path("june.journal"),
    }
    return Summary(**(values | fields))


SUMMARIES = [
    pytest.param(make_summary(), id="finished"),
    pytest.param(make_summary(counts=Counts(in_flight=5), state=State.RUNNING), id="running"),
    pytest.param(make_summary(state=State.PAUSED, next="bulksend pace x"), id="paused"),
    pytest.param(make_summary(state=State.STOPPED, stop=Stop.LIMIT, because="why"), id="limit"),
    pytest.param(make_summary(state=State.UNFINISHED, stop=Stop.FUNDS), id="unfinished"),
    pytest.param(make_summary(skipped_by={"sent_before": 1}, gone=2, sandbox=True), id="skipped"),
]


def holds(name: str, document: dict[str, Any]) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json.dumps(document)), schema)


@pytest.mark.parametrize("summary", SUMMARIES)
def test_a_summary_is_as_its_schema_says(summary: Summary) -> None:
    document = summary_json.document(summary)

    holds("summary", document)
    statuses = ("accepted", "refused", "unknown", "unsent", "invalid", "skipped", "in_flight")
    assert sum(document[name] for name in statuses) == document["rows"]


@pytest.mark.parametrize(
    ("state", "stop", "counts", "code"),
    [
        pytest.param(State.FINISHED, None, Counts(accepted=1), 0, id="all accepted"),
        pytest.param(State.FINISHED, None, Counts(accepted=1, skipped=4), 0, id="some left out"),
        pytest.param(State.FINISHED, None, Counts(invalid=1), 3, id="one invalid"),
        pytest.param(State.FINISHED, None, Counts(refused=1, unknown=1), 6, id="unknown first"),
        pytest.param(State.STOPPED, Stop.LIMIT, Counts(accepted=5, unsent=9), 0, id="limit"),
        pytest.param(State.STOPPED, Stop.LIMIT, Counts(unknown=1, unsent=9), 6, id="limit+unknown"),
        pytest.param(State.STOPPED, Stop.MAX_COST, Counts(unsent=9), 5, id="cap"),
        pytest.param(State.STOPPED, Stop.INTERRUPTED, Counts(unknown=2), 130, id="interrupted"),
        pytest.param(State.STOPPED, Stop.TERMINATED, Counts(), 143, id="terminated"),
        pytest.param(State.STOPPED, Stop.JOURNAL, Counts(unknown=2), 7, id="journal"),
        pytest.param(State.STOPPED, Stop.CONTACTS_CHANGED, Counts(), 8, id="contacts changed"),
        pytest.param(State.UNFINISHED, Stop.INTERRUPTED, Counts(unsent=2), 5, id="left behind"),
        pytest.param(State.UNFINISHED, Stop.LIMIT, Counts(unsent=2), 0, id="left by a limit"),
        pytest.param(State.RUNNING, None, Counts(in_flight=2), 0, id="running"),
        pytest.param(State.SUSPENDED, None, Counts(in_flight=2, unsent=1), 0, id="suspended"),
        pytest.param(State.NOTHING_TO_DO, None, Counts(refused=2), 0, id="nothing to do"),
    ],
)
def test_the_state_decides_the_exit_code(
    state: State, stop: Stop | None, counts: Counts, code: int
) -> None:
    assert make_summary(state=state, stop=stop, counts=counts).exit_code == code


def test_the_other_documents_are_as_their_schemas_say() -> None:
    settled = (Resolution(row=1, status=Status.ACCEPTED, by=By.KEY, message_id="x"),)
    left = (Unresolved(row=2, reasons=(Reason.SANDBOX_GONE,)),)
    reconciled = Reconciled(summary=make_summary(), settled=settled, left=left)
    checks = (Finding("key", Level.OK, "accepted"), Finding("sender", Level.WARN, "odd", "look"))

    holds("reconcile", reconcile_json.document(reconciled))
    receipts = Receipts(summary=make_summary(), collected=Collected())

    holds("receipts", receipts_json.document(receipts))
    holds("doctor", doctor_json.document(Report(checks)))
    holds("pace", pace_json.document(Pace("5/s", True, "bulksend pace x continue")))
    holds("rates", rates_json.document(Learned((), {"why": 2}, Path("card.csv"))))
    page = Written(path=Path("page.html"), summary=make_summary())
    holds("report", report_json.document(page))
    holds("optouts", optouts_json.document(Listed((), Path("optouts.csv"))))
    reply = Reply(Status.ACCEPTED, message_id="x", parts=1, cost=Money(Decimal("0.04"), "USD"))
    tested = OwnText(row=2, text="Hi", tried=(Tried("+447700900123", reply),))
    holds("own_phones", own_phones_json.document(tested))
    holds("error", error_json.document("no", "usage", 2))


def test_every_document_has_a_schema_and_every_schema_a_document() -> None:
    schemas = {path.stem for path in SCHEMAS.glob("*.json")}
    named = {
        name
        for path in DOCUMENTS.rglob("*.py")
        for name in re.findall(r"schemas/(\w+)\.json", path.read_text())
    }

    assert schemas == named
