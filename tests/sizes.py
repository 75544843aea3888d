"""How long an experiment is: short whenever the suite runs, whole where that is asked for.

`python -m pytest -m 'whole or hypothesis' --hypothesis-profile whole -n 6` runs all long forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

#: A long form; `-m 'not slow'` leaves it out, too.
WHOLE = (pytest.mark.whole, pytest.mark.slow)
_EXAMPLES = 50
#: No outcome hangs on how fast the machine is, and in the suite none on chance.
_NOT_TIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def short_and_whole(name: str, short: Any, whole: Any) -> pytest.MarkDecorator:
    """The test twice: with the short value of its parameter, and marked `whole` with the other."""
    return pytest.mark.parametrize(
        name, [pytest.param(short, id="short"), pytest.param(whole, id="whole", marks=WHOLE)]
    )


def mostly_whole(name: str, values: Sequence[Any], *, short: Sequence[Any]) -> pytest.MarkDecorator:
    """The test with each of the values; those that are not among the short ones marked `whole`."""
    params = [pytest.param(value, marks=() if value in short else WHOLE) for value in values]
    return pytest.mark.parametrize(name, params)


def examples(count: int) -> settings:
    """So many of a property test whose examples are dear; in its whole form as many times more."""
    return settings(max_examples=count * settings().max_examples // _EXAMPLES)


def register_profiles() -> None:
    """Of the property tests: the suite's, which is the same every time, and the whole one."""
    settings.register_profile("suite", derandomize=True, max_examples=_EXAMPLES, **_NOT_TIMED)
    settings.register_profile("whole", max_examples=2000, **_NOT_TIMED)
    settings.load_profile("suite")
