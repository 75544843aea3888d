"""Whether a text could be what people write: what letters may stand beside each other. Pure.

Bytes read under a wrong code page make words that nobody writes: a capital behind a small letter
(`JosŽ`), letters of two scripts in one word, a sign of money in a name, three accented letters in a
row. Each word is looked at for that, and for a language whose letters it is made of.
"""

from __future__ import annotations

import csv
import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence
from importlib import resources

from bulksend.frozen import frozen

#: So many words may be odd and the page be meant all the same: a tenth, and one of a short list.
_ODD_SHARE = 0.1
_FEW = 20
#: In so many words one may be mistyped.
_SOME = 8
#: Letters, and what stands inside a word.
_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f\u0640\u064b-\u0652\u0e31-\u0e4e])+")
_PUNCTUATION = frozenset("’‘“”„‚–—…«»·•€°ºª¿¡§©®™½¼¾‹›\u00a0、。・「」（）！？：；，－")
#: Signs and what stands at either side of them; the letter behind them may be before others.
_CONTEXT = re.compile(r"\w?[^\x00-\x7f\w\s]+(?=(\w?))")
_ENDLESS = 4000
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_AROUND = 20
_ASCII = frozenset("abcdefghijklmnopqrstuvwxyz\u0640")
_CHINESE = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶"
    "阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "陳黃張吳劉楊許鄭謝洪賴葉蘇莊呂羅簡鍾游詹施趙盧顏柯翁孫鄧卓馬董溫藍蔣古紀連馮歐湯鄒尤巫韓塗"
)
_JAPANESE = frozenset(
    "田山川本村中小井藤野原木上高松島石林佐大谷西橋清水岡和美子郎一太次三介輔千代恵由紀真裕久里香直樹智也明"
    "日斎伊渡辺加吉鈴近遠後内前口森池坂福長青竹平浅金沢宮関東北南永岩浦菊阿部工丸今崎横安新矢荒尾杉桜飯増服幸"
)


@frozen
class Reading:
    """A file's words under one page."""

    text: str
    #: A word that shows it.
    shown: str
    #: It could be meant.
    is_possible: bool
    #: Each word speaks for it.
    is_evident: bool
    page: str = ""


