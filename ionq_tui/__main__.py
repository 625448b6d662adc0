"""`python -m ionq_tui`."""

from __future__ import annotations

from ionq_tui.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
