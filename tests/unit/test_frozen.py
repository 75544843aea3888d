"""A frozen value behaves as a frozen dataclass with slots does."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import dataclass, field
from typing import Any

import pytest

from bulksend.frozen import frozen


@frozen
class Point:
    """With a default, a factory and what is neither compared nor shown."""

    x: int
    y: int = 2
    tags: tuple[str, ...] = field(default_factory=tuple)
    note: str = field(default="", compare=False)
    secret: str = field(default="s", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The same, as `dataclasses` makes it."""

    x: int
    y: int = 2
    tags: tuple[str, ...] = field(default_factory=tuple)
    note: str = field(default="", compare=False)
    secret: str = field(default="s", repr=False)


@frozen
class Further(Point):
    """A value with more fields, which it looks at when it is made."""

    z: int = 3

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.z < 0:
            raise ValueError(self.z)


@frozen(kw_only=False)
class Pair:
    """By position too; shown in its own way."""

    left: int
    right: int = 0

    def __repr__(self) -> str:
        return "a pair"


@frozen
class Nothing:
    """Without a field."""


def pickled(value: object) -> object:
    """As another process would have it."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - of our own


ARGUMENTS: list[dict[str, Any]] = [
    {"x": 1},
    {"x": 1, "y": 5, "tags": ("a",)},
    {"x": 1, "note": "n", "secret": "t"},
]


@pytest.mark.parametrize("one", ARGUMENTS)
def test_it_shows_itself_and_takes_its_fields_as_a_dataclass(one: dict[str, Any]) -> None:
    value, model = Point(**one), Model(**one)

    assert repr(value) == repr(model).replace("Model", "Point")
    assert dataclasses.asdict(value) == dataclasses.asdict(model)
    names, theirs = (inspect.signature(kind).parameters for kind in (Point, Model))
    assert [(each.name, each.kind) for each in names.values()] == [
        (each.name, each.kind) for each in theirs.values()
    ]


def test_its_signature_is_known_before_the_first_value_is_made() -> None:
    @frozen
    class Fresh:
        """Of which no value was made."""

        x: int
        y: int = 2

    assert str(inspect.signature(Fresh)) == "(*, x: 'int', y: 'int' = 2)"


@pytest.mark.parametrize("one", ARGUMENTS)
@pytest.mark.parametrize("other", ARGUMENTS)
def test_it_is_compared_and_hashed_as_a_dataclass(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    alike = Model(**one) == Model(**other)

    assert (Point(**one) == Point(**other)) is alike
    assert (len({Point(**one), Point(**other)}) == 1) is alike
    assert Point(**one) != Model(**one)
    assert Point(**one) != Further(**one)


@pytest.mark.parametrize("name", ["x", "other"])
def test_it_does_not_change(name: str) -> None:
    value = Point(x=1)

    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        delattr(value, name)
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        pickled,
        dataclasses.replace,
    ],
    ids=["copied", "deep", "pickled", "replaced"],
)
def test_a_copy_of_it_is_alike(again: Any) -> None:
    value = Further(x=1, tags=("a",), note="n")

    assert again(value) == value
    assert again(value).note == "n"


@pytest.mark.parametrize("arguments", [{}, {"x": 1, "w": 2}])
def test_a_field_that_is_missing_or_not_its_own_is_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        Point(**arguments)  # type: ignore[arg-type]


def test_by_name_alone_unless_it_says_otherwise() -> None:
    with pytest.raises(TypeError):
        Point(1)  # type: ignore[misc]
    assert Pair(1, 2) == Pair(left=1, right=2)


def test_what_it_defines_itself_stays() -> None:
    assert repr(Pair(1)) == "a pair"
    assert Nothing() == Nothing()
    with pytest.raises(ValueError, match="-1"):
        Further(x=1, z=-1)
    assert dataclasses.replace(Further(x=1), z=9) == Further(x=1, z=9)
