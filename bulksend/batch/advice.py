"""The commands that are printed as the next step: all of them are made here.

Whoever pastes such a line, again and again until none is printed any more, texts nobody twice,
passes no cap and loses no file. So a line is complete, quoted for a shell, and names every file
that was named before; and what may text twice or cost more is never a line, it is a sentence.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import replace
from pathlib import Path

from bulksend import errors
from bulksend.batch.settings import Place
from bulksend.errors import Stop
from bulksend.frozen import frozen
from bulksend.setting_names import Setting, Typed
from bulksend.telnyx import hosts

#: What no terminal shows as it is, and no shell reads back as it is shown: controls, what hides
#: or reorders text, and bytes that are no characters.
_UNSHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@frozen
class Remaining:
    """How a batch stands, as far as the next step depends on it."""

    unsent: int = 0
    unknown: int = 0
    #: Refused rows for which another try may end otherwise.
    refused_for_now: int = 0
    #: They have just had that other try.
    retried: bool = False
    #: Why the last run ended early.
    stop: Stop | None = None


def next_step(remaining: Remaining, place: Place) -> str:
    """The one command that goes on; "" when there is nothing to do, or nothing that is safe.

    Where only a person's word helps, at the cap and in quiet hours without an end, it is `status`,
    which sends nothing and names the way on in words.
    """
    if remaining.unsent:
        if remaining.stop in (Stop.MAX_COST, Stop.QUIET):
            return command("status", place)
        return command("resume", place)
    if remaining.unknown:  # the embedded sandbox is gone, and with it all evidence
        return "" if place.sandbox else command("reconcile", place)
    if remaining.refused_for_now and not remaining.retried:
        return command("resume", place, Setting.RETRY_REFUSED)
    return ""


def command(name: str, place: Place, *extra: Setting | str) -> str:
    """A command for the batch of this place, complete and ready to paste."""
    words = ["bulksend", name, _guarded(str(place.contacts))]
    if place.sandbox:
        words.append(str(Typed(Setting.SANDBOX)))
    for setting, path in _paths(place):
        words += [str(Typed(setting)), _guarded(str(path))]
    if place.base_url and hosts.is_foreign(place.base_url):  # gets the key only if typed
        words += [str(Typed(Setting.BASE_URL)), place.base_url]
    words += [str(Typed(word)) if isinstance(word, Setting) else word for word in extra]
    return " ".join(_quoted(word) for word in words)


def look(place: Place) -> str:
    """The command that shows what would be sent, and sends nothing."""
    return command("run", replace(place, results=None, journal=None), Setting.DRY_RUN)


def hint(failure: errors.BulksendError, place: Place | None) -> str:
    """The way out of a failure, with the command that belongs to it."""
    if not failure.next_command or place is None:
        return failure.hint
    line = command(failure.next_command, place)
    return f"{failure.hint}: {line}" if failure.hint else line


def _paths(place: Place) -> list[tuple[Setting, Path]]:
    named = (
        (Setting.JOURNAL, place.journal),
        (Setting.RESULTS, place.results),
        (Setting.API_KEY_FILE, place.api_key_file),
    )
    return [(setting, path) for setting, path in named if path is not None]


def _guarded(word: str) -> str:
    """A name that looks like an option stays a name."""
    return f"./{word}" if word.startswith("-") else word


def _quoted(word: str) -> str:
    """As a shell reads it back, also where a terminal could not show it."""
    if not _UNSHOWN.search(word):
        return shlex.quote(word)
    raw = os.fsencode(word)
    return "$'" + "".join(_escaped(byte) for byte in raw) + "'"


def _escaped(byte: int) -> str:
    shown = chr(byte)
    plain = shown.isascii() and shown.isprintable() and shown not in "\\'"
    return shown if plain else f"\\x{byte:02x}"
