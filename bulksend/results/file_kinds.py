"""What can be written, by how a name ends: nobody finds a CSV in a file that is called .pdf."""

from __future__ import annotations

import re
from pathlib import Path

from bulksend import errors
from bulksend.frozen import frozen
from bulksend.setting_names import Setting

#: What a person means as an ending: `.pdf`, `.xls`; not the `.06` of a date.
_ENDING = re.compile(r"\.(?=[0-9]*[a-z])[a-z0-9]{1,8}", re.IGNORECASE)


@frozen(kw_only=False)
class Kind:
    """What one sort of file can be."""

    #: In a sentence: "results are written as".
    what: str
    endings: tuple[str, ...]


RESULTS = Kind("results are", (".csv", ".tsv", ".txt", ".xlsx"))
PAGE = Kind("the page is", (".html", ".htm"))
OPT_OUTS = Kind("the list is", (".csv", ".txt"))
RATE_CARD = Kind("a rate card is", (".csv", ".txt"))


def refuse_other(path: Path, setting: Setting, kind: Kind) -> None:
    """Raises UsageError where the name ends like another kind of file. None is no ending."""
    ending = path.suffix.lower()
    if ending in kind.endings or not _ENDING.fullmatch(ending):
        return
    *others, last = kind.endings
    raise errors.UsageError(
        f"{path}: {kind.what} not written as {ending}",
        hint=f"give {setting} a name that ends in {', '.join(others)} or {last}",
        code="file_kind",
    )
