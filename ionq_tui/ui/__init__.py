"""Screens, dialogs and widgets: the only package that uses Textual."""
