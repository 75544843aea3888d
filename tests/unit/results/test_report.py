"""The page: whole, closed to the outside, and everything in it escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from bulksend.results import figures, report

NASTY = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


def page(name: str = "guests.csv", **cover: object) -> str:
    values = {
        "name": name,
        "headline": name,
        "sender": name,
        "began": "2026-11-27 05:00",
        "version": "0.2.0",
        "sandbox": False,
        "running": False,
        "rows": 3,
        "todo": [report.Todo(what=name, how=name, command=name)],
        "funnel": [report.Line(name=name, number=3, figure="rows")],
        "money": [(name, name, "cost")],
        "causes": [name],
        "facts": [(name, name)],
        "commands": {"status": name, "results": name, "list": name},
    } | cover
    totals = figures.Figures()
    totals.by_country[name] = figures.Country(accepted=1)
    totals.not_texted[(name, name)] = figures.Why(rows=9, first_rows=[2, 3])
    totals.left_out[(name, "")] = figures.Why(rows=1, first_rows=[4])
    totals.per_second.update({100: 5, 160: 2})
    totals.within["later"] = 2
    totals.people = [figures.Person(row=2, phone=name, reason=name, another_try=name)]
    return report.render(report.Cover(**values), totals, people=True).decode()


def test_what_limited_the_pace_stands_beside_it_the_longest_first():
    text = page(limits_s={"your rate": 90.2, "Telnyx's queue": 7300.0, "": 500.0, "paused": 0.3})

    assert "What limited it: Telnyx&#39;s queue (2.0 hours), your rate (90 seconds)." in text


def test_findings_are_a_table_and_there_is_none_without_any():
    assert "the dry run says what to do" not in page()
    assert '<th scope="row">a curly quote</th><td class="n">1,200</td>' in page(
        findings=[("a curly quote", 1200)]
    )


class Elements(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_every_value_is_escaped():
    nasty, plain = Elements(page(NASTY)).seen, Elements(page()).seen

    assert [tag for tag, _ in nasty] == [tag for tag, _ in plain]
    assert not any(name.startswith("on") for _, attributes in nasty for name in attributes)


def test_nothing_is_fetched_and_nothing_runs():
    seen = Elements(page()).seen

    assert {tag for tag, _ in seen}.isdisjoint({"script", "link", "img", "iframe", "object", "a"})
    assert not any("style" in attributes or "src" in attributes for _, attributes in seen)


def test_the_policy_allows_the_one_style_and_nothing_else():
    text = page()

    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    policy = next(a["content"] for t, a in Elements(text).seen if a.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_a_page_is_read_by_a_screen_reader():
    text = page()
    seen = Elements(text).seen

    assert next(attributes for tag, attributes in seen if tag == "html")["lang"] == "en"
    assert [tag for tag, _ in seen].count("h1") == 1
    assert text.count("<table") == text.count("<caption>")
    for tag, attributes in seen:
        if tag == "svg":
            assert attributes.get("aria-hidden") == "true" or attributes.get("aria-label")
        if tag == "th":
            assert attributes["scope"] in ("row", "col")


@pytest.mark.parametrize("people", [True, False])
def test_a_million_different_ends_make_a_small_page(people):
    totals = figures.Figures()
    for number in range(5000):
        totals.not_texted[(f"{number} " + "why " * 20, "no")] = figures.Why(rows=number)
        totals.left_out[(f"{number} " + "out " * 20, "")] = figures.Why(rows=number)
        totals.per_second[number * 100] = 50
    for number in range(250):
        totals.by_country[f"{number}"] = figures.Country(accepted=number)
    totals.people = [
        figures.Person(row=it, phone="+447911000001", reason="why " * 15, another_try="no")
        for it in range(figures.PEOPLE_MAX)
    ]
    cover = report.Cover(
        **{"name": "c", "headline": "h", "sender": "s", "began": "b", "version": "v"},
        **{"sandbox": True, "running": True, "rows": 1_000_000, "todo": (), "funnel": ()},
        **{"money": (), "causes": (), "facts": ()},
    )

    assert len(report.render(cover, totals, people=people)) < 150_000
