"""A cell -> the number as it was written: without formula, link, label, and what a sheet did to it.

What stands around a number is read through, and `PhoneFix` says so. What stands for no number, and
scientific notation whose last digits are gone, is a `PhoneError`.
"""

from __future__ import annotations

import re
from enum import IntFlag
from urllib.parse import unquote

from bulksend.errors import TEXT_FOR, Code
from bulksend.frozen import frozen
from bulksend.sms.phone import signs


class PhoneFix(IntFlag):
    """What was undone in reading a cell."""

    #: It was written with its country but without the plus.
    LOST_PLUS = 1
    #: A national number without the zero it begins with.
    LOST_ZERO = 2
    #: A spreadsheet took it for a fraction: 447700900123.0
    POINT_ZERO = 4
    #: Blanks that are none and characters of no width, as they come from web pages and chats.
    HIDDEN = 8
    #: Digits or signs of another script, or full-width ones.
    FOREIGN_DIGITS = 16
    #: A formula, a link, a label or brackets around it.
    WRAPPED = 32
    #: What one dials to go abroad stood in place of the plus, or behind it.
    EXIT_CODE = 64
    #: Shown as a quantity, with all its digits: 4.47700900123E+11, 447,700,900,123
    QUANTITY = 128


NO_FIX = PhoneFix(0)


@frozen(kw_only=False)
class PhoneError:
    """Why a cell is no phone."""

    code: Code
    text: str


def error(code: Code, text: str = "") -> PhoneError:
    """With the code's own sentence unless there is a better one."""
    return PhoneError(code, text or TEXT_FOR[code])


@frozen(kw_only=False)
class Written:
    """A number as somebody wrote it: digits, separators, perhaps a plus."""

    text: str
    fixes: PhoneFix


#: What programs write where they have nothing.
_NOTHING = re.compile(
    r"\(?<?(null|nan|none|nil|n\.?/?a\.?|n/v|undefined|\\n|#+|#[a-z][a-z/0-9]*[!?]?)>?\)?",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"['’]?=\s*(?:[\"“”](.*?)[\"“”]?|'?(\+?[0-9][^\"]*))")
_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=|t\.me/(?=\+))"
    r"(\+?[0-9][0-9 ().-]*)(?:[/?&#].*)?",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?:tel|sms|smsto|callto|whatsapp|viber|skype):(?://)?", re.IGNORECASE)
_KNOWN_LABEL = r"(?:tel|phone|mobile|mob|cell|gsm|handy|whatsapp)[.:\s]+"
#: Any word before a colon; a fax takes no texts.
_LABEL = re.compile(rf"{_KNOWN_LABEL}|(?!fax|ext)[^\W\d_]{{1,15}}\.?\s*:\s*", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"(\+?)(\d+)(?:[.,](\d+))?E\+?(\d+)", re.IGNORECASE)
_THOUSANDS = re.compile(r"\+?\d{1,3}([,'’])\d{3}(?:\1\d{3}){1,4}")
#: How a spreadsheet writes a whole number that it took for a fraction.
_FLOAT = re.compile(r"(\+?\d{6,})[.,]0+")
_AROUND = " \t\r\n<>{},;:|…" + signs.QUOTES


def unwrap(cell: str) -> Written | PhoneError:
    """The number that stands in a cell, and what was undone to see it."""
    plain = signs.to_ascii(cell)
    fixes = PhoneFix.FOREIGN_DIGITS if plain != cell else NO_FIX
    if signs.has_hidden(plain):
        fixes |= PhoneFix.HIDDEN
    text = signs.trim(plain)
    if _NOTHING.fullmatch(text):
        return error(Code.PHONE_MISSING, f"no phone number: {text} is what programs write for none")
    bare = _bare(text)
    if bare != text:
        fixes |= PhoneFix.WRAPPED
    if not any(character.isalnum() or character == "+" for character in bare):
        return error(Code.PHONE_MISSING)
    return _without_quantity(bare, fixes)


def _bare(text: str) -> str:
    """Without a formula, a link, a label and signs around it."""
    if formula := _FORMULA.fullmatch(text):
        text = signs.trim(formula[1] or formula[2] or "")
    text = unquote(text) if "%" in text else text
    if link := _LINK.fullmatch(text):
        return f"+{link[1].lstrip('+')}"
    if scheme := _SCHEME.match(text):
        text = text[scheme.end() :].partition("?")[0]
    elif label := _LABEL.match(text):
        text = signs.trim(text[label.end() :])
    return text.strip(_AROUND)


def _without_quantity(text: str, fixes: PhoneFix) -> Written | PhoneError:
    """What a sheet makes of a number that it takes for a quantity."""
    compact = re.sub(f"[ {signs.HIDDEN}]", "", text)
    if scientific := _SCIENTIFIC.fullmatch(compact):
        plus, whole, fraction, exponent = scientific[1], scientific[2], scientific[3], scientific[4]
        if len(exponent) > 2 or len(fraction or "") != int(exponent):
            return error(Code.PHONE_SCIENTIFIC)
        return Written(f"{plus}{whole}{fraction or ''}", fixes | PhoneFix.QUANTITY)
    if _THOUSANDS.fullmatch(compact):
        return Written(re.sub("[,'’]", "", compact), fixes | PhoneFix.QUANTITY)
    whole = number[1] if (number := _FLOAT.fullmatch(compact)) else _grouped_whole(text)
    return Written(whole, fixes | PhoneFix.POINT_ZERO) if whole else Written(text, fixes)


def _grouped_whole(text: str) -> str:
    """The same where the digits are grouped, "" for what is no fraction.

    `.00` behind other points may be two digits of the number.
    """
    end = max(text.rfind("."), text.rfind(","))
    whole, zeros = text[: max(end, 0)], text[end + 1 :]
    if not zeros or zeros.strip("0") or sum(map(str.isdigit, whole)) < 2:
        return ""
    is_first = "." not in whole and "," not in whole
    is_one = zeros == "0" and not (whole[-1] in ".," or whole[-1].isspace())
    return whole if is_first or is_one else ""
