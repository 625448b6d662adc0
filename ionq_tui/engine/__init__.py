"""Asking at the right time and keeping what was heard; asyncio lives here."""
