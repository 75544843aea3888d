"""A real run in a real terminal, as a moving picture: `python -m tests.picture` makes docs/run.svg.

The screen is read while the program works; each state of it is a frame of the picture, shown for as
long as it stood. Where motion is not wanted, the last frame alone is shown.
"""

from __future__ import annotations

import html
import os
import pty
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyte

from tests.acceptance.cli import ROOT, environment, write_contacts

COLUMNS, LINES = 88, 40
#: A frame stands at least so long; the last one longer, so that it can be read.
_FRAME_S, _LAST_S = 0.25, 6.0
_COLORS = {
    "default": "#d4d4d4",
    "green": "#6a9955",
    "red": "#f14c4c",
    "brown": "#d7ba7d",
    "cyan": "#4ec9b0",
}
#: Width and height of a character, in the picture's units.
_WIDE, _HIGH = 8.4, 18


@dataclass(frozen=True, slots=True)
class Frame:
    """Lines of the screen, ready for the picture, and when they came."""

    lines: tuple[str, ...]
    at_s: float


def frames_in_terminal(words: list[str], folder: Path) -> list[Frame]:
    """What stood on the screen, and for how long, until a command has ended."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (LINES, COLUMNS))
    size = {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}
    frames = [Frame((), 0.0)]
    with subprocess.Popen(
        [sys.executable, "-m", "bulksend", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=environment(**size),
    ):
        os.close(theirs)
        began_s = time.monotonic()
        while read := _read(ours):
            stream.feed(read)
            frames.append(Frame(tuple(_shown(screen)), time.monotonic() - began_s))
    os.close(ours)
    return _thinned(frames)


def _thinned(frames: list[Frame]) -> list[Frame]:
    """At most one frame in `_FRAME_S`, and the last one always."""
    kept_frames: list[Frame] = []
    for frame in frames:
        if kept_frames and frame.at_s - kept_frames[-1].at_s < _FRAME_S:
            kept_frames[-1] = Frame(frame.lines, kept_frames[-1].at_s)
        else:
            kept_frames.append(frame)
    return kept_frames


def _shown(screen: pyte.Screen) -> list[str]:
    filled = [at for at in range(LINES) if screen.display[at].strip()]
    return [_line(screen, at) for at in range(max(filled, default=-1) + 1)]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so when the last writer has gone
        return b""


def svg(frames: list[Frame], prompt: str) -> str:
    """The frames one after the other below the command that was typed, again and again."""
    line_count = max(len(frame.lines) for frame in frames) + 1
    width, height = COLUMNS * _WIDE + 24, line_count * _HIGH + 24
    whole_s = frames[-1].at_s + _LAST_S
    ends_s = [frame.at_s for frame in frames[1:]] + [whole_s]
    typed = f'<tspan fill="#4ec9b0">$</tspan> {html.escape(prompt)}'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}">',
            "<style>text { font: 14px Menlo, Consolas, 'DejaVu Sans Mono', monospace;"
            " fill: #d4d4d4; }",
            *_keyframes(frames, ends_s, whole_s),
            "</style>",
            '<rect width="100%" height="100%" rx="6" fill="#1e1e1e"/>',
            _text(0, typed.replace(" ", "\N{NO-BREAK SPACE}").replace("tspan\xa0", "tspan ")),
            *(_group(number, frame) for number, frame in enumerate(frames)),
            "</svg>\n",
        ]
    )


def _keyframes(frames: list[Frame], ends_s: list[float], whole_s: float) -> Iterator[str]:
    last = len(frames) - 1
    yield f"g {{ visibility: hidden; animation: {whole_s:.2f}s step-end infinite; }}"
    for number, (frame, end_s) in enumerate(zip(frames, ends_s, strict=True)):
        begin, end = 100 * frame.at_s / whole_s, 100 * end_s / whole_s
        shown = f"{begin:.2f}% {{ visibility: visible; }}"
        hidden = f"{min(end, 99.99):.2f}% {{ visibility: hidden; }}"
        yield f"@keyframes f{number} {{ 0% {{ visibility: hidden; }} {shown} {hidden} }}"
        yield f"#f{number} {{ animation-name: f{number}; }}"
    still = f"g {{ animation: none !important; }} #f{last} {{ visibility: visible; }}"
    yield f"@media (prefers-reduced-motion: reduce) {{ {still} }}"


def _group(number: int, frame: Frame) -> str:
    texts = "".join(_text(at + 1, line) for at, line in enumerate(frame.lines))
    return f'<g id="f{number}">{texts}</g>'


def _text(at: int, line: str) -> str:
    return f'<text x="12" y="{12 + (at + 0.8) * _HIGH:.0f}">{line}</text>'


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
    return "".join(f'<tspan fill="{it}">{_kept(text)}</tspan>' for it, text in pieces)


def _kept(text: str) -> str:
    """Blanks that every viewer keeps."""
    return html.escape(text).replace(" ", "\N{NO-BREAK SPACE}")


def main() -> None:
    """Send 1,000 rows through the sandbox and draw what stands on the screen meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        write_contacts(Path(folder) / "contacts.csv", 1000)
        words = ["run", "contacts.csv", "--sandbox", "--text", "Hi {name}, see you at 10:30."]
        words += ["--rate", "200/s"]
        frames = frames_in_terminal(words, Path(folder))
    typed = " ".join(f'"{it}"' if " " in it else it for it in words)
    (ROOT / "docs" / "run.svg").write_text(svg(frames, f"bulksend {typed}"))


if __name__ == "__main__":
    main()
