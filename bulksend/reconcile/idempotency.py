"""The Idempotency-Key: whether Telnyx honours it, and what may be asked for again with it.

The key goes with every request. That it is honoured on this path is declared and not shown, so
nothing relies on it before a probe has proven it (idempotency page: same organisation, method,
path and bytes; only successes are remembered, for 24 hours).
"""

from __future__ import annotations

from enum import StrEnum

from bulksend.frozen import frozen
from bulksend.reconcile.evidence import Reason
from bulksend.sms.message import Reply, Status

#: Telnyx forgets after 24 hours; the last one is left alone.
KEY_TRUST_S = 23 * 3600.0
#: How long a proof counts.
PROOF_LIFE_S = 30 * 24 * 3600.0
#: A request with the same key is being worked on.
IN_FLIGHT = "10036"
#: Refusals that the request's own bytes cause: the first request had the same answer. Any other
#: may come from what has changed since, and says nothing of the first.
_BY_THE_BYTES = frozenset(
    {"10002", "10003", "10004", "10015", "10016", "10023", "10025", "10026", "10028", "10032"}
    | {"10033", "40302", "40310", "40316"}
)


class Verdict(StrEnum):
    """What a probe showed."""

    PROVEN = "proven"
    NOT_HONOURED = "not_honoured"
    UNDECIDED = "undecided"


@frozen(kw_only=False)
class Proof:
    """A probe's verdict and when it was made, in seconds since the epoch."""

    verdict: Verdict
    at_s: float

    def stands(self, now_s: float) -> bool:
        """Whether the key may be relied on now."""
        return self.verdict is Verdict.PROVEN and self._is_recent(now_s)

    def _is_recent(self, now_s: float) -> bool:
        return 0 <= now_s - self.at_s < PROOF_LIFE_S

    def denies(self, now_s: float) -> bool:
        """Whether another probe, which costs two texts, would show the same."""
        return self.verdict is Verdict.NOT_HONOURED and self._is_recent(now_s)


def judge_probe(first: Reply, second: Reply) -> Verdict:
    """Two requests with one key and the same bytes: one message, or two?"""
    if first.status is not Status.ACCEPTED or second.status is not Status.ACCEPTED:
        return Verdict.UNDECIDED
    if first.message_id == second.message_id:
        return Verdict.PROVEN
    return Verdict.NOT_HONOURED


def untrusted(proof: Proof | None, now_s: float) -> Reason | None:
    """Why keys may not be relied on, by the last probe; None where they may."""
    if proof is not None and proof.stands(now_s):
        return None
    denied = proof is not None and proof.denies(now_s)
    return Reason.KEY_NOT_HONOURED if denied else Reason.KEY_UNPROVEN


@frozen
class Repeat:
    """What decides whether one unknown row may be asked for again with its key."""

    #: Why the key may not be relied on here; None where a probe has proven it.
    untrusted: Reason | None
    same_bytes: bool
    #: Since its claim, at the most, by the server's clock; None where it tells no time.
    age_s: float | None
    #: The status of the reply that decided nothing; None where none came.
    http_status: int | None


def why_not(repeat: Repeat) -> Reason | None:
    """None when the row may be asked for again. A claim from the future is no younger than any."""
    if repeat.untrusted is not None:
        return repeat.untrusted
    if not repeat.same_bytes:
        return Reason.BYTES_DIFFER
    if repeat.age_s is None:
        return Reason.NO_SERVER_TIME
    if not -60.0 <= repeat.age_s < KEY_TRUST_S:
        return Reason.KEY_TOO_OLD
    return None if is_remembered(repeat.http_status) else Reason.KEY_NOT_REMEMBERED


def is_remembered(http_status: int | None) -> bool:
    """False after an answer that was no success: the key keeps nothing then (409: it is busy)."""
    return http_status is None or 200 <= http_status < 300 or http_status == 409


def settles(reply: Reply) -> bool:
    """Whether the reply to a repeated request settles its row.

    A repeat that never left says nothing of the first request, and neither does a refusal for what
    may have changed since.
    """
    if reply.status is Status.REFUSED:
        return reply.code in _BY_THE_BYTES
    return reply.status is Status.ACCEPTED


def is_in_flight(reply: Reply) -> bool:
    """The first request is being worked on: wait, and ask later with the same key."""
    return reply.status is Status.UNKNOWN and reply.code == IN_FLIGHT


def taints(reply: Reply) -> bool:
    """Whether the reply leaves the row where its key protects it no longer."""
    return reply.status is Status.UNKNOWN and not is_remembered(reply.http_status)
