"""Column names: as people write them, found as people mean them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import field

from bulksend import errors
from bulksend.frozen import frozen
from bulksend.setting_names import Setting

#: What nobody sees around a name.
BLANKS = " \t\r\n\u00a0\ufeff\u200b"
_TEXT_NAMES = ("text",)


@frozen(kw_only=False)
class Header:
    """The names in the first record, in their order."""

    names: tuple[str, ...]
    #: The contacts file, as errors name it; "" where they are about one row.
    file: str = field(default="", compare=False)

    def find(self, name: str) -> tuple[int, ...]:
        """The columns of that name: any case; blanks, `_` and `-` are alike."""
        wanted = folded(name)
        return tuple(at for at, own in enumerate(self.names) if folded(own) == wanted)

    def cell(self, index: int) -> str:
        """The frame's name for a column; the file's own may be there twice, or be empty."""
        return f"c{index}"

    def only(self, name: str, wanted_by: str, in_words: str) -> int:
        """The one column of that name. Raises ContactsError naming the nearest.

        `wanted_by` begins the sentence; `in_words` is how the nearest is written: "`{}`".
        """
        columns = self.find(name)
        if len(columns) == 1:
            return columns[0]
        if columns:
            raise self.fault(
                f"{wanted_by} {len(columns)} columns have that name",
                hint="rename one of them in the contacts file",
                code="column_twice",
            )
        near = self.nearest(name)
        meant = f"did you mean {in_words.format(near)}? " if near else ""
        raise self.fault(
            f"{wanted_by} there is no such column",
            hint=f"{meant}the columns are {self.listed()}",
            code="column_missing",
        )

    def nearest(self, name: str) -> str:
        """The name that was most likely meant, "" when none is near."""
        near = difflib.get_close_matches(folded(name), [folded(own) for own in self.names], 1, 0.5)
        return next((own for own in self.names if near and folded(own) == near[0]), "")

    def listed(self) -> str:
        """All names, for a message."""
        return ", ".join(f"`{name}`" if name else "(no name)" for name in self.names)

    def fault(self, what: str, *, hint: str, code: str) -> errors.ContactsError:
        """What is the matter with the columns, with the file that it is about."""
        message = f"{self.file}: {what}" if self.file else what
        return errors.ContactsError(message, hint=hint, code=code)


def folded(name: str) -> str:
    """A name as it is compared: any case; blanks, `_` and `-` are alike."""
    return re.sub(r"[\s_\-]+", " ", name.strip(BLANKS)).casefold()


def make_header(cells: Sequence[str], file: str = "") -> Header:
    """Names trimmed of what nobody sees; `file` is what errors call theirs."""
    return Header(tuple(cell.strip(BLANKS) for cell in cells), file)


def text_column(header: Header, wanted: str | None) -> int | None:
    """The column of the texts, if there is one. Raises ContactsError."""
    if wanted is not None:
        return named(header, wanted, Setting.TEXT_COLUMN)
    columns = [at for at, name in enumerate(header.names) if folded(name) in _TEXT_NAMES]
    return columns[0] if len(columns) == 1 else None


def named(header: Header, wanted: str, setting: Setting) -> int:
    """The column that the person named. Raises ContactsError naming the nearest."""
    return header.only(wanted, f"{setting.to(wanted)}:", "`{}`")
