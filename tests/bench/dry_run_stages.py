"""Where the time of a dry run goes: CPU of each stage, one thread, one stage after the other.

python -m tests.bench.dry_run_stages contacts.csv
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"  # before polars is imported

import polars as pl

from bulksend.contacts import cell_values, compose, loader, phone_column, texts
from bulksend.contacts.reading import traits
from bulksend.contacts.reading.traits import Trait
from bulksend.contacts.skipped import duplicates
from bulksend.estimate import cost_groups, digest, findings, mistakes, mojibake, samples
from bulksend.sms.phone import columns
from tests.bench import contacts_file

_REST = "composed: the rest (plans of the countries met, first problem, columns put together)"


class Stages:
    """Seconds of CPU by stage."""

    def __init__(self) -> None:
        self.used_s: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """What is done in it counts for that stage."""
        began_s = time.process_time()
        yield
        self.used_s[name] += time.process_time() - began_s


def measure(path: Path) -> tuple[int, Stages]:
    """Rows, and what each stage of counting them takes."""
    stages = Stages()
    with stages.stage("survey: all bytes once, encoding, header, phone column"):
        contacts = loader.open_contacts(path)
        sample = contacts.reading.sample
        column = phone_column.choose(contacts.header, None, sample, "GB").column
    plan = compose.make_message_plan(
        contacts.header,
        to_column=column,
        text_column=None,
        template_source=contacts_file.template(),
        rules=compose.RowRules(default_region="GB"),
    )
    groups, shown, total = cost_groups.CostGroups(plan), samples.Samples(), digest.RowsDigest()
    kept: list[duplicates.Fingerprints] = []
    rows, chunks = 0, contacts.chunks()
    while True:
        with stages.stage("read: bytes compared with the survey, cells, blank rows"):
            chunk = next(chunks, None)
        if chunk is None:
            break
        rows += chunk.height
        composed = _composed(chunk, plan, stages)
        with stages.stage("digest of phones and texts"):
            total.add(composed)
        sendable = composed.filter(composed["problem"].is_null())
        with stages.stage("findings"):
            findings.add({}, findings.problems(composed, plan))
            for look in (findings.phone_fixes, findings.words_for_nothing, mistakes.in_fields):
                findings.add({}, look(sendable, plan))
            findings.add({}, mojibake.wrongly_decoded(sendable, plan))
        with stages.stage("cost groups"):
            group = groups.number(sendable)
            shown.look_at(sendable)
        with stages.stage("duplicates: fingerprints"):
            kept.append(duplicates.fingerprints(sendable, group.alias("group")))
    with stages.stage("duplicates: looked for"):
        duplicates.find(kept)
    return rows, stages


def _composed(chunk: pl.DataFrame, plan: compose.MessagePlan, stages: Stages) -> pl.DataFrame:
    """The chunk composed; its stages are also measured by themselves and taken from the whole."""
    with stages.stage(_REST):
        composed = compose.compose(chunk, plan)
    before_s = sum(stages.used_s.values())
    with stages.stage("phones"):
        columns.parse_column(chunk[plan.header.cell(plan.to_column)], plan.default_region)
    with stages.stage("cells that show an error"):
        unsure = {} if traits.have(chunk, Trait.NO_ERROR) else compose.needed_columns(plan)
        cell_values.problems(chunk, {name: plan.header.cell(at) for name, at in unsure.items()})
    with stages.stage("texts"):
        text = texts.render(chunk, plan).text
    with stages.stage("encoding and parts"):
        texts.measured(chunk, text, plan)
    stages.used_s[_REST] -= sum(stages.used_s.values()) - before_s
    return composed


def main(path: Path) -> None:
    """A table in Markdown, the largest first."""
    start_s = time.process_time()
    rows, stages = measure(path)
    print(f"| stage | CPU ns/row, {rows:,} rows |\n|---|--:|")
    for name, used_s in sorted(stages.used_s.items(), key=lambda item: -item[1]):
        print(f"| {name} | {used_s / rows * 1e9:,.0f} |")
    print(f"| all of these | {sum(stages.used_s.values()) / rows * 1e9:,.0f} |")
    print(f"| (once) Python, modules, polars: seconds | {start_s:.2f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
