"""`bulksend init`: starter files, never over what is there."""

from __future__ import annotations

import os
from pathlib import Path

from bulksend import errors
from bulksend.setting_names import Setting, Typed

_NAMES = ("phone", "name", "time")
_PEOPLE = (("+447700900123", "Ada", "10:30"), ("+447700900456", "Grace", "11:15"))
_OPTIONS = """# Options of `bulksend run`, by their names on the command line.
# The API key stays out of here: TELNYX_API_KEY, or {key_file}.
from = "MyCompany"
#profile-id = "00000000-0000-0000-0000-000000000000"
text = "Hi {name}, see you at {time}."
rate = "50/s"
"""


def write(folder: Path, *, workbook: bool = False) -> list[Path]:
    """The files written, of `contacts.csv`, or `contacts.xlsx`, and `bulksend.toml`: the missing.

    Raises UsageError, and writes nothing, when both are there.
    """
    contacts, options = names(folder, workbook=workbook)
    missing = [path for path in (contacts, options) if not os.path.lexists(path)]
    if not missing:
        raise errors.UsageError(
            f"{contacts.name} and {options.name} are there already",
            hint="nothing is ever written over: change these, or go to another folder",
            code="exists",
        )
    for path in missing:
        content = _options().encode() if path == options else _workbook() if workbook else _csv()
        unwritten = errors.instead_of_os_error(errors.UsageError, f"cannot write {path}")
        with unwritten, path.open("xb") as file:
            file.write(content)
    return missing


def names(folder: Path, *, workbook: bool = False) -> tuple[Path, Path]:
    """Where the contacts file and the options file would be written."""
    return folder / ("contacts.xlsx" if workbook else "contacts.csv"), folder / "bulksend.toml"


def _csv() -> bytes:
    return "".join(f"{','.join(cells)}\n" for cells in (_NAMES, *_PEOPLE)).encode()


def _options() -> str:
    return _OPTIONS.replace("{key_file}", str(Typed(Setting.API_KEY_FILE)))


def _workbook() -> bytes:
    from bulksend.results import workbook_writer

    return workbook_writer.table("contacts", _NAMES, _PEOPLE)
