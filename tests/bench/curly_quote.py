"""What one curly quote costs on 10,000 rows, as `bulksend run --dry-run` says it: a table.

python -m tests.bench.curly_quote
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tabulate import tabulate

ROWS = 10_000
_RATES = Path(__file__).parent.parent.parent / "samples" / "rates.csv"
_START = "Hi {name}, don’t forget your appointment"
#: Characters of the finished text.
LENGTHS = (70, 71, 120, 160, 161, 240, 306, 459)


def main() -> None:
    """The table, ready for the README."""
    with tempfile.TemporaryDirectory() as folder:
        contacts = Path(folder) / "contacts.csv"
        rows = (f"+4479110{at:05d},Anna" for at in range(ROWS))
        contacts.write_text("phone,name\n" + "\n".join(rows) + "\n")
        table = [_line(contacts, length) for length in LENGTHS]
    names = ("text", "parts with '", "parts with ’", "price with '", "price with ’", "the quote")
    print(tabulate(table, headers=names, tablefmt="github", colalign=("right",) * len(names)))


def _line(contacts: Path, length: int) -> tuple[str, ...]:
    """Texts of one length: what the tool says of them, and of the same with --fix-text."""
    template = _START + "." * (length - len(_START) - len("Anna") + len("{name}"))
    curly, straight = (_estimate(contacts, template, *it) for it in ((), ("--fix-text",)))
    (blamed,) = (it for it in curly["findings"] if it["code"] == "character")
    assert blamed["parts"] == curly["parts"] - straight["parts"]
    return (
        f"{length} characters",
        f"{straight['parts']:,}",
        f"{curly['parts']:,}",
        f"USD {straight['price']['USD']}",
        f"USD {curly['price']['USD']}",
        f"USD {blamed['price'].get('USD', '0')}",
    )


def _estimate(contacts: Path, template: str, *options: str) -> dict[str, Any]:
    words = [
        *(sys.executable, "-m", "bulksend", "run", str(contacts), "--dry-run", "--json", "--quiet"),
        *("--rates", str(_RATES), "--text", template, *options),
    ]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


if __name__ == "__main__":
    main()
