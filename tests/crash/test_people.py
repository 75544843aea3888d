"""The key, the people's numbers and texts, and what comes from hostile hands."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bulksend.cli import main
from bulksend.results import csv_writer
from tests.acceptance import cli
from tests.makers import PROFILE

pytestmark = pytest.mark.slow

CANARY = "KEY0199canary7f3a_NeverShown"
TEXT = "Zanzibar is calling {name}"
_TRACEBACK = """
from bulksend.results import writer
from bulksend.cli import main
def broken(*_, **__):
    raise RuntimeError("a bug on purpose")
writer.write_results = broken
main.main()
"""


def everything(folder: Path, *ended: object) -> str:
    """All that was written or said."""
    files = [it.read_bytes().decode(errors="replace") for it in folder.rglob("*") if it.is_file()]
    return "\n".join([*files, *map(str, ended)])


def test_the_key_is_nowhere_and_the_journal_and_the_log_know_nobody(tmp_path: Path) -> None:
    """Through every sort of trouble, with --verbose, and with a traceback forced."""
    folder = tmp_path / "batch"
    folder.mkdir()
    contacts = cli.write_contacts(folder / "c.csv", 60)
    kinds = ["garbage", "reset", "cut", "html", "long_header", "close", "redirect"]
    rules = [{"fault": it, "after": True, "nth": 7 * at + 5} for at, it in enumerate(kinds)]
    key = {"TELNYX_API_KEY": CANARY, "PYTHONASYNCIODEBUG": "1"}
    with cli.running_sandbox(tmp_path, api_key=CANARY, faults=json.dumps(rules)) as sandbox:
        words = ["run", contacts, *sandbox.run_options(), "--text", TEXT, "--verbose"]
        started = cli.start(*words, "--rate", "100/s", **key)
        seen = Path(f"/proc/{started.pid}/cmdline").read_bytes()
        out, err = started.communicate(timeout=120)
        resumed = cli.bulksend("resume", contacts, "--yes", "--verbose", **key)
        wrong = cli.bulksend(*words[:2], *words[2:], "--journal", folder / "w", **key)
        broken = cli.subprocess.run(
            [cli.BULKSEND[0], "-c", _TRACEBACK, "resume", str(contacts), "--yes", "--json"],
            capture_output=True,
            text=True,
            env=cli.environment(**key),
            timeout=120,
            check=False,
        )

    said = everything(folder, out, err, resumed, wrong, broken, seen)
    assert CANARY not in said
    assert "Traceback" not in err + resumed.stderr
    assert broken.returncode == 1
    told = err + resumed.stderr + (folder / "c.journal").read_bytes().decode(errors="replace")
    assert "447911" not in told
    assert "Zanzibar" not in told
    assert "Name7" not in told


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    contacts = cli.write_contacts(tmp_path / "c.csv", 3)

    cli.bulksend("run", contacts, "--sandbox")
    cli.bulksend("run", contacts, "--dry-run", "--text", "x", "--results", tmp_path / "estimate")

    made = [it for it in tmp_path.iterdir() if it.is_file() and it != contacts]
    assert len(made) == 5
    assert {it.name: stat.S_IMODE(it.stat().st_mode) for it in made} == {
        it.name: 0o600 for it in made
    }


_BEGINNINGS = ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"]
_BEGINNINGS += [" =", "\ufeff=", "\u00a0@", "\u200b=", "\u2003=", "  \t+", "\n=", "\r\n-"]
PAYLOADS = [
    begin + rest
    for begin in _BEGINNINGS
    for rest in ("cmd|' /C calc'!A0", "SUM(1+1)*2", "1555+cmd|x", 'HYPERLINK("http://x")')
]
NUMBERS = ["+447911000001", "+15551234567", "+4915112345678", "+12", "+123456789012345"]
HARMLESS = ["Ada", "12.5", "a=b", "O'Brien", "x@y.example", "", "447911000001", "a,b", 'say "x"']


def test_no_cell_runs_and_every_number_stays_as_it_is(tmp_path: Path) -> None:
    cells = PAYLOADS + NUMBERS + HARMLESS
    path = tmp_path / "out.csv"

    frame = pl.DataFrame({"c0": cells, "error": cells})
    table = csv_writer.Table(path=path, originals=["=name()"], ours=["error"], our_names=["error"])
    csv_writer.write_table(table, [frame])

    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["'=name()", "error"]
    assert [it[0] for it in rows] == [f"'{it}" for it in PAYLOADS] + NUMBERS + HARMLESS
    assert [it[0] for it in rows] == [it[1] for it in rows]
    assert len(PAYLOADS) >= 60


@pytest.mark.parametrize(
    ("name", "header"),
    [
        pytest.param("evil\x1b[31m.csv", "", id="a-file-name"),
        pytest.param("c.csv", "a\x1b[31m,b", id="a-column"),
        pytest.param("c.csv", "a\u202egpj,b\u200b", id="a-column-that-turns-around"),
        pytest.param("c.csv", "a\x9b31m,b", id="a-c1-control"),
    ],
)
def test_what_acts_on_a_terminal_is_shown_and_does_not_act(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, header: str
) -> None:
    (tmp_path / name).write_text(f"{header}\n1,2\n" if header else "")

    with pytest.raises(SystemExit) as ended:
        main.main(["run", str(tmp_path / name), "--dry-run", "--text", "x"])

    said = "".join(capsys.readouterr())
    assert ended.value.code == 4
    assert not [it for it in said if it != "\n" and not it.isprintable()], said
    assert "\\x" in said or "\\u" in said


def edited(statement: str, *values: object) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute(statement, values)
        connection.commit()
        connection.close()

    return edit


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (name)")
    connection.commit()
    connection.close()


def ours_by_name_alone(path: Path) -> None:
    foreign(path)
    edited("PRAGMA application_id=1651732068")(path)
    edited("PRAGMA user_version=1")(path)


_TRIGGER = """
CREATE TRIGGER evil AFTER INSERT ON run BEGIN UPDATE send SET status = 5; END
"""
HOSTILE = [
    pytest.param(foreign, id="another-programs"),
    pytest.param(ours_by_name_alone, id="ours-by-name-alone"),
    pytest.param(damaged, id="damaged-pages"),
    pytest.param(cut_off, id="cut-off"),
    pytest.param(edited("DROP TABLE send"), id="a-table-is-missing"),
    pytest.param(edited("UPDATE meta SET value = '{}'"), id="no-batch"),
    pytest.param(edited("UPDATE meta SET value = ?", "[" * 100_000), id="deep-json"),
    pytest.param(edited("UPDATE send SET status = 77"), id="a-status-that-is-none"),
    pytest.param(edited("UPDATE send SET status = 'x'"), id="a-status-of-letters"),
    pytest.param(edited("UPDATE send SET row = -5 WHERE row = 2"), id="a-row-before-the-first"),
    pytest.param(
        edited("UPDATE send SET row = 9223372036854775807 WHERE row = 2"), id="a-row-too-far"
    ),
    pytest.param(edited("UPDATE send SET cost = 'free', currency = 7"), id="a-cost-that-is-none"),
    pytest.param(edited("UPDATE send SET message_id = 'short'"), id="an-id-that-is-none"),
    pytest.param(edited("UPDATE send SET claimed_ms = 9e18"), id="a-moment-that-never-comes"),
    pytest.param(edited("UPDATE send SET parts = 'many', attempts = x'00'"), id="wrong-types"),
    pytest.param(edited(_TRIGGER), id="a-trigger-that-unsends"),
]


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of which half was sent."""
    folder = tmp_path_factory.mktemp("half")
    contacts = cli.write_contacts(folder / "c.csv", 20)
    cli.bulksend("run", contacts, "--sandbox", "--limit", "10")
    return folder


