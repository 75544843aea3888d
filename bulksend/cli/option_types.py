"""What stands behind an option: words of the command line, a variable or the file -> values."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Generic, Never, TypeVar

import click

Value = TypeVar("Value")

#: Kept by the memory of what was sent, and so the longest that can be asked about it.
MEMORY_S = 400 * 86_400.0
#: The rows of a workbook.
HEADER_ROW_MAX = 1_048_576
#: The most phones that one's own test text goes to.
TEST_PHONES_MAX = 5


if TYPE_CHECKING:  # generic since click 8.4; at run time older ones will do
    _ParamType = click.ParamType[Value]
else:

    class _ParamType(click.ParamType, Generic[Value]):
        pass


class Parsed(_ParamType[Value]):
    """A type with one rule, said in every refusal."""

    name = "value"
    #: How it is written.
    rule = ""

    def parse(self, text: str) -> Value:
        """The value. Raises ValueError, with words where there is more to say than the rule."""
        raise NotImplementedError

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Value:
        """Parse what is text; a default that is no text is the value already."""
        if not isinstance(value, str):
            return value  # type: ignore[return-value]
        try:
            return self.parse(value.strip())
        except ValueError as why:
            words = str(why) or f"{value!r} is not {self.rule}"
            self.fail(words, param, ctx)

    def refuse(self, words: str = "") -> Never:
        """Not this one."""
        raise ValueError(words)


class Amount(Parsed[Decimal]):
    """An exact amount of money: no currency, no thousands separator, not negative."""

    name = "amount"
    rule = "an amount like 25.00"

    def parse(self, text: str) -> Decimal:
        """`25.00`."""
        try:
            amount = Decimal(text)
        except InvalidOperation:
            self.refuse()
        if not amount.is_finite() or amount < 0 or amount.adjusted() > 12 or "_" in text:
            self.refuse()
        return amount


class Duration(Parsed[float]):
    """Seconds, from a number with its unit: 6d, 30m, 90s; 0 has none."""

    name = "duration"
    _PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(w|d|h|m|s)", re.IGNORECASE)
    _UNIT_S: ClassVar[Mapping[str, float]] = {
        "w": 604_800.0,
        "d": 86_400.0,
        "h": 3600.0,
        "m": 60.0,
        "s": 1.0,
    }

    def __init__(self, example: str = "30m", *, most_s: float = MEMORY_S) -> None:
        self.rule = f"a time like {example}: a number with s, m, h, d or w, or 0"
        self.most_s = most_s

    def parse(self, text: str) -> float:
        """`1h30m` -> 5400.0."""
        if text == "0":
            return 0.0
        compact = text.replace(" ", "")
        parts = self._PART.findall(compact)
        if not parts or "".join(number + unit for number, unit in parts) != compact:
            self.refuse(
                f"{text!r} says no unit: write {text}d, {text}h, {text}m or {text}s"
                if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text)
                else ""
            )
        seconds = sum(float(number) * self._UNIT_S[unit.lower()] for number, unit in parts)
        if seconds > self.most_s:
            self.refuse(f"{text!r} is too long: at most {self.most_s / 86_400:g}d")
        return seconds


class Formed(Parsed[str]):
    """Letters and digits of a fixed form."""

    form: re.Pattern[str]

    def parse(self, text: str) -> str:
        """As it is written."""
        return text if self.form.fullmatch(text) else self.refuse()


class Uuid(Formed):
    """A UUID with its four hyphens."""

    name = "uuid"
    rule = "a UUID like 40017f5f-5a1c-4d5e-8b7a-0a1b2c3d4e5f; copy it from the Telnyx portal"
    form = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

    def parse(self, text: str) -> str:
        """In lower case: capitals make no other profile."""
        return super().parse(text).lower()


class Country(Parsed[str]):
    """A country that has a numbering plan, by its ISO code of two letters."""

    name = "country"
    rule = "an ISO country like GB"
    _MEANT: ClassVar[Mapping[str, str]] = {
        "UK": "GB",
        "EN": "GB",
        "EL": "GR",
        "USA": "US",
        "GER": "DE",
    }

    def parse(self, text: str) -> str:
        """`gb` -> `GB`."""
        from bulksend.sms.phone.parse import REGIONS

        code = text.upper()
        if code in REGIONS:
            return code
        meant = self._MEANT.get(code)
        self.refuse(f"{text!r} is not {self.rule}" + (f": did you mean {meant}?" if meant else ""))


class Countries(Parsed[tuple[str, ...]]):
    """Several of them, between commas."""

    name = "countries"
    rule = "a list of ISO countries like GB,FR"

    def parse(self, text: str) -> tuple[str, ...]:
        """`gb, fr` -> ("FR", "GB")."""
        return tuple(sorted({Country().parse(word) for word in split(text, self)}))


class QuietHours(Parsed[tuple[time, time]]):
    """From when to when nothing arrives; over midnight where the end is the earlier."""

    name = "hours"
    rule = "a time of day like 21:00-08:00"
    _FORM = re.compile(r"([01]?[0-9]|2[0-4])(?::([0-5][0-9]))?")

    def parse(self, text: str) -> tuple[time, time]:
        """`21:00-08:00`, `21-8`."""
        ends = [self._FORM.fullmatch(word.strip()) for word in re.split("[-\N{EN DASH}]", text)]
        if len(ends) != 2:
            self.refuse()
        start, end = (self._time(end) for end in ends)
        if start == end:
            self.refuse(f"{text!r} begins and ends at the same time, so no hour would be left")
        return start, end

    def _time(self, written: re.Match[str] | None) -> time:
        if written is None:
            self.refuse()
        hour, minute = int(written[1]), int(written[2] or 0)
        if hour == 24 and minute:
            self.refuse()
        return time(hour % 24, minute)


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class QuietDays(Parsed[tuple[str, ...]]):
    """Days of the week, and `holidays`."""

    name = "days"
    rule = f"a list of {', '.join(WEEKDAYS)} and holidays"
    _FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

    def parse(self, text: str) -> tuple[str, ...]:
        """`Sunday,holidays` -> ("sun", "holidays"). All seven days are none."""
        days = {self._day(word) for word in split(text, self)}
        if days.issuperset(WEEKDAYS):
            self.refuse("seven quiet days leave no day to text on")
        return tuple(day for day in (*WEEKDAYS, "holidays") if day in days)

    def _day(self, text: str) -> str:
        day = text.lower()
        if day in ("holiday", "holidays"):
            return "holidays"
        if day in WEEKDAYS or day in self._FULL:
            return day[:3]
        return self.refuse(f"{text!r} is no day: write {self.rule}")


class Phones(Parsed[tuple[str, ...]]):
    """Phones of one's own, with plus and country."""

    name = "phones"
    rule = "a phone like +447700900123; several stand between commas"

    def parse(self, text: str) -> tuple[str, ...]:
        """Each once, in the order they stand."""
        phones = tuple(dict.fromkeys(re.sub(r"[\s().-]", "", phone) for phone in split(text, self)))
        for phone in phones:
            if not re.fullmatch(r"\+[1-9][0-9]{6,14}", phone):
                self.refuse()
        if len(phones) > TEST_PHONES_MAX:
            self.refuse(f"{len(phones)} phones: at most {TEST_PHONES_MAX} get a test text")
        return phones


