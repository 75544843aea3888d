"""What to do about a row, in words: for each problem and each phone fix."""

from __future__ import annotations

from collections.abc import Mapping

from bulksend.errors import Code
from bulksend.setting_names import Pieces, Sentences, Setting
from bulksend.sms.phone.wrapping import PhoneFix

_AS_TEXT = "format the column as text first"

#: Of rows that cannot be sent.
_FIX_FOR: Mapping[Code, str | Pieces] = {
    Code.RAGGED_ROW: "put quotes around a cell that holds the delimiter; fill in what is missing",
    Code.REPEATED_HEADER: "two files were put together; delete the row",
    Code.STRAY_QUOTE: 'close the quote at the end of its cell, or write "" for one in a text',
    Code.UNDECODABLE: (
        *("write the cell again in the file, saved as CSV UTF-8; or name ", Setting.ENCODING),
    ),
    Code.CELL_ERROR: "fix the formula or fill in the value in the spreadsheet",
    Code.CELL_UNCALCULATED: "open the workbook in the spreadsheet program and save it again",
    Code.NUL_CHARACTER: "save the file again as CSV UTF-8; NUL is left by broken exports",
    Code.PHONE_MISSING: "fill in the number or delete the row",
    Code.PHONE_SCIENTIFIC: "take the number from its source again, into a column of text",
    Code.PHONE_TWO_NUMBERS: "keep one number, or make a row of each",
    Code.PHONE_LETTERS: "put extensions and names elsewhere",
    Code.PHONE_LETTER_O: "write the digit 0",
    Code.PHONE_NATIONAL: ("write + and the country code, or give ", Setting.DEFAULT_REGION),
    Code.PHONE_INVALID: "digits are missing, too many or wrong; compare with the source",
    Code.PHONE_SHORT_CODE: "people have longer numbers; take the right column",
    Code.NO_ALPHANUMERIC: "text them from a number instead of a name, or delete the rows",
    Code.FIELD_MISSING: ("fill in the cell, or give ", Setting.ON_MISSING.to("empty")),
    Code.TEMPLATE_INVALID: "close the braces in the cell; {{ stands for a brace",
    Code.FOREIGN_PLACEHOLDER: "write a placeholder as {column}",
    Code.SIGN_BEFORE_PLACEHOLDER: "write a placeholder as {column}, without a sign before it",
    Code.TYPED_ESCAPE: "put a real line end into the cell",
    Code.HTML_IN_TEXT: "export the texts as plain text",
    Code.TEXT_EMPTY: "fill in the text or delete the row",
    Code.TEXT_TOO_LONG: "shorten it: 1,530 characters in GSM-7, 670 in UTF-16 is the most",
    Code.DUPLICATE: ("delete the repeated rows, or give ", Setting.ON_DUPLICATE.to("send")),
}
FIX_FOR: Mapping[Code, str] = Sentences(_FIX_FOR)

#: Of rows that are sent: what was undone, and how it does not happen again.
_FIXED: Mapping[PhoneFix, tuple[str | Pieces, str]] = {
    PhoneFix.LOST_PLUS: (
        "written with its country but without the plus, which was put back",
        f"check the countries; {_AS_TEXT}",
    ),
    PhoneFix.LOST_ZERO: (
        (
            "a national number whose leading zero a spreadsheet took; read with ",
            Setting.DEFAULT_REGION,
        ),
        f"check their country; {_AS_TEXT}",
    ),
    PhoneFix.POINT_ZERO: (
        "a number that a spreadsheet took for a fraction; its .0 was left out",
        _AS_TEXT,
    ),
    PhoneFix.HIDDEN: (
        "non-breaking blanks or characters of no width in the number, left out",
        "they come from web pages and chats; paste as plain text",
    ),
    PhoneFix.FOREIGN_DIGITS: (
        "digits or signs of another script or full-width ones, read as ASCII has them",
        "nothing to do; 0 to 9 is what other programs read",
    ),
    PhoneFix.WRAPPED: (
        "a formula, a link, a label or brackets around the number, read through",
        "keep the number alone in the cell",
    ),
    PhoneFix.EXIT_CODE: (
        "what one dials to go abroad (0011, 001, 011, +00) before the country, read as the plus",
        "write + and the country code",
    ),
    PhoneFix.QUANTITY: (
        "a number shown as a quantity (4.47700900123E+11, 447,700,900,123); all digits are there",
        _AS_TEXT,
    ),
}
#: What was undone.
UNDONE: Mapping[PhoneFix, str] = Sentences({each: text for each, (text, _) in _FIXED.items()})
#: How it does not happen again.
AVOIDED_BY = {each: fix for each, (_, fix) in _FIXED.items()}
