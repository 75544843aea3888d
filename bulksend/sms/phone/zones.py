"""Where a phone may be: libphonenumber's time zones."""

from __future__ import annotations

import phonenumbers

from bulksend.frozen import frozen

_UNKNOWN = "Etc/Unknown"


@frozen
class ZoneGroup:
    """Rows of one country whose phones may be in the same time zones."""

    #: IANA names; none where nobody knows.
    zones: tuple[str, ...]
    #: ISO code.
    country: str
    #: A share of a sample makes no whole number.
    rows: float


def zones(phone: str) -> tuple[str, ...]:
    """The IANA names of all time zones that an E.164 phone may be in; none where nobody knows."""
    from phonenumbers import timezone  # half a megabyte of prefixes, for quiet hours alone

    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ()
    names: tuple[str, ...] = timezone.time_zones_for_number(number)
    return tuple(name for name in names if name != _UNKNOWN)
