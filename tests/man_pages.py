"""The man pages, made from the program: `python -m tests.man_pages FOLDER` (extra `docs`)."""

from __future__ import annotations

import sys
from pathlib import Path

from bulksend import __version__
from bulksend.cli.main import cli


def write(folder: Path) -> list[Path]:
    """One page a command, in `folder`."""
    from click_man.core import write_man_pages  # the extra `docs`

    folder.mkdir(parents=True, exist_ok=True)
    write_man_pages("bulksend", cli, version=__version__, target_dir=str(folder))
    return sorted(folder.glob("*.1"))


if __name__ == "__main__":
    for page in write(Path(sys.argv[1])):
        print(page)
