"""Commands that run without the dashboard, for scripts and for quick use."""
