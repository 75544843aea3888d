"""Where a phone may be: libphonenumber's time zones."""

from __future__ import annotations

import phonenumbers

_UNKNOWN = "Etc/Unknown"


def zones(phone: str) -> tuple[str, ...]:
    """The IANA names of all time zones that an E.164 phone may be in; none where nobody knows."""
    from phonenumbers import timezone  # half a megabyte of prefixes, for quiet hours alone

    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ()
    names: tuple[str, ...] = timezone.time_zones_for_number(number)
    return tuple(name for name in names if name != _UNKNOWN)