class Phone(Parsed[str]):
    """One phone, with plus and country."""

    name = "phone"
    rule = "a phone like +447700900123"

    def parse(self, text: str) -> str:
        """E.164."""
        phone = re.sub(r"[\s().-]", "", text)
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", phone):
            self.refuse()
        return phone


class Digest(Formed):
    """What a dry run printed of its plan."""

    name = "digest"
    rule = "a digest like 3f2a-9f86d081-884c7d65, as `run --dry-run` prints it"
    form = re.compile(r"[0-9a-f]{4}(-[0-9a-f]{8}){2}", re.IGNORECASE)

    def parse(self, text: str) -> str:
        """In lower case."""
        return super().parse(text).lower()


class Encoding(Parsed[str]):
    """A text encoding that Python knows."""

    name = "encoding"
    rule = "a text encoding that is known here, like utf-8, cp1252, cp1250, mac-roman or shift-jis"

    def parse(self, text: str) -> str:
        """Its usual name."""
        try:
            codec = codecs.lookup(text)
            sample = "a".encode(codec.name)  # refuses base64, rot13 and their like
            # refuses those of host names, which know no broken byte
            codecs.getincrementaldecoder(codec.name)("backslashreplace").decode(sample)
        except (LookupError, ValueError, UnicodeError):
            self.refuse()
        return codec.name


class Delimiter(Parsed[str]):
    """One character, or its name."""

    name = "delimiter"
    rule = "one character, or tab, comma, semicolon, pipe or space"
    _NAMES: ClassVar[Mapping[str, str]] = {
        **{"tab": "\t", "\\t": "\t", "space": " "},
        **{"comma": ",", "semicolon": ";", "pipe": "|"},
    }

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """A tab is blank, and not to be taken away."""
        character = self._NAMES.get(str(value).lower(), str(value))
        if len(character) != 1 or character in '"\r\n\0' or character.isalnum():
            self.fail(f"{value!r} is not {self.rule}", param, ctx)
        return character


class Proxy(Parsed[str]):
    """Where a proxy listens."""

    name = "proxy"
    rule = "a proxy like http://proxy.example:3128"
    _FORM = re.compile(r"https?://[^\s/@]*(?:@[^\s/@]+)?(?::[0-9]{1,5})?/?", re.IGNORECASE)

    def parse(self, text: str) -> str:
        """Without a slash at its end. A password in it is never shown."""
        if not self._FORM.fullmatch(text) or text.rstrip("/").endswith(":"):
            # the words leave out what was typed: it may hold a password
            self.refuse(f"that is not {self.rule}")
        return text.rstrip("/")


def split(text: str, kind: Parsed[Value]) -> list[str]:
    """What stands between commas. Raises ValueError where there is nothing."""
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        kind.refuse(f"{text!r} is not {kind.rule}")
    return words


class FileName(click.Path):
    """A file that is named: nothing is read from stdin or written to stdout by the name `-`."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Refused here, where `-` can still be told from `./-`."""
        if value == "-":
            self.fail(
                "standard input and output are no files here: name one, since a batch that ends "
                "early goes on with its files; a file called - is ./-",
                param,
                ctx,
            )
        return Path(super().convert(value, param, ctx))  # type: ignore[arg-type]


#: A file that is read, and one that is written: `sources.named_files` keeps them apart. Whether it
#: can be read is found out by who reads it, and said as what it is there.
FILE = FileName(path_type=Path, readable=False)
WRITTEN = FileName(path_type=Path, readable=False)
