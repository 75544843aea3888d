"""Nothing of the person's is written over, whatever is named, and however."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bulksend import errors
from bulksend.batch import paths
from bulksend.batch.settings import Guards, Place
from bulksend.setting_names import Setting

OWN = b"row,status\n2,accepted\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("july.csv", "rates.csv", "key.txt", "text.txt", "stop.csv", "precious.csv"):
        (tmp_path / name).write_text(name)
    (tmp_path / "july.journal").write_bytes(b"journal")
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.csv").symlink_to("july.csv")
    (tmp_path / "sub/link.csv").symlink_to("../precious.csv")
    os.link(tmp_path / "july.csv", tmp_path / "hard.csv")
    (tmp_path / "dangling.csv").symlink_to("nowhere.csv")
    return tmp_path


def place(folder: Path, **fields: object) -> Place:
    known: dict[str, object] = {
        "contacts": folder / "july.csv",
        "api_key_file": folder / "key.txt",
    }
    return Place(**(known | fields))  # type: ignore[arg-type]


def files_of(asked: Place) -> paths.Files:
    """Those of a command that reads lists, prices and a template beside the contacts."""
    folder = asked.contacts.parent
    guards = Guards(rates=folder / "rates.csv", suppress=(folder / "stop.csv",))
    return paths.files_of(asked, guards, (folder / "text.txt",))


def renewing(asked: Place) -> AbstractContextManager[Path]:
    """What the batch of these settings writes, which nobody changes meanwhile."""
    return paths.renewing(asked.results_path, pytest.fail, paths.beside(asked.journal_path))


@pytest.mark.parametrize(
    "name",
    [
        "july.csv",
        "link.csv",
        "hard.csv",
        "sub/../july.csv",
        "rates.csv",
        "key.txt",
        "text.txt",
        "stop.csv",
        "precious.csv",
        "sub/link.csv",
        "dangling.csv",
        "sub",
        "july.journal",
        "july.journal-wal",
        "july.journal-shm",
        "july.journal.lock",
        "july.journal.pace",
        "july.journal.written",
    ],
)
def test_results_take_the_place_of_nobodys_file(folder: Path, name: str) -> None:
    asked = place(folder, results=folder / name)

    with pytest.raises(errors.UsageError) as failure:
        paths.check_batch(files_of(asked))

    assert failure.value.code in ("results_exist", "journal_exist")
    foreign = name in ("precious.csv", "sub/link.csv", "dangling.csv", "sub")
    assert ("move it away" in str(failure.value.hint)) is foreign


@pytest.mark.parametrize(
    "name", ["july.csv", "link.csv", "rates.csv", "key.txt", "stop.csv", "july.journal-wal"]
)
def test_a_journal_takes_the_place_of_nothing_that_is_read(folder: Path, name: str) -> None:
    with pytest.raises(errors.UsageError):
        paths.check_journal(files_of(place(folder, journal=folder / name)))


def test_a_journal_is_not_made_through_a_link_that_leads_nowhere(folder: Path) -> None:
    (folder / "x.journal").symlink_to("nowhere")

    with pytest.raises(errors.UsageError, match="leads nowhere"):
        paths.check_journal(files_of(place(folder, journal=folder / "x.journal")))


def test_one_file_is_not_journal_and_results(folder: Path) -> None:
    asked = place(folder, journal=folder / "x", results=folder / "sub/../x")

    with pytest.raises(errors.UsageError):
        paths.check_batch(files_of(asked))


def test_a_free_name_is_free(folder: Path) -> None:
    paths.check_batch(files_of(place(folder, results=folder / "free.csv")))


def test_a_batch_renews_its_own_results_as_long_as_nobody_changed_them(folder: Path) -> None:
    asked, written = place(folder), paths.beside(folder / "july.journal")
    for content in (OWN, OWN + b"3,refused\n"):
        paths.check_batch(files_of(asked))
        with paths.renewing(asked.results_path, pytest.fail, written) as path:
            path.write_bytes(content)
        assert asked.results_path.read_bytes() == content

    asked.results_path.write_bytes(OWN + b"3,corrected\n")

    with pytest.raises(errors.UsageError):
        paths.check_batch(files_of(asked))


def test_what_is_changed_while_a_run_works_is_left_as_it_is(folder: Path) -> None:
    asked, others, notes = place(folder), list[Path](), list[str]()
    written = paths.beside(folder / "july.journal")
    with paths.renewing(asked.results_path, others.append, written) as path:
        path.write_bytes(OWN)
        asked.results_path.write_bytes(b"somebody's")

    assert asked.results_path.read_bytes() == b"somebody's"
    assert (folder / "july.results.new.csv").read_bytes() == OWN
    assert others == [folder / "july.results.new.csv"]
    paths.telling(asked.results_path, notes.append)(*others)
    assert "july.results.new.csv" in notes[0]


def test_a_list_of_some_rows_does_not_take_the_place_of_the_whole(folder: Path) -> None:
    asked = place(folder)
    with paths.renewing(
        asked.results_path, pytest.fail, paths.beside(folder / "july.journal")
    ) as path:
        path.write_bytes(OWN)

    with pytest.raises(errors.UsageError):
        paths.check_batch(files_of(asked), paths.LIST)


def test_a_batch_that_begins_renews_nothing(folder: Path) -> None:
    asked = place(folder)
    with paths.renewing(
        asked.results_path, pytest.fail, paths.beside(folder / "july.journal")
    ) as path:
        path.write_bytes(OWN)

    with pytest.raises(errors.UsageError):
        paths.check_new(files_of(asked), sandbox=False)


def test_nothing_is_left_of_a_file_that_could_not_be_written(folder: Path) -> None:
    asked = place(folder)
    before = sorted(folder.iterdir())

    with (
        pytest.raises(errors.JournalError),
        paths.renewing(
            asked.results_path, pytest.fail, paths.beside(folder / "july.journal")
        ) as path,
    ):
        path.write_bytes(OWN)
        raise OSError(28, "No space left on device")

    assert sorted(folder.iterdir()) == before


def test_who_reads_the_results_while_they_are_renewed_has_the_old_ones_whole(folder: Path) -> None:
    asked, written = place(folder), paths.beside(folder / "july.journal")
    for content in ("old" * 9, "new"):
        with paths.renewing(asked.results_path, pytest.fail, written) as path:
            path.write_text(content)
        if content != "new":
            reader = asked.results_path.open()

    with reader:
        assert reader.read() == "old" * 9
    assert asked.results_path.read_text() == "new"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("nowhere/r.csv", "nowhere is not there", id="no-such-folder"),
        pytest.param("rates.csv/r.csv", "rates.csv is no folder", id="a-file-where-a-folder-is"),
        pytest.param("dangling.csv/r.csv", "dangling.csv is no folder", id="a-link-to-nothing"),
    ],
)
@pytest.mark.parametrize(
    ("field", "setting"), [("results", Setting.RESULTS), ("journal", Setting.JOURNAL)]
)
def test_a_folder_that_is_missing_is_said_before_anything_is_sent(
    folder: Path, field: str, setting: Setting, name: str, words: str
) -> None:
    places = {"journal": folder / "new.journal", field: folder / name}

    with pytest.raises(errors.UsageError) as failure:
        paths.check_new(files_of(place(folder, **places)), sandbox=False)

    assert failure.value.code == "folder_missing"
    assert f"{words}; nothing was sent" in failure.value.message
    assert str(setting) in (failure.value.hint or "")


@pytest.mark.parametrize(
    "fields",
    [
        {"results": "r" * 240},
        {"journal": "j" * 240},
        {"contacts": "\N{CJK UNIFIED IDEOGRAPH-540D}" * 78 + ".csv"},
    ],
    ids=["results", "journal", "both after their contacts file"],
)
def test_a_name_with_no_room_for_what_stands_beside_it_is_refused_first(
    folder: Path, fields: dict[str, str]
) -> None:
    asked = place(folder, **{name: folder / value for name, value in fields.items()})

    with pytest.raises(errors.UsageError) as failure:
        paths.check_batch(files_of(asked))

    assert failure.value.code == "name_too_long"
