"""What the account and the profile say of themselves, in at most six reads that cost nothing."""

from __future__ import annotations

from bulksend.frozen import frozen
from bulksend.telnyx import account
from bulksend.telnyx.client import Client
from bulksend.telnyx.codes import Exchange

#: The first page of sender IDs holds 50; profiles with more than 150 are not read whole.
_SENDER_PAGES_MAX = 3


@frozen
class Facts:
    """Answers, and what was read in them; None for what was not asked or cannot be read."""

    #: To GET /balance: whether the key opens anything at all.
    first: Exchange
    balance: account.Balance | None = None
    #: To GET /messaging_profiles/{id}.
    second: Exchange | None = None
    profile: account.Profile | None = None
    senders: tuple[str, ...] | None = None
    #: Seconds that the server's clock is ahead of ours.
    clock_ahead_s: float | None = None

    @property
    def refused(self) -> bool:
        """Whether nothing more can be asked: no way there, not Telnyx, or not with this key."""
        return self.first.failure is not None or self.first.http_status not in (200, 403)


async def read(gateway: Client, profile_id: str | None) -> Facts:
    """Ask for balance, profile and sender IDs, one after the other; costs nothing."""
    first = await gateway.get("/balance")
    facts = Facts(first=first, balance=account.balance(first), clock_ahead_s=gateway.clock.high_s)
    if facts.refused or profile_id is None:
        return facts
    second = await gateway.get(f"/messaging_profiles/{profile_id}")
    profile = account.profile(second)
    senders = None
    if profile is not None:
        senders = await account.sender_ids(gateway, profile_id, pages_max=_SENDER_PAGES_MAX)
    return Facts(
        first=first,
        balance=facts.balance,
        second=second,
        profile=profile,
        senders=senders,
        clock_ahead_s=gateway.clock.high_s,
    )
