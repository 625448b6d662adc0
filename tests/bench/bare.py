"""The bare Textual app that everything is held against: Header, DataTable of 20 rows, Footer."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header


class Bare(App[None]):
    """A table and nothing behind it."""

    def compose(self) -> ComposeResult:
        yield Header()
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("id", "backend", "status", "owner", "left")
        for number in range(20):
            table.add_row(f"row-{number:04d}", "qpu.forte-1", "started", "somebody", f"{number} min")


if __name__ == "__main__":
    Bare().run()
