"""Telnyx's list of people who have said STOP to a messaging profile, read whole or not at all."""

from __future__ import annotations

from bulksend.frozen import frozen
from bulksend.telnyx import account, records
from bulksend.telnyx.client import Client
from bulksend.visible import visible

_PAGE, _PAGES_MAX = 250, 20_000
_SHOWN_MAX = 40


@frozen
class OptOut:
    """One person's word, as Telnyx has it."""

    #: In E.164, or masked where the profile redacts.
    phone: str
    keyword: str
    sender: str
    #: ISO 8601, as Telnyx writes it.
    created_at: str


async def read(gateway: Client, profile_id: str) -> tuple[OptOut, ...] | int:
    """Every opt-out of a profile; the HTTP status of a page that could not be read, 0 for none."""
    search, people = records.Search(gateway), []
    for number in range(1, _PAGES_MAX):
        parameters = {
            "filter[messaging_profile_id]": profile_id,
            "page[size]": str(_PAGE),
            "page[number]": str(number),
        }
        answer = await search.read("/messaging_optouts", parameters)
        entries = account.entries(answer)
        if entries is None:
            return 0 if answer.failure is not None else answer.http_status or 0
        people += [
            OptOut(
                phone=_shown(entry.get("to")),
                keyword=_shown(entry.get("keyword")),
                sender=_shown(entry.get("from")),
                created_at=_shown(entry.get("created_at")),
            )
            for entry in entries
        ]
        total = records.total_of(answer)
        if not entries or (len(people) >= total if total is not None else len(entries) < _PAGE):
            return tuple(people)
    return 0


def _shown(value: object) -> str:
    return visible(str(value))[:_SHOWN_MAX] if isinstance(value, str | int) else ""
