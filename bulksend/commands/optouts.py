"""`bulksend optouts`: the people who must not be texted, as Telnyx knows them, for a list."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from pathlib import Path

from bulksend import atomic_file, errors
from bulksend.batch import connection, paths
from bulksend.batch.reporter import Reporter
from bulksend.batch.settings import Settings
from bulksend.contacts import own_files
from bulksend.frozen import frozen
from bulksend.results import csv_writer, file_kinds
from bulksend.setting_names import Setting
from bulksend.telnyx import client, optouts

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


@frozen(kw_only=False)
class Listed:
    """The list, and where it stands."""

    #: One for each phone, in Telnyx's order.
    people: tuple[optouts.OptOut, ...]
    #: None: it is to be shown.
    output: Path | None

    @property
    def table(self) -> str:
        """The list as CSV, with the phones in a column that a contacts file has."""
        written = io.StringIO()
        table = csv.writer(written, lineterminator="\n")
        table.writerow(own_files.OPT_OUT_COLUMNS)
        for person in self.people:
            table.writerow((person.phone, person.keyword, person.sender, person.created_at))
        return written.getvalue()


def fetch(settings: Settings, output: Path | None, reporter: Reporter) -> Listed:
    """Read the list whole, and write it where `output` says so.

    Raises UsageError where Telnyx refuses it or it cannot be read whole: half a list is none.
    """
    profile_id = settings.identity.profile_id
    if profile_id is None:
        raise errors.UsageError(
            "the list is of one messaging profile",
            hint=f"give {Setting.PROFILE_ID}",
            code="option_missing",
        )
    if output is not None:
        file_kinds.refuse_other(output, Setting.OUTPUT, file_kinds.OPT_OUTS)
    access, noted = connection.access(settings.server), _noted(settings.state_folder)
    if output is not None and not paths.is_free(output, noted):
        raise errors.UsageError(
            f"{output} is there already, and is not a list that this command wrote",
            hint="move it away, or give -o another name",
            code="output_exists",
        )
    answer = asyncio.run(_read(access, profile_id))
    if isinstance(answer, int):
        raise _unread(answer)
    listed = Listed(people=_usable(answer, reporter), output=output)
    if output is not None:
        _keep(listed, output, noted)
    return listed


async def _read(access: connection.Access, profile_id: str) -> tuple[optouts.OptOut, ...] | int:
    async with access.client(client.Envelope(sender="", profile_id=profile_id)) as gateway:
        return await optouts.read(gateway, profile_id)


def _usable(people: tuple[optouts.OptOut, ...], reporter: Reporter) -> tuple[optouts.OptOut, ...]:
    """One line for each phone; masked numbers keep nobody out, and are said."""
    whole = {person.phone: person for person in people if _PHONE.fullmatch(person.phone)}
    masked = sum(1 for person in people if not _PHONE.fullmatch(person.phone))
    if masked:
        reporter.note(
            f"{masked:,} numbers are masked by Telnyx and left out: the list does not protect them"
        )
    return tuple(whole.values())


def _noted(state_folder: Path | None) -> paths.Written:
    """The lists that this computer has written may be renewed."""
    folder = state_folder or Path.cwd()
    return paths.Written(folder / "optouts.written", "optouts")


def _keep(listed: Listed, output: Path, noted: paths.Written) -> None:
    try:
        with paths.taking(output, noted, lambda _: None) as part:
            atomic_file.write(part, listed.table.encode())
    except OSError as failure:
        raise csv_writer.unwritable(output, failure) from None


def _unread(status: int) -> errors.UsageError:
    reasons = {
        0: "there is no connection to Telnyx, or the list does not end",
        401: "Telnyx refuses this API key",
        403: "this API key may not read the list",
        404: "there is no such messaging profile, or no such list here",
    }
    return errors.UsageError(
        f"the opt-outs cannot be read: {reasons.get(status, f'the answer was {status}')}",
        hint="nothing is written: half a list would protect half of the people",
        code="optouts_unread",
    )
