"""Facts about countries that should be read again: `python -m tests.stale_facts [MONTHS]`.

Lists those of `bulksend/sms/countries.csv` that are older than six months (or so many), with their
sources, and ends with 1 where there are any. A command and no test, since no calendar should break
a build.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from bulksend.sms import countries

_MONTHS = 6


def main(words: list[str]) -> int:
    """Prints one line a fact; whether there are any."""
    months = int(words[0]) if words else _MONTHS
    stale = countries.older_than(datetime.now(UTC).date(), months)
    for rule in stale:
        print(f"{rule.as_of}  {rule.country}  {rule.demand:12} {rule.source}")
    print(f"{len(stale)} of {len(countries.rules())} facts are older than {months} months")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
