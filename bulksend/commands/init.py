"""`bulksend init`: starter files, never over what is there."""

from __future__ import annotations

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
    """The files written: `contacts.csv`, or `contacts.xlsx`, and `bulksend.toml`.

    Raises UsageError, and writes nothing, when one of them is there.
    """
    contacts = folder / ("contacts.xlsx" if workbook else "contacts.csv")
    files = {
        contacts: _workbook() if workbook else _csv(),
        folder / "bulksend.toml": _options().encode(),
    }
    there = [path.name for path in files if path.exists()]
    if there:
        raise errors.UsageError(
            f"{' and '.join(there)} is there already",
            hint="bulksend init never overwrites; go to an empty folder",
            code="exists",
        )
    for path, content in files.items():
        unwritten = errors.instead_of_os_error(errors.UsageError, f"cannot write {path}")
        with unwritten, path.open("xb") as file:
            file.write(content)
    return list(files)


def _csv() -> bytes:
    return "".join(f"{','.join(cells)}\n" for cells in (_NAMES, *_PEOPLE)).encode()


def _options() -> str:
    return _OPTIONS.replace("{key_file}", str(Typed(Setting.API_KEY_FILE)))


def _workbook() -> bytes:
    from bulksend.results import workbook_writer

    return workbook_writer.table("contacts", _NAMES, _PEOPLE)
