"""What columns of phone numbers are called, in the languages of the world and by programs.

The names stand in `phone_names.csv`, one line a kind and language, divided by slashes.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from importlib import resources
from itertools import filterfalse


class Kind(IntEnum):
    """How surely a name means phones, the surest first."""

    MOBILE = 1
    PHONE = 2
    #: One of several phones of a person, and hardly the one to text: at home, at work.
    OTHER = 3
    #: `To`, `Number`, `Recipient`: whatever somebody numbers.
    NUMBER = 4


#: With one of these a name tells something about a phone.
_ABOUT = frozenset(
    (
        *("type", "label", "fax", "telefax", "ext", "extension", "country", "code", "prefix"),
        *("verified", "consent", "optin", "opt", "status", "date", "time", "id", "email", "mail"),
        *("carrier", "model", "format", "valid", "region", "os", "brand", "name", "count", "isd"),
        *("typ", "land", "vorwahl", "pays", "prefijo", "pais"),
    )
)
#: A longer name is a question, or no name.
_LENGTH_MAX = 100
#: Programs put these behind a name.
_NOTHING = frozenset({"value", "primary", "optional", "required"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS, _WORDS = re.compile(r"[^\W\d_]+"), re.compile(r"\w+")


def kind_of(name: str) -> Kind | None:
    """The kind that a column's whole name means; numbers and marks in it do not count."""
    return _names().get("".join(_words(name))) if len(name) <= _LENGTH_MAX else None


def kind_in(name: str) -> Kind | None:
    """The kind that a part of a column's name means: `Customer phone (UK)`."""
    words = _words(name[:_LENGTH_MAX])
    if _ABOUT & set(words):
        return None
    names = _names()
    kinds = [
        kind
        for size in (1, 2, 3)
        for at in range(len(words) - size + 1)
        if (kind := names.get("".join(words[at : at + size]))) in (Kind.MOBILE, Kind.PHONE)
    ]
    return min(kinds, default=None)


def _words(name: str) -> list[str]:
    """Folded words: no accents, no case, `PhoneNumber` as two."""
    apart = _CAMEL.sub(" ", name)
    plain = (apart if apart.isascii() else _without_accents(apart)).casefold()
    words = _LETTERS.findall(plain) or _WORDS.findall(plain)
    return [word for word in words if word not in _NOTHING]


def _without_accents(name: str) -> str:
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", name)))


@functools.cache
def _names() -> dict[str, Kind]:
    """Each name, folded and without blanks."""
    kinds: dict[str, Kind] = {}
    for kind, name in _listed():
        folded = "".join(_words(name))
        kinds[folded] = min(kind, kinds.get(folded, kind))
    return kinds


def _listed() -> Iterator[tuple[Kind, str]]:
    source = resources.files("bulksend.contacts") / "phone_names.csv"
    for line in csv.DictReader(source.read_text(encoding="utf-8").splitlines()):
        for name in line["names"].split("/"):
            yield Kind[line["kind"].upper()], name
