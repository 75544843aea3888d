"""Telnyx's smart encoding: what it puts in place of characters outside GSM-7.

When a messaging profile has `smart_encoding` on, Telnyx makes these substitutions after it took
the text, then chooses the encoding and counts the parts. We send the text as it is and only
measure it as it will be. Source: developers.telnyx.com, "Smart Encoding", section
"Character substitutions" (2026).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import polars as pl

#: What stands in the text afterwards, and every character that becomes it.
_BECOMES: tuple[tuple[str, str], ...] = (
    ('"', "«»“”ʺˮ‟❝❞〝〞＂„"),
    ("'", "‘’ʻˈʼʽʹ‛＇´ˊ`ˋ❛❜\u0313\u0314\ufe10\ufe11"),
    ("-", "—–⎼⎽―﹣－‐•⁃"),
    ("/", "÷⧸\u0337\u0338⁄∕／"),
    ("1/4", "¼"),
    ("1/2", "½"),
    ("3/4", "¾"),
    ("\\", "⧹⧵\u20e5﹨＼"),
    ("_", "\u0332＿‗"),
    ("|", "\u20d2\u20d3∣｜⎸⎹⏐⎜⎟"),
    ("@", "﹫＠"),
    ("$", "﹩＄"),
    ("!", "ǃ\ufe15﹗！"),
    ("!!", "‼"),
    ("#", "﹟＃"),
    ("%", "﹪％"),
    ("&", "﹠＆"),
    ("...", "…"),
    (",", "‚\u0326﹐、﹑，､"),
    ("(", "❨❪﹙（⟮⦅"),
    (")", "❩❫﹚）⟯⦆"),
    ("{", "❴﹛｛"),
    ("}", "❵﹜｝"),
    ("[", "［"),
    ("]", "］"),
    ("*", "⁎∗⊛✢✣✤✥✱✲✳✺✻✼✽❃❉❊❋⧆﹡＊"),
    ("+", "˖﹢＋"),
    ("<", "﹤＜‹"),
    (">", "﹥＞›"),
    ("=", "\u0347꞊﹦＝"),
    (".", "。﹒．｡"),
    (":", "ː˸⦂꞉\ufe13："),
    (";", "⁏\ufe14﹔；"),
    ("?", "\ufe16﹖？"),
    ("^", "ˆ\u0302＾\u1dcd"),
    ("~", "˜˷\u0303\u0330\u0334∼～"),
    (" ", "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"),
    (" ", "\u202f\u205f\u3000"),
    (" " * 7, "\t"),
    ("", "\u200b\ufeff\u2028\u2029\u2060"),
    ("", "\x00\x03\x04\x10\x11\x12\x13\x14\x17\x19\x80\x8d\x90\x9b\x9f"),
)

#: Each character of the first becomes the one below it.
_ROW_BY_ROW: tuple[tuple[str, str], ...] = (
    ("０１２３４５６７８９", "0123456789"),
    ("".join(map(chr, range(0xFF21, 0xFF3B))), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("".join(map(chr, range(0xFF41, 0xFF5B))), "abcdefghijklmnopqrstuvwxyz"),
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "ABCDEFGHIJKLMNOPRSTUVWYZ"),  # small capitals
    ("ΑΒΕΗΙΚΜΝΟΡΤΧΥΖ", "ABEHIKMNOPTXYZ"),  # Greek that looks Latin
)


def _substitutions() -> Iterator[tuple[str, str]]:
    for becomes, characters in _BECOMES:
        yield from ((character, becomes) for character in characters)
    for characters, become in _ROW_BY_ROW:
        yield from zip(characters, become, strict=True)


#: Character -> what Telnyx puts in its place; none of them is in its GSM-7.
SUBSTITUTIONS: dict[str, str] = dict(_substitutions())
_TABLE = str.maketrans(SUBSTITUTIONS)
#: One character that is replaced.
_ANY = "[" + "".join(rf"\x{{{ord(character):X}}}" for character in sorted(SUBSTITUTIONS)) + "]"
#: What means the same to a reader afterwards. A Latin letter in a Greek word only looks the same,
#: and a combining mark belongs to the letter before it.
SAFE: dict[str, str] = {
    character: becomes
    for character, becomes in SUBSTITUTIONS.items()
    if not "Α" <= character <= "Ω" and not unicodedata.category(character).startswith("M")
}


def smart(text: str) -> str:
    """The text as Telnyx counts it when smart encoding is on."""
    return text.translate(_TABLE)


def smart_column(texts: pl.Series) -> pl.Series:
    """`smart` for a column; only texts with a character of the table can change."""
    # one search in all of them costs a third of one in each
    if not texts.str.join().str.contains(_ANY).any():
        return texts
    others = texts.str.contains(_ANY).fill_null(value=False).arg_true()
    changed = texts.gather(others).str.replace_many(SUBSTITUTIONS)
    return texts.clone().scatter(others, changed) if len(others) else texts
