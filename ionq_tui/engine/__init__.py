"""Polling, stores of the latest data, and the tasks that open, end and cancel; the asyncio layer."""
