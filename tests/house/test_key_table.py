from __future__ import annotations

from tests.house.key_table import parts, table


def test_the_readme_names_every_key_and_no_other() -> None:
    assert parts()[1] == table(), "run: python -m tests.house.key_table"
