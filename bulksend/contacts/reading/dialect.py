"""How a contacts file is written: its encoding, its line ends, its delimiter. Pure detection."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from bulksend.contacts.reading import looks
from bulksend.frozen import frozen

DELIMITERS = ",;\t|"
#: Records looked at to find the delimiter.
_LOOKED_AT = 60
#: A line of blanks and delimiters tells nothing.
_NOTHING = DELIMITERS + " \r\n"
#: It names one sign of ASCII; a quote, a letter or a line end delimit nothing.
_SEP_LINE = re.compile(r'\A"?sep=([\t !#-/:-@\[-`{-~])"?(\r\n|\r|\n)', re.IGNORECASE)
#: With its end.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
#: A first record whose every field stands in single quotes.
_SINGLE_QUOTED = re.compile(r"\s*'[^'\"\r\n]*'(?:[,;\t|] *'[^'\"\r\n]*')+ *(?:\r|\n)")


def utf_encoding(head: bytes) -> str:
    """The encoding that a BOM or the zeros of UTF-16 show; "" when neither does."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if head.startswith(mark):
            return name
    pairs = head[: len(head) // 2 * 2][:4096]
    if len(pairs) < 8:  # a zero or two may be something else
        return ""
    odd, even = pairs[1::2].count(0), pairs[::2].count(0)
    if odd > 0.4 * len(pairs) / 2 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * len(pairs) / 2 and odd == 0 else ""


@frozen
class Dialect:
    """How the records of a text file are written."""

    delimiter: str = ","
    #: Some programs write 'Ada, L' in single quotes.
    quote: str = '"'
    #: A blank between delimiter and quote belongs to neither.
    blank_before_quote: bool = False
    #: Characters of the `sep=` line at the beginning, which spreadsheet programs do not show.
    sep_line: int = 0


def find_dialect(sample: str, delimiter: str | None = None) -> Dialect:
    """The dialect of a file that begins so; `delimiter` is the person's word."""
    named = _SEP_LINE.match(sample)
    length = len(named[0]) if named else 0
    body = sample[length:]
    quote = "'" if _SINGLE_QUOTED.match(body) else '"'
    sign = delimiter or (named[1] if named else _find_delimiter(body, quote))
    blank = re.search(rf"(?:^|{re.escape(sign)}) +{quote}", body, re.MULTILINE)
    return Dialect(
        delimiter=sign, quote=quote, blank_before_quote=blank is not None, sep_line=length
    )


def _find_delimiter(sample: str, quote: str) -> str:
    """The delimiter under which most records hold a phone, and then the most regular one.

    A single column has the comma.
    """
    if not sample.strip(_NOTHING):
        return max(DELIMITERS, key=sample.count)
    scores = {sign: _score(sample, sign, quote) for sign in DELIMITERS}
    best = max(DELIMITERS, key=lambda sign: scores[sign])
    return best if scores[best][1] > 0 else ","


def _score(sample: str, delimiter: str, quote: str) -> tuple[float, float]:
    """Records with a phone of their own cell, in tenths of all; and how regular the records are."""
    records = [
        record for record in _records(sample, delimiter, quote) if "".join(record).strip(_NOTHING)
    ]
    usual, count = Counter(map(len, records)).most_common(1)[0] if records else (0, 0)
    if usual < 2:
        return 0.0, 0.0
    with_phone = sum(any(map(looks.is_phone, record)) for record in records)
    regular = count / len(records) + 0.01 * usual
    if len(records[0]) >= 2:
        regular += sum(len(record) == len(records[0]) for record in records) / len(records)
    return round(10 * with_phone / len(records)), regular


def _records(sample: str, delimiter: str, quote: str) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(sample)))
    lines = (line[0] for line in _LINE.finditer(sample))
    return islice(csv.reader(lines, delimiter=delimiter, quotechar=quote), _LOOKED_AT)
