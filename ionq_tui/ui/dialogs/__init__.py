"""Dialogs. The safe answer has the focus first, and `esc` gives it."""
