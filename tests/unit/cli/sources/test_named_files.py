"""No option that names a file to write takes another file's place: all, of every command."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bulksend.cli import main, option_types
from bulksend.cli.group import cli

#: What is written, by command. Whoever adds an option that names a file decides here what it is.
WRITTEN = {
    "run": {"--results", "--journal", "--log-file"},
    "resume": {"--results", "--journal", "--log-file"},
    "status": {"--results", "--journal", "--log-file"},
    "results": {"--results", "--journal", "--log-file"},
    "reconcile": {"--results", "--journal", "--log-file"},
    "receipts": {"--results", "--journal", "--log-file"},
    "report": {"--output", "--journal", "--log-file"},
    "optouts": {"--output", "--log-file"},
    "rates learn": {"--output", "--log-file"},
    "sandbox": {"--ledger", "--log-file"},
    "doctor": {"--journal", "--log-file"},
    "pace": {"--results", "--journal", "--log-file"},
    "explain": {"--log-file"},
    "forget": {"--log-file"},
}
SPELLINGS = ("named.csv", "./sub/../named.csv", "link", "hard")
CONTENT = b"name,phone\nAda,+447700900123\n"


def commands(group: click.Group = cli, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} ")
        else:
            yield prefix + name, command


def files(command: click.Command, kind: click.ParamType) -> list[click.Parameter]:
    return [each for each in command.params if each.type is kind]


def flag(parameter: click.Parameter) -> str:
    """As it is typed; "" for an argument."""
    longest = max(parameter.opts, key=len)
    return longest if longest.startswith("-") else ""


def test_every_option_that_names_a_file_is_known_as_read_or_written() -> None:
    written = {}
    for name, command in commands():
        for parameter in command.params:
            is_path = isinstance(parameter.type, click.Path | click.File)
            assert not is_path or parameter.type in (option_types.FILE, option_types.WRITTEN), name
        if found := {flag(each) for each in files(command, option_types.WRITTEN)}:
            written[name] = found

    assert written == WRITTEN


def clashes() -> Iterator[tuple[str, str, str]]:
    for name, command in commands():
        for output in files(command, option_types.WRITTEN):
            others = [*files(command, option_types.FILE), *files(command, option_types.WRITTEN)]
            for other in others:
                if other is not output:
                    yield name, flag(output), flag(other)
            yield name, flag(output), "--config"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "named.csv").write_bytes(CONTENT)
    (tmp_path / "contacts.csv").write_bytes(CONTENT)
    (tmp_path / "link").symlink_to("named.csv")
    (tmp_path / "hard").hardlink_to("named.csv")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "output", "other", "spelling"),
    [
        *((*clash, spelling) for clash, spelling in zip(clashes(), itertools.cycle(SPELLINGS))),
        *(("run", "--results", "--suppress", spelling) for spelling in SPELLINGS),
    ],
)
def test_a_file_that_is_written_is_none_that_is_named_beside_it(
    desk: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    output: str,
    other: str,
    spelling: str,
) -> None:
    (desk / "sub").mkdir()
    words = [*name.split(), output, spelling]
    if other == "--config":
        (desk / "named.csv").write_bytes(b"quiet = true\n")
        words = ["--config", "named.csv", *words]
    elif other:
        words += [other, "named.csv"]
    argument = next((each for each in dict(commands())[name].params if not flag(each)), None)
    if argument is not None:
        file = "contacts.csv" if other else "named.csv"
        words.append(file if argument.type is option_types.FILE else "+447700900123")
    before = {path.name: path.read_bytes() for path in desk.iterdir() if path.is_file()}

    with pytest.raises(SystemExit) as ended:
        main.main(words)

    assert ended.value.code == 2, capsys.readouterr().err
    said = capsys.readouterr().err
    assert "named.csv" in said or spelling in said or argument is None
    assert {path.name: path.read_bytes() for path in desk.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    "name",
    [
        *("contacts.journal", "contacts.results.csv", "contacts.journal-wal"),
        *("contacts.journal.lock", "contacts.journal.receipts", "contacts.journal.ballast"),
    ],
)
def test_a_log_takes_no_name_that_the_batch_will_need(desk: Path, name: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["status", "contacts.csv", "--log-file", name])

    assert ended.value.code == 2
    assert not (desk / name).exists()


@pytest.mark.parametrize("command", ["sandbox --ledger", "rates learn r.csv --force -o"])
def test_what_is_somebody_elses_is_neither_added_to_nor_replaced(
    desk: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main([*command.split(), "named.csv"])

    assert ended.value.code == 2
    assert "named.csv is there already" in capsys.readouterr().err
    assert (desk / "named.csv").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "words",
    [
        *("run -", "run - --json", "status -", "resume -", "receipts -", "rates learn -"),
        *("run contacts.csv --text-file -", "run contacts.csv --text x --results -"),
        *("report contacts.csv -o -", "status contacts.csv --journal -"),
    ],
)
def test_a_hyphen_is_no_file(desk: Path, capsys: pytest.CaptureFixture[str], words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(words.split())

    shown = capsys.readouterr()
    assert ended.value.code == 2
    assert "./-" in shown.out + shown.err
    assert not (desk / "-").exists()


def test_a_file_that_is_called_a_hyphen_is_named_by_its_folder(desk: Path) -> None:
    (desk / "-").write_bytes(CONTENT)

    with pytest.raises(SystemExit) as ended:
        main.main(["run", "./-", "-n", "--text", "Hi"])

    assert ended.value.code == 0


NO_NAMES = {"empty": "", "root": "/", "here": ".", "too long": "a" * 300}


@pytest.mark.parametrize("name", NO_NAMES.values(), ids=NO_NAMES)
@pytest.mark.parametrize(
    "command",
    [
        *("run --sandbox --text x", "status", "resume", "results", "reconcile", "receipts"),
        *("report", "pace", "doctor --sandbox", "rates learn"),
    ],
)
def test_a_contacts_file_that_no_file_can_be_called_is_told_in_words(
    desk: Path, capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main([*command.split(), name])

    assert ended.value.code == 4
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("name", NO_NAMES.values(), ids=NO_NAMES)
@pytest.mark.parametrize(
    ("command", "output"), [(c, o) for c in WRITTEN for o in sorted(WRITTEN[c])]
)
def test_an_option_that_names_no_file_is_told_in_words(
    desk: Path, capsys: pytest.CaptureFixture[str], command: str, output: str, name: str
) -> None:
    words = [*command.split(), output, name]
    argument = next((each for each in dict(commands())[command].params if not flag(each)), None)
    if argument is not None:
        words.append("contacts.csv" if argument.type is option_types.FILE else "+447700900123")

    with pytest.raises(SystemExit) as ended:
        main.main(words)

    shown = capsys.readouterr().err
    assert ended.value.code == 2
    assert output in shown
    assert "Traceback" not in shown


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="has no file without end")
@pytest.mark.parametrize(("option", "code"), [("--text-file", 4), ("--rates", 2)])
def test_a_small_file_without_end_is_not_read_to_its_end(
    desk: Path, capsys: pytest.CaptureFixture[str], option: str, code: int
) -> None:
    text = [] if option == "--text-file" else ["--text", "Hi"]

    with pytest.raises(SystemExit) as ended:
        main.main(["run", "contacts.csv", "-n", *text, option, "/dev/zero"])

    assert ended.value.code == code
    assert "/dev/zero" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("command", ["status contacts.csv --log-file", "sandbox --port 0 --ledger"])
def test_what_is_added_to_waits_for_no_reader_of_a_pipe(desk: Path, command: str) -> None:
    os.mkfifo(desk / "pipe")

    with pytest.raises(SystemExit) as ended:
        main.main([*command.split(), "pipe"])

    assert ended.value.code == 2


def test_a_folder_that_is_gone_is_told_in_words(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = desk / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    with pytest.raises(SystemExit) as ended:
        main.main(["run", "contacts.csv", "-n", "--text", "Hi", "--results", "r.csv"])

    assert ended.value.code in (2, 4, 7)
    assert "Traceback" not in capsys.readouterr().err
