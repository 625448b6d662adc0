"""Questions: the focus starts on the safe answer, and `esc` gives it."""
