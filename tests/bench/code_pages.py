"""How often a list of names in an old code page is recognised, asked for, or read wrongly.

python -m tests.bench.code_pages         # lists of 5, 50 and 5,000 names
python -m tests.bench.code_pages 5 200   # sizes; lists of each size
python -m tests.bench.code_pages places  # places of phonenumbers instead of names of people: words
                                         # that nothing here was made from
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

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


#: The same for places, by the languages that phonenumbers names them in.
PLACES = {
    "cp1250": ("pl", "hu", "ro"),
    "cp1251": ("ru", "uk", "bg", "be", "sr"),
    "cp1252": ("de", "fr", "es", "pt", "it", "sv", "nl"),
    "cp1253": ("el",),
    "cp1254": ("tr",),
    "cp1256": ("ar", "fa"),
    "mac_roman": ("fr", "de", "es", "pt", "it", "sv"),
    "cp932": ("ja",),
    "gb18030": ("zh",),
}


def places(language: str, page: str, _: int) -> list[str]:
    """Towns and regions that the page can hold."""
    from phonenumbers.geodata import GEOCODE_DATA

    found = (each[language] for each in GEOCODE_DATA.values() if language in each)
    parts = {part.strip() for text in found for part in text.split("/")}
    return sorted(part for part in parts if _fits(part, page))


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


Pools = Callable[[str, str, int], list[str]]


def measure(
    sizes: dict[int, int],
    pool_size: int = 3000,
    *,
    pages: Mapping[str, Sequence[str]] = PAGES,
    pools: Pools = names,
) -> Iterator[tuple[str, str, int, Counter[str]]]:
    """Page, locale, size of the lists, and how many lists came to what."""
    for page, locales in pages.items():
        for locale in locales:
            pool = pools(locale, page, pool_size)
            for size, lists in sizes.items():
                chosen = random.Random(f"{page} {locale} {size}")
                counts = Counter(verdict(chosen.choices(pool, k=size), page) for _ in range(lists))
                yield page, locale, size, counts


def main(
    sizes: dict[int, int], *, pages: Mapping[str, Sequence[str]] = PAGES, pools: Pools = names
) -> None:
    """A line for each page, locale and size; then the sum."""
    total: dict[int, Counter[str]] = {size: Counter() for size in sizes}
    for page, locale, size, counts in measure(sizes, pages=pages, pools=pools):
        total[size] += counts
        print(f"{page:10} {locale:6} {size:6,} names: {dict(counts)}", flush=True)
    for size, counts in total.items():
        print(f"{size:,} names: {dict(counts)}, wrong and silent {counts['WRONG']}")


if __name__ == "__main__":
    if sys.argv[1:] == ["places"]:
        main({5: 200, 50: 50, 5000: 1}, pages=PLACES, pools=places)
    else:
        words = [int(word) for word in sys.argv[1:]]
        main({words[0]: words[1]} if len(words) == 2 else {5: 200, 50: 50, 5000: 1})
