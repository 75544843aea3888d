"""A batch goes on where it began, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bulksend import errors
from bulksend.batch import connection
from bulksend.batch.settings import Place

REAL = "https://api.telnyx.com/v2"
LOCAL = "http://127.0.0.1:8080/v2"


@pytest.mark.parametrize(
    ("asked", "sent_via", "words"),
    [
        pytest.param({}, REAL, None, id="real-and-real"),
        pytest.param({"sandbox": True}, "", None, id="sandbox-and-sandbox"),
        pytest.param({"base_url": LOCAL}, LOCAL, None, id="the-same-address"),
        pytest.param({"base_url": f"{LOCAL}/"}, LOCAL, None, id="the-same-address-with-a-slash"),
        pytest.param({}, "", "belongs to the embedded sandbox", id="sandbox-goes-on-for-real"),
        pytest.param({"sandbox": True}, REAL, "is a real batch", id="real-goes-on-in-the-sandbox"),
        pytest.param({"base_url": LOCAL}, REAL, "was sent via", id="another-address"),
        pytest.param({"base_url": REAL}, LOCAL, "was sent via", id="back-to-telnyx"),
    ],
)
def test_a_batch_goes_on_where_it_began(
    asked: dict[str, Any], sent_via: str, words: str | None
) -> None:
    place = Place(contacts=Path("a.csv"), **asked)

    if words is None:
        connection.refuse_other_server(place, sent_via)
        return
    with pytest.raises(errors.BatchMismatch, match=words) as refusal:
        connection.refuse_other_server(place, sent_via)

    assert refusal.value.code == "batch_changed"
