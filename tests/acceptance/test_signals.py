"""A signal at any moment: the exit code of the contract, and never a traceback."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.acceptance import cli

pytestmark = pytest.mark.slow

RUN = ("--sandbox", "--text", "Hi {name}", "--rate", "20/s")


def hears(process: subprocess.Popen[str], number: int) -> bool:
    """Whether the process has a handler of its own; Python itself has none for SIGTERM."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(it.split()[1] for it in status.splitlines() if it.startswith("SigCgt"))
    return bool(int(caught, 16) >> (number - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux who hears what")
@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"]
)
def test_a_signal_however_early_ends_it_as_the_contract_says(
    tmp_path: Path, number: int, code: int, after_s: float
) -> None:
    contacts = cli.write_contacts(tmp_path / "c.csv", 100)
    process = cli.start("run", contacts, *RUN)
    cli.wait_for(lambda: hears(process, signal.SIGTERM))
    time.sleep(after_s)

    process.send_signal(number)
    _, err = process.communicate(timeout=120)

    assert process.returncode == code, err
    assert "Traceback" not in err


def test_under_nohup_the_end_of_the_terminal_ends_no_batch(tmp_path: Path) -> None:
    contacts = cli.write_contacts(tmp_path / "c.csv", 30)
    with subprocess.Popen(
        ["nohup", *cli.BULKSEND, "run", str(contacts), *RUN, "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=cli.environment(),
    ) as process:
        cli.wait_for(lambda: (tmp_path / "c.sandbox.journal").exists())
        time.sleep(0.3)
        process.send_signal(signal.SIGHUP)
        out, err = process.communicate(timeout=120)

    assert process.returncode == 0, err
    assert '"accepted": 30' in out
