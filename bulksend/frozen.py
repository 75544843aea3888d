"""Frozen values with slots: dataclasses of which only `__init__` is made for each class.

`dataclass` writes and compiles six functions for every frozen class, at every start: a tenth of a
short run, which loads a hundred such classes. Comparing, hashing, showing and refusing to change
are alike in all of them, and stand here once; `__init__` is written when the first value is made,
which for many of them is never. `dataclasses.fields`, `replace`, `asdict` and `field`
work as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, Never, TypeVar, dataclass_transform, overload

Value = TypeVar("Value")


@overload
def frozen(cls: type[Value], /) -> type[Value]:
    """`@frozen`: its fields are given by name alone."""


@overload
def frozen(*, kw_only: bool) -> Callable[[type[Value]], type[Value]]:
    """`@frozen(kw_only=False)`: by position too."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(
    cls: type[Value] | None = None, /, *, kw_only: bool = True
) -> type[Value] | Callable[[type[Value]], type[Value]]:
    """As `@dataclass(frozen=True, slots=True, kw_only=True)`; its subclasses are `@frozen` too."""

    def decorate(plain: type[Value]) -> type[Value]:
        """The class with slots, and what it does not define itself."""
        own = set(vars(plain))
        made = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(plain)
        for name, method in _methods(fields(made), made).items():  # type: ignore[arg-type]
            if name not in own:
                setattr(made, name, method)
        return made

    return decorate if cls is None else decorate(cls)


def _methods(
    declared: tuple[Field[Any], ...], cls: type[object]
) -> dict[str, Callable[..., object]]:
    compared = [each.name for each in declared if each.compare]
    shown = [each.name for each in declared if each.repr]
    key = attrgetter(*compared) if compared else _nothing

    def equal(value: object, other: object) -> bool:
        """Of the same class and alike in every field."""
        return key(value) == key(other) if other.__class__ is value.__class__ else NotImplemented

    def show(value: object) -> str:
        """As one would write it."""
        texts = (f"{name}={getattr(value, name)!r}" for name in shown)
        return f"{type(value).__qualname__}({', '.join(texts)})"

    return {
        "__init__": _init_at_first(declared, cls),
        "__signature__": _Signature(),  # type: ignore[dict-item]
        "__eq__": equal,
        "__hash__": lambda value: hash(key(value)),
        "__repr__": show,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__setstate__": _restore,
    }


def _init_at_first(declared: tuple[Field[Any], ...], cls: type[object]) -> Callable[..., None]:
    """Writes the real one when it is needed, and steps aside for it."""

    def first(value: object, /, *arguments: object, **named: object) -> None:
        """The fields, as the real one takes them."""
        real = _init(declared, has_more=hasattr(cls, "__post_init__"))
        cls.__init__ = real  # type: ignore[method-assign]
        real(value, *arguments, **named)

    return first


class _Signature:
    """What `inspect.signature` and `help` say of a class, whether a value was made or not."""

    def __get__(self, value: object, cls: type[object]) -> object:
        """Of the real `__init__`, without the value itself."""
        import inspect  # whoever only runs does not wait for it

        whole = inspect.signature(_init(fields(cls), has_more=False))  # type: ignore[arg-type]
        return whole.replace(parameters=list(whole.parameters.values())[1:])


def _init(declared: tuple[Field[Any], ...], *, has_more: bool) -> Callable[..., None]:
    """The only function that is written and compiled: it has the fields' names and defaults."""
    names: dict[str, object] = {"put": object.__setattr__, "MISSING": MISSING}
    parameters: dict[bool, list[str]] = {False: [], True: []}
    lines = []
    for each in declared:
        name, value, default = each.name, each.name, ""
        if each.default_factory is not MISSING:
            names[f"make_{name}"], default = each.default_factory, "=MISSING"
            value = f"make_{name}() if {name} is MISSING else {name}"
        elif each.default is not MISSING:
            names[f"default_{name}"], default = each.default, f"=default_{name}"
        if each.init:
            parameters[bool(each.kw_only)].append(name + default)
            lines.append(f"put(self, {name!r}, {value})")
    by_name = ["*", *parameters[True]] if parameters[True] else []
    head = f"def __init__({', '.join(['self', *parameters[False], *by_name])}):"
    body = [*lines, *(["self.__post_init__()"] if has_more else []), "return None"]
    exec("\n ".join([head, *body]), names)  # noqa: S102 - of the names of our own fields
    made: Callable[..., None] = names["__init__"]  # type: ignore[assignment]
    made.__annotations__ = {each.name: each.type for each in declared if each.init}
    return made


def _nothing(_value: object) -> tuple[()]:
    return ()


def _refuse(value: object, name: str, *_: object) -> Never:
    raise FrozenInstanceError(f"{type(value).__name__}.{name} does not change")


def _restore(value: object, state: tuple[None, dict[str, object]]) -> None:
    """As `copy` and `pickle` do."""
    for name, each in state[1].items():
        object.__setattr__(value, name, each)
