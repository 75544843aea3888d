"""What `explain` says of a text: where it stands, how it ended, and whether that is known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bulksend.cli.render import memory_text
from bulksend.cli.render.documents import memory_json
from bulksend.commands.explain import Explained, SentText

BATCH = {"batch": "b" * 32, "contacts_name": "july.csv", "sender": "MyCompany", "journal": "j"}


def explained(**fields: Any) -> Explained:
    at = datetime(2026, 11, 27, 10, 5, tzinfo=UTC)
    text = SentText(at=at, row=4, **(BATCH | fields))
    return Explained(phone="+447700900123", texts=(text,))


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ({"status": "accepted"}, "july.csv, row 4: accepted"),
        ({"status": "accepted", "delivery_status": "delivered"}, "row 4: accepted, delivered"),
        ({"status": "unknown"}, "row 4: unknown, it may have arrived"),
        ({"status": "in_flight"}, "row 4: in flight"),
        ({"status": "unsent"}, "row 4: about to be sent"),
        ({"status": "accepted", "gone": True}, "row 4: accepted, gone from its contacts file"),
        ({}, "row 4: its journal cannot be read any more, so it counts as texted"),
        (
            dict.fromkeys(BATCH, ""),
            "a batch that is not known any more, row 4: its journal cannot be read any more, so it "
            "counts as texted",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_text_is_named_with_how_it_stands(fields: dict[str, Any], end: str) -> None:
    [_, line] = memory_text.explained(explained(**fields)).splitlines()

    assert line.startswith("  2026-11-27 10:05 UTC")
    assert line.endswith(end)


def test_the_document_has_null_for_what_is_not_known() -> None:
    [text] = memory_json.explained(explained())["texts"]

    assert (text["status"], text["delivery_status"], text["gone"]) == (None, None, False)
