"""When a whole batch must stop: answers that make every further row pointless, and storms."""

from __future__ import annotations

from collections import deque

from bulksend.errors import NO_CONNECTION, Code, Stop
from bulksend.frozen import frozen
from bulksend.sms.message import Reply, Status
from bulksend.telnyx import codes


@frozen
class Limits:
    """How much trouble is too much."""

    max_in_flight: int = 16
    #: Refusals with the same code, one after the other.
    equal_refusals: int = 20
    #: Refused among the last `refused_of`.
    refused_share: float = 0.5
    refused_of: int = 200
    #: Of refusals that speak of one phone alone, as lists sorted by number have them together. Off
    #: where a person has seen them and goes on.
    phones_share: float = 0.9
    phones_of: int = 1000
    watch_phones: bool = True
    #: Unknown among the last ten.
    unknown_of_ten: int = 8
    #: Pages that are nothing of Telnyx's, one after the other: asking again makes no API of them.
    foreign: int = 5
    #: Without any connection, after a first reply; before it, the first failure stops the batch.
    patience_s: float = 120.0
    #: Without any reply while requests are out.
    silence_s: float = 90.0
    #: Requests that may be made again, and what each good reply gives back (SRE: 10 %).
    retries: float = 100.0
    retries_back: float = 0.1


class Breaker:
    """Says after every reply whether to stop. Holds counters, no clock of its own."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._refused = _Last(limits.refused_of)
        self._phones = _Last(limits.phones_of)
        self._unknown_of_ten = _Last(10)
        self._refusals, self._refused_code = 0, ""
        self._unknown, self._foreign = 0, 0
        self._retries = limits.retries
        self._replied = False
        self._replied_at_s: float | None = None
        self._outage_since_s: float | None = None

    def on_reply(self, reply: Reply, now_s: float) -> Stop | None:
        """The reason to stop after this reply, if there is one."""
        self._replied_at_s = now_s
        if reply.code in NO_CONNECTION:
            return self._unconnected(now_s)
        self._replied, self._outage_since_s = True, None
        if reply.stop is not None:
            return reply.stop
        throttled = reply.signal is not None and reply.signal.throttle is not None
        if throttled:  # the pace's business
            return None
        if reply.status is Status.ACCEPTED:  # a storm shows itself by the others
            self._note_good()
            return None
        self._note(reply)
        return self._storm()

    def on_tick(self, now_s: float, *, requests_out: bool) -> Stop | None:
        """The reason to stop when time passes without a reply."""
        if self._outage_since_s is not None:
            return self._unconnected(now_s)
        if not requests_out or self._replied_at_s is None:
            self._replied_at_s = now_s
            return None
        too_long = now_s - self._replied_at_s > self._limits.silence_s
        return Stop.SILENCE if too_long else None

    def _unconnected(self, now_s: float) -> Stop | None:
        """An outage passes by itself, mostly; a batch that has reached nobody is not begun."""
        if not self._replied:
            return Stop.OFFLINE
        if self._outage_since_s is None:
            self._outage_since_s = now_s
        over = now_s - self._outage_since_s >= self._limits.patience_s
        return Stop.UNREACHABLE if over else None

    def _note_good(self) -> None:
        self._unknown_of_ten.total += 1
        self._refused.total += 1
        self._phones.total += 1
        self._refusals, self._refused_code, self._foreign = 0, "", 0
        if self._retries < self._limits.retries:
            self._give_back()

    def _note(self, reply: Reply) -> None:
        status, code = reply.status, reply.code
        self._unknown_of_ten.add(one=status is Status.UNKNOWN)
        self._unknown += status is Status.UNKNOWN
        self._foreign = self._foreign + 1 if code == Code.NOT_TELNYX else 0
        if status is Status.UNSENT:
            self._retries -= 1
            return
        self._give_back()
        self._phones.add(one=status is Status.REFUSED)
        if status is Status.REFUSED and code in codes.OF_THE_PHONE:
            return  # says nothing of the next row, and does not end a run of other refusals
        self._refused.add(one=status is Status.REFUSED)
        if status is Status.REFUSED and code == self._refused_code:
            self._refusals += 1
        else:
            self._refusals, self._refused_code = int(status is Status.REFUSED), code

    def _give_back(self) -> None:
        self._retries = min(self._retries + self._limits.retries_back, self._limits.retries)

    def _storm(self) -> Stop | None:
        limits = self._limits
        if self._refusals >= limits.equal_refusals:
            return Stop.REFUSALS
        if self._refused.full and self._refused.count > limits.refused_share * limits.refused_of:
            return Stop.REFUSALS
        most = limits.phones_share * limits.phones_of
        if limits.watch_phones and self._phones.full and self._phones.count > most:
            return Stop.REFUSALS
        if self._unknown_of_ten.count >= limits.unknown_of_ten:
            return Stop.UNKNOWNS
        if self._unknown > 4 * limits.max_in_flight:
            return Stop.UNKNOWNS
        if self._foreign >= limits.foreign:
            return Stop.BASE_URL
        return Stop.RETRIES if self._retries < 0 else None


class _Last:
    """How many of the last so many were true, which are few: the numbers of those are kept."""

    def __init__(self, of: int) -> None:
        self._of = of
        #: All so far; who counts one more that is not true need not call.
        self.total = 0
        self._true: deque[int] = deque()

    @property
    def full(self) -> bool:
        """Whether there were so many yet."""
        return self.total >= self._of

    @property
    def count(self) -> int:
        """How many were true."""
        while self._true and self._true[0] <= self.total - self._of:
            self._true.popleft()
        return len(self._true)

    def add(self, *, one: bool) -> None:
        """One more, and the oldest goes."""
        self.total += 1
        if one:
            self._true.append(self.total)
