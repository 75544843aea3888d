"""Streams that are closed, gone or full: the batch goes on, because a screen is only a screen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.acceptance import cli

pytestmark = pytest.mark.slow

ROWS = 120


@pytest.mark.parametrize(
    ("redirect", "code"),
    [
        pytest.param("2>&-", 0, id="stderr-closed"),
        pytest.param("2> >(head -n 1 >/dev/null)", 0, id="stderr-gone"),
        pytest.param("2>/dev/full", 0, id="stderr-full"),
        pytest.param("<&- >&- 2>&-", 0, id="all-closed"),
        pytest.param(">/dev/full", 7, id="stdout-full"),
        pytest.param(">&-", 0, id="stdout-closed"),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_batch_outlives_its_screen(tmp_path: Path, redirect: str, code: int) -> None:
    contacts = cli.write_contacts(tmp_path / "c.csv", ROWS)
    with cli.running_sandbox(tmp_path) as sandbox:
        words = ["run", str(contacts), *sandbox.run_options(), "--text", "Hi {name}", "--verbose"]
        ended = subprocess.run(
            ["bash", "-c", f'"$@" --rate 2000/s {redirect}', "-", *cli.BULKSEND, *words],
            capture_output=True,
            text=True,
            env=cli.environment(),
            timeout=60,
            check=False,
        )
        texted = sandbox.accepted()

    assert (ended.returncode, len(texted)) == (code, ROWS), ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(cli.read_results(tmp_path / "c.results.csv")) == ROWS
