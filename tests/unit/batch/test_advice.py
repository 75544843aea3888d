"""The printed next step: complete, quoted, and safe to paste without thinking."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from bulksend import errors
from bulksend.batch import advice
from bulksend.batch.settings import Place
from bulksend.errors import Stop
from bulksend.telnyx import codes

#: What texts twice, or costs more, when it is typed without thinking.
DANGEROUS = ("--resend-unknown", "--new-batch", "--also-changed", "--max-cost", "--yes", "-y")


def place(contacts: str = "july.csv", **fields: object) -> Place:
    return Place(contacts=Path(contacts), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("remaining", "asked", "line"),
    [
        pytest.param({"unsent": 3}, {}, "bulksend resume july.csv", id="unsent rows are resumed"),
        pytest.param(
            {"unsent": 3, "unknown": 2, "refused_for_now": 1},
            {},
            "bulksend resume july.csv",
            id="unsent rows come before doubts",
        ),
        pytest.param(
            {"unsent": 3, "stop": Stop.MAX_COST},
            {},
            "bulksend status july.csv",
            id="at the cap the next step sends nothing",
        ),
        pytest.param(
            {"unsent": 3, "stop": Stop.QUIET},
            {},
            "bulksend status july.csv",
            id="in quiet hours without an end the next step sends nothing",
        ),
        pytest.param(
            {"unknown": 2, "refused_for_now": 1},
            {},
            "bulksend reconcile july.csv",
            id="doubts are settled by evidence",
        ),
        pytest.param({"unknown": 2}, {"sandbox": True}, "", id="a rehearsal's doubts stay"),
        pytest.param(
            {"refused_for_now": 1},
            {},
            "bulksend resume july.csv --retry-refused",
            id="a refusal that may end otherwise is tried again",
        ),
        pytest.param(
            {"refused_for_now": 1, "retried": True},
            {},
            "",
            id="and after that try no more",
        ),
        pytest.param({}, {}, "", id="a finished batch has no next step"),
    ],
)
def test_the_next_step_follows_from_how_the_batch_stands(
    remaining: dict[str, object], asked: dict[str, object], line: str
) -> None:
    assert advice.next_step(advice.Remaining(**remaining), place(**asked)) == line  # type: ignore[arg-type]


@pytest.mark.parametrize("stop", [None, *Stop])
@pytest.mark.parametrize("unsent", [0, 5])
@pytest.mark.parametrize("unknown", [0, 2])
@pytest.mark.parametrize("refused", [0, 1])
@pytest.mark.parametrize("sandbox", [False, True])
def test_no_next_step_texts_twice_or_costs_more(
    stop: Stop | None, unsent: int, unknown: int, refused: int, sandbox: bool
) -> None:
    remaining = advice.Remaining(unsent=unsent, unknown=unknown, refused_for_now=refused, stop=stop)

    words = shlex.split(advice.next_step(remaining, place(sandbox=sandbox)))

    assert not set(DANGEROUS) & set(words)
    assert ("--sandbox" in words) == (sandbox and bool(words))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        pytest.param(
            {"contacts": "a b/o'hara.csv"},
            ["bulksend", "resume", "a b/o'hara.csv"],
            id="blanks and quotes",
        ),
        pytest.param(
            {"contacts": "-n july.csv"},
            ["bulksend", "resume", "./-n july.csv"],
            id="a name that looks like an option",
        ),
        pytest.param(
            {"journal": Path("-j"), "results": Path("r $HOME.csv"), "sandbox": True},
            [
                *["bulksend", "resume", "july.csv", "--sandbox", "--journal", "./-j", "--results"],
                "r $HOME.csv",
            ],
            id="journal and results of one's own",
        ),
        pytest.param(
            {"api_key_file": Path("key.txt")},
            ["bulksend", "resume", "july.csv", "--api-key-file", "key.txt"],
            id="a key file",
        ),
        pytest.param(
            {"base_url": "https://proxy.example/v2"},
            ["bulksend", "resume", "july.csv", "--base-url", "https://proxy.example/v2"],
            id="a foreign host gets the key only where it is typed",
        ),
        pytest.param(
            {"base_url": "http://127.0.0.1:9/v2"},
            ["bulksend", "resume", "july.csv"],
            id="the journal knows the server of one's own computer",
        ),
    ],
)
def test_a_line_names_all_that_was_named_before(asked: dict[str, object], words: list[str]) -> None:
    line = advice.command("resume", place(**asked))  # type: ignore[arg-type]

    assert shlex.split(line) == words


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("two\nlines.csv", id="a line end"),
        pytest.param("bell\a.csv", id="a control character"),
        pytest.param("it's\ttabbed\\.csv", id="a tab, a quote and a backslash"),
        pytest.param("from right \u202etfel ot.csv", id="reordered letters"),
        pytest.param("zero\u200bwidth.csv", id="a character that nobody sees"),
        pytest.param(os.fsdecode(b"b\xfcro.csv"), id="bytes that are no characters"),
    ],
)
def test_a_name_that_no_terminal_shows_is_read_back_by_the_shell(name: str) -> None:
    line = advice.command("resume", place(name))

    assert line.isprintable()
    shell = subprocess.run(
        ["bash", "-c", line.replace("bulksend resume ", "printf %s ")], capture_output=True
    )
    assert shell.stdout == os.fsencode(name)


def test_looking_writes_no_file_and_sends_nothing() -> None:
    line = advice.look(place(journal=Path("j"), results=Path("r.csv")))

    assert line == "bulksend run july.csv --dry-run"


def test_a_failure_gets_the_line_that_belongs_to_it() -> None:
    failure = errors.Locked("another run works on it", hint="wait", next_command="status")

    assert advice.hint(failure, place("a b.csv")) == "wait: bulksend status 'a b.csv'"
    assert advice.hint(failure, None) == "wait"


def test_opt_outs_landlines_and_impossible_numbers_are_final() -> None:
    assert {"40300", "40001", "40310"} == codes.FINAL
