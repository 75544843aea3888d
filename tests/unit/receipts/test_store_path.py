"""The receipts stand beside the journal, under its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend.receipts import store_path


@pytest.mark.parametrize(
    ("journal", "beside"),
    [("c.journal", "c.receipts"), ("c.sandbox.journal", "c.sandbox.receipts"), ("x", "x.receipts")],
)
def test_it_stands_beside_the_journal(journal, beside):
    assert store_path.beside(Path("/f") / journal) == Path("/f") / beside
