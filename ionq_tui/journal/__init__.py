"""Local record of what this machine did with sessions. The only package that imports sqlite3."""
