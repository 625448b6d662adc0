from __future__ import annotations

import csv
import io

import pytest

from ionq_tui.view.csv_table import csv_table

HOSTILE = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u200b=1+1", "\u202e=1+1"),
    *(
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("http://evil.example","x")',
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(A1)",
    ),
    *("0;=1+1", "0\t=1+1", "0,=1+1", "0\r\n=1+1", "0\n@SUM(A1)", '"=1+1', '0";=1+1', '0",=1+1', "'=1+1", '"";"=1+1'),
    *("\x1b]52;c;x\x07", "\x00=1+1", "\ud800=1+1", "", " ", "x" * 1000),
)
FORMULA = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


@pytest.mark.parametrize("label", HOSTILE)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_begins_as_a_formula_whatever_a_program_takes_for_a_separator(label: str, separator: str) -> None:
    written = csv_table([("outcome", "bits"), (label, "00", 0.5)])
    assert written.count("\n") == 2 and "\r" not in written and "\x1b" not in written
    for row in csv.reader(io.StringIO(written), delimiter=separator):
        assert not any(cell.lstrip(" ").startswith(FORMULA) for cell in row), row


@pytest.mark.parametrize("label", HOSTILE)
def test_each_label_is_one_cell(label: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_table([(label, "next", 1)])))
    assert row[1:] == ["next", "1"]


def test_what_is_harmless_is_written_as_it_is() -> None:
    assert csv_table([("outcome", "bits", "probability"), ("3", "011", 0.25), ("é 1", 7, float("nan"))]) == (
        'outcome,bits,probability\n3,011,0.25\n"é 1",7,\n'
    )
