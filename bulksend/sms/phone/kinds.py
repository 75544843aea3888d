"""What kind of line a number is, where no phone that takes texts stands at its end.

Premium, toll-free, shared-cost, company, pager and voicemail numbers, and fixed lines: a text there
is money gone. A number that its plan gives to mobiles too is a mobile.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from enum import StrEnum

import phonenumbers

from bulksend.sms.phone import plans


class LineKind(StrEnum):
    """Lines that no text reaches."""

    PREMIUM_RATE = "premium_rate"
    TOLL_FREE = "toll_free"
    SHARED_COST = "shared_cost"
    PAGER = "pager"
    COMPANY = "company_number"
    VOICEMAIL = "voicemail"
    LANDLINE = "landline"


#: What texts reach, or may reach.
TEXTED = ""
#: As people say it, for sentences.
WORDS: dict[LineKind, str] = {
    LineKind.PREMIUM_RATE: "a premium-rate number",
    LineKind.TOLL_FREE: "a toll-free number",
    LineKind.SHARED_COST: "a shared-cost service number",
    LineKind.PAGER: "a pager",
    LineKind.COMPANY: "a company-wide service number",
    LineKind.VOICEMAIL: "a voicemail service number",
    LineKind.LANDLINE: "a fixed line",
}
#: libphonenumber's names, in the order in which it asks.
_DESCS: tuple[tuple[LineKind, str], ...] = (
    (LineKind.PREMIUM_RATE, "premium_rate"),
    (LineKind.TOLL_FREE, "toll_free"),
    (LineKind.SHARED_COST, "shared_cost"),
    (LineKind.PAGER, "pager"),
    (LineKind.COMPANY, "uan"),
    (LineKind.VOICEMAIL, "voicemail"),
    (LineKind.LANDLINE, "fixed_line"),
)
_TEXTED_DESCS = ("mobile", "voip", "personal_number")


def kind_of(number: phonenumbers.PhoneNumber) -> str:
    """The kind of a valid number's line, `TEXTED` where a text may arrive."""
    code, national = number.country_code or 0, phonenumbers.national_significant_number(number)
    for kind, alternatives in patterns(code, len(national)):
        if re.fullmatch(alternatives, national):
            return kind
    return TEXTED


@functools.cache
def patterns(code: int, length: int) -> tuple[tuple[str, str], ...]:
    """(kind, pattern of national numbers of that length) in the order to ask."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    if code == plans.FICTIONAL_CODE and length == plans.FICTIONAL_LENGTH:
        by_kind[TEXTED].add(plans.FICTIONAL)
    for plan in plans.plans_of(code):
        if not plans.has_length(plan.general_desc, length):
            continue
        texted = [*_TEXTED_DESCS]
        if plan.same_mobile_and_fixed_line_pattern:
            texted.append("fixed_line")
        for kind, name in (*((TEXTED, name) for name in texted), *_DESCS):
            desc = getattr(plan, name)
            if plans.has_length(desc, length):
                by_kind[kind].add(plans.pattern(desc))
    ordered = (TEXTED, *(kind for kind, _name in _DESCS))
    return tuple((kind, "|".join(sorted(by_kind[kind]))) for kind in ordered if kind in by_kind)
