"""What this machine did with sessions, on disk; sqlite3 lives here."""
