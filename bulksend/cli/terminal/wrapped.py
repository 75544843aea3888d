"""Every screen's width: lines broken between words where a person reads, whole where none does.

A command to be pasted stays in one piece. A log, a pipe and a file get each line as it was made.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from typing import IO

from bulksend.cli import catalog

_WIDTH_MIN = 20
#: Longer lines are hard to read, however wide the screen.
TEXT_WIDTH_MAX = 100
#: What is beside a label goes on below itself: of the question, a note, a count, a check.
_LABEL = re.compile(
    r" *(?:note|error|hint|next|stopped|before|do): "
    r"|(?:ok|warn|fail) {2,}"
    r"|[a-z][a-z ]{0,10}[a-z] {2,}[\d,]+  "
    r"|  [a-z][a-z ?]{0,8}[a-z?] {2,}"
)
#: Below a sentence without a label.
_INDENT = 2
#: A command with its variables, in backticks or to the end of its line, is one word; else what
#: blanks part.
_COMMAND = rf"(?:[A-Z_]+=\S+ )*bulksend (?:{'|'.join(catalog.COMMANDS)})(?: .*|$)"
_WORDS = re.compile(rf"(?:(?:\x1b\[[\d;]*m)*(?:\(?`[^`]+`\S*|{_COMMAND})|\S+)\s*")
_COLOR = re.compile(r"\x1b\[[\d;]*m")


def to_fit(text: str, stream: IO[str]) -> str:
    """As the stream's reader needs it: wrapped on a terminal, else whole."""
    return wrapped(text, min(width(stream), TEXT_WIDTH_MAX)) if stream.isatty() else text


def width(stream: IO[str]) -> int:
    """Columns: COLUMNS where it is set, else what the terminal says of itself."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and 0 < int(columns) < 10_000:
        return max(int(columns), _WIDTH_MIN)
    with contextlib.suppress(OSError, ValueError):
        return max(os.get_terminal_size(stream.fileno()).columns, _WIDTH_MIN)
    return shutil.get_terminal_size().columns


def wrapped(text: str, columns: int) -> str:
    """Longer lines with a hanging indent; the terminal cuts what is left where it likes."""
    return "\n".join(_wrapped(line, columns) for line in text.split("\n"))


def _wrapped(line: str, columns: int) -> str:
    plain = _COLOR.sub("", line)
    if cells(plain) <= columns:
        return line
    label = _LABEL.match(plain)
    blanks = len(plain) - len(plain.lstrip())
    indent = min(label.end() if label else blanks + _INDENT, columns // 3)
    begins = label.end() if label else blanks
    lines, end = [line[: len(line) - len(line.lstrip())]], blanks
    for word in _WORDS.findall(line.lstrip()):
        word_cells = cells(_COLOR.sub("", word).rstrip())
        if end + word_cells > columns and end > max(indent, begins):
            lines.append(" " * indent)
            end = indent
        lines[-1] += word
        end += cells(_COLOR.sub("", word))
    return "\n".join(shown.rstrip() for shown in lines)


def cells(text: str) -> int:
    """Columns that a terminal gives a text: two to a wide letter, none to a mark above one."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0
        if unicodedata.combining(character)
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
