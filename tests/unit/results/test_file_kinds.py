"""What is written is what the name of the file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulksend import errors
from bulksend.results import file_kinds
from bulksend.setting_names import Setting

WRITTEN = [
    (file_kinds.RESULTS, "july.results.csv"),
    (file_kinds.RESULTS, "JULY.CSV"),
    (file_kinds.RESULTS, "july.tsv"),
    (file_kinds.RESULTS, "july.txt"),
    (file_kinds.RESULTS, "july.xlsx"),
    (file_kinds.RESULTS, "july"),
    (file_kinds.RESULTS, ".csv"),
    (file_kinds.RESULTS, "results 12.06"),  # a date
    (file_kinds.RESULTS, "Dr. Ada"),  # a sentence
    (file_kinds.PAGE, "july.html"),
    (file_kinds.PAGE, "july.HTM"),
    (file_kinds.OPT_OUTS, "stop.csv"),
    (file_kinds.RATE_CARD, "rates.csv"),
]
OTHERS = [
    *((file_kinds.RESULTS, f"july.{ending}") for ending in ("pdf", "ods", "html", "json", "xls")),
    *((file_kinds.RESULTS, f"july.{ending}") for ending in ("XLSM", "csv.gz", "zip", "7z", "db")),
    *((file_kinds.PAGE, f"july.{ending}") for ending in ("csv", "pdf", "xlsx", "md")),
    *((file_kinds.OPT_OUTS, f"stop.{ending}") for ending in ("xlsx", "json", "vcf", "tsv")),
    *((file_kinds.RATE_CARD, f"rates.{ending}") for ending in ("xlsx", "json")),
]


@pytest.mark.parametrize(("kind", "name"), WRITTEN)
def test_a_name_that_ends_so_or_not_at_all_is_taken(kind: file_kinds.Kind, name: str) -> None:
    file_kinds.refuse_other(Path(name), Setting.RESULTS, kind)


@pytest.mark.parametrize(("kind", "name"), OTHERS)
def test_another_ending_is_refused_with_those_that_can_be_had(
    kind: file_kinds.Kind, name: str
) -> None:
    with pytest.raises(errors.UsageError) as refused:
        file_kinds.refuse_other(Path(name), Setting.RESULTS, kind)

    assert Path(name).suffix.lower() in str(refused.value)
    assert all(ending in (refused.value.hint or "") for ending in kind.endings)
