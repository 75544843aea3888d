"""Flag over variable over options file: every option, and every pair that excludes the other."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from bulksend import errors
from bulksend.cli import group, options, parameters
from bulksend.cli.commands import resume, run
from bulksend.cli.commands.run import RunParameters
from bulksend.cli.options import Option
from bulksend.cli.sources import options_file, precedence

RUN = [it for it in run.run_command.params if isinstance(it, Option)]
ELSEWHERE = [it for it in RUN if not it.typed_only]
#: Two values that every kind of option takes, as they are typed.
VALUES: dict[str, tuple[str, str]] = {
    "uuid": ("40017f5f-5a1c-4d5e-8b7a-0a1b2c3d4e5f", "50017f5f-5a1c-4d5e-8b7a-0a1b2c3d4e5f"),
    "amount": ("1.00", "2.00"),
    "duration": ("1d", "2d"),
    "country": ("GB", "FR"),
    "countries": ("GB", "FR"),
    "hours": ("21-8", "22-8"),
    "days": ("sun", "sat"),
    "encoding": ("cp1252", "cp1250"),
    "delimiter": (";", "|"),
    "proxy": ("http://one:1", "http://two:2"),
    "integer range": ("1", "2"),
    "path": ("one.csv", "two.csv"),
    "text": ("one", "two"),
}


def flag(option: Option) -> str:
    return next(it for it in option.opts if it.startswith("--"))


def values(option: Option) -> tuple[str, str]:
    if isinstance(option.type, click.Choice):
        first, second, *_ = option.type.choices
        return str(first), str(second)
    return VALUES[option.type.name]


def ask(
    folder: Path,
    *,
    typed: dict[str, str] | None = None,
    variables: dict[str, str] | None = None,
    file: dict[str, str] | None = None,
) -> tuple[dict[str, Any], str]:
    """The options as a command would get them, and what was said instead."""
    seen: dict[str, Any] = {}

    @click.command("run", params=run.run_command.params)
    @click.pass_context
    def command(context: click.Context, **given: Any) -> None:
        seen.update(precedence.settle(context, given))

    lines = [f"{key} = {value}" for key, value in (file or {}).items()]
    (folder / "bulksend.toml").write_text("\n".join(lines))
    program = click.Group("bulksend", commands={"run": command}, callback=lambda: None)
    words = [word for pair in (typed or {}).items() for word in pair if word]
    try:
        default_map = options_file.for_commands(folder / "bulksend.toml", program)
    except Exception as failure:
        return {}, str(failure)
    ended = CliRunner().invoke(
        program, ["run", "contacts.csv", *words], env=variables or {}, default_map=default_map
    )
    return seen, ended.output


def quoted(word: str) -> str:
    return word if word in ("true", "false") else f"'{word}'"


@pytest.mark.parametrize("option", [it for it in ELSEWHERE if not it.is_flag], ids=flag)
def test_the_flag_goes_before_the_variable_before_the_file(tmp_path: Path, option: Option) -> None:
    first, second = values(option)
    name, key, variable = str(option.name), flag(option)[2:], options.variable(flag(option))

    def value(**places: Any) -> Any:
        seen, words = ask(tmp_path, **places)
        assert name in seen, words
        return seen[name]

    by_file = value(file={key: quoted(first)})
    by_variable = value(variables={variable: first})
    by_flag = value(typed={flag(option): first})
    assert by_flag == by_variable
    if option.type.name != "path":  # which is relative to the file
        assert by_flag == by_file
    assert value(variables={variable: first}, file={key: quoted(second)}) == by_flag
    assert value(typed={flag(option): first}, variables={variable: second}) == by_flag
    assert value(typed={flag(option): first}, file={key: quoted(second)}) == by_flag


EXCLUDING = [pair for names in precedence.EXCLUSIVE for pair in permutations(names, 2)]
BY_NAME = {str(it.name): it for it in RUN}


def typed_as(option: Option) -> dict[str, str]:
    return {flag(option): "" if option.is_flag else values(option)[0]}


def written_as(option: Option) -> dict[str, str]:
    return {flag(option)[2:]: "true" if option.is_flag else quoted(values(option)[0])}


def set_as(option: Option) -> dict[str, str]:
    return {options.variable(flag(option)): "1" if option.is_flag else values(option)[0]}


@pytest.mark.parametrize(("strong", "weak"), EXCLUDING)
def test_of_two_that_exclude_each_other_the_stronger_place_counts(
    tmp_path: Path, strong: str, weak: str
) -> None:
    one, other = BY_NAME[strong], BY_NAME[weak]
    places = [
        {"typed": typed_as(one), "variables": set_as(other)},
        {"typed": typed_as(one), "file": written_as(other)},
        {"variables": set_as(one), "file": written_as(other)},
    ]

    for place in places:
        seen, words = ask(tmp_path, **place)
        assert seen.get(strong) not in (None, False), (place, words)
        assert seen.get(weak) in (None, False), (place, words)


@pytest.mark.parametrize(("one", "other"), EXCLUDING)
def test_two_that_exclude_each_other_in_one_place_are_refused(
    tmp_path: Path, one: str, other: str
) -> None:
    first, second = BY_NAME[one], BY_NAME[other]

    for place in (
        {"typed": typed_as(first) | typed_as(second)},
        {"variables": set_as(first) | set_as(second)},
        {"file": written_as(first) | written_as(second)},
    ):
        seen, words = ask(tmp_path, **place)
        assert not seen
        assert "exclude each other" in words


TYPED_ONLY = {
    str(it.name): it
    for command in (run.run_command, resume.resume_command)
    for it in command.params
    if isinstance(it, Option) and it.typed_only
}


def test_the_words_that_cost_or_text_twice_are_the_ones_of_the_contract() -> None:
    assert set(TYPED_ONLY) == {
        *("new_batch", "also_changed", "retry_refused", "resend_unknown"),
        *("expect", "test_to", "no_preflight"),
    }


@pytest.mark.parametrize("name", sorted(TYPED_ONLY))
@pytest.mark.parametrize("place", ["variable", "file"])
def test_they_are_taken_from_the_command_line_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    option = TYPED_ONLY[name]
    variables = {options.variable(flag(option)): "1"} if place == "variable" else {}
    if place == "file":
        Path("bulksend.toml").write_text(f"{flag(option)[2:]} = true\n")
    command = "resume" if name in ("also_changed", "retry_refused", "resend_unknown") else "run"

    ended = CliRunner().invoke(group.cli, [command, "nofile.csv"], env=variables)

    assert ended.exit_code != 0
    assert "command line alone" in f"{ended.output}{ended.exception}"


def test_paths_in_an_options_file_are_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("")

    seen, _ = ask(tmp_path, file={"rates": "'rates.csv'", "suppress": "['a.csv', '/b.csv']"})

    assert seen["rates"] == tmp_path / "rates.csv"
    assert seen["suppress"] == (tmp_path / "a.csv", Path("/b.csv"))


def test_what_was_not_given_stays_at_its_default_and_is_not_chosen() -> None:
    built = parameters.build(
        RunParameters,
        {"contacts": Path("a.csv"), "rate": "5/s", "suppress": (), "sandbox": False},
    )

    assert built.guards.rate == "5/s"
    assert built.guards.chosen == {"rate"}
    assert built.guards.again_after_s == 6 * 86_400
    assert built.files.sandbox is False


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("max_cost = 1\nmax-cost = 2\n", "twice"),
        ("Rate = '1/s'\nrate = '2/s'\n", "twice"),
        ('journal = "a\\u0000b"\n', "zero byte"),
        ('text = "a\\u0000b"\n', "zero byte"),
        ('suppress = ["a.csv", "b\\u0000.csv"]\n', "zero byte"),
    ],
)
def test_what_an_options_file_says_in_two_ways_or_no_way_is_told(
    tmp_path: Path, content: str, words: str
) -> None:
    (tmp_path / "bulksend.toml").write_text(content)

    with pytest.raises(errors.UsageError) as failure:
        options_file.for_commands(tmp_path / "bulksend.toml", group.cli)

    assert words in failure.value.message
