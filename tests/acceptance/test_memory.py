"""What one batch was sent, the next leaves out; what is asked of the memory, it says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.acceptance.cli import RunningSandbox, bulksend, running_sandbox

TEXT = ("--text", "Hi {name}")
PHONES = [f"+44740000000{number}" for number in range(1, 5)]


def write(path: Path, phones: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("name,phone\n" + "".join(f"N{at},{it}\n" for at, it in enumerate(phones)))
    return path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "bulksend"


def run(*words: object) -> tuple[int, str]:
    ended = bulksend(*(word if isinstance(word, Path) else str(word) for word in words))
    return ended.returncode, ended.stdout + ended.stderr


def texted(sandbox: RunningSandbox) -> list[str]:
    return sorted(entry["to"] for entry in sandbox.entries() if entry["accepted"])


pytestmark = pytest.mark.slow


def test_the_next_file_reaches_who_is_new(tmp_path: Path, home: Path) -> None:
    first, second = write(tmp_path / "a.csv", PHONES[:3]), write(tmp_path / "b/a.csv", PHONES)
    with running_sandbox(tmp_path) as sandbox:
        options = (*sandbox.run_options(), *TEXT)
        assert run("run", first, *options)[0] == 0
        _, shown = run("run", second, "--dry-run", "--json", *TEXT, "--from", "MyCompany")
        plan = json.loads(shown[shown.index("{") : shown.rindex("}") + 1])
        code, shown = run("run", second, *options)
        sent = texted(sandbox)
        code_again, shown_again = run("run", write(tmp_path / "c.csv", PHONES), *options)

    assert (plan["sendable"], plan["sent_before"], plan["texted_lately"]) == (1, 3, 3)
    assert code == 0
    assert "3 of these 4 got this very text" in shown
    assert sent == PHONES
    results = (tmp_path / "b/a.results.csv").read_text()
    assert results.count("sent_before") == 3
    assert "a.csv, row 2" in results
    assert code_again == 8
    assert "nobody is left" in shown_again
    assert not (tmp_path / "c.journal").exists()
    assert all(oct(path.stat().st_mode & 0o777) == "0o600" for path in home.iterdir())


def test_what_is_known_of_a_number_is_said_and_forgotten(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", PHONES[:2])
    with running_sandbox(tmp_path) as sandbox:
        options = (*sandbox.run_options(), *TEXT)
        assert run("run", first, *options)[0] == 0
        first.write_text(f"name,phone\nCy,{PHONES[2]}\nN0,{PHONES[0]}\nN1,{PHONES[1]}\n")
        assert run("resume", first, "--yes")[0] == 0
        _, explained = run("explain", "+44 7400 000001", "--json")
        _, forgotten = run("forget", PHONES[0])
        _, after = run("explain", PHONES[0])
        code, _ = run("run", write(tmp_path / "b.csv", PHONES[:2]), *options)
        sent = texted(sandbox)

    texts = json.loads(explained)["texts"]
    known = [(text["contacts"], text["row"], text["status"]) for text in texts]
    assert known == [("a.csv", 3, "accepted")]
    assert "1 text forgotten" in forgotten
    assert "no text remembered" in after
    assert code == 0
    assert sent == [PHONES[0], PHONES[0], *PHONES[1:3]]


def test_a_damaged_memory_is_set_aside_and_rebuilt(tmp_path: Path, home: Path) -> None:
    first = write(tmp_path / "a.csv", PHONES[:3])
    with running_sandbox(tmp_path) as sandbox:
        options = (*sandbox.run_options(), *TEXT)
        assert run("run", first, *options)[0] == 0
        (home / "memory.sqlite").write_bytes(b"\0" * 5000)
        code, shown = run("run", write(tmp_path / "b/b.csv", PHONES), *options)
        sent = texted(sandbox)

    assert code == 0
    assert "set aside" in shown
    assert "rebuilt from 1 journal" in shown
    assert sent == PHONES
    assert list(home.glob("memory.sqlite.damaged-*"))


@pytest.mark.parametrize("how", ["a file", "a folder in the memory's place"])
def test_a_state_folder_that_is_not_ours_stops_before_anything_is_sent(
    tmp_path: Path, home: Path, how: str
) -> None:
    if how == "a file":
        home.parent.mkdir()
        home.write_text("mine")
    else:
        (home / "memory.sqlite").mkdir(parents=True)
    contacts = write(tmp_path / "a.csv", PHONES)
    with running_sandbox(tmp_path) as sandbox:
        options = (*sandbox.run_options(), *TEXT)
        code, shown = run("run", contacts, *options)
        before = texted(sandbox)
        without, _ = run("run", contacts, *options, "--again-after", "0")
        after = texted(sandbox)

    assert (code, before) == (2, [])
    assert "--again-after 0" in shown
    assert (without, len(after)) == (0, 4)


def test_a_copy_of_the_journal_that_stayed_behind_sends_nothing(tmp_path: Path) -> None:
    """The folder was copied half way; both copies are gone on with."""
    first = write(tmp_path / "a/list.csv", PHONES)
    with running_sandbox(tmp_path) as sandbox:
        options = (*sandbox.run_options(), *TEXT)
        assert run("run", first, *options, "--limit", "1")[0] == 0
        shutil.copytree(tmp_path / "a", tmp_path / "b")
        gone_on = run("resume", first, "--yes")
        behind = [run(word, tmp_path / "b/list.csv", "--yes") for word in ("resume", "reconcile")]
        again = run("resume", first, "--yes")
        sent = texted(sandbox)

    assert (gone_on[0], again[0]) == (0, 0)
    assert [code for code, _ in behind] == [7, 7]
    assert all("3 texts of it that this journal does not know" in said for _, said in behind)
    assert str(first.with_suffix(".journal")) in behind[0][1]
    assert sent == PHONES


def test_a_row_that_was_not_sent_in_the_end_is_free(tmp_path: Path) -> None:
    contacts = write(tmp_path / "a.csv", PHONES)
    with running_sandbox(tmp_path) as sandbox:
        options = (*sandbox.run_options(), *TEXT)
        assert run("run", contacts, *options, "--limit", "1")[0] == 0
        code, _ = run("run", write(tmp_path / "b.csv", PHONES), *options)
        sent = texted(sandbox)

    assert code == 0
    assert sent == PHONES


def test_a_list_that_has_grown_is_used_as_it_is_now_and_said(tmp_path: Path) -> None:
    contacts, stop = write(tmp_path / "a.csv", PHONES), write(tmp_path / "stop.csv", PHONES[1:2])
    with running_sandbox(tmp_path) as sandbox:
        options = (*sandbox.run_options(), *TEXT, "--suppress", stop, "--limit", "1")
        assert run("run", contacts, *options)[0] == 0
        write(stop, PHONES[1:3])
        code, shown = run("resume", contacts, "--yes")
        sent = texted(sandbox)
        again, _ = run("results", contacts)

    assert (code, again) == (0, 0)
    assert "the list has changed" in shown
    assert sent == [PHONES[0], PHONES[3]]
    assert (tmp_path / "a.results.csv").read_text().count("stop.csv, row") == 2


def test_a_list_that_is_gone_stops_the_rest(tmp_path: Path) -> None:
    contacts, stop = write(tmp_path / "a.csv", PHONES), write(tmp_path / "stop.csv", PHONES[1:2])
    with running_sandbox(tmp_path) as sandbox:
        options = (*sandbox.run_options(), *TEXT, "--suppress", stop, "--limit", "1")
        assert run("run", contacts, *options)[0] == 0
        stop.unlink()
        code, shown = run("resume", contacts, "--yes")
        sent = texted(sandbox)

    assert code == 2
    assert "stop.csv" in shown
    assert sent == PHONES[:1]
