"""Random templates and names: what a dry run promises is what comes of doing it.

python -m tests.promises          # 1,000 templates, and 200 files with texts of their own
python -m tests.promises 100 20

Each finding's own advice is followed: --fix-text and smart encoding by composing the same rows
once more, one character of the template by a template that was changed by hand and is counted text
by text. Parts and money must be what the finding says.
"""

from __future__ import annotations

import random
import sys
import time
import unicodedata
from decimal import Decimal

import polars as pl

from bulksend.contacts import cell_values, compose, loader
from bulksend.estimate import estimator
from bulksend.estimate.findings import Finding
from bulksend.sms import encoding, rates, template
from bulksend.sms.message import Money, OnDuplicate
from bulksend.sms.template import OnMissing

PRICES = {"GB": Decimal("0.042"), "DE": Decimal("0.0731")}
CARD = rates.RateCard({country: Money(price, "USD") for country, price in PRICES.items()})
#: Parts and money.
Cost = tuple[int, Decimal]


def nfd(text: str) -> str:
    """Every accent a character of its own."""
    return unicodedata.normalize("NFD", text)


WORDS = ["Hello", "your", "parcel", "isn’t", "“ready”", "now…", "–", "café", nfd("später"), "€5"]
OTHERS = ["🎉", "Ждём", "he\u200bllo", "{{x}}", "½", "ş", "\u00a0", "Ω", "｛a｝", "x\u2028y"]
NAMES = ["Ada", "José", nfd("Núñez"), "Łukasz", "O’Neil", "Иван", "Zoë", "", nfd("Şahin"), "“X”"]
#: A brace is written twice in a template.
_WRITTEN: dict[str | None, str] = {"{": "{{", "}": "}}"}


def random_template(chance: random.Random) -> str:
    """Six words and a placeholder, about one part long."""
    words = [*chance.choices(WORDS, k=4), *chance.choices(OTHERS, k=chance.randint(0, 2))]
    chance.shuffle(words)
    filler = "." * chance.choice((0, 20, 45, 70, 100, 120, 140, 230, 270))
    return f"{' '.join(words[:3])} {{name}} {' '.join(words[3:])}{filler}"


def phones(count: int) -> list[str]:
    """British ones, and German ones between them."""
    return [f"+4477009{at:05d}" if at % 3 else f"+4915123{at:06d}" for at in range(count)]


def planned(
    source: str | None,
    names: list[str],
    *,
    texts: list[str] | None = None,
    fix_text: bool = False,
    smart_encoding: bool = False,
) -> tuple[loader.Contacts, compose.MessagePlan]:
    """A list with these names; without a template, each row has the text that stands beside it."""
    frame = pl.DataFrame({"phone": phones(len(names)), "name": names, "text": texts or names})
    contacts = loader.from_frame(frame)
    return contacts, compose.make_message_plan(
        contacts.header,
        to_column=0,
        text_column=None if source is not None else 2,
        template_source=source,
        rules=compose.RowRules(
            on_missing=OnMissing.EMPTY, fix_text=fix_text, smart_encoding=smart_encoding
        ),
    )


def estimated(source: str | None, names: list[str], **how: object) -> estimator.Estimate:
    """A dry run; the words of `planned`."""
    contacts, plan = planned(source, names, **how)  # type: ignore[arg-type]
    return estimator.estimate(contacts, plan, on_duplicate=OnDuplicate.SEND, rate_card=CARD)


def cost(source: str | None, names: list[str], **how: object) -> Cost:
    """Of the texts as they would be sent; the words of `planned`."""
    contacts, plan = planned(source, names, **how)  # type: ignore[arg-type]
    rows = pl.concat(compose.compose(chunk, plan) for chunk in contacts.chunks())
    counted = rows.drop_nulls("parts").select("country", "parts").rows()
    parts = sum(count for _country, count in counted)
    return parts, sum((PRICES[country] * count for country, count in counted), Decimal(0))


def cost_by_hand(source: str, names: list[str]) -> Cost:
    """The same of a template, text by text."""
    parsed, total, price = template.parse_template(source), 0, Decimal(0)
    for at, name in enumerate(names):
        parts = encoding.measure(parsed.render({"name": cell_values.inserted_one(name)})).parts
        total += parts
        price += PRICES["GB" if at % 3 else "DE"] * parts
    return total, price


def findings(counts: estimator.Estimate) -> list[Finding]:
    """What costs, and what is remarked."""
    return [*counts.costs, *counts.remarks]


def of_code(counts: estimator.Estimate, code: str) -> list[Finding]:
    """The findings with that code."""
    return [finding for finding in findings(counts) if finding.code == code]


def saved(before: estimator.Estimate, after: Cost) -> Cost:
    """By doing what changed the cost."""
    return before.parts - after[0], before.price.get("USD", Decimal(0)) - after[1]


def promised(finding: Finding) -> tuple[int | None, Decimal]:
    """Of one finding."""
    return finding.parts, finding.price.get("USD", Decimal(0))


def assert_promises(source: str | None, names: list[str], texts: list[str] | None = None) -> int:
    """Do what each finding says, and compare; how many promises were made."""
    before = estimated(source, names, texts=texts)
    if before.invalid:
        return 0
    fixed = saved(before, cost(source, names, texts=texts, fix_text=True))
    offers = [it for it in findings(before) if "fix_text" in f"{it.text} {it.fix}"]
    assert fixed[0] >= 0, (source, texts)
    assert all(promised(offer) == fixed for offer in offers), (source, texts, names, offers, fixed)
    assert bool(offers) == (fixed[0] > 0), (source, texts, names)
    smart = saved(before, cost(source, names, texts=texts, smart_encoding=True))
    by_smart = of_code(before, "smart_encoding")
    assert all(promised(it) == smart for it in by_smart), (source, texts, names)
    made = len(offers) + len(by_smart)
    for finding in of_code(before, "character") if source is not None else ():
        if not finding.column and finding.character:
            instead = _WRITTEN.get(finding.replacement, finding.replacement) or ""
            after = cost_by_hand(source.replace(finding.character, instead), names)
            assert promised(finding) == saved(before, after), (source, names, finding)
            made += 1
    return made


def check_templates(count: int, seed: int) -> int:
    """Random templates; how many promises they made. Raises AssertionError for a broken one."""
    chance = random.Random(seed)
    return sum(
        assert_promises(random_template(chance), chance.sample(NAMES, 5)) for _ in range(count)
    )


def check_own_texts(count: int, seed: int) -> int:
    """The same of files whose rows have texts of their own."""
    chance = random.Random(seed)
    made = 0
    for _ in range(count):
        texts = [random_template(chance) for _ in range(5)]
        texts[0], texts[1] = texts[0].replace("{name}", "Ada"), texts[1].replace("{name}", "“Ada”")
        made += assert_promises(None, chance.sample(NAMES, 5), texts)
    return made


def main() -> None:
    """As the command line says."""
    templates, files = (int(word) for word in (sys.argv[1:] or ("1000", "200")))
    began_s = time.process_time()
    made = check_templates(templates, seed=11)
    own = check_own_texts(files, seed=12)
    print(
        f"{templates:,} templates made {made:,} promises, {files:,} files of own texts {own:,}; "
        f"all are kept. {time.process_time() - began_s:.0f} s of CPU."
    )


if __name__ == "__main__":
    main()
