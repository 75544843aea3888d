"""Which encoding a text file is in that is no Unicode, and whether that is certain.

A code page is certain where all words of the file are words under it, and no other page of the
list, which would make other words of the same bytes, could be meant. Statistics over bytes call a
list of five names anything; what letters may stand beside each other does not (`plausible`).
Otherwise the person's word is needed, and the guess is shown with a cell of the file.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bulksend.contacts.reading import plausible
from bulksend.contacts.reading.plausible import Reading
from bulksend.frozen import frozen
from bulksend.setting_names import Setting

#: The pages of the list and the scripts of each: what people's computers save as CSV.
PAGES: dict[str, str] = {
    "cp1252": "western",
    "cp1250": "central",
    "cp1251": "cyrillic",
    "cp1253": "greek",
    "cp1254": "turkish",
    "cp1257": "baltic",
    "cp932": "japanese",
    "gb18030": "chinese",
    "cp949": "korean",
    "cp950": "chinese",
    "cp1255": "hebrew",
    "cp1256": "arabic",
    "cp874": "thai",
    "mac_roman": "western",
    "mac_latin2": "central",
    "mac_cyrillic": "cyrillic",
    "koi8_u": "cyrillic",
    "cp866": "cyrillic",
    "cp850": "western",
    "cp852": "central",
    "cp437": "western",
    "iso8859_2": "central",
    "iso8859_5": "cyrillic",
}
_LABELS = {
    **{f"cp125{number}": f"Windows-125{number}" for number in range(9)},
    **{"cp932": "Shift JIS (cp932)", "mac_roman": "Mac Roman", "gb18030": "GBK (gb18030)"},
    **{"utf-8": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"},
    **{"cp950": "Big5 (cp950)", "cp949": "EUC-KR (cp949)"},
}
#: Of the different lines with bytes beyond ASCII, so much is looked at: some 15,000 names.
_LOOKED_AT_BYTES = 512 << 10
_DEFAULT = "cp1252"
_SHOWN = 40


@frozen
class Recognised:
    """The encoding of a text file."""

    #: As Python knows it.
    encoding: str
    #: Some bytes mean nothing in it, or may.
    damaged: bool = False
    #: Why it needs the person's word; "" where it is certain.
    why_guessed: str = ""
    #: A cell of the file that shows it.
    shown: str = ""

    def notes(self) -> Iterator[str]:
        """What a person should know of it."""
        if self.encoding not in ("utf-8", "utf-8-sig"):
            example = f", for example “{self.shown}”" if self.shown else ""
            yield f"read as {label(self.encoding)}{example}"
        if self.why_guessed:
            yield f"{self.why_guessed}; name the right one with {Setting.ENCODING.to('NAME')}"


def named(encoding: str) -> Recognised:
    """The encoding that the person named."""
    return Recognised(encoding=encoding, damaged=True)


def label(encoding: str) -> str:
    """The encoding as people know it."""
    return _LABELS.get(encoding, encoding)


def recognise(blocks: Iterable[bytes]) -> Recognised:
    """The encoding of a file that is not UTF-8 as a whole."""
    lines = list(_foreign_lines(blocks))
    if _is_utf_8(lines):
        return Recognised(encoding="utf-8", damaged=True)
    return _decide(lines)


def _foreign_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The different lines that are not ASCII, as many as are looked at, with their line ends."""
    rest, yielded, size = b"", set[bytes](), 0
    for block in blocks:
        lines = (rest + block).splitlines(keepends=True)
        rest = lines.pop()
        for line in lines:
            if not line.isascii() and line not in yielded:
                yielded.add(line)
                yield line
                size += len(line)
                if size > _LOOKED_AT_BYTES:
                    return
    if not rest.isascii() and rest not in yielded:
        yield rest


def _is_utf_8(lines: Iterable[bytes]) -> bool:
    """Whether at least half of the lines are UTF-8, so that the others hold broken bytes.

    Hardly a line of another encoding is UTF-8 by chance, where all its bytes must be in pairs. A
    file that is cut in its last character has no other broken line.
    """
    whole = broken = 0
    for line in lines:
        try:
            line.decode()
            whole += 1
        except UnicodeDecodeError as fault:
            broken += fault.end < len(line) or fault.reason != "unexpected end of data"
    return whole >= broken


def _decide(lines: list[bytes]) -> Recognised:
    """The one page under which these lines are words, if there is one."""
    readings = [reading for page in PAGES if (reading := _read(lines, page)) is not None]
    possible = [reading for reading in readings if reading.is_possible]
    texts = {reading.text for reading in possible}
    chosen = possible[0] if possible else None
    if chosen is not None and len(texts) == 1 and any(each.is_evident for each in possible):
        return Recognised(encoding=chosen.page, damaged=True, shown=chosen.shown[:_SHOWN])
    guess = chosen or next((each for each in readings if each.page == _DEFAULT), None)
    others = [label(each.page) for each in possible if each.text != guess.text] if guess else []
    why_guessed = f"it is no UTF-8; {label(guess.page if guess else _DEFAULT)} is a guess"
    if others:
        why_guessed += f", and it could be {' or '.join(others[:3])}"
    return Recognised(
        encoding=guess.page if guess else _DEFAULT,
        damaged=True,
        why_guessed=why_guessed,
        shown=guess.shown[:_SHOWN] if guess else "",
    )


def _read(lines: Iterable[bytes], page: str) -> Reading | None:
    """The lines under a page; None where they hold bytes that mean nothing in it."""
    decode = codecs.getdecoder(page)
    try:
        texts = [decode(line)[0] for line in lines]
    except UnicodeDecodeError:
        return None
    return replace(plausible.read(texts, PAGES[page]), page=page)
