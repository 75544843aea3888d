"""Lines for a terminal of some width: broken between words, never within a command or a text."""

from __future__ import annotations

import re
import textwrap

#: A label of the question, with what it says after it: what is wrapped goes on below that.
_LABEL = re.compile(r"(?:note: |  [a-z ]{1,8}[a-z] {2,}| *)")
#: What is to be pasted, or shown exactly as a phone will have it, stays in one piece.
_AS_IT_IS = re.compile(r"bulksend |^ *row [0-9,]+ reads: ")


def wrapped(text: str, width: int) -> str:
    """Longer lines with a hanging indent; the terminal cuts what is left where it likes."""
    return "\n".join(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    if len(line) <= width or _AS_IT_IS.search(line):
        return line
    label = _LABEL.match(line)
    indent = min(label.end() if label else 0, width // 3)
    return textwrap.fill(
        line,
        width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
