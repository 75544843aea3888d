"""A source that hands out who may be texted now, and keeps the others until they may be."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bulksend.sending import hours
from bulksend.sending.feed import Feed
from bulksend.sending.halt import Halt
from bulksend.sms.message import Message
from bulksend.sms.phone import zones

#: Messages that are kept at most: 30 MB. With more, the file is read on only when some may go.
PARKED_MAX = 100_000
#: How often the clock on the wall is looked at: a computer may have slept.
_LOOK_S = 1.0
#: When to look again at a row that nothing but Telnyx's queue, now long, keeps back.
_QUEUE_LOOK = timedelta(minutes=15)


@dataclass(slots=True)
class OpenFirst:
    """In the order of the file, but for those whose hours are quiet."""

    messages: Feed
    quiet: hours.Quiet
    halt: Halt
    #: The clock on the wall; aware.
    now: Callable[[], datetime]
    #: How long Telnyx's queue is right now, in seconds.
    wait_s: Callable[[], float]
    #: Told once when all that is left must wait: until when, how many, and one country of theirs.
    on_wait: Callable[[datetime, int, str], None]
    #: Told once, of the first phone whose time zone nobody knows.
    on_unknown_zone: Callable[[Message], None]
    #: Told once, of the first row for which no moment is open at all.
    on_never: Callable[[Message], None]
    #: Rows for which no moment is open: they are not handed out.
    never: int = 0
    #: Until when everybody left must wait; None: somebody may be texted.
    waits_until: datetime | None = None
    _parked: list[tuple[datetime, int, Message]] = field(default_factory=list)
    _ended: bool = False
    _zone_unknown: bool = False

    async def take(self) -> Message | None:
        """The next message that may go right now; None after the last, or when halted."""
        while not self.halt:
            message = await self._candidate()
            if message is not None:
                opens = self._opens(message)
                if opens is not None and opens <= self.now():
                    self.waits_until = None
                    return message
                self._keep(message, opens)
            elif not self._parked:
                return None
            else:
                await self._wait()
        return None

    def may_go(self, message: Message) -> bool:
        """Whether a message that was taken may still go."""
        opens = self._opens(message)
        return opens is not None and opens <= self.now()

    def put_back(self, message: Message) -> None:
        """Keep a message whose hours have become quiet meanwhile."""
        self._keep(message, self._opens(message))

    def _keep(self, message: Message, opens: datetime | None) -> None:
        """Until it may go; not one that never may, which would be waited for without an end."""
        if opens is not None:
            heapq.heappush(self._parked, (opens, message.row, message))
            return
        if not self.never:
            self.on_never(message)
        self.never += 1

    async def _candidate(self) -> Message | None:
        """Whose time has come, else the next of the file; None: there is nobody to look at."""
        if self._parked and self._parked[0][0] <= self.now():
            return heapq.heappop(self._parked)[2]
        if self._ended or len(self._parked) >= PARKED_MAX:
            return None
        message = await self.messages.take()
        self._ended = self._ended or message is None
        return message

    def _opens(self, message: Message) -> datetime | None:
        """When it may go; None where no moment is open."""
        names = zones.zones(message.phone)
        if not names and not self._zone_unknown:
            self._zone_unknown = True
            self.on_unknown_zone(message)
        now, wait_s = self.now(), self.wait_s()
        opens = self.quiet.sends_at(now, wait_s, names, message.country)
        if opens - now < hours.HORIZON:
            return opens
        alone = self.quiet.sends_at(now, 0.0, names, message.country)
        return max(alone, now + _QUEUE_LOOK) if alone - now < hours.HORIZON else None

    async def _wait(self) -> None:
        """Until the first of those who are kept may go; everybody else waits longer."""
        until, _, message = self._parked[0]
        if self.waits_until != until:
            self.waits_until = until
            self.on_wait(until, len(self._parked), message.country)
        left_s = (until - self.now()).total_seconds()
        await self.halt.outlast(asyncio.sleep(min(max(left_s, 0.01), _LOOK_S)))
