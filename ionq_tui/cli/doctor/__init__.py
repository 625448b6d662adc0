"""`ionq-tui doctor`: check what works on this machine, without changing anything."""
