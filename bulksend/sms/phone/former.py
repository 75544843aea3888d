"""Numbers of former plans: countries that changed theirs, and what lists made before that hold.

Whoever reads "too short" cannot know what to type; the sentence says what changed, and when.
Each is a number that today's plan refuses.
"""

from __future__ import annotations

import functools
import re

from bulksend.frozen import frozen


@frozen
class FormerPlan:
    """What a country's numbers looked like before, and what changed."""

    #: Calling code and national number, digits alone.
    pattern: str
    text: str


_PLANS = (
    FormerPlan(
        pattern="521[2-9][0-9]{9}",
        text="a number of Mexico's old plan: since August 2019 mobiles have no 1 after +52; write "
        "+52 and the ten digits",
    ),
    FormerPlan(
        pattern="229[2-9][0-9]{7}",
        text="a number of Benin's old plan: since 30 November 2024 each has 01 before its eight "
        "digits",
    ),
    FormerPlan(
        pattern="225[0-9]{8}",
        text="a number of Ivory Coast's old plan: since 31 January 2021 each has ten digits; 07 "
        "(Orange), 05 (MTN) or 01 (Moov) was put before the eight of a mobile",
    ),
    FormerPlan(
        pattern="55[1-9][1-9][6-9][0-9]{7}",
        text="a number of Brazil's old plan: by 2016 a 9 was put before the eight digits of every "
        "mobile; write +55, the area code, 9 and the eight digits",
    ),
    FormerPlan(
        pattern="84(?:12[0-9]|16[2-9]|18[68]|199)[0-9]{7}",
        text="a number of Vietnam's old plan: since November 2018 mobiles have nine digits after "
        "+84; 016x became 03x, and 012x, 018x and 0199 became 07x, 08x and 05x",
    ),
    FormerPlan(
        pattern="593[89][0-9]{7}",
        text="a number of Ecuador's old plan: since September 2012 mobiles have a 9 before their "
        "eight digits",
    ),
    FormerPlan(
        pattern="230[47-9][0-9]{6}",
        text="a number of Mauritius's old plan: since September 2013 mobiles have a 5 before their "
        "seven digits",
    ),
)


@functools.cache
def pattern() -> str:
    """All of them: digits with the calling code."""
    return f"(?:{'|'.join(plan.pattern for plan in _PLANS)})"


def changed(digits: str) -> str | None:
    """What changed since the number (calling code and national number) was one; None: nothing."""
    return next((plan.text for plan in _PLANS if re.fullmatch(plan.pattern, digits)), None)
