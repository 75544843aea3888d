"""What limits a batch right now, in the words of the screen."""

from __future__ import annotations

from enum import StrEnum


class LimitedBy(StrEnum):
    """Who sets the speed; the first four are the gate's own reasons."""

    RATE = "your rate"
    QUEUE = "Telnyx's queue"
    THROTTLED = "Telnyx's rate limit"
    ASKED = "Telnyx asks to wait"
    IN_FLIGHT = "--max-in-flight"
    NETWORK = "the network"
    COMPUTER = "this computer"
    HOURS = "quiet hours"
    PAUSED = "paused"
    NOTHING = ""
