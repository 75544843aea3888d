"""Faults on request: which request goes wrong, and how. A script is a JSON list of rules.

    [{"fault": "reset", "after": true, "nth": 3},
     {"fault": "error", "code": "40310", "status": 400, "every": 100},
     {"fault": "throttle", "retry_after": "2", "nth": 5, "times": 10},
     {"fault": "slow", "seconds": 2, "to_ends_with": "42"},
     {"fault": "http", "status": 503, "after": true, "share": 0.01},
     {"fault": "charge", "price": "0.0500", "more_parts": 1, "to_ends_with": "7"}]

`after` means: after the message was accepted, so that the ledger has it and the caller cannot know.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from bulksend.frozen import frozen
from bulksend.sandbox.scripts import script

#: What can go wrong.
KINDS = frozenset(
    {
        "slow",  # the reply comes after `seconds`
        "silent",  # no reply, the connection stays open for `seconds`
        "close",  # the connection ends without a reply
        "reset",  # the same by RST
        "cut",  # headers and half a body
        "garbage",  # bytes that are no HTTP
        "long_header",  # a header longer than any client reads
        "html",  # 200 with a page
        "empty",  # 200 with nothing
        "no_id",  # 200 without a message ID
        "broken_gzip",  # 200 that says it is gzip and is not
        "huge",  # 200 with a body that does not end for `megabytes`
        "deep",  # 200 with JSON nested without end
        "http",  # a bare `status`
        "redirect",  # 307 to the same place
        "error",  # `status` with an error envelope of `code`
        "throttle",  # 429/10011, with `retry_after` if given
        "numeric_cost",  # 200 whose cost is a JSON number
        "charge",  # 200 at another `price` a part, or for `more_parts` than there should be
    }
)
#: The message is taken, and only the reply is unusual.
UNUSUAL = frozenset({"numeric_cost", "charge"})


@frozen
class Rule:
    """One kind of trouble and the requests it meets; all that is given must fit."""

    fault: str
    after: bool = False
    #: The n-th request, from 1, and with `times` that many from there.
    nth: int = 0
    times: int = 1
    every: int = 0
    share: float = 0.0
    to_ends_with: str = ""
    status: int = 500
    code: str = ""
    retry_after: str = ""
    seconds: float = 1.0
    megabytes: int = 64
    #: A decimal amount.
    price: str = ""
    more_parts: int = 0

    def meets(self, request: int, to: str, chance: random.Random) -> bool:
        """Whether this request, numbered from 1, goes wrong by this rule."""
        if self.nth and not self.nth <= request < self.nth + self.times:
            return False
        if self.every and request % self.every:
            return False
        if self.to_ends_with and not to.endswith(self.to_ends_with):
            return False
        return not self.share or chance.random() < self.share


#: Charged by the sandbox's own rate card.
AS_USUAL = Rule(fault="charge")


def parse_script(text: str) -> tuple[Rule, ...]:
    """Rules from JSON, or from the file that `text` names. Raises UsageError."""
    example = 'for example [{"fault": "reset", "after": true, "nth": 3}]'
    return script.parse(text, Rule, example, ("fault", KINDS))


def find(rules: Sequence[Rule], request: int, to: str, chance: random.Random) -> Rule | None:
    """The first rule that meets a request."""
    return next((rule for rule in rules if rule.meets(request, to, chance)), None)
