"""What limits a batch right now, in the words of the screen."""

from __future__ import annotations

from enum import StrEnum

from bulksend.setting_names import Setting


class LimitedBy(StrEnum):
    """Who sets the speed; the first four are the gate's own reasons."""

    RATE = "your rate"
    QUEUE = "Telnyx's queue"
    THROTTLED = "Telnyx's rate limit"
    ASKED = "Telnyx asks to wait"
    IN_FLIGHT = "max_in_flight"
    NETWORK = "the network"
    COMPUTER = "this computer"
    HOURS = "quiet hours"
    PAUSED = "paused"
    NOTHING = ""

    @property
    def in_words(self) -> str:
        """For a person, who knows the setting by the name of their front door."""
        return str(Setting.MAX_IN_FLIGHT) if self is LimitedBy.IN_FLIGHT else self.value
