"""Scripts of the sandbox: a JSON list of rules, inline or in a file, read into dataclasses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import orjson

from bulksend import errors

_Rule = TypeVar("_Rule")


def parse(
    text: str, kind: type[_Rule], example: str, does: tuple[str, Collection[str]]
) -> tuple[_Rule, ...]:
    """Rules of one kind from JSON, or from the file that `text` names. Raises UsageError.

    `does`: the field that says what a rule does, and what may stand in it.
    """
    source = text if text.lstrip().startswith(("[", "{")) else _read(Path(text), example)
    try:
        rules = orjson.loads(source)
    except orjson.JSONDecodeError as failure:
        raise bad(f"is not JSON: {failure}", example) from None
    return tuple(
        _rule(values, kind, example, does)
        for values in (rules if isinstance(rules, list) else [rules])
    )


def _rule(values: Any, kind: type[_Rule], example: str, does: tuple[str, Collection[str]]) -> _Rule:
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if not isinstance(values, dict) or not set(values) <= names:
        raise bad(f"a rule has only these names: {', '.join(sorted(names))}", example)
    rule, (name, words) = kind(**values), does
    if getattr(rule, name) not in words:
        raise bad(f"`{name}` must be one of: {', '.join(sorted(words))}")
    return rule


def _read(path: Path, example: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise bad(f"{path} cannot be read", example) from None


def bad(fault: str, example: str = "") -> errors.UsageError:
    """For a script that is none."""
    return errors.UsageError(f"the script {fault}", hint=example, code="script_invalid")
