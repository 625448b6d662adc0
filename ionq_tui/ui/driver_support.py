"""What the dashboard's driver offers beyond Textual's. On Windows and in tests the app runs on another driver."""

from __future__ import annotations

from typing import Protocol, TypeVar, runtime_checkable

from textual.app import App

from ionq_tui.ui.textual_internals import driver_of

Result = TypeVar("Result")


@runtime_checkable
class OwnDriver(Protocol):
    """The interface of `DashboardDriver`, whose module can be imported only where there are POSIX terminals."""

    def fit(self, columns: int, rows: int) -> None:
        """Record the terminal's new size in cells, and forget what it shows."""

    def forget_screen(self) -> None:
        """Forget what the terminal shows, so that the next paint is written in full."""

    def set_title(self, title: str) -> None:
        """Set the terminal's title; a title that is set already writes nothing."""

    def stop_output(self) -> None:
        """Discard all output to the terminal from now on."""


def own_driver(app: App[Result]) -> OwnDriver | None:
    """Return the app's driver if it is a `DashboardDriver`, else None."""
    driver: object = driver_of(app)
    return driver if isinstance(driver, OwnDriver) else None


def repaint(app: App[Result]) -> None:
    """Repaint the whole screen, including what the terminal seems to show already."""
    if (driver := own_driver(app)) is not None:
        driver.forget_screen()
    app.refresh(layout=True)
