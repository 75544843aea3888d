"""What `fix_text` does: letters composed everywhere, the template's own words made GSM-7.

In template and cells, letters with separate accents are composed (NFC), since the same letters
arrive, and line breaks of other programs become line feeds. In the template alone (which may be a
row's own), what means the same in GSM-7 takes the place of curly quotes and the like, and what
nobody sees is left out; both only where the template's own words become GSM-7 by it. No combining
mark is ever replaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum

import polars as pl

from bulksend.frozen import frozen
from bulksend.sms import encoding, smart_encoding, template


class FixText(Enum):
    """How much of it is done."""

    OFF = "off"
    #: Letters are composed and line breaks become line feeds: what the finding about them counts.
    COMPOSE = "compose"
    ALL = "all"


#: Line and paragraph separators, next line, and the soft breaks of slides and sheets.
_LINE_BREAKS = dict.fromkeys("\u2028\u2029\x85\x0b\x0c", "\n")
#: Marks of direction, joiners, soft hyphens, selectors, blanks of no width.
_INVISIBLE = dict.fromkeys(
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff",
    "",
)
#: What the template's own words have instead, once they become GSM-7 by it.
INSTEAD: dict[str, str] = {**smart_encoding.SAFE, **_INVISIBLE, **_LINE_BREAKS}
_INSTEAD_TABLE = str.maketrans(INSTEAD)
#: A character of those, as a regular expression.
REPLACEABLE = "[" + "".join(rf"\x{{{ord(character):X}}}" for character in INSTEAD) + "]"
_LINE_BREAK_TABLE = str.maketrans(_LINE_BREAKS)
#: What a composed text never holds, and what may compose with the letter before it: marks, Hangul
#: letters, characters that are another one's twin.
_MAY_CHANGE = (
    r"[\p{M}\x0b\x0c\x85\x{340}-\x{387}\x{958}-\x{FFF}\x{1100}-\x{11FF}\x{1F00}-\x{2001}\x{2028}"
    r"\x{2029}\x{2126}-\x{212B}\x{2329}\x{232A}\x{2ADC}\x{F900}-\x{FB4F}\x{1D15E}-\x{1D1C0}"
    r"\x{2F800}-\x{2FA1D}]"
)
_CLUSTER = re.compile(r"(?s:.)[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")
_GSM = re.compile(encoding.GSM_TEXT.replace("$", r"\Z"))


@frozen(kw_only=False)
class Replacement:
    """Something of the template that was changed."""

    #: From 1.
    position: int
    was: str
    becomes: str


def compose(text: str) -> str:
    """Letters composed, unless that makes it longer; line breaks as line feeds."""
    lines = text.translate(_LINE_BREAK_TABLE)
    composed = unicodedata.normalize("NFC", lines)
    return composed if len(composed) <= len(lines) else lines


def compose_column(cells: pl.Series) -> pl.Series:
    """`compose` for a column of String."""
    # one search in all of them costs a third of one in each
    if not cells.str.join().str.contains(_MAY_CHANGE).any():
        return cells
    at = cells.str.contains(_MAY_CHANGE).fill_null(value=False).arg_true()
    changed = [compose(cell) for cell in cells.gather(at)]
    return cells.clone().scatter(at, pl.Series(changed, dtype=pl.String))


def composed(parsed: template.Template) -> template.Template:
    """The template with its letters composed."""
    return parsed.with_words(compose)


def replaced(parsed: template.Template) -> template.Template | None:
    """The template in GSM-7; None where its own words cannot be that, or are already."""
    candidate = parsed.with_words(_in_gsm)
    if candidate == composed(parsed) or not all(_GSM.match(own) for own in words(candidate)):
        return None
    return candidate


def replaced_column(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Places (UInt32) of the composed texts that `replaced` would change, and what they become."""
    at = cells.str.contains(REPLACEABLE).fill_null(value=False).arg_true()
    candidates = cells.gather(at).str.replace_many(INSTEAD) if len(at) else cells.clear()
    in_gsm = candidates.str.contains(encoding.GSM_TEXT)
    return at.filter(in_gsm), candidates.filter(in_gsm)


def words(parsed: template.Template) -> list[str]:
    """What a template has besides its placeholders."""
    return [piece for piece in parsed.pieces if isinstance(piece, str)]


def grows(parsed: template.Template) -> bool:
    """Whether something of the template becomes longer, so that a text may become dearer."""
    return any(
        len(INSTEAD.get(character, "")) > 1 for own in words(parsed) for character in compose(own)
    )


def replacements(source: str) -> Iterator[Replacement]:
    """What changes in a template's source, in order."""
    parsed = template.parse_template(source)
    instead = INSTEAD if replaced(parsed) is not None else _LINE_BREAKS
    own = dict(template.own_characters(source))
    for cluster in _CLUSTER.finditer(source):
        whole = compose(cluster[0])
        if whole != cluster[0] and cluster.start() + 1 in own:
            yield Replacement(cluster.start() + 1, cluster[0], whole)
    for position, character in own.items():
        if character in instead:
            yield Replacement(position, character, instead[character])


def _in_gsm(own: str) -> str:
    return compose(own).translate(_INSTEAD_TABLE)
