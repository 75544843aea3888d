"""How a text is encoded and into how many parts it falls; which is what Telnyx bills.

The alphabet is Telnyx's own (developers.telnyx.com, "Message encoding", edition of 2026), which
is smaller than GSM 03.38: Greek capitals, Ç, ¤ and the backtick are not in it. `€` and `§` are in
the newest edition only, so a bill may differ there.

`measure` is the rule for one text, `measure_column` the same rule for a million.
"""

from __future__ import annotations

import re

import polars as pl

from bulksend.frozen import frozen

GSM_7 = "GSM-7"
UTF_16 = "UTF-16"
#: Telnyx takes no text with more parts.
MAX_PARTS = 10

#: Two units each: an escape and the character.
EXTENDED = "~^|\\{}[]€"
#: One unit each.
BASIC = (
    "\n\r"
    + "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in "`~^|\\{}[]")
    + "£¥èéùìòØøÅåÆæßÉ§¡ÄÖÑÜ¿äöñüà"
)

#: Units in a text of one part, and in each part of a longer one (6 of 140 bytes are a header).
SINGLE = {GSM_7: 160, UTF_16: 70}
SPLIT = {GSM_7: 153, UTF_16: 67}


def _class_of(characters: str) -> str:
    """A character class that Python's and Rust's regular expressions read alike."""
    return (
        "["
        + "".join(
            f"\\x{ord(character):02x}" if character < "\x80" else character
            for character in characters
        )
        + "]"
    )


#: Nothing to count: characters are units, and in the first also bytes.
_ONE_BYTE = f"^{_class_of(''.join(character for character in BASIC if character < chr(0x80)))}*$"
_ONE_UNIT = f"^{_class_of(BASIC)}*$"
#: A text of nothing but the alphabet, as a regular expression.
GSM_TEXT = f"^{_class_of(BASIC + EXTENDED)}*$"
#: One character of the alphabet; one outside it.
GSM_CLASS = _class_of(BASIC + EXTENDED)
OUTSIDE = f"[^{GSM_CLASS[1:-1]}]"
_ONE_UNIT_RE = re.compile(_ONE_UNIT.replace("$", r"\Z"))
_GSM_RE = re.compile(GSM_TEXT.replace("$", r"\Z"))
_TWO_UNITS = {GSM_7: _class_of(EXTENDED), UTF_16: "[\U00010000-\U0010ffff]"}
#: The bytes that such a character begins with in UTF-8, and none else of the encoding.
_TWO_UNITS_BEGIN = {
    GSM_7: bytes({each.encode()[0] for each in EXTENDED}),
    UTF_16: b"\xf0\xf1\xf2\xf3\xf4",
}
#: One character that takes two units of GSM-7.
TWO_UNITS = _TWO_UNITS[GSM_7]
_TWO_UNITS_TEXT = {encoding: re.compile(pattern) for encoding, pattern in _TWO_UNITS.items()}


@frozen(kw_only=False)
class Measure:
    """What a text takes on the air."""

    encoding: str
    #: Septets of GSM-7, or 16-bit units of UTF-16.
    units: int
    #: As Telnyx documents it: units divided by the size of a part, rounded up.
    parts: int
    #: As a network packs it: a pair that takes two units is not cut; at most one part more.
    parts_max: int


def has_single_units(text: str) -> bool:
    """Whether each of its characters is one unit of GSM-7."""
    return _ONE_UNIT_RE.match(text) is not None


def encoding_of(text: str) -> str:
    """The encoding of the whole text: one character outside the alphabet decides."""
    return GSM_7 if _GSM_RE.match(text) else UTF_16


def measure(text: str) -> Measure:
    """Encoding, units and parts of one text; an empty text has no part."""
    encoding = encoding_of(text)
    units = len(text) + len(_TWO_UNITS_TEXT[encoding].findall(text))
    single, size = SINGLE[encoding], SPLIT[encoding]
    parts = -(-units // size) if units > single else min(units, 1)
    packed = parts if units <= single or units <= (size - 1) * parts else len(split(text))
    return Measure(encoding, units, parts, packed)


def split(text: str) -> tuple[str, ...]:
    """The parts as a network packs them, to show where a text breaks; joined they are the text."""
    encoding = encoding_of(text)
    double = _TWO_UNITS_TEXT[encoding]
    if len(text) + len(double.findall(text)) <= SINGLE[encoding]:
        return (text,) if text else ()
    parts: list[str] = []
    start = 0
    while start < len(text):
        end = _end_of_part(text, start, SPLIT[encoding], double)
        parts.append(text[start:end])
        start = end
    return tuple(parts)


def _end_of_part(text: str, start: int, size: int, double: re.Pattern[str]) -> int:
    """Where the part that begins at `start` is full."""
    units = 0
    for position in range(start, min(start + size, len(text))):
        units += 2 if double.match(text, position) else 1
        if units > size:
            return position
    return min(start + size, len(text))


def measure_column(texts: pl.Series, *, single_ascii: bool = False) -> pl.DataFrame:
    """`measure` of every text: encoding (String), units, parts, parts_max (UInt32).

    Most texts are plain ASCII, where units are bytes; only the others are looked at closely.
    A null has nulls. `single_ascii`: it is known that each character of ASCII is one unit of GSM-7.
    """
    units = texts.str.len_bytes()
    wide = texts.is_null() & False
    is_other = units != texts.str.len_chars() if single_ascii else ~texts.str.contains(_ONE_BYTE)
    others = is_other.arg_true()
    if len(others):
        closely = _look_closely(texts.gather(others))
        units.scatter(others, closely["units"])
        wide.scatter(others, closely["wide"])
    return _measured(texts, units, wide)


def measure_single_units(texts: pl.Series) -> pl.DataFrame:
    """The same of texts that are known for `has_single_units`, or are null."""
    units = texts.str.len_chars()
    longest = units.max()
    if not isinstance(longest, int) or longest > SINGLE[GSM_7]:
        return _measured(texts, units, texts.is_null() & False)
    parts = units.clip(upper_bound=1)
    return pl.DataFrame({"units": units, "parts": parts, "parts_max": parts}).select(
        pl.when(pl.col("units").is_not_null()).then(pl.lit(GSM_7)).alias("encoding"), pl.all()
    )


def _measured(texts: pl.Series, units: pl.Series, wide: pl.Series) -> pl.DataFrame:
    """A text of one part has it by its units alone; only the longer ones are divided."""
    encoding = pl.when(wide).then(pl.lit(UTF_16)).otherwise(pl.lit(GSM_7))
    if units.null_count():
        encoding = pl.when(units.is_not_null()).then(encoding)
    parts = units.clip(upper_bound=1)
    parts_max = parts.clone()
    long = ((units > SINGLE[GSM_7]) | (wide & (units > SINGLE[UTF_16]))).arg_true()
    if len(long):
        divided = _divided(texts.gather(long), units.gather(long), wide.gather(long))
        parts.scatter(long, divided["parts"])
        parts_max.scatter(long, divided["parts_max"])
    counted = {"units": units, "parts": parts, "parts_max": parts_max}
    return pl.DataFrame(counted).select(encoding.alias("encoding"), pl.all())


def _look_closely(texts: pl.Series) -> pl.DataFrame:
    """Units, and whether it is UTF-16, of texts that are not plain."""
    units, wide = texts.str.len_chars(), ~texts.str.contains(GSM_TEXT)
    for encoding, places in ((GSM_7, (~wide).arg_true()), (UTF_16, wide.arg_true())):
        of_encoding, double = texts.gather(places), _TWO_UNITS[encoding]
        if len(places) and _any_byte(of_encoding, _TWO_UNITS_BEGIN[encoding]):
            units.scatter(places, units.gather(places) + of_encoding.str.count_matches(double))
    return pl.DataFrame({"units": units, "wide": wide})


def _any_byte(texts: pl.Series, wanted: bytes) -> bool:
    """Whether any of the texts has any of these bytes: quicker than a search in each of them."""
    every: bytes = texts.str.join().cast(pl.Binary).item()
    return any(byte in every for byte in wanted)


def parts_of(units: pl.Expr, size: pl.Expr, single: pl.Expr) -> pl.Expr:
    """Parts by Telnyx's formula, where texts of `single` units are one and others have `size`."""
    ceiled = (units + size - 1) // size
    return pl.when(units > single).then(ceiled).otherwise(units.clip(upper_bound=1))


def over_boundary(units: pl.Expr, parts: pl.Expr, wide: pl.Expr) -> pl.Expr:
    """How many units a text of two parts or more is over the end of the part before its last."""
    single = pl.when(wide).then(SINGLE[UTF_16]).otherwise(SINGLE[GSM_7])
    size = pl.when(wide).then(SPLIT[UTF_16]).otherwise(SPLIT[GSM_7])
    return units - pl.when(parts == 2).then(single).otherwise(size * (parts - 1))


def _divided(texts: pl.Series, units: pl.Series, wide: pl.Series) -> pl.DataFrame:
    """parts, parts_max (UInt32) of texts that have more units than one part."""
    size = pl.when(wide).then(SPLIT[UTF_16]).otherwise(SPLIT[GSM_7]).cast(pl.UInt32)
    single = pl.when(wide).then(SINGLE[UTF_16]).otherwise(SINGLE[GSM_7]).cast(pl.UInt32)
    counted = pl.DataFrame({"units": units}).select(
        parts=parts_of(pl.col("units"), size, single).cast(pl.UInt32), near=size - 1
    )
    near = (units > counted["near"] * counted["parts"]).arg_true()
    packed = [len(split(text)) for text in texts.gather(near)]
    parts_max = counted["parts"].clone().scatter(near, pl.Series(packed, dtype=pl.UInt32))
    return counted.select("parts", parts_max=parts_max)
