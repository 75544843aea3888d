"""What stands in a cell and is not meant for anybody: blanks around it, guards, errors, nulls."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from bulksend.errors import Code

#: Errors that end in no mark: what is not available, what is too wide, nulls of databases.
_BARE = (
    *("N/A", "N/A N/A", "N/A Field", "NV", "N/D", "N/V", "N/DISP", "NB", "I/T", "ND", "NVT", "YOK"),
    *("Н/Д", "BRAK", "HIÁNYZIK", "PUUTTUU", "SAKNAS", "GETTING_DATA", "ERROR", "ERR"),
)
#: Errors that end in ! or ?, in the languages of spreadsheet programs.
_MARKED = (
    *("REF", "VALUE", "DIV/0", "NAME", "NUM", "NULL", "SPILL", "CALC", "FIELD", "BLOCKED"),
    *("CONNECT", "BUSY", "UNKNOWN", "PYTHON", "EXTERNAL", "ERROR"),
    *("WERT", "BEZUG", "ZAHL", "ÜBERLAUF", "KALK", "FELD"),  # German
    *("VALEUR", "NOM", "NOMBRE", "NUL", "PROPAGATION"),  # French
    *(
        "VALOR",
        "NULO",
        "NÚM",
        "NÚMERO",
        "NOME",
        "REFERENCIA",
        "DESBORDAMIENTO",
    ),  # Spanish, Portuguese
    *("VALORE", "RIF", "NULLO"),  # Italian
    *("NAAM", "WAARDE", "VERW", "GETAL", "LEEG", "DEEL/0"),  # Dutch
    *("ADR", "ARG", "LICZBA", "NAZWA", "ZERO", "DZIEL/0"),  # Polish
    *("ССЫЛКА", "ССЫЛ", "ЗНАЧ", "ДЕЛ/0", "ИМЯ", "ЧИСЛО", "ПУСТО"),  # Russian
    *("BAŞV", "DEĞER", "SAYI", "AD", "SAYI/0", "BOŞ"),  # Turkish
    *("VÄRDEFEL", "REFERENS", "DIVISION/0", "NAMN", "OGILTIGT", "SKÄRNING"),  # Swedish
    *("VÆRDI", "REFERENCE", "NAVN", "VERDI", "DIVISJON/0"),  # Danish, Norwegian
    *("ARVO", "VIITTAUS", "JAKO/0", "NIMI", "LUKU", "TYHJÄ"),  # Finnish
    *(
        "HODNOTA",
        "ODKAZ",
        "NÁZEV",
        "NÁZOV",
        "ČÍSLO",
        "DĚLENÍ_NULOU",
        "DELENIENULOU",
    ),  # Czech, Slovak
    *("ÉRTÉK", "HIV", "ZÉRÓOSZTÓ", "NÉV", "SZÁM", "NULLA"),  # Hungarian
)
_FORM = (
    rf"#(?:{'|'.join(map(re.escape, _BARE))})[!?]?"
    rf"|#[¡¿]?(?:{'|'.join(map(re.escape, _MARKED))})[!?]"
    r"|#{2,}|(?-i:\\N)|Err:[0-9]{3}"
)
_ERROR = re.compile(_FORM, re.IGNORECASE)
_ERROR_BEGINS = ("#", "\\", "E", " ", "\t")
#: Between the cells of a column that is searched as one text.
_UNIT = "\x1f"
#: Words by which programs write that there is nothing; some are also names of people.
NULLS = (
    "NULL",
    "null",
    "Null",
    "nan",
    "NaN",
    "NAN",
    "None",
    "NONE",
    "nil",
    "<NA>",
    "<null>",
    "NaT",
)
#: An apostrophe that keeps a spreadsheet program from taking a text for a number or a formula.
_APOSTROPHE = r"\A['’]([=+\-@0-9(])"
#: What the text of a column has where a cell has blanks around it or begins with an apostrophe.
_MAY_BE_WRAPPED = rf"^[\s'’]|{_UNIT}[\s'’]|\s{_UNIT}|\s$"


def is_error(cell: str) -> bool:
    """Whether a spreadsheet or a database put it there in place of a value."""
    return _ERROR.fullmatch(cell.strip()) is not None


def sentence(column: str, shown: str) -> str:
    """What is the matter with such a cell."""
    return f"the cell in column {column} shows the error {shown.strip()}"


def any_holds(cells: pl.Series, pattern: str) -> bool:
    """Whether `pattern` is in any of the cells, or perhaps where two of them meet.

    One search in a whole column costs a third of one in each of its cells.
    """
    return bool(cells.str.join(_UNIT).str.contains(pattern).any())


def problems(chunk: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """problem, problem_text (String, null) of a chunk's rows where one of these columns (its name
    in the file, its name in the frame) shows an error.
    """
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, chunk.height)
    problem = text = nothing
    for name, cell in columns.items():
        rows = errors_in(chunk[cell])
        if len(rows):
            texts = [sentence(name, shown) for shown in chunk[cell].gather(rows)]
            codes = pl.Series([str(Code.CELL_ERROR)]).new_from_index(0, len(rows))
            # scatter changes the series it is called on
            problem = problem.clone().scatter(rows, codes)
            text = text.clone().scatter(rows, pl.Series(texts, dtype=pl.String))
    return pl.DataFrame({"problem": problem, "problem_text": text})


def errors_in(cells: pl.Series) -> pl.Series:
    """Places (UInt32) of the cells that are errors. Nearly all columns have none."""
    begins = (cells < "$") | cells.str.starts_with("\\") | cells.str.starts_with("E")
    suspects = begins.arg_true()
    if suspects.is_empty():
        return suspects
    first = cells.gather(suspects).str
    # `Err:502` of LibreOffice, and not each name that begins so
    may_be = first.slice(0, 1).is_in(_ERROR_BEGINS)
    suspects = suspects.filter(may_be & (~first.starts_with("E") | (first.slice(3, 1) == ":")))
    if suspects.is_empty():
        return suspects
    bare = cells.gather(suspects).str.strip_chars()
    return suspects.filter(bare.str.contains(rf"(?i)\A(?:{_FORM})\z"))


def nulls_in(cells: pl.Series) -> pl.Series:
    """Places (UInt32) of the cells that are a word for nothing."""
    return cells.is_in(NULLS).arg_true()


def inserted(cells: pl.Series) -> pl.Series:
    """The cells as a text has them: no blanks around them, no apostrophe that guards a number."""
    if not any_holds(cells, _MAY_BE_WRAPPED):
        return cells
    bare = cells.str.strip_chars()
    if bare.str.starts_with("'").any() or bare.str.starts_with("’").any():
        return bare.str.replace(_APOSTROPHE, "$1")
    return bare


def inserted_plain(cells: pl.Series) -> pl.Series:
    """The same of cells that are known to be plain (see `reading.traits`)."""
    wrapped = cells.str.starts_with(" ").any() or cells.str.ends_with(" ").any()
    return cells.str.strip_chars() if wrapped else cells


def inserted_one(cell: str) -> str:
    """The same for one cell."""
    return re.sub(r"\A['’](?=[=+\-@0-9(])", "", cell.strip())
