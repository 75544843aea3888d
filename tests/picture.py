"""A real run in a real terminal, as a picture: `python -m tests.picture` writes docs/run.svg."""

from __future__ import annotations

import html
import os
import pty
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import pyte

from tests.acceptance.cli import ROOT, environment, write_contacts

COLUMNS, LINES = 96, 40
_COLORS = {
    "default": "#d4d4d4",
    "green": "#6a9955",
    "red": "#f14c4c",
    "brown": "#d7ba7d",
    "cyan": "#4ec9b0",
}
#: Width and height of a character, in the picture's units.
_WIDE, _HIGH = 8.4, 18


def run_in_terminal(words: list[str], folder: Path) -> pyte.Screen:
    """The screen after a command has ended."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (LINES, COLUMNS))
    size = {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}
    with subprocess.Popen(
        [sys.executable, "-m", "bulksend", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=environment(**size),
    ):
        os.close(theirs)
        while read := _read(ours):
            stream.feed(read)
    os.close(ours)
    return screen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so when the last writer has gone
        return b""


def svg(screen: pyte.Screen, prompt: str) -> str:
    """The screen's filled lines below the command that was typed."""
    filled = [at for at in range(LINES) if screen.display[at].strip()]
    lines = [f'<tspan fill="#4ec9b0">$</tspan> {html.escape(prompt)}']
    lines += [_line(screen, at) for at in range(max(filled) + 1)]
    width, height = COLUMNS * _WIDE + 24, len(lines) * _HIGH + 24
    texts = [
        f'<text x="12" y="{12 + (at + 0.8) * _HIGH:.0f}">{line}</text>'
        for at, line in enumerate(lines)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}">',
            "<style>text { font: 14px Menlo, Consolas, 'DejaVu Sans Mono', monospace;"
            " fill: #d4d4d4; white-space: pre; }</style>",
            '<rect width="100%" height="100%" rx="6" fill="#1e1e1e"/>',
            *texts,
            "</svg>\n",
        ]
    )


def _line(screen: pyte.Screen, at: int) -> str:
    """One line, each run of equal colour in a piece of its own."""
    row = screen.buffer[at]
    length = len(screen.display[at].rstrip())
    pieces: list[tuple[str, str]] = []
    for column in range(length):
        cell = row[column]
        color = _COLORS.get(cell.fg, _COLORS["default"])
        if pieces and pieces[-1][0] == color:
            pieces[-1] = (color, pieces[-1][1] + cell.data)
        else:
            pieces.append((color, cell.data))
    return "".join(f'<tspan fill="{it}">{html.escape(text)}</tspan>' for it, text in pieces)


def main() -> None:
    """Send 600 rows through the sandbox and draw what stood on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        write_contacts(Path(folder) / "contacts.csv", 600)
        words = ["run", "contacts.csv", "--sandbox", "--text", "Hi {name}, see you at 10:30."]
        words += ["--rate", "200/s"]
        screen = run_in_terminal(words, Path(folder))
    typed = " ".join(f'"{it}"' if " " in it else it for it in words)
    (ROOT / "docs" / "run.svg").write_text(svg(screen, f"bulksend {typed}"))


if __name__ == "__main__":
    main()
