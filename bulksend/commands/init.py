"""`bulksend init`: starter files, never over what is there."""

from __future__ import annotations

from pathlib import Path

from bulksend import errors

_FILES = {
    "contacts.csv": """phone,name,time
+447700900123,Ada,10:30
+447700900456,Grace,11:15
""",
    "bulksend.toml": """# Options of `bulksend run`, by their names on the command line.
# The API key stays out of here: TELNYX_API_KEY, or --api-key-file.
from = "MyCompany"
#profile-id = "00000000-0000-0000-0000-000000000000"
text = "Hi {name}, see you at {time}."
rate = "50/s"
""",
}


def write(folder: Path) -> list[Path]:
    """The files written. Raises UsageError, and writes nothing, when one of them is there."""
    paths = {folder / name: text for name, text in _FILES.items()}
    there = [path.name for path in paths if path.exists()]
    if there:
        raise errors.UsageError(
            f"{' and '.join(there)} is there already",
            hint="bulksend init never overwrites; go to an empty folder",
            code="exists",
        )
    for path, text in paths.items():
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as failure:
            raise errors.UsageError(f"cannot write {path}: {failure.strerror}") from None
    return list(paths)
