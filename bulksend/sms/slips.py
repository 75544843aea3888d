"""What looks like a slip in a text: other tools' placeholders, typed line ends, HTML.

`{{name}}`, `%NAME%`, `[First Name]` are slips where a column has that name, and signs otherwise.
A guard that stops honest texts is switched off by everybody, so paths, prices and `a < b > c` are
none.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from bulksend.frozen import frozen


class SlipKind(StrEnum):
    """What kind of slip, as findings and rows are coded."""

    FOREIGN_PLACEHOLDER = "foreign_placeholder"
    #: Another tool's sign before a placeholder of ours: `${name}`. Before a sum it is money.
    SIGN_BEFORE_PLACEHOLDER = "sign_before_placeholder"
    TYPED_ESCAPE = "typed_escape"
    HTML = "html_in_text"


@frozen(kw_only=False)
class Slip:
    """One place of a text that goes out as it stands and was hardly meant so."""

    kind: SlipKind
    #: From 1.
    position: int
    written: str
    #: What to write instead.
    fix: str
    #: The column that a placeholder means, "" for the others.
    column: str = ""

    @property
    def text(self) -> str:
        """What it is, without its place."""
        return f"`{self.written}` {_WHAT[self.kind]}"


_WHAT = {
    SlipKind.FOREIGN_PLACEHOLDER: "is a placeholder of another program and goes out as it stands",
    SlipKind.SIGN_BEFORE_PLACEHOLDER: "puts its first sign before the field, as another program's "
    "placeholder",
    SlipKind.TYPED_ESCAPE: "is typed out and no line end or tab",
    SlipKind.HTML: "is HTML, and a phone shows it as it stands",
}
#: How other tools write a placeholder: a sign without which it is none, what opens it and what
#: closes it.
_PAIRS: tuple[tuple[str, str, str], ...] = (
    ("{{", r"\{\{+[!#&]?", r"\}\}+"),
    ("[", r"\[\[?[%$]?", r"[%$]?\]\]?"),
    ("%", r"%%?", r"%%?"),
    ("*|", r"\*\|", r"\|\*"),
    ("|*", r"\|\*", r"\*\|"),
    ("((", r"\(\(", r"\)\)"),
    ("<", r"<<?[%?]?=?", r"[%?]?>>?"),
    ("«", r"«", r"»"),
    ("‹", r"‹", r"›"),
    ("#", r"##?", r"##?"),
    ("@", r"@@?", r"@@?"),
    ("__", r"__", r"__"),
    ("$", r"\$\$?", r"\$\$?"),
    ("~", r"~~?", r"~~?"),
)
#: `contact.name`, `name | default: "x"`
_BEFORE, _AFTER = r"\s*(?:\w+\.)*", r"\s*(?:\|[^{}\[\]<>*\r\n]{0,40})?"
#: A field that may stand behind a currency sign or a number sign; an empty one may, too.
NUMBER = r"^\s*(?:[+-]?[0-9][0-9.,'’ ]*[kKmM%]?\s*)?$"
_ESCAPE = re.compile(r"\\(?:r\\n|[nrt]|u[0-9A-Fa-f]{4})")
#: A blank-free piece that is a path of Windows or a share.
_PATH = re.compile(r"[\"'(<]?(?:[A-Za-z]:\\|\\\\\w)")
_ENTITY = re.compile(r"&(?:#[0-9]{1,6}|#[xX][0-9A-Fa-f]{1,5}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAGS = "a|b|i|u|p|br|hr|em|li|ul|ol|td|tr|th|h[1-6]|img|div|font|span|body|html|table|strong|sup"
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
#: For columns: whether a text may hold an escape, an entity or a tag.
MAY_HOLD_MARKUP = rf"\\[nrtu]|&[#A-Za-z][0-9A-Za-z]{{1,31}};|(?i:</?(?:{_TAGS})[\s/>])"


def may_hold(names: Sequence[str]) -> str:
    """A regular expression for columns: whether a text may hold a slip of any kind."""
    alternatives = _names(tuple(names))
    if not alternatives:
        return MAY_HOLD_MARKUP
    opening = "|".join(opens for _sign, opens, _closes in _PAIRS)
    return rf"{MAY_HOLD_MARKUP}|(?:{opening}){_BEFORE}(?i:{alternatives})|[$%#@]\{{"


def find(source: str, names: Sequence[str]) -> list[Slip]:
    """The slips of a template, in order; `names` are the columns of the file."""
    every = [*_foreign(source, tuple(names)), *markup(source)]
    return sorted(every, key=lambda slip: slip.position)


def is_number(value: str) -> bool:
    """Whether a field may stand behind a currency sign or a number sign."""
    return bool(re.match(NUMBER, value))


def markup(text: str) -> Iterator[Slip]:
    """Typed escapes, entities and tags."""
    for escape in _ESCAPE.finditer(text):
        start = max(text.rfind(sign, 0, escape.start()) for sign in " \t\r\n") + 1
        if not _PATH.match(text, start):
            fix = "a tab" if escape[0] == r"\t" else "a real line break"
            meant = f"the letter {_letter(escape[0])}" if escape[0][1] == "u" else fix
            yield Slip(SlipKind.TYPED_ESCAPE, escape.start() + 1, escape[0], f"write {meant}")
    for entity in _ENTITY.finditer(text):
        meant = html.unescape(entity[0])
        if meant != entity[0] and not meant.endswith(";"):
            shown = meant if meant.isprintable() and meant.strip() else "a blank"
            yield Slip(SlipKind.HTML, entity.start() + 1, entity[0], f"write {shown}")
    for tag in _TAG.finditer(text):
        fix = "write a real line break" if re.match("</?(br|p)", tag[0], re.I) else "leave it out"
        yield Slip(SlipKind.HTML, tag.start() + 1, tag[0], fix)


def _letter(escape: str) -> str:
    letter = chr(int(escape[2:], 16))
    return letter if letter.isprintable() else escape


def _foreign(source: str, names: tuple[str, ...]) -> Iterator[Slip]:
    """Placeholders of other tools that name a column."""
    taken: set[int] = set()
    for pattern in _patterns(source, names):
        for match in pattern.finditer(source):
            column = _meant(match["name"], names)
            if column and taken.isdisjoint(range(*match.span())):
                taken.update(range(*match.span()))
                yield Slip(
                    SlipKind.FOREIGN_PLACEHOLDER,
                    match.start() + 1,
                    match[0],
                    f"write {{{column}}}",
                    column,
                )
    for match in re.finditer(r"([$%#@])\{([^{}\r\n]*)\}", source):
        column = _meant(match[2], names)
        if column and taken.isdisjoint(range(*match.span())):
            kind = SlipKind.SIGN_BEFORE_PLACEHOLDER
            fix = f"write {{{column}}} without the {match[1]}"
            yield Slip(kind, match.start() + 1, match[0], fix, column)


#: Nobody types a longer name into a text; a pattern of a megabyte takes seconds to make.
_NAME_MAX = 100


def _patterns(source: str, names: tuple[str, ...]) -> Iterator[re.Pattern[str]]:
    """Those that the signs in a text may fit."""
    alternatives = _names(names)
    if not alternatives:
        return
    for sign, opens, closes in _PAIRS:
        if sign in source:
            yield _compiled(rf"{opens}{_BEFORE}(?P<name>{alternatives}){_AFTER}{closes}")
    if "$" in source:
        yield _compiled(rf"(?<![\w$])\$(?P<name>{alternatives})(?!\w)")


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@functools.lru_cache(maxsize=64)
def _names(names: tuple[str, ...]) -> str:
    """The names as an alternation, longest first; blanks, `_` and `-` alike, or left out."""
    short = (name for name in names if len(name) <= _NAME_MAX)
    flexible = {r"[\s_\-]*".join(re.escape(word) for word in _words(name)) for name in short}
    return "|".join(sorted(flexible - {""}, key=lambda name: (-len(name), name)))


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\s_\-]+|(?<=[a-z])(?=[A-Z])", name.strip()) if word]


def _meant(written: str, names: tuple[str, ...]) -> str:
    """The column that is written so, "" where there is none."""
    wanted = _squeezed(written)
    return next((name for name in names if wanted and _squeezed(name) == wanted), "")


def _squeezed(name: str) -> str:
    return re.sub(r"[\s_\-]+", "", name).casefold()
