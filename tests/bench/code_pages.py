"""How often a list of names in an old code page is recognised, asked for, or read wrongly.

python -m tests.bench.code_pages         # lists of 5, 50 and 5,000 names
python -m tests.bench.code_pages 5 200   # sizes; lists of each size
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator

from faker import Faker

from bulksend.contacts.reading import code_pages

#: The pages of the table, and the locales whose names they hold.
PAGES = {
    "cp1250": ("pl_PL", "cs_CZ", "hu_HU", "sk_SK", "hr_HR", "sl_SI"),
    "cp1251": ("ru_RU", "uk_UA", "bg_BG"),
    "cp1252": ("de_DE", "fr_FR", "es_ES", "pt_PT", "it_IT", "sv_SE", "da_DK", "fi_FI", "is_IS"),
    "cp1253": ("el_GR",),
    "cp1254": ("tr_TR",),
    "cp1255": ("he_IL",),
    "cp1256": ("ar_AA",),
    "cp1257": ("lt_LT", "lv_LV", "et_EE"),
    "mac_roman": ("fr_FR", "de_DE", "es_ES", "pt_PT"),
    "cp932": ("ja_JP",),
    "gb18030": ("zh_CN",),
    "cp949": ("ko_KR",),
}


def names(locale: str, page: str, count: int) -> list[str]:
    """People's names that the page can hold, of so many."""
    fake = Faker(locale)
    fake.seed_instance(1)
    every = (fake.name() for _ in range(count))
    return [name for name in every if _fits(name, page)]


def _fits(name: str, page: str) -> bool:
    try:
        name.encode(page)
    except UnicodeEncodeError:
        return False
    return True


def verdict(people: list[str], page: str) -> str:
    """What becomes of a file of them: recognised, asked for, plain ASCII, or WRONG."""
    text = "phone,name\r\n" + "".join(
        f"+44740000{number:04d},{name}\r\n" for number, name in enumerate(people)
    )
    raw = text.encode(page)
    if raw.isascii():
        return "plain"
    found = code_pages.recognise([raw])
    if found.why_guessed:
        return "asked"
    read = raw.decode(found.encoding, errors="replace")
    if found.encoding == "utf-8":  # the broken rows are not sent; the others must be right
        pairs = zip(raw.splitlines(), text.splitlines(), strict=True)
        return "WRONG" if any(_decoded(line) not in (None, own) for line, own in pairs) else "rows"
    return "recognised" if read == text else "WRONG"


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def measure(
    sizes: dict[int, int], pool_size: int = 3000
) -> Iterator[tuple[str, str, int, Counter[str]]]:
    """Page, locale, size of the lists, and how many lists came to what."""
    for page, locales in PAGES.items():
        for locale in locales:
            pool = names(locale, page, pool_size)
            for size, lists in sizes.items():
                chosen = random.Random(f"{page} {locale} {size}")
                counts = Counter(verdict(chosen.choices(pool, k=size), page) for _ in range(lists))
                yield page, locale, size, counts


def main(sizes: dict[int, int]) -> None:
    """A line for each page, locale and size; then the sum."""
    total: dict[int, Counter[str]] = {size: Counter() for size in sizes}
    for page, locale, size, counts in measure(sizes):
        total[size] += counts
        print(f"{page:10} {locale:6} {size:6,} names: {dict(counts)}", flush=True)
    for size, counts in total.items():
        print(f"{size:,} names: {dict(counts)}, wrong and silent {counts['WRONG']}")


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    main({words[0]: words[1]} if len(words) == 2 else {5: 200, 50: 50, 5000: 1})