@pytest.mark.parametrize("edit", HOSTILE)
def test_a_hostile_journal_sends_nobody_a_second_text_and_is_no_traceback(
    half: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], edit: Callable[[Path], None]
) -> None:
    folder = tmp_path / "half"
    shutil.copytree(half, folder)
    journal, contacts = folder / "c.sandbox.journal", str(folder / "c.csv")
    edit(journal)

    codes = {}
    for command in ("status", "results", "run", "resume"):
        with pytest.raises(SystemExit) as ended:
            main.main([command, contacts, "--sandbox", "--no-progress"])
        codes[command] = ended.value.code

    said = "".join(capsys.readouterr())
    assert "Traceback" not in said, said
    assert set(codes.values()) <= {0, 3, 5, 6, 7, 8}, codes


@pytest.mark.parametrize(
    "template",
    [
        *("{name.__class__}", "{name.__init__.__globals__}", "{0}", "{name[0]}", "{name!r}"),
        *("{name:>2000000}", "{}", "{name", "name}", "{" * 999, "{na me}{", "{name" * 100),
        "{settings.api_key}",
    ],
)
def test_a_hostile_template_is_an_error_and_never_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], template: str
) -> None:
    contacts = cli.write_contacts(tmp_path / "c.csv", 2)

    with pytest.raises(SystemExit) as ended:
        main.main(["run", str(contacts), "--dry-run", "--text", template])

    assert ended.value.code == 4
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_value_that_looks_like_a_template_is_a_value(tmp_path: Path) -> None:
    contacts = tmp_path / "c.csv"
    contacts.write_text("phone,name\n+447911000001,{phone}{name}\n")
    with cli.running_sandbox(tmp_path) as sandbox:
        cli.bulksend("run", contacts, *sandbox.run_options(), "--text", "Hi {name}")

        (entry,) = sandbox.entries()

    assert entry["text"] == "Hi {phone}{name}"
    assert entry["sender"] == "MyCompany"
    assert PROFILE
