"""A report as one page of HTML: figures and words in, bytes out; every value is escaped.

No script, no network: the page's own policy forbids both, and allows the one style it has by its
hash.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from bulksend import visible
from bulksend.frozen import frozen
from bulksend.results import figures
from bulksend.results.figures import Figures, Why

#: Lines of a table; what is more is counted together.
_LINES_MAX = 40


@frozen
class Todo:
    """Something that somebody must do."""

    what: str
    how: str
    command: str = ""


@frozen
class Line:
    """A number with its name; `figure` is its name in the JSON document."""

    name: str
    number: int
    figure: str
    tone: str = "plain"
    #: A part of the line above.
    minor: bool = False


@frozen
class Cover:
    """What is said of a batch beside its figures."""

    name: str
    headline: str
    sender: str
    began: str
    version: str
    sandbox: bool
    running: bool
    rows: int
    todo: Sequence[Todo]
    funnel: Sequence[Line]
    #: Name, what is shown, and its name in the JSON document.
    money: Sequence[tuple[str, str, str]]
    causes: Sequence[str]
    facts: Sequence[tuple[str, str]]
    #: What the estimate warned of, and of how many rows.
    findings: Sequence[tuple[str, int]] = ()
    #: Seconds that the pace was held by what; "" for by nothing.
    limits_s: Mapping[str, float] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)


def render(cover: Cover, totals: Figures, *, people: bool) -> bytes:
    """The page. `people`: with the phones of those who have not got it."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    style = _resource("report.css").strip()
    environment.globals["bar"] = _bar
    page = environment.from_string(_resource("report.html")).render(
        style=_safe(style),
        style_hash=_safe(_hash(style)),
        **_heading(cover),
        **_tables(cover, totals),
        people=totals.people if people else [],
        people_more=len(totals.people) >= figures.PEOPLE_MAX,
        pace=_pace(totals, cover.limits_s),
    )
    return page.encode()


def _heading(cover: Cover) -> dict[str, Any]:
    return {
        "name": cover.name,
        "headline": cover.headline,
        "sender": cover.sender,
        "began": cover.began,
        "version": cover.version,
        "sandbox": cover.sandbox,
        "running": cover.running,
        "rows_shown": f"{cover.rows:,}",
        "todo": cover.todo,
        "causes": cover.causes,
        "facts": cover.facts,
        "status_command": cover.commands.get("status", ""),
        "results_command": cover.commands.get("results", ""),
        "list_command": cover.commands.get("list", ""),
    }


def _tables(cover: Cover, totals: Figures) -> dict[str, Any]:
    most = max((line.number for line in cover.funnel), default=0)
    return {
        "funnel": [
            {
                "name": line.name,
                "shown": f"{line.number:,}",
                "figure": line.figure,
                "share": _share(line.number, most),
                "tone": line.tone,
                "minor": line.minor,
            }
            for line in cover.funnel
        ],
        "money": [
            {"name": name, "shown": shown, "figure": key} for name, shown, key in cover.money
        ],
        "not_texted": _whys(totals.not_texted),
        "left_out": _whys(totals.left_out),
        "findings": [{"text": text, "rows": f"{rows:,}"} for text, rows in cover.findings],
        "countries": _countries(totals),
        "within": _within(totals),
    }


def _whys(table: Mapping[tuple[str, str], Why]) -> list[dict[str, str]]:
    """The most frequent first."""
    ordered = sorted(table.items(), key=lambda entry: (-entry[1].rows, entry[0]))
    lines = [
        {
            "reason": reason,
            "another_try": another_try,
            "rows": f"{why.rows:,}",
            "where": _named(why),
        }
        for (reason, another_try), why in ordered[:_LINES_MAX]
    ]
    rest = sum(why.rows for _, why in ordered[_LINES_MAX:])
    if rest:
        other = f"{len(ordered) - _LINES_MAX} more reasons"
        lines.append({"reason": other, "another_try": "", "rows": f"{rest:,}", "where": ""})
    return lines


def _named(why: Why) -> str:
    named = ", ".join(f"{row:,}" for row in why.first_rows)
    return f"{named}, …" if why.rows > len(why.first_rows) else named


def _countries(totals: Figures) -> list[dict[str, str]]:
    ordered = sorted(totals.by_country.items(), key=lambda entry: (-entry[1].accepted, entry[0]))
    return [
        {
            "name": name or "no country",
            "accepted": f"{country.accepted:,}",
            "delivered": f"{country.delivered:,}",
            "parts": f"{country.parts:,}",
            "cost": visible.amounts(country.cost),
        }
        for name, country in ordered
    ]


def _within(totals: Figures) -> list[dict[str, Any]]:
    total = totals.within.total()
    names = [*(name for _, name in figures.WITHIN_S), "later"]
    return [
        {
            "name": name,
            "shown": f"{totals.within[name]:,}",
            "share": _share(totals.within[name], total),
        }
        for name in names
        if totals.within[name]
    ]


def _pace(totals: Figures, limits_s: Mapping[str, float]) -> dict[str, Any] | None:
    width_s, counts = figures.buckets(totals.per_second)
    if len(counts) < 2:
        return None
    first, total, most = min(totals.per_second), sum(counts), max(counts)
    seconds = max(totals.per_second) - first + 1
    words = (
        f"{total:,} requests in {_duration(seconds)}: {total / seconds:,.1f} a second on the "
        f"whole, {most / width_s:,.1f} at the most"
    )
    return {
        "words": words,
        "limits": _limits(limits_s),
        "columns": [round(100 * count / most, 1) for count in counts],
        "first": _clock(first),
        "last": _clock(first + seconds),
    }


def _limits(limits_s: Mapping[str, float]) -> str:
    """What held the pace, the longest first."""
    held = sorted((-seconds, name) for name, seconds in limits_s.items() if name and seconds >= 1)
    named = [f"{name} ({_duration(round(-seconds))})" for seconds, name in held]
    return ", ".join(named)


def _duration(seconds: int) -> str:
    if seconds < 120:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _clock(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%F %T} UTC"


def _share(number: int, most: int) -> float:
    """0 to 100, and never nothing for something."""
    return max(round(100 * number / most, 1), 0.5) if number and most else 0.0


def _bar(share: float, tone: str) -> Any:
    """Drawn by attributes alone: the page's policy allows no style on an element."""
    return _safe(
        '<svg aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">'
        f'<rect class="{tone}" width="{share}" height="8"></rect></svg>'
    )


def _safe(markup: str) -> Any:
    """Our own markup, which holds nothing of anybody's."""
    import markupsafe

    return markupsafe.Markup(markup)  # noqa: S704


def _hash(style: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"


def _resource(name: str) -> str:
    return importlib.resources.files("bulksend.results").joinpath(name).read_text("utf-8")
