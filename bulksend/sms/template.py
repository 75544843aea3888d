"""Templates: "Hi {name}" -> pieces, parsed once, rendered for every recipient.

A placeholder is the name of a column between braces and nothing more: no attributes, no indexes,
no conversions, no format. `{{` and `}}` are literal braces. A value is put in once and never
looked at again, so braces in a name stay braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from bulksend import errors
from bulksend.frozen import frozen
from bulksend.setting_names import Setting

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\r\n]*)\}|[{}]|[^{}]+")
_HINT = "write a placeholder as {column}; for a brace in the text write {{ or }}"


class OnMissing(StrEnum):
    """What an empty field for a placeholder does to its row: invalid, or a text without it."""

    ERROR = "error"
    EMPTY = "empty"


@frozen(kw_only=False)
class Placeholder:
    """The place in a template where a field is put."""

    #: As written, without blanks around it.
    name: str


@frozen(kw_only=False)
class Template:
    """A text with placeholders, parsed."""

    #: What the text is made of, in order; no two strings follow each other.
    pieces: tuple[str | Placeholder, ...]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Each placeholder's name once, in the order they appear."""
        return tuple(
            dict.fromkeys(piece.name for piece in self.pieces if isinstance(piece, Placeholder))
        )

    def render(self, fields: Mapping[str, str]) -> str:
        """The text for one recipient; raises KeyError for a placeholder without a field."""
        return "".join(self.filled_in(fields))

    def filled_in(self, fields: Mapping[str, str]) -> list[str]:
        """The pieces of that text, in order."""
        return [
            fields[piece.name] if isinstance(piece, Placeholder) else piece for piece in self.pieces
        ]

    def with_words(self, change: Callable[[str], str]) -> Template:
        """The template with its own words changed; placeholders stay."""
        return Template(
            tuple(
                piece if isinstance(piece, Placeholder) else change(piece) for piece in self.pieces
            )
        )


def own_characters(source: str) -> Iterator[tuple[int, str]]:
    """A source's characters outside its placeholders, and where they stand, from 1."""
    for token in _TOKEN.finditer(source):
        if token[1] is None:
            yield from enumerate(token[0], token.start() + 1)


def check_characters(source: str) -> None:
    """Raises UsageError for what was no UTF-8 when it came in."""
    strange = re.search("[\ud800-\udfff]", source)
    if strange is not None:
        raise errors.UsageError(
            f"the template is not UTF-8 at character {strange.start() + 1}",
            hint=f"save the script or the file that {Setting.TEXT} comes from as UTF-8",
            code="template_not_utf_8",
        )


def parse_template(source: str) -> Template:
    """A template from its source. Raises ContactsError that names the place of a stray brace."""
    pieces: list[str | Placeholder] = []
    for token in _TOKEN.finditer(source):
        piece = _piece(token, source)
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return Template(tuple(pieces))


def _piece(token: re.Match[str], source: str) -> str | Placeholder:
    written, name = token[0], token[1]
    if written in ("{{", "}}"):
        return written[0]
    if written in ("{", "}"):
        raise _trouble(f"`{written}` has no partner", token.start(), source)
    if name is None:
        return written
    if not name.strip():
        raise _trouble("`{}` names no column", token.start(), source)
    return Placeholder(name.strip())


def _trouble(what: str, start: int, source: str) -> errors.ContactsError:
    line = source.count("\n", 0, start) + 1
    column = start - source.rfind("\n", 0, start)
    place = f"line {line}, character {column}" if "\n" in source else f"character {column}"
    return errors.ContactsError(
        f"the template cannot be read: {what} at {place}: "
        f"…{source[max(start - 10, 0) : start + 15]!r}…",
        hint=_HINT,
        code="template_invalid",
    )
