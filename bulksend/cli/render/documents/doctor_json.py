"""The document of `doctor`: schemas/doctor.json."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bulksend.batch.preflight.checklist import Level
from bulksend.cli.render import SCHEMA, JsonObject

if TYPE_CHECKING:
    from bulksend.commands.doctor import Report


def document(report: Report) -> JsonObject:
    """Every check, and how many of each level."""
    counted = Counter(finding.level for finding in report.findings)
    return {
        "schema": SCHEMA,
        "checks": [
            {
                "name": finding.name,
                "level": finding.level,
                "text": finding.text,
                "todo": finding.todo or None,
            }
            for finding in report.findings
        ],
        **{level.value: counted[level] for level in Level},
        "exit_code": report.exit_code,
    }
