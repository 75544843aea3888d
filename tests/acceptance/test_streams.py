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


@pytest.mark.parametrize(
    ("command", "codes", "on_stderr"),
    [
        pytest.param("run bad.csv --dry-run --text x | true", "3 0", "", id="reader-gone"),
        pytest.param("run bad.csv --dry-run --text x --json | true", "3 0", "", id="its-json"),
        pytest.param("status bad.csv --json | true", "2 0", "", id="an-error-in-json"),
        pytest.param("status bad.csv --json >/dev/full", "2", "no batch", id="no-room-for-it"),
        pytest.param(
            "status --bogus --json >/dev/full", "2", "--bogus", id="nor-for-a-usage-error"
        ),
        pytest.param(
            "run bad.csv -n --text x --json >/dev/full", "7", "No space", id="nor-for-json"
        ),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_exit_code_does_not_hang_on_who_reads(
    tmp_path: Path, command: str, codes: str, on_stderr: str
) -> None:
    (tmp_path / "bad.csv").write_text("phone\n12\n+447700900123\n")
    program = " ".join(cli.BULKSEND)

    ended = subprocess.run(
        ["bash", "-c", f"{program} {command}; echo codes ${{PIPESTATUS[@]}} >&2"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=cli.environment(),
        timeout=60,
        check=False,
    )

    *words, last = ended.stderr.splitlines()
    assert last == f"codes {codes}"
    assert on_stderr in "\n".join(words)
    assert "Traceback" not in ended.stderr