def read(texts: Sequence[str], script: str) -> Reading:
    """Lines that are not ASCII, decoded under a page of this script."""
    text = "\n".join(map(_without_the_rest, texts))
    words = sorted({word for word in _WORD.findall(text) if not word.isascii()})
    contexts = {match[0] + match[1] for match in _CONTEXT.finditer(text)}
    absurd = sum(map(_is_absurd, words)) + sum(map(_is_odd_sign, contexts))
    odd, evident = _of_cjk(words, script) if script in _CJK else _of_letters(words, script)
    few = len(words) < _FEW
    allowed = 1 if few else int(len(words) * _ODD_SHARE)
    return Reading(
        text=text,
        shown=_cell(text, next((word for word in words if len(word) > 2), "")),
        is_possible=absurd <= (max(1, len(words) // 50) if len(words) >= _SOME else 0)
        and odd <= allowed,
        is_evident=len(words) >= 2
        and absurd <= len(words) // 50
        and odd <= len(words) // 50
        and evident
        and not all(word.isupper() for word in words),
    )


def _without_the_rest(line: str) -> str:
    """Of an endless line, what stands around its characters beyond ASCII."""
    if len(line) < _ENDLESS:
        return line
    places = [place.span() for place in _FOREIGN.finditer(line)]
    return "\n".join(line[max(start - _AROUND, 0) : end + _AROUND] for start, end in places)


def _cell(text: str, word: str) -> str:
    """The first cell with this word, or what stands between delimiters of any kind."""
    cells = re.split(r'[,;\t|"\r\n]+', text)
    return next((cell.strip() for cell in cells if word in cell and not cell.isascii()), word)


# What no language does.


def _is_absurd(word: str) -> bool:
    scripts = {_script(letter) for letter in word} - {""}
    if len(scripts) > 1 and scripts != {"CJK", "HIRAGANA"} and not scripts <= _JAPANESE_SCRIPTS:
        return True
    rule = _RULES.get(next(iter(scripts), ""))
    return _has_odd_case(word) or (rule is not None and rule(word))


@functools.lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    if unicodedata.category(letter) in ("Mn", "Mc"):
        return ""
    script = unicodedata.name(letter, "?").partition(" ")[0]
    return "CJK" if script == "IDEOGRAPHIC" else script


_JAPANESE_SCRIPTS = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}


def _has_odd_case(word: str) -> bool:
    """A capital behind a small letter, where one of the two is not ASCII: McÉ is nobody's."""
    pairs = itertools.pairwise(word)
    return any(one.islower() and two.isupper() and not (one + two).isascii() for one, two in pairs)


def _latin(word: str) -> bool:
    accented = sum(not letter.isascii() for letter in word)
    lower = word.lower()
    return (
        (len(word) > 1 and accented == len(word))
        or (len(word) > 3 and accented * 3 > len(word) * 2)
        or lower[0] == "ð"
        or re.search(r"þ(?![aeiouyáéíóúýæöjrvl])|ß(?=[a-z]?ß)|[^\x00-\x7f]{4}", lower) is not None
        or (lower[0] in "ßÿ" and len(word) > 1)
    )


def _cyrillic(word: str) -> bool:
    lower = word.lower()
    return (
        lower[0] in "ьы"
        or re.search("ъъ|ьь|ъь|ьъ|йй|[бвгджзйклмнпрстфхцчшщ]{6}|[аеёиоуыэюя]{4}", lower) is not None
        or (len(word) > 3 and not re.search("[аеёиоуыэюяіїєўј]", lower))
    )


def _greek(word: str) -> bool:
    small = any(letter.islower() for letter in word)
    return (
        re.search(r"ς(?=\w)|ΰ\b|\bΰ|\bΐ|[ΐΰ][ΐΰ]", word) is not None
        or (small and len(word) > 2 and word.endswith("σ"))
        or (len(word) > 2 and not re.search("[αεηιουωάέήίόύώϊϋΐΰ]", word.lower().replace("ς", "")))
        or len(re.findall("[άέήίόύώΐΰ]", word)) > 1
        or (
            small
            and len(re.findall("[αεηιουωϊϋ]", word)) > 3
            and word.isalpha()
            and not re.search("[άέήίόύώΐΰΆΈΉΊΌΎΏ]", word)
        )
    )


def _hebrew(word: str) -> bool:
    return re.search(r"[םןץףך](?=\w)", word) is not None


def _arabic(word: str) -> bool:
    return re.search(r"[ةى](?=\w)|^[ةىءئؤ]", word) is not None


def _thai(word: str) -> bool:
    return (
        re.search("[เแโใไ](?![ก-ฮ])|[เแโใไ]$|^[ะาำ\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]", word)
        is not None
        or re.search("[\u0e31\u0e34-\u0e3a]{2}|[ะาำ][\u0e31\u0e34-\u0e3a]", word) is not None
    )


_RULES = {
    "LATIN": _latin,
    "CYRILLIC": _cyrillic,
    "GREEK": _greek,
    "HEBREW": _hebrew,
    "ARABIC": _arabic,
    "THAI": _thai,
}


def _is_odd_sign(context: str) -> bool:
    """A sign that is not punctuation, or an opening quote behind a word and before none."""
    signs = context.strip("".join(letter for letter in context if letter.isalnum()))
    if any(sign not in _PUNCTUATION for sign in signs):
        return True
    behind, before = context[0].isalpha(), context[-1].isalpha()
    if before and not behind and signs[-1:] in ("—", "–"):
        return True
    if before and behind and any(sign in "€•°ºª»™" for sign in signs):  # in the middle of a word
        return True
    return (
        behind
        and any(sign in "‘“„‚«¿¡©®°§½¼¾" for sign in signs)
        and (signs[0] != "‘" or not before)
    )


# What a language does.


def _of_letters(words: Sequence[str], script: str) -> tuple[int, bool]:
    """How many words are of no language that most are of; whether all are of one."""
    alphabets, common = _alphabets(script)
    letters = [frozenset(filter(str.isalpha, word.lower())) - _ASCII for word in words]
    best = max(sum(each <= alphabet for each in letters) for alphabet in alphabets)
    groups = sum(any(each <= alphabet for alphabet in common) for each in letters)
    covered = max(best, groups)
    return len(words) - covered, covered == len(words) or covered * 50 >= len(words) * 49


@functools.cache
def _alphabets(script: str) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Those of the script's languages; those that are met in one list as a matter of course."""
    source = resources.files("bulksend.contacts.reading") / "alphabets.csv"
    every, common = [], []
    for line in csv.DictReader(source.read_text(encoding="utf-8").splitlines()):
        if line["pages"] == script:
            letters = frozenset(line["letters"].lower()) | frozenset("\u0307")
            every.append(letters)
            common += [letters] if line["common"] == "yes" else []
    return every, common


_CJK = ("japanese", "chinese", "korean")


def _of_cjk(words: Sequence[str], script: str) -> tuple[int, bool]:
    """The same by the characters that names are made of."""
    test = {"japanese": _is_japanese, "chinese": _is_chinese, "korean": _is_korean}[script]
    marks = [test(word) for word in words]
    sure = sum(mark is True for mark in marks)
    if len(words) > 2 and sure * 10 < len(words) * 3:
        return len(words), False
    # a character that is not of the usual set counts twice: in a short list one is too many
    return 2 * sum(mark is False for mark in marks), sure * 10 >= len(marks) * 7


def _is_japanese(word: str) -> bool | None:
    if re.search("[\uff61-\uff9f]", word):
        return None if re.fullmatch("[\uff66-\uff9f]+", word) else False
    common = sum(letter in _JAPANESE or "\u3041" <= letter <= "\u30ff" for letter in word)
    if common * 2 >= len(word):
        return True
    return None if all("\u3041" <= letter <= "\u9fff" for letter in word) else False


def _is_chinese(word: str) -> bool | None:
    """A name begins with one of a hundred surnames; characters beyond the usual sets are rare."""
    if not _fits(word, "gb2312") and not _fits(word, "big5"):
        return False
    return True if len(word) in (2, 3, 4) and word[0] in _CHINESE else None


def _is_korean(word: str) -> bool | None:
    return all("\uac00" <= letter <= "\ud7a3" for letter in word) and _fits(word, "euc_kr")


def _fits(word: str, encoding: str) -> bool:
    """Two bytes a character: euc_kr spells syllables out that it does not have."""
    try:
        return len(word.encode(encoding)) == 2 * len(word)
    except UnicodeEncodeError:
        return False
