"""Which column holds the phones: by its name and by what stands in it. Pure.

A name alone is not enough: `To` of a booking list holds dates, `Number` holds customer numbers, and
beside `Telefon` stands `Mobil`. What stands in it is not enough either: twelve digits may be an
article. Where both leave more than one, the person is asked, by an error that names the likely
column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bulksend import errors
from bulksend.contacts import phone_names
from bulksend.contacts.header import Header, folded, named
from bulksend.contacts.phone_names import Kind
from bulksend.contacts.reading import looks
from bulksend.errors import Code
from bulksend.frozen import frozen
from bulksend.setting_names import Setting, SetTo
from bulksend.sms.phone import parse, wrapping

#: Cells of a column that are parsed: each costs some fifty microseconds.
_CELLS_MAX = 40
_PHONEY = (Code.PHONE_SCIENTIFIC, Code.PHONE_TWO_NUMBERS, Code.PHONE_NATIONAL, Code.PHONE_LETTER_O)
#: Of the cells of a column that is taken by its content alone.
_SURE_SHARE = 0.8


@frozen(kw_only=False)
class Content:
    """What stands in the first rows of a column."""

    cells: int = 0
    #: Phones, also broken ones.
    phones: int = 0
    #: Those that are not fixed lines alone.
    mobiles: int = 0
    #: Those that say by a plus, a bracket or a zero that they are phones.
    sure: int = 0

    @property
    def is_phones(self) -> bool:
        """Whether half of it are phones."""
        return self.phones * 2 >= self.cells > 0


@frozen(kw_only=False)
class Choice:
    """The column that was taken."""

    column: int
    #: What a person should know of the choice, "" where there was none.
    note: str = ""


@frozen(kw_only=False)
class _Candidate:
    column: int
    kind: Kind
    #: The whole name means it, not a part of it.
    whole: bool
    content: Content


def choose(
    header: Header,
    wanted: str | None,
    rows: Sequence[Sequence[str]],
    region: str | None,
    earlier: str | None = None,
) -> Choice:
    """The column of the phones; `rows` are the file's first, and `earlier` is the column that the
    batch took before. Raises ContactsError naming the likely one where it is not sure.
    """
    if wanted is not None:
        return Choice(named(header, wanted, Setting.TO_COLUMN))
    if earlier and len(same := header.find(earlier)) == 1:
        return Choice(same[0])
    contents = [_content(_cells(rows, at), region) for at in range(len(header.names))]
    candidates = _candidates(header, contents)
    for tier in _tiers(candidates):
        if tier:
            return _one_of(header, tier, candidates)
    return _by_content(header, contents, candidates)


def _candidates(header: Header, contents: Sequence[Content]) -> list[_Candidate]:
    candidates = []
    for at, name in enumerate(header.names):
        whole = phone_names.kind_of(name)
        kind = whole or phone_names.kind_in(name)
        if kind is not None:
            candidates.append(_Candidate(at, kind, whole is not None, contents[at]))
    return candidates


def _tiers(candidates: Sequence[_Candidate]) -> Iterable[list[_Candidate]]:
    """Those with phones in them, the surest names first."""
    filled = [each for each in candidates if each.content.is_phones]
    people = (Kind.MOBILE, Kind.PHONE)
    yield [each for each in filled if each.whole and each.kind in people]
    yield [each for each in filled if each.kind in people]
    yield [each for each in filled if each.kind is Kind.OTHER]
    yield [each for each in filled if each.kind is Kind.NUMBER]


def _one_of(header: Header, tier: list[_Candidate], candidates: list[_Candidate]) -> Choice:
    """The only one; the mobiles where other phones stand beside them."""
    mobiles = [each for each in tier if each.kind is Kind.MOBILE]
    others = [each for each in tier if each.kind is not Kind.MOBILE]
    chosen = tier[0] if len(tier) == 1 else None
    if len(mobiles) == 1 and all(_yields(each, mobiles[0]) for each in others):
        chosen = mobiles[0]
    if not mobiles and chosen is None:
        chosen = _only_mobiles(tier)
    if chosen is None:
        raise _two(header, [each.column for each in tier])
    beside = [each for each in candidates if each is not chosen and each.content.phones]
    return Choice(chosen.column, _beside(header, chosen, beside))


def _yields(other: _Candidate, mobile: _Candidate) -> bool:
    """Whether the mobiles are clearly meant: not where nearly everybody has only the other."""
    few = mobile.content.cells * 2 < other.content.cells
    return not few or not other.content.mobiles


def _only_mobiles(tier: Sequence[_Candidate]) -> _Candidate | None:
    """The one column that is not of fixed lines alone."""
    with_mobiles = [each for each in tier if each.content.mobiles]
    return with_mobiles[0] if len(with_mobiles) == 1 else None


def _beside(header: Header, chosen: _Candidate, beside: Sequence[_Candidate]) -> str:
    if not beside:
        return ""
    names = _listed(header, [each.column for each in beside])
    return f"the phones are those of column `{header.names[chosen.column]}`, not of {names}"


def _by_content(
    header: Header, contents: Sequence[Content], candidates: Sequence[_Candidate]
) -> Choice:
    """Without a name that has phones in it: the one column of phones, or the name by itself."""
    sure = [
        at
        for at, content in enumerate(contents)
        if content.cells and content.sure >= _SURE_SHARE * content.cells
    ]
    by_name = [each for each in candidates if each.kind is not Kind.NUMBER and each.whole]
    if len(by_name) == 1 and not sure:
        return Choice(by_name[0].column)
    if len(by_name) > 1 and not sure:
        raise _two(header, [each.column for each in by_name])
    numbers = [each for each in candidates if each.whole and not each.content.cells]
    if len(numbers) == 1 and not sure and not by_name:
        return Choice(numbers[0].column)
    if len(sure) == 1 and not by_name:
        name = header.names[sure[0]]
        note = f"the phones are those of column `{name}`, recognised by what stands in it"
        return Choice(sure[0], note if name else "")
    if len(sure) > 1:
        raise _two(header, sure)
    raise _none(header, contents, sure)


def _two(header: Header, columns: Sequence[int]) -> errors.ContactsError:
    names = _listed(header, columns)
    same = len({folded(header.names[at]) for at in columns}) < len(columns)
    return header.fault(
        f"{len(columns)} columns could hold the phone numbers: {names}",
        hint="rename one of them in the contacts file"
        if same
        else f"choose with {Setting.TO_COLUMN}, for example {_set_to(header, columns[0])}",
        code="two_phone_columns",
    )


def _none(header: Header, contents: Sequence[Content], sure: Sequence[int]) -> errors.ContactsError:
    """No column is it by name and content; the likely one is named."""
    most = max(contents, key=lambda content: content.phones, default=Content())
    likely = sure[0] if sure else contents.index(most) if most.is_phones else None
    columns = header.listed()
    return header.fault(
        f"no column holds phone numbers by its name and its content; the columns are {columns}",
        hint=f"is it this one? {_set_to(header, likely)}"
        if likely is not None and header.names[likely]
        else f"name it with {Setting.TO_COLUMN.to('COLUMN')}",
        code="no_phone_column",
    )


def _listed(header: Header, columns: Sequence[int]) -> str:
    names = [f"`{header.names[at]}`" if header.names[at] else "(no name)" for at in columns]
    return " and ".join(([", ".join(names[:-1])] if names[:-1] else []) + names[-1:])


def _set_to(header: Header, column: int) -> SetTo:
    name = header.names[column]
    quoted = name if name.isalnum() else '"' + name.replace('"', '\\"') + '"'
    return Setting.TO_COLUMN.to(quoted, name)


def _cells(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    cells = (row[column] for row in rows if column < len(row))
    return [cell for cell in cells if cell.strip()][:_CELLS_MAX]


def _content(cells: Sequence[str], region: str | None) -> Content:
    """A column of days is none of phones, though a day has eight digits."""
    if not cells or sum(map(looks.is_date, cells)) * 2 > len(cells):
        return Content(len(cells))
    phones = mobiles = sure = 0
    for cell in cells:
        if not looks.is_phone(cell) and not any(map(str.isdecimal, cell)):
            continue
        phone = parse.parse_phone(cell, region)
        is_phone = isinstance(phone, parse.Phone)
        is_broken = isinstance(phone, wrapping.PhoneError) and phone.code in _PHONEY
        phones += is_phone or is_broken or cell.strip().startswith("+")
        mobiles += isinstance(phone, parse.Phone) and not phone.line_kind
        sure += is_phone and looks.is_foreign_or_trunk(cell)
    return Content(len(cells), phones, mobiles, sure)
