"""Model and the server's time in; words, rows and tones out. Pure functions on the standard library."""
